"""Caller ID: made and heard, in the three ways of the world.

`bell202` and `v23` send a message as two tones (see fsk): SDMF, type 0x04, holds date and number;
MDMF, type 0x80, holds parameters: 1 date, 2 number, 4 why there is none ("P" withheld, "O" not
available), 7 name. The last byte makes the sum of all of them 0 (Telcordia GR-30, ETSI EN 300 659-3).
`dtmf` sends keys: `A<number>C`, `D<number>C`, `<number>#` and the like; `B00`, `D3` stand for
"unavailable", `B10`, `D1` for "withheld" (spandsp adsi.h, ETSI EN 300 659-3).

A line on its hook is silent: only a row that is not is looked at. Marks on a row start a receiver,
which does a frame's work a frame; DTMF comes from a `Dtmf` of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from firmware.base.ports import FRAME, RATE
from firmware.sound.dtmf import Dtmf, Key, make_keys
from firmware.sound.frame import Samples, Watched, amplitude
from firmware.sound.fsk import BAUD, Receiver, are_marks, make_fsk

Reason = Literal["withheld", "unavailable"]

_SDMF, _MDMF = 0x04, 0x80
_DATE, _NUMBER, _NO_NUMBER, _NAME = 0x01, 0x02, 0x04, 0x07
_LETTER: Final[dict[str, bytes]] = {"withheld": b"P", "unavailable": b"O"}
_REASON: Final[dict[bytes, Reason]] = {b"P": "withheld", b"O": "unavailable"}
_CODE: Final[dict[str, Reason]] = {
    "B00": "unavailable", "B10": "withheld", "D1": "withheld", "D2": "unavailable", "D3": "unavailable",
}  # fmt: skip  # D2: from abroad
_KEYED: Final[dict[str, str]] = {"withheld": "B10", "unavailable": "B00"}

_END: Final = "C#"
_QUIET: Final = FRAME * amplitude(-55.0) ** 2 / 2  # energy of a frame: softer is not listened to
_MARKS: Final = 3  # frames: a third of the marks that are sent
_KEPT: Final = 25  # frames: the seizure and what comes before it
_SILENCE: Final = 25  # frames: 0.5 s without a key end a number that has no end mark
_SHORTEST: Final = 3  # digits of a number without an end mark


@dataclass(frozen=True)
class Caller:
    """Who calls: the digits as sent, or the reason why there are none. `at`: where the burst began."""

    row: int
    number: str | None
    name: str | None
    reason: Reason | None
    protocol: str
    at: float


@dataclass(frozen=True)
class Delivery:
    """How a country's exchanges tell the caller: `alert` is a DT-AS before the burst."""

    protocol: str
    when: Literal["before_ring", "after_first_ring"]
    reversal: bool = False
    alert: bool = False


# Sources: spandsp adsi.h, chan_dahdi.conf. Not verified: HR (ETSI assumed), KR (Bellcore assumed).
# Taiwan also has DTMF (D…C), Turkey and France also deliveries before the ring: all are heard everywhere.
DELIVERY_OF: Final[dict[str, Delivery]] = {
    **dict.fromkeys(("US", "KR", "CN", "TW"), Delivery("bell202", "after_first_ring")),
    **dict.fromkeys(("HR", "TR", "DE", "FR"), Delivery("v23", "after_first_ring")),
    **dict.fromkeys(("UK", "GB"), Delivery("v23", "before_ring", reversal=True, alert=True)),
    "DK": Delivery("dtmf", "before_ring", reversal=True),
}
PROTOCOL_OF: Final[dict[str, str]] = {country: each.protocol for country, each in DELIVERY_OF.items()}


def make_caller(
    protocol: str,
    number: str | None,
    name: str | None = None,
    reason: str | None = None,
    *,
    single: bool = False,
    when: str = "01050900",
    form: str = "A{}C",
    level_dbm0: float = -13.5,
    twist_db: float = 0.0,
    baud: float = BAUD,
) -> Samples:
    """A burst of `protocol` (bell202 v23 dtmf), float32 at 8 kHz; without a number it says why.

    FSK: `single` sends SDMF, which has no name; `when` is month, day, hour, minute; `level_dbm0` that
    of the marks, `twist_db` how far the spaces are above them. DTMF: `form` holds the number where
    `{}` stands; 70 ms on and off. KeyError: no such protocol or reason; ValueError: too long.
    """
    why = reason or "unavailable"
    if protocol == "dtmf":
        keys = form.format(number) if number else f"{_KEYED[why]}C"
        return make_keys(keys, on=0.07, off=0.07, level_dbm0=level_dbm0, twist_db=twist_db)
    body = _message(number, name, why, when, single)
    return make_fsk(body + bytes([-sum(body) % 256]), protocol, level_dbm0, twist_db, baud)


