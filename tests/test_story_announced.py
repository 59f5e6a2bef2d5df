"""What the owner may choose for those who wait: when they are told what, messages, keys, and music."""

from pathlib import Path
from typing import Any

import pytest
from asking import asked_for, asks, busy_ann
from stories import menu_heard
from test_story_waiting import NEXT, ONE, TWO, busy, served, told, waits, with_, words

from firmware.base import Refused
from firmware.base.events import QueueLeft, WaitTold
from firmware.calls.dialogue import Keys, Script
from hostsim.office import Office


def announced(**fields: Any) -> dict[str, Any]:
    return with_(ONE, announce=fields)


def test_the_owner_says_how_soon_and_how_often() -> None:
    with Office(announced(first_s=3, every_s=12), fidelity="signal") as office:
        busy(office, "ann")
        waits(office)
        entered = office.now
        office.wait(30)
        told = [event.at / 1e6 - entered for event in office.saw(WaitTold)]
        assert told == pytest.approx([3, 15, 27], abs=0.1)


def test_a_better_place_comes_no_sooner_than_the_owner_says() -> None:
    with Office(announced(gap_s=30), fidelity="signal") as office:
        busy(office, "ann")
        first, second = waits(office), waits(office, 2)
        office.wait_until(lambda: second.hears() == TWO, 12)
        told = office.now
        first.hang_up()
        office.wait_until(lambda: second.hears() == NEXT, 40)
        assert office.now - told == pytest.approx(30, abs=0.1)


def test_a_place_that_is_not_to_be_told_is_not_told() -> None:
    with Office(announced(place=False), fidelity="signal") as office:
        busy(office, "ann")
        caller = waits(office)
        assert not any(word.startswith("prompt:queue") for word in words(office, caller, 70))
        assert office.saw(WaitTold) == []


def test_messages_come_in_their_order_by_weight_and_as_often_as_the_owner_says() -> None:
    messages = [{"prompt": "goodbye", "weight": 2}, {"prompt": "operator"}]
    fields = {"first_s": 1, "every_s": 10, "place": False, "messages": messages, "message_every": 2}
    with Office(announced(**fields), fidelity="signal") as office:
        busy(office, "ann")
        caller = waits(office)
        heard = [word for word in words(office, caller, 82) if word.startswith("prompt")]
        assert heard == ["prompt:goodbye", "prompt:operator", "prompt:goodbye", "prompt:goodbye"]


def test_the_keys_that_lead_elsewhere_are_told() -> None:
    keys = {"0": "operator", "9": "sales", "*": "ben", "5": "dan"}
    queues = {"support": {**ONE["queues"]["support"], "keys": keys}, "sales": {"spoken": "nobody"}}
    with Office({**ONE, "queues": queues}, fidelity="signal") as office:
        busy(office, "ann")
        caller = waits(office)
        heard = [word.removeprefix("prompt:") for word in words(office, caller, 25)]
        said = ["queue.next", "exit.operator", "digit.0", "exit.for", "nobody", "exit.press", "digit.9"]
        assert heard[heard.index("queue.next") : -1] == [*said, "exit.other", "key.star"]
        caller.press("0")
        office.wait(0.5)
        assert [event.outcome for event in office.saw(QueueLeft)] == ["exit_key"]
        assert caller.hears() == "ringback"


def test_a_key_pressed_over_an_announcement_cuts_it_off() -> None:
    settings = with_(ONE, keys={"0": "operator"})
    with Office(settings, fidelity="signal") as office:
        busy(office, "ann")
        caller = waits(office)
        office.wait_until(lambda: caller.hears() == NEXT, 12)
        caller.press("0")
        office.wait(0.3)
        assert caller.hears() == "ringback"


def test_ringback_may_stay_instead_of_music() -> None:
    with Office(announced(music="ringback"), fidelity="signal") as office:
        busy(office, "ann")
        caller = waits(office)
        heard = words(office, caller, 20)
        assert heard[heard.index("ringback") :] == ["ringback", NEXT, "ringback"]


def question() -> Script:
    yield Keys(("callback.offer",))


