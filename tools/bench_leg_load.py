"""What browsers' legs cost: the CPU of sixteen pages that speak and hear, and what they do to the tick."""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from firmware.rim.leg_client import LegClient
from firmware.rim.store import SettingsStore
from firmware.settings import merged
from hostsim.office import DEMO
from tools.bench import Figure, figure
from tools.bench_live import health, running
from tools.browser_ends import Sitting, tone

BENCH = "browser"
LEGS = 16
LOAD_S = float(os.environ.get("BENCH_LOAD_S", "60"))


def load() -> Iterator[Figure]:
    """The live simulator with 16 pages attached and talking to the box, beside itself without any."""
    with tempfile.TemporaryDirectory() as folder:
        settings = merged(json.loads(DEMO.read_text("utf-8")), {"browsers": LEGS})
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
    yield figure(
        f"CPU of a leg at {LEGS}", (media + max(0.0, engine)) / LEGS, "% of core", "<= 0.6", note, BENCH
    )
    note = (
        f"with {with_legs['late']:.2f} %, without {alone['late']:.2f} %; {lost:.0f} reads waited of each leg"
    )
    late = max(0.0, with_legs["late"] - alone["late"])
    yield figure(f"ticks > 5 ms late with {LEGS} legs, beyond none", late, "%", "<= 0.5", note, BENCH)


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
