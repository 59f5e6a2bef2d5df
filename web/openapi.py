"""The API told in its own terms: every route under /api/, the role it needs, and what it answers."""

from dataclasses import dataclass
from typing import Any

import msgspec

from firmware.office.ledger import Call, Leg, QueueEntry
from firmware.rim.control_schema import TOWN, TownOrder

REF = "#/components/schemas/{name}"


class Sentence(msgspec.Struct):
    """Why something was refused, or could not be done, and what to do; or why a call went where it went."""

    sentence: str


class Outcome(msgspec.Struct):
    """What an order gave, and the last event that it told (0: none)."""

    result: Any = None
    seq: int = 0


class CallList(msgspec.Struct):
    """Newest first. The page after: `?before=` the last key."""

    calls: list[Call]


class CallLegs(msgspec.Struct):
    """Whom a call rang, and the queues that it waited in."""

    legs: list[Leg]
    waits: list[QueueEntry]


@dataclass(frozen=True)
class Answer:
    """A status that a route can give, and the shape of its body (None: described in words alone)."""

    status: int
    told: str
    shape: type | None = None
    media: str = "application/json"


@dataclass(frozen=True)
class Route:
    """`path` as bottle writes it; `query` names what may stand behind the question mark."""

    method: str
    path: str
    told: str
    answers: tuple[Answer, ...]
    role: str = "anybody"
    query: tuple[str, ...] = ()


GONE = Answer(503, "The engine does not answer", Sentence)
ROUTES = (
    Route(
        "GET", "/api/state", "The snapshot of everything, as the pages show it", (Answer(200, "Now"), GONE)
    ),
    Route(
        "GET",
        "/api/events",
        "Server-sent events: state, journal (number as id: Last-Event-ID resumes behind it), record, trouble",
        (Answer(200, "Until you hang up", media="text/event-stream"), GONE),
        query=("after",),
    ),
    Route(
        "GET",
        "/api/calls",
        "The call record",
        (Answer(200, "A page of it", CallList),),
        query=("limit", "before"),
    ),
    Route("GET", "/api/calls/<key>", "The legs of one call", (Answer(200, "All of them", CallLegs),)),
    Route(
        "GET",
        "/api/calls/<key>/why",
        "Why a call went where it went, in one sentence",
        (Answer(200, "The sentence", Sentence), Answer(404, "There is no such call", Sentence), GONE),
    ),
    Route(
        "GET",
        "/api/phrases",
        "What the box says in the office's language, by prompt",
        (Answer(200, "All of it"),),
    ),
    Route(
        "POST",
        "/api/orders/<name>",
        "Have something done: the body holds the order's fields",
        (
            Answer(200, "Done, and on the disk", Outcome),
            Answer(202, "Done, and not on the disk yet", Outcome),
            Answer(400, "The body is no JSON object", Sentence),
            Answer(409, "Refused", Sentence),
            GONE,
        ),
    ),
    Route("GET", "/api/openapi.json", "This description", (Answer(200, "OpenAPI 3.1"),)),
)


def described(routes: tuple[Route, ...] = ROUTES) -> dict[str, Any]:
    """An OpenAPI 3.1 document."""
    shapes = {answer.shape for route in routes for answer in route.answers if answer.shape}
    _, schemas = msgspec.json.schema_components([*shapes, *TOWN.values()], ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(_path(route), {})[route.method.lower()] = _operation(route)
    for name, kind in TOWN.items():
        schemas[kind.__name__] = _fields(schemas[kind.__name__])
        paths[f"/api/orders/{name}"] = {"post": _town_order(kind)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Bellwire", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _town_order(kind: type[TownOrder]) -> dict[str, Any]:
    """An order that only the simulator carries out, by its own name."""
    order = next(route for route in ROUTES if route.method == "POST")
    body = {"application/json": {"schema": {"$ref": REF.format(name=kind.__name__)}}}
    told: dict[str, Any] = {"summary": kind.__doc__, "requestBody": {"content": body}, "parameters": []}
    return {**_operation(order), **told}


def _fields(schema: dict[str, Any]) -> dict[str, Any]:
    """The order's fields without its tag: that is the name in the address."""
    fields = {name: value for name, value in schema["properties"].items() if name != "type"}
    return {
        **schema,
        "properties": fields,
        "required": [name for name in schema["required"] if name != "type"],
    }


def _path(route: Route) -> str:
    return route.path.replace("<", "{").replace(">", "}")


def _operation(route: Route) -> dict[str, Any]:
    names = [part[1:-1] for part in _path(route).split("/") if part.startswith("{")]
    held = [{"name": each, "in": "path", "required": True, "schema": {"type": "string"}} for each in names]
    asked = [{"name": each, "in": "query", "schema": {"type": "integer"}} for each in route.query]
    operation: dict[str, Any] = {
        "summary": route.told,
        "x-role": route.role,
        "parameters": held + asked,
        "responses": {str(answer.status): _response(answer) for answer in route.answers},
    }
    if route.method == "POST":
        operation["requestBody"] = {"content": {"application/json": {"schema": {"type": "object"}}}}
    return operation


def _response(answer: Answer) -> dict[str, Any]:
    schema = {"$ref": REF.format(name=answer.shape.__name__)} if answer.shape else {}
    return {"description": answer.told, "content": {answer.media: {"schema": schema}}}
