"""The busy hour beside the live office: begun, looked at, ended; one at a time, in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from threading import Thread
from typing import Any

from firmware.base import Refused
from firmware.rim.town_schema import TownBusy

FIELDS = ("calls", "patience", "talk", "lines", "agents", "seed")
NICE = 15
PARTING = 2.0  # s that it has to end by itself
FAILED = "The busy hour ended by itself: begin it again."


class BusyHour:
    """`picture` is the newest, None before the first hour. A thread reads it: the tick waits for nothing."""

    def __init__(self, speed: float = 60) -> None:
        self.picture: dict[str, Any] | None = None
        self._speed = speed
        self._reader: Thread | None = None
        self._child: subprocess.Popen[str] | None = None
        self._wanted: object = None  # the hour that is to run; another one, or none, ends it

    @property
    def runs(self) -> bool:
        return self._reader is not None and self._reader.is_alive()

    def begin(self, order: TownBusy) -> None:
        """Refused: one runs already."""
        if self.runs:
            raise Refused("A busy hour runs already: stop it first.")
        told = [f"--{name}={getattr(order, name)}" for name in FIELDS]
        command = [sys.executable, "-m", "hostsim.busy", *told, f"--speed={self._speed}"]
        setpriv = shutil.which("setpriv")  # the kernel ends it with the thread that reads it
        self._wanted = order
        self._reader = Thread(
            target=self._run,
            args=([setpriv, "--pdeathsig", "KILL", *command] if setpriv else command, order),
            name="busy",
            daemon=True,
        )
        self._reader.start()

    def _run(self, command: list[str], order: TownBusy) -> None:
        self.picture = None
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, process_group=0) as child:
            self._child = child
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, child.pid, NICE)  # it gives way to everybody from the first
            assert child.stdout is not None
            for line in child.stdout:
                if self._wanted is not order:
                    child.terminate()
                    break
                self.picture = {**json.loads(line), "trouble": ""}
        seen = self.picture or {}
        failed = self._wanted is order and not seen.get("over")
        self.picture = {**seen, "over": True, "trouble": FAILED if failed else ""} if seen or failed else None

    def stop(self) -> None:
        """Refused: none runs."""
        if not self.runs:
            raise Refused("No busy hour runs.")
        self._wanted = None
        if self._child is not None:
            self._child.terminate()

    def close(self) -> None:
        with suppress(Refused):
            self.stop()
        if self._reader is not None:
            self._reader.join(PARTING)
