"""Somebody has his own calls led elsewhere: all of them, while he talks, or when he does not answer."""

from pathlib import Path
from typing import Any

import pytest
from stories import BOTH, HANSEN, menu_heard

from firmware.base import Refused
from firmware.base.events import (
    CallAnswered,
    CallEnded,
    CallForwarded,
    EmergencyDialled,
    ForwardChanged,
    MessageBegan,
    PhoneRang,
    QueueEntered,
)
from hostsim.office import Office

ASKED = {"menus": {"main": {"keys": {"5": "ann", "6": "ben"}}}}


def led(**people: Any) -> dict[str, Any]:
    return {**ASKED, "people": {name: {"forward": forward} for name, forward in people.items()}}


def asks_for(office: Office, key: str = "5", line: int = 1, number: str = HANSEN) -> Any:
    """Somebody rings, and wants one person."""
    caller = menu_heard(office, line, number)
    caller.press(key)
    office.wait(1)
    return caller


def rung(office: Office) -> list[str]:
    return [event.station for event in office.saw(PhoneRang)]


def why(office: Office) -> list[tuple[str, str, str]]:
    return [(event.agent, event.when, event.to) for event in office.saw(CallForwarded)]


def keys(office: Office, station: str, keys: str, hears: str = "") -> Any:
    phone = office.phone(station)
    phone.lift()
    office.wait(1)
    phone.press(keys)
    if hears:
        office.wait_until(lambda: phone.hears() == f"prompt:{hears}", 8)
        office.wait(3)
        phone.hang_up()
        office.wait(1)
    return phone


def talks(office: Office, station: str = "phone1", other: str = "phone4", number: str = "204") -> Any:
    """Two of the office talk with each other."""
    phone, colleague = keys(office, station, f"{number}#"), office.phone(other)
    office.wait_until(lambda: colleague.ringing, 5)
    colleague.lift()
    office.wait(1)
    return phone


def test_who_has_all_his_calls_led_to_a_colleague_is_not_rung() -> None:
    with Office(led(ann={"all": "ben"}), fidelity="signal") as office:
        caller = asks_for(office)
        phone = office.phone("phone2")
        office.wait_until(lambda: phone.ringing, 5)
        phone.lift()
        office.wait(1)
        assert rung(office) == ["phone2"]
        assert why(office) == [("ann", "all", "ben")]
        assert (caller.state, office.saw(CallAnswered)[-1].station) == ("talking", "phone2")


@pytest.mark.parametrize("fidelity", BOTH)
def test_a_colleague_who_dials_him_is_led_there_too(fidelity: str) -> None:
    with Office(led(ann={"all": "ben"}), fidelity=fidelity) as office:
        office.wait(2)
        phone = keys(office, "phone3", "101#")
        office.wait_until(lambda: office.phone("phone2").ringing and phone.hears() == "ringback", 5)
        office.phone("phone2").lift()
        office.wait(1)
        assert (rung(office), phone.hears()) == (["phone2"], "silence")
        phone.hang_up()
        office.wait(1)
        assert [event.side for event in office.saw(CallEnded)] == ["caller"]


def test_while_he_talks_his_callers_speak_to_his_mailbox() -> None:
    with Office(led(ann={"busy": "mailbox:ann"}), fidelity="signal") as office:
        office.wait(2)
        talks(office)
        asks_for(office)
        office.wait_until(lambda: office.saw(MessageBegan), 15)
        assert why(office) == [("ann", "busy", "mailbox:ann")]


def test_while_he_is_free_they_reach_him() -> None:
    with Office(led(ann={"busy": "mailbox:ann", "no_answer": "ben"}), fidelity="signal") as office:
        asks_for(office)
        office.phone("phone1").lift()
        office.wait(30)
        assert (rung(office), why(office)) == (["phone1"], [])


def test_who_does_not_answer_in_time_is_rung_for_no_more() -> None:
    with Office(led(ann={"no_answer": "sales", "after_s": 10}), fidelity="signal") as office:
        caller = asks_for(office)
        office.wait(8)
        assert (rung(office), why(office)) == (["phone1"], [])
        office.wait(3)
        assert why(office) == [("ann", "no_answer", "sales")]
        assert [event.queue for event in office.saw(QueueEntered)] == ["sales"]
        office.phone("phone2").lift()
        office.wait(1)
        assert caller.state == "talking"


