"""A caller in the owner's own flow: asked, checked, branched and told, and led to somebody who knows it."""

from typing import Any

import pytest
from stories import BOTH, HANSEN

from firmware.base.events import (
    CallEnded,
    CaseData,
    DigitHeard,
    FlowStopped,
    InfoPlayed,
    PhoneRang,
    QueueEntered,
)
from hostsim.office import Office

both = pytest.mark.parametrize("fidelity", BOTH)


def rings(office: Office, number: str = HANSEN, line: int = 1) -> Any:
    """Somebody rings, and is answered."""
    caller = office.caller(number)
    caller.dial(line=line)
    office.wait_until(lambda: caller.state == "talking", 20)
    office.wait(0.5)
    return caller


def hears(office: Office, caller: Any, prompt: str, at_most: float = 15) -> None:
    office.wait_until(lambda: caller.hears() == f"prompt:{prompt}", at_most)


def flow(steps: dict[str, Any], **menus: Any) -> dict[str, Any]:
    """Every line leads straight into `first`."""
    return {"lines": {f"line{n}": {"to": "first"} for n in range(1, 5)}, "steps": steps, "menus": menus}


def led_to(office: Office) -> list[str]:
    return [event.queue for event in office.saw(QueueEntered)]


ACCOUNT = {
    "first": {"do": "say", "prompts": ["greeting"], "next": "account"},
    "account": {
        "do": "collect",
        "prompts": ["collect.number"],
        "name": "account",
        "least": 4,
        "most": 6,
        "check": "luhn",
        "next": "kind",
    },
    "kind": {"do": "branch", "on": "data", "of": "account", "cases": {"4242": "support"}, "else": "sales"},
}


@both
def test_who_keys_his_number_is_led_by_it_and_whoever_lifts_sees_it(fidelity: str) -> None:
    with Office(flow(ACCOUNT), fidelity=fidelity) as office:
        caller = rings(office)
        hears(office, caller, "collect.number")
        caller.press("4242#")
        office.wait_until(lambda: office.phone("phone3").ringing, 5)
        assert led_to(office) == ["support"]
        assert [(event.key, event.value) for event in office.saw(CaseData)] == [("account", "4242")]
        assert "".join(event.key for event in office.saw(DigitHeard)) == "4242#"
        assert office.box.snapshot()["calls"][0]["data"] == {"account": "4242"}


def test_a_wrong_number_is_asked_for_again_and_the_third_time_a_person_helps() -> None:
    with Office(flow(ACCOUNT), fidelity="signal") as office:
        caller = rings(office)
        for _ in range(3):
            hears(office, caller, "collect.number")
            caller.press("4243#")
            office.wait(1)
        office.wait_until(lambda: office.phone("phone1").ringing, 5)
        assert office.saw(CaseData) == []


def test_who_has_no_keys_reaches_a_person() -> None:
    with Office(flow(ACCOUNT), fidelity="signal") as office:
        caller = rings(office)
        hears(office, caller, "collect.nothing", 30)
        office.wait_until(lambda: office.phone("phone1").ringing, 60)
        assert office.saw(CallEnded) == []


def test_what_is_keyed_ahead_answers_the_questions_that_follow() -> None:
    more = {"first": {"do": "collect", "name": "one", "most": 3, "next": "account"}}
    with Office(flow({**ACCOUNT, **more}), fidelity="signal") as office:
        caller = rings(office)
        caller.press("123#4242#")
        office.wait(4)
        assert [(event.key, event.value) for event in office.saw(CaseData)] == [
            ("one", "123"),
            ("account", "4242"),
        ]
        assert led_to(office) == ["support"]


def test_a_secret_stands_in_no_event_and_on_no_screen() -> None:
    steps = {
        "first": {"do": "collect", "name": "number", "most": 4, "next": "secret"},
        "secret": {"do": "collect", "name": "code", "most": 4, "secret": True, "next": "sales"},
    }
    with Office(flow(steps), fidelity="signal") as office:
        rings(office).press("1111#9753#")
        office.wait(4)
        assert led_to(office) == ["sales"]
        assert office.box.snapshot()["calls"][0]["data"] == {"number": "1111", "code": "•••"}
        assert "9" not in {event.key for event in office.saw(DigitHeard)}
        assert "9753" not in "".join(office.journal.dump())


