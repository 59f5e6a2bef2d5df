"""Numbers, dates and money as somebody would say them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from firmware.base.amounts import CURRENCIES, said
from firmware.sound.prompts import read_phrases
from tools.prompts import PROMPTS

PHRASES = read_phrases(PROMPTS, "en")


def text(what: str, value: str, country: str = "DK") -> str:
    return " ".join(PHRASES[name].text for name in said("en", what, value, country))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0", "zero"),
        ("7", "seven"),
        ("13", "thirteen"),
        ("40", "forty"),
        ("99", "ninety nine"),
        ("100", "one hundred"),
        ("105", "one hundred and five"),
        ("342", "three hundred and forty two"),
        ("1000", "one thousand"),
        ("1001", "one thousand and one"),
        ("1100", "one thousand one hundred"),
        ("20017", "twenty thousand and seventeen"),
        ("999999", "nine hundred and ninety nine thousand nine hundred and ninety nine"),
        ("2000000", "two million"),
        ("3000050", "three million and fifty"),
        ("1234567890", "one two three four five six seven eight nine zero"),
        ("-5", "minus five"),
        ("-0", "zero"),
        ("2.50", "two point five zero"),
        ("2,5", "two point five"),
        ("", ""),
        ("many", ""),
        ("1.2.3", ""),
        ("²", ""),
    ],
)
def test_a_number(value: str, words: str) -> None:
    assert text("number", value) == words


@pytest.mark.parametrize(
    ("value", "country", "words"),
    [
        ("1", "DK", "one krone"),
        ("12.50", "DK", "twelve kroner and fifty øre"),
        ("0.5", "DK", "fifty øre"),
        ("0", "DK", "zero kroner"),
        ("1.01", "DE", "one euro and one cent"),
        ("0.01", "UK", "one penny"),
        ("250", "US", "two hundred and fifty dollars"),
        ("-3.20", "HR", "minus three euros and twenty cents"),
        ("1500.75", "KR", "one thousand five hundred won"),
        ("2.999", "FR", "two euros and ninety nine cents"),
    ],
)
def test_money(value: str, country: str, words: str) -> None:
    assert text("money", value, country) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-01-18", "on the eighteenth of January twenty twenty six"),
        ("2001-12-31", "on the thirty-first of December two thousand and one"),
        ("1905-06-01", "on the first of June nineteen oh five"),
        ("1900-02-02", "on the second of February nineteen hundred"),
        ("2000-02-29", "on the twenty-ninth of February two thousand"),
        ("2026-02-30", ""),
        ("tomorrow", ""),
    ],
)
def test_a_date(value: str, words: str) -> None:
    assert text("date", value) == words


def test_digits_one_by_one_and_nothing_else() -> None:
    assert text("digits", "+45 33-12") == "four five three three one two"


@given(some.integers(-(10**10), 10**10), some.integers(0, 99), some.sampled_from(sorted(CURRENCIES)))
def test_every_amount_has_its_phrases(whole: int, part: int, country: str) -> None:
    value = f"{whole}.{part:02}"
    assert {*said("en", "money", value, country), *said("en", "number", value, country)} <= PHRASES.keys()


@given(some.dates())
def test_every_date_has_its_phrases(day: date) -> None:
    assert {*said("en", "date", day.isoformat(), "DK")} <= PHRASES.keys()
