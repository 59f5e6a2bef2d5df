"""A station vanishes in a call and comes back: nobody is dropped, and nobody is forgotten."""

from typing import Any

import pytest
from speech import recorded
from stories import asks_for

from firmware.base.events import (
    AgentChanged,
    CallAnswered,
    CallEnded,
    CallHeld,
    CallMoved,
    CallResumed,
    OfferEnded,
    PhoneRang,
    QueueEntered,
)
from firmware.office.why import why
from hostsim.office import Office

QUICK = {"queues": {"sales": {"wrap_s": 0, "nobody": "wait"}, "support": {"wrap_s": 0}}}
vanishing = pytest.mark.parametrize(("who", "station"), [("cleo", "usb1"), ("dan", "browser")])


def talks(office: Office, who: str, line: int = 1, key: str = "1") -> Any:
    """A caller of the sales queue talks with somebody who has signed in."""
    office.wait(3)
    agent = office.agent(who)
    agent.sign_in()
    office.wait(0.1)
    caller = asks_for(office, key, line)
    office.wait_until(lambda: agent.ringing, 5)
    agent.answer()
    office.wait(1)
    assert agent.state == "talking"
    return caller


def hear_each_other(office: Office, one: Any, other: Any) -> None:
    for speaker, listener in ((one, other), (other, one)):
        speaker.say(recorded("vm-goodbye")[:4000])
        office.wait(0.3)
        assert listener.hears() == "speech"
        office.wait(1)


# In a call


@vanishing
def test_back_in_time_both_talk_on_as_if_nothing_had_been(who: str, station: str) -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, agent = talks(office, who), office.agent(who)
        call = agent.call
        office.phone(station).unplug()
        office.wait(0.5)
        assert (caller.hears(), agent.state) == ("prompt:one_moment", "offline")
        shown = office.box.snapshot()["agents"][who]
        assert (shown["reason"], shown["lost"]) == ("vanished in a call", [call])
        office.wait(4)
        assert caller.hears() == "music"
        office.phone(station).plug()
        office.wait(0.1)
        assert (agent.state, agent.call) == ("talking", call)
        hear_each_other(office, caller, agent)
        told = [(type(each), each.by) for kind in (CallHeld, CallResumed) for each in office.saw(kind)]
        assert told == [(CallHeld, "box"), (CallResumed, "box")]
        assert len(office.saw(CallAnswered)) == 1 and not office.saw(CallEnded)
        agent.hang_up()
        office.wait(0.1)
        assert agent.state == "idle"


def test_not_back_the_caller_is_first_in_line_with_his_time_and_the_agent_says_when_he_is_back() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, dan = talks(office, "dan"), office.agent("dan")
        entered = office.saw(QueueEntered)[0].at
        others = [asks_for(office, "1", line) for line in (2, 3)]
        office.phone("browser").unplug()
        office.wait(31)
        assert caller.hears() == "prompt:lost.queue"
        assert (dan.status, dan.state) == ("break", "offline")
        back = office.saw(QueueEntered)[-1]
        assert abs(back.at - back.waited * 1e6 - entered) < 1e3
        assert office.saw(CallMoved)[-1].to == "sales"
        shown = office.box.snapshot()
        assert [each["place"] for each in shown["line_up"]] == [1, 2, 3]
        assert shown["line_up"][0]["call"] == back.call
        assert (shown["agents"]["dan"]["code"], shown["agents"]["dan"]["back"]) == ("lost", "agent.ready")
        office.phone("browser").plug()
        office.agent("dan").hang_up()
        office.wait(1)
        assert (dan.status, dan.state, dan.ringing) == ("break", "idle", False)
        office.order("agent.ready", who="dan")
        office.wait(0.1)
        assert dan.ringing and dan.call == back.call
        assert not office.saw(CallEnded) and len(others) == 2


def test_a_colleague_takes_the_caller_whose_agent_does_not_come_back() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller = talks(office, "dan")
        office.agent("ann").sign_in()
        office.phone("browser").unplug()
        office.wait_until(lambda: office.agent("ann").ringing, 32)
        office.agent("ann").answer()
        office.wait(0.5)
        hear_each_other(office, caller, office.agent("ann"))
        told = why(office.journal.events(), office.agent("ann").call)
        assert told.endswith("and the telephone of Dan was out of reach, so it went on to sales.")
        assert len({event.call for event in office.saw(CallAnswered)}) == 1


def test_a_caller_who_hangs_up_meanwhile_is_gone_and_the_agent_only_out_of_reach() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, dan = talks(office, "dan"), office.agent("dan")
        office.phone("browser").unplug()
        office.wait(5)
        caller.hang_up()
        office.wait_until(lambda: office.saw(CallEnded), 15)
        assert office.box.snapshot()["agents"]["dan"]["lost"] == []
        office.wait(40)
        assert (dan.status, dan.state) == ("available", "offline")
        office.phone("browser").plug()
        office.agent("dan").hang_up()
        office.wait(0.5)
        assert (dan.status, dan.state) == ("available", "idle")


