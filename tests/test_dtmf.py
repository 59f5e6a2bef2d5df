"""Keys made and heard: ITU-T Q.24, speech, and spandsp as the judge."""

import ctypes
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from recordings import everything

from firmware.sound.dtmf import KEYS, Dtmf, Key, make_keys
from firmware.sound.frame import amplitude, from_alaw, from_ulaw, rms, to_alaw, to_int16, to_ulaw
from firmware.sound.tones import PLANS, line_noise, make_tone

Sound = NDArray[np.float32]
EACH = KEYS * 4  # every key at four places in the frame


def on_rows(sounds: list[Sound], before: int = 400) -> Sound:
    """One sound a row, each beginning at another place of the frame, silence around."""
    size = before + 160 + max(sound.size for sound in sounds) + 1600
    rows = np.zeros((len(sounds), size - size % 1600 + 1600), np.float32)
    for row, sound in enumerate(sounds):
        start = before + row * 37 % 160
        rows[row, start : start + sound.size] = sound
    return rows


def keys_of(rows: Sound, at_once: int = 160) -> list[Key]:
    ear = Dtmf(len(rows))
    return [
        key
        for start in range(0, rows.shape[1], at_once)
        for key in ear.hear(np.ascontiguousarray(rows[:, start : start + at_once]))
    ]


def heard(rows: Sound) -> list[str]:
    """The keys of each row as a string."""
    strings = [""] * len(rows)
    for key in keys_of(rows):
        strings[key.row] += key.key
    return strings


def every_key(make: Callable[[str], Sound]) -> list[str]:
    return heard(on_rows([make(key) for key in EACH]))


def test_every_key_is_heard_once_where_it_began_and_within_45_ms() -> None:
    keys = keys_of(on_rows([make_keys(KEYS)]))
    assert "".join(key.key for key in keys) == KEYS
    for n, key in enumerate(keys):
        assert key.at == pytest.approx(0.05 + 0.16 * n, abs=0.002)
        assert 0.025 < key.seconds <= 0.045


def test_cutting_the_sound_differently_changes_nothing() -> None:
    rows = on_rows([make_keys("159D", on=0.05, off=0.05), make_keys("0*#"), make_keys("7", on=0.5)])
    assert keys_of(rows) == keys_of(rows, 480) == keys_of(rows, 1600)
    assert len(keys_of(rows)) == 8


@pytest.mark.parametrize(
    ("low", "high"), [(0.015, 0.015), (-0.015, -0.015), (0.015, -0.015), (-0.018, 0.018)]
)
def test_frequencies_a_little_off_are_heard(low: float, high: float) -> None:
    assert every_key(lambda key: make_keys(key, low_off=low, high_off=high)) == list(EACH)


@pytest.mark.parametrize(("low", "high"), [(0.035, 0), (-0.035, 0), (0, 0.035), (0, -0.035)])
def test_one_frequency_far_off_is_no_key(low: float, high: float) -> None:
    assert set(every_key(lambda key: make_keys(key, low_off=low, high_off=high))) == {""}


@pytest.mark.parametrize("twist", [4.0, -8.0])
def test_the_high_tone_may_be_4_db_above_or_8_db_below_the_low_one(twist: float) -> None:
    assert every_key(lambda key: make_keys(key, level_dbm0=-12, twist_db=twist)) == list(EACH)


def test_40_ms_are_a_key_and_23_ms_are_none() -> None:
    assert every_key(lambda key: make_keys(key, on=0.040)) == list(EACH)
    assert set(every_key(lambda key: make_keys(key, on=0.023))) == {""}


def test_a_hole_of_10_ms_leaves_one_key_and_a_pause_of_40_ms_makes_two() -> None:
    def with_hole(key: str) -> Sound:
        sound = make_keys(key, on=0.1)
        sound[360:440] = 0
        return sound

    assert every_key(with_hole) == list(EACH)
    assert every_key(lambda key: make_keys(key * 2, on=0.04, off=0.04)) == [key * 2 for key in EACH]


def test_another_key_needs_no_pause() -> None:
    assert heard(on_rows([make_keys("1593", on=0.1, off=0.0)])) == ["1593"]


@pytest.mark.parametrize("level", [0.0, -25.0])
def test_loud_and_soft_keys_are_heard(level: float) -> None:
    assert every_key(lambda key: np.clip(make_keys(key, on=0.04, level_dbm0=level), -1, 1)) == list(EACH)


@pytest.mark.parametrize("code", [lambda x: from_alaw(to_alaw(x)), lambda x: from_ulaw(to_ulaw(x))])
def test_random_presses_inside_q24_survive_g711_and_noise(code: Callable[[Sound], Sound]) -> None:
    random = np.random.default_rng(24)
    sounds = []
    for key in EACH:
        twist = random.uniform(-8, 4)
        level = random.uniform(-25 + max(0, -twist), min(0, -twist))
        off = random.uniform(-0.015, 0.015, 2)
        sounds.append(make_keys(key * 4, 0.04, 0.04, level, twist, *off))
    rows = on_rows([np.clip(sound, -1, 1) for sound in sounds])
    rows += (
        rows.std(axis=1, keepdims=True) * 10 ** (-20 / 20) * random.standard_normal(rows.shape, np.float32)
    )
    assert heard(code(rows)) == [key * 4 for key in EACH]


