"""A call: who is on it, what stage it is in, and since when.

A call has a caller and, once somebody is there, a called party; each is a line or a handset.
The table names the stages; what happens on the way is done by the exchange.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Literal, Protocol

from firmware.base import Impossible
from firmware.base.events import Answering, Ending, Event, Side

if TYPE_CHECKING:
    from firmware.calls.dialogue import Script
    from firmware.calls.handset import Handset
    from firmware.calls.line import Line

Tell = Callable[[Event], object]
Direction = Literal["in", "out", "inside"]


class Stage(Enum):
    PROMISED = "promised"  # a call-back: somebody of the office is rung first, no line is taken yet
    ARRIVING = "arriving"  # the line rings, the box has not answered
    GREETED = "greeted"  # the box speaks with the caller
    DIALLING = "dialling"  # the box asks the exchange for a line and sends digits
    RINGING = "ringing"  # somebody is being rung
    HELD = "held"  # by a telephone of the office
    PARKED = "parked"  # for anybody
    TALKING = "talking"
    ENDED = "ended"


_S = Stage
NEXT: dict[tuple[Stage, str], Stage] = {
    (_S.PROMISED, "dial"): _S.DIALLING,
    (_S.ARRIVING, "greet"): _S.GREETED,
    (_S.GREETED, "send"): _S.RINGING,
    (_S.RINGING, "send"): _S.RINGING,  # to the next place
    (_S.RINGING, "greet"): _S.GREETED,  # back to a menu
    (_S.DIALLING, "sent"): _S.RINGING,
    (_S.RINGING, "retry"): _S.DIALLING,  # the next line
    (_S.DIALLING, "retry"): _S.DIALLING,
    (_S.RINGING, "answer"): _S.TALKING,
    (_S.PROMISED, "listen"): _S.TALKING,
    (_S.TALKING, "hold"): _S.HELD,
    (_S.HELD, "resume"): _S.TALKING,
    **{(stage, "park"): _S.PARKED for stage in (_S.TALKING, _S.HELD)},
    **{(stage, "send"): _S.RINGING for stage in (_S.TALKING, _S.HELD, _S.PARKED)},
    (_S.TALKING, "wait"): _S.RINGING,  # he was called back, and waits for somebody to be free
    **{(stage, "end"): _S.ENDED for stage in Stage if stage is not _S.ENDED},
}


class Leg(Protocol):
    """For whom the box itself dials, where no telephone of the office does."""

    name: str  # who dials, as CallDialled tells it

    def answered(self, how: Answering) -> None:
        """Somebody, or a machine, is there."""

    def over(self, side: Side, reason: Ending) -> None:
        """The call that was dialled has ended."""


class Promise(Protocol):
    """Of whom a call-back is the affair, until both its ends are joined or it is over."""

    def lifted(self, phone: "Handset") -> None:
        """Somebody of the office is there: he is told what it is, and the far end is dialled."""

    def left(self) -> bool:
        """He hung up before both were joined. True: the call goes on without him."""


KEYS = 100.0  # of one call that are heard at once


@dataclass(eq=False, slots=True)  # a thousand may wait, and are looked at whenever one moves
class Call:
    """`began` is the instant (µs) of arrival or dialling, from which its seconds count."""

    id: str
    direction: Direction
    began: int
    stage: Stage
    line: "Line | None" = None
    phone: "Handset | None" = None  # the office's telephone on it; the calling one if both are inside
    called: "Handset | None" = None  # inside calls: the telephone that is called
    leg: Leg | None = None  # of a call that the box dials by itself
    reaches: "Handset | None" = None  # of such a call: the station outside that is its far end
    promise: Promise | None = None  # of a call-back whose ends are not joined yet
    number: str | None = None
    name: str | None = None
    type: str | None = None  # what it is about: a row of the settings
    identity: str | None = None  # whom its caller has reached: a row of the settings
    been: set[str] = field(default_factory=set)  # queues that sent it on
    data: dict[str, str] = field(default_factory=dict)  # what its caller keyed, and what was found of it
    language: str | None = None  # that he chose
    bridged: "Call | None" = None  # the call of the line that this one speaks with
    listens_since: int = 0  # µs: when he was set aside or handed on, who was talked with before
    emergency: bool = False
    blocked: str = ""  # the office takes no calls from there, by that rule
    told: bool = False  # CallArrived or CallDialled is out: seconds count, and it will end by an event
    rung: list["Handset"] = field(default_factory=list)  # telephones that ring for it
    keys_left: float = KEYS  # that are still heard of him at once (`flood`)
    keyed_at: int = 0  # µs

    def step(self, act: str) -> None:
        """Go where the table says."""
        new = NEXT.get((self.stage, act))
        if new is None:
            raise Impossible(f"call {self.id}: no way to {act} from {self.stage.value}")
        self.stage = new

    @property
    def over(self) -> bool:
        return self.stage is Stage.ENDED

    @property
    def partner(self) -> str | None:
        """Who speaks with the far end of its line: a telephone, or another line; None: nobody."""
        if self.bridged is not None and self.bridged.line is not None:
            return self.bridged.line.name
        if self.reaches is None:
            return self.phone.name if self.phone is not None else None
        met = self.reaches.call if self.reaches.off_hook else None
        if met is None:
            return None
        party = met.line or met.phone  # or the colleague who dialled him
        return party.name if party is not None else None


class Returner(Protocol):
    """Who sees to whoever had to do with a telephone that has vanished: of the desk."""

    def unrung(self, call: Call, phone: "Handset") -> bool:
        """It rang for that call. True: he waits, and the next is asked."""

    def away(self, phone: "Handset") -> None:
        """It vanished in a call, and is not back in time."""

    def give_back(self, call: Call, phone: "Handset") -> None:
        """A caller was kept for it."""


class Distributor(Protocol):
    """Who finds a station for a call: the desk."""

    def send(self, call: Call, to: str) -> None:
        """The caller of `call` is to be led to the destination `to`."""

    def answered(self, call: Call, phone: "Handset") -> None:
        """Somebody lifted `phone` for it; the other telephones that rang are free."""

    def over(self, call: Call) -> None:
        """The call ends: nobody is to be found for it any more."""

    def changed(self, station: str) -> None:
        """A station is in another state: it may be rung again, or no more."""

    def number_at(self, station: str) -> str | None:
        """What is dialled to reach it; None: nobody sits there."""

    def reached(self, number: str) -> str | None:
        """The station that an inside number rings now; None: nobody is there, or nobody may be disturbed."""

    def led_elsewhere(self, call: Call, number: str) -> bool:
        """A colleague dialled that number. True: whoever has it wants him led elsewhere, and he is.
        False: it is rung; perhaps he is led elsewhere after a while."""

    def who_at(self, station: str) -> str | None:
        """Who is signed in there."""

    def queue_of(self, call: Call) -> str | None:
        """The queue in which its caller waits."""

    def knows(self, to: str) -> bool:
        """Is that a place where callers may be led?"""

    def keyed(self, call: Call, key: str) -> None:
        """A caller who waits pressed a key."""

    def intro(self, call: Call, phone: "Handset") -> "Script | None":
        """What whoever lifted hears before he is joined with the caller."""

    def unanswered(self, call: Call, phone: "Handset") -> bool:
        """Nobody took it there: its person missed it, and is spared for a while. False: nobody is there."""

    @property
    def returns(self) -> Returner: ...

    def declined(self, call: Call, phone: "Handset") -> bool:
        """He hung up. True: before he was joined, and the caller waits on."""
