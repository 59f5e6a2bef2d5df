"""Who may dial what, and that no caller ever gets an outside line: barred unless the owner says otherwise."""

from pathlib import Path
from typing import Any

import pytest
from stories import BOTH, menu_heard, talking

from firmware.base import Refused
from firmware.base.events import CallAnswered, CallDialled, CallMoved, EmergencyDialled
from hostsim.office import Office

both = pytest.mark.parametrize("fidelity", BOTH)
TOWN, ABROAD = "70102030", "0046850000000"
DEAR = ("90123456", "0018095551234", "+18095551234", "0011", "00449098790000", "1881", "0070102030")


def dials(office: Office, keys: str, station: str = "phone1") -> Any:
    """Somebody lifts, waits for dial tone, and keys."""
    phone = office.phone(station)
    phone.hang_up()
    office.wait(1)
    phone.lift()
    office.wait(1)
    phone.press(keys)
    return phone


def sent(office: Office) -> list[str]:
    """What went out on a line."""
    return [event.number for event in office.saw(CallDialled) if event.line is not None]


def refused(office: Office, keys: str, station: str = "phone1") -> bool:
    """Is he told so? The line stays where it is."""
    before = len(sent(office))
    phone = dials(office, f"{keys}#", station)
    office.wait_until(lambda: phone.hears() == "prompt:call.refused" or len(sent(office)) > before, 8)
    return len(sent(office)) == before


def may(**people: str) -> dict[str, Any]:
    return {"people": {name: {"may_call": kind} for name, kind in people.items()}}


def signed_in(office: Office, *names: str) -> None:
    office.wait(2)
    for name in names:
        office.agent(name).sign_in()
    office.wait(1)


# What is dialled


def test_a_number_abroad_is_barred_on_a_new_box_and_the_phone_says_so() -> None:
    """H-09."""
    with Office(fidelity="signal") as office:
        phone = dials(office, f"{ABROAD}#")
        office.wait_until(lambda: phone.hears() == "prompt:call.refused", 8)
        office.wait(4)
        assert office.saw(CallDialled) == []
        assert {office.line(n).state for n in range(1, 5)} == {"idle"}


def test_all_that_is_dear_is_barred_on_a_new_box_by_keys_and_from_a_page() -> None:
    """H-09: premium, 1-809, 00, +, carriers, services, a habitual 0."""
    with Office(fidelity="signal") as office:
        signed_in(office, "ann")
        for number in DEAR:
            if number.startswith("+"):
                continue
            assert refused(office, number), number
        office.phone("phone1").hang_up()
        office.wait(2)
        for number in DEAR:
            office.order("agent.dial", who="ann", to=number)
            with pytest.raises(Refused, match="are not allowed from ann"):
                office.wait(0.1)
        assert sent(office) == []


def test_everybody_dials_as_far_as_the_owner_says() -> None:
    with Office(
        {**may(ann="international", ben="internal"), "phones": {"phone3": {"may_call": "local"}}}, "signal"
    ) as it:
        signed_in(it, "ann", "ben")
        assert not refused(it, ABROAD, "phone1")
        assert refused(it, "90123456", "phone1")
        assert refused(it, TOWN, "phone2")
        assert refused(it, TOWN, "phone3")
        assert not refused(it, "80123456", "phone3")
        assert not refused(it, TOWN, "phone4")


