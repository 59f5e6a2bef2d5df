"""Legs under test: the media process's desk in this one, and far ends that speak to it over loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from firmware.rim.legs import PATHS, Desk
from tools.browser_ends import BEAT, HERE, FarEnd

Act = Callable[["Talk"], Coroutine[Any, Any, None]]


class Talk:
    """A desk that is ticked in real time; `hear` is what each leg is sent, `said` what it said last."""

    def __init__(self, path: str = "raw") -> None:
        loop = asyncio.get_running_loop()
        self.late = 0.0  # s that the desk believes have passed besides
        self.desk = Desk(lambda closed: PATHS[path](closed, HERE), lambda: loop.time() + self.late)
        self.hear: dict[str, bytes] = {}
        self.said: dict[str, list[bytes]] = {}
        self.keys = ""

    async def ask(self, **question: Any) -> dict[str, Any]:
        return await self.desk.asked(json.dumps(question).encode())

    async def offer(self, far: FarEnd, leg: str = "browser", **more: Any) -> dict[str, Any]:
        return await self.ask(do="offer", leg=leg, sdp=await far.offer(), **more)

    async def join(self, leg: str = "browser", **more: Any) -> FarEnd:
        """A page that is connected, and speaks."""
        far = FarEnd()
        told = await self.offer(far, leg, **more)
        await far.connect(told["sdp"])
        far.begin()
        return far

    def tick(self) -> None:
        for name, _, key, frame in self.desk.tick(
            {name.encode(): frame for name, frame in self.hear.items()}
        ):
            self.said.setdefault(name.decode(), []).append(frame)
            self.keys += key.decode()

    async def until(self, test: Callable[[], object], at_most: float = 3.0) -> None:
        """Tick until that is so; AssertionError if it never is."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        end = due + at_most
        while not test():
            assert loop.time() < end, "it never came"
            self.tick()
            due += BEAT
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def pass_by(self, seconds: float) -> None:
        end = asyncio.get_running_loop().time() + seconds
        await self.until(lambda: asyncio.get_running_loop().time() >= end, seconds + 1)


@asynccontextmanager
async def talking(path: str = "raw") -> AsyncIterator[Talk]:
    talk = Talk(path)
    yield talk
    await talk.desk.close()


def run(act: Act, path: str = "raw") -> None:
    """A test in a loop of its own, in a thread of its own: a browser's tests may have left one in this."""

    async def whole() -> None:
        async with talking(path) as talk:
            await act(talk)

    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, whole()).result()
