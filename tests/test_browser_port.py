"""A browser's port: there while packets come, gone two seconds later by the engine's clock, its hook kept."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from firmware.base.clock import TICK
from firmware.base.ports import (
    FRAME,
    Fact,
    Flashed,
    HungUp,
    InService,
    KeyHeard,
    Lifted,
    OutOfService,
    PutDown,
    Ring,
    Work,
)
from firmware.rim.browsers import GONE, BrowserPort, BrowserShelf
from firmware.rim.leglink import MOST, Legs, Line
from firmware.sound.frame import from_ulaw, to_ulaw

QUIET = bytes([0xFF]) * FRAME
LOUD = bytes([0x10]) * FRAME


class Bench:
    """A shelf of two browsers, and the other end of its line."""

    def __init__(self, folder: Path) -> None:
        self.legs = Legs(folder)
        self.shelf = BrowserShelf(self.legs, ("browser", "browser2"))
        self.line = Line(folder)
        self.line.hello()
        self.port: BrowserPort = self.shelf.ports["browser"]
        self.heard: dict[bytes, bytes] | None = None

    def tick(
        self, said: bytes | None = None, key: bytes = b"", heard: bool = True, times: int = 1
    ) -> list[Fact]:
        """So many ticks; before each a page says `said` (None: it is not connected)."""
        facts: list[Fact] = []
        for _ in range(times):
            if said is not None:
                self.line.say([(b"browser", heard, key, said)])
            self.shelf.frames_in()
            facts += self.port.events()
            self.shelf.frames_out()
            self.heard = self.line.tick()
        return facts

    def attached(self) -> "Bench":
        self.tick(QUIET)
        return self

    def lifted(self) -> "Bench":
        self.attached()
        self.port.do(Work("lift"))
        self.tick(QUIET)
        return self


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.line.close()
    bench.legs.close()


def kinds(facts: list[Fact]) -> list[type[Fact]]:
    return [type(fact) for fact in facts]


def test_nobody_is_there_until_a_page_has_attached_and_sent_its_first_packet(bench: Bench) -> None:
    assert kinds(bench.tick()) == [OutOfService]
    assert kinds(bench.tick(QUIET, heard=False)) == []
    assert kinds(bench.tick(QUIET)) == [InService]


def test_two_seconds_without_a_packet_and_it_is_gone_and_with_the_next_one_it_is_back(bench: Bench) -> None:
    bench.attached()
    assert bench.tick(QUIET, heard=False, times=GONE - 1) == []
    assert kinds(bench.tick(QUIET, heard=False)) == [OutOfService]
    assert kinds(bench.tick(QUIET)) == [InService]


def test_a_media_process_that_is_away_is_a_page_that_is_away(bench: Bench) -> None:
    bench.attached()
    bench.line.close()
    facts = bench.tick(times=GONE)
    assert kinds(facts) == [OutOfService]
    assert facts[0].at == (GONE + 1) * TICK
    bench.line = Line(bench.line._path.parent)
    bench.line.hello()
    bench.tick()
    assert kinds(bench.tick(QUIET)) == [InService]


def test_it_is_worked_by_order_and_tells_what_a_hand_would_have_done(bench: Bench) -> None:
    bench.attached()
    for work, fact in (
        (Work("lift"), [Lifted]),
        (Work("lift"), []),
        (Work("flash"), [Flashed]),
        (Work("key", "5"), [KeyHeard]),
        (Work("hang_up"), [HungUp]),
        (Work("hang_up"), []),
        (Work("flash"), []),
    ):
        bench.port.do(work)
        assert kinds(bench.tick(QUIET)) == fact, work


def test_nobody_works_it_while_nobody_is_there(bench: Bench) -> None:
    bench.tick()
    for work in (Work("lift"), Work("key", "5"), Work("flash"), Ring()):
        bench.port.do(work)
    assert bench.tick() == []


def test_who_comes_back_is_in_his_call_still(bench: Bench) -> None:
    bench.lifted()
    assert kinds(bench.tick(times=GONE + 1)) == [OutOfService]
    assert kinds(bench.tick(QUIET)) == [InService, Lifted]


@pytest.mark.parametrize("order", [PutDown(), Work("hang_up")])
def test_who_was_put_down_meanwhile_comes_back_to_no_call(bench: Bench, order: PutDown | Work) -> None:
    bench.lifted()
    bench.tick(times=GONE + 1)
    bench.port.do(order)
    assert kinds(bench.tick(QUIET)) == [InService]


def test_keys_that_are_sent_by_name_are_facts(bench: Bench) -> None:
    bench.lifted()
    assert bench.tick(QUIET, key=b"#") == [KeyHeard("#", at=bench.port.now)]


def test_what_he_says_leaves_the_room_only_while_he_is_off_hook(bench: Bench) -> None:
    bench.attached()
    bench.tick(LOUD)
    assert not bench.port.read().any()
    bench.port.do(Work("lift"))
    bench.tick(LOUD)
    assert bytes(to_ulaw(bench.port.read())) == LOUD


def test_what_he_is_to_hear_goes_out_in_the_same_tick_and_to_him_alone(bench: Bench) -> None:
    bench.attached()
    bench.line.say([(b"browser", True, b"", QUIET), (b"town:phone1", True, b"", QUIET)])
    bench.shelf.frames_in()
    bench.port.write(from_ulaw(np.frombuffer(LOUD, np.uint8)))
    bench.shelf.frames_out()
    assert bench.line.tick() == {b"browser": LOUD, b"town:phone1": QUIET}


def test_a_datagram_that_is_late_is_what_was_said_before_fading(bench: Bench) -> None:
    bench.lifted()
    bench.tick(LOUD)
    peak = float(np.abs(bench.port.read()).max())
    bench.tick()
    assert float(np.abs(bench.port.read()).max()) == peak / 2


def test_an_engine_that_nobody_listens_to_goes_on_ticking(bench: Bench) -> None:
    """The other end never reads: the system's room fills up, frames are lost, and no tick waits."""
    bench.attached()
    for _ in range(2_000):
        bench.shelf.frames_in()
        bench.shelf.frames_out()
    assert kinds(bench.tick(QUIET)) == [OutOfService, InService]


def test_a_new_engine_is_found_by_the_media_process_that_is_still_there(bench: Bench, tmp_path: Path) -> None:
    bench.attached()
    bench.legs.close()
    bench.legs = Legs(tmp_path)
    bench.shelf = BrowserShelf(bench.legs, ("browser",))
    bench.port = bench.shelf.ports["browser"]
    bench.tick(QUIET)
    bench.line.hello()
    bench.tick()
    assert InService in kinds(bench.tick(QUIET))


def test_what_is_no_datagram_of_ours_is_nothing(bench: Bench) -> None:
    for data in (b"H123", b"", b"x" * 500, b"T"):
        bench.line.socket.send(data)
        bench.shelf.frames_in()
    assert bench.legs.names == ()


def test_as_many_legs_as_there_may_be_fit_a_datagram(bench: Bench) -> None:
    bench.line.say([(f"town:{n}".encode(), True, b"", QUIET) for n in range(MOST)])
    bench.shelf.frames_in()
    assert len(bench.legs.names) == MOST
    bench.shelf.frames_out()
    heard = bench.line.tick()
    assert heard is not None and len(heard) == MOST
