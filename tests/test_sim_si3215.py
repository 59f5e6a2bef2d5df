"""The phone's chip in software: register by register, at exact instants, through the bus alone."""

from math import pi

import numpy as np
import pytest
from sim_pairs import MS, SECOND, SI3215, Bench, BenchPhone

from hostsim.bus import SimHat


@pytest.fixture
def bench():
    """One phone, up and fed."""
    bench = Bench(lines=0, phones=1)
    bench.phone_up()
    return bench


@pytest.fixture
def phone(bench):
    return bench.phones[0]


def ring(bench, on=1.0, off=4.0):
    """Automatic cadence."""
    for register, seconds in ((48, on), (50, off)):
        bench.set_phone(register, round(seconds * 8_000) & 0xFF)
        bench.set_phone(register + 1, round(seconds * 8_000) >> 8)
    bench.set_phone(34, 0x18)
    bench.set_phone(64, 4)


# Reset and start


def test_a_chip_out_of_reset_shows_its_reset_values():
    bench = Bench(phones=1)
    bench.phones_chained()
    shown = {
        number: bench.phone(number) for number in (1, 8, 10, 11, 14, 63, 64, 67, 69, 70, 72, 74, 96, 107)
    }
    assert list(shown.values()) == [0x88, 2, 8, 0x33, 0x10, 0x54, 0, 0x1F, 10, 10, 0x20, 0x32, 0x1F, 8]
    assert bench.phone(0) & 0x80 and bench.phone(0) & 15 not in (0, 15)


def test_the_open_drivers_sequence_brings_a_phone_up(bench, phone):
    assert bench.phone(64) == 0x11
    assert bench.phone(78) * 1.5 == 48.0
    assert phone.fed == [(phone.fed[0][0], 48.0, None)]


def test_the_older_chip_says_so_and_has_its_own_numbers():
    bench = Bench("si3210", phones=1)
    bench.phones_chained()
    assert bench.phone(1) == 0x08 and bench.phone(6) == 0
    bench.set_indirect(20, 0x7E6C)
    bench.set_indirect(11, 0x00E5)
    assert bench.indirect(20) == 0x7E6C and bench.indirect(11) == 0x00E5


def test_an_indirect_register_that_the_newer_chip_lacks_reads_zero():
    bench = Bench(phones=1)
    bench.phones_chained()
    bench.set_indirect(43, 0x1000)
    assert bench.indirect(43) == 0


@pytest.mark.parametrize("number", [6, 31, 68, *range(78, 92), 94])
def test_what_is_sensed_cannot_be_written(bench, number):
    before = bench.phone(number)
    bench.set_phone(number, 0x5A)
    assert bench.phone(number) == before


def test_the_linefeed_shadow_and_the_chips_identity_are_read_only(bench):
    bench.set_phone(64, 0x71)
    assert bench.phone(64) == 0x11
    bench.set_phone(1, 0x3C)
    assert bench.phone(1) == 0xBC
    bench.set_phone(92, 0x00)
    assert bench.phone(92) == 0x40


# Indirect registers


def test_indirect_registers_start_with_garbage():
    bench = Bench(phones=1)
    bench.phones_chained()
    assert all(bench.indirect(number) != value for number, value in SI3215.items())


def test_an_indirect_access_is_busy_until_the_next_tick_of_16_khz():
    bench = Bench(phones=1)
    bench.phones_chained()
    bench.wait(1 * MS)
    bench.set_phone(28, 0x34)
    bench.set_phone(30, 7)  # an access takes 40 µs: it is 80 µs past a tick
    assert bench.phone(31) == 1  # 120
    assert bench.phone(31) == 0  # 160: the tick of 125 is over
    assert bench.indirect(7) == 0x0034


def test_a_second_access_while_one_is_busy_drops_the_first():
    bench = Bench(phones=1)
    bench.phones_chained()
    bench.set_indirect(7, 0x1111)
    bench.wait(1 * MS)
    bench.hat.spi_phones.xfer(b"\x01\x1c\x22")
    bench.hat.spi_phones.xfer(b"\x01\x1e\x07")
    bench.hat.spi_phones.xfer(b"\x01\x1e\x08")
    bench.wait(1 * MS)
    assert bench.indirect(7) == 0x1111


def test_the_end_of_an_indirect_access_can_interrupt(bench):
    for register in (18, 19, 20):
        bench.set_phone(register, 0xFF)
    assert bench.hat.gpio.inp("int_phones")
    bench.set_phone(30, 7)
    bench.wait(1 * MS)
    assert not bench.hat.gpio.inp("int_phones") and bench.phone(20) == 1
    bench.set_phone(20, 1)
    assert bench.hat.gpio.inp("int_phones")


