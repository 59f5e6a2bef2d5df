"""The call record: what happened to each call, from its events alone."""

from itertools import count
from typing import Any

from firmware.base.clock import SECOND
from firmware.base.events import (
    BoxStarted,
    CallAnswered,
    CallArrived,
    CallDialled,
    CallEnded,
    CallMoved,
    ClockSet,
    DigitHeard,
    Event,
    LineChanged,
    PhoneRang,
    QueueEntered,
    QueueLeft,
)
from firmware.office.ledger import Call, Ledger, Leg, QueueEntry, Row

NINE = "2026-01-05T09:00:00+00:00"
STARTED = (0.0, BoxStarted("0.1.0", 4, 4, NINE))
SALES_CALL: list[tuple[float, Event]] = [
    (10.0, CallArrived("c1", "line1", "+4533120001", "Hansen A/S", None)),
    (10.0, LineChanged("line1", "seized", "")),
    (14.0, DigitHeard("c1", "1")),
    (14.0, QueueEntered("c1", "sales")),
    (14.0, PhoneRang("c1", "phone1")),
    (14.0, PhoneRang("c1", "phone2")),
    (19.0, CallAnswered("c1", "phone2", "lift")),
    (19.0, QueueLeft("c1", "sales", "answered")),
    (64.5, CallEnded("c1", "caller", "loop_break", 54.5)),
]


def numbered(*told: tuple[float, Event]) -> list[Event]:
    seq = count(1)
    return [event.stamped(next(seq), round(at * SECOND)) for at, event in told]


class Book:
    """Keeps rows by their keys, as the ledger's file does."""

    def __init__(self) -> None:
        self.rows: dict[tuple[Any, ...], Row] = {}

    def keep(self, rows: list[Row]) -> None:
        for row in rows:
            self.rows[type(row), row.key, getattr(row, "nr", 0)] = row

    def of(self, kind: type[Any]) -> list[Any]:
        return [row for row in self.rows.values() if type(row) is kind]


def record(*told: tuple[float, Event]) -> Book:
    book, ledger = Book(), Ledger()
    for event in numbered(*told):
        book.keep(ledger.tell(event))
    return book


def test_an_answered_call_is_one_row_with_all_that_happened_to_it() -> None:
    assert record(STARTED, *SALES_CALL).of(Call) == [
        Call(
            key=2,
            call="c1",
            direction="in",
            line="line1",
            phone=None,
            number="+4533120001",
            name="Hansen A/S",
            arrived_at=10 * SECOND,
            date="2026-01-05T09:00:10+00:00",
            answered_by="phone2",
            answered_how="lift",
            answered_at=19 * SECOND,
            ended_at=64_500_000,
            side="caller",
            reason="loop_break",
            seconds=54.5,
            result="answered",
            digits=1,
        )
    ]


def test_every_station_that_rang_has_a_leg_and_every_queue_a_wait() -> None:
    book = record(STARTED, *SALES_CALL)
    assert book.of(Leg) == [
        Leg(2, 1, "phone1", 14 * SECOND, None, 19 * SECOND),
        Leg(2, 2, "phone2", 14 * SECOND, 19 * SECOND, 64_500_000),
    ]
    assert book.of(QueueEntry) == [QueueEntry(2, 1, "sales", 14 * SECOND, 19 * SECOND, "answered")]


def test_a_caller_who_gives_up_is_missed() -> None:
    book = record(
        (1.0, CallArrived("c1", "line1", None, None, "withheld")),
        (2.0, QueueEntered("c1", "sales")),
        (2.0, PhoneRang("c1", "phone1")),
        (9.0, CallEnded("c1", "caller", "busy_tone", 8.0)),
        (9.0, QueueLeft("c1", "sales", "abandoned")),
    )
    (call,), (leg,), (wait,) = book.of(Call), book.of(Leg), book.of(QueueEntry)
    assert (call.result, call.seconds, call.date) == ("missed", 8.0, None)
    assert (leg.answered_at, leg.ended_at) == (None, 9 * SECOND)
    assert (wait.left_at, wait.outcome) == (9 * SECOND, "abandoned")


