"""What the exchanges of ten countries play, as data, the sounds made from it, and what a line adds.

Tones are written as in Asterisk's indications.conf: `425/200,0/300` is 425 Hz for 200 ms, then
300 ms of nothing; no time means for ever; a `!` before a segment: only once, before the cycle
begins. Sources by country: dahdi-tools zonedata.c (Z), spandsp global-tones.xml (S, from the lists
of ITU-T E.180). Levels: -10 dBm0 for each frequency where Z speaks, -12 where only S does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.random import Generator

from firmware.base.ports import RATE, Cadence
from firmware.sound.frame import Samples, amplitude, rms

RAMP = 40  # samples (5 ms) in which a burst rises and falls: too short to hear, too long to click


@dataclass(frozen=True)
class Segment:
    """One part of a tone: `hertz` sound together (none: a pause); `seconds` None lasts for ever."""

    hertz: tuple[int, ...]
    seconds: float | None
    once: bool = False


@dataclass(frozen=True)
class TonePlan:
    """A country's tones by name, the level of each frequency, and how its telephones ring.

    Names: dial ringback busy congestion call_waiting sit howler. `also` holds what other exchanges of
    the country are said to play instead: heard, never made.
    """

    country: str
    ring_cadence: Cadence  # seconds on, off, … of the ringing of a bell
    ring_hertz: float
    level_dbm0: float
    tones: Mapping[str, tuple[Segment, ...]] = field(repr=False)
    also: Mapping[str, tuple[tuple[Segment, ...], ...]] = field(default_factory=dict, repr=False)


def _segments(text: str) -> tuple[Segment, ...]:
    return tuple(_segment(part) for part in text.split(","))


def _segment(text: str) -> Segment:
    sound, _, milliseconds = text.removeprefix("!").partition("/")
    hertz = tuple(int(each) for each in sound.split("+") if each != "0")
    return Segment(hertz, int(milliseconds) / 1000 if milliseconds else None, text.startswith("!"))


def _sit(milliseconds: int, gap: int = 0) -> str:
    """ITU-T E.180 5.2: three rising tones, here repeated after a second."""
    pause = f"0/{gap}," if gap else ""
    return f"950/{milliseconds},{pause}1400/{milliseconds},{pause}1800/{milliseconds},0/1000"


# Off-hook warning. E.180 leaves it open; this is North America's (four tones, 10 times a second).
_HOWLER = "1400+2060+2450+2600/100,0/100"


def _plan(
    country: str,
    ring_cadence: Cadence,
    ring_hertz: float,
    level_dbm0: float = -10.0,
    also: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    **tones: str,
) -> TonePlan:
    made = {name: _segments(text) for name, text in tones.items()} | {"howler": _segments(_HOWLER)}
    heard = {name: tuple(_segments(text) for text in texts) for name, texts in also.items()}
    return TonePlan(country, ring_cadence, ring_hertz, level_dbm0, made, heard)


# Ring frequencies: US 20, Europe 25 (wctdm, weeBell); those of Turkey and Asia are not verified.
_PLANS = (
    _plan("US", (2.0, 4.0), 20.0,  # Z
          dial="350+440", ringback="440+480/2000,0/4000", busy="480+620/500,0/500",
          congestion="480+620/250,0/250", call_waiting="440/300,0/10000", sit=_sit(330)),
    _plan("UK", (0.4, 0.2, 0.4, 2.0), 25.0,  # Z, BT SIN 350
          dial="350+440", ringback="400+450/400,0/200,400+450/400,0/2000", busy="400/375,0/375",
          congestion="400/400,0/350,400/225,0/525", call_waiting="400/100,0/4000", sit=_sit(330, 15)),
    _plan("DK", (1.0, 4.0), 25.0,  # Z; S has busy and congestion 250/250: any equal cadence is busy
          also={"busy": ("425/375,0/375", "425/300,0/300", "425/250,0/250")},
          dial="425", ringback="425/1000,0/4000", busy="425/500,0/500", congestion="425/200,0/200",
          call_waiting="!425/200,!0/600,!425/200,!0/3000,!425/200,!0/200,!425/200,0", sit=_sit(330)),
    _plan("HR", (1.0, 4.0), 25.0, -12.0,  # S
          dial="425/200,0/300,425/700,0/800", ringback="425/1000,0/4000", busy="425/500,0/500",
          congestion="425/250,0/250", call_waiting="425/300,0/8000", sit=_sit(333)),
    _plan("TR", (2.0, 4.0), 25.0,  # Z, sit S
          dial="450", ringback="450/2000,0/4000", busy="450/500,0/500",
          congestion="450/200,0/200,450/200,0/200,450/200,0/200,450/600,0/200",
          call_waiting="450/200,0/600,450/200,0/800", sit=_sit(300)),
    _plan("KR", (1.0, 2.0), 20.0, -12.0,  # S; the ring as its ringback
          dial="350+440", ringback="440+480/1000,0/2000", busy="480+620/500,0/500",
          congestion="480+620/300,0/200", call_waiting="350+440/250,0/250,350+440/250,0/3250",
          sit="450/200,0/100,450/200,0/1500"),
    _plan("CN", (1.0, 4.0), 25.0,  # Z and S
          dial="450", ringback="450/1000,0/4000", busy="450/350,0/350", congestion="450/700,0/700",
          call_waiting="450/400,0/4000", sit="450/100,0/100,450/100,0/100,450/100,0/100,450/400,0/400"),
    _plan("TW", (1.0, 4.0), 20.0,  # Z
          dial="350+440", ringback="440+480/1000,0/2000", busy="480+620/500,0/500",
          congestion="480+620/250,0/250", call_waiting="350+440/250,0/250,350+440/250,0/3250",
          sit=_sit(330)),
    _plan("DE", (1.0, 4.0), 25.0,  # Z and S
          dial="425", ringback="425/1000,0/4000", busy="425/480,0/480", congestion="425/240,0/240",
          call_waiting="425/200,0/200,425/200,0/5000", sit=_sit(330)),
    _plan("FR", (1.5, 3.5), 25.0,  # Z and S
          dial="440", ringback="440/1500,0/3500", busy="440/500,0/500", congestion="440/250,0/250",
          call_waiting="440/300,0/10000", sit=_sit(300, 30)),
)  # fmt: skip
PLANS: Mapping[str, TonePlan] = {plan.country: plan for plan in _PLANS}
PLANS = {**PLANS, "GB": PLANS["UK"]}


def make_tone(plan: TonePlan, name: str) -> Samples:
    """One whole cycle of a tone, float32[n], that loops without a click.

    Of a tone without a pause: 1 s, which is whole periods. Segments that come once are not in
    it: see `make_opening`. Raises KeyError for a name that the plan lacks.
    """
    return _joined(plan, [segment for segment in plan.tones[name] if not segment.once])


def make_opening(plan: TonePlan, name: str) -> Samples:
    """What is played once before the cycle, float32[n]; empty for most tones."""
    return _joined(plan, [segment for segment in plan.tones[name] if segment.once])


def _joined(plan: TonePlan, segments: list[Segment]) -> Samples:
    parts = [_burst(segment, plan.level_dbm0) for segment in segments]
    return np.concatenate([np.zeros(0, np.float32), *parts])


def _burst(segment: Segment, dbm0: float) -> Samples:
    lasting = segment.seconds is None
    seconds = 1.0 if segment.seconds is None else segment.seconds  # 1 s of whole hertz: whole periods
    time = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros(time.size)
    for hertz in segment.hertz:
        sound += amplitude(dbm0) * np.sin(2 * np.pi * hertz * time)
    return (sound if lasting else sound * _edges(time.size)).astype(np.float32)


def _edges(size: int) -> Samples:
    """A rise from 0 to 1 at the start of `size` samples and a fall at the end, without a corner."""
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(RAMP) + 0.5) / RAMP)
    shape = np.ones(size, np.float32)
    shape[:RAMP] = rise
    shape[size - RAMP :] = rise[::-1]
    return shape


# The impulse response of a real hybrid at 8 kHz: ITU-T G.168 (2015) annex D, model 1 (D.2).
_HYBRID = (
    -436, -829, -2797, -4208, -17968, -11215, 46150, 34480, -10427, 9049, -1309, -6320, 390, -8191, -1751,
    -6051, -3796, -4055, -3948, -2557, -3372, -1808, -2259, -1300, -1098, -618, -340, -61, 323, 419, 745,
    716, 946, 880, 1014, 976, 1033, 1091, 1053, 1042, 794, 831, 899, 716, 390, 313, 304, 304, 73, -119,
    -109, -176, -359, -407, -512, -580, -704, -618, -685, -791, -772, -820, -839, -724,
)  # fmt: skip


def make_cng(dbm0: float = -10.0) -> Samples:
    """One cycle of a calling fax, ITU-T T.30 4.1: 1,100 Hz for 0.5 s, 3 s of nothing."""
    return make_tone(
        TonePlan("T.30", (), 0.0, dbm0, {"cng": (Segment((1100,), 0.5), Segment((), 3.0))}), "cng"
    )


def line_noise(size: int, dbm0: float, random: Generator) -> Samples:
    """White noise of that level over 0-4,000 Hz, float32[size]; the same generator gives the same."""
    return random.standard_normal(size, np.float32) * np.float32(rms(dbm0))


def hum(size: int, dbm0: float, hertz: float = 50.0, start: int = 0) -> Samples:
    """Mains hum: the fundamental and its odd harmonics to the seventh, each 6 dB below the one before.

    float32[size] of that level in all; `start` is the first sample's number, so that frames follow on.
    """
    time = (np.arange(start, start + size) / RATE)[None]
    order = np.array([[1], [3], [5], [7]])
    share = 0.5 ** np.arange(4)
    waves = share[:, None] * np.sin(2 * np.pi * hertz * order * time)
    sound: Samples = (waves.sum(axis=0) * amplitude(dbm0) / np.sqrt(share @ share)).astype(np.float32)
    return sound


def hybrid_path(loss_db: float = 12.0, delay: int = 8) -> Samples:
    """The path from what we send to its echo, float32[delay + 64], to be convolved with it.

    `loss_db` is what white noise loses on the way (echo return loss), `delay` the flat part in samples.
    """
    path = np.array(_HYBRID, np.float64)
    path *= 10 ** (-loss_db / 20) / np.sqrt(path @ path)
    return np.concatenate([np.zeros(delay), path]).astype(np.float32)
