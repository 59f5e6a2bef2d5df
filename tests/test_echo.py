"""The echo canceller: what it takes out, and above all what it leaves alone."""

import numpy as np
import pytest
from numpy.typing import NDArray
from recordings import speech

from firmware.sound.echo import Echo
from firmware.sound.frame import from_int16, rms, to_int16
from firmware.sound.tones import hybrid_path

Sound = NDArray[np.float32]
FRAME, SECOND = 160, 8_000


class Hybrid:
    """The far end of two wires: what is sent comes back, softer and later."""

    def __init__(self, loss_db: float = 12.0, delay: int = 8) -> None:
        self._path = hybrid_path(loss_db, delay)
        self._past = np.zeros(self._path.size - 1, np.float32)

    def echo(self, sent: Sound) -> Sound:
        sound = np.concatenate((self._past, sent))
        self._past = sound[FRAME:]
        return np.convolve(sound, self._path, "valid").astype(np.float32)


@pytest.fixture
def echo() -> Echo:
    one = Echo(1)
    if one.kind == "none":
        pytest.skip("needs Debian's libspeexdsp1")
    return one


def frames(sound: Sound) -> list[Sound]:
    return [sound[start : start + FRAME] for start in range(0, sound.size - FRAME + 1, FRAME)]


def decibels(sound: Sound) -> float:
    return float(10 * np.log10(np.square(sound, dtype=np.float64).sum() + 1e-12))


def talk_and_listen(echo: Echo, far: Sound, near: Sound, loss_db: float = 12.0) -> tuple[Sound, Sound]:
    """(the echo alone, what is left of echo and near end) of one row."""
    hybrid, echoes, cleaned = Hybrid(loss_db), [], []
    for sent, spoken in zip(frames(far), frames(near), strict=True):
        echoes.append(hybrid.echo(sent))
        said = from_int16(to_int16(echoes[-1] + spoken))
        cleaned.append(echo.cancel(said[None], sent[None])[0])
    return np.concatenate(echoes), np.concatenate(cleaned)


def joined(line: Sound, phone: Sound, loss_db: float, noise_dbm0: float = -65.0) -> Sound:
    """[line, phone]: what two rows hear that are joined, a hybrid and noise at both ends."""
    echo, hybrids, random = Echo(2), [Hybrid(loss_db), Hybrid(loss_db)], np.random.default_rng(7)
    heard, ears = np.zeros((2, FRAME), np.float32), []
    for spoken in zip(frames(line), frames(phone), strict=True):
        back = [hybrid.echo(sent) for hybrid, sent in zip(hybrids, heard, strict=True)]
        noise = random.standard_normal((2, FRAME), np.float32) * np.float32(rms(noise_dbm0))
        said = from_int16(to_int16(np.stack(spoken) + np.stack(back) + noise))
        heard = np.ascontiguousarray(echo.cancel(said, heard)[::-1])
        ears.append(heard)
    return np.concatenate(ears, axis=1)


def compare(original: Sound, copy: Sound) -> tuple[float, float]:
    """(coherence weighted by the speech, level in dB) of a copy, 300-3,400 Hz in windows of 64 ms."""
    starts, window = range(0, original.size - 512, 256), np.hanning(512)
    one, two = (
        np.fft.rfft([window * sound[start : start + 512] for start in starts])[:, 20:218]
        for sound in (original, copy)
    )
    power, other = (np.square(np.abs(spectrum)).sum(axis=0) for spectrum in (one, two))
    common = np.square(np.abs((one.conj() * two).sum(axis=0)))
    return float((common / other).sum() / power.sum()), float(10 * np.log10(other.sum() / power.sum()))


@pytest.mark.parametrize("start", [0, 200, 500])
def test_the_echo_of_speech_goes(echo: Echo, start: float) -> None:
    far = speech(8, start)
    back, left = talk_and_listen(echo, far, np.zeros_like(far))
    about_two, later = slice(3 * SECOND // 2, 5 * SECOND // 2), slice(2 * SECOND, None)
    assert decibels(back[about_two]) - decibels(left[about_two]) >= 20
    assert decibels(back[later]) - decibels(left[later]) >= 25


def test_it_holds_when_both_speak(echo: Echo) -> None:
    far, near = speech(8, 200), speech(8, 300)
    near[: 4 * SECOND] = 0
    _, cleaned = talk_and_listen(echo, far, near, loss_db=8.0)
    both = slice(4 * SECOND, None)
    coherence, level = compare(near[both], cleaned[both])
    assert coherence >= 0.99
    assert level == pytest.approx(0.0, abs=0.3)


def test_near_speech_keeps_its_sound_while_the_far_end_is_quiet(echo: Echo) -> None:
    near = speech(6, 100)
    far = np.random.default_rng(2).standard_normal(near.size, np.float32) * np.float32(rms(-60))
    _, cleaned = talk_and_listen(echo, far, near)
    coherence, level = compare(near, cleaned)
    assert coherence >= 0.99
    assert level == pytest.approx(0.0, abs=0.1)


def test_a_row_that_hears_nothing_passes_bit_for_bit(echo: Echo) -> None:
    near = speech(1, 50)
    assert all(
        np.array_equal(echo.cancel(frame[None], np.zeros((1, FRAME), np.float32))[0], frame)
        for frame in frames(near)
    )


@pytest.mark.parametrize("loss_db", [6.0, 12.0])
@pytest.mark.parametrize("start", [0, 200, 500])
def test_a_caller_is_heard_at_the_phone_and_the_phone_by_the_caller(loss_db: float, start: float) -> None:
    spoken = speech(6, start)
    nothing = np.zeros_like(spoken)
    for row, (line, phone) in enumerate([(nothing, spoken), (spoken, nothing)]):
        heard = joined(line, phone, loss_db)[row]
        coherence, level = compare(spoken, heard)
        assert coherence >= 0.98
        assert level == pytest.approx(0.0, abs=0.2)


def test_what_was_learned_stays_over_a_pause_and_goes_with_reset(echo: Echo) -> None:
    far = speech(6, 200)
    nothing = np.zeros_like(far)
    talk_and_listen(echo, far, nothing)
    talk_and_listen(echo, nothing, speech(6, 400))
    fresh = speech(1, 201)
    back, left = talk_and_listen(echo, fresh, np.zeros_like(fresh))
    assert decibels(back) - decibels(left) >= 20
    echo.reset(0)
    back, left = talk_and_listen(echo, fresh, np.zeros_like(fresh))
    assert decibels(back) - decibels(left) < 20


def test_a_bypassed_row_is_left_alone(echo: Echo) -> None:
    echo.bypass(0, True)
    far = speech(1, 200)
    back, left = talk_and_listen(echo, far, np.zeros_like(far))
    assert np.abs(back - left).max() < 2 / 32768
    echo.bypass(0, False)
    back, left = talk_and_listen(echo, far, np.zeros_like(far))
    assert decibels(left) < decibels(back)


def test_full_scale_never_wraps(echo: Echo) -> None:
    loud = np.where(np.arange(FRAME) % 20 < 10, 1.0, -1.0).astype(np.float32)[None]
    for _ in range(50):
        clean = echo.cancel(loud, loud)
        assert np.abs(clean).max() <= 1.0


def test_without_the_library_every_row_passes() -> None:
    echo, near = Echo(1, find=lambda: None), speech(0.1)
    assert echo.kind == "none"
    _, cleaned = talk_and_listen(echo, near, near)
    echo.reset(0)
    assert np.abs(cleaned).max() > 0
    assert np.array_equal(echo.cancel(near[None, :FRAME], near[None, :FRAME])[0], near[:FRAME])
