"""The web process beside the engine: started, found out when it answers, started again when it dies."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from firmware.base import Refused

FIRST, LONGEST = (
    0.5,
    30.0,
)  # s before a web process that died is started again; doubled while it never listens
LOOK = 0.05  # s between two looks whether it answers
PARTING = 5.0  # s that it has to end by itself


class Pages:
    """`python -m web` on a state folder. `ready(port)` is called once, in a thread of its own, when it
    answers for the first time."""

    def __init__(
        self, folder: Path, port: int, ready: Callable[[int], object], https: int | None = None
    ) -> None:
        """With `https` others in this network are served too. Refused: somebody else has a port."""
        check_free(port)
        check_free(https or 0, "--https")
        self._any = port == 0
        self._folder, self._port, self._ready = folder, port or any_free(), ready
        self._more = [] if https is None else ["--https", str(https)]
        self._closing = threading.Event()
        self._child: subprocess.Popen[str] | None = None
        self._answered = False
        self._thread = threading.Thread(target=self._run, name="pages", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the web process; it is killed if it takes too long."""
        self._closing.set()
        if (child := self._child) is not None:
            child.terminate()
        self._thread.join(PARTING)
        if child is not None and child.poll() is None:
            child.kill()

    def _run(self) -> None:
        """The kernel ends the child with this thread, so the thread lives as long as the engine."""
        pause = FIRST
        while not self._closing.is_set():
            listened = self._live_once()
            pause = FIRST if listened else min(2 * pause, LONGEST)
            if self._any and not (listened or self._answered):  # somebody else was faster
                self._port = any_free()
            self._closing.wait(pause)

    def _live_once(self) -> bool:
        """One life of the web process, which tells its address when it listens; whether it did."""
        listened = False
        # In a group of its own: Ctrl-C is the engine's, which then ends its pages once and in order.
        with subprocess.Popen(self._command(), stdout=subprocess.PIPE, text=True, process_group=0) as child:
            self._child = child
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, child.pid, 0)  # pages give way to the engine
            if self._closing.is_set():
                child.terminate()
            assert child.stdout is not None
            for line in child.stdout:
                if "://" in line:
                    listened = True
                    self._port = int(line.rstrip().rstrip("/").rpartition(":")[2])
                    self._announce(child)
        return listened

    def _command(self) -> list[str]:
        """An engine that is killed takes its pages along, where the system knows how."""
        web = [sys.executable, "-m", "web", "--state", str(self._folder), "--http", str(self._port)]
        web += self._more
        setpriv = shutil.which("setpriv")
        return [setpriv, "--pdeathsig", "KILL", *web] if setpriv else web

    def _announce(self, child: subprocess.Popen[str]) -> None:
        while not self._answered and child.poll() is None and not self._closing.is_set():
            if answers(self._port):
                self._answered = True
                self._ready(self._port)
            else:
                self._closing.wait(LOOK)


def answers(port: int) -> bool:
    """Whether a web process and the engine behind it answer."""
    asked = http.client.HTTPConnection("localhost", port, timeout=2)
    with suppress(OSError, http.client.HTTPException):
        asked.request("GET", "/healthz")
        return asked.getresponse().status == http.client.OK
    return False


def any_free() -> int:
    """A port that nobody has. It is chosen here, because a web server that is told its port can have it again
    at once when it is started anew; one that asked the system for any waits a minute for that."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def check_free(port: int, option: str = "--http") -> None:
    """Refused: somebody else has the port; 0 is always free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Refused(
                f"Port {port} cannot be used ({os.strerror(error.errno or 0)}): end the program that has it, "
                f"or choose another with {option} PORT ({option} 0 takes any that is free)."
            ) from error
