"""Dear calls that look like a thief's are stopped until the owner says so; and who rings all the time."""

from pathlib import Path
from typing import Any

import pytest
from stories import menu_heard
from test_story_rules import dials, may, refused, sent, signed_in

from firmware.base import Refused
from firmware.base.events import (
    BrakeLifted,
    CallBlocked,
    CallEnded,
    DialsBraked,
    EmergencyDialled,
    QueueEntered,
    QueueLeft,
)
from hostsim.office import Office

ABROAD = "0046850000000"
DEAR = {"phones": {f"phone{n}": {"may_call": "premium"} for n in range(1, 5)}}
NIGHT = {
    **DEAR,
    "hours": {"office": {"week": {"mon": ["08:00-08:30"]}}},
    "lines": {f"line{n}": {"hours": "office"} for n in range(1, 5)},
}


def short_call(office: Office, number: str, station: str = "phone1") -> bool:
    """Ten seconds, as thieves make them. False: it was refused."""
    there = not refused(office, number, station)
    office.wait(10)
    office.phone(station).hang_up()
    office.wait(3)
    return there


def stopped(office: Office) -> list[tuple[str, str]]:
    return [(event.kind, event.why) for event in office.saw(DialsBraked)]


@pytest.mark.parametrize("settings", [DEAR, NIGHT])
def test_nineteen_short_calls_after_the_night_switch_end_with_the_third(settings: dict[str, Any]) -> None:
    """H-08: nobody is signed in, or the office is closed."""
    with Office(settings, fidelity="signal") as office:
        if settings is NIGHT:
            signed_in(office, "ben")
        office.caller("+46850000000")
        made = [short_call(office, ABROAD) for _ in range(19)]
        assert made == [True] * 3 + [False] * 16
        assert stopped(office) == [("international", "calls")]
        alarm = office.box.snapshot()["alarms"]
        assert [each["order"] for each in alarm] == ["brake.lift"]
        assert "International calls are stopped" in alarm[0]["says"]
        assert short_call(office, "90123456", "phone3")  # another class
        assert short_call(office, "70102030", "phone3")
        dials(office, "112", "phone4")
        office.wait_until(lambda: office.saw(EmergencyDialled), 3)


def test_by_day_with_people_at_work_three_calls_abroad_are_nothing() -> None:
    with Office(may(ann="international"), fidelity="signal") as office:
        signed_in(office, "ann")
        assert all(short_call(office, ABROAD) for _ in range(8))
        assert stopped(office) == []


def test_five_at_once_to_one_country_are_three() -> None:
    """H-08: at any hour, from inside numbers."""
    people = may(**dict.fromkeys(("ann", "ben", "cleo", "dan"), "international"))
    with Office({**people, "brake": {"at_once": 2}}, fidelity="signal") as office:
        signed_in(office, "ann", "ben", "cleo", "dan")
        for n, station in enumerate(("phone1", "phone2"), 1):
            friend = office.caller(f"+4685000000{n}")
            dials(office, f"004685000000{n}#", station)
            office.wait_until(lambda friend=friend: friend.ringing, 12)
            friend.answer()
        office.agent("cleo").dial("0046850000003")
        with pytest.raises(Refused, match="international calls are stopped"):
            office.wait(0.1)
        assert stopped(office) == [("international", "country")]


def test_ten_minutes_in_all_and_what_still_talks_is_ended() -> None:
    """H-08: one long call does not get around it."""
    with Office({**DEAR, "brake": {"minutes": 1}}, fidelity="signal") as office:
        friend = office.caller("+46850000000")
        dials(office, f"{ABROAD}#")
        office.wait_until(lambda: friend.ringing, 12)
        began = office.now
        friend.answer()
        office.wait_until(lambda: office.saw(DialsBraked), 80)
        assert office.now - began < 61
        office.wait(0.1)
        assert [event.side for event in office.saw(CallEnded)] == ["box"]


def test_the_owner_lifts_it_and_it_is_counted_from_nothing() -> None:
    with Office({**DEAR, "brake": {"calls": 1}}, fidelity="signal") as office:
        assert [short_call(office, ABROAD), short_call(office, ABROAD)] == [True, False]
        office.order("brake.lift", kind="international")
        office.wait(0.1)
        assert [event.kind for event in office.saw(BrakeLifted)] == ["international"]
        assert office.box.snapshot()["alarms"] == []
        assert [short_call(office, ABROAD), short_call(office, ABROAD)] == [True, False]
        office.order("brake.lift", kind="premium")
        with pytest.raises(Refused, match="premium calls are not stopped"):
            office.wait(0.1)


