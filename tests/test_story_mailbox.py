"""Hearing messages from a telephone of the office, and what a power cut leaves of them."""

from pathlib import Path
from typing import Any

import pytest
from stories import HANSEN
from test_story_voicemail import BOX, asked_to_speak, fresh, leaves, spoken
from test_story_waiting import words

from firmware.base.events import (
    CallDialled,
    MessageDone,
    MessageDropped,
    MessageHeard,
    MessageLeft,
    PinChecked,
)
from hostsim.office import Office

PIN = "739164"


def opens(office: Office, station: str = "phone1", keys: str = "*97") -> Any:
    phone = office.phone(station)
    phone.lift()
    office.wait(1)
    phone.press(keys)
    return phone


def keyed(office: Office, phone: Any, key: str, word: str) -> None:
    """He presses a key, and then hears that."""
    phone.press(key)
    office.wait_until(lambda: phone.hears() == f"prompt:{word}", 20)


# The menu


def test_the_owner_hears_number_day_time_and_length_and_then_the_message() -> None:
    with Office(BOX, fidelity="signal") as office:
        leaves(office, 5)
        office.wait(10)
        heard = words(office, opens(office), 18)
        told = [word.removeprefix("prompt:") for word in heard]
        assert told[told.index("messages.new_one") :] == [
            *("messages.new_one", "messages.from", "digit.3", "digit.1", "digit.2", "digit.0", "digit.1"),
            *("day.today", "hour.9", "digit.5", "messages.seconds", "message", "silence", "messages.keys"),
        ]
        assert fresh(office) == 0
        assert [(event.mailbox, event.by) for event in office.saw(MessageHeard)] == [("ann", "ann")]


def test_keys_play_again_go_on_delete_and_undo_and_nothing_is_gone_before_he_hangs_up() -> None:
    with Office(BOX, fidelity="signal") as office:
        leaves(office, 5)
        leaves(office, 5, line=2, number="+4533120002")
        phone = opens(office)
        office.wait_until(lambda: phone.hears() == "prompt:message", 15)
        keyed(office, phone, "1", "message")
        keyed(office, phone, "3", "messages.deleted")
        keyed(office, phone, "3", "messages.undone")
        keyed(office, phone, "2", "message")
        keyed(office, phone, "3", "messages.deleted")
        keyed(office, phone, "2", "messages.last")
        assert office.box.tapes.found("messages/story-2.1") > 0
        office.wait_until(lambda: phone.hears() == "dial", 5)
        (done,) = office.saw(MessageDone)
        office.wait(0.1)
        assert (done.message, office.box.tapes.found("messages/story-2.1")) == ("story-2.1", 0)
        assert office.box.tapes.found("messages/story-1.1") > 0


def test_messages_for_a_queue_are_everybodys_of_it_and_heard_by_one_they_are_heard() -> None:
    with Office({**BOX, "queues": {"sales": {"members": ["ann", "ben"]}}}, fidelity="signal") as office:
        leaves(office, 5, key="6")
        assert [fresh(office, who) for who in ("ann", "ben", "cleo")] == [1, 1, 0]
        phone = opens(office, "phone2")
        office.wait_until(lambda: phone.hears() == "prompt:messages.all", 5)
        office.wait_until(lambda: phone.hears() == "prompt:message", 15)
        keyed(office, phone, "3", "messages.deleted")
        phone.hang_up()
        office.wait(1)
        assert [event.by for event in office.saw(MessageDone)] == ["ben"]
        assert fresh(office) == 0


def test_who_hangs_up_over_a_message_has_not_heard_it() -> None:
    with Office(BOX, fidelity="signal") as office:
        leaves(office, 5)
        phone = opens(office)
        office.wait_until(lambda: phone.hears() == "prompt:message", 15)
        phone.hang_up()
        office.wait(1)
        assert (fresh(office), office.saw(MessageDone)) == (1, [])


