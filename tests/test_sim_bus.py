"""The hat in software, seen from its plugs: chains, pins, the PCM highway, and wires that fail."""

import numpy as np
import pytest
from sim_pairs import MS, Bench

from board.bus import AudioFrames, GpioPort, SpiBus
from firmware.base import Broken
from firmware.sound.frame import from_alaw
from hostsim.highway import pick, place

TONE = (8_000 * np.sin(2 * np.pi * 1_000 / 8_000 * np.arange(160))).astype(np.int16)


def frame(**rows):
    """int16[8, 160] with some rows said."""
    said = np.zeros((8, 160), np.int16)
    for name, samples in rows.items():
        said[int(name[-1]) - 1 + (4 if name.startswith("phone") else 0)] = samples
    return said


def test_the_hat_offers_what_the_board_expects():
    hat = Bench().hat
    buses: tuple[SpiBus, SpiBus] = (hat.spi_lines, hat.spi_phones)
    pins: GpioPort = hat.gpio
    frames: AudioFrames = hat.frames
    assert buses and pins and frames


# Framing


def test_the_third_phone_is_read_through_the_chain():
    bench = Bench()
    bench.hat.spi_phones.xfer(b"\x00\x80")
    bench.set_phone(64, 1, place=2)
    assert bench.hat.spi_phones.xfer(b"\x04\xc0\x00") == b"\xff\xff\x11"
    assert bench.hat.spi_phones.xfer(b"\x02\xc0\x00") == b"\xff\xff\x00"


def test_before_chain_mode_two_bytes_reach_every_phone_chip_at_once():
    bench = Bench()
    assert bench.hat.spi_phones.xfer(b"\x8b\x00") == b"\xff\x33"
    assert bench.hat.spi_phones.xfer(b"\x40\x01") == b"\xff\xff"
    bench.phones_chained()
    assert [bench.phone(64, place) for place in range(4)] == [0x11] * 4


def test_before_chain_mode_three_bytes_are_a_two_byte_command_and_a_lost_byte():
    bench = Bench()
    assert (
        bench.hat.spi_phones.xfer(b"\x01\xc0\x00") == b"\xff\xff\xff"
    )  # to place 0: write 0xC0 to register 1
    bench.phones_chained()
    assert bench.phone(1) == 0x80 | 0x40


def test_chip_select_that_rises_too_early_loses_the_access_and_nothing_else():
    bench = Bench()
    bench.phones_chained()
    bench.hat.spi_phones.xfer(b"\x01\x40")
    assert bench.phone(64) == 0
    bench.hat.spi_lines.xfer(b"\x20\x05")
    assert bench.line(2) == 3


def test_a_chip_select_byte_with_several_bits_writes_to_several_phones():
    bench = Bench()
    bench.phones_chained()
    bench.hat.spi_phones.xfer(b"\x05\x47\x05")
    assert [bench.phone(71, place) for place in range(4)] == [5, 0, 5, 0]


def test_lines_are_told_apart_by_their_place_with_its_bits_reversed():
    bench = Bench()
    bench.hat.spi_lines.xfer(b"\x28\x26\x09")  # device 1: register 38 = 9
    assert bench.hat.spi_lines.xfer(b"\x68\x26\x00") == b"\xff\xff\x09"
    assert [bench.line(38, place) for place in range(4)] == [0, 9, 0, 0]


def test_a_broadcast_reaches_every_line():
    bench = Bench(lines=3)
    bench.hat.spi_lines.xfer(b"\xa0\x24\x23")
    assert [bench.line(36, place) for place in range(4)] == [0x23, 0x23, 0x23, 0xFF]


@pytest.mark.parametrize("access", [b"\x61\x02\x00", b"\x6e\x02\x00", b"\x40\x02\x00"])
def test_an_address_without_a_chip_reads_all_ones(access):
    assert Bench().hat.spi_lines.xfer(access) == b"\xff\xff\xff"


def test_a_place_without_a_module_floats_high_and_the_others_answer():
    bench = Bench(lines=2, phones=3)
    bench.phones_chained()
    assert [bench.line(2, place) for place in range(4)] == [3, 3, 0xFF, 0xFF]
    assert [bench.phone(8, place) for place in range(4)] == [2, 2, 2, 0xFF]


def test_several_accesses_may_share_one_chip_select():
    bench = Bench()
    bench.phones_chained()
    assert bench.hat.spi_phones.xfer(b"\x01\x47\x03\x01\xc7\x00") == b"\xff" * 5 + b"\x03"


