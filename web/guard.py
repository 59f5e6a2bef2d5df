"""Who may ask what: the box's own names, its own pages, JSON for every change, TLS for all who are elsewhere.

A page of another site that a browser of the office shows must get nothing done here, and a name
that somebody points at our address (DNS rebinding) must not make his page one of ours.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from web.server import SECURITY
from web.visitor import READING, is_local

NAMES = ("localhost", "127.0.0.1")
PLAIN = ("/install", "/install/bellwire.crt", "/styles/bellwire.css", "/styles/doors.css", "/pages/bell.svg")
HSTS = "max-age=31536000"  # once the owner has said that every browser trusts the box

Environ = dict[str, Any]
Start = Callable[..., Any]
Site = Callable[[Environ, Start], Iterable[bytes]]
Refusal = tuple[str, str, dict[str, str]]  # status, sentence, more headers


class Guard:
    """A WSGI layer: refuses strangers, and puts the security headers on each response."""

    def __init__(
        self,
        site: Site,
        names: Callable[[], Collection[str]] = lambda: (),
        secure: Callable[[], str] = lambda: "",
        trusted: Callable[[], bool] = lambda: False,
    ) -> None:
        """`names` are more than those of this computer; `secure` is the address over TLS; `trusted`:
        browsers may be told to come by it alone."""
        self._site, self._names, self._secure, self._trusted = site, names, secure, trusted

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        encrypted = environ["wsgi.url_scheme"] == "https"
        ours = {"Cache-Control": "no-store", **SECURITY}
        if encrypted and self._trusted():
            ours["Strict-Transport-Security"] = HSTS

        def secured(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            told = {name.title() for name, _ in headers}
            added = [(name, value) for name, value in ours.items() if name.title() not in told]
            return start(status, [*headers, *added], exc_info)

        refusal = self._refusal(environ) or (None if encrypted else self._plain(environ))
        if refusal is None:
            return self._site(environ, secured)
        status, sentence, more = refusal
        body = sentence.encode()
        kind = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body)), **more}
        secured(status, list(kind.items()))
        return [body]

    def _refusal(self, environ: Environ) -> Refusal | None:
        host = environ.get("HTTP_HOST", "")
        if named(host) not in (known := {*NAMES, *self._names()}):
            return "421 Misdirected Request", f"This box answers to {' and '.join(sorted(known))} only.", {}
        if _is_foreign(environ, host):
            return "403 Forbidden", "Only the box's own pages may ask.", {}
        if environ["REQUEST_METHOD"] == "POST" and not _is_json(environ):
            return "403 Forbidden", "An order is JSON: send Content-Type: application/json.", {}
        return None

    def _plain(self, environ: Environ) -> Refusal | None:
        """Without TLS this computer alone is served, and whoever comes for the certificate."""
        path = environ["PATH_INFO"]
        if is_local(environ.get("REMOTE_ADDR", "")) or path in PLAIN:
            return None
        if environ["REQUEST_METHOD"] not in READING or path.startswith("/api/"):
            return "403 Forbidden", f"Ask over TLS: {self._secure()}", {}
        where = f"{self._secure()}/" if self._trusted() else "/install"
        return "303 See Other", f"Go to {where}", {"Location": where}


def named(host: str) -> str:
    """A Host header without its port, and without the brackets of an address."""
    name, colon, port = host.rpartition(":")
    bare = name if colon and port.isdigit() and (":" not in name or name.endswith("]")) else host
    return bare.strip("[]").casefold()


def _is_foreign(environ: Environ, host: str) -> bool:
    """Did a page of somebody else cause this? Programs without a page send no Origin: they are not."""
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None:
        return bool(origin != f"{environ['wsgi.url_scheme']}://{host}")
    looks = (
        environ["REQUEST_METHOD"] in READING and environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
    )  # a link
    return not looks and environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("same-origin", "none")


def _is_json(environ: Environ) -> bool:
    kind: str = environ.get("CONTENT_TYPE", "")
    return kind.partition(";")[0].strip().lower() == "application/json"
