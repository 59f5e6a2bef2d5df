"""An office in one settings file of sixty lines, and somebody who calls through every branch of it.

Each story of `BRANCHES` is named for the place of the file that leads somewhere, and ends where that says.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from outside import made_tables
from speech import recorded
from stories import HANSEN

from firmware.base import Refused
from firmware.base.events import (
    CallbackAsked,
    CallLed,
    CaseData,
    MessageBegan,
    MessageLeft,
    PhoneRang,
    QueueEntered,
    QueueLeft,
    RecordingAsked,
    RecordingBegan,
    RecordingEnded,
)
from firmware.rim.store import SettingsStore
from firmware.settings import read
from hostsim.office import Office

FILE = Path(__file__).with_name("office_in_sixty.json")
OFFICE: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
PIN, WRONG = "739164", "111111"
HOUR = 3600
LEADS = ("closed", "full", "late", "expected", "silence", "next", "else", "to")
SPOKEN = {"collect.number": "account", "pin.ask": "prove", "number.12": "tell", "menu.main": "main"}


class Called:
    """A caller of that office, and all that he heard."""

    def __init__(self, state: Path) -> None:
        SettingsStore(state).save(OFFICE, "owner", "the office")
        self.office = Office(state=made_tables(state), fidelity="signal")
        self.heard: set[str] = set()
        self.office.line(1).exchange(release="loop_break")
        self.office.wait(3)

    def rings(self, key: str = "", line: int = 1, number: str = HANSEN) -> Any:
        """He rings, and keys that as soon as he is asked."""
        self.caller = self.office.caller(number)
        self.caller.dial(line=line)
        self.office.wait_until(lambda: self.caller.state == "talking", 20)
        if key:
            self.hears("menu.main")
            self.caller.press(key)
        return self.caller

    def hears(self, prompt: str, at_most: float = 40) -> None:
        self.office.wait_until(lambda: self._listens() == f"prompt:{prompt}", at_most)

    def _listens(self) -> str:
        heard: str = self.caller.hears()
        self.heard.add(heard.removeprefix("prompt:"))
        return heard

    def signed_in(self, name: str) -> Any:
        agent = self.office.agent(name)
        agent.sign_in()
        self.office.wait(1)
        return agent

    def answered(self, agent: Any) -> None:
        self.office.wait_until(lambda: agent.ringing, 20)
        agent.answer()
        self.office.wait(1)

    def account(self, number: str, *pins: str) -> None:
        """He asks for what he owes, and proves who he is."""
        self.rings("3")
        self.hears("collect.number")
        self.caller.press(f"{number}#")
        for pin in pins:
            self.hears("pin.ask")
            self.caller.press(f"{pin}#")
            self.office.wait(0.2)

    def reached(self) -> set[str]:
        """Every destination that he came to."""
        saw = self.office.saw
        led = {event.to for event in saw(CallLed)} | {event.queue for event in saw(QueueEntered)}
        boxes = {f"mailbox:{event.mailbox}" for event in saw(MessageBegan)}
        found = {"balance"} if any(event.key == "owed" for event in saw(CaseData)) else set()
        asked = {"callback"} if saw(CallbackAsked) else set()
        places = {place for prompt, place in SPOKEN.items() if prompt in self.heard}
        return led | boxes | found | asked | places | {event.station for event in saw(PhoneRang)}

    def outcomes(self) -> list[tuple[str, str]]:
        return [(event.queue, event.outcome) for event in self.office.saw(QueueLeft)]

    def to_mailbox(self) -> None:
        self.office.wait_until(lambda: self.office.saw(MessageBegan), 30)


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Called]:
    called = Called(tmp_path)
    with called.office:
        yield called


def leads(row: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every place of the file that names a destination, and which."""
    for key, value in row.items():
        here = f"{where}.{key}".lstrip(".")
        if isinstance(value, str) and (key in LEADS or where.endswith(".keys")):
            yield here, value
        elif key == "ring":
            yield from ((f"{here}.{nth}", station) for nth, station in enumerate(value))
        elif isinstance(value, dict):
            yield from leads(value, here)