def test_an_emergency_call_asks_for_no_rule() -> None:
    with Office({**may(ann="internal"), "daily_calls": 1, "barred": ["11"]}, "signal") as office:
        signed_in(office, "ann")
        dials(office, "112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 3)


@pytest.mark.parametrize("barred", ["70102", "+4570102", "004570102"])
@pytest.mark.parametrize("keyed", ["70102030", "004570102030"])
def test_a_barred_number_is_barred_however_it_is_written(barred: str, keyed: str) -> None:
    with Office({"barred": [barred]}, fidelity="signal") as office:
        assert refused(office, keyed)
        assert not refused(office, "70203040")


@pytest.mark.parametrize(
    "odd", ["500&112", "70102030w9", "70102030,,900", "*6770102030", "70102030#9", "A1", "٣٣"]
)
def test_what_is_no_number_is_not_dialled_from_a_page(odd: str) -> None:
    """H-10: digits alone pass."""
    with Office(fidelity="signal") as office:
        signed_in(office, "ann")
        office.order("agent.dial", who="ann", to=odd)
        with pytest.raises(Refused, match="nobody is reached by"):
            office.wait(0.1)


@pytest.mark.parametrize("written", ["+45 70 10 20 30", "70-10-20-30", "004570102030"])
def test_a_number_is_dialled_from_a_page_as_a_telephone_would_key_it(written: str) -> None:
    with Office(fidelity="signal") as office:
        signed_in(office, "ann")
        phone = office.phone("phone1")
        office.agent("ann").dial(written)
        office.wait_until(lambda: phone.ringing, 3)
        phone.lift()
        office.wait_until(lambda: sent(office), 5)
        assert sent(office)[0] in (TOWN, "004570102030")


@pytest.mark.parametrize("written", ["112", "+112", "0112", "+45112", "1-1-2"])
def test_no_page_dials_an_emergency_number(written: str) -> None:
    with Office(may(ann="premium"), fidelity="signal") as office:
        signed_in(office, "ann")
        office.agent("ann").dial(written)
        with pytest.raises(Refused, match="only a person's keys dial an emergency number"):
            office.wait(0.1)


# How often


def test_who_has_dialled_so_often_today_dials_tomorrow_again() -> None:
    """H-08: the cap of a day."""
    with Office({"daily_calls": 2}, fidelity="signal") as office:
        signed_in(office, "ann")
        assert not refused(office, TOWN)
        assert not refused(office, TOWN)
        assert refused(office, TOWN)
        assert not refused(office, TOWN, "phone2")  # nobody's telephone has a cap of its own
        dials(office, "203#")
        office.wait_until(lambda: office.phone("phone3").ringing, 3)
        office.phone("phone1").hang_up()
        office.wait(16 * 3600)
        assert not refused(office, TOWN)


@pytest.mark.parametrize("pause", [0, 400])
def test_the_count_of_a_day_outlasts_a_power_cut(tmp_path: Path, pause: int) -> None:
    """Before the box has told how everything stands, and after."""
    with Office({"daily_calls": 2}, fidelity="signal", state=tmp_path) as office:
        signed_in(office, "ann")
        assert not refused(office, TOWN)
        assert not refused(office, TOWN)
        office.phone("phone1").hang_up()
        office.wait(1 + pause)
        office.power_cut()
        office.wait(2)
        office.restart()
        office.wait(3)
        assert office.agent("ann").status == "available"
        assert refused(office, TOWN)
        assert not refused(office, TOWN, "phone2")


# Callers


@both
def test_nothing_that_a_caller_keys_takes_an_outside_line(fidelity: str) -> None:
    """H-13: in the menu, waiting, and while he talks with somebody."""
    keys = ("9", "0", "#", "*72", "##70102030#", "90#", "*2", "#1")
    with Office(fidelity=fidelity) as office:
        caller, phone = talking(office)
        assert phone.hears() != "dial"
        for each in keys[:3] if fidelity == "copper" else keys:
            caller.press(each)
            office.wait(1)
            assert caller.hears() != "dial"
        assert sent(office) == []
        assert len(office.saw(CallAnswered)) == 1
        assert office.saw(CallMoved) == []


def test_a_caller_in_the_menu_gets_no_outside_line_either() -> None:
    """H-13, H-04."""
    with Office(fidelity="signal") as office:
        caller = menu_heard(office)
        for keys in ("9", "*", "#", "70102030", "*11", "##"):
            caller.press(keys)
            office.wait(3)
            assert caller.hears() != "dial"
        assert sent(office) == []


@pytest.mark.parametrize("to", [TOWN, ABROAD, "112", "+4570102030"])
def test_no_caller_is_handed_on_to_an_outside_number(to: str) -> None:
    """H-07: neither by keys nor from a page."""
    with Office(fidelity="signal") as office:
        signed_in(office, "ann")
        talking(office)
        office.agent("ann").transfer(to)
        with pytest.raises(Refused, match=r"outside|emergency"):
            office.wait(0.1)
        assert sent(office) == []


def test_two_outside_lines_are_not_left_alone_unless_the_owner_allows_it() -> None:
    """H-07: asked first, the colleague outside is there, and hanging up ends his call, not the caller's."""
    with Office(fidelity="signal") as office:
        signed_in(office, "ann")
        friend = office.caller("+4570102030")
        talking(office)
        ann = office.agent("ann")
        ann.transfer(TOWN, attended=True)
        office.wait_until(lambda: friend.ringing, 10)
        friend.answer()
        office.wait(3)
        ann.complete()
        with pytest.raises(Refused, match="two outside lines are not left alone"):
            office.wait(0.1)
        ann.hang_up()
        office.wait_until(lambda: ann.ringing, 5)


def test_a_caller_who_shows_an_inside_number_is_nobody_s_colleague() -> None:
    """H-02: what a caller ID says gives no right: no dial tone, no code, no PIN left out."""
    with Office(fidelity="signal") as office:
        caller = office.caller("+4533120001", name="ann")
        caller._thing.number = "+4532100001"
        caller.dial(line=1)
        office.wait_until(lambda: caller.hears() == "prompt:menu.main", 20)
        assert [call["unverified"] for call in office.box.snapshot()["calls"]] == [True]
        caller.press("*11101#")
        office.wait(4)
        assert caller.hears() != "dial"
        assert office.agent("ann").status == "off"
