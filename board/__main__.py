"""`python -m board`: the real box, on a Raspberry Pi with the hat (board/hat.md)."""

import argparse
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Lock

from board.bus import AlsaFrames, PiPins, SpiDevice
from board.hat import Hat
from board.thread import BusThread
from firmware.base import Broken, Refused
from firmware.rim.engine import ending, made, run
from firmware.rim.ticker import prefer

STATE = Path("/var/lib/bellwire")
ELSEWHERE = "`make run` (python -m hostsim) runs Bellwire on this computer with a simulated hat"

Countries = dict[str, str]


class Wires:
    """The hat's buses, opened. `Broken`: there is no hat here."""

    def __init__(self) -> None:
        lock = Lock()
        self.lines, self.phones = SpiDevice(0, 0, lock), SpiDevice(0, 1, lock)
        self.pins = PiPins()
        self.frames = AlsaFrames()

    def plug(self, lines: Countries, phones: Countries, stack: ExitStack) -> Hat:
        """The hat on these wires, its bus thread at work; on the stack's end both are let go."""
        hat = Hat(self.lines, self.phones, self.pins, self.frames, lines, phones)
        zero = time.monotonic_ns()
        bus = BusThread(hat, lambda: (time.monotonic_ns() - zero) // 1_000)
        stack.callback(hat.close)
        bus.start()
        stack.callback(bus.stop)
        return hat


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m board", description=__doc__)
    parser.add_argument(
        "--state", type=Path, default=STATE, metavar="DIR", help=f"the box's folder ({STATE})"
    )
    folder = parser.parse_args(argv).state
    os.umask(0o077)  # what the box remembers is nobody else's
    try:
        wires = Wires()
        prefer()
        run(made(folder), wires.plug, ending())
    except Broken as fault:
        sys.stderr.write(f"No hat here: {fault}; {ELSEWHERE}.\n")
        return 1
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
