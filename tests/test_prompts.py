"""What the box says: every phrase has its sound, at one level, and a missing one is never dead air."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from firmware.base.spoken import LANGUAGES
from firmware.sound.frame import Samples, active_level, level
from firmware.sound.prompts import (
    INDEX,
    Phrase,
    Prompts,
    languages,
    prepared,
    read_index,
    read_phrases,
)
from firmware.tables import Spoken
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


@cache
def house() -> Prompts:
    return Prompts(PROMPTS, PROMPTS / "made", "en", languages(PROMPTS))


def faults(phrase: Phrase, sound: Samples | None) -> Iterator[str]:
    """What is wrong with a sound: -19 dBm0 active level by P.56 within half a decibel, nothing clipped,
    nothing outside the band, silence at both ends."""
    if sound is None:
        yield f"{phrase.name}: not made, or not of this text: run `python -m tools.prompts`"
        return
    if abs(active_level(sound) + 19) > 0.5:
        yield f"{phrase.name}: at {active_level(sound):.1f} dBm0"
    if np.abs(sound).max() >= 0.9 or sound.dtype != np.float32:
        yield f"{phrase.name}: clipped"
    if share_outside(sound, 200, 3500) >= 0.001:
        yield f"{phrase.name}: out of the band"
    if np.abs(sound[[0, -1]]).max() >= 0.001:
        yield f"{phrase.name}: its ends click"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_has_its_own_sound_at_the_level(language: str) -> None:
    tongue = house().tongues[language]
    told = [fault for name, each in tongue.phrases.items() for fault in faults(each, tongue.sounds.get(name))]
    assert told == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_exists_in_every_language(language: str) -> None:
    """The key of a sound is a hash of its text: where that is the phrase's the sound is the text's."""
    english, theirs = (house().tongues[each].phrases for each in ("en", language))
    assert english.keys() - theirs.keys() == set()
    assert all(phrase.text.strip() for phrase in theirs.values())
    index = read_index(PROMPTS / "made" / language)
    assert [name for name, phrase in theirs.items() if index[name].key != phrase.key] == []


def test_what_the_box_speaks_is_what_has_phrases() -> None:
    assert set(LANGUAGES) == set(languages(PROMPTS)) == set(get_args(Spoken))


def test_another_language_is_spoken_where_it_has_the_phrase_and_the_offices_where_not(folder: Path) -> None:
    (folder / "da").mkdir()
    (folder / "da" / "phrases.toml").write_text(
        TWO_PHRASES.replace('"en"', '"da"').split("[phrases.menu]")[0]
    )
    made(folder)
    make(folder, folder / "made", "da")
    both = Prompts(folder, folder / "made", "en", ("da",))
    assert [both.spoken(name, "da") for name in both.names] == ["da", "en"]
    assert not np.array_equal(both.sound("greeting", "da"), both.sound("greeting"))
    assert np.array_equal(both.sound("menu.main", "da"), both.sound("menu.main", "tr"))
    assert both.lengths["da"].keys() == {"greeting"}


def test_the_greeting_and_the_menu_are_short() -> None:
    for lengths in house().lengths.values():
        assert lengths["greeting"] <= 3
        assert lengths["menu.main"] <= 7


def test_a_first_call_finds_all_that_it_needs() -> None:
    needed = ["greeting", "menu.main", "menu.wrong", "menu.timeout", "operator", "closed", "nobody"]
    assert {*needed, "one_moment", *(f"digit.{n}" for n in range(10))} <= set(read_phrases(PROMPTS, "en"))


def test_a_missing_sound_is_a_beep(folder: Path) -> None:
    there = prompts(folder)
    assert there.names == ("greeting", "menu.main")
    assert there.missing == there.names
    assert there.seconds("greeting") == 0.4
    assert level(there.sound("greeting")) == pytest.approx(-19, abs=0.5)
    assert np.array_equal(there.sound("never.heard.of"), there.sound("greeting"))


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
    there = prompts(folder)
    assert line["key"] == there.phrases["greeting"].key
    assert line["samples"] == there.sound("greeting").size


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
