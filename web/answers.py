"""What every answer is made of: JSON in, checked against its shape; JSON out, or a sentence."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from bottle import HTTPResponse, request

from web.server import BODY_LIMIT
from web.visitor import Visitor

Answering = Callable[..., HTTPResponse]  # (visitor, **parts of the path)
Answers = Mapping[str, Answering]  # by "METHOD /path", as in web.routes
Shape = TypeVar("Shape")

NOTHING_HERE = "There is nothing here."


class Unlike(Exception):  # as the three of the design
    """What was sent is not of the shape that it must have; the sentence says what is."""


def posted(shape: type[Shape]) -> Shape:
    """The request's body. Unlike: it is no such thing."""
    try:
        return msgspec.json.decode(request.environ["wsgi.input"].read(BODY_LIMIT), type=shape)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as wrong:
        fields = (
            [each.name for each in msgspec.structs.fields(shape)] if issubclass(shape, msgspec.Struct) else []
        )
        wanted = f" with {', '.join(fields)}" if fields else ""
        unlike = f" ({wrong})" if isinstance(wrong, msgspec.ValidationError) else ""
        raise Unlike(f"What is sent here is one JSON object{wanted}{unlike}.") from None


def told(status: int, what: Any, **headers: str | None) -> HTTPResponse:
    """An answer in JSON."""
    more = {name.replace("_", "-"): value for name, value in headers.items() if value}
    return HTTPResponse(msgspec.json.encode(what), status, {"Content-Type": "application/json", **more})


def sentence(status: int, words: str, **headers: str | None) -> HTTPResponse:
    return told(status, {"sentence": words}, **headers)


def plain(text: bytes) -> HTTPResponse:
    return HTTPResponse(text, 200, {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


def number_in(text: str | None) -> int | None:
    """A number of the journal; None where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 15 else None


__all__ = ["Answering", "Answers", "Unlike", "Visitor", "number_in", "plain", "posted", "sentence", "told"]