def test_9_calls_the_sender_back() -> None:
    with Office(BOX, fidelity="signal") as office:
        leaves(office, 5)
        office.wait(10)
        phone = opens(office)
        office.wait_until(lambda: phone.hears() == "prompt:message", 15)
        phone.press("9")
        office.wait_until(lambda: office.saw(CallDialled), 5)
        assert [(event.phone, event.number) for event in office.saw(CallDialled)] == [("phone1", "33120001")]


def test_elsewhere_he_proves_who_he_is_and_any_mailbox_is_open_to_who_knows_its_pin() -> None:
    with Office(BOX, fidelity="signal") as office:
        leaves(office, 5)
        office.wait(3)
        office.agent("ann").sign_in("phone3")
        phone = opens(office, "phone3")
        keyed(office, phone, "", "code.pin")
        keyed(office, phone, "111111#", "code.wrong_pin")
        keyed(office, phone, "", "code.pin")
        keyed(office, phone, f"{PIN}#", "messages.new_one")
        phone.hang_up()
        other = opens(office, "phone4", "*98")
        keyed(office, other, "", "messages.number")
        keyed(office, other, "101#", "code.pin")
        keyed(office, other, f"{PIN}#", "messages.new_one")
        assert [event.right for event in office.saw(PinChecked)] == [False, True, True]


def test_no_messages_no_mailbox_of_anybody_and_no_such_number() -> None:
    with Office(BOX, fidelity="signal") as office:
        office.wait(3)
        for station, keys, said in (
            ("phone1", "*97", "messages.none"),
            ("phone4", "*97", "code.nobody_here"),
        ):
            phone = opens(office, station, keys)
            office.wait_until(lambda phone=phone, said=said: phone.hears() == f"prompt:{said}", 3)
        phone = opens(office, "phone3", "*98")
        keyed(office, phone, "", "messages.number")
        keyed(office, phone, "555#", "code.no_such_number")


# Over a power cut


@pytest.mark.parametrize("said", [4.2, 7.7])
def test_a_power_cut_while_he_speaks_leaves_what_he_said_until_then(tmp_path: Path, said: float) -> None:
    with Office(BOX, fidelity="signal", state=tmp_path) as office:
        caller = asked_to_speak(office)
        caller.say(spoken(15))
        office.wait(said)
        office.power_cut()
        office.wait(2)
        office.restart()
        office.wait(4)
        (left,) = office.saw(MessageLeft)
        assert (left.mailbox, left.number, left.cut) == ("ann", HANSEN, True)
        assert said - 1.0 <= left.seconds <= said + 0.1
        assert fresh(office) == 1
        phone = opens(office)
        office.wait_until(lambda: phone.hears() == "prompt:messages.cut", 20)
        office.wait_until(lambda: phone.hears() == "prompt:message", 2)


def test_a_message_that_was_hardly_begun_is_none_after_a_power_cut(tmp_path: Path) -> None:
    with Office(BOX, fidelity="signal", state=tmp_path) as office:
        asked_to_speak(office)
        office.wait(2)
        office.power_cut()
        office.wait(2)
        office.restart()
        office.wait(1)
        assert (len(office.saw(MessageDropped)), office.saw(MessageLeft)) == (1, [])
        assert list((tmp_path / "sound" / "messages").iterdir()) == []


def test_messages_and_who_heard_them_are_known_after_a_restart(tmp_path: Path) -> None:
    with Office(BOX, fidelity="signal", state=tmp_path) as office:
        leaves(office, 5)
        leaves(office, 5, line=2, number="+4533120002")
        phone = opens(office)
        office.wait_until(lambda: phone.hears() == "prompt:message", 15)
        keyed(office, phone, "3", "messages.deleted")
        keyed(office, phone, "2", "message")
        phone.hang_up()
        office.wait(1)
        office.power_cut()
        office.restart()
        office.wait(3)
        assert fresh(office) == 1
        phone = opens(office)
        office.wait_until(lambda: phone.hears() == "prompt:messages.new_one", 5)
        assert [path.stem for path in (tmp_path / "sound" / "messages").iterdir()] == ["story-2.1"]