def test_pulses_of_50_ms_are_heard_in_noise_8_db_below() -> None:
    rows = on_rows([make_keys(key * 4, 0.05, 0.05) for key in EACH])
    key_power = amplitude(-9.0) ** 2
    noise = np.random.default_rng(8).standard_normal(rows.shape, np.float32) * np.sqrt(key_power * 10**-0.8)
    assert heard((rows + noise).astype(np.float32)) == [key * 4 for key in EACH]


@pytest.mark.parametrize("country", ["DK", "US", "TR", "FR"])
def test_keys_are_heard_through_our_own_dial_tone_in_dial_mode(country: str) -> None:
    rows = on_rows([make_keys(key * 2, level_dbm0=-15) for key in KEYS], before=1600)
    rows += np.resize(make_tone(PLANS[country], "dial"), rows.shape[1])
    ear = Dtmf(len(rows))
    for row in range(len(rows)):
        ear.dial_mode(row, True)
    keys = ear.hear(np.ascontiguousarray(rows))
    assert sorted(key.key for key in keys) == sorted(KEYS * 2)
    assert min(key.at for key in keys) == pytest.approx(0.2, abs=0.006)


def test_reset_forgets_half_a_key_and_a_key_that_is_down() -> None:
    rows = on_rows([make_keys("5", on=0.2)], before=320)  # it begins at 40 ms
    ear = Dtmf(1)
    assert ear.hear(np.ascontiguousarray(rows[:, :480])) == []
    ear.reset(0)
    (key,) = ear.hear(np.ascontiguousarray(rows[:, 480:1120]))
    assert key.at == pytest.approx(0.06, abs=0.006)
    ear.reset(0)
    assert [key.key for key in ear.hear(np.ascontiguousarray(rows[:, 1120:]))] == ["5"]


def test_a_row_that_is_left_alone_tells_nothing_and_knows_nothing_when_it_is_listened_to_again() -> None:
    ear, sound = Dtmf(3), on_rows([make_keys("5", on=0.1)] * 3)
    ear.watch(1, False)
    assert [key.row for key in ear.hear(sound)] == [0, 2]
    half, rest = np.split(on_rows([make_keys("6", on=0.06)] * 3), [800], axis=1)
    assert [key.row for key in ear.hear(half)] == [0, 2]
    ear.watch(1, True)
    assert ear.hear(rest) == []
    assert [key.row for key in ear.hear(sound)] == [0, 1, 2]


def test_a_key_begins_at_the_same_instant_over_faint_noise_as_over_none() -> None:
    """What was too faint to be looked at is looked at when a key shows: its beginning is found there."""
    random = np.random.default_rng(4)
    noise = np.stack([line_noise(4000, -48, random) for _ in range(20)])
    rows = on_rows([make_keys("8")] * 20, before=1000)[:, :3200]
    over = [key.at for key in keys_of(noise[:, :3200] + rows)]
    assert over == pytest.approx([key.at for key in keys_of(rows)], abs=0.001)


def test_25_minutes_of_recorded_speech_hold_no_key() -> None:
    sound = everything()
    assert keys_of(sound[: sound.size // 25_600 * 25_600].reshape(16, -1), 1600) == []


@pytest.mark.gate
@pytest.mark.parametrize("speed", [0.8, 0.85, 0.9, 0.95, 1.05, 1.1, 1.15, 1.25, 1.4])
def test_all_recorded_speech_at_other_speeds_holds_no_key(speed: float) -> None:
    sound = everything()
    sound = np.interp(np.arange(0, sound.size - 1, speed), np.arange(sound.size), sound).astype(np.float32)
    size = sound.size // 16 // 1600 * 1600
    assert keys_of(sound[: 16 * size].reshape(16, size), 1600) == []


def test_noise_alone_is_no_key() -> None:
    noise = line_noise(8 * 80_000, -20.0, np.random.default_rng(1)).reshape(8, -1)
    assert keys_of(noise, 1600) == []
    assert rms(-20.0) == pytest.approx(float(noise.std()), rel=0.02)


class Spandsp:
    """The decoder of most PBXs, by its own C library."""

    def __init__(self) -> None:
        try:
            self.library = ctypes.CDLL("libspandsp.so.2")
        except OSError:
            pytest.skip("needs Debian's libspandsp2")
        self.library.dtmf_rx_init.restype = ctypes.c_void_p
        self.library.dtmf_rx_init.argtypes = [ctypes.c_void_p] * 3
        self.library.dtmf_rx.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
        self.library.dtmf_rx_get.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        self.library.dtmf_rx_free.argtypes = [ctypes.c_void_p]

    def heard(self, sound: Sound) -> str:
        state = self.library.dtmf_rx_init(None, None, None)
        samples, digits = to_int16(sound), ctypes.create_string_buffer(128)
        self.library.dtmf_rx(state, samples.ctypes.data, samples.size)
        self.library.dtmf_rx_get(state, digits, 127)
        self.library.dtmf_rx_free(state)
        return digits.value.decode()


def test_spandsp_hears_the_keys_that_we_make_and_we_hear_what_it_hears() -> None:
    judge, random = Spandsp(), np.random.default_rng(3)
    assert judge.heard(on_rows([make_keys(KEYS)])[0]) == KEYS
    presses = ["".join(random.choice(list(KEYS), 8)) for _ in range(16)]
    rows = on_rows(
        [make_keys(keys, 0.06, 0.06, random.uniform(-20, -5), random.uniform(-4, 3)) for keys in presses]
    )
    assert heard(rows) == presses == [judge.heard(row) for row in rows]
