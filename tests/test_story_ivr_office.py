"""A caller is put through to another office of the owner's list, and to no other number."""

from typing import Any

import pytest
from test_story_ivr import flow, hears, led_to, rings

from firmware.base import Refused
from firmware.base.events import CallDialled, CallEnded, CallMoved
from hostsim.office import Office

AARHUS = "+4586120001"
STEPS = {
    "first": {"do": "collect", "name": "case", "most": 2, "prompts": ["collect.number"], "next": "far"},
    "far": {"do": "office", "to": "aarhus", "tells": "{case}", "else": "sales"},
}
RULES = {**flow(STEPS), "offices": {"aarhus": {"number": AARHUS}}}


def asks(office: Office, line: int = 1) -> Any:
    """A caller gives his case."""
    caller = rings(office, f"+453312000{line}", line)
    caller.press("42")
    return caller


def put_through(office: Office) -> tuple[Any, Any]:
    far = office.caller(AARHUS)
    caller = asks(office)
    office.wait_until(lambda: far.ringing, 15)
    far.answer()
    return caller, far


def test_whoever_answers_there_hears_the_case_first_and_then_the_caller() -> None:
    with Office(RULES, fidelity="signal") as office:
        far = office.caller(AARHUS)
        caller = asks(office)
        office.wait_until(lambda: far.ringing, 15)
        assert caller.hears() == "ringback"
        far.answer()
        for prompt in ("office.call", "digit.4", "digit.2"):
            hears(office, far, prompt)
        office.wait_until(lambda: office.saw(CallMoved), 5)
        assert [(event.to, event.by) for event in office.saw(CallMoved)] == [("aarhus", "box")]
        assert office.box.snapshot()["calls"][0]["state"] == "talking"


@pytest.mark.parametrize("who", [0, 1])
def test_when_one_hangs_up_both_lines_are_free(who: int) -> None:
    with Office(RULES, fidelity="signal") as office:
        both = put_through(office)
        office.wait(10)
        both[who].hang_up()
        office.wait(20)
        assert len(office.saw(CallEnded)) == 2
        assert office.box.exchange.calls == {}


def test_where_nobody_answers_he_goes_elsewhere() -> None:
    with Office(RULES, fidelity="signal") as office:
        far = office.caller(AARHUS)
        asks(office)
        office.wait(70)
        assert led_to(office) == ["sales"]
        assert [event.side for event in office.saw(CallEnded)] == ["box"]
        assert not far.ringing


def test_a_number_that_is_nobodys_leads_elsewhere_at_once() -> None:
    with Office(RULES, fidelity="signal") as office:
        asks(office)
        office.wait(20)
        assert led_to(office) == ["sales"]


def test_who_hangs_up_meanwhile_ends_the_other_call_too() -> None:
    with Office(RULES, fidelity="signal") as office:
        far = office.caller(AARHUS)
        caller = asks(office)
        office.wait_until(lambda: far.ringing, 15)
        caller.hang_up()
        office.wait(20)
        assert (far.ringing, office.box.exchange.calls) == (False, {})


def test_no_more_than_two_are_put_through_at_once_and_the_last_line_stays_free() -> None:
    with Office(RULES, fidelity="signal") as office:
        put_through(office)
        office.wait(10)
        asks(office, line=2)
        office.wait(5)
        assert len(office.saw(CallDialled)) == 1  # only one line was left
        assert led_to(office) == ["sales"]


def test_half_an_hour_is_enough() -> None:
    with Office(RULES, fidelity="signal") as office:
        put_through(office)
        office.wait(1830)
        assert len(office.saw(CallEnded)) == 2


@pytest.mark.parametrize("number", ["+4590000000", "+18095551234", "+112", "+4532100001"])
def test_no_costly_or_own_number_is_on_the_list(number: str) -> None:
    with pytest.raises(Refused, match=r"offices\.aarhus\.number"):
        Office({**RULES, "offices": {"aarhus": {"number": number}}}, fidelity="signal")
