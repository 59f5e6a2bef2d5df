"""The API told in its own terms: every route under /api/, the role it needs, and what it answers."""

from typing import Any

import msgspec

from firmware.rim.control_schema import TOWN, TownOrder
from web.roles import needed_for
from web.route import Answer, Route
from web.routes import ROUTES

ORDERS = "/api/orders/<name>"
REF = "#/components/schemas/{name}"


def described(routes: tuple[Route, ...] = ROUTES) -> dict[str, Any]:
    """An OpenAPI 3.1 document."""
    routes = tuple(route for route in routes if route.path.startswith("/api/"))
    shapes = {answer.shape for route in routes for answer in route.answers if answer.shape}
    shapes |= {route.takes for route in routes if route.takes not in (None, dict)}
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
    order = next(route for route in ROUTES if route.path == ORDERS)
    body = {"application/json": {"schema": {"$ref": REF.format(name=kind.__name__)}}}
    told: dict[str, Any] = {"summary": kind.__doc__, "requestBody": {"content": body}, "parameters": []}
    return {**_operation(order), **told, "x-role": needed_for(str(kind.__struct_config__.tag))}


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
        taken = route.takes
        schema = (
            {"$ref": REF.format(name=taken.__name__)} if taken not in (None, dict) else {"type": "object"}
        )
        operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return operation


def _response(answer: Answer) -> dict[str, Any]:
    schema = {"$ref": REF.format(name=answer.shape.__name__)} if answer.shape else {}
    return {"description": answer.told, "content": {answer.media: {"schema": schema}}}