@pytest.mark.parametrize("music", ["music", "ringback"])
def test_whoever_the_box_speaks_with_is_not_spoken_over_and_his_music_comes_back(music: str) -> None:
    with Office(announced(music=music), fidelity="signal") as office:
        busy(office, "ann")
        caller = waits(office)
        office.wait(6)
        gain = office.box.sound.matrix.gain  # line1 is the first row, music the last speaker
        office.soon(lambda: office.box.exchange.talks.begin("line1", question()))
        office.wait(1)
        assert 0 <= gain[0, -1] < 0.3
        assert office.saw(WaitTold) == []
        heard = words(office, caller, 5)
        assert NEXT not in heard
        caller.press("1")
        office.wait_until(lambda: caller.hears() == NEXT, 1)  # it was due meanwhile
        office.wait_until(lambda: caller.hears() == music, 3)
        office.wait(0.04)
        assert gain[0, -1] == (music == "music")


def test_ringback_comes_back_after_a_dialogue_where_nobody_is_there() -> None:
    with Office(ONE, fidelity="signal") as office:
        caller = waits(office)
        office.wait(2)
        office.soon(lambda: office.box.exchange.talks.begin("line1", question()))
        office.wait(1)
        caller.press("1")
        office.wait(1)
        assert caller.hears() == "ringback"


def test_a_dialogue_goes_on_while_the_last_of_the_people_leaves() -> None:
    with Office(ONE, fidelity="signal") as office:
        busy(office, "ann")
        caller = waits(office)
        office.wait(2)
        office.soon(lambda: office.box.exchange.talks.begin("line1", question()))
        office.wait(0.5)
        office.agent("ann").sign_out()
        office.wait(0.5)
        assert caller.hears().startswith("prompt:callback")
        caller.press("1")
        office.wait(0.5)
        assert caller.hears() == "ringback"


def test_who_rings_again_is_told_his_place_as_soon_as_anybody() -> None:
    with Office(announced(first_s=8), fidelity="signal") as office:
        busy(office, "ann")
        first = waits(office)
        office.wait(60)
        first.hang_up()
        office.wait_until(lambda: office.line(1).state == "idle", 30)
        again = menu_heard(office, number="+4533120001")
        again.press("2")
        office.wait(7)
        assert again.hears() == "music"
        office.wait_until(lambda: again.hears() == NEXT, 2)


def test_a_change_of_the_owner_counts_from_the_next_announcement_on() -> None:
    with Office(ONE, fidelity="signal") as office:
        busy(office, "ann")
        caller = waits(office)
        office.wait_until(lambda: caller.hears() == NEXT, 12)
        change = {"place": False, "messages": [{"prompt": "goodbye"}]}
        office.settings({"queues": {"support": {"announce": change}}})
        heard = words(office, caller, 50)
        assert heard.count(NEXT) == 1 and heard.count("prompt:goodbye") == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"queues": {"support": {"spoken": "nonsense"}}},
            'queues.support.spoken: there is no prompt "nonsense"',
        ),
        ({"people": {"ann": {"greeting": "nonsense"}}}, "people.ann.greeting"),
        ({"names": {"+4533120001": "nonsense"}}, "names: there is no prompt"),
        (announced(messages=[{"prompt": "nonsense"}]), "queues.support.announce.messages"),
        (announced(every_s=1), r"queues.support.announce.every_s: .1. is not allowed: expected float >= 10"),
        (
            announced(evry_s=1),
            "queues.support.announce.evry_s: there is no such setting; allowed here: first_s",
        ),
    ],
)
def test_what_cannot_be_said_is_refused(change: dict[str, Any], said: str) -> None:
    with Office(fidelity="signal") as office:
        office.settings(change)
        with pytest.raises(Refused, match=said):
            office.wait(1)


def test_a_call_back_that_waits_ahead_counts_as_a_place() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        busy_ann(office)
        asks(office)
        assert [event.outcome for event in office.saw(QueueLeft)] == ["callback"]
        caller = waits(office, 2)
        office.wait_until(lambda: caller.hears() == TWO, 12)


def test_what_is_known_of_the_wait_outlives_a_power_cut(tmp_path: Path) -> None:
    with Office(ONE, fidelity="signal", state=tmp_path) as office:
        office.wait(3)
        office.agent("ann").sign_in()
        served(office, 3, 10)
        office.wait(300)  # within five minutes it is told
        office.power_cut()
        office.wait(5)
        office.restart()
        busy(office, "ann")
        caller = waits(office)
        office.wait_until(told(caller, "two"), 12)
