"""An office that runs by the clock, with its pages and its media process, for browsers that are real.

Its ticks are a thread's; whoever looks at it uses `ask`, which is answered in a tick, and waits with `until`.
The network between a browser's page and the box is a relay that can be cut. For tests and figures.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from firmware.base.ports import RATE
from firmware.rim.control_server import ControlServer
from firmware.rim.leg_client import LegClient
from firmware.rim.leglink import Legs
from firmware.rim.ticker import Ticker, settle
from hostsim.live import Live
from hostsim.media import Media
from hostsim.office import Office
from hostsim.ownvoice import OwnVoices
from web.engine import engine_at
from web.house import House
from web.server import Server

HERE = "127.0.0.1"
Seen = TypeVar("Seen")
SETTINGS: dict[str, Any] = {
    "people": {"eva": {"number": "105", "station": "browser2"}},
    "queues": {"sales": {"members": ["dan", "eva"]}},
}


class Relay:
    """UDP between a browser and the box; while it is `cut` nothing passes. `only`: the box finds no other way
    to the browser. Firefox needs one: it never begins from an address of the network to 127.0.0.1."""

    def __init__(self) -> None:
        self.cut, self.only = False, True
        self._ways: dict[socket.socket, tuple[socket.socket, Any]] = {}
        self._selector = selectors.DefaultSelector()
        self._open = True
        threading.Thread(target=self._run, name="relay", daemon=True).start()

    def between(self, port: int) -> int:
        """A port that stands for `port` of the box."""
        near, far = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for each in (near, far):
            each.bind((HERE, 0))
            each.setblocking(False)
        self._ways[near] = (far, (HERE, port))
        self._ways[far] = (near, None)
        for each in (near, far):
            self._selector.register(each, selectors.EVENT_READ)
        return int(near.getsockname()[1])

    def _run(self) -> None:
        while self._open:
            for key, _ in self._selector.select(0.2):
                here: Any = key.fileobj
                data, sender = here.recvfrom(2_048)
                other, to = self._ways[here]
                back, known = self._ways[other]
                if known is None:  # where the browser is
                    self._ways[other] = (back, sender)
                if not self.cut and to is not None:
                    other.sendto(data, to)

    def close(self) -> None:
        self._open = False


class RelayedClient(LegClient):
    """The media process behind the relay."""

    def __init__(self, folder: Path, relay: Relay) -> None:
        super().__init__(folder)
        self._relay = relay

    def offer(self, leg: str, sdp: str, take_over: bool = False, holder: str = "") -> str:
        lines = [line for line in sdp.splitlines() if not line.startswith("a=candidate:")]
        sent = "\r\n".join(lines) if self._relay.only else sdp
        answer = super().offer(leg, sent, take_over, holder)
        found = re.search(rf"udp \d+ {re.escape(HERE)} (\d+) ", answer)
        assert found is not None
        return answer.replace(f"{HERE} {found[1]} ", f"{HERE} {self._relay.between(int(found[1]))} ")


class Clicker:
    """The page of somebody in the simulated office, as far as its orders go."""

    def __init__(self, url: str, who: str) -> None:
        self._line = HTTPConnection(url.removeprefix("http://"), timeout=5)
        self._headers = {"Content-Type": "application/json"}
        answer, me = self.post("/api/town/enter", {"who": who})
        cookie = str(answer.getheader("Set-Cookie")).partition(";")[0]
        self._headers |= {"Cookie": cookie, "X-Bellwire-Token": me["csrf"]}

    def post(self, path: str, fields: dict[str, Any]) -> tuple[HTTPResponse, Any]:
        self._line.request("POST", path, json.dumps(fields), self._headers)
        answer = self._line.getresponse()
        told = json.loads(answer.read())
        assert answer.status < 300, told
        return answer, told


class Pages:
    """The web process of that folder."""

    def __init__(self, folder: Path, relay: Relay) -> None:
        command = [sys.executable, "-m", "web", "--state", str(folder), "--http", "0"]
        self._child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._child.stdout is not None
        self.url = self._child.stdout.readline().strip().rstrip("/")

    def close(self) -> None:
        self._child.terminate()
        self._child.wait(5)


class NearPages(Pages):
    """The same in this process, with the relay between their browsers and the box."""

    def __init__(self, folder: Path, relay: Relay) -> None:
        self.house = House(folder, engine_at(folder))
        self.house.legs.client = RelayedClient(folder, relay)
        self._server = Server(0, self.house.site)
        self._server.prepare()
        threading.Thread(target=self._server.serve, daemon=True).start()
        self.url = f"http://localhost:{self._server.bind_addr[1]}"

    def close(self) -> None:
        self.house.close()
        self._server.stop()
        self.house.put_away()


class LiveOffice(Office):
    """`url` is its pages'; agents dan and eva sit at browsers."""

    def __init__(
        self, folder: Path, settings: Mapping[str, Any] | None = None, pages: "type[Pages] | None" = None
    ) -> None:
        """`pages`: in this process, behind the relay, or as a box has them."""
        self._legs = Legs(folder)
        self.relay = Relay()
        super().__init__(settings or SETTINGS, state=folder)
        self._media = Media(folder, HERE)
        self._live = Live(self)
        self._visitors = OwnVoices(self._legs, self._live.orders)
        self._control = ControlServer(folder / "control.sock", self._live, self.journal)
        self._ended = threading.Event()
        self.after_tick: Callable[[], object] | None = None  # in the tick thread
        self._clicker: Clicker | None = None
        self.ticker = Ticker(self._beat)
        self._thread = threading.Thread(target=self._run, name="tick", daemon=True)
        self._thread.start()
        self.pages = (pages or NearPages)(folder, self.relay)
        self.url = self.pages.url
        self.until(lambda: LegClient(folder).stats("browser") == {"live": False}, 10)

    def _open_legs(self) -> Legs:
        return self._legs

    @property
    def data(self) -> Mapping[str, Any]:
        return self.rig.data

    def stop(self) -> None:
        self.rig.stop()

    def _run(self) -> None:
        settle()
        self.ticker.run(self._ended.is_set)

    def _beat(self) -> None:
        while self._acts:
            self._acts.popleft()()
        self._live.tick()
        self._visitors.tick()
        self._control.beat()
        if (look := self.after_tick) is not None:
            look()

    def tick(self) -> None:
        self.rig.tick()

    # What a test asks

    def ask(self, question: Callable[[], Seen]) -> Seen:
        """Answered between two ticks."""
        told: list[Seen] = []
        answered = threading.Event()
        self.soon(lambda: (told.append(question()), answered.set()))
        assert answered.wait(5), "the office stands still"
        return told[0]

    def until(self, test: Callable[[], Any], at_most: float = 5.0) -> float:
        """How long it took, in s. AssertionError: it never came."""
        began = time.monotonic()
        while True:
            try:
                if test():
                    return time.monotonic() - began
            except OSError:
                pass
            except Exception as fault:
                if type(fault).__name__ != "Broken":
                    raise
            assert time.monotonic() - began < at_most, "it never came"
            time.sleep(0.02)

    def hears(self, phone: str, hertz: float, at_most: float = 5.0) -> float:
        """Wait until that tone is what is at a telephone's ear."""
        there = self.phone(phone)
        return self.until(lambda: share(self.ask(lambda: there.heard(0.3)), hertz) > 0.7, at_most)

    def click(self, name: str, who: str = "dan") -> None:
        """Somebody's order from his page, over HTTP."""
        if self._clicker is None:
            self._clicker = Clicker(self.url, who)
        self._clicker.post(f"/api/orders/agent.{name}", {})

    def wait_here(self, seconds: float) -> None:
        """Let time pass by the wall's clock."""
        time.sleep(seconds)

    def close(self) -> None:
        self._ended.set()
        self._thread.join(5)
        self.pages.close()
        self._control.close()
        self._live.close()
        self._media.close()
        super().close()
        self._legs.close()
        self.relay.close()


def share(pcm: Any, hertz: float) -> float:
    """How much of the power of int16[n] lies at that tone; 0 in silence."""
    sound = np.asarray(pcm, np.float64) / 32768
    power = float(sound @ sound) / sound.size
    if power < 1e-6:
        return 0.0
    turns = np.exp(-2j * np.pi * hertz * np.arange(sound.size) / RATE)
    return float(2 * abs(sound @ turns / sound.size) ** 2 / power)


def tone(hertz: float, seconds: float) -> Any:
    """int16 at 8 kHz."""
    wave = 0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return (wave * 32767).astype(np.int16)
