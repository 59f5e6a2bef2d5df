"""The machine of an exchange line: which act leads from which state to which."""

from enum import Enum
from typing import Literal


class State(Enum):
    IDLE = "idle"
    ALLOTTED = "allotted"  # a call has the line, it does not ring yet: seizing answers it (glare)
    RINGING = "ringing"
    DIALLING = "dialling"  # seized by the office: dial tone, digits
    ROUTED = "routed"  # the number is complete: the far end rings, or a tone says why not
    TALKING = "talking"
    LEFT = "left"  # the far end has gone and the office has not hung up


Act = Literal["offered", "rings", "closed", "complete", "answered", "gone", "cleared"]
_S = State
NEXT: dict[tuple[State, Act], State] = {
    (_S.IDLE, "offered"): _S.ALLOTTED,
    (_S.IDLE, "closed"): _S.DIALLING,
    (_S.ALLOTTED, "rings"): _S.RINGING,
    (_S.ALLOTTED, "closed"): _S.TALKING,
    (_S.ALLOTTED, "gone"): _S.IDLE,
    (_S.RINGING, "closed"): _S.TALKING,
    (_S.RINGING, "gone"): _S.IDLE,
    (_S.DIALLING, "complete"): _S.ROUTED,
    (_S.DIALLING, "cleared"): _S.IDLE,
    (_S.ROUTED, "answered"): _S.TALKING,
    (_S.ROUTED, "cleared"): _S.IDLE,
    (_S.TALKING, "gone"): _S.LEFT,
    (_S.TALKING, "cleared"): _S.IDLE,
    (_S.LEFT, "cleared"): _S.IDLE,
}
WORDS = {_S.ALLOTTED: "idle", _S.DIALLING: "seized", _S.ROUTED: "seized", _S.LEFT: "talking"}
