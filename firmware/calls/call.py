"""A call: who is on it, what stage it is in, and since when.

A call has a caller and, once somebody is there, a called party; each is a line or a handset.
The table names the stages; what happens on the way is done by the exchange.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Literal

from firmware.base import Impossible
from firmware.base.events import Event

if TYPE_CHECKING:
    from firmware.calls.handset import Handset
    from firmware.calls.line import Line

Tell = Callable[[Event], object]
Direction = Literal["in", "out", "inside"]


class Stage(Enum):
    ARRIVING = "arriving"  # the line rings, the box has not answered
    GREETED = "greeted"  # the box speaks with the caller
    DIALLING = "dialling"  # the box asks the exchange for a line and sends digits
    RINGING = "ringing"  # somebody is being rung
    TALKING = "talking"
    ENDED = "ended"


_S = Stage
NEXT: dict[tuple[Stage, str], Stage] = {
    (_S.ARRIVING, "greet"): _S.GREETED,
    (_S.GREETED, "send"): _S.RINGING,
    (_S.RINGING, "send"): _S.RINGING,  # to the next place
    (_S.RINGING, "greet"): _S.GREETED,  # back to a menu
    (_S.DIALLING, "sent"): _S.RINGING,
    (_S.RINGING, "retry"): _S.DIALLING,  # the next line
    (_S.DIALLING, "retry"): _S.DIALLING,
    (_S.RINGING, "answer"): _S.TALKING,
    **{(stage, "end"): _S.ENDED for stage in Stage if stage is not _S.ENDED},
}


@dataclass(eq=False)
class Call:
    """`began` is the instant (µs) of arrival or dialling, from which its seconds count."""

    id: str
    direction: Direction
    began: int
    stage: Stage
    line: "Line | None" = None
    phone: "Handset | None" = None  # the office's telephone on it; the calling one if both are inside
    called: "Handset | None" = None  # inside calls: the telephone that is called
    number: str | None = None
    name: str | None = None
    emergency: bool = False
    told: bool = False  # CallArrived or CallDialled is out: seconds count, and it will end by an event
    rung: list["Handset"] = field(default_factory=list)  # telephones that ring for it

    def step(self, act: str) -> None:
        """Go where the table says."""
        new = NEXT.get((self.stage, act))
        if new is None:
            raise Impossible(f"call {self.id}: no way to {act} from {self.stage.value}")
        self.stage = new

    @property
    def over(self) -> bool:
        return self.stage is Stage.ENDED
