"""The files of the pages, read once at the start: a request names one of them or nothing."""

import gzip
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from web.card import card
from web.users import Users
from web.visitor import Visitor

HERE = Path(__file__).parent
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


@dataclass(frozen=True)
class File:
    """`packed` is the same in gzip, for browsers that take it."""

    body: bytes
    packed: bytes
    kind: str
    etag: str

    def as_sent(self, packed: bool) -> tuple[bytes, dict[str, str]]:
        """The body and its headers; what is packed has a tag of its own."""
        if packed:
            etag = f'{self.etag[:-1]}-gzip"'
            return self.packed, {"Content-Type": self.kind, "ETag": etag, "Content-Encoding": "gzip"}
        return self.body, {"Content-Type": self.kind, "ETag": self.etag}


@dataclass(frozen=True)
class Page:
    """`file` in web/pages, None where it is made; who may see it, and whether he may begin with it."""

    file: str | None
    role: str = "anybody"
    first: bool = False


PAGES = {  # in the order in which they are tried as somebody's first
    "/town": Page("town.html", "town", first=True),
    "/live": Page("index.html", "supervisor", first=True),
    "/desk": Page("desk.html", "agent", first=True),
    "/sign-in": Page("sign-in.html"),
    "/claim": Page("sign-in.html"),
    "/welcome": Page("sign-in.html"),
    "/users": Page("users.html", "owner"),
    "/card": Page(None),
}


def page_files() -> dict[str, File]:
    """All that a browser may fetch, by its path: "/pages/live.js", "/live"."""
    files = {
        f"/{folder}/{path.name}": _file(path)
        for folder in ("pages", "styles", "texts", "vendor")
        for path in _in(folder)
    }
    pages = {path: files[f"/pages/{page.file}"] for path, page in PAGES.items() if page.file}
    return {**files, **pages, "/card": _named(card().encode(), ".html")}


def door(users: Users) -> Callable[[Visitor, str], str]:
    """Which page somebody gets who asks for one: his first one at "/", and the way in where he may not."""

    def find(visitor: Visitor, path: str) -> str:
        if path == "/":
            return _first(visitor, users.claimed)
        if path in PAGES and not visitor.may(PAGES[path].role, reads=True):
            return "/sign-in" if users.claimed else "/claim"
        return path

    return find


def _first(visitor: Visitor, claimed: bool) -> str:
    for path, page in PAGES.items():
        if page.first and visitor.may(page.role, reads=True):
            return path
    return "/sign-in" if claimed else "/claim"


def _in(folder: str) -> Iterator[Path]:
    return (path for path in (HERE / folder).glob("*") if path.suffix in KINDS)


def _file(path: Path) -> File:
    return _named(path.read_bytes(), path.suffix)


def _named(body: bytes, kind: str) -> File:
    etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
    return File(body, gzip.compress(body, mtime=0), KINDS[kind], etag)


def phrases(language: str = "en") -> dict[str, str]:
    """What each prompt says: {"menu.main": "For sales, press 1. …"}."""
    told = tomllib.loads((HERE.parent / "prompts" / language / "phrases.toml").read_text(encoding="utf-8"))
    return dict(_flat("", told["phrases"]))


def _flat(path: str, told: dict[str, object]) -> Iterator[tuple[str, str]]:
    for key, value in told.items():
        if isinstance(value, dict):
            yield from _flat(f"{path}{key}.", value)
        else:
            yield f"{path}{key}", str(value)
