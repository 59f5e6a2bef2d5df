"""A station vanishes with several at it: on hold, asked, together, dialled, in need; and two at once."""

from typing import Any

import pytest
from speech import recorded
from stories import gains
from test_story_lost import QUICK, hear_each_other, talks

from firmware.base.events import CallAnswered, CallDialled, CallEnded, CallListened, QueueEntered, QueueLeft
from hostsim.office import Office

AWAY = 4.0  # s that a page takes to be loaded anew, and some


def gone(office: Office, station: str = "browser", seconds: float = AWAY) -> None:
    office.phone(station).unplug()
    office.wait(seconds)
    office.phone(station).plug()
    office.wait(0.2)


def asks_ben(office: Office) -> tuple[Any, Any, Any]:
    """Dan's caller is on hold, dan talks with ben on phone2."""
    caller, dan, ben = talks(office, "dan"), office.agent("dan"), office.phone("phone2")
    dan.transfer("ben", attended=True)
    office.wait_until(lambda: ben.ringing, 5)
    ben.lift()
    office.wait(1)
    return caller, dan, ben


def ended(office: Office) -> list[str]:
    return [event.call for event in office.saw(CallEnded)]


# On hold, and asked


def test_who_is_on_hold_stays_so_and_is_taken_back_afterwards() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, dan = talks(office, "dan"), office.agent("dan")
        dan.hold()
        office.wait(1)
        gone(office)
        assert (dan.state, caller.hears(), dan.hears()) == ("held", "music", "dial")
        dan.resume()
        office.wait(0.5)
        hear_each_other(office, caller, dan)


def test_whoever_is_asked_waits_with_music_and_both_are_there_when_he_is_back() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, dan, ben = asks_ben(office)
        office.phone("browser").unplug()
        office.wait(0.5)
        assert (caller.hears(), ben.hears()) == ("music", "prompt:one_moment")
        office.wait(AWAY)
        assert ben.hears() == "music"
        office.phone("browser").plug()
        office.wait(0.5)
        assert dan.state == "consulting" and gains(office, "browser") == {"phone2"}
        dan.complete()
        office.wait(0.5)
        hear_each_other(office, caller, ben)


def test_not_back_the_colleague_is_told_and_the_caller_is_first_in_line() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, _, ben = asks_ben(office)
        office.phone("browser").unplug()
        office.wait(31)
        assert (ben.hears(), caller.hears()) == ("prompt:lost.gone", "prompt:lost.queue")
        office.wait(4)
        assert ben.hears() == "congestion" and len(ended(office)) == 1
        assert office.box.snapshot()["line_up"][0]["place"] == 1


def test_who_was_parked_stays_parked() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, dan = talks(office, "dan"), office.agent("dan")
        dan.park()
        office.wait(1)
        office.phone("browser").unplug()
        office.wait(35)
        assert caller.hears() == "music" and list(office.box.snapshot()["parked"]) == ["701"]
        assert dan.status == "available"  # he was in no call


# Together


def conference(office: Office) -> tuple[Any, Any, Any]:
    caller, dan, ben = talks(office, "dan"), office.agent("dan"), office.phone("phone2")
    dan.conference("ben")
    office.wait_until(lambda: ben.ringing, 5)
    ben.lift()
    office.wait(1)
    assert gains(office, "line1") == {"browser", "phone2"}
    return caller, dan, ben


def test_a_host_who_is_back_has_his_conference_again() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, dan, ben = conference(office)
        office.phone("browser").unplug()
        office.wait(AWAY)
        assert (caller.hears(), ben.hears(), dan.state) == ("music", "music", "offline")
        office.phone("browser").plug()
        office.wait(0.2)
        assert gains(office, "line1") == {"browser", "phone2"}
        assert gains(office, "phone2") == {"browser", "line1"}
        assert not ended(office)


def test_whoever_is_left_with_a_guest_who_has_vanished_hears_so_and_talks_with_him_again() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, ann = talks(office, "ann"), office.agent("ann")
        office.agent("dan").sign_in()
        office.wait(1)
        ann.conference("dan")
        office.wait_until(lambda: office.agent("dan").ringing, 5)
        office.agent("dan").answer()
        office.wait(1)
        office.phone("browser").unplug()
        office.wait(1)
        caller.hang_up()
        office.wait_until(lambda: ann.hears() == "prompt:one_moment", 5)
        office.phone("browser").plug()
        office.wait(1)
        assert (gains(office, "phone1"), gains(office, "browser")) == ({"browser"}, {"phone1"})


def test_without_its_host_a_conference_goes_on_among_those_who_remain() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, dan, ben = conference(office)
        office.phone("browser").unplug()
        office.wait(31)
        hear_each_other(office, caller, ben)
        assert (dan.status, dan.state) == ("break", "offline")


