"""An office that calls back: its settings, who asks, and who is called."""

from typing import Any

from stories import HANSEN, menu_heard

from firmware.base.events import (
    CallbackDone,
    CallbackMissed,
    CallDialled,
    Event,
)
from hostsim.office import Office

ON: dict[str, Any] = {"enabled": True}
CONFIRM, QUESTION = "prompt:callback.on", "prompt:callback.question"


def asked_for(**callback: Any) -> dict[str, Any]:
    """One agent in support, who may be asked by key 1 to call back."""
    support = {"members": ["ann"], "wrap_s": 0, "keys": {"1": "callback"}, "callback": {**ON, **callback}}
    return {"queues": {"support": support}}


def busy_ann(office: Office) -> Any:
    """ann is there, and speaks with a colleague."""
    office.wait(3)
    office.agent("ann").sign_in()
    phone, other = office.phone("phone1"), office.phone("phone2")
    phone.lift()
    office.wait(1)
    phone.press("202#")
    office.wait_until(lambda: other.ringing, 3)
    other.lift()
    office.wait(1)
    return phone


def waits(office: Office, line: int = 1, number: str = HANSEN) -> Any:
    caller = menu_heard(office, line=line, number=number)
    caller.press("2")
    office.wait(2)
    return caller


def waits_long(office: Office) -> Any:
    """ann has served three callers, a minute each, and is on a call of her own when the next one comes."""
    phone = office.phone("phone1")
    office.wait(3)
    office.agent("ann").sign_in()
    for _ in range(3):
        served = waits(office)
        phone.lift()
        office.wait(60)
        served.hang_up()
        phone.hang_up()
        office.wait(8)
    phone.lift()
    return waits(office)


def asks(office: Office, line: int = 1, number: str = HANSEN) -> Any:
    """He waits, asks to be called back at his own number, and hangs up once it is promised."""
    caller = waits(office, line, number)
    caller.press("1")
    office.wait_until(lambda: caller.hears() == CONFIRM, 3)
    caller.press("1")
    office.wait_until(lambda: caller.hears() == "prompt:callback.thanks", 3)
    caller.hang_up()
    office.wait(3)
    return caller


def answers(office: Office, caller: Any) -> None:
    """His telephone rings, he lifts, is asked for a key, and presses it."""
    office.wait_until(lambda: caller.ringing, 10)
    caller.answer()
    office.wait_until(lambda: caller.hears() == QUESTION, 5)
    caller.press("1")
    office.wait(1)


def words(office: Office, who: Any, seconds: float) -> list[str]:
    """What he hears, one after another."""
    told: list[str] = []
    for _ in range(round(seconds * 10)):
        office.wait(0.1)
        if (word := who.hears()) not in told[-1:]:
            told.append(word)
    return told


class Hanging:
    """A disk that takes nothing any more."""

    def commit(self) -> None:
        pass


def outcomes(office: Office) -> list[str]:
    return [event.outcome for event in office.saw(CallbackDone)]


def offered(office: Office, phone: Any) -> None:
    """Somebody is free, a call-back rings, he lifts and wants no preview."""
    phone.hang_up()
    office.wait_until(lambda: phone.ringing, 5)
    phone.lift()
    office.wait(1)
    phone.press("#")


def missed(office: Office) -> float | None:
    """The try goes on until it has failed; the seconds to the next one."""
    before = len(office.saw(CallbackMissed))
    office.wait_until(lambda: len(office.saw(CallbackMissed)) > before, 80)
    return office.saw(CallbackMissed)[-1].next_s


def outside(office: Office, kind: type[Event]) -> list[Any]:
    """Events of that type, but for those of calls between telephones."""
    inside = {event.call for event in office.saw(CallDialled) if event.line is None}
    return [event for event in office.saw(kind) if event.fields()["call"] not in inside]
