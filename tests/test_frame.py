"""Levels, int16 and G.711: the figures of the recommendations."""

import numpy as np
import pytest

from firmware.base.ports import RATE
from firmware.sound.frame import (
    Samples,
    active_level,
    amplitude,
    from_alaw,
    from_int16,
    from_ulaw,
    level,
    levels,
    rms,
    silence,
    to_alaw,
    to_int16,
    to_ulaw,
)

CODES = np.arange(256, dtype=np.uint8)


def sine(dbm0: float, seconds: float = 1.0) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    return (amplitude(dbm0) * np.sin(2 * np.pi * 1020 * time)).astype(np.float32)


def test_a_full_scale_sine_is_3_14_dbm0() -> None:
    assert amplitude(3.14) == 1.0
    assert level(sine(3.14)) == pytest.approx(3.14, abs=0.01)
    assert rms(-10) == pytest.approx(amplitude(-10) / np.sqrt(2))


def test_each_row_has_its_own_level_and_silence_has_the_lowest() -> None:
    rows = np.stack([sine(-10), sine(-40), np.zeros(RATE, np.float32)])
    assert levels(rows) == pytest.approx([-10, -40, -120], abs=0.01)
    assert level(np.zeros(0, np.float32)) == -120


def test_a_frame_of_silence_for_every_row() -> None:
    assert silence(3).shape == (3, 160)
    assert silence(3).dtype == np.float32
    assert not silence(3).any()


def test_every_int16_survives_the_way_there_and_back() -> None:
    every = np.arange(-32768, 32768).astype(np.int16)
    assert np.array_equal(to_int16(from_int16(every)), every)


def test_too_loud_is_held_at_the_end_of_the_range_and_never_wraps() -> None:
    loud = np.array([1.0, 1.5, 100.0, -1.0, -1.5], np.float32)
    assert to_int16(loud).tolist() == [32767, 32767, 32767, -32768, -32768]


@pytest.mark.parametrize(
    ("sample", "alaw", "ulaw"),
    [
        # ITU-T G.711 tables 1 and 2: the first and last code of each side
        (0, 0xD5, 0xFF),
        (32767, 0xAA, 0x80),
        (-32768, 0x2A, 0x00),
        (-1, 0x55, 0x7E),
        (1000, 0xFA, 0xCE),
        (-1000, 0x7A, 0x4E),
    ],
)
def test_samples_become_the_codes_of_g711(sample: int, alaw: int, ulaw: int) -> None:
    sound = from_int16(np.array([sample], np.int16))
    assert to_alaw(sound).tolist() == [alaw]
    assert to_ulaw(sound).tolist() == [ulaw]


def test_every_code_stands_for_a_sample_that_becomes_that_code() -> None:
    assert np.array_equal(to_alaw(from_alaw(CODES)), CODES)
    again = to_ulaw(from_ulaw(CODES))
    assert np.flatnonzero(again != CODES).tolist() == [0x7F]  # minus nothing is nothing
    assert from_ulaw(CODES)[0x7F] == 0


@pytest.mark.parametrize("dbm0", [0.0, -10.0, -30.0])
def test_g711_keeps_33_db_between_speech_and_its_noise(dbm0: float) -> None:
    """ITU-T G.712: at least 33 dB from 0 to -30 dBm0."""
    sound = sine(dbm0)
    for coded in (from_alaw(to_alaw(sound)), from_ulaw(to_ulaw(sound))):
        assert level(sound) - level(coded - sound) >= 33


def test_speech_is_measured_while_somebody_speaks() -> None:
    """A pause of any length changes what P.56 calls active by its 200 ms of hangover alone."""
    spoken, pause = sine(-19, 2.0), np.zeros(2 * RATE, np.float32)
    whole = np.concatenate([spoken, pause, spoken, pause])
    assert level(whole) == pytest.approx(-22, abs=0.1)
    assert active_level(whole) == pytest.approx(-19.4, abs=0.3)


def test_the_active_level_moves_with_the_sound() -> None:
    random = np.random.default_rng(1)
    syllables = np.abs(np.sin(2 * np.pi * 2 * np.arange(4 * RATE) / RATE))
    speech = (random.standard_normal(4 * RATE) * syllables * 0.1).astype(np.float32)
    assert active_level(speech / 10) == pytest.approx(active_level(speech) - 20, abs=0.1)


def test_nobody_speaks_in_silence() -> None:
    assert active_level(np.zeros(RATE, np.float32)) == -120
    assert active_level(np.zeros(0, np.float32)) == -120