@pytest.mark.parametrize("pause", [1, 400])
def test_neither_the_count_nor_the_brake_is_lost_with_the_power(tmp_path: Path, pause: int) -> None:
    with Office({**DEAR, "brake": {"calls": 2}}, fidelity="signal", state=tmp_path) as office:
        assert short_call(office, ABROAD)
        assert short_call(office, ABROAD)
        for _ in range(2):
            office.wait(pause)
            office.power_cut()
            office.wait(2)
            office.restart()
            office.wait(3)
            assert not short_call(office, ABROAD)
        assert stopped(office) == [("international", "calls")]
        assert len(office.box.snapshot()["alarms"]) == 1


def test_who_calls_to_be_led_abroad_is_stopped_as_well() -> None:
    """Somebody's forward is a way out like another."""
    ann = {"may_forward_out": True, "may_call": "international", "forward": {"all": "+46850000000"}}
    settings = {"menus": {"main": {"keys": {"5": "ann"}}}, "people": {"ann": ann}, "brake": {"calls": 1}}
    with Office(settings, fidelity="signal") as office:
        for n in (1, 2, 3):
            caller = menu_heard(office, n, f"+453312000{n}")
            caller.press("5")
            office.wait(6)
            caller.hang_up()
            office.wait(8)
        assert len(sent(office)) == 1
        assert stopped(office) == [("international", "calls")]


# Callers who ring all the time


def answer_times(office: Office, attacked: bool) -> list[float]:
    """How long others wait until somebody of the office speaks with them."""
    waits = []
    pests = [office.caller("+4533129901"), office.caller("+4533129902")]
    for each in pests:  # two telephones of one exchange, which shows its own number
        each._thing.number = "+4533129900"
    for n in range(8):
        for minute in range(4 if attacked else 0):
            pests[minute % 2].dial(line=1 + minute % 2)
            office.wait(4)
            pests[minute % 2].hang_up()
            office.wait(4)
        caller = office.caller(f"+45331200{10 + n}")
        caller.dial(line=3)
        began = office.now
        office.wait_until(lambda caller=caller: caller.hears() == "prompt:menu.main", 15)
        waits.append(office.now - began)
        caller.hang_up()
        office.wait(6)
    return waits


def test_who_rings_thirty_times_a_minute_reaches_nobody_and_nobody_waits_for_him() -> None:
    """H-14."""
    with Office(fidelity="signal") as office:
        quiet = answer_times(office, attacked=False)
    with Office(fidelity="signal") as office:
        loud = answer_times(office, attacked=True)
        blocked = [event.rule for event in office.saw(CallBlocked)]
    assert max(abs(one - other) for one, other in zip(quiet, loud, strict=True)) <= 1.0
    assert set(blocked) <= {"too often"}


def often(office: Office, times: int, line: int = 1) -> Any:
    """Somebody rings, hangs up when he is answered, and rings again."""
    pest = office.caller("+4533129900")
    for _ in range(times):
        pest.dial(line=line)
        office.wait_until(lambda: pest.state in ("talking", "busy"), 15)
        office.wait(0.1)
        pest.hang_up()
        office.wait(6)
    pest.dial(line=line)
    return pest


def test_he_is_told_so_and_in_a_minute_he_is_welcome_again() -> None:
    with Office({"flood_calls": 3}, fidelity="signal") as office:
        pest = often(office, 3)
        office.wait_until(lambda: pest.hears() == "prompt:call.too_often", 12)
        office.wait_until(lambda: pest.state == "dropped", 10)
        assert office.saw(QueueEntered) == office.saw(QueueLeft) == []
        pest.hang_up()
        office.wait(70)
        assert menu_heard(office, number="+4533129900").state == "talking"


def test_who_has_helped_to_call_may_call_back_as_often_as_he_must() -> None:
    """After an emergency call nobody is turned away for half an hour."""
    with Office({"flood_calls": 2}, fidelity="signal") as office:
        dials(office, "112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 3)
        pest = often(office, 4)
        office.wait_until(lambda: pest.hears() == "prompt:menu.main", 12)
        assert office.saw(CallBlocked) == []
