"""The town's orders: what the page may do, what it is told when it may not, and what it sees."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from at_the_page import HANSEN, Desk

from firmware.base.events import CallAnswered, CallArrived, CallEnded
from firmware.base.orders import Reply
from hostsim.live import SENTENCES
from hostsim.speech import spoken
from hostsim.town_orders import PEOPLE, RESIDENTS


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.live.close()


def test_a_call_is_made_answered_and_ended_from_the_page(desk: Desk) -> None:
    assert desk.order("town.call", line=1, number="33120001", name="").kind == "done"
    desk.until(lambda: desk.saw(CallArrived))
    desk.until(lambda: desk.town()["people"][0]["hears"] == "prompt:menu.main")
    desk.order("town.press", who=HANSEN, keys="1")
    desk.until(lambda: desk.town()["phones"]["phone1"]["ringing"])
    assert desk.order("town.answer", who="phone1").kind == "done"
    desk.until(lambda: desk.saw(CallAnswered))
    assert desk.town()["people"][0] | {"hears": ""} == {
        "number": HANSEN, "name": "Hansen A/S", "state": "talking", "hears": "", "line": "line1"
    }  # fmt: skip
    assert desk.order("town.hang_up", who="phone1").kind == "done"
    desk.until(lambda: desk.saw(CallEnded))


def test_an_office_phone_is_lifted_to_dial_and_somebody_in_town_answers(desk: Desk) -> None:
    desk.tick(2)
    assert desk.order("town.dial", phone="phone2", digits=HANSEN[3:]).kind == "done"
    desk.until(lambda: desk.town()["people"][0]["state"] == "ringing")
    assert desk.order("town.answer", who=HANSEN).kind == "done"
    desk.until(lambda: desk.saw(CallAnswered))


def test_a_handset_without_wires_is_worked_from_the_page_too(desk: Desk) -> None:
    desk.tick(2)
    assert list(desk.live.snapshot()["phones"]) == list(desk.town()["phones"])
    assert desk.order("town.dial", phone="browser", digits="103#").kind == "done"
    desk.until(lambda: desk.town()["phones"]["usb1"]["ringing"])
    assert desk.order("town.answer", who="usb1").kind == "done"
    desk.until(lambda: desk.saw(CallAnswered))
    desk.order("town.say", who="usb1", text="Good morning.")
    desk.until(lambda: desk.town()["phones"]["browser"]["hears"] == "speech")
    assert desk.order("town.hang_up", who="usb1").kind == "done"
    desk.until(lambda: desk.saw(CallEnded))


def test_a_sentence_is_spoken_beside_the_tick_and_said_into_the_telephone(desk: Desk) -> None:
    desk.tick(2)
    desk.order("town.lift", phone="phone3")
    desk.tick(1)
    assert desk.order("town.say", who="phone3", text="Good morning.").kind == "done"
    assert desk.rig.town.telephones["phone3"].speaking


@pytest.mark.parametrize(
    ("name", "args", "sentence"),
    [
        (
            "town.call",
            {"line": 9, "number": HANSEN},
            "There is no line 9; there are line1, line2, line3, line4.",
        ),
        ("town.call", {"line": 1, "number": "00"}, "00 is no telephone number: try +4533120001."),
        ("town.call", {"line": 1, "number": "OFFICE"}, "is a line of the office: nobody in town has it."),
        (
            "town.press",
            {"who": HANSEN, "keys": "1"},
            f"{HANSEN} is not on the telephone: let him call first.",
        ),
        ("town.press", {"who": "phone1", "keys": "1"}, "phone1 lies on its hook: lift it first."),
        ("town.say", {"who": "phone1", "text": "Hello"}, "phone1 lies on its hook: lift it first."),
        ("town.answer", {"who": "phone1"}, "phone1 does not ring."),
        ("town.hang_up", {"who": "+4599999999"}, "Nobody in town has the number +4599999999"),
        (
            "town.lift",
            {"phone": "phone9"},
            "There is no phone9; there are phone1, phone2, phone3, phone4, usb1, browser.",
        ),
        ("town.burn", {}, 'there is no order "town.burn"'),
        ("burn", {}, 'there is no order "burn"'),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_to_do(
    desk: Desk, name: str, args: dict[str, Any], sentence: str
) -> None:
    office = desk.rig.town.lines["line1"].number
    args = {key: office if value == "OFFICE" else value for key, value in args.items()}
    assert sentence in desk.refusal(name, **args)


def test_who_is_on_the_telephone_cannot_call_again(desk: Desk) -> None:
    desk.order("town.call", line=1, number=HANSEN)
    assert "hang up first" in desk.refusal("town.call", line=2, number=HANSEN)
    desk.order("town.lift", phone="phone1")
    desk.tick(1)
    assert desk.refusal("town.lift", phone="phone1") == "phone1 is lifted already."


def test_the_town_has_room_for_so_many(desk: Desk) -> None:
    for n in range(PEOPLE - len(RESIDENTS)):
        desk.order("town.call", line=1, number=f"+45331201{n:02}")
    assert desk.refusal("town.call", line=1, number="+4533120199").startswith("50 people live in this town")


def test_too_many_sentences_at_once_are_refused(desk: Desk) -> None:
    desk.tick(2)
    desk.order("town.lift", phone="phone1")
    desk.tick(1)
    replies: list[Reply] = []
    for _ in range(SENTENCES + 5):
        desk.live.post("town.say", {"who": "phone1", "text": "Hello"}, replies.append)
    desk.tick()
    assert [reply.sentence for reply in replies] == ["Too much is being said at once: let them finish."] * 5


def test_the_figures_stand_in_the_snapshot(desk: Desk) -> None:
    desk.tick()
    state = desk.live.snapshot()
    assert state["late_ticks"] == 0 and state["version"] and set(state["lines"]) >= {"line1", "line4"}


def test_everybody_speaks_in_a_voice_of_his_own() -> None:
    hansen, parcel = (spoken("Good morning", who) for who in RESIDENTS)
    assert hansen.dtype == np.int16 and 4_000 < len(hansen) < 16_000
    assert 3_000 < np.abs(hansen).max() < 32_000
    assert len(hansen) != len(parcel) or not np.array_equal(hansen, parcel)
