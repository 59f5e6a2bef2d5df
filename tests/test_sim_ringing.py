"""A line's ring detection in software: bits, thresholds, validation, at exact instants."""

import numpy as np
import pytest
from sim_pairs import MS, SECOND, Bench

RDTN, RDTP, RDT = 0x40, 0x20, 0x04
VALIDATED = {18: 0x00, 22: 0x0D, 23: 0x09, 24: 0x91}  # 15 to 62 Hz, 150 ms to begin, 128 ms to end


@pytest.fixture
def bench():
    """One line, up, on-hook and monitored; ring detection full-wave, not validated."""
    bench = Bench(lines=1, phones=0)
    bench.line_up()
    return bench


@pytest.fixture
def line(bench):
    return bench.lines[0]


# Ringing


def bits_over(bench, ms):
    """What register 5 shows of the ring, every ms."""
    shown = []
    for _ in range(ms):
        shown.append(bench.line(5) & (RDTN | RDTP))
        bench.wait(1 * MS)
    return shown


def test_the_ring_sine_shows_as_alternating_bits(bench, line):
    line.set(bench.now, "bell", (25.0, 75.0))
    bench.wait(0)
    shown = bits_over(bench, 200)
    changes = [now for before, now in zip([0, *shown], shown, strict=False) if now and now != before]
    assert changes == [RDTP, RDTN] * 5
    assert shown[10] == RDTP and shown[30] == RDTN  # the peaks of a sine of 25 Hz that starts at 0
    assert shown.count(0) == pytest.approx(200 * 2 / np.pi * np.arcsin(15 / 75), abs=10)


@pytest.mark.parametrize(
    ("r17", "r16", "deaf", "loud"), [(0, 0, 14, 16), (0x10, 0, 21, 22), (0x10, 1, 44, 46)]
)
def test_a_ring_counts_above_the_threshold_that_rt2_and_rt_choose(bench, line, r17, r16, deaf, loud):
    bench.set_line(17, r17)
    bench.set_line(16, r16)
    line.set(bench.now, "bell", (25.0, float(deaf)))
    bench.wait(0)
    assert not any(bits_over(bench, 100))
    line.set(bench.now, "bell", (25.0, float(loud)))
    bench.wait(0)
    assert any(bits_over(bench, 100))


def test_without_validation_rdt_is_set_by_the_first_half_wave_and_stays_5_s(bench, line):
    bench.watch_line(0x80)
    start = bench.now
    line.at(start, "bell", (25.0, 75.0))
    line.at(start + 1 * SECOND, "bell", None)
    crossing = round(40 * MS * np.arcsin(15 / 75) / (2 * np.pi))
    bench.wait(crossing - 1)
    assert not bench.line(5) & RDT and bench.line(4) == 0
    bench.wait(2)
    assert bench.line(5) & RDT and bench.line(4) == 0x80 and not bench.hat.gpio.inp("int_lines")
    bench.set_line(4, 0)
    bench.wait(5_900 * MS)
    assert bench.line(5) & RDT and bench.line(4) == 0
    bench.wait(100 * MS)
    assert not bench.line(5) & RDT and bench.line(4) == 0x80  # RDI: the end is told too


def test_half_wave_detection_waits_for_a_positive_half_wave(bench, line):
    bench.set_line(18, 0)
    line.set(bench.now, "battery", 48.0)
    bench.wait(6 * SECOND)
    bench.set_line(4, 0)
    line.set(bench.now, "battery", -48.0)  # a jump downwards
    bench.wait(1)
    assert bench.line(5) & RDTN and not bench.line(5) & RDT


def test_a_reversal_shows_as_one_short_pulse(bench, line):
    line.set(bench.now, "battery", 48.0)
    bench.wait(0)
    shown = bits_over(bench, 60)
    assert set(shown) == {RDTP, 0} and 10 <= shown.count(RDTP) < 40


def ring_told(bench, line, hertz, rms, seconds, us=1 * MS):
    """Ring once; when the chip told begin and end, in ms from the start."""
    for register, value in VALIDATED.items():
        bench.set_line(register, value)
    bench.watch_line(0x80)
    start, told = bench.now, []
    line.at(start, "bell", (hertz, rms))
    line.at(start + round(seconds * SECOND), "bell", None)
    while bench.now < start + (seconds + 1) * SECOND:
        bench.wait(us)
        if bench.line(4):
            told.append((bench.now - start) / MS)
            bench.set_line(4, 0)
    return told


@pytest.mark.parametrize("hertz", [16.7, 20.0, 25.0, 50.0])
def test_a_validated_ring_is_told_at_its_begin_and_its_end(bench, line, hertz):
    begin, end = ring_told(bench, line, hertz, 75.0, 1.0)
    assert 150 <= begin <= 155  # RCC after the first crossing
    assert 1_128 - 500 / hertz - 1 <= end <= 1_130  # RTO after the last one


@pytest.mark.parametrize(
    ("hertz", "rms", "seconds"), [(12.0, 75.0, 1.0), (70.0, 75.0, 1.0), (25.0, 12.0, 1.0), (25.0, 75.0, 0.12)]
)
def test_a_ring_too_slow_too_fast_too_soft_or_too_short_is_not_validated(bench, line, hertz, rms, seconds):
    assert ring_told(bench, line, hertz, rms, seconds) == []


def test_two_bursts_closer_than_the_time_out_are_one_ring(bench, line):
    line.at(bench.now + 300 * MS, "bell", None)
    line.at(bench.now + 380 * MS, "bell", (25.0, 75.0))
    begin, end = ring_told(bench, line, 25.0, 75.0, 0.8)
    assert begin < 155 and 900 < end < 930


def test_the_ring_delay_holds_back_both_edges(bench, line):
    for register, value in {**VALIDATED, 22: 0x4D}.items():  # RDLY = 256 ms
        bench.set_line(register, value)
    line.at(bench.now, "bell", (25.0, 75.0))
    line.at(bench.now + 200 * MS, "bell", None)
    start = bench.now
    seen = []
    for _ in range(1_000):
        bench.wait(1 * MS)
        seen.append(bool(bench.line(5) & RDT))
    assert bench.now == start + 1 * SECOND
    assert 405 <= seen.index(True) <= 412 and not seen[-1] and seen.count(True) < 200


def test_a_ring_that_is_under_way_when_the_line_comes_up_is_told():
    bench = Bench(lines=1, phones=0)
    bench.lines[0].set(0, "bell", (25.0, 75.0))
    for register, value in {**VALIDATED, 6: 0x00}.items():
        bench.set_line(register, value)
    bench.wait(150 * MS)
    bench.watch_line(0x80)
    bench.wait(150 * MS)
    assert bench.line(4) == 0x80 and bench.line(5) & RDT


def test_going_off_hook_ends_the_detection(bench, line):
    line.set(bench.now, "bell", (25.0, 75.0))
    bench.wait(10 * MS)
    assert bench.line(5) & (RDT | RDTP) == RDT | RDTP
    bench.set_line(5, 0x09)
    assert bench.line(5) == 0x09


def test_a_reversal_while_ringing_is_told_and_the_ring_goes_on(bench, line):
    bench.watch_line(0x81)
    line.at(bench.now, "bell", (25.0, 75.0))
    line.at(bench.now + 500 * MS, "battery", 48.0)
    bench.wait(600 * MS)
    assert bench.line(4) == 0x81
    assert {RDTP, RDTN} <= set(bits_over(bench, 100))
