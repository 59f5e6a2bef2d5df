"""The figures of a browser's sound: how soon both hear after the click, and how late sound is.

The browser is aiortc with the jitter buffer of the box at its own end too: what a real one adds between
its network and its loudspeaker is its own. An onset is timed by the sample: when somebody begins to
speak, and when that is played.
"""

import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from firmware.base.ports import RATE
from firmware.rim.ticker import prefer
from tools.bench import Figure, figure
from tools.browser_ends import BEAT, Browsers, Elsewhere
from tools.live_office import LiveOffice, Pages, share

BENCH = "browser"
ANSWERS = int(os.environ.get("BENCH_ANSWERS", "30"))
CLEAN_S, BAD_S, AFTER_S = 20.0, 60.0, 60.0
BURST = 0.1  # s of tone
PAUSE = 0.3  # s between two


@contextmanager
def office() -> Iterator[tuple[LiveOffice, Elsewhere]]:
    """An office in which dan sits at a page, which is another process; privileged as the simulator is."""
    prefer()
    with Browsers(ctx=get_context("spawn")) as browsers, tempfile.TemporaryDirectory() as folder:
        page = browsers.Page()
        with LiveOffice(Path(folder), pages=Pages) as live:
            page.join(folder)
            live.until(lambda: live.ask(lambda: live.box.exchange.phones["browser"].free), 5)
            live.order("agent.sign_in", who="dan", station="browser")
            yield live, page
            page.leave()


# Answering


def answered() -> Iterator[Figure]:
    """Phone 1 rings dan; from his click on the page until each hears the other, who is speaking already."""
    with office() as (live, page):
        ms = [_answer(live, page) for _ in range(ANSWERS)]
    note = f"{ANSWERS} answers, median {median(ms):.0f} ms; the page's own jitter buffer included"
    yield _figure("answer click to both hear, nailed up, p95", p95(ms), "ms", "<= 100", note)


def _answer(live: LiveOffice, page: Elsewhere) -> float:
    phone, browser = live.phone("phone1"), live.box.exchange.phones["browser"]
    page.speak(26)  # 1,300 Hz, and not phone 1's 400: the box would take that for an echo of it
    phone.lift()
    live.until(lambda: live.ask(phone.hears) == "dial")
    phone.press("104")
    live.until(lambda: live.ask(lambda: browser.state.value) == "ringing", 10)
    phone.say(_tone(30.0))
    live.wait_here(0.5 + random.random() / 10)
    ears, at_phone = live.town.stations["phone1"], []
    page.listen()

    def listen() -> None:
        """His tone, not the ringing in between."""
        if not at_phone and share(ears.at_ear(80) * 32768, 1_300) > 0.5:
            at_phone.append(time.monotonic())

    live.after_tick = listen
    clicked = time.monotonic()
    live.click("answer")
    live.until(lambda: at_phone and page.onsets(), 5)
    live.after_tick = None
    both = max(at_phone[0], page.onsets()[0])
    phone.hang_up()
    live.order("agent.hang_up", who="dan")
    live.until(lambda: live.ask(lambda: browser.free), 5)
    live.until(lambda: live.ask(lambda: live.box.exchange.phones["phone1"].free), 5)
    return 1000 * (both - clicked)


# Delay


def delay() -> Iterator[Figure]:
    """Dan talks with somebody outside, over a line; each direction is timed by short bursts of tone."""
    with office() as (live, page):
        caller = _outside(live)
        measures = {
            "clean": (False, CLEAN_S, 0.0),
            "bad": (True, BAD_S, 0.0),
            "after": (False, CLEAN_S, AFTER_S),
        }
        found = {}
        for name, (bad, seconds, pause) in measures.items():
            page.make_bad(bad)
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
    live.order("agent.dial", who="dan", to="+4533120001")
    live.until(lambda: live.ask(lambda: caller.ringing), 20)
    caller.answer()
    live.until(lambda: live.ask(lambda: caller.state) == "talking", 5)
    live.wait_here(2)
    return caller


def _to_browser(live: LiveOffice, caller: Any, page: Elsewhere, seconds: float) -> list[float]:
    page.listen()
    spoken = []
    for _ in range(round(seconds / (BURST + PAUSE))):
        spoken.append(live.ask(lambda: (caller.say(_tone(BURST)), time.monotonic())[1]))
        live.wait_here(BURST + PAUSE + random.random() / 50)
    return _matched(spoken, page.onsets())


def _to_line(live: LiveOffice, caller: Any, page: Elsewhere, seconds: float) -> list[float]:
    heard: list[float] = []
    quiet = 9

    def listen() -> None:
        nonlocal quiet
        found = np.flatnonzero(np.abs(live.town.person("+4533120001").at_ear(160)) > 0.02)
        if found.size and quiet >= 5:
            heard.append(time.monotonic() + found[0] / RATE)
        quiet = 0 if found.size else quiet + 1

    live.after_tick = listen
    page.speak_bursts(26, round(BURST / BEAT), round((BURST + PAUSE) / BEAT))
    live.wait_here(seconds)
    page.speak(0)
    live.wait_here(0.5)
    live.after_tick = None
    return _matched(page.spoken(), heard)


def _matched(spoken: list[float], heard: list[float]) -> list[float]:
    """ms from each onset to the first that is heard after it; one that was lost is nobody's."""
    found = []
    for at in spoken:
        after = [each - at for each in heard if 0 <= each - at < BURST + PAUSE]
        found += [1000 * after[0]] if after else []
    return found


def p95(values: list[float]) -> float:
    return float(np.percentile(values, 95))


def _tone(seconds: float) -> Any:
    wave = 0.5 * np.sin(2 * np.pi * 400 * np.arange(round(seconds * RATE)) / RATE)
    return (wave * 32767).astype(np.int16)


def _figure(name: str, value: float, unit: str, reach: str, note: str) -> Figure:
    return figure(name, value, unit, reach, note, bench=BENCH)
