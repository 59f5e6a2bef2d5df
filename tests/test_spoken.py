"""Sentences put together from phrases, as somebody would say them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from firmware.base.spoken import choice, closed, lasting, received, waited
from firmware.sound.prompts import read_phrases
from tools.prompts import PROMPTS, languages

PHRASES = {language: read_phrases(PROMPTS, language) for language in languages(PROMPTS)}
SUNDAY = "2026-01-11 11:00"


def text(opens: str | None, now: str = SUNDAY) -> str:
    then = datetime.fromisoformat(opens) if opens else None
    return " ".join(PHRASES["en"][name].text for name in closed("en", then, datetime.fromisoformat(now)))


@pytest.mark.parametrize(
    ("opens", "said"),
    [
        ("2026-01-11 13:00", "today at one in the afternoon"),
        ("2026-01-12 09:00", "tomorrow at nine"),
        ("2026-01-13 09:05", "on Tuesday at nine oh five"),
        ("2026-01-17 10:15", "on Saturday at ten fifteen"),
        ("2026-01-18 10:30", "on the eighteenth of January at ten thirty"),
        ("2026-12-31 16:45", "on the thirty-first of December at four forty five in the afternoon"),
        ("2026-01-12 12:00", "tomorrow at noon"),
        ("2026-01-12 12:20", "tomorrow at twelve twenty"),
        ("2026-01-12 00:00", "today at midnight"),
        ("2026-01-12 00:30", "tomorrow at twelve thirty at night"),
        ("2026-01-12 04:00", "tomorrow at four in the morning"),
        ("2026-01-12 20:00", "tomorrow at eight in the evening"),
        ("2026-01-12 23:00", "tomorrow at eleven at night"),
    ],
)
def test_when_we_open_is_said_as_people_say_it(opens: str, said: str) -> None:
    assert text(opens) == f"We are closed at the moment. We open {said}"


def test_who_does_not_know_when_asks_to_call_later() -> None:
    assert text(None) == "Our office is closed at the moment. Please call again later."


@given(some.integers(0, 365), some.times(), some.sampled_from(list(PHRASES)))
def test_every_minute_of_a_year_has_its_phrases_in_every_language(day: int, at: time, language: str) -> None:
    now = datetime(2026, 1, 11, 11)
    then = datetime.combine(date(2026, 1, 11) + timedelta(days=day), at)
    assert {*closed(language, then, now)} <= PHRASES[language].keys()


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, ""),
        (1, "waited one minute"),
        (4, "waited four minutes"),
        (11, "waited eleven minutes"),
        (24, "waited twenty four minutes"),
        (59, "waited fifty nine minutes"),
        (60, "waited more than an hour"),
    ],
)
def test_how_long_somebody_has_waited(minutes: int, said: str) -> None:
    assert " ".join(PHRASES["en"][name].text for name in waited("en", minutes)) == said


@pytest.mark.parametrize(
    ("what", "key", "said"),
    [
        ("operator", "0", "To speak to the operator, press zero"),
        ("callback", "*", "To keep your place and be called back, press star"),
        ("other", "#", "To leave the queue, press hash"),
        ("message", "2", "To leave a message, press two"),
        ("goodbye", "7", "For Thank you for calling. Goodbye. press seven"),
    ],
)
def test_which_key_leads_where(what: str, key: str, said: str) -> None:
    assert " ".join(PHRASES["en"][name].text for name in choice("en", what, key)) == said


@pytest.mark.parametrize(
    ("came", "said"),
    [
        ("2026-01-14T09:00", "today at nine"),
        ("2026-01-13T18:05", "yesterday at six oh five in the evening"),
        ("2026-01-09T14:30", "on Friday at two thirty in the afternoon"),
        ("2025-12-31T12:00", "on the thirty-first of December at noon"),
    ],
)
def test_when_a_message_came(came: str, said: str) -> None:
    now = datetime(2026, 1, 14, 9, 30)
    assert (
        " ".join(PHRASES["en"][name].text for name in received("en", datetime.fromisoformat(came), now))
        == said
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3.2, "three seconds long."), (45, "forty five seconds long."), (100, "two minutes long.")],
)
def test_how_long_a_message_is(seconds: float, said: str) -> None:
    assert " ".join(PHRASES["en"][name].text for name in lasting("en", seconds)) == said