def test_indirect_access_that_hangs_stays_busy(bench):
    bench.hat.phones[0].indirect_hangs(True)
    bench.set_phone(30, 7)
    bench.wait(1 * SECOND)
    assert bench.phone(31) == 1
    bench.hat.phones[0].indirect_hangs(False)
    assert bench.phone(31) == 0


# Battery and calibration


def test_the_battery_ramps_up_in_65_ms_and_only_then_feeds():
    bench = Bench(phones=1)
    bench.phones_chained()
    bench.set_phone(64, 1)
    bench.set_phone(14, 0)
    bench.wait(32_500)
    half = bench.phone(82)
    assert 0x40 < half < 0x70 and bench.phones[0].fed == []
    bench.wait(32_499)
    assert bench.phones[0].fed == []
    bench.wait(1)
    assert bench.phones[0].fed == [(65 * MS, 48.0, None)]
    bench.set_phone(64, 0)
    assert bench.phone(82) == bench.phone(83) == round(75 / 0.376) >= 0xC0


def test_the_battery_stands_when_the_converter_goes_off_and_collapses_with_a_leak():
    bench = Bench(phones=1)
    bench.phones_chained()
    bench.set_phone(14, 0)
    bench.wait(100 * MS)
    bench.set_phone(14, 0x10)
    bench.wait(500 * MS)
    assert bench.phone(82) > 0x80
    bench.set_phone(14, 0)
    bench.wait(100 * MS)
    bench.hat.phones[0].line_leaks(True)
    bench.set_phone(14, 0x10)
    bench.wait(100 * MS)
    assert bench.phone(82) < 6


def test_a_battery_that_fails_never_comes_up_and_heals():
    bench = Bench(phones=1)
    bench.hat.phones[0].battery_fails(True)
    with pytest.raises(AssertionError, match="battery"):
        bench.phone_up()
    bench.hat.phones[0].battery_fails(False)
    bench.battery_up()


def test_a_battery_that_fails_in_service_takes_the_feed_away(bench, phone):
    bench.hat.phones[0].battery_fails(True)
    assert phone.fed[-1] == (bench.now, 0.0, None)
    bench.wait(10 * SECOND)
    assert bench.phone(82) < 0x10 and bench.phone(78) == 0


@pytest.mark.parametrize(("order", "ms"), [(0x5F, 300), (0x7F, 30)])
def test_calibration_takes_its_time_and_clears_itself(order, ms):
    bench = Bench(phones=1)
    bench.phones_chained()
    bench.set_phone(97, 0x1F)
    bench.set_phone(96, order)
    bench.wait(ms * MS - 1)
    assert bench.phone(96) == order and bench.phone(97) == 0x1F
    bench.wait(1)
    assert bench.phone(96) == bench.phone(97) == 0


def test_calibration_that_hangs_never_ends_and_heals():
    bench = Bench(phones=1)
    bench.hat.phones[0].calibration_hangs(True)
    with pytest.raises(AssertionError, match="calibration"):
        bench.phone_up()
    bench.hat.phones[0].calibration_hangs(False)
    assert bench.phone(96) == 0


def test_converter_calibration_clears_itself(bench):
    bench.set_phone(93, 0x99)
    assert bench.phone(93) == 0x99
    bench.wait(10 * MS)
    assert bench.phone(93) == 0x19


def test_the_manual_search_for_the_transistors_balance_finds_an_end(bench):
    for result, current in ((98, 88), (99, 89)):
        for value in range(0x1F, 0, -1):
            bench.set_phone(result, value)
            if bench.phone(current) == 0:
                break
        assert bench.phone(result) == 8


# The hook


def test_a_lifted_phone_is_seen_after_the_debounce_and_draws_current(bench, phone):
    lifted = bench.now + 3 * MS
    phone.at(lifted, True)
    bench.wait(3 * MS + 4 * 1_250 - 1)
    assert bench.phone(68) == 0 and bench.hat.gpio.inp("int_phones")  # raw: over the threshold; not yet LCR
    bench.wait(1)
    assert bench.phone(68) & 1 and bench.phone(19) == 0x02 and not bench.hat.gpio.inp("int_phones")
    assert bench.phone(79) * 1.25 == 20.0  # ILIM
    assert bench.phone(78) * 1.5 == 9.0  # 20 mA through 450 Ω
    assert bench.phone(80) * 0.376 == pytest.approx(6.0, abs=0.2)  # VCM
    assert bench.phone(81) * 0.376 == pytest.approx(15.0, abs=0.2)


