"""The line's chips in software: register by register, at exact instants, through the bus alone."""

import numpy as np
import pytest
from sim_pairs import MS, SECOND, Bench


@pytest.fixture
def bench():
    """One line, up, on-hook and monitored; ring detection full-wave, not validated."""
    bench = Bench(lines=1, phones=0)
    bench.line_up()
    return bench


@pytest.fixture
def line(bench):
    return bench.lines[0]


@pytest.fixture
def seized(bench):
    bench.set_line(5, 0x09)
    bench.wait(200 * MS)
    return bench


def volts(bench):
    value = bench.line(29)
    return value - 256 if value & 0x80 else value


# Reset and link


def test_a_chip_out_of_reset_shows_its_reset_values():
    bench = Bench()
    assert {number: bench.line(number) for number in (2, 6, 11, 22, 24, 31)} == {
        **{2: 0x03, 6: 0x10, 11: 0x03, 22: 0x96, 24: 0x19, 31: 0x20},
    }


def test_the_open_drivers_sequence_brings_a_line_up(bench):
    assert bench.line(11) >> 4 and bench.line(12) & 0x40 and bench.line(13) & 0x40
    assert bench.line(5) == 0x08 and volts(bench) == -48


def test_soft_reset_clears_itself_and_takes_nothing_meanwhile(bench):
    bench.set_line(38, 9)
    bench.set_line(1, 0x80)
    bench.set_line(38, 9)
    bench.wait(5 * MS - 1)
    assert bench.line(1) == 0x80 and bench.line(38) == 0 and bench.line(11) == 0x03
    bench.wait(1)
    assert bench.line(1) == 0
    bench.set_line(38, 9)
    assert bench.line(38) == 9


def test_the_line_side_links_up_120_ms_after_it_gets_power():
    bench = Bench()
    bench.set_line(6, 0)
    bench.wait(120 * MS - 1)
    assert bench.line(11) == 0x03 and bench.line(12) == bench.line(13) == bench.line(29) == 0
    bench.wait(1)
    assert bench.line(11) == 0x33 and volts(bench) == -48
    assert bench.line(4) & 0x80  # powering up looks like a ring


def test_a_link_may_be_slow():
    bench = Bench()
    bench.hat.lines[0].slow_link(1_900 * MS)
    bench.set_line(6, 0)
    bench.wait(1_900 * MS - 1)
    assert bench.line(11) == 0x03
    bench.wait(1)
    assert bench.line(11) == 0x33


def test_a_link_that_drops_takes_the_line_sides_registers_and_the_loop(seized):
    seized.watch_line(0x20)
    chip, line = seized.hat.lines[0], seized.lines[0]
    chip.drop_link(True)
    assert seized.line(11) == 0x03 and seized.line(12) == 0 and seized.line(4) & 0x20
    assert not seized.hat.gpio.inp("int_lines")
    assert seized.line(26) == 0 and seized.line(31) == 0x20 and seized.line(33) == 0x38
    assert line.hooks[-1] == (seized.now, False)
    seized.wait(60 * SECOND)
    assert seized.line(11) == 0x03
    chip.drop_link(False)
    seized.wait(120 * MS)
    assert seized.line(11) == 0x33 and line.off  # OH is still set


def test_a_line_side_that_is_powered_down_is_gone(bench):
    bench.set_line(6, 0x10)
    assert bench.line(11) == 0x03 and bench.line(29) == 0


def test_a_brown_out_shows_in_register_2_and_opens_the_loop(seized):
    seized.set_line(2, 0x87)
    seized.hat.lines[0].brown_out()
    assert seized.line(2) == 0x03 and seized.line(11) == 0x03 and seized.line(5) == 0
    assert seized.lines[0].hooks[-1] == (seized.now, False)
    seized.line_up()
    assert volts(seized) == -48


@pytest.mark.parametrize("number", [11, 12, 13, 19, 28, 29])
def test_what_is_measured_cannot_be_written(bench, number):
    before = bench.line(number)
    bench.set_line(number, 0x5A)
    assert bench.line(number) == before
    bench.set_line(5, 0x6C)
    assert bench.line(5) == 0x08  # RDTN, RDTP and RDT belong to the chip


# Voltage, current, polarity


@pytest.mark.parametrize(("battery", "shown"), [(-48.0, -48), (48.0, 48), (-3.0, 0), (-3.4, -3), (0.0, 0)])
def test_line_volts_are_signed_and_forced_to_zero_up_to_3(bench, line, battery, shown):
    bench.set_line(31, 0xA2)
    line.set(bench.now, "battery", battery)
    bench.wait(1)
    assert volts(bench) == shown