# One story for each place


def in_the_evening(line: int) -> Callable[[Called], None]:
    def story(it: Called) -> None:
        it.office.wait(9 * HOUR)
        it.rings(line=line)
        it.to_mailbox()

    return story


def nobody_there(it: Called) -> None:
    it.rings("1")
    it.office.wait(2)
    assert it.office.phone("phone1").ringing and it.office.phone("phone2").ringing


def too_late(it: Called) -> None:
    """ann is there, and speaks with ben."""
    it.signed_in("ann")
    phone, other = it.office.phone("phone1"), it.office.phone("phone2")
    phone.lift()
    it.office.wait(1)
    phone.press("102")
    it.office.wait_until(lambda: other.ringing, 5)
    other.lift()
    it.rings("1")
    it.office.wait(55)
    assert not it.office.saw(MessageBegan)
    it.to_mailbox()
    assert it.outcomes() == [("sales", "overflow")]


def rather_a_message(it: Called) -> None:
    it.rings("1")
    it.office.wait(3)
    it.caller.press("5")
    it.to_mailbox()
    assert it.outcomes() == [("sales", "exit_key")]


def support_unattended(it: Called) -> None:
    it.rings("2")
    it.to_mailbox()


def support_in_the_afternoon(it: Called) -> None:
    it.office.wait(4 * HOUR)
    it.rings("2")
    it.hears("hours.opens")
    it.to_mailbox()


def support_full(it: Called) -> None:
    it.signed_in("cleo")
    it.rings("2")
    it.office.wait(3)
    it.rings("2", line=2, number="+4533120002")
    it.office.wait(3)
    assert it.outcomes() == [("support", "overflow")]
    assert [event.queue for event in it.office.saw(QueueEntered)][-1] == "sales"


def rather_called_back(it: Called) -> None:
    it.signed_in("cleo")
    it.rings("2")
    it.office.wait(3)
    for prompt, key in (("", "9"), ("callback.on", "1")):
        if prompt:
            it.hears(prompt)
        it.caller.press(key)
    it.hears("callback.thanks")
    it.caller.hang_up()
    it.office.wait(2)
    assert it.outcomes() == [("support", "callback")]


def keyed(key: str) -> Callable[[Called], None]:
    def story(it: Called) -> None:
        it.rings(key)
        it.office.wait(1)

    return story


def asked_for_the_account(it: Called) -> None:
    it.rings("3")
    it.hears("collect.number")


def ann_s_mailbox(it: Called) -> None:
    it.rings("4")
    it.to_mailbox()


def silent(it: Called) -> None:
    it.rings()
    it.office.wait_until(lambda: it.office.phone("phone1").ringing, 40)


def number_of_nobody(it: Called) -> None:
    it.rings("3")
    it.hears("collect.number")
    it.heard.clear()
    it.hears("menu.main", 60)  # he keyed nothing three times


def asked_for_his_pin(it: Called) -> None:
    it.account("4242")
    it.hears("pin.ask")


def told_what_he_owes(it: Called) -> None:
    it.account("4242", PIN)
    it.hears("number.12")


def goodbye(it: Called) -> None:
    told_what_he_owes(it)
    it.hears("goodbye")
    it.office.wait_until(lambda: it.caller.state == "dropped", 15)


def wrong_pin(it: Called) -> None:
    it.account("4242", WRONG, WRONG, WRONG)
    it.office.wait_until(lambda: it.office.saw(QueueEntered), 20)


def unknown_customer(it: Called) -> None:
    it.account("5151", PIN)
    it.office.wait_until(lambda: it.office.phone("phone1").ringing, 10)


