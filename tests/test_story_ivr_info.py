"""An agent lets a caller hear stored information, and has him back; or sends him into the flow."""

from typing import Any

import pytest
from stories import menu_heard
from test_story_ivr import hears

from firmware.base import Refused
from firmware.base.events import CallEnded, CallResumed, DigitHeard, InfoPlayed
from hostsim.office import Office

INFO = {"steps": {"way": {"do": "info", "topic": "way", "prompts": ["closed"], "next": "goodbye"}}}
AGAIN = {"steps": {"way": {**INFO["steps"]["way"], "again": True}}}


def in_a_call(office: Office) -> tuple[Any, Any]:
    """Ben talks with a caller."""
    ben = office.agent("ben")
    ben.sign_in()
    caller = menu_heard(office)
    caller.press("1")
    office.wait_until(lambda: ben.ringing, 10)
    ben.answer()
    office.wait(2)
    return caller, ben


def inform(office: Office, topic: str = "way") -> None:
    office.order("agent.inform", who="ben", topic=topic)


def test_the_caller_hears_it_and_is_back_with_his_agent() -> None:
    with Office(INFO, fidelity="signal") as office:
        caller, ben = in_a_call(office)
        inform(office)
        hears(office, caller, "closed", 3)
        assert ben.state == "held"
        office.wait_until(lambda: ben.state == "talking", 15)
        assert [event.topic for event in office.saw(InfoPlayed)] == ["way"]
        office.wait(1)
        assert caller.state == "talking"
        assert office.saw(CallEnded) == []


def test_the_agent_may_take_him_back_before_its_end() -> None:
    with Office(AGAIN, fidelity="signal") as office:
        caller, ben = in_a_call(office)
        inform(office)
        hears(office, caller, "closed", 3)
        ben.resume()
        office.wait(1)
        assert caller.hears() != "prompt:closed"
        told = len(office.saw(DigitHeard))
        caller.press("1")
        office.wait(40)
        assert (len(office.saw(InfoPlayed)), len(office.saw(DigitHeard))) == (1, told)
        assert ben.state == "talking"
        assert len(office.saw(CallResumed)) == 1


def test_an_agent_who_hung_up_meanwhile_is_rung_with_him() -> None:
    with Office(INFO, fidelity="signal") as office:
        caller, ben = in_a_call(office)
        inform(office)
        hears(office, caller, "closed", 3)
        ben.hang_up()
        office.wait_until(lambda: ben.ringing, 20)


def test_a_caller_who_leaves_while_it_is_said_is_gone() -> None:
    with Office(INFO, fidelity="signal") as office:
        caller, _ = in_a_call(office)
        inform(office)
        hears(office, caller, "closed", 3)
        caller.hang_up()
        office.wait(40)
        assert len(office.saw(CallEnded)) == 1


def test_what_there_is_not_is_refused_with_what_there_is() -> None:
    with Office(INFO, fidelity="signal") as office:
        in_a_call(office)
        inform(office, "weather")
        with pytest.raises(Refused, match='no information "weather"; there is way'):
            office.wait(1)


def test_an_agent_sends_a_caller_into_the_flow() -> None:
    with Office(INFO, fidelity="signal") as office:
        caller, ben = in_a_call(office)
        ben.transfer("way")
        hears(office, caller, "closed", 3)
        hears(office, caller, "goodbye", 15)
        office.wait(10)
        assert [event.side for event in office.saw(CallEnded)] == ["box"]