def test_interrupt_bits_are_cleared_by_writing_one(bench, phone):
    phone.at(bench.now + 1, True)
    bench.wait(20 * MS)
    bench.set_phone(19, 0x01)
    assert bench.phone(19) == 0x02
    bench.set_phone(19, 0x02)
    assert bench.phone(19) == 0 and bench.hat.gpio.inp("int_phones")


def test_an_event_that_is_not_enabled_leaves_no_trace_in_the_status(bench, phone):
    bench.set_phone(22, 0x00)
    phone.at(bench.now + 1, True)
    bench.wait(20 * MS)
    assert bench.phone(68) & 1 and bench.phone(19) == 0


def test_a_hook_that_bounces_counts_from_its_last_bounce(bench, phone):
    start = bench.now
    for ms, off in ((0.1, True), (4, False), (4.5, True), (9, False), (9.4, True)):
        phone.at(start + round(ms * MS), off)
    bench.wait(9_400 + 4_999)
    assert not bench.phone(68) & 1
    bench.wait(1)
    assert bench.phone(68) & 1


def test_pulses_shorter_than_the_debounce_are_not_seen_longer_ones_are(bench, phone):
    phone.at(bench.now + 1, True)
    bench.wait(20 * MS)
    seen = []
    start = bench.now
    for n, ms in enumerate((4, 6, 60)):
        phone.at(start + n * 100 * MS + 10 * MS, False)
        phone.at(start + n * 100 * MS + 10 * MS + ms * MS, True)
    for _ in range(300):
        bench.wait(1 * MS)
        seen.append(bench.phone(68) & 1)
    assert [seen[n * 100 : n * 100 + 100].count(0) for n in range(3)] == [0, 6, 60]


def test_a_longer_line_draws_what_ohms_law_leaves(bench, phone):
    phone.ohms = 4_000.0
    phone.at(bench.now + 1, True)
    bench.wait(20 * MS)
    assert bench.phone(79) * 1.25 == 12.5  # 48 V / 4,000 Ω, in steps of 1.25 mA
    bench.set_phone(71, 7)
    phone.ohms = 450.0
    assert bench.phone(79) * 1.25 == 41.25  # 20 + 3 · 7


def test_too_little_current_is_no_lift(bench, phone):
    phone.ohms = 6_000.0  # 8 mA, below LCRT's 10.2
    phone.at(bench.now + 1, True)
    bench.wait(1 * SECOND)
    assert bench.phone(68) == 4


def test_reversed_feed_turns_the_signs_round(bench, phone):
    phone.at(bench.now + 1, True)
    bench.wait(20 * MS)
    bench.set_phone(64, 5)
    assert phone.fed[-1][1] == -48.0
    assert bench.phone(64) == 0x55 and bench.phone(78) == 0x40 | 6 and bench.phone(79) == 0x40 | 16
    assert bench.phone(80) > bench.phone(81)


def test_an_open_loop_feeds_nothing_and_counts_as_on_hook(bench, phone):
    phone.at(bench.now + 1, True)
    bench.wait(20 * MS)
    bench.set_phone(64, 0)
    assert phone.fed[-1] == (bench.now, 0.0, None) and bench.phone(79) == bench.phone(78) == 0
    bench.wait(5 * MS)
    assert bench.phone(68) == 4


def test_the_voltage_on_hook_follows_its_register(bench, phone):
    bench.set_phone(72, 0x10)
    assert phone.fed[-1][1] == 24.0 and bench.phone(78) == 16


# Ringing


def test_the_chip_rings_by_its_own_timers(bench, phone):
    start = bench.now
    ring(bench, on=1.0, off=4.0)
    assert bench.phone(64) == 0x44 and bench.phone(34) == 0x18 | 0xA4
    bench.wait(1 * SECOND - 1)
    assert bench.phone(64) == 0x44
    bench.wait(1)
    assert bench.phone(64) == 0x24 and bench.phone(18) == 0x10
    bench.wait(4 * SECOND)
    assert bench.phone(64) == 0x44 and bench.phone(18) == 0x30
    told = [(at - start, volts, bool(sine)) for at, volts, sine in phone.fed[1:]]
    assert told == [(0, 0.0, True), (1 * SECOND, 48.0, False), (5 * SECOND, 0.0, True)]