def test_a_guest_of_a_conference_is_missed_by_nobody_and_takes_his_place_again() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, ann = talks(office, "ann"), office.agent("ann")
        ann.conference("cleo")
        office.wait_until(lambda: office.phone("usb1").ringing, 5)
        office.phone("usb1").lift()
        office.wait(1)
        office.phone("usb1").unplug()
        office.wait(AWAY)
        hear_each_other(office, caller, office.phone("phone1"))
        office.phone("usb1").plug()
        office.wait(0.2)
        assert gains(office, "usb1") == {"line1", "phone1"} and gains(office, "line1") == {"usb1", "phone1"}
        office.phone("usb1").unplug()
        office.wait(31)
        assert len(ended(office)) == 1 and ann.state == "talking"
        hear_each_other(office, caller, office.phone("phone1"))


# Dialling


@pytest.mark.parametrize("answers", [False, True])
def test_whoever_is_dialled_rings_on_and_waits_a_moment_if_he_answers_meanwhile(answers: bool) -> None:
    with Office(QUICK, fidelity="signal") as office:
        office.wait(2)
        dan, friend = office.agent("dan"), office.caller("+4570102030")
        dan.sign_in()
        office.wait(0.1)
        dan.dial("70102030")
        office.wait_until(lambda: friend.ringing, 12)
        office.phone("browser").unplug()
        office.wait(1)
        if answers:
            friend.answer()
            office.wait(2.5)
            assert friend.hears() in ("prompt:one_moment", "music")
        office.phone("browser").plug()
        office.wait(0.2)
        assert dan.state == "talking" and dan.hears() == ("silence" if answers else "ringback")
        if not answers:
            friend.answer()
            office.wait_until(lambda: office.saw(CallAnswered), 8)
        office.wait(1)
        hear_each_other(office, friend, dan)
        assert len(office.saw(CallDialled)) == 1


def test_a_colleague_who_is_rung_and_answers_meanwhile_waits_a_moment() -> None:
    with Office(QUICK, fidelity="signal") as office:
        office.wait(2)
        dan, ben = office.agent("dan"), office.phone("phone2")
        dan.sign_in()
        office.wait(0.1)
        dan.dial("ben")
        office.wait_until(lambda: ben.ringing, 5)
        office.phone("browser").unplug()
        office.wait(2)
        ben.lift()
        office.wait(0.5)
        assert ben.hears() == "prompt:one_moment"
        office.phone("browser").plug()
        office.wait(0.2)
        hear_each_other(office, ben, dan)


def test_nobody_is_rung_for_ever_by_a_station_that_does_not_come_back() -> None:
    with Office(QUICK, fidelity="signal") as office:
        office.wait(2)
        dan, ben = office.agent("dan"), office.phone("phone2")
        dan.sign_in()
        office.wait(0.1)
        dan.dial("ben")
        office.wait_until(lambda: ben.ringing, 5)
        office.phone("browser").unplug()
        office.wait(31)
        assert not ben.ringing and len(ended(office)) == 1


# Two at once


@pytest.mark.parametrize("first", ["usb1", "browser"])
def test_two_colleagues_who_vanish_at_once_talk_on_when_both_are_back(first: str) -> None:
    with Office(QUICK, fidelity="signal") as office:
        office.wait(2)
        stations = {"usb1": office.phone("usb1"), "browser": office.phone("browser")}
        office.agent("dan").sign_in()
        office.wait(0.1)
        office.agent("dan").dial("cleo")
        office.wait_until(lambda: stations["usb1"].ringing, 5)
        stations["usb1"].lift()
        office.wait(1)
        stations["browser"].unplug()
        office.wait(1)
        stations["usb1"].unplug()
        office.wait(3)
        stations[first].plug()
        office.wait(3)
        assert stations[first].hears() == "music"
        other = next(name for name in stations if name != first)
        stations[other].plug()
        office.wait(0.5)
        hear_each_other(office, stations["usb1"], stations["browser"])
        assert not ended(office)


def test_neither_back_the_call_of_two_colleagues_is_over() -> None:
    with Office(QUICK, fidelity="signal") as office:
        office.wait(2)
        office.agent("dan").sign_in()
        office.wait(0.1)
        office.agent("dan").dial("cleo")
        office.wait_until(lambda: office.phone("usb1").ringing, 5)
        office.phone("usb1").lift()
        office.wait(1)
        office.phone("usb1").unplug()
        office.phone("browser").unplug()
        office.wait(40)
        assert len(ended(office)) == 1
        for station in ("usb1", "browser"):
            office.phone(station).plug()
            office.phone(station).hang_up()
        office.wait(1)
        assert office.agent("dan").state == "idle"


