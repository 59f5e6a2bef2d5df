"""What a flow asks outside the box, as the rim carries it out off the tick. Every answer is JSON, or "" for
none: a row of a table or of a database as an object of texts, or whatever a program says."""

from dataclasses import dataclass, field
from typing import Literal

BUDGET = 2.0  # s that a caller waits for an answer


@dataclass(frozen=True)
class InTable:
    """The first row of a CSV file in which `column` is `key`."""

    file: str
    column: str
    key: str


@dataclass(frozen=True)
class InDatabase:
    """The first row that a SELECT finds in an SQLite file, which is opened to read only."""

    file: str
    sql: str
    values: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class OverHttp:
    """JSON of an address; nothing is sent to one whose origin (scheme, host and port) is not `allowed`."""

    url: str
    method: Literal["GET", "POST"]
    body: dict[str, object] = field(repr=False)
    allowed: tuple[str, ...] = ()


Asked = InTable | InDatabase | OverHttp


def origin(url: str) -> str:
    """Scheme, host and port of an address, in small letters, as the owner's list names them."""
    return "/".join(url.split("/", 3)[:3]).lower()
