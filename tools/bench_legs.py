"""The figures of a browser's sound: how soon both hear after the click, how late sound is, what a leg costs.

The browser is aiortc with the jitter buffer of the box at its own end too: what a real one adds between
its network and its loudspeaker is its own. An onset is timed by the sample: when somebody begins to
speak, and when that is played.
"""

import asyncio
import json
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from firmware.base.ports import RATE
from firmware.rim.leg_client import LegClient
from firmware.rim.store import SettingsStore
from firmware.settings import merged
from firmware.sound.frame import from_ulaw
from hostsim.office import DEMO
from tools.bench import Figure, figure
from tools.bench_live import health, running
from tools.browser_ends import FarEnd, tone
from tools.live_office import LiveOffice, share

BENCH = "browser"
LEGS = 16
ANSWERS = int(os.environ.get("BENCH_ANSWERS", "30"))
CLEAN_S, BAD_S, AFTER_S = 20.0, 60.0, 60.0
LOAD_S = float(os.environ.get("BENCH_LOAD_S", "60"))
LOSS, JITTER = 0.03, 0.03  # share; s
LOUD = 0.1  # of full scale: speech has begun
BURST = 0.1  # s of tone
PAUSE = 0.3  # s between two


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

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="pages", daemon=True).start()

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


@contextmanager
def office() -> Iterator[tuple[LiveOffice, Sitting, Page]]:
    """An office in which dan sits at a page."""
    with tempfile.TemporaryDirectory() as folder, LiveOffice(Path(folder), {}) as office:
        sitting = Sitting()
        page = sitting.join(LegClient(Path(folder)))
        office.until(lambda: office.ask(lambda: office.box.exchange.phones["browser"].free), 5)
        office.order("agent.sign_in", who="dan", station="browser")
        yield office, sitting, page
        sitting.leave([page])


# Answering


def answered() -> Iterator[Figure]:
    """Phone 1 rings dan; from his click on the page until each hears the other, who is speaking already."""
    with office() as (live, _, page):
        ms = [_answer(live, page) for _ in range(ANSWERS)]
    note = f"{ANSWERS} answers, median {median(ms):.0f} ms; the page's own jitter buffer included"
    yield _figure("answer click to both hear, nailed up, p95", p95(ms), "ms", "<= 100", note)


def _answer(live: LiveOffice, page: Page) -> float:
    phone, browser = live.phone("phone1"), live.box.exchange.phones["browser"]
    page.speak = tone(26)  # another than phone 1's: the box would take that for an echo of it
    phone.lift()
    live.until(lambda: live.ask(phone.hears) == "dial")
    phone.press("104")
    live.until(lambda: live.ask(lambda: browser.state.value) == "ringing", 10)
    phone.say(_tone(30.0))
    live.wait_here(0.5 + random.random() / 10)
    ears, at_phone = live.town.stations["phone1"], []
    page.onsets.clear()

    def listen() -> None:
        """His tone, not the ringing in between."""
        if not at_phone and share(ears.at_ear(80) * 32768, 1_300) > 0.5:
            at_phone.append(time.monotonic())

    live.after_tick = listen
    clicked = time.monotonic()
    live.click("answer")
    live.until(lambda: at_phone and page.onsets, 5)
    live.after_tick = None
    both = max(at_phone[0], page.onsets[0])
    phone.hang_up()
    live.order("agent.hang_up", who="dan")
    live.until(lambda: live.ask(lambda: browser.free), 5)
    live.until(lambda: live.ask(lambda: live.box.exchange.phones["phone1"].free), 5)
    return 1000 * (both - clicked)


# Delay


def delay() -> Iterator[Figure]:
    """Dan talks with somebody outside, over a line; each direction is timed by short bursts of tone."""
    with office() as (live, _, page):
        caller = _outside(live)
        measures = {
            "clean": (False, CLEAN_S, 0.0),
            "bad": (True, BAD_S, 0.0),
            "after": (False, CLEAN_S, AFTER_S),
        }
        found = {}
        for name, (bad, seconds, pause) in measures.items():
            page.bad = bad
            live.wait_here(pause)
            found[name] = (
                _to_browser(live, caller, page, seconds / 2),
                _to_line(live, caller, page, seconds / 2),
            )
    told = {
        "clean": ("clean", "<= 60"),
        "bad": ("3 % loss and 30 ms jitter", "<= 90"),
        "after": ("a minute after the loss ends", "<= 60"),
    }
    for name, (words, reach) in told.items():
        to_browser, to_line = found[name]
        note = f"median {median(to_browser):.0f} ms, worst {max(to_browser):.0f} ms of {len(to_browser)}"
        yield _figure(f"one-way sound line to browser, {words}, p95", p95(to_browser), "ms", reach, note)
        note = f"median {median(to_line):.0f} ms, worst {max(to_line):.0f} ms of {len(to_line)}"
        yield _figure(f"one-way sound browser to line, {words}, p95", p95(to_line), "ms", "<= 120", note)


