"""How a browser of the office comes to trust the box: its authority to fetch, and the steps for each system.

The page is plain text without a script, so that it can be read before anything is trusted.
"""

import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from bottle import HTTPResponse, request

from firmware.base import Refused
from web.answers import Answers, posted, told
from web.shapes import Trust, TrustChange

if TYPE_CHECKING:  # only who serves others needs what it needs
    from web.tls import Certificates

FILE = "/install/bellwire.crt"
SYSTEMS = ("windows", "macos", "ios", "android", "chromeos", "linux", "firefox")
TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("en", "da")

_PAGE = """<!doctype html>
<html lang="{language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{title}</title>
    <link rel="icon" href="/pages/bell.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/styles/bellwire.css">
    <link rel="stylesheet" href="/styles/doors.css">
  </head>
  <body>
    <main class="sheet">
      <h1><img src="/pages/bell.svg" alt="" width="28" height="28"> {title}</h1>
      <p>{why}</p>
      <p><a class="button" href="{file}">{fetch}</a></p>
      <p><small>{check}</small> <code>{fingerprint}</code></p>
{systems}
      <p>{then} <a href="{secure}">{secure}</a></p>
      <figure>{picture}<figcaption>{point} <code>{here}</code></figcaption></figure>
    </main>
  </body>
</html>
"""
_SYSTEM = "      <details><summary>{name}</summary><ol>{steps}</ol></details>"


@dataclass
class Front:
    """Where the box can be reached: by these names, on these ports. `https` is None without TLS."""

    names: Callable[[], tuple[str, ...]]
    http: int = 0
    https: int | None = None

    def address(self, secure: bool) -> str:
        """The first name's, as a browser takes it."""
        port, usual, scheme = (self.https, 443, "https") if secure else (self.http, 80, "http")
        plain = [
            each for each in self.names() if not secure and each[:1].isdigit()
        ]  # no telephone asks by name
        name = next(iter([*plain, *self.names()]), "localhost")
        return f"{scheme}://{f'[{name}]' if ':' in name else name}{'' if port == usual else f':{port}'}"


class InstallDesk:
    """Answers for trust."""

    def __init__(self, folder: Path, certificates: "Certificates | None", front: Front) -> None:
        self._flag = folder / "tls" / "trusted"  # the owner has said that every browser trusts the box
        self._certificates, self.front = certificates, front
        self._texts = {each: _texts(each) for each in LANGUAGES}
        self.trusted = self._flag.exists()
        self.answers: Answers = {
            "GET /install": lambda visitor: self._page(),
            f"GET {FILE}": lambda visitor: self._file(),
            "GET /api/trust": lambda visitor: told(200, self._trust()),
            "POST /api/trust": lambda visitor: self._change(),
        }

    def _must(self) -> "Certificates":
        if self._certificates is None:
            raise Refused("This Bellwire serves this computer alone: start it with --https PORT for others.")
        return self._certificates

    def _file(self) -> HTTPResponse:
        kind = {"Content-Type": "application/x-x509-ca-cert"}
        return HTTPResponse(self._must().pem, 200, {**kind, "Content-Disposition": "attachment"})

    def _trust(self) -> Trust:
        known = self._must()
        until = known.leaf.not_valid_after_utc.date().isoformat()
        return Trust(sorted(known.names), known.fingerprint, until, self.trusted, self.front.address(True))

    def _change(self) -> HTTPResponse:
        self._must()
        self.trusted = posted(TrustChange).everywhere
        if self.trusted:
            self._flag.touch(0o600)
        else:
            self._flag.unlink(missing_ok=True)
        return told(200, self._trust())

    def _page(self) -> HTTPResponse:
        known = self._must()
        language = wished(request.get_header("Accept-Language") or "")
        texts = self._texts[language]
        here = f"{self.front.address(False)}/install"
        words = {
            name: escape(texts[f"install.{name}"])
            for name in ("title", "why", "fetch", "check", "then", "point")
        }
        body = _PAGE.format(
            **words,
            language=language,
            file=FILE,
            fingerprint=escape(known.fingerprint),
            systems="\n".join(_system(each, texts) for each in SYSTEMS),
            secure=escape(self.front.address(True)),
            here=escape(here),
            picture=_picture(here),
        )
        return HTTPResponse(body.encode(), 200, {"Content-Type": "text/html; charset=utf-8"})


def picture(text: str) -> str:
    """A QR code, as SVG for a page."""
    import segno  # here: without it there is no picture, and the address stands beside it

    drawn = io.BytesIO()
    segno.make(text, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=False, scale=4, dark="#000", light="#fff", omitsize=False
    )
    return drawn.getvalue().decode()


def _picture(text: str) -> str:
    with suppress(ImportError):
        return picture(text)
    return ""


def wished(accepted: str) -> str:
    """The first language that a browser asks for and that there is."""
    wishes = [each.partition(";")[0].strip()[:2].lower() for each in accepted.split(",")]
    return next((each for each in wishes if each in LANGUAGES), LANGUAGES[0])


def _system(name: str, texts: dict[str, str]) -> str:
    steps = "".join(f"<li>{escape(each)}</li>" for each in texts[f"install.{name}"].split("\n"))
    return _SYSTEM.format(name=escape(texts[f"install.{name}.name"]), steps=steps)


def _texts(language: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode((TEXTS / f"install.{language}.json").read_bytes())
    return found