BRANCHES: dict[str, Callable[[Called], None]] = {
    "lines.line1.closed": in_the_evening(1),
    "lines.line2.closed": in_the_evening(2),
    "queues.sales.nobody.ring.0": nobody_there,
    "queues.sales.nobody.ring.1": nobody_there,
    "queues.sales.late": too_late,
    "queues.sales.keys.5": rather_a_message,
    "queues.support.nobody.to": support_unattended,
    "queues.support.closed": support_in_the_afternoon,
    "queues.support.full": support_full,
    "queues.support.keys.9": rather_called_back,
    "menus.main.keys.1": keyed("1"),
    "menus.main.keys.2": keyed("2"),
    "menus.main.keys.3": asked_for_the_account,
    "menus.main.keys.4": ann_s_mailbox,
    "menus.main.silence": silent,
    "steps.account.next": asked_for_his_pin,
    "steps.account.else": number_of_nobody,
    "steps.prove.next": told_what_he_owes,
    "steps.prove.else": wrong_pin,
    "steps.balance.next": told_what_he_owes,
    "steps.balance.else": unknown_customer,
    "steps.tell.next": goodbye,
}


def test_the_office_is_sixty_lines_and_has_all_that_a_small_one_needs() -> None:
    assert len(FILE.read_text("utf-8").splitlines()) <= 60
    settings = read(OFFICE)
    assert (len(settings.lines), len(settings.people), len(settings.queues)) == (2, 4, 2)


def test_every_place_that_leads_somewhere_has_its_story() -> None:
    assert set(dict(leads(OFFICE))) == set(BRANCHES)


@pytest.mark.parametrize("place", BRANCHES)
def test_a_caller_comes_where_the_file_says(it: Called, place: str) -> None:
    BRANCHES[place](it)
    assert dict(leads(OFFICE))[place] in it.reached()


# What else becomes of those who wait, and what is kept of them


def test_somebody_of_sales_answers_and_the_call_is_recorded(it: Called) -> None:
    ann = it.signed_in("ann")
    it.rings("1")
    it.answered(ann)
    it.office.wait(5)
    it.caller.hang_up()
    it.office.wait(2)
    assert it.outcomes() == [("sales", "answered")]
    assert [event.reason for event in it.office.saw(RecordingEnded)] == ["call_ended"]
    assert it.office.saw(RecordingEnded)[0].seconds == pytest.approx(6, abs=0.7)


@pytest.mark.parametrize(("key", "kept"), [("", True), ("1", False)])
def test_who_is_helped_is_asked_before_it_is_recorded(it: Called, key: str, kept: bool) -> None:
    cleo = it.signed_in("cleo")
    it.rings("2")
    it.answered(cleo)
    it.hears("record.ask")
    if key:
        it.caller.press(key)
    it.office.wait(8)
    assert [event.agreed for event in it.office.saw(RecordingAsked)] == [kept]
    assert bool(it.office.saw(RecordingBegan)) == kept


@pytest.mark.parametrize(("seconds", "outcome"), [(3, "short_abandon"), (20, "abandoned")])
def test_who_hangs_up_while_he_waits_has_given_up(it: Called, seconds: int, outcome: str) -> None:
    it.signed_in("ben")
    it.rings("1")
    it.office.wait(seconds)
    it.caller.hang_up()
    it.office.wait(2)
    assert it.outcomes() == [("sales", outcome)]


def test_a_message_is_kept_and_told_so(it: Called) -> None:
    it.rings("4")
    it.to_mailbox()
    it.caller.say(recorded("demo-instruct")[:40_000])
    it.office.wait(5)
    it.caller.press("#")
    it.hears("mailbox.saved", 3)
    assert [event.mailbox for event in it.office.saw(MessageLeft)] == ["ann"]


def test_a_word_that_is_wrong_in_the_file_is_named() -> None:
    menu = {"main": {"keys": {"1": "sale"}}}
    with pytest.raises(Refused, match=r'menus\.main\.keys\.1: "sale" is not one of operator, sales, support'):
        read({**OFFICE, "menus": menu})
