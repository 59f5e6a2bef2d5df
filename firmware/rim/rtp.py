"""Packets of a browser's sound, and the texts by which it is agreed: RFC 3550, RFC 4733, RFC 8866.

Nothing here opens anything, and nothing that comes from outside may end in an error.
"""

import re
import struct
from typing import NamedTuple

PCMU = 0  # payload type, RFC 3551
KEYS = "0123456789*#ABCD"  # by event number, RFC 4733 3.2
LONGEST_SDP = 20_000  # characters; a browser's offer of one sound is about 2,000
LINES = 400

_HEADER = struct.Struct("!BBHII")
_EVENT = re.compile(r"^a=rtpmap:(9[6-9]|1[01][0-9]|12[0-7]) telephone-event/8000\s*$", re.MULTILINE)
_NAMED = re.compile(r"^a=candidate:\S+ \d+ \S+ \d+ \S+\.local ")


class Packet(NamedTuple):
    """What of an RTP packet is of use."""

    kind: int  # payload type
    marker: bool
    sequence: int
    timestamp: int
    source: int
    payload: bytes


def parsed(data: bytes) -> Packet | None:
    """An RTP packet; None: it is none."""
    if len(data) < _HEADER.size or data[0] >> 6 != 2:
        return None
    first, second, sequence, timestamp, source = _HEADER.unpack_from(data)
    begin = _HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:  # an extension: its length is in words of 32 bits
        if len(data) < begin + 4:
            return None
        begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4], "big")
    end = len(data) - (data[-1] if first & 0x20 else 0)
    if begin > end:
        return None
    return Packet(second & 0x7F, bool(second & 0x80), sequence, timestamp, source, data[begin:end])


def packet(sequence: int, timestamp: int, source: int, frame: bytes, marker: bool = False) -> bytes:
    """An RTP packet of µ-law; `marker`: sound begins."""
    return _HEADER.pack(0x80, PCMU | marker << 7, sequence, timestamp, source) + frame


class KeyEvents:
    """Named telephone events: each is sent many times over, and is one key."""

    def __init__(self) -> None:
        self._last: int | None = None

    def key(self, event: Packet) -> str | None:
        """The key that begins with this packet."""
        if event.timestamp == self._last or not event.payload or event.payload[0] >= len(KEYS):
            return None
        self._last = event.timestamp
        return KEYS[event.payload[0]]


def clean(sdp: str) -> str:
    """An offer without candidates that only multicast could find, and not ended after those that are left:
    where the browser really is, its own checks tell. ValueError: too long to be one."""
    lines = sdp.splitlines()
    if len(sdp) > LONGEST_SDP or len(lines) > LINES:
        raise ValueError("too long")
    kept = [line for line in lines if not _NAMED.match(line) and line.rstrip() != "a=end-of-candidates"]
    return "\r\n".join(kept) + "\r\n"


def event_kind(offer: str) -> int | None:
    """The payload type under which keys come, if the far end can send them."""
    found = _EVENT.search(offer)
    return int(found[1]) if found else None


def with_events(answer: str, kind: int | None) -> str:
    """An answer that says which packets are wanted: of 20 ms, and keys by name."""
    told = ["a=ptime:20", "a=maxptime:20"]
    if kind is not None:
        answer = re.sub(r"(?m)^(m=audio [^\r\n]+)", rf"\1 {kind}", answer, count=1)
        told = [f"a=rtpmap:{kind} telephone-event/8000", f"a=fmtp:{kind} 0-15", *told]
    return answer.rstrip() + "\r\n" + "".join(f"{line}\r\n" for line in told)
