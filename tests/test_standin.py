"""Stations that are no telephone port do what a telephone does, with sound and without."""

from typing import Any

import numpy as np
import pytest
from speech import compared, recorded
from stories import BOTH, asks_for, by_call, menu_heard
from test_story_outbound import TOWN, dial

from firmware.base import Refused
from firmware.base.events import (
    AgentChanged,
    CallAnswered,
    CallDialled,
    EmergencyDialled,
    PhoneRang,
)
from firmware.sound.dtmf import Dtmf
from firmware.sound.frame import from_int16
from hostsim.office import Office

both = pytest.mark.parametrize("fidelity", BOTH)
AT = {"phone1": "ann", "usb1": "cleo", "browser": "dan"}  # whose station it is
HOME = ("phone1", "phone2", "usb1", "browser")
QUICK = {"queues": {"sales": {"wrap_s": 0}, "support": {"wrap_s": 0}}, "return_s": 1}


def rung(office: Office) -> list[str]:
    return [event.station for event in office.saw(PhoneRang)]


def everybody(office: Office) -> list[Any]:
    """All four sign in at their own stations, a second apart."""
    office.wait(3)
    agents = [office.agent(name) for name in ("ann", "ben", "cleo", "dan")]
    for agent in agents:
        agent.sign_in()
        office.wait(1)
    return agents


# The same story at every kind of station


def answers_talks_and_hangs_up(office: Office, station: str) -> None:
    agent = office.agent(AT[station])
    agent.sign_in()
    caller = asks_for(office, "1")
    office.wait_until(lambda: agent.ringing, 5)
    agent.answer()
    office.wait(1)
    assert (agent.state, office.phone(station).ringing) == ("talking", False)
    talk(office, caller, office.phone(station))
    agent.hang_up()
    office.wait_until(lambda: agent.state == "idle", 2)
    assert agent.hears() == "silence"
    caller.hang_up()


def talk(office: Office, one: Any, other: Any) -> None:
    """One speaks and then the other: each hears the other, and at copper every word."""
    said = recorded("vm-goodbye")[:8000]
    for speaker, listener in ((one, other), (other, one)):
        began = office.now
        speaker.say(said)
        office.wait(0.8)
        assert listener.hears() == "speech"
        office.wait(0.4)
        heard = listener.heard(office.now - began)
        assert heard.any() == office.town.copper
        assert not heard.any() or compared(said, heard)[0] > 0.97


def dials_a_colleague(office: Office, station: str) -> None:
    colleague = office.phone("phone3")
    dial(office, station, "203#")
    office.wait_until(lambda: colleague.ringing, 5)
    office.wait(2.6)
    assert colleague.shown.number == NUMBER[station]
    assert office.phone(station).hears() == "ringback"
    colleague.lift()
    office.wait(0.5)
    colleague.hang_up()
    office.wait_until(lambda: office.phone(station).hears() == "congestion", 6)
    office.phone(station).hang_up()


NUMBER = {"phone1": "201", "usb1": "103", "browser": "104"}


def dials_outside_and_keys_there(office: Office, station: str) -> None:
    friend = office.caller(TOWN)
    phone = dial(office, station, "70102030")
    office.wait_until(lambda: friend.ringing, 12)
    friend.answer()
    office.wait_until(lambda: len(office.saw(CallAnswered)) == 3, 8)
    office.wait(1)
    phone.press("59")
    office.wait(0.5)
    heard = from_int16(friend.heard(0.6))[:4800]
    keys = [each.key for each in Dtmf(1).hear(heard[None])]
    assert keys == (["5", "9"] if office.town.copper else [])
    phone.hang_up()
    office.wait(0.5)


def is_unplugged_and_plugged_in_again(office: Office, station: str) -> None:
    phone = office.phone(station)
    phone.unplug()
    office.wait(0.5)
    phone.plug()
    office.wait(1)
    dial(office, "phone4", f"{NUMBER[station]}#")
    office.wait_until(lambda: phone.ringing, 4)
    phone.lift()
    office.wait(0.5)
    phone.unplug()
    office.wait(1.5)
    office.phone("phone4").hang_up()


STORY = (
    answers_talks_and_hangs_up,
    dials_a_colleague,
    dials_outside_and_keys_there,
    is_unplugged_and_plugged_in_again,
)


def told(station: str, fidelity: str) -> list[list[str]]:
    """What happened to each call, as a telephone would have it."""
    with Office(QUICK, fidelity=fidelity) as office:
        office.wait(1.5)
        for part in STORY:
            part(office, station)
            office.wait(1.2)  # an analog hook is believed to be down when no flash is so long
        return [
            [" ".join([name, *(str(fields[each]) for each in ("station", "side") if each in fields)])
             for name, fields in events]
            for events in by_call(office).values()
        ]  # fmt: skip


@pytest.mark.parametrize("station", AT)
def test_every_kind_of_station_tells_the_same_story_with_sound_and_without(station: str) -> None:
    expected = [
        ["CallArrived", "DigitHeard", "QueueEntered", f"PhoneRang {station}", f"CallAnswered {station}",
         "QueueLeft", "CallEnded called"],
        ["CallDialled", "PhoneRang phone3", "CallAnswered phone3", "CallEnded called"],
        ["CallDialled", f"CallAnswered {station}", "CallEnded caller"],
        ["CallDialled", f"PhoneRang {station}", f"CallAnswered {station}", "CallEnded called"],
    ]  # fmt: skip
    assert told(station, "signal") == told(station, "copper") == expected


# Four people at their own stations


