"""Call waiting: who talks hears that one more would like to, and takes him by a tap of the hook."""

from typing import Any

import pytest
from stories import BOTH
from test_story_forward import asks_for, keys, led, rung, talks

from firmware.base.events import CallAnswered, CallEnded, CallHeld, CallWaits
from hostsim.office import Office

PEOPLE = led(ann={})


def knocks(office: Office) -> list[str]:
    return [event.station for event in office.saw(CallWaits)]


def caller_knocks(office: Office) -> tuple[Any, Any]:
    """ann talks with somebody, and a caller asks for her."""
    office.wait(2)
    phone = talks(office)
    caller = asks_for(office)
    return phone, caller


@pytest.mark.parametrize("fidelity", BOTH)
def test_a_tap_of_the_hook_holds_the_first_and_takes_the_second(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        office.wait(2)
        phone = talks(office)
        colleague = keys(office, "phone2", "201#")
        office.wait_until(lambda: knocks(office) == ["phone1"], 5)
        office.wait(1.5)
        assert colleague.hears() == "ringback"
        phone.flash()
        office.wait_until(lambda: len(office.saw(CallAnswered)) == 2, 3)
        assert office.saw(CallHeld)[0].call == office.saw(CallAnswered)[0].call
        office.wait(1.5)
        assert office.phone("phone4").hears() == "music"


def test_a_caller_from_outside_knocks_too_and_he_hears_a_tone_every_ten_seconds() -> None:
    with Office(PEOPLE, fidelity="signal") as office:
        phone, caller = caller_knocks(office)
        assert (knocks(office), caller.hears(), rung(office)) == (["phone1"], "ringback", ["phone4"])
        office.wait_until(lambda: phone.hears() == "prompt:beep", 11)
        phone.flash()
        office.wait(1)
        assert (caller.hears(), office.saw(CallAnswered)[-1].station) == ("silence", "phone1")
        phone.flash()  # and back to the first
        office.wait(1)
        assert caller.hears() in ("music", "silence")


def test_put_down_the_telephone_rings_for_whoever_knocks() -> None:
    with Office(PEOPLE, fidelity="signal") as office:
        phone, _ = caller_knocks(office)
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)
        phone.lift()
        office.wait(1)
        assert office.saw(CallAnswered)[-1].station == "phone1"


def test_a_colleague_who_knocks_rings_once_it_is_put_down() -> None:
    with Office(fidelity="signal") as office:
        office.wait(2)
        phone = talks(office)
        keys(office, "phone2", "201#")
        office.wait(2)
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)
        phone.lift()
        office.wait(1)
        assert office.saw(CallAnswered)[-1].station == "phone1"


def test_who_gives_up_knocking_is_heard_no_more() -> None:
    with Office(fidelity="signal") as office:
        office.wait(2)
        phone = talks(office)
        colleague = keys(office, "phone2", "201#")
        office.wait(2)
        colleague.hang_up()
        office.wait(1)
        phone.flash()
        office.wait(1)
        assert (len(office.saw(CallAnswered)), phone.hears()) == (1, "dial")


def test_a_colleague_knocks_for_a_minute() -> None:
    with Office(fidelity="signal") as office:
        office.wait(2)
        talks(office)
        colleague = keys(office, "phone2", "201#")
        office.wait(65)
        assert [event.reason for event in office.saw(CallEnded)] == ["failed"]
        assert colleague.hears() == "congestion"


@pytest.mark.parametrize("station", ["phone1", "phone4"])
def test_who_does_not_want_it_is_busy(station: str) -> None:
    people = {"ann": {"call_waiting": False}}
    with Office({"people": people}, fidelity="signal") as office:
        office.wait(2)
        talks(office)
        colleague = keys(office, "phone2", {"phone1": "201#", "phone4": "204#"}[station])
        office.wait(1)
        assert colleague.hears() == ("busy" if station == "phone1" else "ringback")


def test_nobody_knocks_in_an_emergency_call() -> None:
    with Office(fidelity="signal") as office:
        office.wait(2)
        keys(office, "phone1", "112")
        office.wait_until(lambda: office.saw(CallAnswered), 20)
        colleague = keys(office, "phone2", "201#")
        office.wait(1)
        assert (knocks(office), colleague.hears()) == ([], "busy")


def test_a_caller_of_a_queue_never_knocks() -> None:
    with Office(fidelity="signal") as office:
        office.wait(2)
        office.agent("ann").sign_in()
        talks(office)
        asks_for(office, "1")
        office.wait(5)
        assert knocks(office) == []
