"""Requests as nobody should send them: every route of the table with hostile paths, fields and headers."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

import msgspec

from web.routes import ROUTES

HOSTILE = [
    "",
    "0",
    "-1",
    "9" * 400,
    "1e309",
    "null",
    "'; DROP TABLE user; --",
    "../../../../etc/passwd",
    "%2e%2e%2f",
    "..\\..\\secret",
    "<script>x</script>",
    "a\r\nSet-Cookie: x=1",
    "\x00",
    "\x1b[2J",
    "\u202e\ufeff",
    "𝔄" * 50,
    "a" * 3000,
    "{{7*7}}${7*7}",
    "ann",
    "olga",
    "owner",
    "agent.hold",
    "town.call",
    "http://169.254.169.254/",
]
VALUES: list[Any] = [None, True, -1, 2**63, 1e300, [], {}, [[]] * 50, {"a": {"b": []}}, *HOSTILE]
HEADERS = ("HTTP_COOKIE", "HTTP_LAST_EVENT_ID", "HTTP_IF_NONE_MATCH", "HTTP_AUTHORIZATION")
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD")
BROKEN = (b"", b"[", b"\xff\xfe", b"[" * 5000, b'{"a":' * 3000, b"1" * 5000, b'"\\ud800"')


class Request(NamedTuple):
    method: str
    path: str
    body: bytes | None
    headers: dict[str, str]


def requests(seed: int, count: int) -> Iterator[Request]:
    """The same for the same seed."""
    random = Random(seed)
    for _ in range(count):
        route = random.choice(ROUTES)
        method = route.method if random.random() < 0.9 else random.choice(METHODS)
        parts = [random.choice(HOSTILE) if part[:1] == "<" else part for part in route.path.split("/")]
        query = f"?{random.choice(('after', 'before', 'limit', 'x'))}={random.choice(HOSTILE)}"
        path = "/".join(parts) + (query if random.random() < 0.3 else "")
        named = {random.choice(HEADERS): random.choice(HOSTILE)} if random.random() < 0.3 else {}
        yield Request(method, path, _body(random, route.takes) if method == "POST" else None, named)


def _body(random: Random, takes: Any) -> bytes:
    if random.random() < 0.1:
        return random.choice(BROKEN)
    known = msgspec.structs.fields(takes) if takes not in (None, dict) else ()
    names = [each.name for each in known] or ["who", "to", "line"]
    fields = {name: random.choice(VALUES) for name in names if random.random() < 0.9}
    if random.random() < 0.2:
        fields["role"] = "owner"
    return json.dumps(fields).encode()
