"""A caller who speaks another language than the office: all that he hears is in his."""

from typing import Any

import pytest
from stories import HANSEN
from test_story_ivr import flow, hears, rings

from firmware.base.events import MessageBegan, WaitTold
from hostsim.office import Office

STEPS: dict[str, Any] = {
    "first": {"do": "language", "prompts": ["one_moment"], "keys": {"1": "en", "2": "da"}, "next": "bill"},
    "bill": {"do": "speak", "what": "money", "value": "21.50", "next": "support"},
}
WAITS: dict[str, Any] = {"queues": {"support": {"members": ["ann"], "keys": {"2": "mailbox:support"}}}}


def languages(office: Office, who: Any, seconds: float) -> list[tuple[str, str]]:
    """Each prompt that he hears, and its language."""
    told: list[tuple[str, str]] = []
    for _ in range(round(seconds * 50)):
        office.wait(0.02)
        word = (who.hears().removeprefix("prompt:"), who.hears_in())
        if word[1] and (not told or told[-1] != word):
            told.append(word)
    return told


def test_who_chooses_danish_hears_danish_from_then_on() -> None:
    with Office({**flow(STEPS), **WAITS}, fidelity="signal") as office:
        office.wait(3)
        office.agent("ann").sign_in()
        caller = rings(office)
        hears(office, caller, "one_moment")
        assert caller.hears_in() == "en"
        caller.press("2")
        told = languages(office, caller, 25)
        assert told[1:6] == [
            *(("whole.21", "da"), ("money.krone.many", "da"), ("number.and", "da")),
            *(("number.50", "da"), ("money.krone.cents", "da")),
        ]
        assert ("queue.next", "da") in told and ("exit.message", "da") in told
        assert {language for _, language in told[1:]} == {"da"}
        assert office.saw(WaitTold)
        assert caller.hears_in() == ""


def test_whoever_is_known_by_his_number_is_greeted_in_his_language_and_the_next_on_that_line_is_not() -> None:
    with Office(fidelity="signal") as office:
        office.wait(3)
        office.order("caller.put", number=HANSEN, language="da")
        caller = rings(office)
        hears(office, caller, "greeting")
        assert caller.hears_in() == "da"
        caller.hang_up()
        office.wait(15)
        other = office.caller("+4533120002")
        other.dial(line=1)
        office.wait_until(lambda: other.hears() == "prompt:greeting", 15)
        assert other.hears_in() == "en"


def test_a_mailbox_and_the_goodbye_speak_his_language_and_agents_hear_the_offices() -> None:
    with Office({"menus": {"main": {"keys": {"5": "mailbox:ann"}}}}, fidelity="signal") as office:
        office.wait(3)
        office.order("caller.put", number=HANSEN, language="da")
        caller = rings(office)
        caller.press("5")
        told = languages(office, caller, 20)
        assert ("mailbox.speak", "da") in told and ("mailbox.nothing", "da") in told
        assert len(office.saw(MessageBegan)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"language": "da"},
        {
            "identities": {"acme": {"label": "Acme", "language": "da"}},
            "lines": {"line1": {"identity": "acme"}},
        },
        {"types": {"bill": {"label": "Bill", "language": "da"}}, "lines": {"line1": {"type": "bill"}}},
    ],
)
def test_the_language_of_the_office_of_a_company_or_of_what_a_call_is_about(change: dict[str, Any]) -> None:
    with Office(change, fidelity="signal") as office:
        caller = rings(office)
        hears(office, caller, "greeting")
        assert caller.hears_in() == "da"


def test_a_language_that_the_box_does_not_speak_is_the_offices() -> None:
    with Office(
        flow({**STEPS, "first": {**STEPS["first"], "keys": {"2": "ko"}}}), fidelity="signal"
    ) as office:
        caller = rings(office)
        hears(office, caller, "one_moment")
        caller.press("2")
        told = languages(office, caller, 4)
        assert told[1] == ("number.20", "en")


def test_at_copper_a_danish_caller_hears_danish() -> None:
    with Office({**flow(STEPS), **WAITS}) as office:
        caller = rings(office)
        hears(office, caller, "one_moment")
        assert caller.hears_in() == "en"
        caller.press("2")
        office.wait_until(lambda: caller.hears() == "prompt:money.krone.many", 3)
        assert caller.hears_in() == "da"