def _outside(live: LiveOffice) -> Any:
    caller = live.caller("+4533120001")
    live.order("agent.dial", who="dan", number="+4533120001")
    live.until(lambda: live.ask(lambda: caller.ringing), 20)
    caller.answer()
    live.until(lambda: live.ask(lambda: caller.state) == "talking", 5)
    live.wait_here(2)
    return caller


def _to_browser(live: LiveOffice, caller: Any, page: Page, seconds: float) -> list[float]:
    page.onsets.clear()
    spoken = []
    for _ in range(round(seconds / (BURST + PAUSE))):
        spoken.append(live.ask(lambda: (caller.say(_tone(BURST)), time.monotonic())[1]))
        live.wait_here(BURST + PAUSE + random.random() / 50)
    return _matched(spoken, page.onsets)


def _to_line(live: LiveOffice, caller: Any, page: Page, seconds: float) -> list[float]:
    spoken: list[float] = []
    heard: list[float] = []
    quiet, loud, silent = 9, tone(26)(0), tone(0)(0)
    every = round((BURST + PAUSE) / 0.02)

    def speak(n: int) -> bytes:
        if n % every == 0:
            spoken.append(time.monotonic() - 0.02)  # a browser has heard a whole frame before it sends it
        return loud if n % every < BURST / 0.02 else silent

    def listen() -> None:
        nonlocal quiet
        found = np.flatnonzero(np.abs(live.town.person("+4533120001").at_ear(160)) > 0.02)
        if found.size and quiet >= 5:
            heard.append(time.monotonic() + found[0] / RATE)
        quiet = 0 if found.size else quiet + 1

    page.speak, live.after_tick = speak, listen
    live.wait_here(seconds)
    page.speak, live.after_tick = (lambda n: silent), None
    live.wait_here(0.5)
    return _matched(spoken, heard)


def _matched(spoken: list[float], heard: list[float]) -> list[float]:
    """ms from each onset to the first that is heard after it; one that was lost is nobody's."""
    found = []
    for at in spoken:
        after = [each - at for each in heard if 0 <= each - at < BURST + PAUSE]
        found += [1000 * after[0]] if after else []
    return found


# Load


def load() -> Iterator[Figure]:
    """The live simulator with 16 pages attached and talking to the box, beside itself without any."""
    with tempfile.TemporaryDirectory() as folder:
        settings = merged(json.loads(DEMO.read_text("utf-8")), {"office": {"browsers": LEGS}})
        SettingsStore(Path(folder)).save(settings, "owner", "for the bench")
        with running(Path(folder), "--sound-at", "127.0.0.1") as port:
            time.sleep(8)
            alone = _shares(Path(folder), port)
            sitting, client = Sitting(), LegClient(Path(folder))
            names = ["browser", *(f"browser{n}" for n in range(2, LEGS + 1))]
            pages = [sitting.join(client, name) for name in names]
            for page in pages:
                page.speak = tone(8)
            time.sleep(3)
            with_legs = _shares(Path(folder), port)
            lost = sum(client.stats(name)["waited"] for name in names) / LEGS
            sitting.leave(pages)
    media, engine = with_legs["legs"], with_legs["hostsim"] - alone["hostsim"]
    note = f"media process {media:.1f} %, engine {engine:+.1f} % of a core, {LOAD_S:g} s; aim 0.35"
    yield _figure(f"CPU of a leg at {LEGS}", (media + max(0.0, engine)) / LEGS, "% of core", "<= 0.6", note)
    note = (
        f"with {with_legs['late']:.2f} %, without {alone['late']:.2f} %; {lost:.0f} reads waited of each leg"
    )
    late = max(0.0, with_legs["late"] - alone["late"])
    yield _figure(f"ticks > 5 ms late with {LEGS} legs, beyond none", late, "%", "<= 0.5", note)


def _shares(folder: Path, port: int) -> dict[str, float]:
    """% of a core of the engine and the media process, % of late ticks, over a while."""
    before, at, late = _used(folder), time.monotonic(), health(port)
    time.sleep(LOAD_S)
    after, passed, now = _used(folder), time.monotonic() - at, health(port)
    found = {name: 100 * (after[name] - before[name]) / passed for name in before}
    found["late"] = 100 * (now["late_ticks"] - late["late_ticks"]) / (passed * 50)
    return found


def _used(folder: Path) -> dict[str, float]:
    """CPU seconds so far of the processes that work on this folder."""
    ticks, found = os.sysconf("SC_CLK_TCK"), {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode().split("\0")
            if str(folder) not in words:
                continue
            name = next((word for word in words if word in ("hostsim", "web", "firmware.rim.legs")), "")
            used = (path.parent / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[name.rpartition(".")[2]] = (int(used[11]) + int(used[12])) / ticks
    return found


def p95(values: list[float]) -> float:
    return float(np.percentile(values, 95))


def _tone(seconds: float) -> Any:
    wave = 0.5 * np.sin(2 * np.pi * 400 * np.arange(round(seconds * RATE)) / RATE)
    return (wave * 32767).astype(np.int16)


def _figure(name: str, value: float, unit: str, reach: str, note: str) -> Figure:
    return figure(name, value, unit, reach, note, bench=BENCH)
