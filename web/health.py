"""How the box is: one word for a watchdog, figures for Prometheus."""

import threading
from collections import deque
from time import monotonic
from typing import Any, Literal

from msgspec import Struct
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from firmware.base import Broken
from firmware.base.stations import BROWSERS
from web.engine import Engine

MINUTE = 60.0
LATE = 30  # of a minute's 3,000 ticks: 1 %, then the box is degraded (DESIGN 6.4)

Snapshot = dict[str, Any]


class Calls(Struct, frozen=True):
    live: int = 0
    waiting: int = 0


class Report(Struct):
    """The answer of /healthz."""

    status: Literal["ok", "degraded", "down"]
    version: str | None = None
    uptime_s: float = 0.0
    lines: dict[str, str] = {}
    calls: Calls = Calls()
    late_ticks: int = 0


class Health:
    """Judges the engine's snapshots; `note` tells it each, so that it can look back over a minute."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._noted: deque[tuple[float, int]] = deque()  # (when, late ticks so far)

    def note(self, state: Snapshot) -> None:
        now, late = monotonic(), state.get("late_ticks", 0)
        with self._lock:
            if self._noted and self._noted[-1][1] > late:
                self._noted.clear()  # a new engine counts from zero
            self._noted.append((now, late))
            while self._noted[0][0] < now - MINUTE:
                self._noted.popleft()

    def report(self) -> Report:
        try:
            state = self._engine.state().result
        except Broken:
            return Report("down")
        self.note(state)
        return Report(
            status="degraded" if self._degraded(state) else "ok",
            version=state["version"],
            uptime_s=state["uptime_s"],
            lines={name: line["state"] for name, line in state["lines"].items()},
            calls=Calls(live=len(state["calls"]), waiting=state["waiting"]),
            late_ticks=state["late_ticks"],
        )

    def _degraded(self, state: Snapshot) -> bool:
        with self._lock:
            late = self._noted[-1][1] - self._noted[0][1]
        phones = [port for name, port in state["phones"].items() if name not in BROWSERS]  # those come and go
        ports = [*state["lines"].values(), *phones]
        disk = state["durable"] and not state.get("tapes")
        return not disk or late > LATE or any(port["state"] == "out" for port in ports)

    def metrics(self, streams: int) -> bytes:
        """The report as Prometheus text."""
        report = self.report()
        known = CollectorRegistry()

        def gauge(name: str, told: str, value: float) -> None:
            Gauge(f"bellwire_{name}", told, registry=known).set(value)

        gauge("up", "1 while the engine answers", report.status != "down")
        gauge(
            "degraded",
            "1 while a port is out of service, the disk is behind or ticks are late",
            report.status == "degraded",
        )
        gauge("uptime_seconds", "since the engine started", report.uptime_s)
        gauge("calls_live", "calls in progress", report.calls.live)
        gauge("calls_waiting", "callers waiting in queues", report.calls.waiting)
        gauge("page_streams", "pages that look on", streams)
        late = Counter("bellwire_late_ticks", "ticks that began more than 5 ms late", registry=known)
        late.inc(report.late_ticks)
        lines = Gauge(
            "bellwire_line_state", "1 for the state that a line is in", ["line", "state"], registry=known
        )
        for name, state in report.lines.items():
            lines.labels(name, state).set(1)
        return generate_latest(known)
