"""The figures of menus and steps: a key over a prompt, a look-up that hangs, the lint of a large flow."""

import json
import socket
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.base.events import CaseData, DigitHeard, QueueEntered
from firmware.base.ports import BEEP, RATE
from firmware.calls.lint import Finding, lint
from firmware.rim.lookups import Lookups
from firmware.rim.ticker import Ticker, settle
from firmware.settings import merged, read
from hostsim.office import DEMO, Office
from tools.bench import Figure, timed
from tools.bench import figure as any_figure

LANGUAGES = ("en", "da", "tr", "hr", "ko", "zh")
BLOCK = RATE // 200  # samples: 5 ms
CALLERS = 4


def figures() -> Iterator[Figure]:
    yield from linted()
    yield from key_over_prompt()
    yield from never_answered()


def figure(name: str, value: float, unit: str, reach: str, note: str = "") -> Figure:
    return any_figure(name, value, unit, reach, note, bench="desk")


# Lint


def linted(places: int = 300, runs: int = 5) -> Iterator[Figure]:
    settings = read(merged(json.loads(DEMO.read_text("utf-8")), _large(places)))
    names = ("greeting", "menu.main", "menu.wrong", "closed")
    prompts = {language: dict.fromkeys(names, 3.0) for language in LANGUAGES}
    found: list[Finding] = []
    ms = median(timed(lambda: found.extend(lint(settings, prompts))) * 1e3 for _ in range(runs))
    note = f"{len(found) // runs} findings; median of {runs}"
    yield figure(f"lint of a flow of {places} places in six languages", ms, "ms", "<= 200", note)


def _large(places: int) -> dict[str, Any]:
    """A third of them menus; every place leads on at random, also when nothing is keyed."""
    random = Random(7)
    names = [f"place{n}" for n in range(places)]

    def to() -> str:
        return random.choice([*names, "sales", "operator"])

    menus = {
        name: {"prompt": "closed", "keys": {key: to() for key in "1234"}, "silence": to()}
        for name in names[::3]
    }
    says = {name: {"do": "say", "prompts": ["closed", "greeting"], "next": to()} for name in names[1::3]}
    asks = {
        name: {"do": "collect", "name": "a", "prompts": ["menu.wrong"], "next": to(), "else": to()}
        for name in names[2::3]
    }
    first = {"do": "language", "keys": dict(zip("123456", LANGUAGES, strict=True)), "next": names[0]}
    return {"lines": {"line1": {"to": "first"}}, "menus": menus, "steps": {**says, **asks, "first": first}}


# A key over a prompt


def key_over_prompt(calls: int = 8) -> Iterator[Figure]:
    """At the caller's ear: a tone is the prompt, so that its end is no pause of speech."""
    stops, nexts, onsets = [], [], []
    for n in range(calls):
        pressed, certain, stopped, begun = _one_key(n)
        stops.append(stopped - certain)
        nexts.append(begun - certain)
        onsets.append(stopped - pressed)
    note = f"copper, n={calls}, worst; median {median(onsets):.0f} ms after the key went down"
    yield figure("key certain to prompt stopped, at the caller's ear", max(stops), "ms", "<= 60", note)
    yield figure("key certain to the next step's first sound", max(nexts), "ms", "<= 80", f"n={calls}, worst")


def _one_key(n: int) -> tuple[float, float, float, float]:
    """ms of a story: the key goes down, is certain, the tone ends, the next prompt begins."""
    steps = {
        "first": {"do": "collect", "name": "a", "most": 1, "prompts": [BEEP] * 12, "next": "then"},
        "then": {"do": "say", "prompts": ["menu.main"], "next": "sales"},
    }
    with Office({"lines": {"line1": {"to": "first"}}, "steps": steps}, seed=n) as office:
        caller = office.caller("+4533120001")
        caller.dial(line=1)
        office.wait_until(lambda: caller.state == "talking", 20)
        office.wait(1.5 + n * 0.02 + n / 1000)
        pressed = office.now * 1e3
        caller.press("5")
        office.wait(0.6)
        certain = office.saw(DigitHeard)[0].at / 1e3
        stopped, begun = _change(caller.heard(0.6))
        return pressed, certain, pressed + stopped, pressed + begun


def _change(heard: NDArray[np.int16]) -> tuple[float, float]:
    """ms from the beginning: where the tone of 1,000 Hz ends, and where something else begins."""
    blocks = heard[: heard.size // BLOCK * BLOCK].reshape(-1, BLOCK).astype(np.float64)
    wave = np.exp(-2j * np.pi * 1000 / RATE * np.arange(BLOCK))
    tone = np.abs(blocks @ wave) * 2 / BLOCK
    level = np.sqrt((blocks**2).mean(axis=1))
    loud = tone > tone[:20].max() / 4
    # Between two beeps there are 20 ms of fading: what is quiet for longer has ended.
    last = next(n for n in range(len(loud)) if loud[n] and not loud[n + 1 : n + 8].any())
    after = np.flatnonzero(level[last + 1 :] > 1)
    return (last + 1) * 5.0, (last + 1 + int(after[0])) * 5.0


# A look-up that never answers


def never_answered() -> Iterator[Figure]:
    """In real time: every line's caller is looked up where nobody ever answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent, tempfile.TemporaryDirectory() as folder:
        with Office(_asking(silent.getsockname()[1]), fidelity="copper") as office:
            Lookups(office.box.post_own, Path(folder)).plug(
                office.box.exchange.incoming.aids, office.box.orders
            )
            for line in range(1, CALLERS + 1):
                office.caller(f"+453312000{line}").dial(line=line)
            office.wait(6.0)
            for line in range(1, CALLERS + 1):
                office.caller(f"+453312000{line}").press("42#")
            settle()
            ticker = Ticker(office.tick)
            ticker.run(lambda: len(office.saw(QueueEntered)) == CALLERS or ticker.ticks > 300)
        waits = _waits(office.saw(CaseData), office.saw(QueueEntered))
    note = f"{len(waits)} callers at once, worst"
    yield figure("a look-up that never answers: the caller's extra wait", max(waits), "s", "<= 2.1", note)
    note = f"of {ticker.ticks}, live"
    yield figure("a look-up that never answers: late ticks", ticker.late_ticks, "ticks", "<= 0", note)


def _asking(port: int) -> dict[str, Any]:
    host = f"http://127.0.0.1:{port}"
    steps = {
        "first": {"do": "collect", "name": "account", "most": 4, "prompts": ["menu.main"], "next": "look"},
        "look": {"do": "lookup", "url": f"{host}/", "take": {"a": "a"}, "next": "sales", "else": "support"},
    }
    lines = {f"line{n}": {"to": "first"} for n in range(1, CALLERS + 1)}
    return {"lines": lines, "steps": steps, "lookup_hosts": [host]}


def _waits(given: Sequence[CaseData], led: Sequence[QueueEntered]) -> list[float]:
    began = {event.call: event.at for event in given}
    return [(event.at - began[event.call]) / 1e6 for event in led]
