"""Who rings a closed office hears when it opens, in a sentence, and is sent on or said goodbye to."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import pytest
from stories import BOTH, menu_heard

from firmware.base.clock import SECOND
from firmware.base.events import CallAnswered, CallEnded, ClockSet, HoursChanged
from firmware.rim.engine import date_follower
from hostsim.office import Office

WEEK = {day: ["09:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
NINE_TO_FIVE: dict[str, Any] = {
    "hours": {"office": {"week": WEEK, "days": {"2026-01-06": ["10:15-12:00"], "2026-01-07": []}}},
    "lines": {f"line{n}": {"hours": "office"} for n in range(1, 5)},
}
HOUR, DAY = 3600, 86400
CLOSED = ("greeting", "hours.closed", "hours.opens")


def told(office: Office, line: int = 1) -> list[str]:
    """Somebody rings: what the box says to him until it says no more."""
    caller = office.caller(f"+453312000{line}")
    caller.dial(line=line)
    heard: list[str] = []
    office.wait_until(lambda: _listens(caller, heard) and heard and not caller.hears().startswith("p"), 40)
    return heard


def _listens(caller: Any, heard: list[str]) -> bool:
    name = caller.hears()
    if name.startswith("prompt:") and (not heard or heard[-1] != name[7:]):
        heard.append(name[7:])
    return True


def moved(office: Office) -> Iterator[tuple[str, bool, float]]:
    return ((each.hours, each.open, each.at / SECOND) for each in office.saw(HoursChanged))


def test_a_call_on_a_sunday_hears_when_we_open_and_goodbye() -> None:
    with Office(NINE_TO_FIVE, fidelity="signal") as office:
        office.wait(6 * DAY)
        assert told(office) == [*CLOSED, "day.tomorrow", "hour.9", "goodbye"]
        office.wait(5)
        assert [(each.side, each.reason) for each in office.saw(CallEnded)] == [("box", "hang_up")]


def test_a_closed_day_is_told_with_the_day_after() -> None:
    with Office(NINE_TO_FIVE, fidelity="signal") as office:
        office.wait(DAY - HOUR)  # Tuesday at eight: opens at a quarter past ten, for once
        assert told(office) == [*CLOSED, "day.today", "hour.10", "number.15", "goodbye"]
        office.wait(5 * HOUR)
        assert told(office, line=2) == [*CLOSED, "day.thu", "hour.9", "goodbye"]


def test_on_a_public_holiday_the_office_is_closed() -> None:
    with Office(NINE_TO_FIVE, fidelity="signal") as office:
        office.wait(88 * DAY)  # Good Friday, 3 April, at ten in the summer's time
        assert told(office) == [*CLOSED, "day.tue", "hour.9", "goodbye"]


def test_who_is_closed_for_weeks_says_the_date() -> None:
    days = {f"2026-01-{day:02}": [] for day in range(5, 24)}
    with Office(
        {**NINE_TO_FIVE, "hours": {"office": {"week": WEEK, "days": days}}}, fidelity="signal"
    ) as office:
        office.wait(1)
        assert told(office) == [*CLOSED, "date.26", "month.1", "hour.9", "goodbye"]


def test_a_caller_in_the_menu_at_closing_time_goes_on() -> None:
    with Office(NINE_TO_FIVE, fidelity="signal") as office:
        office.wait(4 * DAY + 8 * HOUR - 10)  # Friday, 16:59:50
        caller = menu_heard(office)
        office.wait(10)
        assert office.saw(HoursChanged)[-1].open is False
        caller.press("1")
        phone = office.phone("phone1")
        office.wait_until(lambda: phone.ringing, 5)
        phone.lift()
        office.wait(2)
        assert [each.station for each in office.saw(CallAnswered)] == ["phone1"]
        assert told(office, line=2)[:4] == [*CLOSED, "day.mon"]


@pytest.mark.parametrize("fidelity", BOTH)
def test_the_sentence_is_heard_and_the_line_is_free_again(fidelity: str) -> None:
    week = {"hours": {"office": {"week": {"mon": ["10:00-17:00"]}}}}
    with Office({**NINE_TO_FIVE, **week}, fidelity=fidelity) as office:
        caller = office.caller("+4533120001")
        caller.dial(line=1)
        office.wait_until(lambda: caller.state == "talking", 10)
        office.wait(2.8)
        assert caller.hears() == "prompt:hours.closed"
        office.wait_until(lambda: caller.state == "dropped", 10)
        assert [(each.side, each.reason) for each in office.saw(CallEnded)] == [("box", "hang_up")]
        assert office.line(1).state in ("guard", "idle")


def test_a_closed_line_may_lead_somewhere_else() -> None:
    night = {"lines": {"line1": {"hours": "night", "closed": "ben"}}, "hours": {"night": {}}}
    with Office(night, fidelity="signal") as office:
        assert told(office) == ["greeting", "closed"]
        office.wait(2)
        assert office.phone("phone2").ringing
        assert menu_heard(office, line=2, number="+4533120002").hears() == "prompt:menu.main"


def test_a_menu_may_say_where_callers_of_closed_lines_are_led() -> None:
    menus = {"main": {"closed": "support"}}
    with Office({**NINE_TO_FIVE, "menus": menus}, fidelity="signal") as office:
        office.wait(8 * HOUR)
        assert told(office) == [*CLOSED, "day.tomorrow", "hour.10", "number.15"]
        office.wait(2)
        assert office.phone("phone3").ringing


def test_who_hangs_up_while_he_is_told_is_gone() -> None:
    with Office(NINE_TO_FIVE, fidelity="signal") as office:
        office.wait(6 * DAY)
        caller = office.caller("+4533120001")
        caller.dial(line=1)
        office.wait_until(lambda: caller.hears() == "prompt:hours.opens", 20)
        caller.press("5")
        caller.hang_up()
        office.wait(30)
        assert [each.side for each in office.saw(CallEnded)] == ["caller"]


def test_opening_and_closing_are_events_at_their_own_instant() -> None:
    with Office(NINE_TO_FIVE, fidelity="signal") as office:
        office.wait(2 * DAY)
        assert list(moved(office)) == [
            ("office", True, 0.0),
            ("office", False, 3.0 * HOUR),
            ("office", True, 4.0 * HOUR),
            ("office", False, 8.0 * HOUR),
            ("office", True, 25.25 * HOUR),
            ("office", False, 27.0 * HOUR),
        ]


@pytest.mark.gate
def test_a_year_of_opening_has_every_day_once_and_both_jumps_of_the_clock() -> None:
    hours = {"office": {"week": {**WEEK, "sun": ["09:00-10:00"]}, "holidays": False}}
    with Office({**NINE_TO_FIVE, "hours": hours}, fidelity="signal") as office:
        zero = office.box.clock.wall()
        office.wait(365 * DAY)
        opened = [zero.astimezone(UTC) + timedelta(microseconds=each.at) for each in office.saw(HoursChanged)]
        faces = [each.astimezone(zero.tzinfo).strftime("%H:%M") for each in opened]
        assert set(faces) == {"09:00", "10:00", "12:00", "13:00", "17:00"}
        assert len(faces) == 1 + 2 * 2 * 261 - 1 + 2 * 52 + 1


def test_a_step_of_the_computers_clock_opens_and_closes_at_once() -> None:
    """A box without a clock of its own starts with a wrong date, until the network tells it the right one."""
    with Office(NINE_TO_FIVE, fidelity="signal") as office:
        calendar = office.box.exchange.calendar
        seen: list[tuple[str, bool]] = []
        calendar.watch(lambda name, open_: seen.append((name, open_)))
        office.wait(60)
        office.soon(calendar.follow, calendar.now() + timedelta(seconds=1))
        office.wait(1)
        assert office.saw(ClockSet) == []
        for hours, is_open in ((4, True), (4, False), (-1, True)):
            office.soon(calendar.follow, calendar.now() + timedelta(hours=hours))
            office.wait(1)
            assert calendar.is_open("office") is is_open
        assert seen == [("office", False), ("office", True)]
        assert [each.moved_s for each in office.saw(ClockSet)] == [4.0 * HOUR, 4.0 * HOUR, -1.0 * HOUR]


def test_a_live_box_shows_the_computers_date_again_within_ten_seconds() -> None:
    with Office(NINE_TO_FIVE, fidelity="signal") as office:
        calendar = office.box.exchange.calendar
        follow = date_follower(lambda: office.box, lambda: calendar.now() + timedelta(hours=8))
        follow()
        assert [(each.hours, each.open) for each in office.saw(HoursChanged)] == [
            ("office", True),
            ("office", False),
        ]
        for _ in range(499):
            follow()
        assert len(office.saw(ClockSet)) == 1
        follow()
        assert len(office.saw(ClockSet)) == 2


def test_changed_hours_count_at_once_and_whoever_has_none_is_always_open() -> None:
    with Office(NINE_TO_FIVE, fidelity="signal") as office:
        office.wait(1)
        calendar = office.box.exchange.calendar
        office.settings({"hours": {"office": {"days": {"2026-01-05": []}}}})
        office.wait(1)
        assert not calendar.is_open("office") and calendar.is_open(None) and calendar.opens(None) is None
        assert calendar.opens("office").isoformat() == "2026-01-06T10:15:00+01:00"
        office.settings({"zone": "Asia/Seoul"})
        office.wait(1)
        assert calendar.now().strftime("%H:%M:%S") == "17:00:03"
