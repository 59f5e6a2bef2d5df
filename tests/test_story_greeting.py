"""The greeting of a mailbox, spoken at a telephone: heard, kept, spoken again, or the box's own words."""

from pathlib import Path
from typing import Any

import pytest
from speech import compared
from stories import menu_heard
from test_story_mailbox import keyed, opens
from test_story_voicemail import BOX, spoken

from firmware.base.events import GreetingKept, GreetingLeft
from hostsim.office import Office


def begins(office: Office) -> Any:
    """Ann asks for her own mailbox's, of several."""
    phone = opens(office, "phone1", "*96")
    keyed(office, phone, "", "own.mailbox")
    keyed(office, phone, "1", "own.begin")
    return phone


def speaks(office: Office, seconds: float = 4) -> Any:
    """She speaks a greeting, and is asked what she wants with it."""
    return says(office, begins(office), "1", seconds)


def says(office: Office, phone: Any, key: str, seconds: float = 4) -> Any:
    keyed(office, phone, key, "own.speak")
    office.wait_until(lambda: phone.hears() == "prompt:beep", 8)
    office.wait(0.5)
    phone.say(spoken(seconds))
    office.wait(seconds)
    phone.press("#")
    return phone


def first_word(office: Office) -> str:
    """What a caller of ann's mailbox hears first."""
    caller = menu_heard(office, 1)
    caller.press("5")
    words = ("prompt:own", "prompt:mailbox.of", "prompt:mailbox.ours")
    office.wait_until(lambda: caller.hears() in words, 5)
    heard = str(caller.hears())
    caller.hang_up()
    office.wait(15)
    return heard


def test_it_is_spoken_heard_spoken_again_kept_and_then_callers_hear_it() -> None:
    with Office(BOX, fidelity="signal") as office:
        office.wait(3)
        phone = speaks(office)
        keyed(office, phone, "", "own.keys")
        keyed(office, phone, "2", "own")
        says(office, phone, "3", 6)
        keyed(office, phone, "", "own.keys")
        assert office.saw(GreetingKept) == []
        assert first_word(office) == "prompt:mailbox.of"


def test_who_keeps_it_is_told_so_and_can_go_back_to_the_boxs_own_words() -> None:
    with Office(BOX, fidelity="signal") as office:
        office.wait(3)
        keyed(office, speaks(office), "1", "own.kept")
        office.phone("phone1").hang_up()
        assert first_word(office) == "prompt:own"
        assert office.box.tapes.found("greetings/ann.1") == pytest.approx(4.0, abs=0.3)
        phone = begins(office)
        keyed(office, phone, "2", "own")
        keyed(office, phone, "", "own.begin")
        keyed(office, phone, "3", "own.standard")
        phone.hang_up()
        assert first_word(office) == "prompt:mailbox.of"
        assert (len(office.saw(GreetingKept)), len(office.saw(GreetingLeft))) == (1, 1)
        assert office.box.tapes.found("greetings/ann.1") == 0


def test_at_copper_callers_hear_what_was_spoken() -> None:
    with Office({**BOX, "queues": {name: {"members": ["ben"]} for name in ("sales", "support")}}) as office:
        office.wait(3)
        phone = opens(office, "phone1", "*96")
        keyed(office, phone, "", "own.begin")
        keyed(office, phone, "1", "own.speak")
        office.wait_until(lambda: phone.hears() == "silence", 10)  # the tone is over
        phone.say(spoken(3))
        office.wait(3.2)
        keyed(office, phone, "#", "own.keys")
        keyed(office, phone, "1", "own.kept")
        caller = menu_heard(office)
        caller.press("5")
        office.wait_until(lambda: caller.hears() == "prompt:mailbox.speak", 10)
        coherence, _, _ = compared(spoken(3), caller.heard(5))
        assert coherence > 0.9


def test_a_second_one_takes_the_place_of_the_first_when_it_is_kept_and_not_before() -> None:
    with Office(BOX, fidelity="signal") as office:
        office.wait(3)
        keyed(office, speaks(office), "1", "own.kept")
        office.phone("phone1").hang_up()
        office.wait(1)
        phone = speaks(office, 6)
        keyed(office, phone, "", "own.keys")
        phone.hang_up()
        office.wait(1)
        found = office.box.tapes.found
        assert found("greetings/ann.1") > 0 and found("greetings/ann.2") == 0
        keyed(office, speaks(office, 6), "1", "own.kept")
        assert [event.file for event in office.saw(GreetingKept)] == ["greetings/ann.1", "greetings/ann.2"]
        office.wait(0.5)
        assert found("greetings/ann.1") == 0 and found("greetings/ann.2") > 5


def test_less_than_a_second_is_none_and_a_member_of_a_queue_is_asked_which() -> None:
    with Office({**BOX, "queues": {"sales": {"members": ["ben"]}}}, fidelity="signal") as office:
        office.wait(3)
        phone = opens(office, "phone2", "*96")
        keyed(office, phone, "", "own.mailbox")
        keyed(office, phone, "2", "own.begin")
        says(office, phone, "1", 0.2)
        keyed(office, phone, "", "own.short")
        says(office, phone, "")
        keyed(office, phone, "1", "own.kept")
        assert [(event.mailbox, event.by) for event in office.saw(GreetingKept)] == [("sales", "ben")]


def test_elsewhere_he_proves_who_he_is_and_nobody_has_no_greeting() -> None:
    with Office(BOX, fidelity="signal") as office:
        office.wait(3)
        keyed(office, opens(office, "phone4", "*96"), "", "code.nobody_here")
        office.agent("ann").sign_in("phone3")
        keyed(office, opens(office, "phone3", "*96"), "", "code.pin")


def test_where_the_disk_takes_nothing_he_is_told_and_all_is_as_it_was() -> None:
    with Office(BOX, fidelity="signal") as office:
        office.wait(3)
        phone = begins(office)
        office.box.tapes.files.room = 0
        office.wait(0.1)
        keyed(office, phone, "1", "own.failed")
        assert office.saw(GreetingKept) == []


def test_it_outlasts_a_power_cut(tmp_path: Path) -> None:
    with Office(BOX, fidelity="signal", state=tmp_path) as office:
        office.wait(3)
        keyed(office, speaks(office), "1", "own.kept")
        office.power_cut()
        office.restart()
        office.wait(3)
        assert first_word(office) == "prompt:own"
        assert [path.name for path in (tmp_path / "sound" / "greetings").iterdir()] == ["ann.1.wav"]