def test_a_long_leap_leaves_no_burst_out(bench, phone):
    ring(bench)
    bench.wait(20 * SECOND)
    assert len([1 for _, _, sine in phone.fed if sine]) == 5
    assert bench.phone(64) == 0x44


def test_what_rings_has_the_frequency_and_amplitude_of_its_registers(bench, phone):
    bench.set_indirect(7, 0x7E6C)
    bench.set_indirect(8, 0x023A)
    bench.set_phone(74, 0x3F)
    bench.set_phone(64, 4)
    hertz, peak = phone.fed[-1][2]
    assert hertz == pytest.approx(25.0, abs=0.05) and peak == pytest.approx(84.8, abs=0.3)


def test_a_ring_higher_than_the_battery_is_clipped(bench, phone):
    bench.set_indirect(8, 0x0300)
    bench.set_phone(64, 4)
    assert phone.fed[-1][2][1] == 75.0


def test_without_timers_the_host_makes_the_cadence(bench, phone):
    bench.set_phone(34, 0)
    for state in (4, 2, 4, 1):
        bench.set_phone(64, state)
        bench.wait(3 * SECOND)
    assert [bool(sine) for _, _, sine in phone.fed[1:]] == [True, False, True, False]


def test_lifting_in_the_burst_trips_the_ring_and_feeds_the_phone_by_itself(bench, phone):
    ring(bench)
    lifted = bench.now + 300 * MS
    phone.at(lifted, True)
    bench.wait(300 * MS + 2 * MS + 10 * 1_250 - 1)
    assert bench.phone(64) == 0x44 and bench.phone(19) == 0
    bench.wait(1)
    assert bench.phone(64) == 0x14  # active by itself (AORD); LF is still as ordered
    assert bench.phone(68) & 2 and bench.phone(19) == 0x01
    assert phone.fed[-1] == (lifted + 14_500, 48.0, None)
    bench.wait(10 * SECOND)
    assert bench.phone(64) == 0x14 and bench.phone(19) == 0x03  # no more ringing; then the loop is closed too
    bench.set_phone(64, 1)
    assert bench.phone(64) == 0x11 and bench.phone(68) == 1


def test_without_aord_a_ring_trip_is_only_told(bench, phone):
    bench.set_phone(67, 0x03)
    ring(bench)
    phone.at(bench.now + 300 * MS, True)
    bench.wait(400 * MS)
    assert bench.phone(64) == 0x44 and bench.phone(68) & 2


def test_lifting_in_the_pause_closes_the_loop_after_its_own_debounce(bench, phone):
    ring(bench)
    lifted = bench.now + 2 * SECOND
    phone.at(lifted, True)
    bench.wait(2 * SECOND + 105 * MS - 1)
    assert bench.phone(19) == 0
    bench.wait(1)
    assert bench.phone(19) == 0x02 and bench.phone(68) == 1  # LCIP, not RTIP
    assert bench.phone(64) == 0x14  # AOLD
    bench.wait(10 * SECOND)
    assert bench.phone(64) == 0x14


def test_without_aold_the_chip_rings_on_at_a_lifted_phone(bench, phone):
    bench.set_phone(67, 0x05)
    ring(bench)
    phone.at(bench.now + 2 * SECOND, True)
    bench.wait(3 * SECOND)
    assert bench.phone(64) == 0x24 and bench.phone(68) == 1
    bench.wait(2 * SECOND + 20 * MS)
    assert bench.phone(64) == 0x14 and bench.phone(19) & 1  # the next burst trips at once


def test_a_glitch_of_the_hook_trips_nothing(bench, phone):
    ring(bench)
    phone.at(bench.now + 300 * MS, True)
    phone.at(bench.now + 310 * MS, False)
    bench.wait(900 * MS)
    assert bench.phone(64) == 0x44 and bench.phone(19) == 0


def test_a_ring_that_is_ordered_again_goes_on_where_it_was(bench, phone):
    ring(bench)
    bench.wait(600 * MS)
    bench.set_phone(64, 4)
    bench.wait(400 * MS)
    assert bench.phone(64) == 0x24


def test_the_mean_current_of_a_burst_is_what_the_sine_drives(bench, phone):
    bench.set_phone(67, 0)
    ring(bench)
    phone.at(bench.now + 1, True)
    bench.wait(5 * MS)
    assert (bench.phone(79) & 63) == 63  # 63.9 V · 2/π / 450 Ω = 90 mA: beyond the scale
    phone.ohms = 1_000.0
    assert bench.phone(79) * 1.25 == pytest.approx(63.9 * 2 / pi, abs=1.0)