def test_two_agents_who_vanish_at_once_leave_their_callers_in_line_in_the_order_in_which_they_came() -> None:
    with Office(QUICK, fidelity="signal") as office:
        talks(office, "dan", 1)
        talks(office, "cleo", 2)
        first, second = (event.call for event in office.saw(QueueLeft))
        office.phone("usb1").unplug()
        office.wait(1)
        office.phone("browser").unplug()
        office.wait(32)
        assert [each["call"] for each in office.box.snapshot()["line_up"]] == [first, second]


# Help, listening, power


def in_need(office: Office) -> Any:
    office.wait(2)
    office.agent("dan").sign_in()
    office.wait(0.1)
    office.order("agent.press", who="dan", keys="112")
    office.wait_until(lambda: office.saw(CallAnswered), 20)
    office.wait(1)
    return office.town.operators[0]


def test_an_emergency_call_is_never_ended_by_the_box_and_goes_on_whenever_the_station_is_back() -> None:
    with Office(QUICK, fidelity="signal") as office:
        help_ = in_need(office)
        office.phone("browser").unplug()
        office.wait(0.5)
        assert help_.hears() == "prompt:lost.emergency"
        office.wait(300)
        assert not ended(office) and help_.hears() in ("prompt:lost.emergency", "silence")
        office.phone("browser").plug()
        office.wait(0.5)
        assert office.agent("dan").state == "talking" and gains(office, "browser") == {"line4"}
        office.phone("browser").say(recorded("vm-goodbye")[:4000])
        office.wait(0.3)
        assert help_.hears() == "speech"


def test_an_emergency_call_that_is_being_dialled_is_dialled_on() -> None:
    with Office(QUICK, fidelity="signal") as office:
        office.wait(2)
        office.agent("dan").sign_in()
        office.wait(0.1)
        office.order("agent.press", who="dan", keys="112")
        office.wait(1.2)
        office.phone("browser").unplug()
        office.wait_until(lambda: office.saw(CallAnswered), 20)
        office.wait(60)
        assert not ended(office)
        office.phone("browser").plug()
        office.wait(0.5)
        assert gains(office, "browser") == {"line4"}


def test_whoever_listens_and_vanishes_listens_no_more_and_whom_he_heard_is_not_troubled() -> None:
    listener = {**QUICK, "people": {"cleo": {"may_listen": True}}}
    with Office(listener, fidelity="signal") as office:
        caller, dan = talks(office, "dan"), office.agent("dan")
        office.agent("cleo").sign_in()
        office.wait(0.1)
        office.agent("cleo").listen("dan", "join")
        office.wait(1)
        office.phone("browser").unplug()  # whom she hears: she hears music, and him again
        office.wait(AWAY)
        assert office.phone("usb1").hears() == "music"
        office.phone("browser").plug()
        office.wait(0.5)
        assert gains(office, "usb1") == {"line1", "browser"}
        office.phone("usb1").unplug()
        office.wait(1)
        assert gains(office, "line1") == {"browser"} and len(office.box.snapshot()["calls"]) == 1
        hear_each_other(office, caller, dan)
        assert len(office.saw(CallListened)) >= 1


def test_a_power_cut_meanwhile_ends_the_call_and_finds_the_agent_as_he_was(tmp_path: Any) -> None:
    with Office(QUICK, fidelity="signal", state=tmp_path) as office:
        talks(office, "dan")
        office.phone("browser").unplug()
        office.wait(5)
        office.power_cut()
        office.wait(2)
        office.restart()
        office.wait(1)
        assert len(ended(office)) == 1
        dan = office.agent("dan")
        assert (dan.status, dan.state) == ("available", "offline")
        office.phone("browser").plug()
        office.phone("browser").hang_up()
        office.wait(1)
        assert (dan.status, dan.state) == ("available", "idle")
        assert not office.saw(QueueEntered)[1:]


# Whoever was on hold


def cleo_is_on_hold(office: Office) -> tuple[Any, Any]:
    """Ann's caller is on hold, and so is cleo, whom she asked; then cleo's handset is gone."""
    caller, ann, cleo = talks(office, "ann"), office.agent("ann"), office.phone("usb1")
    ann.transfer("cleo", attended=True)
    office.wait_until(lambda: cleo.ringing, 5)
    cleo.lift()
    office.wait(1)
    ann.hold()
    office.wait(1)
    cleo.unplug()
    office.wait(1)
    return caller, cleo


@pytest.mark.parametrize("verb", ["resume", "complete"])
def test_who_is_joined_with_somebody_who_has_vanished_waits_for_him_a_moment(verb: str) -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, cleo = cleo_is_on_hold(office)
        office.order(f"agent.{verb}", who="ann")
        office.wait(0.5)
        other = caller if verb == "complete" else office.phone("phone1")
        assert other.hears() == "prompt:one_moment"
        cleo.plug()
        office.wait(0.5)
        hear_each_other(office, other, cleo)
