"""A phone's wires in software: hook, loop current and ringing, at exact instants, through the bus alone."""

from math import pi

import pytest
from sim_pairs import MS, SECOND, Bench


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