# Alarms and faults


def test_a_power_alarm_opens_the_line_where_the_chip_may(bench, phone):
    bench.hat.phones[0].power_alarm()
    assert bench.phone(64) == 0x00 and bench.phone(19) == 0xFC
    assert phone.fed[-1] == (bench.now, 0.0, None) and not bench.hat.gpio.inp("int_phones")
    assert bench.phone(8) == 0  # no reset: an alarm
    bench.set_phone(64, 1)
    assert bench.phone(64) == 0x11


def test_a_power_alarm_is_only_told_in_manual_mode(bench):
    bench.set_phone(67, 0x06)
    bench.hat.phones[0].power_alarm(transistors=0b000001)
    assert bench.phone(64) == 0x11 and bench.phone(19) == 0x04


def test_an_alarm_storm_opens_the_line_again_and_again_until_it_ends(bench):
    bench.hat.phones[0].alarm_storm(every=50 * MS)
    for _ in range(3):
        bench.set_phone(64, 1)
        bench.wait(50 * MS)
        assert bench.phone(64) == 0
    bench.hat.phones[0].alarm_storm(None)
    bench.set_phone(64, 1)
    bench.wait(1 * SECOND)
    assert bench.phone(64) == 0x11


def test_a_brown_out_shows_in_register_8_and_stops_feeding(bench, phone):
    bench.hat.phones[0].brown_out()
    assert bench.phone(8) == 2 and bench.phone(64) == 0 and bench.phone(14) == 0x10
    assert phone.fed[-1] == (bench.now, 0.0, None)
    assert bench.indirect(7) != SI3215[7]
    bench.phone_up()
    assert bench.phone(64) == 0x11


def test_a_brown_out_that_forgets_the_chain_silences_the_chip_until_it_is_told_again(bench):
    bench.hat.phones[0].brown_out(keeps_chain=False)
    assert bench.phone(8) == 0xFF
    bench.phones_chained()
    assert bench.phone(11) == 0x33 and bench.phone(64) == 0


# Sound and the next change


@pytest.mark.parametrize(
    ("state", "passes"), [(0, False), (1, True), (2, True), (3, False), (4, False), (5, True), (6, True)]
)
def test_sound_passes_where_the_line_is_fed(bench, phone, state, passes):
    bench.set_phone(34, 0)
    bench.set_phone(64, state)
    phone.said = np.full(160, 0.25, np.float32)
    back = bench.tick(np.full((8, 160), 1_000, np.int16))
    assert bool(back[4].any()) == bool(phone.heard.any()) == passes


def test_gains_and_mutes_do_what_their_registers_say(bench, phone):
    phone.said = np.full(160, 0.25, np.float32)

    def levels(**registers):
        for name, value in registers.items():
            bench.set_phone(int(name[1:]), value)
        back = bench.tick(np.full((8, 160), 8_192, np.int16))
        return [round(float(each[0]), 4) for each in (phone.heard, back[4] / 32_768)]

    assert levels() == [0.25, 0.25]
    assert levels(r9=0b0110) == [round(0.25 * 10 ** (3.5 / 20), 4), round(0.25 * 10 ** (-3.5 / 20), 4)]
    assert levels(r9=0b1111) == [0, 0]
    assert levels(r9=0x10) == [0, 0.25]
    assert levels(r9=0x20) == [0.25, 0]
    bench.set_indirect(13, 0x2000)
    bench.set_indirect(14, 0x7FF0)
    assert levels(r9=0) == [0.125, pytest.approx(0.5, abs=0.001)]


def test_a_chip_names_its_next_own_change(bench, phone):
    bench.wait(10 * MS)  # calibration of the converter
    assert bench.hat.next_change() is None
    phone.at(bench.now + 7 * MS, True)
    assert bench.hat.next_change() == bench.now + 7 * MS
    bench.wait(7 * MS)
    assert bench.hat.next_change() == bench.now + 5 * MS  # the debounce
    bench.wait(5 * MS)
    assert bench.hat.next_change() is None


def test_a_hat_that_begins_late_takes_the_hook_as_it_finds_it():
    phone = BenchPhone()
    phone.at(1 * SECOND, True)
    hat = SimHat([None] * 4, [phone], now=0)
    hat.now = 5 * SECOND
    bench = Bench(lines=0, phones=1)
    bench.hat, bench.phones[0] = hat, phone
    bench.phone_up()
    bench.wait(10 * MS)
    assert bench.phone(68) == 1
