"""The far side of a leg without a browser: offers, speaks and hears, for tests under load and figures."""

import asyncio
from collections.abc import Callable

import numpy as np
from aiortc import RTCSessionDescription

from firmware.base.ports import FRAME
from firmware.rim.legbuffer import SILENCE
from firmware.rim.webrtc import Raw
from firmware.sound.frame import to_ulaw

HERE = ["127.0.0.1"]
BEAT = 0.02  # s


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
