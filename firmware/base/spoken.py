"""Sentences that the box puts together from phrases, a function for each language.

The phrases are in prompts/<language>/phrases.toml. A language is added by its phrases and its functions:
grammar is code, words are not.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from firmware.base import danish
from firmware.base.amounts import said
from firmware.base.days import A_WEEK, coming
from firmware.base.hours import WEEKDAYS

Prompts = tuple[str, ...]
COUNTED = 10  # places that are told by their number
AN_HOUR = 60  # minutes, from which they are not counted any more
COUNTED_SECONDS = 100  # from which a length is told in minutes


def closed(language: str, opens: datetime | None, now: datetime) -> Prompts:
    """We are closed, and open then: both wall times of the office; None: nobody knows when."""
    return ("closed",) if opens is None else _GRAMMARS[language].opening(opens, now)


def place(nth: int) -> Prompts:
    """His place among those who wait; 1: he is next. Whole phrases: the same in every language."""
    return ("queue.next",) if nth == 1 else (f"queue.number.{nth if nth <= COUNTED else 'more'}",)


def waited(language: str, minutes: int) -> Prompts:
    """Waited four minutes; nothing is said of less than one."""
    return _GRAMMARS[language].waited(minutes) if minutes else ()


def welcome(language: str, name: str) -> Prompts:
    """Back, to somebody whose name is a prompt."""
    return _GRAMMARS[language].welcome(name)


def choice(language: str, what: str, key: str) -> Prompts:
    """Which key leads where: `what` is operator, callback, message, other, or the prompt of the place."""
    return _GRAMMARS[language].choice(what, key)


def received(language: str, came: datetime, now: datetime) -> Prompts:
    """When something that has been came: its day, and its time. Both are wall times of the office."""
    return _GRAMMARS[language].received(came, now)


def lasting(language: str, seconds: float) -> Prompts:
    """Forty five seconds long; from a hundred seconds on in whole minutes."""
    return _GRAMMARS[language].lasting(seconds)


def _english_received(came: datetime, now: datetime) -> Prompts:
    """Yesterday / at nine / thirty."""
    days = (now.date() - came.date()).days
    if days < 2:
        day: Prompts = ("day.yesterday" if days == 1 else "day.today",)
    elif days < A_WEEK:
        day = (f"day.{WEEKDAYS[came.weekday()]}",)
    else:
        day = f"date.{came.day}", f"month.{came.month}"
    return (*day, *_english_time(came))


def _english_lasting(seconds: float) -> Prompts:
    if seconds < COUNTED_SECONDS:
        return *said("en", "number", str(round(seconds)), "UK"), "messages.seconds"
    return *said("en", "number", str(round(seconds / 60)), "UK"), "messages.minutes"


def _english_opening(opens: datetime, now: datetime) -> Prompts:
    """We are closed at the moment. We open / on Monday / at nine / thirty / in the evening."""
    return ("hours.closed", "hours.opens", *coming(opens, now), *_english_time(opens))


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
    return _english_number(minute)


def _english_number(number: int) -> Prompts:
    """0 to 59."""
    if number < 10:
        return (f"digit.{number}",)
    if number < 20 or number % 10 == 0:
        return (f"number.{number}",)
    return f"number.{number - number % 10}", f"digit.{number % 10}"


def _english_waited(minutes: int) -> Prompts:
    """Waited four minutes; waited / twenty / four / minutes."""
    if minutes >= AN_HOUR:
        return ("waited.hour",)
    if minutes <= 10:
        return (f"waited.{minutes}",)
    return "waited.long", *_english_number(minutes), "waited.minutes"


def _english_choice(what: str, key: str) -> Prompts:
    """To speak to the operator, press / zero; for / sales / press / two."""
    pressed = {"*": "key.star", "#": "key.hash"}.get(key, f"digit.{key}")
    if what in ("operator", "callback", "message", "other"):
        return f"exit.{what}", pressed
    return "exit.for", what, "exit.press", pressed


class Grammar(NamedTuple):
    """What each language puts together in its own way."""

    opening: Callable[[datetime, datetime], Prompts]
    waited: Callable[[int], Prompts]
    choice: Callable[[str, str], Prompts]
    welcome: Callable[[str], Prompts]
    received: Callable[[datetime, datetime], Prompts]
    lasting: Callable[[float], Prompts]


_GRAMMARS = {
    "en": Grammar(
        _english_opening,
        _english_waited,
        _english_choice,
        lambda name: ("welcome.back", name),
        _english_received,
        _english_lasting,
    ),
    "da": Grammar(
        danish.opening,
        danish.waited,
        danish.choice,
        lambda name: ("welcome.back", name),
        danish.received,
        danish.lasting,
    ),
}
LANGUAGES = tuple(_GRAMMARS)  # that the box speaks
