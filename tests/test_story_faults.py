"""When lines, telephones, chips and buses go wrong: the port says so, the rest works, and it heals."""

import numpy as np
import pytest
from stories import BOTH, HANSEN, menu_heard, talking
from test_story_outbound import dial

from firmware.base.events import CallAnswered, CallArrived, CallDialled, CallEnded, LineChanged, PhoneChanged
from hostsim.office import Office

both = pytest.mark.parametrize("fidelity", BOTH)


def line_states(office: Office, name: str) -> list[str]:
    return [event.state for event in office.saw(LineChanged) if event.line == name]


@both
@pytest.mark.parametrize("seconds", [0.05, 0.2])
def test_a_short_loss_of_loop_current_is_no_hang_up(fidelity: str, seconds: float) -> None:
    """D-01."""
    with Office(fidelity=fidelity) as office:
        talking(office)
        office.line(1).cut(seconds)
        office.wait(3)
        assert office.saw(CallEnded) == []


@both
def test_a_loop_break_of_six_hundred_milliseconds_ends_the_call_within_a_second(fidelity: str) -> None:
    """D-01."""
    with Office(fidelity=fidelity) as office:
        talking(office)
        office.line(1).cut(0.6)
        began = office.now
        office.wait_until(lambda: office.saw(CallEnded), 2)
        assert office.now - began <= 1.0
        assert office.saw(CallEnded)[0].reason == "loop_break"


@pytest.mark.parametrize("country", ["DK", "US", "KR", "TR"])
@pytest.mark.parametrize("release", ["busy_tone", "dial_tone"])
def test_a_tone_after_a_silent_conversation_ends_it_in_time(country: str, release: str) -> None:
    """D-02: busy within 6 s, dial tone within 4 s, whatever the echo cancellers have learned so far."""
    limit = {"busy_tone": 6, "dial_tone": 4}[release]
    for seed in (0, 1):
        with Office({"country": country}, seed=seed) as office:
            office.line(1).exchange(release=release)
            caller, _ = talking(office)
            caller.hang_up()
            office.wait_until(lambda office=office: office.saw(CallEnded), limit)
            assert office.saw(CallEnded)[0].reason == release


@both
def test_a_line_that_loses_its_battery_is_out_with_a_reason_and_heals(fidelity: str) -> None:
    """D-01, D-12."""
    with Office(fidelity=fidelity) as office:
        office.wait(3)
        office.line(2).unplug()
        office.wait_until(lambda: office.line(2).state == "out", 5)
        assert "battery" in [event.reason for event in office.saw(LineChanged)][-1]
        menu_heard(office, line=1)
        office.line(2).plug()
        office.wait_until(lambda: office.line(2).state == "idle", 5)


@both
def test_short_noise_in_the_ringing_band_is_no_ring(fidelity: str) -> None:
    """D-05."""
    with Office(fidelity=fidelity) as office:
        office.wait(3)
        for _ in range(5):
            office.line(1).ring_noise(0.1)
            office.wait(1)
        assert line_states(office, "line1") == ["idle"]


@both
def test_a_caller_who_stops_ringing_frees_the_line_within_six_seconds(fidelity: str) -> None:
    """D-06."""
    with Office(fidelity=fidelity) as office:
        office.line(1).exchange(caller_id="none")
        caller = office.caller(HANSEN)
        caller.dial(line=1)
        office.wait_until(lambda: office.line(1).state == "ringing", 10)
        office.wait(1.2)
        caller.hang_up()
        rang = office.now
        office.wait_until(lambda: office.line(1).state == "idle", 7)
        assert office.now - rang <= 6.0


@both
def test_a_hundred_reversals_in_two_seconds_mean_nothing(fidelity: str) -> None:
    """D-08."""
    with Office(fidelity=fidelity) as office:
        talking(office)
        for _ in range(100):
            office.line(1).reverse()
            office.wait(0.02)
        office.wait(2)
        assert office.saw(CallEnded) == []


@both
def test_a_phone_left_off_its_hook_for_an_hour_is_parked_and_comes_back(fidelity: str) -> None:
    """D-09, at copper for two minutes."""
    with Office(fidelity=fidelity) as office:
        phone = office.phone("phone2")
        office.wait(2)
        phone.lift()
        office.wait(3600 if fidelity == "signal" else 120)
        assert phone.hears() == "silence"
        menu_heard(office).press("1")
        office.wait_until(lambda: office.phone("phone1").ringing, 5)
        assert not phone.ringing
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 5)
        assert [event.state for event in office.saw(PhoneChanged) if event.station == "phone2"][-2:] == [
            "off_hook",
            "idle",
        ]


