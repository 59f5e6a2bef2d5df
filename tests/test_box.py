"""The box when a bug of ours is met: one call at most, and the rest goes on."""

import json
from pathlib import Path
from typing import Any

import pytest

from firmware.base.clock import SECOND, Clock
from firmware.base.events import CallAnswered, CallEnded, Event, Failed
from firmware.base.orders import Handler, Reply
from firmware.base.ports import Fact, Frame, InService, KeyHeard, Lifted, Order
from firmware.box import Box
from firmware.rim.journal import MemoryJournal
from firmware.settings import merged, read
from firmware.sound.prompts import Prompts

ROOT = Path(__file__).parents[1]
DEMO = json.loads((ROOT / "hostsim" / "demo.json").read_text("utf-8"))


class Phone:
    """A telephone port that tells what the test wants, and does what it is told."""

    kind = "phone"

    def __init__(self, name: str) -> None:
        self.name = name
        self.told: list[Fact] = [InService(at=0)]

    def read(self) -> Frame:
        raise AssertionError("there is no sound here")

    write = read

    def events(self) -> list[Fact]:
        told, self.told = self.told, []
        return told

    def do(self, order: Order) -> None: ...

    def close(self) -> None: ...


class Shelf:
    has_sound = hybrids = False

    def __init__(self) -> None:
        self.ports = {f"phone{n}": Phone(f"phone{n}") for n in range(1, 5)}

    def frames_in(self) -> None: ...

    def frames_out(self) -> None: ...

    def close(self) -> None: ...


class Bench:
    """A box of four telephones; `strict` as in a story, else as on a box."""

    def __init__(self, strict: bool = False) -> None:
        self.seen: list[Event] = []
        self.shelf = Shelf()
        prompts = Prompts(ROOT / "prompts", ROOT / "prompts" / "made", "en")
        settings = read(merged(DEMO, {"lines": None}))
        journal = MemoryJournal()
        self.box = Box(
            settings, [self.shelf], Clock(), journal, prompts, strict=strict, observer=self.seen.append
        )
        self.wait(0.1)

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.02)):
            self.box.tick()

    def tell(self, phone: str, *facts: Fact) -> None:
        self.shelf.ports[phone].told.extend(facts)
        self.wait(0.1)

    def call(self, phone: str, digits: str) -> None:
        """Somebody calls a colleague."""
        self.tell(phone, Lifted(at=0), *(KeyHeard(key, at=0) for key in digits))

    def saw(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.seen if isinstance(event, kind)]


def broken() -> None:
    raise ZeroDivisionError("+4533120001")  # what an error says may be somebody's number


def test_an_order_or_a_timer_that_fails_is_journalled_without_what_it_says_and_costs_no_call() -> None:
    bench = Bench()
    bench.call("phone1", "202#")
    bench.tell("phone2", Lifted(at=0))
    assert len(bench.saw(CallAnswered)) == 1
    bench.box.orders["broken"] = Handler(broken)
    bench.box.post("broken", {}, lambda reply: None)
    rung: list[float] = []
    bench.box.clock.after(1.0, broken)
    bench.box.clock.after(1.0, lambda: rung.append(bench.box.clock.now / SECOND))
    bench.wait(2)
    failed = bench.saw(Failed)
    assert [(event.error, event.port) for event in failed] == [("ZeroDivisionError", None)] * 2
    assert not any("33120001" in str(event.fields()) for event in failed)
    assert len(rung) == 1
    assert bench.saw(CallEnded) == []


def test_a_fact_that_fails_ends_the_call_at_its_port_and_no_other() -> None:
    bench = Bench()
    bench.call("phone1", "202#")
    bench.tell("phone2", Lifted(at=0))
    bench.call("phone3", "204#")
    bench.tell("phone3", KeyHeard(5, at=0))  # type: ignore[arg-type]  # a port of ours gone mad
    assert [(event.error, event.port) for event in bench.saw(Failed)] == [("TypeError", "phone3")]
    ended = bench.saw(CallEnded)
    assert [(event.side, event.reason) for event in ended] == [("box", "failed")]
    assert [call.stage.value for call in bench.box.exchange.calls.values()] == ["talking"]


def test_in_a_story_our_bugs_are_raised() -> None:
    bench = Bench(strict=True)
    bench.box.clock.after(0.5, broken)
    with pytest.raises(ZeroDivisionError):
        bench.wait(1)


def test_an_order_that_nobody_knows_or_that_is_keyed_wrong_is_refused_in_words() -> None:
    bench = Bench()
    replies: list[Reply] = []
    bench.box.post("no.such", {}, replies.append)
    bench.box.post("agent.sign_in", {"who": 5}, replies.append)
    bench.box.post("agent.sign_in", {"name": "ann"}, replies.append)
    bench.wait(0.1)
    assert {reply.kind for reply in replies} == {"refused"}
    assert replies[0].sentence == 'there is no order "no.such"'
    assert "this order takes who, station" in replies[1].sentence