# Reset and clock


def test_the_reset_pin_takes_registers_and_chain_mode_away():
    bench = Bench()
    bench.phones_chained()
    bench.set_phone(8, 0)
    bench.hat.gpio.out("reset_phones", False)
    assert bench.phone(8) == 0xFF
    bench.wait(25 * MS)
    bench.hat.gpio.out("reset_phones", True)
    bench.wait(10 * MS)
    assert bench.phone(8) == 0xFF  # the chain must be told again
    bench.phones_chained()
    assert bench.phone(8) == 2


def test_a_chip_answers_when_its_pll_has_settled_after_reset():
    bench = Bench()
    bench.hat.gpio.out("reset_lines", False)
    bench.hat.gpio.out("reset_lines", True)
    assert bench.line(2) == 0xFF
    bench.wait(31)
    assert bench.line(2) == 0xFF
    bench.wait(1)
    assert bench.line(2) == 3


def test_without_the_pcm_clock_nobody_answers_and_nothing_is_written():
    bench = Bench()
    bench.phones_chained()
    bench.hat.stop_pcm_clock()
    bench.set_line(38, 9)
    assert bench.line(2) == 0xFF and bench.phone(8) == 0xFF
    with pytest.raises(Broken, match="no PCM clock"):
        bench.hat.frames.read()
    bench.hat.start_pcm_clock()
    bench.wait(1 * MS)
    assert bench.line(38) == 0 and bench.phone(8) == 2


# Wires that fail


@pytest.mark.parametrize("value", [0x00, 0xFF])
def test_a_stuck_miso_reads_one_value_until_it_is_free(value):
    bench = Bench()
    bench.phones_chained()
    bench.hat.stick_miso(value, until=5 * MS)
    bench.set_line(38, 9)
    assert bench.line(38) == value and bench.phone(8) == value
    bench.wait(5 * MS)
    assert bench.line(38) == 9 and bench.phone(8) == 2


def test_a_miso_may_stick_for_ever_and_be_mended():
    bench = Bench()
    bench.hat.spi_lines.stick_miso(0x00)
    bench.wait(3_600_000 * MS)
    assert bench.line(2) == 0
    bench.hat.spi_lines.stick_miso(None)
    assert bench.line(2) == 3


def test_flipped_bits_come_at_their_rate_and_the_same_for_a_seed():
    def reads(seed):
        bench = Bench()
        bench.hat.spi_lines.flip_bits(0.01, seed)
        return [bench.line(11) for _ in range(300)]  # read-only: what else is hit stays as it is

    wrong = sum(value != 3 for value in reads(1))
    assert reads(1) == reads(1) != reads(2)
    assert 45 < wrong < 95  # control, address and the byte back: about 23 bits matter


def test_flipped_bits_end():
    bench = Bench()
    bench.hat.spi_lines.flip_bits(1.0)
    assert bench.line(2) != 3
    bench.hat.spi_lines.flip_bits(0)
    assert bench.line(2) == 3


def test_an_int_line_can_stick():
    bench = Bench()
    assert bench.hat.gpio.inp("int_phones") and bench.hat.gpio.inp("reset_phones")
    bench.hat.spi_phones.stick_int(True)
    assert not bench.hat.gpio.inp("int_phones") and bench.hat.gpio.inp("int_lines")
    bench.hat.spi_phones.stick_int(None)
    assert bench.hat.gpio.inp("int_phones")


# Sound


@pytest.fixture
def talking():
    """line1 off-hook and phone1 fed, both with sound."""
    bench = Bench(lines=2, phones=2)
    for place_ in range(2):
        bench.line_up(place_)
        bench.phone_up(place_)
    bench.set_line(5, 0x09)
    bench.wait(200 * MS)
    bench.tick()
    return bench


