"""`python -m firmware.rim.legs --state DIR`: the browsers' sound, in a process of its own.

Pages ask to be connected through the web process, which says it here: a Unix socket `DIR/media.sock`,
JSON lines, an answer for each. The engine's datagram of each tick is the only beat: on its arrival every
leg is sent its frame, and what they said goes back. A leg has one connection; who comes second is
refused, unless he takes it over, or is the page that had it and was loaded anew.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from firmware.base import Refused
from firmware.rim.control import listening
from firmware.rim.legbuffer import SILENCE
from firmware.rim.leglink import MOST, Line
from firmware.rim.plainleg import Plain
from firmware.rim.ticker import prefer
from firmware.rim.webrtc import Malformed, Raw, Wire

SOCKET = "media.sock"
PATHS: dict[str, type[Raw] | type[Plain]] = {"raw": Raw, "plain": Plain}
LINE = 65_536  # bytes of a request
GONE = 2.0  # s without a packet: whoever was there is gone (MEDIA 6)
GREETED = 1.0  # s without a tick until the engine is told again that we are here
CONNECT = 15.0  # s that a browser has to be connected in
WAITING = 8  # browsers that are being connected at once
PATIENCE = 10.0  # s for which a client of the socket may be silent

Leg = Annotated[str, Meta(pattern=r"^(browser([2-9]|1[0-6])?|town:(\+?[0-9]{2,16}|phone[0-9]{1,2}))\Z")]
Holder = Annotated[str, Meta(max_length=64)]


class Offer(Struct, tag_field="do", tag="offer", forbid_unknown_fields=True):
    """Connect a page; `holder` is its own secret word, the same after it was loaded anew."""

    leg: Leg
    sdp: Annotated[str, Meta(max_length=20_000)]
    take_over: bool = False
    holder: Holder = ""


class Close(Struct, tag_field="do", tag="close", forbid_unknown_fields=True):
    """The page has no need of it any more; with a `holder`, only his own connection."""

    leg: Leg
    holder: Holder = ""


class Stats(Struct, tag_field="do", tag="stats", forbid_unknown_fields=True):
    """How a leg is."""

    leg: Leg


Asked = Offer | Close | Stats
_ASKED = msgspec.json.Decoder(Asked)


class Attached:
    """A leg and its connection."""

    def __init__(self, leg: str, wire: Wire, holder: str, now: float) -> None:
        self.leg, self.wire, self.holder = leg, wire, holder
        self.name = leg.encode()
        self.heard_at = self.began = now
        self.ever = False  # did a packet ever come?

    def said(self, now: float) -> tuple[bytes, bool, bytes, bytes]:
        heard = self.wire.heard()
        if heard:
            self.heard_at, self.ever = now, True
        return self.name, heard, self.wire.key(), self.wire.read()


class Desk:
    """All connections. `make(closed)` makes a new one; `now` is in s."""

    def __init__(self, make: Callable[[Callable[[], None]], Wire], now: Callable[[], float]) -> None:
        self.legs: dict[str, Attached] = {}
        self._make, self._now = make, now
        self._connecting = 0
        self._ends: set[asyncio.Task[None]] = set()

    # What the web process asks

    async def asked(self, line: bytes) -> dict[str, Any]:
        try:
            ask = _ASKED.decode(line)
        except (msgspec.DecodeError, RecursionError):
            return {"malformed": "That is nothing that the media process could be asked."}
        if isinstance(ask, Offer):
            return await self._offer(ask)
        if isinstance(ask, Stats):
            return self._stats(ask.leg)
        there = self.legs.get(ask.leg)
        if there is not None and ask.holder in ("", there.holder):
            self._end(there)
        return {"closed": there is not None}

    async def _offer(self, offer: Offer) -> dict[str, Any]:
        if refused := self._refusal(offer):
            return refused
        found: list[Attached] = []
        wire = self._make(lambda: self._lost(found))
        self._connecting += 1
        try:
            answer = await wire.answer(offer.sdp)
        except Malformed as fault:
            return {"malformed": f"Your browser cannot be connected: {fault}."}
        finally:
            self._connecting -= 1
        if refused := self._refusal(offer):  # somebody was faster
            await wire.close()
            return refused
        if (before := self.legs.get(offer.leg)) is not None:
            self._end(before)  # its page is told by that
        found.append(Attached(offer.leg, wire, offer.holder, self._now()))
        self.legs[offer.leg] = found[0]
        return {"sdp": answer}

    def _refusal(self, offer: Offer) -> dict[str, str]:
        """Why not; empty if there is no reason."""
        there = self.legs.get(offer.leg)
        if there is None:
            if len(self.legs) >= MOST or self._connecting >= WAITING:
                return {"busy": "Too many browsers are being connected at once."}
            return {}
        his_own = offer.holder != "" and offer.holder == there.holder
        if offer.take_over or his_own or not self._alive(there):
            return {}
        return {"elsewhere": "Another tab or computer has this telephone. Take it over here, or go on there."}

    def _alive(self, leg: Attached) -> bool:
        return self._now() - leg.heard_at < GONE

    def _stats(self, name: str) -> dict[str, Any]:
        leg = self.legs.get(name)
        if leg is None:
            return {"live": False}
        counts = leg.wire.buffer.counts
        heard = {each: getattr(counts, each) for each in counts.__dataclass_fields__}
        depth = leg.wire.buffer.depth
        delay = 20 * (depth + 2)  # a frame is spoken, waits, and is fetched with the next tick
        return {"live": self._alive(leg), "depth": depth, "delay_ms": delay, **heard}

    # The beat

    def tick(self, heard: dict[bytes, bytes]) -> list[tuple[bytes, bool, bytes, bytes]]:
        """Have every leg hear its frame; what they say."""
        now = self._now()
        legs = list(self.legs.values())
        for leg in legs:
            leg.wire.send(heard.get(leg.name, SILENCE))
        return [leg.said(now) for leg in legs]

    def sweep(self) -> None:
        """Let go of browsers that never came, or have not been heard for so long that none will."""
        now = self._now()
        for leg in list(self.legs.values()):
            if now - leg.heard_at > CONNECT:
                self._end(leg)

    def _lost(self, found: list[Attached]) -> None:
        for leg in found:
            self._end(leg)

    def _end(self, leg: Attached) -> None:
        if self.legs.get(leg.leg) is leg:
            del self.legs[leg.leg]
        task = asyncio.ensure_future(leg.wire.close())
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)

    async def close(self) -> None:
        for leg in list(self.legs.values()):
            self._end(leg)
        await asyncio.gather(*self._ends, return_exceptions=True)


class Process:
    """The desk between its two sockets."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        self._desk, self._folder = desk, folder
        self._line = Line(folder)
        self._ticked = 0.0

    async def run(self, ended: asyncio.Event) -> None:
        """Until `ended`. Refused: the socket cannot be had."""
        loop = asyncio.get_running_loop()
        listener = listening(self._folder / SOCKET)
        server = await asyncio.start_unix_server(self._serve, sock=listener, limit=LINE)
        loop.add_reader(self._line.socket, self._tick)
        sys.stdout.write("Browsers can be connected.\n")
        sys.stdout.flush()
        while not ended.is_set():
            if loop.time() - self._ticked > GREETED:
                self._line.hello()
            self._desk.sweep()
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), GREETED)
        loop.remove_reader(self._line.socket)
        server.close()
        await self._desk.close()
        self._line.close()

    def _tick(self) -> None:
        """Each tick that came is passed on: one that is late is still sound."""
        while (heard := self._line.tick()) is not None:
            self._ticked = asyncio.get_running_loop().time()
            self._line.say(self._desk.tick(heard))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, ValueError, TimeoutError, asyncio.IncompleteReadError):
            while line := await asyncio.wait_for(reader.readline(), PATIENCE):
                writer.write(msgspec.json.encode(await self._desk.asked(line)) + b"\n")
                await writer.drain()
        writer.close()


async def serve(folder: Path, path: str, addresses: list[str] | None) -> None:
    """Connect browsers for the engine of that folder until Ctrl-C or SIGTERM."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, ended.set)
    desk = Desk(lambda closed: PATHS[path](closed, addresses), loop.time)
    await Process(folder, desk).run(ended)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m firmware.rim.legs", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--state", type=Path, required=True, metavar="DIR", help="the box's folder")
    parser.add_argument("--path", choices=sorted(PATHS), default="raw", help="plain: aiortc's own (slower)")
    parser.add_argument(
        "--address", action="append", metavar="IP", help="be reached there alone; else everywhere"
    )
    told = parser.parse_args(argv)
    os.umask(0o077)
    logging.getLogger("aioice").setLevel(logging.ERROR)  # addresses of people are nobody's business
    prefer()
    try:
        asyncio.run(serve(told.state, told.path, told.address))
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
