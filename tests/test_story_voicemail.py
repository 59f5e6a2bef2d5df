"""Mailboxes: callers leave messages, and are told what became of them."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from speech import compared, recorded
from stories import HANSEN, menu_heard
from test_story_waiting import waits, words

from firmware.base import Refused
from firmware.base.events import (
    CallEnded,
    MessageBegan,
    MessageDropped,
    MessageHeard,
    MessageLeft,
    QueueLeft,
)
from firmware.rim.journal import MemoryJournal
from firmware.sound.frame import level
from hostsim.office import Office

BOX: dict[str, Any] = {"menus": {"main": {"keys": {"5": "mailbox:ann", "6": "mailbox:sales"}}}}
SPEECH = recorded("demo-instruct")


class HangingJournal(MemoryJournal):
    """Its disk stands still at some time."""

    hangs = False

    def commit(self) -> None:
        if not self.hangs:
            super().commit()


class HangingOffice(Office):
    def _open_journal(self) -> HangingJournal:
        self.disk = HangingJournal()
        return self.disk


def spoken(seconds: float) -> Any:
    return SPEECH[: round(seconds * 8000)]


def asked_to_speak(office: Office, key: str = "5", line: int = 1, number: str = HANSEN) -> Any:
    """Somebody asks for a mailbox, and hears its tone."""
    caller = menu_heard(office, line, number)
    caller.press(key)
    office.wait_until(lambda: len(office.saw(MessageBegan)) == line, 15)
    return caller


def leaves(office: Office, seconds: float = 5, key: str = "5", line: int = 1, number: str = HANSEN) -> Any:
    """He speaks so long, and presses #."""
    caller = asked_to_speak(office, key, line, number)
    caller.say(spoken(seconds))
    office.wait(seconds)
    caller.press("#")
    office.wait_until(lambda: len(office.saw(MessageLeft)) == line, 2)
    return caller


def fresh(office: Office, who: str = "ann") -> int:
    count: int = office.box.snapshot()["agents"][who]["messages"]
    return count


# Leaving one


def test_a_caller_speaks_after_the_tone_and_is_told_when_it_is_saved() -> None:
    with Office(BOX, fidelity="signal") as office:
        caller = menu_heard(office)
        caller.press("5")
        heard = words(office, caller, 8)
        assert heard == [
            *("prompt:mailbox.of", "prompt:digit.1", "prompt:digit.0", "prompt:digit.1"),
            *("prompt:mailbox.speak", "prompt:beep", "silence"),
        ]
        caller.say(spoken(5))
        office.wait(5)
        caller.press("#")
        office.wait(0.2)
        assert caller.hears() == "prompt:mailbox.saved"
        (left,) = office.saw(MessageLeft)
        assert (left.mailbox, left.number, left.cut) == ("ann", HANSEN, False)
        assert left.seconds == pytest.approx(6, abs=1)
        assert fresh(office) == 1
        office.wait_until(lambda: caller.state == "dropped", 10)


def test_saved_is_not_said_before_it_is_safe_on_the_disk() -> None:
    with HangingOffice(BOX, fidelity="signal") as office:
        caller = asked_to_speak(office)
        caller.say(spoken(5))
        office.wait(5)
        office.disk.hangs = True
        caller.press("#")
        office.wait(2)
        assert caller.hears() == "silence"
        office.wait_until(lambda: caller.hears() == "prompt:mailbox.not_kept", 3)


def test_a_key_over_the_greeting_goes_straight_to_the_tone() -> None:
    with Office(BOX, fidelity="signal") as office:
        caller = menu_heard(office)
        caller.press("5")
        office.wait_until(lambda: caller.hears() == "prompt:mailbox.of", 2)
        caller.press("#")
        office.wait_until(lambda: caller.hears() == "prompt:beep", 0.2)
        office.wait(1)
        assert len(office.saw(MessageBegan)) == 1


def test_ten_seconds_of_silence_end_a_message_and_are_no_part_of_it() -> None:
    with Office(BOX, fidelity="signal") as office:
        caller = asked_to_speak(office)
        caller.say(spoken(6))
        office.wait_until(lambda: caller.hears() == "prompt:mailbox.saved", 20)
        assert office.saw(MessageLeft)[0].seconds == pytest.approx(6.5, abs=0.6)


def test_it_is_at_most_as_long_as_the_mailbox_allows() -> None:
    with Office({**BOX, "people": {"ann": {"mailbox": {"most_s": 10}}}}, fidelity="signal") as office:
        caller = asked_to_speak(office)
        caller.say(spoken(15))
        office.wait_until(lambda: caller.hears() == "prompt:mailbox.saved", 11)
        assert office.saw(MessageLeft)[0].seconds == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize("said", [0, 1.5])
def test_less_than_three_seconds_are_no_message(said: float) -> None:
    with Office(BOX, fidelity="signal") as office:
        caller = asked_to_speak(office)
        caller.say(spoken(said))
        office.wait_until(lambda: caller.hears() == "prompt:mailbox.nothing", 15)
        office.wait(10)
        assert office.saw(MessageLeft) == []
        assert len(office.saw(MessageDropped)) == len(office.saw(CallEnded)) == 1
        assert office.box.tapes.found("messages/story-1.1") == 0


