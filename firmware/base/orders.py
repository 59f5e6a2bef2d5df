"""What becomes of an order: the answer that every front door passes on."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Reply:
    """`done`: carried out, and what it promised to keep is on the disk. `accepted`: carried out, but
    the disk has not said so yet. `refused`: nothing happened; `sentence` says why and what to do.

    `result` is whatever JSON can carry; `seq` the last event that the order told, 0 if none.
    """

    kind: Literal["done", "accepted", "refused"]
    result: Any = None
    sentence: str = ""
    seq: int = 0
