"""The files of the pages, read once at the start: a request names one of them or nothing."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from web.card import card

HERE = Path(__file__).parent
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class File:
    body: bytes
    kind: str
    etag: str


def page_files() -> dict[str, File]:
    """All that a browser may fetch, by its path: "/pages/live.js"; "/" is the live page."""
    files = {
        f"/{folder}/{path.name}": _file(path)
        for folder in ("pages", "styles", "vendor")
        for path in _in(folder)
    }
    return {**files, "/": files["/pages/index.html"], "/card": _named(card().encode(), ".html")}


def _in(folder: str) -> Iterator[Path]:
    return (path for path in (HERE / folder).glob("*") if path.suffix in KINDS)


def _file(path: Path) -> File:
    return _named(path.read_bytes(), path.suffix)


def _named(body: bytes, kind: str) -> File:
    return File(body, KINDS[kind], f'"{blake2b(body, digest_size=8).hexdigest()}"')


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
