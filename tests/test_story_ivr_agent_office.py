"""Somebody of the office puts his caller through to another office of the owner's list, by *0 or his page."""

from typing import Any

import pytest
from stories import BOTH, menu_heard
from test_story_ivr import hears

from firmware.base import Refused
from firmware.base.events import CallDialled, CallEnded, CallMoved
from hostsim.office import Office

AARHUS, ODENSE = "+4586120001", "+4566120002"
OFFICES: dict[str, Any] = {
    "offices": {"aarhus": {"number": AARHUS, "tells": "{caller}"}, "odense": {"number": ODENSE}},
}


def in_a_call(office: Office) -> tuple[Any, Any]:
    """Ann talks with a caller."""
    ann = office.agent("ann")
    ann.sign_in()
    caller = menu_heard(office)
    caller.press("1")
    office.wait_until(lambda: ann.ringing, 10)
    ann.answer()
    office.wait(2)
    return caller, ann


def order(office: Office, to: str) -> None:
    office.order("agent.office", who="ann", to=to)


@pytest.mark.parametrize("fidelity", BOTH)
def test_0_puts_the_caller_on_hold_through_and_who_answers_hears_his_number_first(fidelity: Any) -> None:
    with Office(OFFICES, fidelity=fidelity) as office:
        far = office.caller(AARHUS)
        caller, ann = in_a_call(office)
        ann.flash()
        office.wait(1)
        assert caller.hears() == "music"
        ann.press("*01")
        office.wait_until(lambda: far.ringing, 10)
        assert (caller.hears(), ann.hears()) == ("ringback", "dial")
        far.answer()
        hears(office, far, "office.call")
        hears(office, far, "digit.4")  # +45 …
        office.wait_until(lambda: office.saw(CallMoved), 8)
        assert [(event.to, event.by) for event in office.saw(CallMoved)] == [("aarhus", "box")]
        office.wait(1)
        assert far.hears() == caller.hears() == "silence"
        caller.hang_up()
        office.wait(20)
        assert office.box.exchange.calls == {}


def test_where_nobody_answers_he_rings_again_where_he_came_from() -> None:
    with Office(OFFICES, fidelity="signal") as office:
        far = office.caller(ODENSE)
        caller, ann = in_a_call(office)
        order(office, "odense")
        office.wait_until(lambda: far.ringing, 10)
        ann.hang_up()
        office.wait_until(lambda: ann.ringing, 60)
        office.wait(1)
        assert not far.ringing
        ann.answer()
        office.wait(2)
        assert (ann.state, caller.state) == ("talking", "talking")


def test_no_number_is_dialled_but_the_owners_and_no_dial_tone_of_outside_is_heard() -> None:
    with Office(OFFICES, fidelity="signal") as office:
        caller, ann = in_a_call(office)
        for keys in ("*07", "*00", "*0#"):
            ann.flash()
            office.wait(1)
            ann.press(keys)
            hears(office, office.phone("phone1"), "code.not_now", 10)
            office.wait(3)
            ann.resume()
            office.wait(1)
        assert office.saw(CallDialled) == []
        assert caller.state == "talking"
        order(office, "bergen")
        with pytest.raises(Refused, match="aarhus, odense"):
            office.wait(1)


def test_the_last_line_stays_free_and_a_caller_who_leaves_ends_it_all() -> None:
    with Office(OFFICES, fidelity="signal") as office:
        far = office.caller(AARHUS)
        caller, _ = in_a_call(office)
        for line in (2, 3):
            menu_heard(office, line, f"+453312000{line}")
        order(office, "aarhus")
        with pytest.raises(Refused, match="no line is free"):
            office.wait(1)
    with Office(OFFICES, fidelity="signal") as office:
        far = office.caller(AARHUS)
        caller, _ = in_a_call(office)
        order(office, "aarhus")
        office.wait_until(lambda: far.ringing, 10)
        caller.hang_up()
        office.wait(20)
        assert (far.ringing, office.box.exchange.calls) == (False, {})
        assert {event.call for event in office.saw(CallEnded)} == {"story-1", "story-2"}
        assert office.box.exchange.lines["line1"].call is None
