"""No conversation is cut off for sounding like a tone, and every tone of ten countries ends one (D-02)."""

from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray
from recordings import everything
from talkers import DIRECT, PLACES, caller, connect

from firmware.base.events import CallEnded
from firmware.settings import merged
from firmware.sound.frame import Samples, to_int16
from firmware.sound.switch import make_music
from hostsim.office import Office

RATE = 8_000
HOURS = 5 / 6  # of each office, with four lines talking all the time: ten hours on three offices
TURN = 20.0  # s after which somebody else has the word
LIMITS = {"busy": 6.0, "congestion": 6.0, "dial": 4.0}  # s after the far end left
GROUPS = (("DK", "US", "UK", "DE"), ("FR", "TR", "KR", "CN"), ("TW", "HR", "CN", "US"))
COUNTRIES = ("US", "UK", "DK", "HR", "TR", "KR", "CN", "TW", "DE", "FR")

pytestmark = pytest.mark.gate


@pytest.mark.parametrize("countries", GROUPS, ids="-".join)
def test_hours_of_speech_and_music_end_no_call(countries: tuple[str, ...]) -> None:
    """The far end speaks recorded sentences, or holds us with music in any key; the office speaks too."""
    random = Random(2)
    lines = {f"line{n}": {"country": each} for n, each in zip(PLACES, countries, strict=True)}
    with Office(merged(DIRECT, {"lines": lines})) as office:
        office.wait(3)
        connect(office)
        end = office.now + HOURS * 3600
        while office.now < end:
            for n in PLACES:
                caller(office, n).say(_speech(random) if random.random() < 0.65 else _music(random))
                office.phone(f"phone{n}").say(_speech(random)[: random.randrange(1, 10 * RATE)])
            office.wait(TURN)
            assert office.saw(CallEnded) == []


def _speech(random: Random) -> NDArray[np.int16]:
    start = random.randrange(len(everything()) - int(TURN * RATE))
    return _at_some_level(everything()[start : start + int(TURN * RATE)], random)


def _music(random: Random) -> NDArray[np.int16]:
    """Our own tune, from a fourth lower and slower to a fourth higher and faster."""
    pitch = 2 ** (random.uniform(-5, 5) / 12)
    place = (random.randrange(len(make_music())) + np.arange(int(TURN * RATE)) * pitch) % (
        len(make_music()) - 1
    )
    return _at_some_level(np.interp(place, np.arange(len(make_music())), make_music()), random)


def _at_some_level(sound: Samples, random: Random) -> NDArray[np.int16]:
    return to_int16((sound * 10 ** (random.uniform(-14, 2) / 20)).astype(np.float32))


@pytest.mark.parametrize("agent_talks", [False, True])
@pytest.mark.parametrize("country", COUNTRIES)
def test_each_countrys_tones_end_a_call_in_time(country: str, agent_talks: bool) -> None:
    random = Random(f"{country}{agent_talks}")
    lines = {f"line{n}": {"country": country} for n in PLACES}
    with Office(merged(DIRECT, {"lines": lines})) as office:
        office.wait(3)
        connect(office)
        began = {}
        for n, tone in zip(PLACES, LIMITS, strict=False):
            office.line(n).exchange(release="silence")
            caller(office, n).say(_speech(random))
            office.wait(random.uniform(1, 3))
            if agent_talks:
                office.phone(f"phone{n}").say(_speech(random))
            caller(office, n).hang_up()
            office.wait(0.3)
            office.soon(office.town.lines[f"line{n}"].sound, tone)
            began[office.box.exchange.lines[f"line{n}"].call.id] = (tone, office.now - 0.3)
        office.wait(8)
        ended = {each.call: (each.at / 1e6, each.side, each.reason) for each in office.saw(CallEnded)}
        for call, (tone, left) in began.items():
            assert call in ended, f"{country}: nobody heard {tone}"
            at, side, reason = ended[call]
            assert at - left <= LIMITS[tone], f"{country}: {tone} heard after {at - left:.2f} s"
            assert (side, reason) == (("line", "dial_tone") if tone == "dial" else ("caller", "busy_tone"))
