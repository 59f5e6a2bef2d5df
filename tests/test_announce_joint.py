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


def plays(switch: Switch, ticks: int, caller: Samples) -> Samples:
    """What the caller hears, while the office speaks a vowel of its own."""
    heard = []
    for tick in range(ticks):
        said = silence(len(ROWS))
        said[1] = caller[tick * FRAME : (tick + 1) * FRAME]
        heard.append(switch.tick(said)[0])
    return np.concatenate(heard)


def vowel(ticks: int) -> Samples:
    time = np.arange(ticks * FRAME) / RATE
    return np.asarray(
        0.05 * np.sin(2 * np.pi * 220 * time) + 0.03 * np.sin(2 * np.pi * 660 * time), np.float32
    )


def music(switch: Switch) -> None:
    switch.hear("line1", "music")


def answered(switch: Switch) -> None:
    """As the exchange and the announcer do it in one tick."""
    switch.hush("line1")
    switch.join("line1", "phone1")
    switch.hear("line1", "music", 0.0)


BEGINS: dict[str, list[Act]] = {
    "music": [music],
    "ringback": [lambda switch: switch.tone("line1", "ringback")],
    "a sentence": [lambda switch: switch.say("line1", "queue.next", "queue.wait.five")],
    "a sentence over music": [music, lambda switch: switch.say("line1", "menu.main")],
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
    switch = Switch(ROWS, "DK", prompts)
    speech = vowel(90)
    for act in BEGINS[begin]:
        act(switch)
    for ticks in (37, 38, 41, 47):  # wherever in a wave it falls
        before = plays(switch, ticks, speech)
        JOINTS[joint](switch)
        heard = np.concatenate([before, plays(switch, 25, speech)])
        assert clicks(heard) < CLICK
        for act in BEGINS[begin]:
            act(switch)


def test_a_hard_cut_would_click(prompts: Prompts) -> None:
    """The measure hears what it is for."""
    switch = Switch(ROWS, "DK", prompts)
    switch.say("line1", "menu.main")
    heard = plays(switch, 60, vowel(90))
    cut = heard.copy()
    cut[int(np.argmax(np.abs(heard[4000:6000]))) + 4000 :] = 0
    assert clicks(heard) < CLICK < clicks(cut)
