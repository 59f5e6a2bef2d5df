"""Who may ask what: the box's own names, its own pages, POST with JSON for every change.

A page of another site that a browser of the office shows must get nothing done here, and a name
that somebody points at our address (DNS rebinding) must not make his page one of ours.
"""

from collections.abc import Callable, Iterable
from typing import Any

from web.server import SECURITY

NAMES = ("localhost", "127.0.0.1")
READING = ("GET", "HEAD")

Environ = dict[str, Any]
Start = Callable[..., Any]
Site = Callable[[Environ, Start], Iterable[bytes]]


class Guard:
    """A WSGI layer: refuses strangers, and puts the security headers on each response."""

    def __init__(self, site: Site, names: Iterable[str] = NAMES) -> None:
        self._site = site
        self._names = frozenset(names)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        def secured(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            ours = {"Cache-Control": "no-store", **SECURITY}
            told = {name.title() for name, _ in headers}
            added = [(name, value) for name, value in ours.items() if name.title() not in told]
            return start(status, [*headers, *added], exc_info)

        refusal = self._refusal(environ)
        if refusal is None:
            return self._site(environ, secured)
        status, sentence = refusal
        body = sentence.encode()
        secured(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
        return [body]

    def _refusal(self, environ: Environ) -> tuple[str, str] | None:
        host = environ.get("HTTP_HOST", "")
        if host.rpartition(":")[0] not in self._names and host not in self._names:
            return "421 Misdirected Request", f"This box answers to {' and '.join(sorted(self._names))} only."
        if _is_foreign(environ, host):
            return "403 Forbidden", "Only the box's own pages may ask."
        if environ["REQUEST_METHOD"] in READING:
            return None
        if environ["REQUEST_METHOD"] == "POST" and not _is_json(environ):
            return "415 Unsupported Media Type", "An order is JSON: send Content-Type: application/json."
        return None


def _is_foreign(environ: Environ, host: str) -> bool:
    """Did a page of somebody else cause this? Programs without a page send no Origin: they are not."""
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None:
        return bool(origin != f"{environ['wsgi.url_scheme']}://{host}")
    changes = environ["REQUEST_METHOD"] not in READING
    return changes and environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("same-origin", "none")


def _is_json(environ: Environ) -> bool:
    kind: str = environ.get("CONTENT_TYPE", "")
    return kind.partition(";")[0].strip().lower() == "application/json"
