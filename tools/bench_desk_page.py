"""The figures of the desk's page: how soon a ringing call is seen and heard there, its weight, its faults.

What the page does is told by the page itself, in wall time of this computer, by which the box is timed too.
"""

import math
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from firmware.base.events import Event, PhoneRang
from tools.axe import faults
from tools.bench import Figure, figure
from tools.live_office import LiveOffice
from tools.pictures import browser, walk

CALLS = 20
LOADS = 7
SEEN = """
  window.seen = { card: [], ring: [], usable: null };
  const now = () => performance.timeOrigin + performance.now();
  const cards = new WeakSet();
  new MutationObserver(() => {
    for (const card of document.querySelectorAll(".card.ringing")) {
      if (!cards.has(card)) seen.card.push(now());
      cards.add(card);
    }
    if (document.querySelector(".start button, .state")) seen.usable ??= performance.now();
  }).observe(document, { childList: true, subtree: true });
  new PerformanceObserver((marks) => marks.getEntriesByName("ring").forEach((mark) =>
    seen.ring.push(performance.timeOrigin + mark.startTime))).observe({ entryTypes: ["mark"] });
"""
BYTES = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, each) => sum + each.encodedBodySize, 0)"""


def offered() -> Iterator[Figure]:
    """A colleague calls somebody whose telephone is this browser, again and again."""
    rang: list[float] = []
    with live() as office, browser() as chromium:
        office.box.observers.append(lambda event: rang.append(_wall(event)) if _is_dan(event) else None)
        page = desk(chromium, office, "dan")
        ben = office.phone("phone2")
        for count in range(1, CALLS + 1):
            ben.lift()
            office.until(lambda: office.ask(ben.hears) == "dial")
            ben.press("104")
            page.locator(".card.ringing").wait_for()
            office.until(lambda count=count: page.evaluate("seen.ring.length") >= count)  # type: ignore[misc]
            ben.hang_up()
            page.locator(".card.ringing").wait_for(state="detached")
        card, ring = (firsts(rang, page.evaluate(f"seen.{what}")) for what in ("card", "ring"))
    note = f"{len(card)} calls, worst {max(card):.0f} / {max(ring):.0f} ms"
    yield _figure("call offered → card on the page, p95", p95(card), "ms", "<= 150", note)
    yield _figure("call offered → browser rings, p95", p95(ring), "ms", "<= 150", note)


def first_page() -> Iterator[Figure]:
    """Nothing in the browser's store: all that one page needs, and until somebody can use it."""
    with live() as office, browser() as chromium:
        pages = [desk(chromium, office, "ann", begin=False) for _ in range(LOADS)]
        usable = sorted(page.evaluate("seen.usable") for page in pages)
        weight = max(page.evaluate(BYTES) for page in pages) / 1000
    yield _figure("first page: bytes", weight, "kB", "<= 150", "html, css, js, texts; as sent")
    note = f"median of {LOADS} loads, worst {usable[-1]:.0f} ms"
    yield _figure("first page: until usable, localhost", usable[LOADS // 2], "ms", "<= 1000", note)


def accessible() -> Iterator[Figure]:
    """Every page, and the desk in each of its states."""
    from tools.pictures import office as simulated

    found: list[str] = []
    with simulated() as url, browser() as chromium:
        views = list(
            walk(chromium, url, lambda page, name: found.extend(f"{name}: {each}" for each in faults(page)))
        )
    note = f"{len(views)} views, light and dark{''.join(f'; {each}' for each in found[:3])}"
    yield _figure("axe-core violations, serious or critical", len(found), "", "<= 0", note)


def _figure(name: str, value: float, unit: str, reach: str, note: str) -> Figure:
    return figure(name, value, unit, reach, note, "browser")


@contextmanager
def live() -> Iterator[LiveOffice]:
    with tempfile.TemporaryDirectory() as state, LiveOffice(Path(state)) as office:
        yield office


def desk(chromium: Any, office: LiveOffice, who: str, begin: bool = True) -> Any:
    """Somebody's desk in a browser that has never seen it; with `begin` he takes calls there."""
    context = chromium.new_context(base_url=office.url, locale="en-GB")
    context.request.post("/api/town/enter", data={"who": who})
    page = context.new_page()
    page.add_init_script(SEEN)
    page.goto("/desk")
    page.locator(".start button.main").wait_for()
    if begin:
        page.locator(".start button.main").click()
        page.locator(".state.ready").wait_for()
    return page


def _is_dan(event: Event) -> bool:
    return isinstance(event, PhoneRang) and event.station == "browser"


def _wall(event: Event) -> float:
    """When the box told it, ms of this computer's clock, as a page counts them."""
    return time.time_ns() / 1e6


def firsts(began: list[float], seen: list[float]) -> list[float]:
    """For each beginning, ms until the first that was seen after it."""
    return [min(each for each in seen if each >= start) - start for start in began]


def p95(values: list[float]) -> float:
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]
