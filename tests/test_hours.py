"""When an office is open: weeks, holidays, single days, and the two nights of the year that jump."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec import convert

from firmware.base import Refused
from firmware.base.hours import WEEKDAYS, Closed, Open, check, is_open, public_holidays, state
from firmware.tables import Hours

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
OFFICE: dict[str, Any] = {
    "week": {day: ["09:00-12:00", "13:00-17:00"] for day in WEEKDAYS[:5]},
    "days": {"2026-12-24": [], "2026-04-03": ["09:00-12:00"], "2026-01-10": ["10:00-14:00"]},
}
ZONES = (
    *("Europe/Copenhagen", "Europe/London", "America/New_York", "America/St_Johns", "America/Havana"),
    *("Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Seoul", "Pacific/Chatham"),
)
MINUTE = timedelta(minutes=1)


def hours(told: dict[str, Any]) -> Hours:
    row = convert(told, Hours)
    check("hours.office", row, "DK")
    return row


def at(told: str, zone: ZoneInfo = COPENHAGEN) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("wall", "stands"),
    [
        ("2026-01-05 08:59:59", Closed(at("2026-01-05 09:00"))),
        ("2026-01-05 09:00", Open(at("2026-01-05 12:00"))),
        ("2026-01-05 12:00", Closed(at("2026-01-05 13:00"))),
        ("2026-01-09 16:59:59", Open(at("2026-01-09 17:00"))),
        ("2026-01-09 17:00", Closed(at("2026-01-10 10:00"))),  # a Saturday that is open for once
        ("2026-01-18 11:00", Closed(at("2026-01-19 09:00"))),  # a Sunday
        ("2026-04-02 10:00", Closed(at("2026-04-03 09:00"))),  # Maundy Thursday; Good Friday is told
        ("2026-04-06 10:00", Closed(at("2026-04-07 09:00"))),  # Easter Monday
        ("2026-12-24 10:00", Closed(at("2026-12-28 09:00"))),  # told, then Christmas, then a weekend
    ],
)
def test_an_office_opens_and_closes_by_its_week_its_holidays_and_its_days(wall: str, stands: object) -> None:
    assert state(hours(OFFICE), "DK", at(wall)) == stands


def test_a_span_may_end_at_midnight_or_go_beyond_it_into_whatever_day_comes_then() -> None:
    night = hours({"week": {"fri": ["22:00-06:00"], "sun": ["20:00-24:00"]}, "days": {"2026-01-10": []}})
    assert state(night, "DK", at("2026-01-09 23:00")) == Open(at("2026-01-10 06:00"))
    assert state(night, "DK", at("2026-01-10 05:59")) == Open(at("2026-01-10 06:00"))
    assert state(night, "DK", at("2026-01-11 23:59")) == Open(at("2026-01-12 00:00"))
    assert state(night, "DK", at("2026-01-12 00:00")) == Closed(at("2026-01-16 22:00"))


def test_spans_that_touch_are_one_and_who_never_closes_has_no_end() -> None:
    touching = hours({"week": {"mon": ["09:00-12:00", "12:00-24:00"], "tue": ["00:00-08:00"]}})
    assert state(touching, "DK", at("2026-01-05 09:00")) == Open(at("2026-01-06 08:00"))
    always = hours({"week": {day: ["00:00-24:00"] for day in WEEKDAYS}, "holidays": False})
    assert state(always, "DK", at("2026-12-25 09:00")) == Open(None)


def test_who_opens_only_on_single_days_opens_on_the_next_of_them_or_never() -> None:
    fair = hours({"days": {"2026-11-07": ["10:00-18:00"], "2025-11-01": ["10:00-18:00"]}})
    assert state(fair, "DK", at("2026-01-05 09:00")) == Closed(at("2026-11-07 10:00"))
    assert state(fair, "DK", at("2026-11-07 18:00")) == Closed(None)
    assert state(hours({}), "DK", at("2026-01-05 09:00")) == Closed(None)


def test_a_season_away_is_found_within_a_year() -> None:
    winter = {str(date(2026, 1, 6) + timedelta(days=day)): [] for day in range(200)}
    shut = hours({"week": OFFICE["week"], "days": winter})
    assert state(shut, "DK", at("2026-01-05 17:00")) == Closed(at("2026-07-27 09:00"))


@pytest.mark.parametrize(
    ("country", "region", "closed", "ordinary"),
    [  # by the laws of those countries, in 2026
        ("DK", None, "2026-05-14", "2026-05-01"),  # Ascension Day; Labour Day is none
        ("US", None, "2026-11-26", "2026-11-27"),  # Thanksgiving
        ("UK", "ENG", "2026-08-31", "2026-11-30"),  # Summer bank holiday; St Andrew's is Scotland's
        ("UK", "SCT", "2026-11-30", "2026-08-31"),
        ("HR", None, "2026-08-05", "2026-08-06"),  # Victory Day
        ("TR", None, "2026-10-29", "2026-11-10"),  # Republic Day
        ("KR", None, "2026-09-25", "2026-09-28"),  # Chuseok
        ("CN", None, "2026-02-17", "2026-02-24"),  # Chinese New Year
        ("TW", None, "2026-02-28", "2026-03-02"),  # Peace Memorial Day
        ("DE", None, "2026-10-03", "2026-01-06"),  # German Unity Day; Epiphany is Bavaria's
        ("DE", "BY", "2026-01-06", "2026-10-31"),
        ("FR", None, "2026-07-14", "2026-07-15"),  # Bastille Day
    ],
)
def test_public_holidays_are_those_of_the_country_and_of_its_region(
    country: str, region: str | None, closed: str, ordinary: str
) -> None:
    days = public_holidays(country, region, 2026)
    assert date.fromisoformat(closed) in days
    assert date.fromisoformat(ordinary) not in days
    everyday = {"week": {day: ["00:00-24:00"] for day in WEEKDAYS}, "region": region}
    wall = at(f"{closed} 12:00")
    assert not is_open(convert(everyday, Hours), country, wall)
    assert is_open(convert({**everyday, "holidays": False}, Hours), country, wall)


def oracle(row: Hours, wall: datetime) -> bool:
    """The clock on the wall is looked at, and the paper on the door read: nothing is computed ahead."""
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        for span in row.days.get(str(day), row.week.get(WEEKDAYS[day.weekday()], ())):
            start, end = span.split("-")
            over_midnight = end <= start
            shown = f"{wall:%H:%M}"
            if back == 0 and start <= shown and (shown < end or over_midnight):
                return True
            if back == 1 and over_midnight and shown < end:
                return True
    return False


clock_times = some.tuples(some.integers(0, 23), some.sampled_from((0, 15, 30, 59)))
spans = some.tuples(clock_times, clock_times).filter(lambda span: span[0] != span[1])
written = spans.map(lambda span: "{:02}:{:02}-{:02}:{:02}".format(*span[0], *span[1]))
days = some.lists(written | some.just("00:00-24:00"), max_size=3)
jumps = some.sampled_from(
    [
        (zone, instant)
        for name in ZONES
        for zone in [ZoneInfo(name)]
        for year in range(2024, 2031)
        for day in range(1, 366)
        for instant in [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)]
        if instant.astimezone(zone).utcoffset() != (instant - timedelta(days=1)).astimezone(zone).utcoffset()
    ]
)
anywhere = some.tuples(
    some.sampled_from([ZoneInfo(name) for name in ZONES]),
    some.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=some.just(UTC)),
)


@settings(max_examples=60, deadline=None)
@given(
    week=some.dictionaries(some.sampled_from(WEEKDAYS), days),
    single=some.dictionaries(some.integers(-1, 3), days, max_size=2),
    where=jumps | anywhere,
)
def test_over_the_years_the_next_change_is_the_minute_at_which_the_oracle_changes(
    week: dict[str, Any], single: dict[int, Any], where: tuple[ZoneInfo, datetime]
) -> None:
    """From a day before, over the night in which the clock jumps, to a day after: minute by minute."""
    zone, instant = where
    first = (instant - timedelta(hours=30)).replace(second=0, microsecond=0)
    dates = {str((first + timedelta(days=n)).date()): told for n, told in single.items()}
    row = hours({"week": week, "days": dates, "holidays": False})
    walls = [(first + n * MINUTE).astimezone(zone) for n in range(48 * 60)]
    open_ = [oracle(row, wall) for wall in walls]
    assert [is_open(row, "DK", wall) for wall in walls] == open_
    changes = [n for n in range(1, len(walls)) if open_[n] != open_[n - 1]]
    for begun, change in zip([0, *changes], [*changes, None], strict=True):
        found = state(row, "DK", walls[begun])
        assert isinstance(found, Open) == open_[begun]
        told = found.until if isinstance(found, Open) else found.opens
        if change is None:
            assert told is None or told.astimezone(UTC) > walls[-1].astimezone(UTC)
        else:
            assert told is not None and told.isoformat() == walls[change].isoformat()


def test_in_the_night_that_has_23_or_25_hours_the_clock_on_the_wall_counts() -> None:
    night = hours({"week": {"sun": ["02:30-05:00"]}})
    assert state(night, "DK", at("2026-03-29 01:00")) == Closed(at("2026-03-29 03:00"))  # there is no 02:30
    cairo = state(
        hours({"week": {"fri": ["00:30-05:00"]}}), "DK", at("2026-04-23 20:00", ZoneInfo("Africa/Cairo"))
    )
    assert cairo == Closed(at("2026-04-24 01:00", ZoneInfo("Africa/Cairo")))  # midnight itself is skipped
    first = state(night, "DK", at("2026-10-25 02:45"))
    assert isinstance(first, Open) and first.until is not None  # then it is two o'clock again
    assert first.until.isoformat() == "2026-10-25T02:00:00+01:00"
    again = state(night, "DK", first.until)
    assert isinstance(again, Closed) and again.opens is not None
    assert again.opens.isoformat() == "2026-10-25T02:30:00+01:00"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"week": {"tues": []}}, 'hours.office.week: "tues" is not one of mon, tue, wed'),
        ({"week": {"tue": ["9-17"]}}, 'hours.office.week.tue: "9-17" is no span of time; write it like 09'),
        ({"week": {"tue": ["09:00-09:00"]}}, "00:00-24:00 for the whole day"),
        ({"week": {"tue": ["09:00-25:00"]}}, 'hours.office.week.tue: "09:00-25:00" is no span'),
        (
            {"days": {"2026-02-30": []}},
            'hours.office.days: "2026-02-30" is no date; write it like 2026-12-24',
        ),
        ({"days": {"20260203": []}}, 'hours.office.days: "20260203" is no date'),
        ({"days": {"2026-02-03": ["x" * 99]}}, f'hours.office.days.2026-02-03: "{"x" * 40}" is no span'),
        ({"region": "BY"}, 'hours.office.region: "BY" is not needed: DK has none'),
    ],
)
def test_what_cannot_be_so_is_refused_by_its_field(told: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refused:
        hours(told)
    assert said in str(refused.value)


def test_a_region_is_one_of_the_countrys() -> None:
    with pytest.raises(Refused, match=r'hours\.x\.region: "XX" is not one of BB, BE, BW, BY'):
        check("hours.x", Hours(region="XX"), "DE")
