"""A page works its person's telephone: it answers, hangs up, keys and dials where no hook is lifted."""

from typing import Any

import pytest
from speech import recorded
from stories import asks_for

from firmware.base import Refused
from firmware.base.events import CallAnswered, CallDialled, CallEnded, EmergencyDialled, PhoneRang
from hostsim.office import Office

QUICK = {"queues": {"sales": {"wrap_s": 0}, "support": {"wrap_s": 0}}}


def rings_at(office: Office, who: str, line: int = 1) -> Any:
    """A caller of the sales queue rings somebody who has signed in."""
    office.wait(3)
    agent = office.agent(who)
    agent.sign_in()
    caller = asks_for(office, "1", line)
    office.wait_until(lambda: agent.ringing, 5)
    return caller


def refused(office: Office, order: str, sentence: str, **args: str) -> None:
    office.order(f"agent.{order}", **args)
    with pytest.raises(Refused, match=sentence):
        office.wait(0.1)


def test_a_station_without_a_hook_is_free_two_seconds_after_its_caller_has_hung_up() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller = rings_at(office, "dan")
        office.order("agent.answer", who="dan")
        office.wait(1)
        caller.hang_up()
        office.wait_until(lambda: office.saw(CallEnded), 5)
        office.wait(1)
        assert office.agent("dan").state == "talking"  # he hears that nobody is there
        office.wait_until(lambda: office.agent("dan").state == "idle", 1.2)


@pytest.mark.parametrize(("who", "station"), [("cleo", "usb1"), ("dan", "browser")])
def test_a_station_without_a_hook_is_answered_and_hung_up_by_its_page(who: str, station: str) -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller = rings_at(office, who)
        agent = office.agent(who)
        office.order("agent.answer", who=who)
        office.wait(0.1)
        assert (agent.state, office.saw(CallAnswered)[0].station) == ("talking", station)
        office.order("agent.hang_up", who=who)
        office.wait(0.1)
        assert (agent.state, office.saw(CallEnded)[0].side) == ("idle", "called")
        caller.hang_up()


def test_a_telephone_with_a_hook_is_lifted_by_hand_and_its_call_ended_by_the_page_all_the_same() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller = rings_at(office, "ann")
        refused(office, "answer", "Lift phone 1 to answer", who="ann")
        refused(office, "press", "answer phone 1 first", who="ann", keys="1")
        refused(office, "hang_up", "nobody is on the telephone at phone 1", who="ann")
        office.agent("ann").answer()
        office.wait(1)
        office.order("agent.hang_up", who="ann")
        office.wait(0.5)
        assert office.saw(CallEnded)[0].side == "called"
        caller.hang_up()
        assert office.agent("ann").hears() == "dial"  # it is still lifted, and may dial
        refused(office, "hang_up", "Put phone 1 back on its hook", who="ann")
        office.agent("ann").hang_up()
        office.wait(1.5)
        assert office.agent("ann").state == "idle"


def test_hanging_up_by_page_puts_through_whoever_is_on_hold_and_whoever_was_asked() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller = rings_at(office, "ann")
        ann, ben = office.agent("ann"), office.phone("phone2")
        ann.answer()
        office.wait(1)
        ann.transfer("ben", attended=True)
        office.wait_until(lambda: ben.ringing, 5)
        ben.lift()
        office.wait(1)
        office.order("agent.hang_up", who="ann")
        office.wait(0.5)
        caller.say(recorded("vm-goodbye")[:8000])
        office.wait(0.2)
        assert ben.hears() == "speech" and ann.hears() == "dial"


def test_keys_of_a_page_reach_the_far_end_dial_and_call_for_help() -> None:
    with Office(QUICK, fidelity="signal") as office:
        office.wait(2)
        dan, friend = office.agent("dan"), office.caller("+4570102030")
        dan.sign_in()
        office.wait(0.1)
        office.order("agent.press", who="dan", keys="70102030")
        office.wait_until(lambda: friend.ringing, 12)
        friend.answer()
        office.wait_until(lambda: office.saw(CallAnswered), 8)
        office.order("agent.press", who="dan", keys="5#")
        office.wait(1)
        office.order("agent.hang_up", who="dan")
        office.wait(1)
        office.order("agent.press", who="dan", keys="112")
        office.wait(1.5)
        assert office.saw(EmergencyDialled)[0].phone == "browser"
        refused(office, "press", "keys are 1 to 32", who="dan", keys="1;2")
        refused(office, "press", "keys are 1 to 32", who="dan", keys="1" * 33)


