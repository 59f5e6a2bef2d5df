"""What the box says: every phrase has its sound, at one level, and a missing one is never dead air."""

import json
from pathlib import Path

import numpy as np
import pytest

from firmware.sound.frame import Samples, active_level, level
from firmware.sound.prompts import INDEX, Prompts, prepared, read_phrases
from tools.prompts import PROMPTS, make

TWO_PHRASES = """
[voice]
name = "en"
words_per_minute = 170
[phrases]
greeting = "Good morning."
[phrases.menu]
main = "Press one."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two phrases of which no sound was made yet."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "phrases.toml").write_text(TWO_PHRASES)
    return tmp_path


def prompts(folder: Path) -> Prompts:
    return Prompts(folder, folder / "made", "en")


def made(folder: Path) -> list[str]:
    return make(folder, folder / "made", "en")


def share_outside(sound: Samples, low: float, high: float) -> float:
    power = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(sound.size, 1 / 8000)
    return float(power[(hertz < low) | (hertz > high)].sum() / power.sum())


@pytest.mark.parametrize("name", read_phrases(PROMPTS, "en"))
def test_every_phrase_has_its_own_sound_at_the_level(name: str) -> None:
    """`make setup` has made them; -19 dBm0 active level by P.56, within half a decibel."""
    house = Prompts(PROMPTS, PROMPTS / "made", "en")
    assert name not in house.missing, "run `python -m tools.prompts`"
    sound = house.sound(name)
    assert sound.dtype == np.float32
    assert active_level(sound) == pytest.approx(-19, abs=0.5)
    assert np.abs(sound).max() < 0.9
    assert share_outside(sound, 200, 3500) < 0.001
    assert np.abs(sound[[0, -1]]).max() < 0.001


def test_the_greeting_and_the_menu_are_short() -> None:
    house = Prompts(PROMPTS, PROMPTS / "made", "en")
    assert house.seconds("greeting") <= 3
    assert house.seconds("menu.main") <= 7


def test_a_first_call_finds_all_that_it_needs() -> None:
    needed = ["greeting", "menu.main", "menu.wrong", "menu.timeout", "operator", "closed", "nobody"]
    assert {*needed, "one_moment", *(f"digit.{n}" for n in range(10))} <= set(read_phrases(PROMPTS, "en"))


def test_a_missing_sound_is_a_beep(folder: Path) -> None:
    house = prompts(folder)
    assert house.names == ("greeting", "menu.main")
    assert house.missing == house.names
    assert house.seconds("greeting") == 0.4
    assert level(house.sound("greeting")) == pytest.approx(-19, abs=0.5)
    assert np.array_equal(house.sound("never.heard.of"), house.sound("greeting"))


def test_what_is_missing_is_made_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert made(folder) == ["greeting", "menu.main"]
    assert "menu.main" in capsys.readouterr().out
    assert prompts(folder).missing == ()
    assert made(folder) == []
    assert capsys.readouterr().out == ""


def test_the_same_text_gives_the_same_samples(folder: Path) -> None:
    made(folder)
    first = prompts(folder).sound("greeting")
    (folder / "made" / "en" / INDEX).unlink()
    assert make(folder, folder / "made", "en", ["menu.main", "greeting"]) == ["menu.main", "greeting"]
    assert np.array_equal(prompts(folder).sound("greeting"), first)


def test_another_text_makes_the_sound_stale_and_only_that_one(folder: Path) -> None:
    made(folder)
    phrases = folder / "en" / "phrases.toml"
    phrases.write_text(TWO_PHRASES.replace("Good morning", "Good evening"))
    assert prompts(folder).missing == ("greeting",)
    assert made(folder) == ["greeting"]
    assert prompts(folder).missing == ()
    assert len(list((folder / "made" / "en").glob("*.wav"))) == 2  # the stale one is gone


def test_another_voice_makes_every_sound_stale(folder: Path) -> None:
    made(folder)
    phrases = folder / "en" / "phrases.toml"
    phrases.write_text(TWO_PHRASES.replace("170", "150"))
    assert prompts(folder).missing == ("greeting", "menu.main")


@pytest.mark.parametrize("damage", [b"", b"RIFF", b"not a sound at all, but long enough to be taken for one"])
def test_a_damaged_sound_is_missing_and_made_again(folder: Path, damage: bytes) -> None:
    made(folder)
    key = prompts(folder).phrases["greeting"].key
    (folder / "made" / "en" / f"{key}.wav").write_bytes(damage)
    assert prompts(folder).missing == ("greeting",)
    assert made(folder) == ["greeting"]


def test_a_sound_that_was_cut_short_is_missing(folder: Path) -> None:
    made(folder)
    path = folder / "made" / "en" / f"{prompts(folder).phrases['greeting'].key}.wav"
    path.write_bytes(path.read_bytes()[:-500])
    assert prompts(folder).missing == ("greeting",)


@pytest.mark.parametrize("index", ["", "[]", '{"greeting": 1}', '{"greeting": {"key": "x"}}', "{"])
def test_a_damaged_index_is_as_none(folder: Path, index: str) -> None:
    made(folder)
    (folder / "made" / "en" / INDEX).write_text(index)
    assert prompts(folder).missing == ("greeting", "menu.main")


def test_the_index_says_what_was_made(folder: Path) -> None:
    made(folder)
    line = json.loads((folder / "made" / "en" / INDEX).read_text())["greeting"]
    house = prompts(folder)
    assert line["key"] == house.phrases["greeting"].key
    assert line["samples"] == house.sound("greeting").size


def test_any_sound_of_any_rate_is_brought_to_our_level_and_band() -> None:
    time = np.arange(44_100 * 2) / 44_100
    speech = 0.9 * np.sin(2 * np.pi * 1000 * time) + 0.5 * np.sin(2 * np.pi * 5000 * time)
    sound = prepared(speech, 44_100)
    assert sound.size == pytest.approx(16_000, abs=1000)
    assert active_level(sound) == pytest.approx(-19, abs=0.1)
    assert share_outside(sound, 990, 1010) < 0.01


def test_a_peak_is_bent_not_cut() -> None:
    sound = np.zeros(16_000)
    sound[::800] = 1.0  # ten clicks a second: all peak
    assert np.abs(prepared(sound, 8000)).max() <= 1.0


@pytest.mark.parametrize("size", [0, 5, 8000])
def test_silence_stays_silence(size: int) -> None:
    assert not prepared(np.zeros(size), 8000).any()
