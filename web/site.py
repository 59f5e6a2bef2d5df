"""The routes: what each address answers."""

import re
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from bottle import Bottle, HTTPError, HTTPResponse, request

from firmware.base import Broken, Refused
from firmware.base.orders import Reply
from web.engine import GONE, Engine
from web.feed import Feed
from web.files import File
from web.health import Health
from web.openapi import ROUTES, described
from web.server import BODY_LIMIT

ORDER = re.compile(r"[a-z_]{1,30}(\.[a-z_]{1,30})?")  # as the control socket wants it
PAGE = 50  # calls of the record in one answer
PAGES = 500
STATUS = {"done": 200, "accepted": 202, "refused": 409}
UNSURE = "The engine did not answer in time. If it was done after all, the page will show it."
SENTENCES = {
    404: "There is nothing here.",
    405: "This address does not do that.",
    500: "That is our fault; it is logged.",
}


class Records(Protocol):
    """What the site needs of `web.records.Records`."""

    def calls(self, limit: int, before: int | None) -> list[dict[str, Any]]: ...
    def call(self, key: int) -> dict[str, Any]: ...
    def why(self, key: int) -> str | None: ...


class Site(Bottle):  # type: ignore[misc]  # bottle has no types
    """A WSGI application; stands behind the guard."""

    def __init__(
        self,
        engine: Engine,
        feed: Feed,
        health: Health,
        records: Records,
        files: dict[str, File],
        phrases: dict[str, str],
    ) -> None:
        super().__init__()
        self._engine = engine
        self._feed = feed
        self._health = health
        self._records = records
        self._files = files
        self._phrases = phrases
        answers: dict[str, Callable[..., Any]] = {
            "/api/state": self._state,
            "/api/events": self._events,
            "/api/calls": self._calls,
            "/api/calls/<key>": self._call,
            "/api/calls/<key>/why": self._why,
            "/api/phrases": lambda: told(200, self._phrases),
            "/api/orders/<name>": self._order,
            "/api/openapi.json": lambda: told(200, described()),
        }
        for route in ROUTES:
            self.route(route.path, route.method, answers[route.path])
        self.get("/healthz", callback=self._healthz)
        self.get("/metrics", callback=lambda: plain(self._health.metrics(self._feed.streams)))
        for path in files:
            self.get(path, callback=self._file)

    def default_error_handler(self, error: HTTPError) -> HTTPResponse:
        """Never a traceback, a path or a version."""
        sentence = SENTENCES.get(error.status_code, "That cannot be answered.")
        return told(error.status_code, {"sentence": sentence}, Allow=error.get_header("Allow"))

    def _state(self) -> HTTPResponse:
        try:
            return told(200, self._engine.state().result)
        except Broken:
            return told(503, {"sentence": GONE})

    def _events(self) -> HTTPResponse:
        try:
            body = self._feed.stream(_number(request.get_header("Last-Event-ID") or request.query.after))
        except Refused as refused:
            return told(503, {"sentence": str(refused)})
        return HTTPResponse(body, 200, {"Content-Type": "text/event-stream"})

    def _calls(self) -> HTTPResponse:
        limit, before = _number(request.query.limit), _number(request.query.before)
        return told(200, {"calls": self._records.calls(min(limit or PAGE, PAGES), before)})

    def _call(self, key: str) -> HTTPResponse:
        number = _number(key)
        return (
            told(404, {"sentence": SENTENCES[404]})
            if number is None
            else told(200, self._records.call(number))
        )

    def _why(self, key: str) -> HTTPResponse:
        number = _number(key)
        try:
            sentence = self._records.why(number) if number is not None else None
        except Broken:
            return told(503, {"sentence": GONE})
        status = 200 if sentence is not None else 404
        return told(status, {"sentence": sentence or SENTENCES[404]})

    def _order(self, name: str) -> HTTPResponse:
        if not ORDER.fullmatch(name):
            return told(404, {"sentence": SENTENCES[404]})
        try:
            args = msgspec.json.decode(request.environ["wsgi.input"].read(BODY_LIMIT), type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return told(400, {"sentence": "An order's fields are one JSON object."})
        try:
            return _outcome(self._engine.order(name, args))
        except Broken:
            return told(503, {"sentence": UNSURE})

    def _healthz(self) -> HTTPResponse:
        report = self._health.report()
        return told(503 if report.status == "down" else 200, report)

    def _file(self) -> HTTPResponse:
        file = self._files[request.path]
        headers = {"ETag": file.etag, "Cache-Control": "no-cache"}
        if request.get_header("If-None-Match") == file.etag:
            return HTTPResponse(b"", 304, headers)
        return HTTPResponse(file.body, 200, {**headers, "Content-Type": file.kind})


def told(status: int, what: Any, **headers: str | None) -> HTTPResponse:
    """An answer in JSON."""
    more = {name: value for name, value in headers.items() if value}
    return HTTPResponse(msgspec.json.encode(what), status, {"Content-Type": "application/json", **more})


def plain(text: bytes) -> HTTPResponse:
    return HTTPResponse(text, 200, {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


def _outcome(reply: Reply) -> HTTPResponse:
    if reply.kind == "refused":
        return told(409, {"sentence": reply.sentence})
    return told(STATUS[reply.kind], {"result": reply.result, "seq": reply.seq})


def _number(text: str) -> int | None:
    """A number of the journal; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None