def test_a_page_that_dials_rings_nobodys_own_telephone_where_there_is_no_hook() -> None:
    with Office(QUICK, fidelity="signal") as office:
        office.wait(2)
        dan = office.agent("dan")
        dan.sign_in()
        office.wait(0.1)
        dan.dial("202")
        office.wait_until(lambda: office.phone("phone2").ringing, 5)
        assert [event.station for event in office.saw(PhoneRang)] == ["phone2"]
        assert office.saw(CallDialled)[0].phone == "browser"
        office.order("agent.hang_up", who="dan")
        office.wait(0.2)
        assert not office.phone("phone2").ringing and dan.state == "idle"


def test_a_tap_of_the_hook_by_page_holds_and_takes_back() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller = rings_at(office, "dan")
        refused(office, "flash", "Lift browser first", who="dan")
        office.order("agent.answer", who="dan")
        office.wait(0.5)
        office.order("agent.flash", who="dan")
        office.wait(0.5)
        assert (office.agent("dan").state, caller.hears()) == ("held", "music")
        office.order("agent.flash", who="dan")
        office.wait(0.5)
        assert office.agent("dan").state == "talking"


def test_whoever_opens_a_page_sits_at_his_own_browser_place_or_at_one_that_is_free() -> None:
    with Office({"browsers": 3}, fidelity="signal") as office:
        office.wait(1)
        for who in ("olga", "dan", "ann"):
            office.order("agent.sign_in", who=who, station="page")
            office.wait(0.1)
        agents = office.box.snapshot()["agents"]
        places = [agents[who]["station"] for who in ("olga", "dan", "ann")]
        assert places == ["browser2", "browser", "browser3"]
        refused(office, "sign_in", "no browser place is free for ben", who="ben", station="page")
        office.order("agent.sign_in", who="ann", station="page")  # he sits there already
        office.wait(0.1)
        assert office.agent("ann").status == "available"


def test_a_mobile_is_answered_at_the_mobile_and_its_call_ended_by_the_page() -> None:
    mobile = {**QUICK, "people": {"ann": {"station": "+4520123456"}}}
    with Office(mobile, fidelity="signal") as office:
        office.wait(3)
        office.agent("ann").sign_in()
        held = office.caller("+4520123456")
        asks_for(office, "1")
        office.wait_until(lambda: held.ringing, 10)
        refused(office, "answer", "answer the telephone that rings outside, and press 1", who="ann")
        held.answer()
        office.wait_until(lambda: held.hears() == "prompt:outside.call", 8)
        held.press("1")
        office.wait(1)
        assert office.agent("ann").state == "talking"
        office.order("agent.hang_up", who="ann")
        office.wait_until(lambda: len(office.saw(CallEnded)) == 2, 2)  # the caller's, and ours to the mobile
        assert office.agent("ann").state == "idle"
        office.wait_until(lambda: office.line(4).state == "idle", 5)


def test_a_click_takes_a_colleagues_call_or_a_parked_one_where_there_is_nothing_to_lift() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, dan = rings_at(office, "ann"), office.agent("dan")
        dan.sign_in()
        dan.break_("lunch")
        office.wait(0.1)
        dan.pickup()
        office.wait(0.2)
        assert (dan.state, office.saw(CallAnswered)[-1].station) == ("talking", "browser")
        dan.park()
        office.wait(5)
        assert (dan.state, caller.hears()) == ("idle", "music")
        dan.pickup()
        office.wait(0.2)
        assert dan.state == "talking" and caller.hears() != "music"
        assert "browser" not in [event.station for event in office.saw(PhoneRang)]


def test_a_click_listens_to_a_colleague_where_there_is_nothing_to_lift() -> None:
    listener = {**QUICK, "people": {"dan": {"may_listen": True}}}
    with Office(listener, fidelity="signal") as office:
        rings_at(office, "ann")
        office.agent("ann").answer()
        dan = office.agent("dan")
        dan.sign_in()
        office.wait(1)
        dan.listen("ann")
        office.wait(0.2)
        assert dan.state == "talking" and office.box.sound.voices("browser") == {"line1", "phone1"}


@pytest.mark.parametrize("who", ["ann", "dan"])
def test_whoever_puts_two_through_who_both_were_on_hold_has_dial_tone_or_is_free(who: str) -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, agent, ben = rings_at(office, who), office.agent(who), office.phone("phone2")
        agent.answer()
        office.wait(1)
        agent.transfer("ben", attended=True)
        office.wait_until(lambda: ben.ringing, 5)
        ben.lift()
        office.wait(1)
        agent.hold()
        office.wait(1)
        agent.complete()
        office.wait(1)
        assert (agent.hears(), agent.state) == (("dial", "talking") if who == "ann" else ("silence", "idle"))
        caller.say(recorded("vm-goodbye")[:4000])
        office.wait(0.2)
        assert ben.hears() == "speech"
