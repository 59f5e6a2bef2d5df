"""The joints of sound: where music, tones and sentences stop and people are joined, nothing clicks.

All that the box plays is below 3,400 Hz, so what a joint adds above 3,500 Hz is its click; a sentence
that is cut off hard at its peak has one of -42 dBm0 there, and much more below.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from firmware.base.ports import FRAME, RATE
from firmware.sound.frame import Samples, rms, silence
from firmware.sound.prompts import Prompts
from firmware.sound.switch import Switch

PROMPTS = Path(__file__).parent.parent / "prompts"
ROWS = ("line1", "phone1")
CLICK = rms(-60.0)
WINDOW = RATE // 200  # samples in which a click is measured: 5 ms
_TAPS = np.arange(-100, 101)
HIGH = ((-1.0) ** _TAPS) * np.sinc(_TAPS / 8) / 8 * np.hanning(203)[1:-1]  # passes 3,500 to 4,000 Hz
Act = Callable[[Switch], object]


@pytest.fixture(scope="module")
def prompts() -> Prompts:
    return Prompts(PROMPTS, PROMPTS / "made", "en")


def clicks(sound: Samples) -> float:
    """The loudest 5 ms above 3,500 Hz, as an RMS."""
    power = np.convolve(np.convolve(sound, HIGH, "valid") ** 2, np.ones(WINDOW) / WINDOW, "valid")
    return float(np.sqrt(power.max()))


def heard(switch: Switch, ticks: int, acts: dict[int, Act]) -> Samples:
    """What the caller hears, while somebody of the office hums; `acts` by their ticks."""
    time = np.arange(ticks * FRAME) / RATE
    hum = (0.1 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)
    frames = []
    for tick in range(ticks):
        acts.get(tick, lambda switch: None)(switch)
        said = silence(len(ROWS))
        said[1] = hum[tick * FRAME : (tick + 1) * FRAME]
        frames.append(switch.tick(said)[0])
    return np.concatenate(frames)


def music(switch: Switch) -> None:
    switch.hear("line1", "music")


def answered(switch: Switch) -> None:
    """As the exchange and the announcer do it in one tick."""
    switch.hush("line1")
    switch.join("line1", "phone1")
    switch.hear("line1", "music", 0.0)


def sentence_over_music(switch: Switch) -> None:
    music(switch)
    switch.say("line1", "menu.main")


BEGINS: dict[str, Act] = {
    "music": music,
    "ringback": lambda switch: switch.tone("line1", "ringback"),
    "a sentence": lambda switch: switch.say("line1", "queue.next", "queue.wait.five"),
    "a sentence over music": sentence_over_music,
}
JOINTS: dict[str, Act] = {
    "the answer": answered,
    "a sentence": lambda switch: switch.say("line1", "queue.next"),
    "softer music": lambda switch: switch.hear("line1", "music", 0.2),
    "ringback": lambda switch: switch.tone("line1", "ringback"),
    "silence": lambda switch: switch.part("line1"),
}


@pytest.mark.parametrize("joint", JOINTS)
@pytest.mark.parametrize("begin", BEGINS)
def test_no_joint_clicks(prompts: Prompts, begin: str, joint: str) -> None:
    for at in (37, 38, 41, 47):  # wherever in a wave it falls
        switch = Switch(ROWS, "DK", prompts)
        sound = heard(switch, 75, {1: BEGINS[begin], at: JOINTS[joint]})
        assert clicks(sound) < CLICK


def test_a_hard_cut_would_click(prompts: Prompts) -> None:
    """The measure hears what it is for."""
    sound = heard(Switch(ROWS, "DK", prompts), 60, {1: BEGINS["a sentence"]})
    cut = sound.copy()
    cut[4000 + int(np.argmax(np.abs(sound[4000:6000]))) :] = 0
    assert clicks(sound) < CLICK < clicks(cut)
