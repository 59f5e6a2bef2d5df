"""The media process as the pages' process asks it: one question, one answer, never long."""

import json
import socket
from pathlib import Path
from typing import Any

from firmware.base import Broken, Refused
from firmware.rim.control import address

SOCKET = "media.sock"
TIMEOUT = 5.0  # s; an answer takes 16 to 60 ms
LONGEST = 65_536
AWAY = "Sound for browsers is not running at the moment. Your page connects by itself when it is."


class Malformed(Refused):
    """What the page sent is no offer."""


class Elsewhere(Refused):
    """Another page has that leg."""


class LegClient:
    """Shared by all threads: a connection for each question."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SOCKET

    def offer(self, leg: str, sdp: str, take_over: bool = False, holder: str = "") -> str:
        """The answer to a page's offer. Malformed: it is none; Elsewhere; Broken."""
        told = self._ask(do="offer", leg=leg, sdp=sdp, take_over=take_over, holder=holder)
        if "sdp" not in told:
            raise Broken(AWAY)
        return str(told["sdp"])

    def close(self, leg: str, holder: str = "") -> None:
        """Let a leg go; with a `holder`, his own connection alone."""
        self._ask(do="close", leg=leg, holder=holder)

    def stats(self, leg: str) -> dict[str, Any]:
        """`live`; and of a leg that is connected loss, jitter, depth and an estimate of the delay."""
        return self._ask(do="stats", leg=leg)

    def _ask(self, **question: Any) -> dict[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(TIMEOUT)
                with address(self._path) as there:
                    line.connect(there)
                line.sendall(json.dumps(question).encode() + b"\n")
                with line.makefile("rb") as answers:
                    told: dict[str, Any] = json.loads(answers.readline(LONGEST))
        except (OSError, ValueError) as fault:
            raise Broken(AWAY) from fault
        if "malformed" in told:
            raise Malformed(str(told["malformed"]))
        if "elsewhere" in told:
            raise Elsewhere(str(told["elsewhere"]))
        if "busy" in told:
            raise Broken(str(told["busy"]))
        return told
