"""What somebody makes of the sound at his ear."""

import numpy as np
import pytest
from numpy.typing import NDArray
from recordings import speech

from firmware.base.ports import FRAME, RATE
from firmware.sound.plans import PLANS, make_tone
from firmware.sound.switch import make_music
from firmware.sound.tones import line_noise
from hostsim.hearing import Hearing
from hostsim.senses import Ear, once

COUNTRIES = ("US", "UK", "DK", "HR", "TR", "KR", "CN", "TW", "DE", "FR")
LOSS = np.float32(10 ** (-6 / 20))


class Recorded:
    """Sentences from recordings, in place of the box's own."""

    names = tuple(f"said.{place}" for place in range(12))

    def sound(self, name: str) -> NDArray[np.float32]:
        return speech(2.0, 100 + 7.0 * self.names.index(name))

    @property
    def known(self) -> dict[tuple[str, str], NDArray[np.float32]]:
        return {
            (name, "en" if place % 2 else "da"): self.sound(name) for place, name in enumerate(self.names)
        }


def words(
    sound: NDArray[np.float32], country: str = "DK", doubtful: str = "dial", every: int = 5
) -> list[str]:
    """The word at every fifth tick while `sound` comes to an ear, over noise, behind 6 dB of loss."""
    noise = line_noise(len(sound), -60.0, np.random.default_rng(1))
    ear, hearing = Ear(), Hearing(Recorded().known, [country])
    ear.listen(once(sound * LOSS + noise, 0), 0)
    step = every * FRAME
    return [hearing.word(ear, position, doubtful) for position in range(step, len(sound) + 1, step)]


def cycles(country: str, name: str, seconds: float) -> NDArray[np.float32]:
    tone = make_tone(PLANS[country], name)
    return np.tile(tone, 1 + round(seconds * RATE) // len(tone))[: round(seconds * RATE)]


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("name", ["dial", "ringback", "busy", "congestion", "sit", "howler"])
def test_every_tone_of_every_country_is_told_and_stays_told_in_its_pauses(country: str, name: str) -> None:
    heard = words(cycles(country, name, 6.0), country)
    assert set(heard[25:]) == {name}


def test_the_first_second_of_a_doubtful_tone_is_what_one_waits_for() -> None:
    tone = cycles("DK", "ringback", 0.9)
    assert words(tone, doubtful="dial")[-1] == "dial"
    assert words(tone, doubtful="ringback")[-1] == "ringback"


def test_a_tone_that_ceased_is_silence_when_its_pause_has_gone_by() -> None:
    after = np.concatenate([cycles("DK", "busy", 3.0), np.zeros(2 * RATE, np.float32)])
    heard = words(after)
    assert heard[29] == "busy" and set(heard[37:]) == {"silence"}


def test_a_tone_right_behind_a_voice_is_told_from_where_it_begins() -> None:
    sound = np.concatenate([speech(1.0, 30.0), cycles("DK", "ringback", 5.0)])
    assert set(words(sound, doubtful="ringback")[12:]) == {"ringback"}


@pytest.mark.parametrize("name", Recorded.names)
def test_a_sentence_is_known_by_its_first_half_second_and_until_it_ends(name: str) -> None:
    sound = np.concatenate([np.zeros(RATE, np.float32), Recorded().sound(name), np.zeros(RATE, np.float32)])
    heard = words(sound)
    first = np.flatnonzero(np.abs(sound) > 0.02)[0] // (5 * FRAME) + 5
    assert set(heard[first:29]) <= {f"prompt:{name}", "silence"}
    assert heard[20] == f"prompt:{name}" and set(heard[36:]) == {"silence"}


def test_of_two_sentences_the_later_is_told() -> None:
    one, other = (Recorded().sound(name) for name in ("said.1", "said.2"))
    heard = words(np.concatenate([one, other]))
    assert (heard[18], heard[25]) == ("prompt:said.1", "prompt:said.2")


def test_speech_that_is_no_sentence_of_ours_is_speech() -> None:
    heard = words(speech(20.0, 400.0))
    assert set(heard) <= {"speech", "silence"} and heard.count("speech") > 0.6 * len(heard)


def test_music_is_music() -> None:
    assert set(words(make_music())[5:]) == {"music"}


def test_nothing_is_silence() -> None:
    assert set(words(np.zeros(RATE, np.float32))) == {"silence"}