def test_ringing_down_spreads_all_four_over_the_callers_and_one_answer_frees_the_rest() -> None:
    with Office(QUICK, fidelity="signal") as office:
        agents = everybody(office)
        asks_for(office, "1")
        office.wait(1)
        assert sorted(rung(office)) == sorted(HOME) and all(agent.ringing for agent in agents)
        asks_for(office, "1", line=2)
        office.wait(1)
        calls = {agent.call for agent in agents}
        assert len(calls) == 2 and None not in calls
        agents[3].answer()
        agents[2].answer()
        office.wait(1)
        assert {event.station for event in office.saw(CallAnswered)} == {"usb1", "browser"}
        assert not any(agent.ringing for agent in agents)


@both
def test_whoever_has_been_available_longest_is_rung_wherever_he_sits(fidelity: str) -> None:
    with Office(QUICK, fidelity=fidelity) as office:
        agents = everybody(office)
        for line, agent in enumerate(agents, 1):
            asks_for(office, "2", line=line)
            office.wait_until(lambda agent=agent: agent.ringing, 3)  # type: ignore[misc]
            agent.answer()
            office.wait(0.5)
            assert agent.state == "talking"
        assert rung(office) == list(HOME)


def test_while_nobody_is_there_only_the_stations_of_the_rule_ring() -> None:
    with Office(fidelity="signal") as office:
        office.wait(3)
        asks_for(office, "1")
        office.wait(1)
        assert rung(office) == ["phone1", "phone2"]
    rule = {"queues": {"sales": {"nobody": {"ring": ["usb1", "browser", "usb7"]}}}}
    with Office(rule, fidelity="signal") as office:
        office.wait(3)
        asks_for(office, "1")
        office.wait(1)
        assert rung(office) == ["usb1", "browser", "usb7"]
        assert office.phone("usb7").ringing


# Numbers


def test_a_colleagues_number_rings_him_at_his_handset_and_shows_the_number_of_who_calls() -> None:
    with Office(fidelity="signal") as office:
        office.wait(2)
        dial(office, "browser", "103")
        office.wait_until(lambda: office.phone("usb1").ringing, 5)
        assert office.phone("usb1").shown.number == "104"
        office.phone("usb1").lift()
        office.wait(1)
        dialled, answered = office.saw(CallDialled)[0], office.saw(CallAnswered)[0]
        assert (dialled.phone, dialled.line, answered.station) == ("browser", None, "usb1")
        office.phone("usb1").say(recorded("vm-goodbye"))
        office.wait(0.1)
        assert (office.phone("browser").hears(), office.phone("usb1").hears()) == ("speech", "silence")


def test_a_handset_has_the_number_of_who_is_signed_in_there_or_else_of_whose_it_is() -> None:
    with Office(fidelity="signal") as office:
        office.wait(2)
        numbers = {name: phone["number"] for name, phone in office.box.snapshot()["phones"].items()}
        assert (numbers["phone1"], numbers["usb1"], numbers["browser"]) == ("201", "103", "104")
        office.agent("ben").sign_in("usb1")
        office.agent("olga").sign_in("phone1")
        office.wait(0.1)
        phones = office.box.snapshot()["phones"]
        assert (phones["usb1"]["number"], phones["phone1"]["number"]) == ("102", "201")
        assert phones["usb1"]["state"] == "idle"


# Emergencies and faults


@both
def test_an_emergency_call_from_a_handset_clears_a_line(fidelity: str) -> None:
    one_line = {"lines": {"line2": None, "line3": None, "line4": None}}
    with Office(one_line, fidelity=fidelity) as office:
        office.wait(2)
        menu_heard(office)
        dial(office, "usb1", "112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 2)
        assert office.saw(EmergencyDialled)[0].phone == "usb1"
        office.wait_until(lambda: office.saw(CallAnswered), 15)
        assert office.saw(CallAnswered)[0].station == "usb1"


def test_a_restart_finds_the_handset_and_who_sits_there(tmp_path: Any) -> None:
    with Office(QUICK, fidelity="signal", state=tmp_path) as office:
        office.wait(2)
        office.agent("cleo").sign_in()
        office.wait(1)
        office.power_cut()
        office.phone("usb1").lift()
        office.wait(1)
        office.restart()
        office.wait(1)
        changes = [(event.status, event.state) for event in office.saw(AgentChanged)]
        assert changes[-1] == ("available", "talking")
        assert office.phone("usb1").hears() == "dial"


def test_what_a_handset_cannot_do_is_refused_with_what_to_do() -> None:
    with Office(fidelity="signal") as office:
        office.wait(1)
        for act, sentence in (
            (lambda: office.phone("usb1").pulse("1"), "usb1 has no dial: press its keys"),
            (lambda: office.phone("usb1").press("1"), "usb1: lift it first"),
            (lambda: office.phone("browser").flash(), "browser: lift it first"),
            (lambda: office.agent("cleo").sign_in("usb9"), "usb9 is not plugged in"),
        ):
            act()
            with pytest.raises(Refused, match=sentence):
                office.wait(0.1)
        with pytest.raises(KeyError, match="there is no usb9"):
            office.phone("usb9")


def test_the_same_story_with_everybody_at_work_is_the_same_journal() -> None:
    def journal() -> list[str]:
        with Office(QUICK) as office:
            agents = everybody(office)
            asks_for(office, "1")
            office.wait(1)
            agents[2].answer()
            agents[2].say(np.full(4000, 3000, np.int16))
            office.wait(1)
            return list(office.journal.dump())

    assert journal() == journal()