def test_a_colleague_who_gets_no_answer_is_led_on_and_not_cut_off_after_a_minute() -> None:
    with Office(led(ann={"no_answer": "ben"}), fidelity="signal") as office:
        office.wait(2)
        phone = keys(office, "phone3", "101#")
        office.wait(22)
        assert (rung(office), office.phone("phone1").ringing) == (["phone1", "phone2"], False)
        office.wait(50)
        assert (phone.hears(), office.saw(CallEnded)) == ("ringback", [])
        office.phone("phone2").lift()
        office.wait(1)
        assert [event.station for event in office.saw(CallAnswered)] == ["phone2"]


def test_two_who_point_at_each_other_lose_nobody() -> None:
    with Office(led(ann={"all": "ben"}, ben={"all": "ann"}), fidelity="signal") as office:
        asks_for(office)
        assert why(office) == [("ann", "all", "ben"), ("ben", "all", "ann")]
        assert rung(office) == ["phone1"]
        phone = keys(office, "phone3", "102#")
        office.wait(5)
        assert phone.hears() in ("ringback", "busy")


def test_a_call_of_a_queue_is_forwarded_by_nobody() -> None:
    with Office(led(ann={"all": "mailbox:ann"}), fidelity="signal") as office:
        office.wait(2)
        office.agent("ann").sign_in()
        menu_heard(office).press("1")
        office.wait(2)
        assert (rung(office), why(office)) == (["phone1"], [])


# By code and page


def test_by_code_to_a_colleague_and_back() -> None:
    with Office(ASKED, fidelity="signal") as office:
        office.wait(2)
        keys(office, "phone1", "*72102#", "forward.on")
        asks_for(office).hang_up()
        assert rung(office) == ["phone2"]
        office.wait(15)
        keys(office, "phone1", "*73", "forward.off")
        asks_for(office, line=2, number="+4533120002")
        assert rung(office) == ["phone2", "phone1"]
        told = [(event.agent, event.when, event.to) for event in office.saw(ForwardChanged)]
        assert told == [("ann", "all", "102"), ("ann", "all", "")]


def test_ones_own_number_is_ones_mailbox() -> None:
    with Office(ASKED, fidelity="signal") as office:
        office.wait(2)
        keys(office, "phone1", "*74101#", "forward.on")
        assert office.saw(ForwardChanged)[0].to == "mailbox:ann"


@pytest.mark.parametrize("number", ["70102030#", "999#", "0046850000000#"])
def test_no_code_leads_calls_outside(number: str) -> None:
    """H-12."""
    with Office(ASKED, fidelity="signal") as office:
        office.wait(2)
        keys(office, "phone1", f"*72{number}", "code.no_such_number")
        assert office.saw(ForwardChanged) == []


def test_an_emergency_number_behind_the_code_is_dialled() -> None:
    with Office(ASKED, fidelity="signal") as office:
        office.wait(2)
        keys(office, "phone1", "*72112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 6)


@pytest.mark.parametrize("to", ["+4570102030", "goodbye", "nobody"])
def test_a_page_leads_calls_to_places_of_the_office_only(to: str) -> None:
    """H-12."""
    with Office(ASKED, fidelity="signal") as office:
        office.order("agent.forward", who="ann", when="all", to=to)
        with pytest.raises(Refused, match="ann's calls cannot be led to"):
            office.wait(0.1)


def test_what_somebody_has_set_outlasts_a_power_cut(tmp_path: Path) -> None:
    with Office(ASKED, fidelity="signal", state=tmp_path) as office:
        office.order("agent.forward", who="ann", when="no_answer", to="ben")
        office.wait(400)
        office.order("agent.forward", who="ann", when="all", to="support")
        office.wait(1)
        office.power_cut()
        office.wait(1)
        office.restart()
        office.wait(3)
        asks_for(office)
        assert why(office) == [("ann", "all", "support")]
        assert office.box.desk.forwards.to("ann", "no_answer") == "ben"


def test_the_settings_name_the_place_that_there_is_not() -> None:
    with pytest.raises(Refused, match=r'people\.ann\.forward\.busy: "bob" is not one of operator'):
        Office(led(ann={"busy": "bob"}), fidelity="signal")
