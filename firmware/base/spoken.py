"""Sentences that the box puts together from phrases, a function for each language.

The phrases are in prompts/<language>/phrases.toml. A language is added by its phrases and its functions:
grammar is code, words are not.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from firmware.base.hours import WEEKDAYS

Prompts = tuple[str, ...]
A_WEEK = 7  # days from which a weekday's name would be taken for the nearer one


def closed(language: str, opens: datetime | None, now: datetime) -> Prompts:
    """We are closed, and open then: both wall times of the office; None: nobody knows when."""
    return ("closed",) if opens is None else _OPENING[language](opens, now)


def _english_opening(opens: datetime, now: datetime) -> Prompts:
    """We are closed at the moment. We open / on Monday / at nine / thirty / in the evening."""
    return ("hours.closed", "hours.opens", *_english_day(opens, now), *_english_time(opens))


def _english_day(then: datetime, now: datetime) -> Prompts:
    if then.hour == then.minute == 0:
        then -= timedelta(minutes=1)  # midnight ends the evening that people think of
    days = (then.date() - now.date()).days
    if days < 2:
        return ("day.tomorrow" if days else "day.today",)
    if days < A_WEEK:
        return (f"day.{WEEKDAYS[then.weekday()]}",)
    return f"date.{then.day}", f"month.{then.month}"


def _english_time(then: datetime) -> Prompts:
    """Twelve hours and, where "at nine" is not the usual nine, the part of the day."""
    if then.minute == 0 and then.hour in (0, 12):
        return ("hour.noon" if then.hour else "hour.midnight",)
    part = next(name for until, name in _ENGLISH_PARTS if then.hour < until)
    minutes = _english_minutes(then.minute)
    return (f"hour.{(then.hour - 1) % 12 + 1}", *minutes, *([f"part.{part}"] if part else []))


# Offices open from five in the morning to noon: there the hour alone is understood.
_ENGLISH_PARTS = ((1, "night"), (5, "morning"), (13, ""), (18, "afternoon"), (22, "evening"), (24, "night"))


def _english_minutes(minute: int) -> Prompts:
    """Nine oh five, nine fifteen, nine twenty five."""
    if minute == 0:
        return ()
    if minute < 10:
        return "minute.oh", f"digit.{minute}"
    if minute < 20 or minute % 10 == 0:
        return (f"number.{minute}",)
    return f"number.{minute - minute % 10}", f"digit.{minute % 10}"


_OPENING: dict[str, Callable[[datetime, datetime], Prompts]] = {"en": _english_opening}
