"""What a caller hears while he waits for people who are there: music, his place, an honest wait."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from stories import BOTH, menu_heard

from firmware.base.events import CallAnswered
from hostsim.office import Office

both = pytest.mark.parametrize("fidelity", BOTH)
ONE: dict[str, Any] = {"queues": {"support": {"members": ["ann"], "wrap_s": 0}}}
TWO_PEOPLE = {"queues": {"support": {"members": ["ann", "ben"], "wrap_s": 0}}}
NEXT, TWO, THREE = "prompt:queue.next", "prompt:queue.number.2", "prompt:queue.number.3"


def with_(office: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The same with these fields of its queue."""
    return {**office, "queues": {"support": {**office["queues"]["support"], **fields}}}


def busy(office: Office, name: str) -> Any:
    """Somebody signs in, and is on a call of his own with phone4; gives his telephone."""
    office.wait(3)
    office.agent(name).sign_in()
    phone, other = office.phone(office.settings_of(name)["station"]), office.phone("phone4")
    phone.lift()
    office.wait(1)
    phone.press("204")
    office.wait_until(lambda: other.ringing, 10)
    other.lift()
    office.wait(1)
    return phone


def talk_to_each_other(office: Office) -> None:
    """ann rings ben, and they talk for as long as the story lasts."""
    ann, ben = office.phone("phone1"), office.phone("phone2")
    ann.lift()
    office.wait(1)
    ann.press("202")
    office.wait_until(lambda: ben.ringing, 10)
    ben.lift()
    office.wait(1)


def waits(office: Office, line: int = 1) -> Any:
    """Somebody asks for support."""
    caller = menu_heard(office, line=line, number=f"+453312000{line}")
    caller.press("2")
    return caller


def words(office: Office, who: Any, seconds: float, every: float = 0.1) -> list[str]:
    """What he hears one after another; what comes twice in a row is one word."""
    told: list[str] = []
    for _ in range(round(seconds / every)):
        office.wait(every)
        if (word := who.hears()) not in told[-1:]:
            told.append(word)
    return told


def told(who: Any, band: str) -> Callable[[], bool]:
    return lambda: bool(who.hears() == f"prompt:queue.wait.{band}")


def served(office: Office, calls: int, talk: float, wrap: float = 0) -> None:
    """So many callers are served by ann, each for so long, and their wrap-up is over."""
    ann = office.agent("ann")
    for _ in range(calls):
        caller = waits(office)
        office.wait_until(lambda: ann.ringing, 10)
        ann.answer()
        office.wait(talk)
        ann.hang_up()
        office.wait(1)
        caller.hang_up()
        office.wait(5 + wrap)


@both
def test_music_then_the_place_then_music_and_silence_when_somebody_answers(fidelity: str) -> None:
    with Office(ONE, fidelity=fidelity) as office:
        phone = busy(office, "ann")
        caller = waits(office)
        office.wait(5)
        assert caller.hears() == "music"
        office.wait_until(lambda: caller.hears() == NEXT, 6)
        office.wait(3)
        assert caller.hears() == "music"
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)
        assert caller.hears() == "music"
        phone.lift()
        office.wait(2)
        assert len(office.saw(CallAnswered)) == 2
        assert caller.hears() == "silence"


def test_the_music_is_softer_under_a_sentence_and_runs_on() -> None:
    with Office(ONE, fidelity="signal") as office:
        busy(office, "ann")
        caller = waits(office)
        gain = office.box.sound.matrix.gain  # line1 is the first row, music the last speaker
        office.wait_until(lambda: gain[0, -1] == 1, 2)
        office.wait_until(lambda: caller.hears() == NEXT, 10)
        assert gain[0, -1] == np.float32(0.2)
        office.wait_until(lambda: caller.hears() == "music", 2)
        office.wait(0.04)
        assert gain[0, -1] == 1
        caller.hang_up()
        office.wait(10)
        assert gain[0, -1] == 0


def test_the_first_announcement_comes_after_eight_seconds_and_then_every_forty_five() -> None:
    with Office(ONE, fidelity="signal") as office:
        busy(office, "ann")
        caller = waits(office)
        office.wait_until(lambda: caller.hears() == "music", 2)
        entered = office.now
        starts = []
        for _ in range(3):
            office.wait_until(lambda: caller.hears() == NEXT, 60)
            starts.append(office.now - entered)
            office.wait_until(lambda: caller.hears() == "music", 5)
        assert starts == pytest.approx([8, 53, 98], abs=0.05)


def test_a_better_place_is_told_at_once_but_not_sooner_than_after_twenty_seconds() -> None:
    with Office(ONE, fidelity="signal") as office:
        busy(office, "ann")
        first, second, third = (waits(office, line) for line in (1, 2, 3))
        office.wait_until(lambda: third.hears() == THREE, 12)
        told = office.now
        office.wait(2)
        first.hang_up()
        office.wait_until(lambda: third.hears() == TWO, 30)
        assert office.now - told == pytest.approx(20, abs=0.05)
        office.wait(23)
        second.hang_up()
        office.wait_until(lambda: third.hears() == NEXT, 8)


