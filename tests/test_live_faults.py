"""What goes wrong in town: plugs, cuts, the box's cord; and what was clicked, copied as a story."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_the_page import HANSEN, Desk, played

from firmware.base.events import BoxStarted, CallAnswered, CallEnded
from firmware.rim.journal import Journal
from firmware.settings import merged
from hostsim.office import DEMO
from hostsim.story import MOST, beside_demo


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    desk.tick(3)
    yield desk
    desk.live.close()


def talking(desk: Desk) -> None:
    """Hansen has asked for sales, and ann has answered."""
    assert desk.order("agent.sign_in", who="ann").kind == "done"
    desk.order("town.call", line=1, number=HANSEN, name="Hansen A/S")
    desk.until(lambda: desk.town()["people"][0]["hears"] == "prompt:menu.main")
    desk.order("town.press", who=HANSEN, keys="1")
    desk.until(lambda: desk.town()["phones"]["phone1"]["ringing"])
    desk.order("town.answer", who="phone1")
    desk.until(lambda: desk.saw(CallAnswered))


# Plugs and lines


def test_a_line_whose_plug_is_pulled_is_out_until_it_is_put_back(desk: Desk) -> None:
    assert desk.order("town.unplug", what="line2").kind == "done"
    desk.until(lambda: desk.live.snapshot()["lines"]["line2"]["state"] == "out")
    assert not desk.town()["lines"]["line2"]["plugged"]
    assert desk.refusal("town.unplug", what="line2") == "line2 is unplugged already."
    desk.order("town.plug", what="line2")
    desk.until(lambda: desk.live.snapshot()["lines"]["line2"]["state"] == "idle")


def test_a_handset_whose_plug_is_pulled_is_out_until_it_is_put_back(desk: Desk) -> None:
    desk.order("town.unplug", what="usb1")
    desk.until(lambda: desk.live.snapshot()["phones"]["usb1"]["state"] == "out")
    desk.order("town.plug", what="usb1")
    desk.until(lambda: desk.live.snapshot()["phones"]["usb1"]["state"] == "idle")


def test_a_cut_of_some_seconds_ends_the_call_and_the_line_comes_back(desk: Desk) -> None:
    talking(desk)
    assert desk.order("town.cut", line=1, seconds=3).kind == "done"
    desk.until(lambda: desk.saw(CallEnded))
    desk.until(lambda: desk.live.snapshot()["lines"]["line1"]["state"] == "idle", 40)


def test_a_noisy_line_is_still_a_line(desk: Desk) -> None:
    assert desk.order("town.noise", line=1, dbm=-30).kind == "done"
    assert "town.noise: dbm must be a level in dBm0" in desk.refusal("town.noise", line=1, dbm=0)
    assert desk.refusal("town.cut", line=9).startswith("There is no line 9")


# The cord


def test_a_box_whose_cord_is_pulled_is_dark_and_begins_anew_on_what_the_disk_has(tmp_path: Path) -> None:
    desk = Desk(Journal(tmp_path / "journal.db"))
    desk.tick(3)
    talking(desk)
    assert desk.order("town.power_cut", seconds=0).kind == "done"
    desk.tick(1)
    dark = desk.live.snapshot()
    assert {port["state"] for port in dark["lines"].values()} == {"out"} and dark["calls"] == []
    assert dark["town"]["power"] == {"on": False, "back_in": None}
    assert desk.refusal("agent.hold", who="ann") == "The box has no power."
    assert "no power already" in desk.refusal("town.power_cut")
    assert desk.order("town.power_on").kind == "done"
    desk.tick(3)
    assert desk.refusal("town.power_on") == "The box has power."
    lit = desk.live.snapshot()
    assert lit["lines"]["line1"]["state"] == "idle" and lit["agents"]["ann"]["status"] == "available"
    assert [event.seq for event in desk.rig.journal.events()][-1] == desk.rig.journal.durable
    desk.live.close()
    desk.rig.stop()
    desk.rig.journal.close()


def test_power_comes_back_by_itself(tmp_path: Path) -> None:
    desk = Desk(Journal(tmp_path / "journal.db"))
    desk.tick(1)
    desk.order("town.power_cut", seconds=5)
    desk.tick(2)
    assert desk.live.snapshot()["town"]["power"] == {"on": False, "back_in": 3}
    desk.tick(4)
    assert desk.live.snapshot()["town"]["power"] == {"on": True, "back_in": None}
    desk.until(lambda: [type(each) for each in desk.events].count(BoxStarted) == 2)
    desk.live.close()


# Copied


def test_what_was_clicked_is_a_test_that_ends_the_same(desk: Desk, tmp_path: Path) -> None:
    talking(desk)
    desk.order("town.say", who=HANSEN, text='I\'d like "two" of them.\n')
    desk.tick(2)
    desk.order("agent.hold", who="ann")
    desk.tick(2)
    desk.order("agent.resume", who="ann")
    desk.tick(1)
    desk.order("town.hang_up", who=HANSEN)
    desk.until(lambda: desk.saw(CallEnded))
    desk.tick(3)
    desk.order("town.hang_up", who="phone1")
    story = desk.order("town.story").result
    assert 'hansen = office.caller("+4533120001", name="Hansen A/S")' in story["text"]
    assert "hansen.dial(line=1)" in story["text"] and "ann.hold()" in story["text"]
    assert story["acts"] == desk.town()["acts"] == 9
    played(story["text"], tmp_path)


def test_a_story_begins_where_everything_is_quiet_and_with_who_is_there(desk: Desk, tmp_path: Path) -> None:
    talking(desk)
    assert "hang up first" in desk.refusal("town.story_anew")
    desk.order("town.hang_up", who=HANSEN)
    desk.order("town.hang_up", who="phone1")
    desk.tick(5)
    assert desk.order("town.story_anew").kind == "done"
    desk.order("town.call", line=2, number="+4570101155")
    desk.until(lambda: desk.town()["people"][1]["hears"] == "prompt:menu.main")
    desk.order("town.press", who="+4570101155", keys="1")
    desk.until(lambda: desk.town()["phones"]["phone1"]["ringing"])
    desk.order("town.answer", who="phone1")
    desk.until(lambda: [type(each) for each in desk.events].count(CallAnswered) == 2)
    call = next(each.call for each in reversed(desk.events) if isinstance(each, CallAnswered))
    assert desk.order("agent.note", who="ann", call=call, text="a blue one").kind == "done"
    desk.order("town.unplug", what="line2")
    desk.tick(5)
    desk.order("town.plug", what="line2")
    text = desk.order("town.story").result["text"]
    assert 'ann.sign_in("phone1")' in text and "office.line(2).unplug()" in text
    assert 'call=office.call(1), text="a blue one"' in text  # there it is the first
    played(text, tmp_path)


def test_a_story_ends_where_it_was_asked_for(desk: Desk, tmp_path: Path) -> None:
    """What comes a second later is not in it."""
    desk.order("town.call", line=1, number=HANSEN)
    desk.until(lambda: desk.town()["people"][0]["hears"] == "prompt:menu.main")
    desk.order("town.press", who=HANSEN, keys="1")
    text = desk.order("town.story").result["text"]
    assert "PhoneRang" not in text
    played(text, tmp_path)


def test_a_power_cut_is_part_of_the_story(tmp_path: Path) -> None:
    desk = Desk(Journal(tmp_path / "journal.db"))
    desk.tick(3)
    talking(desk)
    desk.order("town.power_cut", seconds=4)
    desk.tick(6)
    desk.order("town.hang_up", who="phone1")
    desk.order("town.hang_up", who=HANSEN)
    desk.tick(2)
    played(desk.order("town.story").result["text"], tmp_path / "again")
    desk.live.close()


def test_other_settings_than_the_demo_s_are_told_in_the_story_but_no_secret() -> None:
    demo = json.loads(DEMO.read_text("utf-8"))
    change = {
        "people": {"ann": {"pin": "1$x$y"}, "eve": {"number": "105", "pin": "1$z"}},
        "queues": {"support": None},
    }
    told = beside_demo(merged(demo, {**change, "menus": {"main": {"keys": {"2": None}}}}))
    assert told == {
        "people": {"eve": {"number": "105"}},
        "queues": {"support": None},
        "menus": {"main": {"keys": {"2": None}}},
    }


def test_a_story_that_is_full_ends_where_it_was_full(desk: Desk, tmp_path: Path) -> None:
    desk.order("town.lift", phone="phone3")
    for _ in range(MOST // 2):
        desk.order("town.hang_up", who="phone3")
        desk.order("town.lift", phone="phone3")
    desk.order("town.call", line=1, number=HANSEN)
    desk.tick(20)
    story = desk.order("town.story").result
    assert story["acts"] == MOST and "CallArrived" not in story["text"]
    played(story["text"], tmp_path)
