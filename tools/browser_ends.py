"""The far side of a leg without a browser: offers, speaks and hears, for tests under load and figures."""

import asyncio
import random
import threading
import time
from collections.abc import Callable
from multiprocessing.managers import BaseManager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from aiortc import RTCSessionDescription

from firmware.base.ports import FRAME, RATE
from firmware.rim.leg_client import LegClient
from firmware.rim.legbuffer import SILENCE
from firmware.rim.ticker import prefer, settle
from firmware.rim.webrtc import Raw
from firmware.sound.frame import from_ulaw, to_ulaw

HERE = ["127.0.0.1"]
BEAT = 0.02  # s
LOSS, JITTER = 0.03, 0.03  # of a bad network: share; s
LOUD = 0.1  # of full scale: speech has begun


class FarEnd(Raw):
    """A page that offers; `speak(n)` gives the n-th frame that it says, `hear` gets what it hears."""

    def __init__(self, closed: Callable[[], None] = lambda: None) -> None:
        super().__init__(closed, HERE)
        self.speak: Callable[[int], bytes] = lambda n: SILENCE
        self.hear: Callable[[bytes], object] = lambda frame: None
        self._beats = 0
        self._beating: asyncio.Task[None] | None = None

    async def offer(self) -> str:
        self._want()
        self._prepare()
        await self._peer.setLocalDescription(await self._peer.createOffer())
        return str(self._peer.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        await self._peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def connect(self, answer: str, within: float = 5.0) -> None:
        """Take the answer, and be connected. TimeoutError: nobody is there."""
        connected = asyncio.Event()
        self._peer.on("connectionstatechange", lambda: self.connected and connected.set())
        await self.accept(answer)
        if not self.connected:
            await asyncio.wait_for(connected.wait(), within)

    def begin(self) -> None:
        """Speak and hear from now on, every 20 ms."""
        self._beating = asyncio.ensure_future(self._beat())

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self.send(self.speak(self._beats))
            self.hear(self.read())
            self._beats += 1
            due += BEAT
            await asyncio.sleep(max(0.0, due - loop.time()))

    def pause(self) -> None:
        """Say nothing any more, as a browser whose network is gone."""
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None

    async def close(self) -> None:
        self.pause()
        await super().close()


def tone(step: int = 8) -> Callable[[int], bytes]:
    """Frames of a loud tone that has whole periods in a frame: 8,000 / 160 × `step` Hz."""
    wave = 0.5 * np.sin(2 * np.pi * step * np.arange(FRAME) / FRAME)
    frame = bytes(to_ulaw(wave.astype(np.float32)))
    return lambda n: frame


class Page(FarEnd):
    """A page that keeps when it heard what; on the way to it and from it packets are lost and late."""

    def __init__(self) -> None:
        super().__init__()
        self.bad = False
        self.onsets: list[float] = []
        self._quiet, self._chance = 0, random.Random(9)
        self.hear = self._note

    def _note(self, frame: bytes) -> None:
        """An onset: the first loud sample after 100 ms of quiet."""
        loud = np.flatnonzero(np.abs(from_ulaw(np.frombuffer(frame, np.uint8))) > LOUD)
        if loud.size and self._quiet >= 5:
            self.onsets.append(time.monotonic() + loud[0] / RATE)
        self._quiet = 0 if loud.size else self._quiet + 1

    def _sound(self, data: bytes) -> None:
        self._on_the_way(lambda: super(Page, self)._sound(data))

    def send(self, frame: bytes) -> None:
        """Lost after it is numbered, late as the network has it."""
        pairs = list(self._ice._nominated.values()) if self._ice is not None else []
        if not (self.bad and pairs):
            super().send(frame)
            return
        transport = pairs[0].protocol.transport
        sent = transport.sendto
        try:
            transport.sendto = lambda data, to: self._on_the_way(lambda: sent(data, to))
            super().send(frame)
        finally:
            del transport.sendto

    def _on_the_way(self, deliver: Callable[[], object]) -> None:
        if not self.bad:
            deliver()
        elif self._chance.random() >= LOSS:
            asyncio.get_running_loop().call_later(self._chance.random() * JITTER, deliver)


class Sitting:
    """Pages in a thread with a loop of its own."""

    def __init__(self, punctual: bool = False) -> None:
        """`punctual`: as the thread of a real browser that has the sound, before all that only computes."""
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="pages", daemon=True).start()
        if punctual:
            prefer()
            self.loop.call_soon_threadsafe(settle)

    def join(self, client: LegClient, leg: str = "browser") -> Page:
        """A page that is connected and speaks."""
        return asyncio.run_coroutine_threadsafe(self._join(client, leg), self.loop).result(20)

    async def _join(self, client: LegClient, leg: str) -> Page:
        page = Page()
        sdp = await page.offer()
        answer = await self.loop.run_in_executor(None, lambda: client.offer(leg, sdp, True))
        await page.connect(answer)
        page.begin()
        return page

    def leave(self, pages: list[Page]) -> None:
        async def close() -> None:
            await asyncio.gather(*(page.close() for page in pages))

        asyncio.run_coroutine_threadsafe(close(), self.loop).result(20)
        self.loop.call_soon_threadsafe(self.loop.stop)


class Elsewhere:
    """One page in a process of its own, as a browser is; times are those of the whole computer."""

    def __init__(self) -> None:
        self._sitting = Sitting(punctual=True)
        self._page: Page
        self._spoken: list[float] = []

    def join(self, folder: str) -> None:
        self._page = self._sitting.join(LegClient(Path(folder)))

    def make_bad(self, on: bool) -> None:
        """The network on both ways."""
        self._page.bad = on

    def speak(self, step: int) -> None:
        """A tone from now on; 0: nothing."""
        self._page.speak = tone(step)

    def speak_bursts(self, step: int, long: int, every: int) -> None:
        """`long` frames of tone in each `every`."""
        self._spoken.clear()
        loud, silent = tone(step)(0), tone(0)(0)

        def speak(n: int) -> bytes:
            if n % every == 0:
                self._spoken.append(time.monotonic() - BEAT)  # a frame is heard whole before it is sent
            return loud if n % every < long else silent

        self._page.speak = speak

    def spoken(self) -> list[float]:
        return list(self._spoken)

    def listen(self) -> None:
        """Forget what was heard."""
        self._page.onsets.clear()

    def onsets(self) -> list[float]:
        return list(self._page.onsets)

    def leave(self) -> None:
        self._sitting.leave([self._page])


class Browsers(BaseManager):
    """The process of a page."""

    if TYPE_CHECKING:

        def Page(self) -> Elsewhere: ...  # noqa: N802  # as the class that it makes


Browsers.register("Page", Elsewhere)
