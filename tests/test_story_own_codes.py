"""Codes for one hand: not shown, called back, heard oneself, recorded, parked."""

from typing import Any

import numpy as np
import pytest
from speech import recorded
from stories import HANSEN, talking

from firmware.base.events import CallDialled, CallMoved, EmergencyDialled, RecordingBegan, RecordingPaused
from firmware.base.numbers import emergency_numbers
from firmware.calls.call import Stage
from firmware.calls.dialling import PAUSE, Decision, decide
from hostsim.office import Office

DIRECT = {"lines": {"line1": {"to": "201"}}}
NUMBERS = {"DK": "33120001", "UK": "02079460001", "DE": "030123456", "FR": "0142680001", "US": "2125550101"}


def lifted(office: Office, keys: str) -> Any:
    office.wait(2)
    phone = office.phone("phone1")
    phone.lift()
    office.wait(1)
    phone.press(keys)
    return phone


def dialled(office: Office) -> list[str]:
    return [event.number for event in office.saw(CallDialled)]


def level(heard: Any) -> float:
    """dBm0, about."""
    return round(float(20 * np.log10(np.sqrt(np.mean(heard.astype(float) ** 2)) / 32768 + 1e-9)) + 6)


def hears(office: Office, who: Any, prompt: str, at_most: float = 8) -> None:
    office.wait_until(lambda: who.hears() == f"prompt:{prompt}", at_most)


@pytest.mark.parametrize("country", ["DK", "UK", "DE", "FR", "US"])
def test_whoever_keys_the_code_first_is_not_shown_to_whom_he_calls(country: str) -> None:
    with Office({"country": country}, fidelity="signal") as office:
        lifted(office, f"*67{NUMBERS[country]}#")
        exchange = office.rig.town.lines["line4"]
        office.wait_until(lambda: exchange.dialled.digits == NUMBERS[country], 15)
        assert exchange.dialled.withheld
        assert dialled(office) == [NUMBERS[country]]


