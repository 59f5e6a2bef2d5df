"""What is asked of the office itself: its state, what happens, the call record, and orders."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Protocol

from bottle import HTTPResponse, request

from firmware.base import Broken, Refused
from firmware.base.orders import Reply
from web.answers import NOTHING_HERE, Answers, number_in, plain, posted, sentence, told
from web.engine import Engine, station_of
from web.feed import Feed, Reader
from web.health import Health
from web.openapi import described
from web.roles import RANK, needed_for, rank
from web.server import TAKE
from web.sight import sight_of
from web.site import refusal
from web.visitor import Visitor

ORDER = re.compile(r"[a-z_]{1,30}(\.[a-z_]{1,30})?")  # as the control socket wants it
PAGE = 50  # calls of the record in one answer
PAGES = 500
STATUS = {"done": 200, "accepted": 202, "refused": 409}
UNSURE = "The engine did not answer in time. If it was done after all, the page will show it."


class Records(Protocol):
    """What is needed of `web.records.Records`."""

    def calls(self, limit: int, before: int | None) -> list[dict[str, Any]]: ...
    def at(self, station: str | None, limit: int, before: int | None) -> list[dict[str, Any]]: ...
    def call(self, key: int) -> dict[str, Any]: ...
    def why(self, key: int) -> str | None: ...


class OfficeDesk:
    """Answers for the engine. `lives` tells whether a visitor is still who he was."""

    def __init__(
        self,
        engine: Engine,
        lives: Callable[[Visitor], bool],
        feed: Feed,
        health: Health,
        records: Records,
        phrases: dict[str, str],
    ) -> None:
        self._engine, self._lives, self._feed = engine, lives, feed
        self._health, self._records = health, records
        self.answers: Answers = {
            "GET /api/state": self._state,
            "GET /api/events": self._events,
            "GET /api/calls": self._calls,
            "GET /api/history": self._history,
            "GET /api/calls/<key>": self._call,
            "GET /api/calls/<key>/why": self._why,
            "GET /api/phrases": lambda visitor: told(200, phrases),
            "POST /api/orders/<name>": self._order,
            "GET /api/openapi.json": lambda visitor: told(200, described()),
            "GET /healthz": self._healthz,
            "GET /metrics": lambda visitor: plain(self._health.metrics(self._feed.streams)),
        }

    def _state(self, visitor: Visitor) -> HTTPResponse:
        return told(200, sight_of(visitor).state(self._engine.state().result))

    def _events(self, visitor: Visitor) -> HTTPResponse:
        after = number_in(request.get_header("Last-Event-ID") or request.query.after)
        try:
            reader, first = self._feed.open(after, sight_of(visitor), partial(self._lives, visitor))
        except Refused as refused:
            return sentence(503, str(refused))
        take = request.environ.get(TAKE) if request.method == "GET" else None  # HEAD wants no more
        body = handed_over(first, reader, self._feed, take)
        return HTTPResponse(body, 200, {"Content-Type": "text/event-stream", "Connection": "close"})

    def _calls(self, visitor: Visitor) -> HTTPResponse:
        limit, before = number_in(request.query.limit), number_in(request.query.before)
        return told(200, {"calls": self._records.calls(min(limit or PAGE, PAGES), before)})

    def _history(self, visitor: Visitor) -> HTTPResponse:
        limit, before = number_in(request.query.limit), number_in(request.query.before)
        station = station_of(self._engine, visitor.person)
        return told(200, {"calls": self._records.at(station, min(limit or PAGE, PAGES), before)})

    def _call(self, visitor: Visitor, key: str) -> HTTPResponse:
        number = number_in(key)
        return sentence(404, NOTHING_HERE) if number is None else told(200, self._records.call(number))

    def _why(self, visitor: Visitor, key: str) -> HTTPResponse:
        number = number_in(key)
        words = self._records.why(number) if number is not None else None
        return sentence(404 if words is None else 200, words or NOTHING_HERE)

    def _order(self, visitor: Visitor, name: str) -> HTTPResponse:
        needed = needed_for(name) if ORDER.fullmatch(name) else None
        if needed is None:
            return sentence(404, NOTHING_HERE)
        if not visitor.may(needed, reads=False):
            return refusal(visitor)
        fields = posted(dict[str, Any])
        if name.startswith("agent."):
            fields = for_whom(visitor, fields)
        try:
            return _outcome(self._engine.order(name, fields))
        except Broken:
            return sentence(503, UNSURE)

    def _healthz(self, visitor: Visitor) -> HTTPResponse:
        report = self._health.report()
        return told(503 if report.status == "down" else 200, report)


def handed_over(first: Iterable[bytes], reader: Reader, feed: Feed, take: Any) -> Iterator[bytes]:
    """What a worker sends; then it is free, and the feed's own thread goes on."""
    handed = False
    try:
        yield from first
        if take is not None:
            take(feed.pages.taker(reader))
            handed = True
    finally:
        if not handed:
            feed.leave(reader)


def for_whom(visitor: Visitor, fields: dict[str, Any]) -> dict[str, Any]:
    """An agent orders for himself, whatever is sent; who runs the office also for somebody that he names."""
    leads = visitor.town or rank(visitor.role, reads=False) >= RANK["supervisor"]
    if leads and "who" in fields:
        return fields
    if visitor.person is None:
        raise Refused("Nobody of the office has signed in here: sign in under your own name.")
    return {**fields, "who": visitor.person}


def _outcome(reply: Reply) -> HTTPResponse:
    if reply.kind == "refused":
        return sentence(409, reply.sentence)
    return told(STATUS[reply.kind], {"result": reply.result, "seq": reply.seq})