@pytest.mark.parametrize("release", ["loop_break", "reversal", "busy_tone", "dial_tone"])
def test_who_hangs_up_has_left_a_message_too(release: str) -> None:
    with Office(BOX, fidelity="signal") as office:
        office.line(1).exchange(release=release)
        caller = asked_to_speak(office)
        caller.say(spoken(6))
        office.wait(6.5)
        caller.hang_up()
        office.wait_until(lambda: office.saw(MessageLeft), 15)
        assert office.saw(CallEnded)[0].reason == release
        assert office.saw(MessageLeft)[0].seconds == pytest.approx(6.4, abs=0.8)


def test_where_there_is_no_room_he_is_told_so_and_nothing_else_stops() -> None:
    with Office(BOX, fidelity="signal") as office:
        office.wait(3)
        office.box.tapes.files.room = 0
        caller = menu_heard(office)
        caller.press("5")
        office.wait_until(lambda: caller.hears() == "prompt:mailbox.full", 15)
        office.wait_until(lambda: caller.state == "dropped", 10)
        assert office.saw(MessageBegan) == []


def test_a_disk_that_fills_meanwhile_keeps_what_it_has() -> None:
    with Office(BOX, fidelity="signal") as office:
        caller = asked_to_speak(office)
        caller.say(spoken(10))
        office.wait(6)
        office.box.tapes.files.room = 0
        office.wait_until(lambda: caller.hears() == "prompt:mailbox.not_kept", 10)
        office.wait_until(lambda: office.saw(MessageLeft), 1)
        assert office.saw(MessageLeft)[0].seconds == pytest.approx(6, abs=0.5)
        assert "disk" in office.box.snapshot()["tapes"]


# Who is led there


def test_a_key_while_he_waits_and_a_queue_where_nobody_is_lead_to_a_mailbox() -> None:
    keys = {"members": ["ann"], "keys": {"2": "mailbox:support"}}
    with Office({"queues": {"support": keys}}, fidelity="signal") as office:
        caller = waits(office)
        office.wait(2)
        caller.press("2")
        office.wait_until(lambda: caller.hears() == "prompt:mailbox.ours", 1)
        assert [event.outcome for event in office.saw(QueueLeft)] == ["exit_key"]
    nobody = {"queues": {"support": {"nobody": {"to": "mailbox:support"}}}}
    with Office(nobody, fidelity="signal") as office:
        caller = waits(office)
        office.wait_until(lambda: caller.hears() == "prompt:mailbox.ours", 5)


def test_a_caller_is_handed_on_straight_to_a_colleagues_mailbox() -> None:
    with Office(fidelity="signal") as office:
        office.wait(3)
        ann = office.agent("ann")
        ann.sign_in()
        caller = waits(office)
        office.wait_until(lambda: ann.ringing, 5)
        ann.answer()
        office.wait(2)
        ann.transfer("mailbox:ben")
        office.wait_until(lambda: caller.hears() == "prompt:mailbox.of", 1)
        office.wait_until(lambda: len(office.saw(MessageBegan)) == 1, 10)
        caller.say(spoken(5))
        office.wait(6)
        caller.hang_up()
        office.wait_until(lambda: office.saw(MessageLeft), 15)
        assert (fresh(office), fresh(office, "ben")) == (0, 1)


def test_settings_name_mailboxes_that_there_are() -> None:
    for to in ("mailbox:nobody", "mailbox:", "mailbox:phone1"):
        with pytest.raises(Refused, match=r"menus\.main\.keys\.5"):
            Office({"menus": {"main": {"keys": {"5": to}}}}, fidelity="signal")
    with pytest.raises(Refused, match="mailbox:ann"):
        Office({**BOX, "people": {"ann": {"mailbox": {"enabled": False}}}}, fidelity="signal")
    with Office({**BOX, "people": {"ann": {"mailbox": {"greeting": "closed"}}}}, fidelity="signal") as office:
        caller = menu_heard(office)
        caller.press("5")
        office.wait_until(lambda: caller.hears() == "prompt:closed", 2)


# With sound


def test_what_was_said_is_heard_and_no_busy_tone_behind_it() -> None:
    with Office(BOX) as office:
        office.line(1).exchange(release="busy_tone")
        caller = asked_to_speak(office)
        caller.say(spoken(5))
        office.wait(5.2)
        caller.hang_up()
        office.wait_until(lambda: office.saw(MessageLeft), 15)
        assert office.saw(MessageLeft)[0].seconds == pytest.approx(5.6, abs=0.4)
        phone = office.phone("phone1")
        phone.lift()
        office.wait(1.5)
        loud = [level(part / np.float32(32768)) > -30 for part in phone.heard(1.0).reshape(50, -1)]
        assert sum(one != other for one, other in pairwise(loud)) > 6  # it stutters
        phone.press("*97")
        office.wait_until(lambda: office.saw(MessageHeard), 25)
        coherence, louder, _ = compared(spoken(5), phone.heard(6.2)[: 8000 * 6])
        assert coherence > 0.95
        assert -3 < louder < 3
