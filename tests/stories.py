"""What many stories begin with, and how two journals are compared."""

import json
from collections import defaultdict
from typing import Any

from hostsim.office import Office

HANSEN = "+4533120001"
BOTH = ("signal", "copper")
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


def by_call(office: Office) -> dict[str, list[tuple[str, Any]]]:
    """Each call's events in order, without times: the same at both fidelities."""
    told: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for line in office.journal.dump():
        event = json.loads(line)
        if event["type"] in CALL_EVENTS | QUEUE_EVENTS:
            fields = {key: value for key, value in event["fields"].items() if key != "seconds"}
            told[fields["call"]].append((event["type"], fields))
    return told
