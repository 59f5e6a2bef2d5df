"""What many stories begin with, and how two journals are compared."""

import json
from collections import defaultdict
from typing import Any

from firmware.base.events import CallMoved
from hostsim.office import Office

HANSEN = "+4533120001"
BOTH = ("signal", "copper")
DIRECT = {"lines": {"line1": {"to": "ann"}, "line2": {"to": "ann"}}}
CALL_EVENTS = {"CallArrived", "CallDialled", "DigitHeard", "PhoneRang", "CallAnswered", "CallEnded"}
QUEUE_EVENTS = {"QueueEntered", "QueueLeft"}


def menu_heard(office: Office, line: int = 1, number: str = HANSEN, name: str | None = "Hansen A/S") -> Any:
    """Somebody rings, the box answers and asks its question."""
    caller = office.caller(number, name=name)
    caller.dial(line=line)
    office.wait_until(lambda: caller.hears() == "prompt:menu.main", 20)
    return caller


def asks_for(office: Office, key: str, line: int = 1) -> Any:
    """Somebody rings, and keys over the greeting."""
    caller = office.caller(f"+453312000{line}")
    caller.dial(line=line)
    office.wait_until(lambda: caller.state == "talking", 20)
    office.wait(0.5)
    caller.press(key)
    return caller


def talking(office: Office, line: int = 1, number: str = HANSEN) -> tuple[Any, Any]:
    """A caller asked for sales, and phone1 was lifted."""
    caller = menu_heard(office, line, number)
    caller.press("1")
    phone = office.phone("phone1")
    office.wait_until(lambda: phone.ringing, 5)
    phone.lift()
    office.wait(2)
    return caller, phone


def ann_talks(office: Office) -> tuple[Any, Any]:
    """A caller on line 1 speaks with ann."""
    office.wait(2)
    ann = office.agent("ann")
    ann.sign_in()
    caller = office.caller("+4533120001")
    caller.dial(line=1)
    office.wait_until(lambda: ann.ringing, 12)
    ann.answer()
    office.wait(2)
    return caller, ann


def ben_is_asked(office: Office) -> tuple[Any, Any, Any]:
    """Ann's caller is on hold, ann talks with ben on phone2."""
    caller, ann = ann_talks(office)
    ann.transfer("ben", attended=True)
    ben = office.phone("phone2")
    office.wait_until(lambda: ben.ringing, 5)
    ben.lift()
    office.wait(1)
    return caller, ann, ben


def moves(office: Office) -> list[tuple[str, str]]:
    return [(event.to, event.by) for event in office.saw(CallMoved)]


def gains(office: Office, hearer: str) -> set[str]:
    """Whom a row hears."""
    found: set[str] = office.box.sound.voices(hearer)
    return found


def by_call(office: Office) -> dict[str, list[tuple[str, Any]]]:
    """Each call's events in order, without times: the same at both fidelities."""
    told: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for line in office.journal.dump():
        event = json.loads(line)
        if event["type"] in CALL_EVENTS | QUEUE_EVENTS:
            fields = {key: value for key, value in event["fields"].items() if key != "seconds"}
            told[fields["call"]].append((event["type"], fields))
    return told