def test_a_short_circuit_on_one_line_leaves_the_others_alone() -> None:
    """D-11."""
    with Office() as office:
        talking(office, line=2)
        office.line(1).overload(True)
        caller = office.caller("+4533120009")
        caller.dial(line=1)
        office.wait(12)
        assert "out" in line_states(office, "line1")
        assert office.saw(CallEnded) == [] or office.saw(CallEnded)[0].call != office.saw(CallArrived)[0].call
        office.line(1).overload(False)
        office.wait_until(lambda: office.line(1).state == "idle", 45)


@both
def test_a_telephone_in_parallel_shows_as_in_use_and_is_not_dialled_into(fidelity: str) -> None:
    """D-14."""
    with Office(fidelity=fidelity) as office:
        office.wait(3)
        office.line(4).parallel(True)
        lifted = office.now
        office.wait_until(lambda: office.line(4).state == "in_use", 1)
        assert office.now - lifted <= 0.52
        dial(office, "phone1", "70102030")
        office.wait_until(lambda: office.saw(CallDialled), 4)
        assert office.saw(CallDialled)[0].line == "line3"
        office.line(4).parallel(False)
        office.wait_until(lambda: office.line(4).state == "idle", 2)


@both
def test_a_telephone_in_parallel_lifted_in_talk_does_not_end_the_call(fidelity: str) -> None:
    """D-14."""
    with Office(fidelity=fidelity) as office:
        talking(office)
        office.line(1).parallel(True)
        office.wait(3)
        office.line(1).parallel(False)
        office.wait(3)
        assert office.saw(CallEnded) == []


@pytest.mark.parametrize("stuck", [0x00, 0xFF])
def test_a_stuck_bus_puts_its_ports_out_within_half_a_second_and_lifts_no_phone(stuck: int) -> None:
    """E-05, E-06."""
    with Office() as office:
        office.wait(3)
        office.rig.sim.spi_phones.stick_miso(stuck, None)
        office.wait(0.5)
        states = {event.station: event.state for event in office.saw(PhoneChanged)}
        assert {states[name] for name in office.box.settings.phones} == {"out"}
        assert not any(phone.off_hook for phone in office.box.exchange.phones.values())
        menu_heard(office)  # the lines still answer
        office.rig.sim.spi_phones.stick_miso(None, None)
        office.wait_until(lambda: all(p.free for p in office.box.exchange.phones.values()), 40)


def test_flipped_bits_on_the_bus_never_answer_or_end_a_call() -> None:
    """E-07."""
    with Office(seed=3) as office:
        talking(office)
        office.rig.sim.spi_lines.flip_bits(1e-4, 5)
        office.rig.sim.spi_phones.flip_bits(1e-4, 6)
        office.wait(15)
        assert office.saw(CallEnded) == []
        assert len(office.saw(CallArrived)) == 1
        assert len(office.saw(CallAnswered)) == 1


def test_without_the_pcm_clock_every_port_says_so_and_comes_back_with_it() -> None:
    with Office() as office:
        office.wait(3)
        office.rig.sim.stop_pcm_clock()
        office.wait(2)
        assert {office.line(n).state for n in (1, 2, 3, 4)} == {"out"}
        assert all(office.box.exchange.lines[f"line{n}"].reason for n in (1, 2, 3, 4))
        office.rig.sim.start_pcm_clock()
        office.wait_until(lambda: office.line(1).state == "idle", 40)
        menu_heard(office)


def test_a_chip_that_resets_behind_our_back_is_set_up_again() -> None:
    with Office() as office:
        office.wait(3)
        office.rig.sim.phones[0].brown_out()
        office.wait(6)
        menu_heard(office).press("1")
        office.wait_until(lambda: office.phone("phone1").ringing, 5)
        office.phone("phone1").lift()
        office.wait_until(lambda: office.saw(CallAnswered), 3)


def test_an_isocap_link_that_drops_takes_its_line_out_until_it_is_back() -> None:
    with Office() as office:
        office.wait(3)
        office.rig.sim.lines[2].drop_link(True)
        office.wait_until(lambda: office.line(3).state == "out", 5)
        menu_heard(office, line=1)
        office.rig.sim.lines[2].drop_link(False)
        office.wait_until(lambda: office.line(3).state == "idle", 60)


def test_keys_are_heard_on_a_bad_line() -> None:
    """Noise and hum that everybody would complain about: the menu still works."""
    with Office() as office:
        office.line(1).noise(-45)
        office.line(1).hum(-40)
        caller = menu_heard(office)
        caller.press("1")
        office.wait_until(lambda: office.phone("phone1").ringing, 3)
        assert np.abs(caller.heard(0.5)).max() < 32767
