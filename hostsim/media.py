"""The browsers' sound beside the engine: its process is started, and started again when it dies."""

import shutil
import subprocess
import sys
import threading
from pathlib import Path

PAUSE, LONGEST = 0.5, 30.0  # s before it is started again; doubled while it never listens
PARTING = 3.0  # s that it has to end by itself


class Media:
    """`python -m firmware.rim.legs` on a state folder, reached at `address` alone; everywhere if None, for
    Firefox does not come to 127.0.0.1 from an address of the network."""

    def __init__(self, folder: Path, address: str | None = None) -> None:
        self._folder, self._address = folder, address
        self._closing = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="media", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it; it is killed if it takes too long."""
        self._closing.set()
        if (child := self._child) is not None:
            child.terminate()
        self._thread.join(PARTING)
        if child is not None and child.poll() is None:
            child.kill()

    def _run(self) -> None:
        """The kernel ends the child with this thread, so the thread lives as long as the engine."""
        pause = PAUSE
        while not self._closing.is_set():
            worked = self._live_once()
            pause = PAUSE if worked else min(2 * pause, LONGEST)
            self._closing.wait(pause)

    def _live_once(self) -> bool:
        """One life of it; whether it ever listened."""
        # In a group of its own: Ctrl-C is the engine's, which then ends it once and in order.
        with subprocess.Popen(self._command(), stdout=subprocess.PIPE, process_group=0) as child:
            self._child = child
            if self._closing.is_set():
                child.terminate()
            assert child.stdout is not None
            return [line for line in child.stdout] != []

    def _command(self) -> list[str]:
        """An engine that is killed takes it along, where the system knows how."""
        legs = [sys.executable, "-m", "firmware.rim.legs", "--state", str(self._folder)]
        legs += ["--address", self._address] if self._address else []
        setpriv = shutil.which("setpriv")
        return [setpriv, "--pdeathsig", "KILL", *legs] if setpriv else legs