def test_what_is_not_shown_is_still_judged_by_the_number_behind_and_never_holds_help_up() -> None:
    with Office(fidelity="signal") as office:
        phone = lifted(office, "*6790123456")
        hears(office, phone, "call.refused")
        assert dialled(office) == []
        phone.hang_up()
        office.wait(1)
        phone.lift()
        office.wait(1)
        phone.press("*67112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 2)
        office.wait_until(lambda: office.rig.town.lines["line4"].dialled.digits == "112", 8)
        assert not office.rig.town.lines["line4"].dialled.withheld


def test_where_the_network_has_no_such_service_nothing_is_dialled() -> None:
    with Office({"country": "HR"}, fidelity="signal") as office:
        hears(office, lifted(office, "*67"), "call.not_withheld")
        assert dialled(office) == []


def test_who_rang_last_is_told_and_called_back_with_one_key() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        phone = lifted(office, "*69")
        hears(office, phone, "last.nobody")
        phone.hang_up()
        office.wait(1)
        caller = office.caller(HANSEN)
        caller.dial(line=1)
        office.wait_until(lambda: phone.ringing, 10)
        caller.hang_up()
        office.wait_until(lambda: not phone.ringing, 20)
        lifted(office, "*69")
        hears(office, phone, "last.call", 12)
        phone.press("1")
        office.wait_until(lambda: caller.ringing, 12)
        assert dialled(office) == [HANSEN[3:]]


def test_a_caller_who_shows_the_number_of_help_is_not_called_back() -> None:
    with Office(fidelity="signal") as office:
        office.wait(2)
        exchange = office.box.exchange
        exchange.own_codes.rang(exchange.phones["phone1"], exchange.new_call("in", Stage.RINGING), "112")
        hears(office, lifted(office, "*69"), "last.call", 12)
        office.phone("phone1").press("1")
        hears(office, office.phone("phone1"), "call.refused")
        assert dialled(office) == []


def test_a_colleague_who_rang_is_called_back_by_his_extension() -> None:
    with Office(fidelity="signal") as office:
        office.wait(2)
        other = office.phone("phone3")
        other.lift()
        office.wait(1)
        other.press("201#")
        office.wait_until(lambda: office.phone("phone1").ringing, 5)
        other.hang_up()
        office.wait(1)
        hears(office, lifted(office, "*69"), "last.call", 12)
        office.phone("phone1").press("1")
        office.wait_until(lambda: other.ringing, 5)


def test_help_is_called_out_of_the_offer_to_call_back() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller = office.caller(HANSEN)
        office.wait(2)
        caller.dial(line=1)
        office.wait_until(lambda: office.phone("phone1").ringing, 10)
        caller.hang_up()
        office.wait_until(lambda: not office.phone("phone1").ringing, 20)
        hears(office, lifted(office, "*69"), "last.call", 12)
        office.phone("phone1").press("112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 2)
        assert dialled(office) in ([], ["112"])


def test_a_caller_without_a_number_is_told_so() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        office.wait(2)
        caller = office.caller(HANSEN)
        caller._thing.reason = "withheld"
        caller.dial(line=1)
        office.wait_until(lambda: office.phone("phone1").ringing, 10)
        caller.hang_up()
        office.wait_until(lambda: not office.phone("phone1").ringing, 20)
        hears(office, lifted(office, "*69"), "last.withheld")


def test_somebody_hears_himself_until_he_keys() -> None:
    with Office(fidelity="signal") as office:
        phone = lifted(office, "*9196")
        hears(office, phone, "code.echo", 10)
        office.wait(4)
        phone.say(recorded("vm-goodbye"))
        office.wait_until(lambda: phone.hears() == "speech", 3)
        phone.press("#")
        office.wait_until(lambda: phone.hears() == "dial", 5)


def test_his_own_voice_comes_back_softer_and_does_not_howl() -> None:
    with Office(fidelity="copper") as office:
        phone = lifted(office, "*9196")
        hears(office, phone, "code.echo", 10)
        office.wait(4)
        phone.say(recorded("vm-goodbye")[:8000])
        office.wait(1)
        own = level(phone.heard(0.8))
        office.wait(1)
        assert -30 < own < -10 and level(phone.heard(0.5)) < -60


def test_a_call_on_hold_is_recorded_from_now_on_and_once_more_no_more() -> None:
    with Office(fidelity="signal") as office:
        _, phone = talking(office)
        for prompt in ("code.recorded", "code.not_recorded"):
            phone.flash()
            office.wait(1)
            phone.press("*1")
            hears(office, phone, prompt)
            phone.flash()
            office.wait(2)
        assert len(office.saw(RecordingBegan)) == len(office.saw(RecordingPaused)) == 1


def test_700_parks_and_its_place_gets_him_back() -> None:
    with Office(fidelity="signal") as office:
        _, phone = talking(office)
        phone.flash()
        office.wait(1)
        phone.press("700#")
        office.wait_until(lambda: office.saw(CallMoved), 5)
        assert office.saw(CallMoved)[0].to == "701"


@pytest.mark.parametrize("keys", ["*7112", "*9112", "#7112", "*00112"])
def test_half_a_code_before_an_emergency_number_is_no_hindrance(keys: str) -> None:
    with Office(fidelity="signal") as office:
        lifted(office, keys)
        office.wait_until(lambda: office.saw(EmergencyDialled), 4)
        assert office.saw(EmergencyDialled)[0].number == "112"


def test_digits_that_are_a_code_wait_for_the_longer_number_that_they_may_begin() -> None:
    help_ = emergency_numbers("DK")
    assert decide("700", "DK", help_, {"201"}) == Decision("code", "700", PAUSE)
    assert decide("700", "DK", help_, {"700"}).kind == "number"
    assert decide("70012345", "DK", help_, {"201"}) == Decision("number", "70012345", 0.0)
