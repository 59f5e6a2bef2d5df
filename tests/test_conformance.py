"""What is asked of every office telephone, whatever it hangs on: one test for all that are there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conformance import QUIET, WORLDS, World
from speech import compared, recorded

from firmware.base.ports import (
    FRAME,
    KeyHeard,
    OpenLoop,
    Order,
    OutOfService,
    PutDown,
    ReverseLoop,
    Ring,
    StopRing,
    Work,
)
from firmware.sound.frame import from_int16

EVERY: tuple[Order, ...] = (
    Ring(),
    StopRing(),
    PutDown(),
    OpenLoop(0.1),
    ReverseLoop(True),
    ReverseLoop(False),
    Work("lift"),
    Work("flash"),
    Work("key", "5"),
    Work("hang_up"),
)
AWAY = 3.0  # s: a page is believed to be gone after two


@pytest.fixture(params=WORLDS)
def world(request: Any, tmp_path: Path) -> Iterator[World]:
    made = WORLDS[request.param](tmp_path).up()
    yield made
    made.port.close()


def test_it_comes_into_service_by_itself_silent_and_on_its_hook(world: World) -> None:
    told = [type(fact).__name__ for fact in world.told]
    assert told[-1] == "InService" and set(told) <= {"InService", "OutOfService"}
    assert world.port.kind == "phone" and world.port.name
    assert not world.port.events()
    assert np.abs(np.concatenate(world.said)).max() < 0.01


def test_lifted_and_put_down_it_says_so_once_and_at_its_time(world: World) -> None:
    began = world.told[-1].at
    world.lift()
    assert world.run(1.5) == ["Lifted"]
    world.hang_up()
    assert world.run(1.5) == ["HungUp"]
    lifted, down = world.told[-2:]
    assert began < lifted.at < down.at


def test_it_rings_until_told_to_stop_or_until_it_is_lifted(world: World) -> None:
    if not world.rings_itself:
        pytest.skip("a page rings by what it hears of the call")
    world.port.do(Ring((1.0, 1.0), "+4533120001", "Hansen A/S"))
    world.run(0.8)
    assert world.ringing
    world.port.do(StopRing())
    world.run(3.0)
    assert not world.ringing
    world.port.do(Ring((1.0, 1.0)))
    world.run(0.8)
    world.lift()
    assert world.run(1.0) == ["Lifted"]
    world.port.do(StopRing())
    world.run(2.5)
    assert not world.ringing


def test_keys_come_whole_and_in_order(world: World) -> None:
    world.lift()
    world.run(0.5)
    world.press("0123456789*#")
    world.run(2.5)
    expected = "0123456789*#" if world.sound or world.port.tells_keys else ""
    assert world.keys() == expected
    world.hang_up()
    world.run(1.5)
    assert world.told[-1].__class__.__name__ == "HungUp"


def test_sound_goes_both_ways_word_by_word(world: World) -> None:
    if not world.sound:
        pytest.skip("this one has no sound")
    words = from_int16(recorded("vm-goodbye")[:6400])
    world.lift()
    world.run(0.5)
    begun = len(world.said)
    world.say(words)
    world.run(1.3)
    assert compared(to_pcm(words), to_pcm(np.concatenate(world.said[begun:])))[0] > 0.95
    for frame in np.pad(words, (0, 1600)).reshape(-1, FRAME):
        world.plays = frame
        world.run(0.02)
    world.plays = QUIET
    world.run(0.1)
    assert compared(to_pcm(words), to_pcm(world.heard(1.3)))[0] > 0.95


def to_pcm(samples: Any) -> Any:
    return (np.clip(samples, -1, 1) * 32767).astype(np.int16)


def test_a_tap_of_the_hook_is_no_hanging_up(world: World) -> None:
    if not world.flashes:
        pytest.skip("this one has nothing to tap")
    world.lift()
    world.run(1.0)
    world.flash()
    assert world.run(1.5) == ["Flashed"]
    world.hang_up()
    assert world.run(1.5) == ["HungUp"]


def test_what_has_no_hook_of_its_own_is_worked_by_order_and_what_has_one_is_not(world: World) -> None:
    worked = world.port.by_order
    for verb, fact in (("lift", "Lifted"), ("flash", "Flashed"), ("hang_up", "HungUp")):
        world.port.do(Work(verb))  # type: ignore[arg-type]
        assert world.run(1.5) == ([fact] if worked else [])
    world.lift()
    world.run(1.0)
    world.port.do(Work("key", "5"))
    world.run(0.5)
    keys = [fact.key for fact in world.told if isinstance(fact, KeyHeard)]
    assert keys == (["5"] if worked else [])
    world.port.do(PutDown())
    assert world.run(1.0) == (["HungUp"] if worked else [])


def test_no_order_at_any_time_breaks_it(world: World) -> None:
    for lift in (False, True):
        for order in EVERY:
            if lift:
                world.lift()
                world.run(0.2)
            world.port.do(order)
            world.run(0.2)
    world.hang_up()
    world.run(2.0)
    world.lift()
    assert world.run(1.5)[-1:] == ["Lifted"]


@pytest.mark.parametrize("when", ["idle", "ringing", "lifted"])
def test_what_vanishes_says_why_and_is_back_as_it_was(world: World, when: str) -> None:
    if not world.vanishes:
        pytest.skip("this one cannot vanish unseen")
    if when == "ringing":
        world.port.do(Ring())
    elif when == "lifted":
        world.lift()
    world.run(0.5)
    world.vanish()
    assert world.run(AWAY) == ["OutOfService"]
    out = world.told[-1]
    assert isinstance(out, OutOfService) and out.reason.startswith(world.port.name)
    world.come_back()
    assert world.run(0.5) == ["InService", *(["Lifted"] if when == "lifted" else [])]
    assert not world.ringing
    world.hang_up()
    assert world.run(1.5) == (["HungUp"] if when == "lifted" else [])


def test_put_down_while_it_is_gone_it_is_back_on_its_hook(world: World) -> None:
    if not (world.vanishes and world.port.by_order):
        pytest.skip("nobody can put it down meanwhile")
    world.lift()
    world.run(0.5)
    world.vanish()
    world.run(AWAY)
    world.port.do(PutDown())
    world.run(0.2)
    world.come_back()
    assert world.run(1.0)[-1:] == ["InService"]
    world.lift()
    assert world.run(1.0) == ["Lifted"]
