"""The hat without sound: the facts that lines and telephones tell by themselves, and when."""

from collections.abc import Callable

import numpy as np
import pytest

from firmware.base.clock import SECOND, TICK
from firmware.base.ports import (
    DialPulses,
    Fact,
    FlashHook,
    LoopBroken,
    Order,
    Release,
    Reversed,
    Ring,
    RingBegan,
    Seize,
    SendKeys,
    StopRing,
)
from hostsim.exchange import LineInfo
from hostsim.signal import SignalShelf
from hostsim.town import Town

HANSEN = "+4533120001"


class Desk:
    """A town, its ports without sound, and everything that they told so far."""

    def __init__(self, country: str = "DK") -> None:
        lines = {f"line{place}": LineInfo(f"+453210000{place}", country) for place in (1, 2)}
        self.town = Town(lines, ("phone1",), copper=False)
        self.shelf = SignalShelf(self.town)
        self.told: list[tuple[str, Fact]] = []
        self.wait(0.02)
        self.told.clear()

    def do(self, name: str, order: Order, seconds: float = 0.0) -> None:
        self.shelf.ports[name].do(order)
        self.wait(seconds)

    def wait(self, seconds: float) -> None:
        end = self.town.clock.now + round(seconds * SECOND)
        while self.town.clock.now < end:
            self.town.clock.advance(TICK)
            for name, port in self.shelf.ports.items():
                self.told += [(name, fact) for fact in port.events()]

    def words(self, name: str = "line1") -> list[str]:
        """The facts of a port as words: `RingBegan`, `KeyHeard 1`, `ToneHeard busy on`."""
        return [_word(fact) for port, fact in self.told if port == name]

    def at(self, kind: type[Fact], name: str = "line1") -> list[float]:
        return [fact.at / SECOND for port, fact in self.told if port == name and isinstance(fact, kind)]


def _word(fact: Fact) -> str:
    told = {**vars(fact)}
    del told["at"]
    on = {True: "on", False: "off"}
    return " ".join(
        [type(fact).__name__, *(on.get(each, str(each)) for each in told.values() if each is not None)]
    )


def talking(country: str = "DK", release: str | None = None) -> Desk:
    """A caller whom the box has answered."""
    desk = Desk(country)
    desk.town.line(1).exchange(release=release)
    desk.town.person(HANSEN).dial(line=1)
    desk.wait(8)
    desk.do("line1", Seize(), 1.0)
    desk.told.clear()
    return desk


def test_ports_say_that_they_work_when_the_box_begins_to_listen() -> None:
    town = Town(
        {"line1": LineInfo("+4532100001"), "line2": LineInfo("+4532100002")}, ("phone1",), copper=False
    )
    town.line(2).unplug()
    town.clock.advance(SECOND)
    shelf = SignalShelf(town)
    first = {name: [_word(fact) for fact in port.events()] for name, port in shelf.ports.items()}
    assert first == {"line1": ["InService"], "line2": [], "phone1": ["InService"]}
    town.clock.advance(SECOND)
    assert [_word(fact).split()[0] for fact in shelf.ports["line2"].events()] == ["OutOfService"]


def test_a_call_is_told_as_the_hat_would_tell_it() -> None:
    desk = Desk("US")
    desk.town.person(HANSEN, "Hansen A/S").dial(line=1)
    desk.wait(7.5)
    assert desk.words() == ["RingBegan", "RingEnded", "CallerHeard 0114533120001 Hansen A/S", "RingBegan"]
    assert desk.at(RingBegan)[1] - desk.at(RingBegan)[0] == pytest.approx(6.0)


def test_keys_of_the_caller_are_heard_once_the_line_is_seized() -> None:
    desk = Desk()
    person = desk.town.person(HANSEN)
    person.dial(line=1)
    desk.wait(8)
    desk.told.clear()
    desk.do("line1", Seize())
    person.press("1*#")
    desk.wait(1)
    assert desk.words() == ["KeyHeard 1", "KeyHeard *", "KeyHeard #"]


