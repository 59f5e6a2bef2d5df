"""The phone's chip in software: register by register, at exact instants, through the bus alone."""

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
