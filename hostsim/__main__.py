"""`python -m hostsim`: Bellwire on this computer, with a simulated hat and a town around it.

The engine in real time, its control socket, and the pages as a child. `--script FILE` plays a story,
a Python file with `office` in scope (DESIGN 6.1); with `--fast` nobody waits for the clock, no pages
are started, and without --state nothing is kept.
"""

import argparse
import json
import os
import runpy
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

# One thread of arithmetic, told before numpy comes: its helpers are no part of the tick's thread, and a
# tick that waits for one of them on a busy computer waits for 100 ms.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from firmware.base import Refused
from firmware.base.orders import Reply
from firmware.rim.aside import sound_journal
from firmware.rim.changes import Changes
from firmware.rim.control_server import ControlServer
from firmware.rim.engine import date_follower, ending, made
from firmware.rim.journal import AnyJournal, Writer
from firmware.rim.leglink import Legs
from firmware.rim.secret import box_secret
from firmware.rim.soundfiles import DiskFiles
from firmware.rim.store import SettingsStore
from firmware.rim.tapes import Winder
from firmware.rim.ticker import Ticker, prefer, settle
from hostsim.live import Live, Works
from hostsim.media import Media
from hostsim.office import DEMO, Office
from hostsim.ownvoice import OwnVoices
from hostsim.pages import Pages
from hostsim.power import Power
from hostsim.rig import Rig

STATE = Path("var")
Ports = tuple[int, int | None]  # of plain HTTP, and of HTTPS if others are to be served


def main(argv: list[str] | None = None) -> int:
    parser = _arguments()
    told = parser.parse_args(argv)
    if told.fast and not told.script:
        parser.error("--fast needs a story to play: --script FILE")
    os.umask(0o077)  # what the box remembers is nobody else's
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if told.fast:
            with Office(state=told.state) as office:
                play(told.script, office)
        else:
            with ExitStack() as stack:
                live(made(told.state or STATE), (told.http, told.https), told.script, stack, told.sound_at)
    except Refused as refused:
        say(str(refused))
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def live(
    folder: Path, ports: Ports, script: Path | None, stack: ExitStack, sound_at: str | None = None
) -> None:
    """Run until Ctrl-C or SIGTERM; what was opened is on `stack`. Refused: it cannot start."""
    prefer()
    store = SettingsStore(folder)
    books = Books(folder)
    stack.callback(books.close)
    journal = books.open()
    story = StoryOffice(journal) if script else None
    works: Works = story or _today(journal, store, folder, stack)
    stack.callback(works.stop)
    beats: list[Callable[[], object]] = []
    ticker = Ticker(lambda: [beat() for beat in beats], told=say)
    engine, server = _doors(works, books, store, ticker, stack)
    if story is None:  # which has a date of its own
        beats.append(date_follower(lambda: works.box))
    beats += [engine.tick, server.beat]
    if isinstance(works, Rig) and works.legs is not None:
        beats.append(OwnVoices(works.legs, engine.orders).tick)
    stack.callback(Pages(folder, ports[0], partial(ready, works), ports[1]).close)
    if story is None:
        stack.callback(Media(folder, sound_at).close)
    settle()
    if story and script:
        story.beat = ticker.beat
        ticker.start()
        play(script, story)
    ticker.run(until=ending())


def _doors(
    works: Works, books: "Books", store: SettingsStore, ticker: Ticker, stack: ExitStack
) -> tuple[Live, ControlServer]:
    """The engine and its control socket; a rig's owner may change it, and its cord may be pulled."""
    rig = works if isinstance(works, Rig) else None
    changes = _changes(rig, store, books.folder, stack) if rig is not None else None

    def figures() -> dict[str, Any]:
        version = {"settings_version": changes.version} if changes is not None else {}
        tapes = works.box.tapes.trouble if works.box is not None else ""
        trouble = books.now.trouble or books.now.notice or store.notice or tapes
        return {**ticker.figures(), "trouble": trouble, **version}

    def began() -> None:
        if rig is not None and changes is not None:
            _plug(rig, changes)
        server.begin_anew(books.now)

    power = Power(rig, books.open, began) if rig is not None else None
    engine = Live(works, figures, changes.post if changes is not None else None, power)
    stack.callback(engine.close)
    server = ControlServer(books.folder / "control.sock", engine, books.now)
    stack.callback(server.close)
    return engine, server