def make_alert(level_dbm0: float = -15.0) -> Samples:
    """The DT-AS that goes before a burst: 2,130 and 2,750 Hz for 100 ms (ETSI EN 300 659-1)."""
    time = np.arange(RATE // 10) / RATE
    waves = np.sin(2 * np.pi * np.outer((2130.0, 2750.0), time)).sum(axis=0) * amplitude(level_dbm0)
    return np.asarray(waves, np.float32)


def _message(number: str | None, name: str | None, why: str, when: str, single: bool) -> bytes:
    date, digits = when.encode("ascii"), number.encode("ascii") if number else _LETTER[why]
    if single:
        return bytes([_SDMF, len(date + digits)]) + date + digits
    told = [(_DATE, date), (_NUMBER if number else _NO_NUMBER, digits)]
    if name:
        told.append((_NAME, name.encode("latin-1", "replace")))
    data = b"".join(bytes([kind, len(text)]) + text for kind, text in told)
    return bytes([_MDMF, len(data)]) + data


@dataclass
class _Told:
    """What a message says."""

    number: str | None = None
    name: str | None = None
    reason: Reason | None = None
    garbled: bool = False


def _read(message: bytes) -> _Told | None:
    """A whole message with its checksum; None where it is one of another kind (a lamp, a text)."""
    if sum(message) % 256:
        return _Told(reason="unavailable", garbled=True)
    if message[0] == _SDMF:
        parameters = [(_NUMBER, message[10:-1])]
    elif message[0] == _MDMF:
        parameters = list(_parameters(message[2:-1]))
    else:
        return None
    told = _Told()
    for kind, text in parameters:
        if kind in (_NUMBER, _NO_NUMBER):
            told.reason = _REASON.get(text)
            told.number = None if told.reason else _digits(text.decode("latin-1")) or told.number
        elif kind == _NAME:
            told.name = _clean(text)
    if not told.number:
        told.reason = told.reason or "unavailable"
    return told


def _parameters(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= 2 and len(data) >= 2 + data[1]:
        yield data[0], data[2 : 2 + data[1]]
        data = data[2 + data[1] :]


def _digits(text: str) -> str:
    return "".join(each for each in text if each in "0123456789+*#")


def _clean(text: bytes) -> str | None:
    """A name without control characters; None where nothing is left, or only a reason letter."""
    name = "".join(each for each in text.decode("latin-1") if each.isprintable()).strip()
    return None if not name or text in _REASON else name


def _keyed(keys: str) -> _Told | None:
    """What keys tell; None where they are no caller ID. Keys after the end mark are not here."""
    ended = keys[-1] in _END
    fields = re.findall(r"([ABD]?)(\d*)", keys.rstrip(_END))
    values = {letter: digits for letter, digits in reversed(fields) if letter or digits}
    code = next((letter + digits for letter, digits in values.items() if letter + digits in _CODE), "")
    values.pop("D" if code.startswith("D") else "B", None)
    number = values.get("A") or values.get("") or values.get("D")
    if number and (ended or len(number) >= _SHORTEST):
        return _Told(number=number)
    if code or (ended and fields[0] != ("", "")):
        return _Told(reason=_CODE.get(code, "unavailable"))
    return None


@dataclass
class _Spelling:
    """Keys of a caller ID so far."""

    at: float
    keys: str = ""
    silent: int = 0


class CallerId:
    """Hears caller ID on `rows` rows; all of its work is for rows that are not silent."""

    def __init__(self, rows: int) -> None:
        self._frames = 0  # heard
        self._kept = np.zeros((rows, _KEPT, FRAME), np.float32)  # a ring of the last frames
        self._since = np.zeros(rows, np.intp)  # the frame from which a row has not been forgotten
        self._marks = np.zeros(rows, np.intp)  # frames in a row
        self._bursts: dict[int, tuple[float, Receiver]] = {}  # where they began, what they say
        self._keys = Dtmf(rows)
        self._listening = Watched(rows)
        self._spelling: dict[int, _Spelling] = {}

    def hear(self, frames: Samples) -> list[Caller]:
        """The callers that became known in `frames` [rows, n], n a multiple of 160."""
        callers: list[Caller] = []
        for start in range(0, frames.shape[1], FRAME):
            callers += self._frame(np.ascontiguousarray(frames[:, start : start + FRAME]))
        return callers

    def watch(self, row: int, on: bool) -> None:
        """Keys on `row` are (on) or are not a caller ID: somebody talks there."""
        self._spelling.pop(row, None)
        self._keys.watch(row, on)

    def listen(self, row: int, on: bool) -> None:
        """Listen to `row` (at the start: to all), or leave it alone; forget it."""
        self._listening.turn(row, on)
        self.reset(row)
        self._keys.watch(row, on)

    def reset(self, row: int) -> None:
        """Forget what `row` said so far."""
        self._since[row], self._marks[row] = self._frames, 0
        self._bursts.pop(row, None)
        self._spelling.pop(row, None)
        self._keys.reset(row)

    def _frame(self, frame: Samples) -> list[Caller]:
        self._kept[self._listening.places, self._frames % _KEPT] = heard = self._listening.of(frame)
        self._frames += 1
        callers = self._keyed_callers(frame)
        for row in sorted(self._bursts):
            callers += self._burst_callers(row, frame[row])
        loud = np.flatnonzero(self._listening.energy(heard) > _QUIET)
        if len(loud) or self._marks.any():
            self._look_for_marks(frame, loud)
        return callers

    def _keyed_callers(self, frame: Samples) -> list[Caller]:
        callers = [caller for key in self._keys.hear(frame) for caller in self._spell(key)]
        for row, spelling in list(self._spelling.items()):
            spelling.silent = 0 if self._keys.held[row] >= 0 else spelling.silent + 1
            if spelling.silent >= _SILENCE:
                callers += self._spelled(row)
        return callers

    def _spell(self, key: Key) -> list[Caller]:
        spelling = self._spelling.setdefault(key.row, _Spelling(key.at))
        spelling.keys += key.key
        return self._spelled(key.row) if key.key in _END else []

    def _spelled(self, row: int) -> list[Caller]:
        spelling = self._spelling.pop(row)
        told = _keyed(spelling.keys)
        return [Caller(row, told.number, told.name, told.reason, "dtmf", spelling.at)] if told else []

    def _burst_callers(self, row: int, sound: Samples) -> list[Caller]:
        at, receiver = self._bursts[row]
        receiver.hear(sound)
        data = bytes(receiver.bytes)
        whole = len(data) >= 3 and len(data) >= 3 + data[1]
        strange = bool(data) and not receiver.seized and data[0] not in (_SDMF, _MDMF)
        if not (whole or strange or receiver.over):
            return []
        del self._bursts[row]
        told = _read(data[: 3 + data[1]]) if whole else _Told(reason="unavailable", garbled=True)
        if told is None or not data or (told.garbled and not receiver.seized):
            return []
        return [Caller(row, told.number, told.name, told.reason, receiver.protocol, at)]

    def _look_for_marks(self, frame: Samples, loud: NDArray[np.intp]) -> None:
        marked = np.zeros(len(frame), bool)
        marked[loud] = are_marks(frame[loud])
        self._marks = np.where(marked, self._marks + 1, 0)
        for row in np.flatnonzero(self._marks == _MARKS):
            if row not in self._bursts:
                before = self._past(int(row))
                began = self._frames * FRAME - before.size + _beginning(before)
                self._bursts[int(row)] = began / RATE, Receiver(before)

    def _past(self, row: int) -> Samples:
        """The last half second of a row, without what it has been told to forget."""
        first = self._frames - _KEPT
        past: Samples = self._kept[row, np.arange(first, self._frames) % _KEPT]
        past[: max(int(self._since[row]) - first, 0)] = 0
        return past.reshape(-1)


def _beginning(sound: Samples) -> int:
    """Where the burst began that fills the end of `sound`: after 10 ms that are 5 dB softer."""
    blocks = sound.reshape(-1, 40)
    energy: Samples = np.einsum("bs,bs->b", blocks, blocks)
    soft = energy < 0.3 * energy[-8:].mean()
    pauses = np.flatnonzero(soft[1:] & soft[:-1])
    return (int(pauses[-1]) + 2) * 40 if len(pauses) else 0