def test_what_is_written_plays_in_the_next_tick_and_its_answer_comes_at_its_end(talking):
    talking.lines[0].said = np.full(160, 0.5, np.float32)
    back = talking.tick(frame(line1=TONE, phone1=TONE // 2))
    assert np.array_equal(np.rint(talking.lines[0].heard * 32768), TONE)
    assert np.array_equal(np.rint(talking.phones[0].heard * 32768), TONE // 2)
    assert (back[0] == 16_384).all()
    assert not back[1].any() and not back[4].any()


def test_a_frame_that_nobody_wrote_is_silence(talking):
    talking.tick(frame(line1=TONE))
    talking.tick()
    assert not talking.lines[0].heard.any()


def test_a_chip_without_pcm_leaves_its_slot_to_the_pull_up(talking):
    talking.set_line(33, 0x18)
    back = talking.tick(frame(line1=TONE))
    assert (back[0] == -1).all() and not talking.lines[0].heard.any()
    assert (back[2:4] == -1).all()  # no module there


def test_sound_is_held_at_full_scale_and_never_wraps(talking):
    talking.lines[0].said = np.array([2.0, -2.0] * 80, np.float32)
    back = talking.tick()
    assert back[0].max() == 32_767 and back[0].min() == -32_768


def test_two_chips_in_one_slot_pull_each_others_ones_down(talking):
    talking.set_line(34, 4 * 16)  # line1 talks where phone1 does
    talking.lines[0].said = np.full(160, 0x0F0F / 32768, np.float32)
    talking.phones[0].said = np.full(160, 0x3333 / 32768, np.float32)
    back = talking.tick(frame(line1=TONE))
    assert (back[4] == 0x0F0F & 0x3333).all() and (back[0] == -1).all()
    assert np.array_equal(np.rint(talking.lines[0].heard * 32768), TONE)  # it still listens in its own


def test_slots_that_overlap_by_a_part_spoil_each_other(talking):
    talking.set_line(34, 4 * 16 + 8)
    talking.lines[0].said = np.zeros(160, np.float32)
    talking.phones[0].said = np.full(160, 0x7777 / 32768, np.float32)
    back = talking.tick()
    assert (back[4] == 0x7700).all() and (back[5] == 0x00FF & 0).all()


def test_a_companded_chip_speaks_and_hears_eight_bits(talking):
    talking.set_line(33, 0x20)  # A-law
    talking.set_line(34, 16)  # its byte stands first in slot 1's place …
    talking.set_line(36, 16)
    talking.set_line(33, 0x00, place=1)  # … which line2 leaves free
    talking.lines[0].said = (TONE / 32768).astype(np.float32)
    code = np.uint16(0xD5 ^ 0x22) << 8  # some A-law code in the upper byte
    back = talking.tick(frame(line2=np.full(160, code, np.uint16).view(np.int16)))
    sent = (back[1].view(np.uint16) >> 8).astype(np.uint8)
    assert (back[1].view(np.uint16) & 0xFF == 0xFF).all()
    assert np.abs(from_alaw(sent) * 32768 - TONE).max() <= 256
    assert np.allclose(talking.lines[0].heard, from_alaw(np.array([code >> 8], np.uint8))[0])


def test_mulaw_of_a_phone_is_honoured_too(talking):
    talking.set_phone(1, 0x28)  # enabled, µ-law, 8-bit transfer
    talking.phones[0].said = np.zeros(160, np.float32)
    assert (talking.tick()[4].view(np.uint16) == 0xFFFF).all()  # µ-law zero is 0xFF
    talking.phones[0].said = np.full(160, -0.999, np.float32)
    assert (talking.tick()[4].view(np.uint16) >> 8 == 0x00).all()


def test_a_start_count_beyond_the_frame_is_never_reached(talking):
    talking.set_line(35, 0x01)  # start count 256 of 256
    talking.set_line(37, 0x01)
    back = talking.tick(frame(line1=TONE))
    assert (back[0] == -1).all()
    assert (np.rint(talking.lines[0].heard * 32768) == -1).all()  # listening to the pull-up


@pytest.mark.parametrize("start", [0, 1, 7, 15, 16, 37, 240, 247])
def test_bits_arrive_where_the_start_count_says(start):
    line = np.full((16, 160), -1, np.int16)
    codes = np.arange(160, dtype=np.uint32)
    place(line, start, 8, codes)
    assert np.array_equal(pick(line, start, 8), codes)
    bits = np.unpackbits(
        line.astype(">i2").view(np.uint8).reshape(16, 160, 2).transpose(1, 0, 2).reshape(160, 32), axis=1
    )
    assert (bits[:, :start] == 1).all() and (bits[:, start + 8 :] == 1).all()


def test_digital_loopback_returns_what_was_played(talking):
    talking.set_phone(8, 0x02)
    back = talking.tick(frame(phone1=TONE))
    assert np.array_equal(back[4], TONE)


def test_a_hat_without_any_module_is_silent():
    bench = Bench(lines=0, phones=0)
    assert bench.line(2) == bench.phone(0) == 0xFF
    assert (bench.tick(frame(line1=TONE)) == -1).all()
    assert bench.hat.next_change() is None and bench.hat.gpio.inp("int_lines")
