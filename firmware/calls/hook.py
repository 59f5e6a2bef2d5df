"""The machine of a telephone as a table: what it can be, and what each fact and order makes of it."""

from enum import Enum

from firmware.base.ports import (
    Fact,
    Flashed,
    HungUp,
    InService,
    KeyHeard,
    Lifted,
    OutOfService,
    RingBegan,
    RingEnded,
)


class State(Enum):
    IDLE = "idle"
    RINGING = "ringing"
    DIAL_TONE = "dial_tone"
    DIALLING = "dialling"
    SERVED = "served"  # the box speaks with him
    CALLING = "calling"  # the number is complete, nobody answered yet
    TALKING = "talking"
    CONGESTION = "congestion"
    HOWLER = "howler"
    PARKED = "off_hook"
    OUT = "out"


_S = State
_LEFT_OFF = (_S.CONGESTION, _S.HOWLER, _S.PARKED)
LIFTED = (_S.DIAL_TONE, _S.DIALLING, _S.SERVED, _S.CALLING, _S.TALKING, *_LEFT_OFF)
CONNECTED = (_S.DIALLING, _S.SERVED, _S.CALLING, _S.TALKING)
NEXT: dict[tuple[State, type[Fact] | str], State] = {
    (_S.IDLE, "ring"): _S.RINGING,
    (_S.IDLE, Lifted): _S.DIAL_TONE,
    (_S.RINGING, Lifted): _S.TALKING,
    (_S.RINGING, "stop"): _S.IDLE,
    (_S.DIAL_TONE, KeyHeard): _S.DIALLING,
    (_S.DIAL_TONE, "waited"): _S.CONGESTION,
    (_S.DIALLING, "waited"): _S.CONGESTION,
    (_S.DIALLING, "call"): _S.CALLING,
    (_S.DIALLING, "serve"): _S.SERVED,
    (_S.SERVED, "served"): _S.DIAL_TONE,
    (_S.SERVED, "call"): _S.CALLING,
    (_S.CALLING, "answer"): _S.TALKING,
    (_S.DIAL_TONE, "call"): _S.CALLING,  # a page dialled for him
    (_S.TALKING, "calls again"): _S.CALLING,  # his colleague handed him on
    (_S.TALKING, "set aside"): _S.DIAL_TONE,
    (_S.CALLING, "set aside"): _S.DIAL_TONE,
    (_S.CONGESTION, "waited"): _S.HOWLER,
    (_S.HOWLER, "waited"): _S.PARKED,
    (_S.OUT, InService): _S.IDLE,
    (_S.OUT, OutOfService): _S.OUT,
    # Keys go on being heard: an emergency number is dialled from any of these.
    **{(state, KeyHeard): state for state in (*CONNECTED, *_LEFT_OFF)},
    # On its hook it only hears the echo of the caller that we show it.
    **{(state, KeyHeard): state for state in (_S.IDLE, _S.RINGING)},
    **{(state, "call"): _S.CALLING for state in _LEFT_OFF},
    **{(state, "take"): _S.TALKING for state in LIFTED},
    **{(state, "far_end_gone"): _S.CONGESTION for state in CONNECTED},
    **{(state, HungUp): _S.IDLE for state in LIFTED},
    **{(state, Flashed): state for state in LIFTED},
    **{(state, burst): state for state in State for burst in (RingBegan, RingEnded)},
    **{(state, OutOfService): _S.OUT for state in State if state is not _S.OUT},
}