def test_a_voice_begins_ends_and_turns_into_silence() -> None:
    desk = talking()
    desk.town.person(HANSEN).say(np.zeros(16_000, np.int16))
    desk.wait(6)
    assert desk.words() == ["ToneHeard voice on", "ToneHeard voice off", "ToneHeard silence on"]


@pytest.mark.parametrize(
    ("release", "words"),
    [
        ("loop_break", ["LoopBroken"]),
        ("reversal", ["Reversed"]),
        ("busy_tone", ["ToneHeard busy on"]),
        ("dial_tone", ["ToneHeard dial on"]),
        ("silence", ["ToneHeard silence on"]),
    ],
)
def test_each_way_in_which_a_far_end_disappears_is_told(release: str, words: list[str]) -> None:
    desk = talking(release=release)
    desk.town.person(HANSEN).hang_up()
    desk.wait(2.4)
    assert [word for word in desk.words() if word in words] == words


@pytest.mark.parametrize(("seconds", "facts"), [(0.25, 0), (0.35, 1), (0.6, 1)])
def test_a_short_break_of_the_loop_is_none(seconds: float, facts: int) -> None:
    desk = talking()
    desk.town.line(1).cut(seconds)
    desk.wait(2)
    assert len(desk.at(LoopBroken)) == facts


def test_a_loop_that_stays_broken_for_five_seconds_is_a_dead_line_until_it_is_back() -> None:
    desk = talking()
    desk.town.line(1).battery(False)
    desk.wait(6)
    desk.town.line(1).battery(True)
    desk.wait(2)
    assert [word.split()[0] for word in desk.words() if "Tone" not in word] == [
        "LoopBroken",
        "OutOfService",
        "InService",
    ]


def test_a_hundred_reversals_in_a_second_are_nothing_and_a_steady_one_is_told() -> None:
    desk = talking()
    for _ in range(100):
        desk.town.line(1).reverse()
        desk.town.clock.advance(10_000)
    desk.wait(1)
    assert desk.at(Reversed) == []
    desk.town.line(1).reverse()
    desk.wait(1)
    assert len(desk.at(Reversed)) == 1


def test_noise_and_a_wrong_frequency_are_no_ring() -> None:
    desk = Desk()
    for hertz in (20.0, 25.0, 70.0):
        desk.town.line(1).ring_noise(0.14, hertz)
        desk.wait(1)
    desk.town.line(1).exchange(ring_hertz=100.0)
    desk.town.person(HANSEN).dial(line=1)
    desk.wait(10)
    assert desk.at(RingBegan) == []


def test_a_telephone_in_parallel_is_told_within_half_a_second_and_takes_the_call() -> None:
    desk = Desk("US")
    desk.town.line(1).parallel(True)
    desk.wait(0.5)
    desk.town.line(1).parallel(False)
    desk.wait(2)
    assert desk.words() == ["InUse on", "InUse off"]
    person = desk.town.person(HANSEN)
    person.dial(line=1)
    desk.wait(3)
    desk.town.line(1).parallel(True)
    desk.wait(1)
    assert person.state == "talking"


@pytest.mark.parametrize("order", [SendKeys("33120001"), DialPulses("33120001")])
def test_keys_and_pulses_reach_the_exchange(order: Order) -> None:
    desk = Desk()
    person = desk.town.person(HANSEN)
    desk.do("line1", Seize(), 2.0)
    desk.do("line1", order, 15)
    assert person.ringing
    person.answer()
    desk.wait(2)
    assert [word for word in desk.words() if "silence" not in word] == [
        "ToneHeard dial on",
        "ToneHeard dial off",
        "ToneHeard ringback on",
        "ToneHeard ringback off",
        "ToneHeard voice on",
    ]


def test_a_line_whose_ring_nobody_knows_of_yet_is_not_seized() -> None:
    desk = Desk("US")
    desk.town.person(HANSEN).dial(line=1)
    while desk.town.line(1).ringing(desk.town.clock.now) is None:
        desk.wait(0.02)
    desk.do("line1", Seize(), 1.0)
    assert desk.words() == ["RingBegan"] and desk.town.line(1).state == "ringing"
    desk.do("line1", Seize(), 1.0)
    assert desk.town.line(1).state == "talking"


