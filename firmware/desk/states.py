"""What is told of an agent: the status that he says himself, the state that the box sees of his station.

`NEXT` is the machine of the state. Its acts are what is seen of the station (`free rings busy holds
consults gone`), and what wrap-up makes of a station that is free (`wrap ready`).
"""

from dataclasses import dataclass
from enum import Enum

from firmware.calls import handset as handsets
from firmware.desk.wrapup import WrapUp


class Status(Enum):
    OFF = "off"
    AVAILABLE = "available"
    BREAK = "break"


class State(Enum):
    IDLE = "idle"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"  # his caller is on hold
    CONSULTING = "consulting"  # he asks a colleague while his caller is on hold
    WRAPUP = "wrapup"
    OFFLINE = "offline"


MISSED, LOST = "missed", "lost"  # breaks: of who did not answer, and of whose station vanished in a call
AWAY = (MISSED, LOST)
_S = State
IN_CALL = (_S.TALKING, _S.HELD, _S.CONSULTING)
NEXT: dict[tuple[State, str], State] = {
    **{(state, "free"): _S.IDLE for state in (_S.RINGING, *IN_CALL, _S.OFFLINE)},
    **{(state, "wrap"): _S.WRAPUP for state in (_S.RINGING, *IN_CALL, _S.OFFLINE)},
    (_S.WRAPUP, "ready"): _S.IDLE,
    # A station may ring, be lifted or fail in any state: wrap-up keeps callers away, not colleagues; and who
    # signs in may find somebody on hold there.
    **{(state, "rings"): _S.RINGING for state in State if state is not _S.RINGING},
    **{(state, "busy"): _S.TALKING for state in State if state is not _S.TALKING},
    **{(state, "holds"): _S.HELD for state in State if state is not _S.HELD},
    **{(state, "consults"): _S.CONSULTING for state in State if state is not _S.CONSULTING},
    **{(state, "gone"): _S.OFFLINE for state in State if state is not _S.OFFLINE},
}
SEEN = {
    handsets.State.IDLE: "free",
    handsets.State.RINGING: "rings",
    handsets.State.DIAL_TONE: "busy",
    handsets.State.CONGESTION: "busy",  # the far end has gone, he has not put it back yet
    **{state: "busy" for state in handsets.CONNECTED},
}  # whatever else: gone (out of service, or left off its hook)
AT_REST = {
    _S.IDLE: "free",
    _S.WRAPUP: "free",
    _S.RINGING: "rings",
    _S.TALKING: "busy",
    _S.HELD: "holds",
    _S.CONSULTING: "consults",
    _S.OFFLINE: "gone",
}
VANISHED = "vanished in a call"
REASONS = {
    "free": "on its hook",
    "rings": "offered a call",
    "busy": "off its hook",
    "holds": "his caller is on hold",
    "consults": "asks a colleague",
    "gone": "out of reach",
}


@dataclass(eq=False)
class Agent:
    """Somebody of the office at his station. `since` is when he became available, in µs."""

    name: str
    station: str | None
    status: Status = Status.OFF
    state: State = State.OFFLINE
    code: str = ""  # of his break
    dnd: bool = False
    since: int = 0
    signed_in: int = 0  # µs: when
    misses: int = 0
    not_before: int = 0  # µs: no offer before
    handled: int = 0  # calls, on the day `counted_on`
    counted_on: str = ""
    spared: bool = False  # what kept him came to nothing: his place among the idle is kept
    wrap: WrapUp | None = None  # of the last call of a queue that he took

    @property
    def free(self) -> bool:
        return self.state is State.IDLE and self.there

    @property
    def there(self) -> bool:
        """Does anybody wait for him with reason? His station is in reach, and he takes calls."""
        return self.status is Status.AVAILABLE and not self.dnd and self.state is not State.OFFLINE

    @property
    def in_call(self) -> bool:
        return self.state in IN_CALL
