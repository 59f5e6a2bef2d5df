"""A visitor's own head-set at a telephone of the town: what he hears, says and keys there."""

import json
from collections.abc import Iterator

import numpy as np
import pytest

from firmware.base.ports import FRAME, Frame
from firmware.rim.journal import MemoryJournal
from hostsim.live import Live
from hostsim.office import DEMO
from hostsim.ownvoice import OwnVoices
from hostsim.rig import Rig

HANSEN = "+4533120001"
HUM: Frame = (0.3 * np.sin(2 * np.pi * 400 * np.arange(FRAME) / 8_000)).astype(np.float32)


class Legs:
    """Head-sets that are always there; `said` is what each says from now on, `sent` what it heard last."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.said: dict[str, Frame] = {}
        self.keyed: dict[str, str] = {}
        self.sent: dict[str, Frame] = {}

    def frames(self, leg: str) -> Frame | None:
        return self.said.get(leg)

    def keys(self, leg: str) -> str:
        return self.keyed.pop(leg, "")

    def send(self, leg: str, frame: Frame) -> None:
        self.sent[leg] = frame

    def loud(self, leg: str) -> bool:
        return float(np.abs(self.sent[leg]).max()) > 0.01


class Visited:
    """An office with samples, and who visits its telephones."""

    def __init__(self) -> None:
        self.rig = Rig(json.loads(DEMO.read_text()), "copper", MemoryJournal())
        self.live = Live(self.rig)
        self.legs = Legs("town:phone1", f"town:{HANSEN}", "town:+4599999999", "browser")
        self.voices = OwnVoices(self.legs, self.live.orders)  # type: ignore[arg-type]  # all that it asks of them

    def tick(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            self.live.tick()
            self.voices.tick()

    def order(self, name: str, **args: object) -> None:
        self.live.post(name, dict(args), lambda reply: None)
        self.tick(0.02)


@pytest.fixture
def it() -> Iterator[Visited]:
    visited = Visited()
    visited.tick(1)
    yield visited
    visited.live.close()


def test_whoever_lifts_a_telephone_hears_its_dial_tone_and_his_key_ends_it(it: Visited) -> None:
    assert not it.legs.loud("town:phone1")
    it.order("town.lift", phone="phone1")
    it.tick(1)
    assert it.legs.loud("town:phone1") and not it.legs.loud(f"town:{HANSEN}")
    assert "browser" not in it.legs.sent
    it.legs.keyed["town:phone1"] = "2"
    it.tick(0.5)
    assert not it.legs.loud("town:phone1")


def test_what_he_says_is_heard_at_the_other_end_and_not_in_his_own_ear(it: Visited) -> None:
    it.order("town.dial", phone="phone1", digits=HANSEN[3:])
    person = it.rig.town.person(HANSEN)
    while not person.ringing:
        it.tick(0.2)
    it.order("town.answer", who=HANSEN)
    it.tick(2)  # he says hello
    assert not it.legs.loud("town:phone1")
    it.legs.said[f"town:{HANSEN}"] = HUM
    it.tick(1)
    assert it.legs.loud("town:phone1") and not it.legs.loud(f"town:{HANSEN}")


def test_keys_of_a_telephone_on_its_hook_are_nobody_s(it: Visited) -> None:
    it.legs.keyed = {"town:phone1": "1", f"town:{HANSEN}": "1"}
    it.tick(0.1)
    assert it.live.snapshot()["town"]["acts"] == 0