def test_a_place_that_was_told_never_gets_worse() -> None:
    rich = {
        "queues": {"support": {"members": ["ann"]}},
        "menus": {"main": {"keys": {"1": "support", "2": "support"}}},
    }
    with Office(rich, fidelity="signal") as office:
        busy(office, "ann")
        first, second = waits(office), waits(office, 2)
        heard = words(office, second, 15)
        assert TWO in heard
        vip = waits(office, 3)
        office.wait(1)
        call = office.box.exchange.lines["line3"].call
        office.box.desk.waiting[call].priority = 9
        heard = words(office, second, 100)
        assert not any(word.startswith("prompt") for word in heard)
        vip.hang_up()
        heard = words(office, second, 50)
        assert TWO in heard and THREE not in heard
        first.hang_up()


def test_nothing_is_begun_while_a_telephone_rings_for_him() -> None:
    with Office(ONE, fidelity="signal") as office:
        phone = busy(office, "ann")
        phone.hang_up()
        office.wait(3)
        caller = waits(office)
        office.wait_until(lambda: phone.ringing, 5)
        heard = words(office, caller, 13)
        assert phone.ringing and heard[-1:] == ["music"]
        assert not any(word.startswith("prompt:queue") for word in heard)
        office.wait_until(lambda: caller.hears() == NEXT, 5)  # it rang in vain
        assert not phone.ringing


def test_who_waits_while_nobody_is_there_hears_it_ring_and_music_when_somebody_comes() -> None:
    with Office(ONE, fidelity="signal") as office:
        caller = waits(office)
        office.wait(4)
        assert caller.hears() == "ringback"
        ann = office.agent("ann")
        office.phone("phone1").lift()
        office.wait(1)
        ann.sign_in()
        office.wait(3)
        assert caller.hears() == "music"
        ann.break_("lunch")
        office.wait(4)
        assert caller.hears() == "ringback"


def test_who_is_led_on_to_one_person_hears_it_ring_again() -> None:
    with Office(ONE, fidelity="signal") as office:
        busy(office, "ann")
        caller = waits(office)
        office.wait(3)
        call = office.box.exchange.lines["line1"].call
        office.soon(lambda: office.box.desk.send(call, "operator"))
        office.wait(1)
        assert caller.hears() == "ringback"


@both
def test_whoever_answers_cuts_off_what_is_being_said(fidelity: str) -> None:
    """A message of 6.9 s is being said; 0.3 s after the answer nothing of it is heard."""
    long = {"first_s": 1, "place": False, "wait": False, "messages": [{"prompt": "menu.main"}]}
    with Office(with_(ONE, announce=long), fidelity=fidelity) as office:
        phone = busy(office, "ann")
        caller = waits(office)
        office.wait(4)
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)
        assert caller.hears() == "prompt:menu.main"
        phone.lift()
        office.wait_until(lambda: len(office.saw(CallAnswered)) == 2, 1)
        office.wait(1.3)
        assert np.abs(caller.heard(1.0)).max() < 300
        assert caller.hears() != "prompt:menu.main" or fidelity == "copper"  # there it was the last sound


def test_the_wait_is_told_behind_the_place() -> None:
    """Three short calls have been served: whoever is next waits less than two minutes."""
    with Office(TWO_PEOPLE, fidelity="signal") as office:
        office.wait(3)
        office.agent("ann").sign_in()
        served(office, 3, 1)
        office.phone("phone1").lift()
        caller = waits(office)
        office.wait_until(lambda: caller.hears() == NEXT, 12)
        office.wait_until(told(caller, "two"), 3)
        office.agent("ben").sign_in()
        office.wait_until(lambda: office.phone("phone2").ringing, 2)
        assert caller.hears().startswith("prompt:queue.wait")
        office.phone("phone2").lift()
        office.wait_until(lambda: len(office.saw(CallAnswered)) == 4, 1)
        office.wait(0.3)
        assert caller.hears() == "silence"


def test_nothing_is_told_of_the_wait_before_three_calls_were_served() -> None:
    with Office(ONE, fidelity="signal") as office:
        phone = busy(office, "ann")
        phone.hang_up()
        office.wait(3)
        served(office, 2, 8)
        phone.lift()
        office.wait(1)
        caller = waits(office)
        heard = words(office, caller, 60)
        assert NEXT in heard and not any("wait" in word for word in heard)


def test_a_wait_that_was_told_does_not_grow_until_somebody_leaves() -> None:
    """Calls of 190 s; two people: the second waits two times 95 s, about five minutes."""
    slow = {"queues": {"support": {"members": ["ann", "ben"], "wrap_s": 180}}}
    with Office(slow, fidelity="signal") as office:
        office.wait(3)
        office.agent("ann").sign_in()
        served(office, 3, 10, wrap=180)
        talk_to_each_other(office)
        office.agent("ben").sign_in()
        waits(office)
        second = waits(office, 2)
        office.wait_until(told(second, "five"), 20)
        heard = words(office, second, 120)
        assert heard.count(TWO) == 2 and not any("wait" in word for word in heard[2:])
        office.agent("ben").sign_out()
        office.wait_until(told(second, "ten"), 60)