def test_lvfd_shows_small_volts_too(bench, line):
    bench.set_line(31, 0xA3)
    line.set(bench.now, "battery", -2.0)
    bench.wait(1)
    assert volts(bench) == -2


def test_seizing_draws_current_and_pulls_the_voltage_down(bench, line):
    bench.set_line(5, 0x09)
    assert line.hooks == [(bench.now, True)]
    assert volts(bench) == -7 and bench.line(12) == 0x40 | 9 and bench.line(28) == 28  # 31.5 mA
    bench.set_line(5, 0x08)
    assert line.hooks[-1] == (bench.now, False)
    assert volts(bench) == -48 and bench.line(12) == 0x40 and bench.line(28) == 0


def test_pulses_reach_the_line_at_their_instants(bench, line):
    for _ in range(3):
        bench.set_line(5, 0x09)
        bench.wait(40 * MS)
        bench.set_line(5, 0x08)
        bench.wait(60 * MS)
    start = line.hooks[0][0]
    assert [at - start for at, _ in line.hooks] == [
        n * 100 * MS + each for n in range(3) for each in (0, 40 * MS)
    ]


def test_a_loop_break_shows_at_its_instant_and_is_latched(seized, line):
    seized.watch_line(0x08)
    line.at(seized.now + 5 * MS, "battery", 0.0)
    line.at(seized.now + 65 * MS, "battery", -48.0)
    seized.wait(5 * MS - 1)
    assert seized.line(12) & 0x1F == 9
    seized.wait(1)
    assert seized.line(12) == 0x40 and volts(seized) == 0 and seized.line(19) & 0x02
    seized.wait(60 * MS)
    assert seized.line(12) & 0x1F == 9 and not seized.line(19) & 0x02
    assert seized.line(4) & 0x08


def test_a_reversal_and_back_between_two_looks_is_latched(bench, line):
    bench.watch_line(0x01)
    line.at(bench.now + 3 * MS, "battery", 48.0)
    line.at(bench.now + 6 * MS, "battery", -48.0)
    bench.wait(10 * MS)
    assert volts(bench) == -48 and bench.line(4) & 0x01 and not bench.hat.gpio.inp("int_lines")
    bench.set_line(4, 0xFE)
    assert not bench.line(4) & 0x01 and bench.hat.gpio.inp("int_lines")


def test_interrupt_bits_are_cleared_by_writing_zero(bench, line):
    bench.watch_line(0x01)
    line.set(bench.now, "battery", 48.0)
    bench.wait(1)
    before = bench.line(4)
    bench.set_line(4, 0xFF)
    assert bench.line(4) == before
    bench.set_line(4, 0x00)
    assert bench.line(4) == 0


def test_a_masked_cause_is_latched_but_does_not_pull_int(bench, line):
    bench.watch_line()
    line.set(bench.now, "battery", 48.0)
    bench.wait(1)
    assert bench.line(4) & 0x01 and bench.hat.gpio.inp("int_lines")


def test_int_of_the_wrong_polarity_holds_the_common_line_low(bench):
    bench.set_line(4, 0)
    bench.set_line(2, 0x80 | 0x40)
    assert not bench.hat.gpio.inp("int_lines")


def test_a_telephone_in_parallel_pulls_the_idle_line_down(bench, line):
    line.at(bench.now + 4 * MS, "shared", True)
    bench.wait(10 * MS)
    assert volts(bench) == -9


def test_too_much_current_is_an_overload(seized, line):
    seized.watch_line(0x04)
    line.set(seized.now, "fault", 130.0)
    seized.wait(1)
    assert seized.line(12) & 0x1F == 0x1F and seized.line(4) & 0x04 and line.off


def test_overload_protection_opens_the_loop_by_itself(seized, line):
    seized.set_line(17, 0x08)
    line.set(seized.now, "fault", 130.0)
    seized.wait(1)
    assert line.hooks[-1] == (seized.now, False) and seized.line(19) & 0x01 and seized.line(5) & 0x01
    seized.set_line(5, 0x08)
    assert not seized.line(19) & 0x01


