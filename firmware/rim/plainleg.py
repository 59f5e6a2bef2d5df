"""The plain path of a browser's sound: the frames of aiortc's tracks, by its public interface alone.

It works with another aiortc too. It costs three times as much as the raw path, has aiortc's delay after
a loss, and hears no keys sent by name.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame

from firmware.base.ports import FRAME, RATE
from firmware.rim.webrtc import Connection
from firmware.sound.frame import from_int16, from_ulaw, to_int16, to_ulaw

WAITING = 8  # frames that wait to be sent


class Saying(MediaStreamTrack):
    """The plain path's way out: a frame for every tick."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._frames: asyncio.Queue[bytes] = asyncio.Queue(WAITING)
        self._stamp = 0

    def say(self, frame: bytes) -> None:
        if not self._frames.full():
            self._frames.put_nowait(frame)

    async def recv(self) -> AudioFrame:
        samples = to_int16(from_ulaw(np.frombuffer(await self._frames.get(), np.uint8)))
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, self._stamp
        self._stamp += FRAME
        return frame


class Plain(Connection):
    """The supported way."""

    def __init__(self, closed: Callable[[], None], addresses: list[str] | None = None) -> None:
        super().__init__(closed, addresses)
        self._saying = Saying()
        self._listening: asyncio.Task[None] | None = None
        self._stamp = 0
        self._peer.on("track", self._listen)

    def _track(self) -> MediaStreamTrack:
        return self._saying

    def _listen(self, track: MediaStreamTrack) -> None:
        self._listening = asyncio.ensure_future(self._hear(track))

    async def _hear(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame: Any = await track.recv()
                samples = from_int16(frame.to_ndarray().reshape(-1).astype(np.int16))
                arrived = asyncio.get_running_loop().time()
                self.buffer.put(self._stamp, bytes(to_ulaw(samples)), arrived)
                self._stamp = (self._stamp + samples.size) & 0xFFFFFFFF
                self._came += 1
        except MediaStreamError:
            pass

    def send(self, frame: bytes) -> None:
        self._saying.say(frame)

    async def close(self) -> None:
        await super().close()
        if self._listening is not None:
            self._listening.cancel()