def test_a_handset_that_is_plugged_in_again_on_its_hook_rings_for_who_waits_there() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, cleo = talks(office, "cleo"), office.agent("cleo")
        handset = office.phone("usb1")
        handset.unplug()
        office.wait(2)
        handset.hang_up()
        handset.plug()
        office.wait(1)
        assert handset.ringing
        handset.lift()
        office.wait(0.5)
        hear_each_other(office, caller, cleo)


def test_whoever_signs_out_or_sits_down_elsewhere_meanwhile_leaves_his_caller_to_his_queue_at_once() -> None:
    for order, args in (("sign_out", {}), ("sign_in", {"station": "phone3"})):
        with Office(QUICK, fidelity="signal") as office:
            caller = talks(office, "dan")
            office.phone("browser").unplug()
            office.wait(3)
            office.order(f"agent.{order}", who="dan", **args)
            office.wait(0.5)
            assert caller.hears() == "prompt:lost.queue"
            assert office.phone("phone3").ringing is (order == "sign_in")


def test_a_page_may_end_a_call_that_waits_for_its_own_station() -> None:
    with Office(QUICK, fidelity="signal") as office:
        talks(office, "dan")
        office.phone("browser").unplug()
        office.wait(3)
        office.order("agent.hang_up", who="dan")
        office.wait(0.1)
        assert (office.saw(CallEnded)[0].side, office.saw(CallEnded)[0].reason) == ("called", "hang_up")
        office.phone("browser").plug()
        office.wait(1)
        assert office.agent("dan").state == "idle"


def test_whoever_was_muted_is_muted_when_he_is_back() -> None:
    with Office(QUICK, fidelity="signal") as office:
        caller, dan = talks(office, "dan"), office.agent("dan")
        dan.mute(True)
        office.wait(0.1)
        office.phone("browser").unplug()
        office.wait(4)
        office.phone("browser").plug()
        office.wait(0.5)
        dan.say(recorded("vm-goodbye")[:4000])
        office.wait(0.3)
        assert caller.hears() == "silence"


# While it rings, and while nothing is


@vanishing
def test_what_rings_there_rings_at_the_next_at_once_and_nobody_has_missed_it(who: str, station: str) -> None:
    with Office({"queues": {"support": {"wrap_s": 0, "members": [who, "ann"]}}}, fidelity="signal") as office:
        office.wait(3)
        office.agent(who).sign_in()
        office.wait(1)
        office.agent("ann").sign_in()
        asks_for(office, "2")
        office.wait_until(lambda: office.agent(who).ringing, 5)
        office.phone(station).unplug()
        office.wait(0.2)
        assert office.agent("ann").ringing
        assert (office.saw(OfferEnded)[0].reason, office.saw(OfferEnded)[0].agent) == ("out_of_reach", who)
        office.agent("ann").answer()
        office.wait(20)
        office.phone(station).plug()
        office.wait(0.1)
        agent = office.box.desk.agents.all[who]
        assert (agent.misses, agent.free) == (0, True)


def test_with_nobody_else_there_it_rings_again_as_soon_as_the_page_is_back() -> None:
    with Office(QUICK, fidelity="signal") as office:
        office.wait(3)
        dan = office.agent("dan")
        dan.sign_in()
        asks_for(office, "1")
        office.wait_until(lambda: dan.ringing, 5)
        office.phone("browser").unplug()
        office.wait(25)
        assert dan.state == "offline" and office.box.desk.agents.all["dan"].misses == 0
        office.phone("browser").plug()
        office.wait(0.1)
        assert dan.ringing


def test_an_idle_page_that_is_closed_is_seen_offline_and_offered_nothing() -> None:
    with Office(QUICK, fidelity="signal") as office:
        office.wait(3)
        dan = office.agent("dan")
        dan.sign_in()
        office.wait(0.1)
        office.phone("browser").unplug()
        office.wait(0.1)
        changed = office.saw(AgentChanged)[-1]
        assert (changed.state, changed.reason, changed.status) == ("offline", "out of reach", "available")
        asks_for(office, "1")
        office.wait(1)
        assert not office.saw(PhoneRang)


def test_who_asked_for_one_person_rings_there_again_or_goes_to_the_operator_after_a_while() -> None:
    direct = {**QUICK, "lines": {"line1": {"to": "dan"}}}
    for back in (True, False):
        with Office(direct, fidelity="signal") as office:
            office.wait(3)
            office.agent("dan").sign_in()
            caller = office.caller("+4533120001")
            caller.dial(line=1)
            office.wait_until(lambda office=office: office.agent("dan").ringing, 12)  # type: ignore[misc]
            office.phone("browser").unplug()
            office.wait(10)
            assert caller.hears() == "ringback" and not office.phone("phone1").ringing
            if back:
                office.phone("browser").plug()
            office.wait(21)
            assert (office.agent("dan").ringing, office.phone("phone1").ringing) == (back, not back)
