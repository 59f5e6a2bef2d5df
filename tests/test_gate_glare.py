"""Glare: a call reaches the line that we seize. Whoever calls is served, and no digit is keyed at him.

The exchange gives the line to the caller up to 4 s before the first burst of ringing: a box that
closes the loop meanwhile has answered him without knowing (RELIABILITY D-07).
"""

from random import Random
from typing import Any

import numpy as np
import pytest
from recordings import speech

from firmware.base.clock import SECOND
from firmware.base.events import CallArrived, CallDialled
from firmware.sound.dtmf import Dtmf
from firmware.sound.frame import from_int16, to_int16
from hostsim.office import Office
from hostsim.rig import Fidelity
from hostsim.senses import Samples

STRANGER = "+4538000003"  # who rings where a story asks for a ring on line 4
FRIEND = "+4570102030"
NUMBER = "70102030"
COUNTRIES = ("DK", "US", "UK", "DE", "KR")  # caller ID before and after the ring, reversed lines or not
LATE, EARLY = -0.3, 4.0  # s from our seizure to the first burst
RETRIED = 3.0  # s
SERVED = 12.0  # s from the seizure: a second ring, or a wait for dial tone, and the greeting
HELLO = 20_000  # samples that somebody says who is answered with silence

pytestmark = pytest.mark.gate


class Glare:
    """One office that dials out on line 4 while the exchange puts a call through on it."""

    def __init__(self, fidelity: Fidelity, seed: int) -> None:
        self.random = Random(seed)
        self.fidelity = fidelity
        country = self.random.choice(COUNTRIES)
        self.office = Office({"lines": {"line4": {"country": country}}}, fidelity, seed=seed)
        self.stranger, self.friend = self.office.caller(STRANGER), self.office.caller(FRIEND)
        self.keyed: list[str] = []  # what reached line 4's exchange as keys, while it was his
        self.pressed: list[str] = []  # his own keys, which he hears himself
        self.served = False
        self.offset = self.random.uniform(LATE, EARLY)
        self.talks = self.random.random() < 0.5  # does the caller say hello?
        self.story = (
            f"seed {seed}: {country}, ring {self.offset:+.2f} s, he {'talks' if self.talks else 'waits'}"
        )

    def run(self) -> None:
        with self.office as office:
            self._dial_into_it()
            self._hear(office.now)
            if self.stranger.state == "busy":
                return  # our seizure was first: the line is ours, and he was told so
            self._check()
            office.wait_until(lambda: self.friend.ringing, 12)
            heard = self._keys_heard()
        assert heard in ([], self.pressed), f"{self.story}: he heard {heard}"
        assert not self.keyed, f"{self.story}: keyed at him: {self.keyed}"

    def _dial_into_it(self) -> None:
        """Line 4 is seized 8 s from now; the first burst of somebody's call begins `offset` later."""
        office, phone = self.office, self.office.phone("phone1")
        office.wait(2)
        self._tap()
        seizes = office.now + 8
        office.line(4).glare_at(seizes + self.offset)
        phone.lift()
        office.wait(6)
        phone.press(NUMBER[:-1])
        office.wait(seizes - 0.08 - office.now)
        phone.press(NUMBER[-1])

    def _hear(self, began: float) -> None:
        """Until he was greeted; some wait in silence, some say hello."""
        said = False
        while self.office.now < began + SERVED and not self.served:
            self.office.wait(0.1)
            if self.talks and self.stranger.state == "talking" and not said:
                self.office.wait(self.random.uniform(0.3, 1.5))
                self.stranger.say(self._hello())
                said = True
            if self.stranger.hears().startswith("prompt:"):
                self.served = True
                self._press()

    def _check(self) -> None:
        office = self.office
        arrived = [each for each in office.saw(CallArrived) if each.line == "line4"]
        dialled = {each.line: each.at for each in office.saw(CallDialled)}
        assert self.served, f"{self.story}: nobody spoke to him, he is {self.stranger.state}"
        assert arrived, f"{self.story}: nothing was told of him"
        assert "line3" in dialled, f"{self.story}: our call did not go out"
        late = (dialled["line3"] - dialled.get("line4", dialled["line3"])) / SECOND
        assert late <= RETRIED, f"{self.story}: our call went out {late} s later"

    def _press(self) -> None:
        """Who says nothing keys his choice."""
        if not self.talks:
            self.stranger.press("1")
            self.pressed = ["1"] if self.fidelity == "copper" else []
            self.office.wait(0.5)

    def _hello(self) -> Any:
        return to_int16(speech(2.5, 60.0)) if self.fidelity == "copper" else np.zeros(HELLO, np.int16)

    # The town's side

    def _tap(self) -> None:
        """Without sound: each key that comes over line 4, whatever its exchange makes of it."""
        line = self.office.town.lines["line4"]
        key = line.key

        def tapped(each: str) -> None:
            self.keyed.append(each)
            key(each)

        line.key = tapped

    def _keys_heard(self) -> list[str]:
        """With sound: the keys in what came to his ear."""
        heard: Samples = from_int16(self.stranger.heard(20.0))
        return [each.key for each in Dtmf(1).hear(heard[np.newaxis, : len(heard) // 160 * 160])]


@pytest.mark.parametrize("block", range(20))
def test_a_caller_met_by_our_seizure_is_served_and_never_dialled_at(block: int) -> None:
    for seed in range(50 * block, 50 * block + 50):
        Glare("signal", seed).run()


@pytest.mark.parametrize("seed", range(60))
def test_it_is_so_with_sound_too(seed: int) -> None:
    Glare("copper", seed).run()
