"""What a call is about, and for whom: direct lines, types of call, and several companies in one office."""

import json
from typing import Any

import pytest
from stories import BOTH, asks_for

from firmware.base import Refused
from firmware.base.events import CallArrived, CallTyped, PhoneRang, QueueEntered
from firmware.settings import merged, read
from hostsim.office import DEMO, Office

both = pytest.mark.parametrize("fidelity", BOTH)


def typed(office: Office) -> list[tuple[str, str]]:
    return [(event.kind, event.by) for event in office.saw(CallTyped)]


def rings_in(office: Office, number: str = "+4533120001", line: int = 1, seconds: float = 12) -> Any:
    caller = office.caller(number)
    caller.dial(line=line)
    office.wait(seconds)
    return caller


@both
def test_a_direct_line_rings_its_person_past_any_menu(fidelity: str) -> None:
    with Office({"lines": {"line2": {"to": "ben"}}}, fidelity=fidelity) as office:
        caller = rings_in(office, line=2, seconds=8)
        assert [event.station for event in office.saw(PhoneRang)] == ["phone2"]
        office.wait_until(lambda: caller.hears() == "ringback", 5)


def test_the_type_is_known_by_the_line() -> None:
    rules = {"lines": {"line1": {"type": "repairs"}}, "types": {"repairs": {"label": "Repairs"}}}
    with Office(rules, fidelity="signal") as office:
        asks_for(office, "1")
        office.wait(1)
        assert typed(office) == [("repairs", "line")]
        assert office.box.snapshot()["calls"][0]["label"] == "Repairs"


def test_the_type_is_known_by_the_key_and_leads_to_its_queue() -> None:
    rules = {
        "menus": {"main": {"keys": {"3": "repairs"}}},
        "types": {"repairs": {"label": "Repairs", "to": "support"}},
    }
    with Office(rules, fidelity="signal") as office:
        asks_for(office, "3")
        office.wait(1)
        assert typed(office) == [("repairs", "key")]
        assert [event.queue for event in office.saw(QueueEntered)] == ["support"]


def test_the_type_that_names_most_of_the_number_leads_past_the_menu() -> None:
    rules = {
        "types": {
            "country": {"label": "Denmark", "numbers": ["+45"]},
            "friends": {"label": "Friends", "numbers": ["+453312"], "to": "support"},
        }
    }
    with Office(rules, fidelity="signal") as office:
        rings_in(office)
        rings_in(office, "+4577777777", line=2)
        assert typed(office) == [("friends", "number"), ("country", "number")]
        assert [event.queue for event in office.saw(QueueEntered)] == ["support"]


def test_a_type_of_more_priority_is_served_first() -> None:
    rules = {
        "queues": {"sales": {"strategy": "longest_idle", "nobody": "wait"}},
        "types": {"vip": {"label": "VIP", "numbers": ["+4533129"], "priority": 5}},
    }
    with Office(rules, fidelity="signal") as office:
        asks_for(office, "1")
        office.wait(30)
        vip = office.caller("+4533129999")
        vip.dial(line=2)
        office.wait(4)
        vip.press("1")
        office.wait(2)
        office.agent("ben").sign_in()
        office.wait(1)
        assert office.saw(PhoneRang)[0].call == office.saw(QueueEntered)[1].call


def three_hundred() -> dict[str, Any]:
    """Call types by line, number and key; each with a queue of its own among twenty."""
    queues = {f"queue{n}": {"members": ["ben"], "nobody": "wait", "strategy": "hunt"} for n in range(20)}
    types = {
        f"type{n}": {"label": f"Type {n}", "to": f"queue{n % 20}", "numbers": [f"+4533{n:03}"]}
        for n in range(300)
    }
    return {"queues": queues, "types": types}


def test_three_hundred_types_each_lead_where_they_say() -> None:
    with Office(three_hundred(), fidelity="signal") as office:
        for n in range(300):
            caller = rings_in(office, f"+4533{n:03}001", line=n % 4 + 1)
            caller.hang_up()
            office.wait(4)
        assert typed(office) == [(f"type{n}", "number") for n in range(300)]
        assert [event.queue for event in office.saw(QueueEntered)] == [f"queue{n % 20}" for n in range(300)]


@both
def test_each_company_has_its_own_lines_greeting_menu_and_label(fidelity: str) -> None:
    rules = {
        "lines": {"line2": {"menu": None, "identity": "plumber"}},
        "identities": {"plumber": {"label": "Plumber Holm", "greeting": "operator", "menu": "pipes"}},
        "menus": {"pipes": {"prompt": "menu.timeout", "keys": {"1": "support"}}},
    }
    with Office(rules, fidelity=fidelity) as office:
        caller = office.caller("+4533120002")
        caller.dial(line=2)
        office.wait_until(lambda: caller.hears() == "prompt:operator", 10)
        office.wait_until(lambda: caller.hears() == "prompt:menu.timeout", 10)
        caller.press("1")
        office.wait(1)
        assert office.saw(CallArrived)[0].identity == "plumber"
        assert [event.queue for event in office.saw(QueueEntered)] == ["support"]
        assert office.box.snapshot()["calls"][0]["label"] == "Plumber Holm"


def test_a_company_has_hours_of_its_own() -> None:
    rules = {
        "hours": {"mornings": {"week": {"mon": ["09:00-09:01"]}, "holidays": False}},
        "lines": {"line2": {"identity": "plumber"}},
        "identities": {"plumber": {"label": "Plumber Holm", "hours": "mornings", "closed": "ben"}},
    }
    with Office(rules, fidelity="signal") as office:
        office.wait(120)
        rings_in(office, line=1, seconds=5)
        caller = office.caller("+4533120002")
        caller.dial(line=2)
        office.wait_until(lambda: caller.hears() == "prompt:hours.closed", 10)
        office.wait(10)
        assert [event.station for event in office.saw(PhoneRang)] == ["phone2"]


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"lines": {"line1": {"type": "gone"}}}, 'lines.line1.type: "gone" is not there yet'),
        ({"lines": {"line1": {"identity": "gone"}}}, 'lines.line1.identity: "gone" is not there yet'),
        ({"types": {"a": {"label": "A", "numbers": ["45"]}}}, "types.a.numbers: .* must begin with"),
        (
            {"types": {"a": {"label": "A"}}, "menus": {"main": {"keys": {"4": "a"}}}},
            "menus.main.keys.4: .* leads nowhere",
        ),
        ({"types": {"sales": {"label": "A"}}}, "is already the name of queues.sales"),
    ],
)
def test_a_row_that_cannot_be_is_named(rules: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        read(merged(json.loads(DEMO.read_text("utf-8")), rules))
