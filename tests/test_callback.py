"""Call-backs and the power, and who may ask for one: nobody is called twice, and nobody is forgotten."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from asking import asked_for, asks, busy_ann, outside
from callback_walk import CallbackWalk, wander
from cuts import LATER, DarkOffice, all_answer, asks_and_leaves, cut_at, somewhere
from stories import HANSEN

from firmware.base import Refused
from firmware.base.clock import SECOND, Clock
from firmware.base.events import (
    CallbackAsked,
    CallbackDone,
    CallbackMissed,
    CallbackTried,
    CallDialled,
    Event,
)
from firmware.desk.callback_book import A_DAY, MOST, MOST_UNKNOWN, Book
from hostsim.office import Office


def whole(folder: Path, first: str) -> tuple[int, int]:
    """The number of the event that is the promise, and of the last one, of a day on which nothing fails."""
    with DarkOffice(folder, None, first=first) as office:
        asks_and_leaves(office)
        all_answer(office, 60)
        assert (office.customer.rang, office.flagged) == (1, False)
        asked = office.saw(CallbackAsked)[0].seq
        return asked, next(event.seq for event in office.saw(CallbackDone))


@pytest.mark.parametrize("first", ["agent", "customer"])
def test_whatever_event_the_power_fails_at_he_is_called_once_or_a_person_is_told(
    tmp_path: Path, first: str
) -> None:
    asked, done = whole(tmp_path, first)
    called, flagged = 0, 0
    for until in range(asked, done + 3):
        office = cut_at(tmp_path, until, first=first)
        assert office.customer.rang <= 1, until
        assert office.customer.rang == 1 or office.flagged, until
        called, flagged = called + office.customer.rang, flagged + office.flagged
    assert called and flagged


@pytest.mark.gate
@pytest.mark.parametrize("block", range(10))
def test_a_thousand_cuts_call_nobody_twice(tmp_path: Path, block: int) -> None:
    random = Random(block)
    asked, done = whole(tmp_path, "agent")
    for _ in range(100):
        cut = somewhere(random, asked, done + 2)
        office = cut_at(tmp_path, **cut)
        assert office.customer.rang <= 1, cut
        assert office.customer.rang == 1 or office.flagged, cut


def test_what_was_promised_is_kept_over_a_restart_with_its_place(tmp_path: Path) -> None:
    with DarkOffice(tmp_path, None) as office:
        asks_and_leaves(office)
        office.agent("ann").break_("lunch")
        office.wait(60)
        office.dark()
        office.wait(4)
        (shown,) = office.box.snapshot()["callbacks"]
        assert (shown["state"], shown["number"]) == ("waiting", HANSEN)
        assert shown["waited_s"] > 40  # but for the time that the box was dark
        office.agent("ann").ready()
        all_answer(office, 60)
        assert office.customer.rang == 1


def test_one_that_was_being_dialled_waits_for_a_persons_word(tmp_path: Path) -> None:
    with DarkOffice(tmp_path, None) as office:
        asks_and_leaves(office)
        phone = office.phone("phone1")
        office.wait_until(lambda: phone.ringing, 5)
        phone.lift()
        office.wait_until(lambda: office.customer.ringing, 20)
        office.dark()
        all_answer(office, LATER)
        (shown,) = office.box.snapshot()["callbacks"]
        assert (shown["state"], office.customer.rang) == ("unknown", 1)
        office.order("callback.again", callback=shown["callback"])
        all_answer(office, 60)
        assert office.customer.rang == 2
        assert [event.outcome for event in office.saw(CallbackDone)] == ["reached"]


def test_only_one_that_waits_for_a_word_is_given_one() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        busy_ann(office)
        asks(office)
        (asked,) = office.saw(CallbackAsked)
        office.order("callback.again", callback=asked.callback)
        with pytest.raises(Refused, match="waits for its turn already"):
            office.wait(1)
        assert outside(office, CallDialled) == []


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_every_call_back_has_one_end(seed: int) -> None:
    walk = CallbackWalk()
    wander(walk, Random(seed), 200)
    walk.drain()


@pytest.mark.gate
@pytest.mark.parametrize("block", range(10))
def test_a_hundred_thousand_steps_end_every_call_back_once(block: int) -> None:
    for seed in range(1000 + 10 * block, 1010 + 10 * block):
        walk = CallbackWalk()
        wander(walk, Random(seed), 1000)
        walk.drain()


# Who may ask


@pytest.fixture
def book() -> Book:
    return Book(Clock())


def requests(book: Book, count: int, caller: str | None = "+45", done: bool = False) -> Iterator[str]:
    for nth in range(count):
        name, number = f"box-{nth}", f"+4533{nth:06}"
        who = caller and f"{caller}44{nth:06}"
        tell(book, CallbackAsked(name, "box-0", "sales", number, 0.0, who))
        if done:
            tell(book, CallbackDone(name, "reached"))
        yield number


def tell(book: Book, event: Event) -> None:
    book.see(event.stamped(book.seq + 1, book._clock.now))


def test_a_number_has_one_open_and_three_a_day(book: Book) -> None:
    (number,) = requests(book, 1)
    assert book.refusal(number, "+4599999999") == "callback.already"
    assert book.refusal("+4577777777", "+4544000000") == "callback.already"
    assert book.refusal("+4577777777", "+4599999999") is None
    for _ in range(A_DAY - 1):
        list(requests(book, 1, done=True))
    assert book.refusal(number, "+4599999999") == "callback.often"
    book._clock.advance(24 * 3600 * SECOND)
    assert book.refusal(number, "+4599999999") is None


def test_there_are_never_more_than_a_hundred_and_few_of_callers_whom_nobody_knows(book: Book) -> None:
    list(requests(book, MOST_UNKNOWN, caller=None))
    assert book.refusal("+4577777777", None) == "callback.full"
    assert book.refusal("+4577777777", "+4599999999") is None
    list(requests(book, MOST))
    assert book.refusal("+4577777777", "+4599999999") == "callback.full"


def test_what_a_book_knows_is_there_after_a_restart_on_another_clock(book: Book) -> None:
    book._clock.advance(600 * SECOND)
    tell(book, CallbackAsked("box-1", "box-0", "sales", "+4533120001", 120.0, "+4533120001"))
    tell(book, CallbackTried("box-1", "box-1", 1))
    tell(book, CallbackMissed("box-1", "box-1", "busy", 300.0))
    stood = book.standing()
    after = Book(Clock())
    after.restore(stood, -5 * SECOND, [])
    (request,) = after.open.values()
    assert (request.since, request.due, request.tries) == (-125 * SECOND, 295 * SECOND, 1)
    assert after.refusal("+4533120001", None) == "callback.already"
    tell(after, CallbackDone("box-1", "reached"))
    assert after.refusal("+4533120001", None) is None