def test_data_is_set_spoken_and_branched_on() -> None:
    steps = {
        "first": {"do": "set", "data": {"bill": "121.50", "who": "{caller}/{line}"}, "next": "tell"},
        "tell": {"do": "speak", "what": "money", "value": "{bill}", "next": "where"},
        "where": {"do": "branch", "on": "caller", "cases": {"+45": "sales", "+4533": "support"}},
    }
    with Office(flow(steps), fidelity="signal") as office:
        caller = rings(office)
        for prompt in (
            "digit.1",
            "number.hundred",
            "number.and",
            "number.20",
            "money.krone.many",
            "number.50",
        ):
            hears(office, caller, prompt)
        office.wait(3)
        assert led_to(office) == ["support"]
        assert office.saw(CaseData)[1].value == f"{HANSEN}/line1"


def test_information_is_said_counted_and_said_again() -> None:
    steps = {"first": {"do": "info", "topic": "way", "prompts": ["closed"], "again": True, "next": "goodbye"}}
    with Office(flow(steps), fidelity="signal") as office:
        caller = rings(office)
        hears(office, caller, "info.again")
        caller.press("1")
        hears(office, caller, "closed")
        hears(office, caller, "goodbye", 30)
        office.wait(6)
        assert [event.topic for event in office.saw(InfoPlayed)] == ["way", "way"]
        assert [event.reason for event in office.saw(CallEnded)] == ["hang_up"]


SUBMENU = {"menus": {"main": {"keys": {"3": "more"}}, "more": {"prompt": "closed", "keys": {"1": "sales"}}}}


@pytest.mark.parametrize(("key", "heard"), [("*", "menu.main"), ("#", "closed"), ("0", None)])
def test_star_goes_back_hash_repeats_and_zero_is_a_person_in_every_menu(key: str, heard: str | None) -> None:
    with Office(SUBMENU, fidelity="signal") as office:
        caller = rings(office)
        caller.press("3")
        hears(office, caller, "closed")
        office.wait(1)
        caller.press(key)
        office.wait(0.5)
        if heard is not None:
            assert caller.hears() == f"prompt:{heard}"
        else:
            assert [event.station for event in office.saw(PhoneRang)] == ["phone1"]


def test_the_owner_may_give_zero_another_meaning() -> None:
    with Office({"menus": {"main": {"keys": {"0": "sales"}}}}, fidelity="signal") as office:
        rings(office).press("0")
        office.wait(1)
        assert led_to(office) == ["sales"]


def test_who_goes_round_in_circles_is_led_to_a_person_and_the_owner_is_told() -> None:
    steps = {
        "first": {"do": "set", "data": {"a": "1"}, "next": "second"},
        "second": {"do": "branch", "on": "data", "of": "a", "cases": {"1": "first"}},
    }
    with Office(flow(steps), fidelity="signal") as office:
        rings(office)
        office.wait_until(lambda: office.phone("phone1").ringing, 10)
        assert len(office.saw(FlowStopped)) == 1


def test_a_call_stays_on_the_flow_that_it_began_with() -> None:
    with Office(flow(ACCOUNT), fidelity="signal") as office:
        caller = rings(office)
        office.settings({"steps": {"account": None, "kind": None, "first": {"next": "sales"}}})
        hears(office, caller, "collect.number")
        caller.press("4242#")
        office.wait(2)
        rings(office, "+4533120002", line=2)
        office.wait(6)
        assert led_to(office) == ["support", "sales"]


def test_a_key_of_a_queue_leads_back_into_a_menu() -> None:
    rules = {"queues": {"sales": {"keys": {"9": "main"}}}}
    with Office(rules, fidelity="signal") as office:
        caller = rings(office)
        caller.press("1")
        office.wait(3)
        caller.press("9")
        hears(office, caller, "menu.main", 2)
        caller.press("2")
        office.wait(1)
        assert led_to(office) == ["sales", "support"]