def test_a_new_box_on_the_same_wires_lets_go_and_hears_a_ring_that_is_there() -> None:
    desk = talking()
    desk.town.person("+4533120002").dial(line=2)
    desk.wait(8)
    desk.shelf.close()
    desk.shelf = SignalShelf(desk.town)
    desk.told.clear()
    desk.wait(5)
    assert "RingBegan" in desk.words("line2") and "RingBegan" not in desk.words("line1")
    assert desk.town.person(HANSEN).state == "dropped"


def test_a_tap_of_the_hook_keeps_the_line_and_a_release_frees_it() -> None:
    desk = talking()
    desk.do("line1", FlashHook(), 1.0)
    assert desk.town.person(HANSEN).state == "talking"
    desk.do("line1", Release(), 1.5)
    assert (desk.town.person(HANSEN).state, desk.town.line(1).state) == ("dropped", "idle")


# Telephones


def gestures() -> list[tuple[Callable[[Desk], None], list[str]]]:
    def phone(verb: str, *args: str) -> Callable[[Desk], None]:
        return lambda desk: getattr(desk.town.telephones["phone1"], verb)(*args)

    return [
        (phone("flash"), ["Flashed"]),
        (phone("pulse", "203"), ["KeyHeard 2", "KeyHeard 0", "KeyHeard 3"]),
        (phone("press", "12#"), ["KeyHeard 1", "KeyHeard 2", "KeyHeard #"]),
        (phone("hang_up"), ["HungUp"]),
        (phone("unplug"), ["HungUp"]),
    ]


@pytest.mark.parametrize(("gesture", "words"), gestures())
def test_what_a_hand_does_to_a_telephone_is_told(gesture: Callable[[Desk], None], words: list[str]) -> None:
    desk = Desk()
    desk.town.telephones["phone1"].lift()
    desk.wait(1)
    assert desk.words("phone1") == ["Lifted"]
    gesture(desk)
    desk.wait(6)
    assert desk.words("phone1")[1:] == words


def test_a_phone_rings_in_its_cadence_shows_the_caller_and_stops_when_lifted() -> None:
    desk = Desk()
    phone = desk.town.telephones["phone1"]
    desk.do("phone1", Ring((1.0, 4.0), "33120001", "Hansen A/S"), 0.9)
    assert (phone.ringing, phone.shown) == (True, None)
    desk.wait(5)
    assert phone.shown is not None and phone.shown[:2] == ("33120001", "Hansen A/S")
    phone.lift()
    desk.wait(1)
    assert desk.words("phone1") == ["RingBegan", "RingEnded", "RingBegan", "RingEnded", "Lifted"]
    assert not phone.ringing


def test_a_phone_that_is_told_to_stop_is_still_at_once() -> None:
    desk = Desk()
    desk.do("phone1", Ring(), 0.5)
    desk.do("phone1", StopRing())
    assert not desk.town.telephones["phone1"].ringing


# What people hear where there is no sound


def test_a_person_hears_what_the_box_plays_to_his_line() -> None:
    desk = talking()
    desk.town.box_plays = lambda row: {"line1": "prompt:menu.main"}.get(row, "silence")
    person = desk.town.person(HANSEN)
    assert person.hears() == "prompt:menu.main"
    assert not person.heard(1.0).any() and len(person.heard(1.0)) == 8000


def test_a_phone_that_is_joined_to_a_line_hears_the_exchanges_tone() -> None:
    desk = Desk()
    desk.town.box_plays = lambda row: "speech" if desk.town.speaking("line1") else "silence"
    desk.town.telephones["phone1"].lift()
    desk.do("line1", Seize(), 2.0)
    assert desk.town.telephones["phone1"].hears() == "dial"
    assert (desk.town.speaking("line1"), desk.town.brings("line1")) == (False, "dial")


def test_speaking_is_who_says_something_now() -> None:
    desk = talking()
    desk.town.person(HANSEN).say(np.zeros(8_000, np.int16))
    desk.wait(0.5)
    assert desk.town.speaking("line1") and not desk.town.speaking("phone1")
    desk.wait(0.6)
    assert not desk.town.speaking("line1")