def test_the_comparator_tells_when_the_current_falls(seized, line):
    seized.set_line(2, 0x80)
    seized.set_line(43, 5)
    seized.set_line(44, 0x02)  # loop current, below
    assert not seized.line(44) & 0x08
    line.at(seized.now + 7 * MS, "battery", 0.0)
    seized.wait(7 * MS)
    assert seized.line(44) == 0x0A and not seized.hat.gpio.inp("int_lines")
    seized.set_line(44, 0x02)
    assert seized.line(44) == 0x02 and seized.hat.gpio.inp("int_lines")


def test_the_comparator_tells_when_the_voltage_rises(bench, line):
    line.set(bench.now, "battery", -40.0)
    bench.wait(1)
    bench.set_line(43, 45)
    bench.set_line(44, 0x07)  # voltage, above
    assert not bench.line(44) & 0x08
    line.set(bench.now, "battery", -48.0)
    bench.wait(1)
    assert bench.line(44) & 0x08


# Sound


def levels(bench, line):
    """Gain towards the line and from it, as factors."""
    line.said = np.full(160, 0.25, np.float32)
    bench.tick()
    back = bench.tick(np.full((8, 160), 8_192, np.int16))
    return float(line.heard[0]) / 0.25, float(back[0, 0]) / 8_192


def test_off_hook_sound_passes_both_ways_once_it_has_settled(bench, line):
    bench.set_line(5, 0x09)  # FOH 128 ms
    for _ in range(6):
        assert levels(bench, line) == (0, 0) or bench.now > 128 * MS
    bench.wait(100 * MS)
    assert levels(bench, line) == (1.0, 1.0)


@pytest.mark.parametrize(("foh", "ms"), [(0x00, 512), (0x20, 128), (0x40, 64), (0x60, 8)])
def test_settling_takes_what_foh_says(bench, line, foh, ms):
    bench.set_line(31, 0x83 | foh)
    bench.set_line(5, 0x09)
    line.said = np.full(160, 0.25, np.float32)
    bench.wait(ms * MS - 1)
    assert not bench.hat.frames.read()[0].any()
    bench.wait(1)
    assert bench.hat.frames.read()[0].all()


def test_on_hook_the_monitor_hears_and_nothing_is_sent(bench, line):
    assert levels(bench, line) == (0, 1.0)
    bench.set_line(5, 0x00)
    assert levels(bench, line) == (0, 0)


@pytest.mark.parametrize(
    ("coarse", "fine", "db"),
    [(0x00, 0x00, 0), (0x06, 0x05, 6.5), (0x13, 0x12, -3.2), (0x1F, 0, -15), (0x0F, 0, 12)],
)
def test_gains_add_up(seized, line, coarse, fine, db):
    factor = 10 ** (db / 20)
    for register, value in ((38, coarse), (40, fine)):
        seized.set_line(register, value)
    assert levels(seized, line) == (pytest.approx(factor, rel=0.001), 1.0)
    for register, value in ((38, 0), (40, 0), (39, coarse), (41, fine)):
        seized.set_line(register, value)
    line.said = line.said * np.float32(0.1)
    assert levels(seized, line) == (1.0, pytest.approx(min(factor, 4.0), rel=0.001))


def test_mutes(seized, line):
    seized.set_line(15, 0x80)
    assert levels(seized, line) == (0, 1.0)
    seized.set_line(15, 0x08)
    assert levels(seized, line) == (1.0, 0)


def test_sound_beyond_full_scale_is_told_as_receive_overload(seized, line):
    seized.watch_line(0x40)
    line.said = np.full(160, 1.2, np.float32)
    seized.tick()
    assert seized.line(4) & 0x40 and seized.line(17) & 0x02 and seized.line(19) & 0x04
    line.said = np.zeros(160, np.float32)
    seized.tick()
    assert seized.line(4) & 0x40 and not seized.line(19) & 0x04
    seized.set_line(17, 0x00)
    assert not seized.line(4) & 0x40 and not seized.line(17) & 0x02


def test_pcm_loopback_returns_what_was_played(bench):
    bench.set_line(33, 0xB8)
    assert (bench.tick(np.full((8, 160), 1_234, np.int16))[0] == 1_234).all()


def test_the_chip_names_its_lines_next_change(bench, line):
    assert bench.hat.next_change() is None
    line.at(bench.now + 30 * MS, "battery", 48.0)
    assert bench.hat.next_change() == bench.now + 30 * MS
    bench.set_line(5, 0x09)
    bench.wait(30 * MS)
    assert bench.hat.next_change() == bench.now + 98 * MS  # FOH
