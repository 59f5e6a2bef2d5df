"""A program outside drives a step: it says, asks, notes and leads on, and can do no more than a menu."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from outside import Server
from speech import recorded
from test_story_ivr import flow, hears, led_to, rings

from firmware.base.events import (
    CallDialled,
    CallEnded,
    CaseData,
    DigitHeard,
    MessageBegan,
    MessageLeft,
    PhoneRang,
)
from hostsim.office import Office

Answer = list[dict[str, Any]]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def says(server: Server, *answers: Answer | str) -> None:
    """What it answers, one after another."""
    left = [text if isinstance(text, str) else json.dumps(text) for text in answers]
    server.reply = lambda path, body: (200, left.pop(0).encode())


def driven(server: Server, state: Path) -> Office:
    step = {"first": {"do": "program", "url": f"{server.url}/call", "next": "sales", "else": "support"}}
    return Office({**flow(step), "lookup_hosts": [server.url]}, fidelity="signal", state=state)


def test_a_program_says_asks_notes_and_leads_on(server: Server, tmp_path: Path) -> None:
    says(
        server,
        [
            {"verb": "answer"},
            {"verb": "say", "prompts": ["greeting"], "money": "7.50"},
            {"verb": "gather", "prompts": ["collect.number"], "most": 4, "name": "order"},
        ],
        [{"verb": "tag", "data": {"state": "sent"}}, {"verb": "enqueue", "queue": "support"}],
    )
    with driven(server, tmp_path) as office:
        caller = rings(office)
        for prompt in ("greeting", "digit.7", "money.krone.many", "collect.number"):
            hears(office, caller, prompt)
        caller.press("42#")
        office.wait(3)
        assert led_to(office) == ["support"]
        assert {event.key: event.value for event in office.saw(CaseData)} == {"order": "42", "state": "sent"}
    assert [body.get("keyed") for _, _, body in server.asked] == [None, "42"]
    assert server.asked[0][2]["caller"] == "+4533120001"


def test_what_it_asks_in_secret_is_told_to_it_alone(server: Server, tmp_path: Path) -> None:
    says(server, [{"verb": "gather", "most": 4, "secret": True, "name": "code"}], [])
    with driven(server, tmp_path) as office:
        rings(office).press("9753")
        office.wait(4)
        assert led_to(office) == ["sales"]
        assert office.saw(DigitHeard) == []
        assert office.box.snapshot()["calls"][0]["data"] == {"code": "•••"}
    assert server.asked[1][2]["keyed"] == "9753"


@pytest.mark.parametrize(
    "answer",
    [
        "<html>",
        [{"verb": "format", "disk": 1}],
        [{"verb": "dial", "to": "+4570101010"}],
        [{"verb": "dial", "to": "0045990"}],
        [{"verb": "redirect", "to": "nowhere"}],
        [{"verb": "enqueue", "queue": "ann"}],
        [{"verb": "say", "prompts": ["greeting"]}] * 21,
    ],
)
def test_what_a_program_may_not_do_leads_to_the_other_branch(
    server: Server, tmp_path: Path, answer: Answer | str
) -> None:
    says(server, answer)
    with driven(server, tmp_path) as office:
        rings(office)
        office.wait(4)
        assert led_to(office) == ["support"]
        assert office.saw(CallDialled) == []


@pytest.mark.parametrize(("to", "station"), [("ann", "phone1"), ("phone3", "phone3"), ("204", "phone4")])
def test_it_dials_people_and_telephones_of_the_office(
    server: Server, tmp_path: Path, to: str, station: str
) -> None:
    says(server, [{"verb": "dial", "to": to}])
    with driven(server, tmp_path) as office:
        rings(office)
        office.wait(2)
        assert [event.station for event in office.saw(PhoneRang)] == [station]


def test_it_has_a_message_recorded_after_its_own_words_and_a_pause(server: Server, tmp_path: Path) -> None:
    says(
        server,
        [
            {"verb": "say", "prompts": ["nobody"]},
            {"verb": "pause", "seconds": 2},
            {"verb": "record", "to": "ann"},
            {"verb": "hangup"},
        ],
    )
    with driven(server, tmp_path) as office:
        caller = rings(office)
        hears(office, caller, "nobody")
        office.wait_until(lambda: caller.hears() == "silence", 10)
        quiet = office.now
        hears(office, caller, "mailbox.of")
        assert office.now - quiet == pytest.approx(2, abs=0.1)
        office.wait_until(lambda: office.saw(MessageBegan), 15)
        caller.say(recorded("demo-instruct")[:40_000])
        office.wait(5)
        caller.press("#")
        hears(office, caller, "mailbox.saved")
        office.wait(10)
        assert [(left.mailbox, left.cut) for left in office.saw(MessageLeft)] == [("ann", False)]
        assert [event.side for event in office.saw(CallEnded)] == ["box"]
    assert len(server.asked) == 1


@pytest.mark.parametrize("to", ["nobody", "phone1", "mailbox:ann", ""])
def test_it_records_for_nobody_who_has_no_mailbox(server: Server, tmp_path: Path, to: str) -> None:
    says(server, [{"verb": "record", "to": to}])
    with driven(server, tmp_path) as office:
        rings(office)
        office.wait(4)
        assert (led_to(office), office.saw(MessageBegan)) == (["support"], [])


def test_each_of_its_ways_out_is_one_of_a_menus(server: Server, tmp_path: Path) -> None:
    says(server, [{"verb": "play", "prompt": "closed"}, {"verb": "redirect", "to": "main"}])
    with driven(server, tmp_path) as office:
        caller = rings(office)
        hears(office, caller, "closed")
        hears(office, caller, "menu.main")
        caller.press("1")
        office.wait(1)
        assert led_to(office) == ["sales"]


def test_it_cannot_say_that_a_pin_was_right(server: Server, tmp_path: Path) -> None:
    says(server, [{"verb": "tag", "data": {"pin": "verified", "a": "1"}}])
    with driven(server, tmp_path) as office:
        rings(office)
        office.wait(2)
        assert office.box.snapshot()["calls"][0]["data"] == {"a": "1"}


def test_it_may_hang_up_and_says_goodbye(server: Server, tmp_path: Path) -> None:
    says(server, [{"verb": "hangup"}])
    with driven(server, tmp_path) as office:
        caller = rings(office)
        hears(office, caller, "goodbye")
        office.wait(10)
        assert [event.side for event in office.saw(CallEnded)] == ["box"]


def test_a_program_that_asks_for_ever_is_left_for_a_person(server: Server, tmp_path: Path) -> None:
    server.reply = lambda path, body: (200, b'[{"verb": "gather", "most": 1}]')
    with driven(server, tmp_path) as office:
        caller = rings(office)
        for _ in range(40):
            caller.press("1")
            office.wait(0.3)
        office.wait(2)
        assert led_to(office) == ["support"]
        assert len(server.asked) == 30