def test_hunting_rings_a_station_again_as_a_leg_of_its_own() -> None:
    legs = record(
        (1.0, CallArrived("c1", "line1", None, None, None)),
        (2.0, PhoneRang("c1", "phone3")),
        (17.0, PhoneRang("c1", "phone4")),
        (32.0, PhoneRang("c1", "phone3")),
        (33.0, CallAnswered("c1", "phone3", "lift")),
    ).of(Leg)
    assert [(leg.station, leg.answered_at, leg.ended_at) for leg in legs] == [
        ("phone3", None, 32 * SECOND),
        ("phone4", None, 33 * SECOND),
        ("phone3", 33 * SECOND, None),
    ]


def test_a_moved_call_ends_the_first_talk_and_keeps_who_answered_first() -> None:
    book = record(
        (1.0, CallArrived("c1", "line1", None, None, None)),
        (2.0, PhoneRang("c1", "phone1")),
        (3.0, CallAnswered("c1", "phone1", "lift")),
        (9.0, CallMoved("c1", "ben", "ann")),
        (9.0, PhoneRang("c1", "phone2")),
        (12.0, CallAnswered("c1", "phone2", "lift")),
        (20.0, CallEnded("c1", "called", "hang_up", 19.0)),
    )
    assert book.of(Call)[0].answered_by == "phone1"
    assert [(leg.station, leg.answered_at, leg.ended_at) for leg in book.of(Leg)] == [
        ("phone1", 3 * SECOND, 9 * SECOND),
        ("phone2", 12 * SECOND, 20 * SECOND),
    ]


def test_calls_out_and_calls_inside_the_house() -> None:
    book = record(
        (1.0, CallDialled("c1", "line1", "phone1", "33120001")),
        (2.0, CallDialled("c1", "line2", "phone1", "33120001")),
        (5.0, CallAnswered("c1", "phone1", "voice")),
        (6.0, CallEnded("c1", "caller", "hang_up", 5.0)),
        (7.0, CallDialled("c2", None, "phone1", "202")),
        (8.0, CallEnded("c2", "caller", "hang_up", 1.0)),
    )
    out, inside = book.of(Call)
    assert (out.direction, out.line, out.phone, out.arrived_at) == ("out", "line2", "phone1", SECOND)
    assert (out.result, out.answered_how) == ("answered", "voice")
    assert (inside.direction, inside.line, inside.result) == ("internal", None, "unanswered")


def test_calls_that_their_engine_did_not_outlive_are_ended_by_the_next_one() -> None:
    book = record(STARTED, *SALES_CALL[:6], (0.0, BoxStarted("0.1.0", 4, 4, NINE)))
    (call,) = book.of(Call)
    assert (call.ended_at, call.side, call.reason, call.seconds, call.result) == (
        14 * SECOND,
        "box",
        "restart",
        None,
        "missed",
    )
    assert all(leg.ended_at == 14 * SECOND for leg in book.of(Leg))
    assert [wait.outcome for wait in book.of(QueueEntry)] == ["withdrawn"]


def test_calls_after_a_step_of_the_clock_have_the_new_date() -> None:
    step = (70.0, ClockSet("2026-03-05T09:00:00+00:00", 5097600.0))
    later = (80.0, CallArrived("c2", "line1", "+4533120001", "Hansen A/S", None))
    assert [call.date for call in record(STARTED, *SALES_CALL, step, later).of(Call)] == [
        "2026-01-05T09:00:10+00:00",
        "2026-03-05T09:01:20+00:00",
    ]


def test_a_reader_who_stops_anywhere_goes_on_to_the_same_rows() -> None:
    others = [
        (12.0, CallArrived("c2", "line2", None, None, "withheld")),
        (13.0, CallEnded("c2", "caller", "abandoned", 1.0)),
    ]
    told = sorted([STARTED, *SALES_CALL, *others], key=lambda each: each[0])
    events = numbered(*told)
    whole = record(*told)
    for stop in range(len(events) + 1):
        book, ledger = Book(), Ledger()
        for event in events[:stop]:
            book.keep(ledger.tell(event))
        again = Ledger(ledger.zero, ledger.resume)
        for event in events[ledger.resume :]:
            book.keep(again.tell(event))
        assert book.rows == whole.rows
        assert again.resume == len(events)


def test_events_of_calls_that_nobody_knows_are_left_alone() -> None:
    assert record((1.0, DigitHeard("c9", "1")), (2.0, CallEnded("c9", "caller", "hang_up", 1.0))).rows == {}