class Books:
    """The journal of the engine that runs now; each that begins after a power cut opens it anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> Writer:
        self.now = Writer(sound_journal(self.folder / "journal.db"))
        return self.now

    def close(self) -> None:
        self.now.close()


class StoryOffice(Office):
    """A story on the computer's clock: every step that it waits is a beat of the live box."""

    def __init__(self, journal: AnyJournal) -> None:
        self._journal = journal
        super().__init__()
        self.beat: Callable[[], object] = self.tick

    def _open_journal(self) -> AnyJournal:
        return self._journal

    @property
    def data(self) -> Mapping[str, Any]:
        return self.rig.data

    def _step(self, end: int) -> None:
        self.beat()

    def stop(self) -> None:
        self.rig.stop()


def _today(journal: AnyJournal, store: SettingsStore, folder: Path, stack: ExitStack) -> Rig:
    """The owner's settings or the demo's, at today's date; our own bugs are survived and counted."""
    stored = store.load()
    data: dict[str, Any] = stored[1] if stored else json.loads(DEMO.read_text("utf-8"))
    now = datetime.now().astimezone()
    legs = Legs(folder)
    stack.callback(legs.close)
    own: dict[str, Any] = {
        "legs": legs,
        "secret": box_secret(folder),
        "folder": folder,
        "tapes": lambda: Winder(DiskFiles(folder)),
    }
    rig = Rig(data, "copper", journal, box_id="box", started_at=now, strict=False, **own)
    return rig


def _changes(rig: Rig, store: SettingsStore, folder: Path, stack: ExitStack) -> Changes:
    """What the owner changes while the box runs; the rig's next box begins with it."""

    def post(name: str, args: dict[str, Any], reply: Callable[[Reply], None]) -> None:
        if rig.box is not None:
            rig.box.post_own(name, args, reply)

    changes = Changes(store, rig.data, box_secret(folder), post, partial(setattr, rig, "data"))
    stack.callback(changes.close)
    _plug(rig, changes)
    return changes


def _plug(rig: Rig, changes: Changes) -> None:
    """A new box learns how its owner changes it."""
    assert rig.box is not None
    rig.box.orders |= changes.orders(rig.box)
    rig.box.drafts.publish = changes.publish


def play(script: Path, office: Office) -> None:
    try:
        runpy.run_path(str(script), {"office": office})
    except OSError as error:
        raise Refused(f"{script} cannot be read ({error.strerror}): --script wants a Python file.") from error


def ready(works: Works, port: int) -> None:
    sys.stdout.write(f"Bellwire is ready: http://localhost:{port}/\n")
    sys.stdout.flush()
    if works.box is not None:
        claim = works.box.claim
        claim.heard = partial(_invite, claim.code)
        if claim.wanted:
            claim.heard()


def _invite(code: str) -> None:
    sys.stdout.write(f"To become its owner, on the page /claim: code {code}, for half an hour.\n")
    sys.stdout.flush()


def say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hostsim", description=__doc__.partition("\n")[0])
    parser.add_argument("--http", type=_port, default=8080, metavar="PORT", help="8080; 0: any that is free")
    parser.add_argument(
        "--https", type=_port, metavar="PORT", help="serve others in this network too, by TLS"
    )
    parser.add_argument("--state", type=Path, metavar="DIR", help=f"the box's folder ({STATE})")
    parser.add_argument("--script", type=Path, metavar="FILE", help="play a story")
    parser.add_argument("--sound-at", metavar="IP", help="browsers' sound is at this address alone")
    parser.add_argument("--fast", action="store_true", help="play it as fast as this computer can, then end")
    return parser


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) < 1 << 16):
        raise argparse.ArgumentTypeError(f'"{text}" is no port: 0 to 65535')
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
