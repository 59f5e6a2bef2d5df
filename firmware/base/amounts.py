"""Numbers, dates and money as prompts, a grammar for each language."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from firmware.base import danish

Prompts = tuple[str, ...]
MOST = 10**9  # numbers are said below that, else digit by digit
CURRENCIES = {
    **{"US": "dollar", "UK": "pound", "DK": "krone", "HR": "euro", "TR": "lira"},
    **{"KR": "won", "CN": "yuan", "TW": "dollar", "DE": "euro", "FR": "euro"},
}


def said(language: str, what: str, value: str, country: str) -> Prompts:
    """`value` as a number, as digits, as a date (2026-01-18) or as money (12.50) of `country`. What is none
    is not said at all."""
    grammar = _GRAMMARS.get(language, _GRAMMARS["en"])
    try:
        return _say(grammar, what, value.strip(), country)
    except ValueError:
        return ()


def _say(grammar: "Grammar", what: str, value: str, country: str) -> Prompts:
    if what == "digits":
        return digits(value)
    if what == "date":
        return grammar.day(date.fromisoformat(value))
    minus, (whole, part) = value.startswith("-"), _parts(value.lstrip("-"))
    sign = ("number.minus",) if minus and int(whole + part or "0") else ()
    if what == "money":
        return sign + grammar.money(int(whole), int(f"{part:0<2}"[:2]), CURRENCIES[country])
    return sign + grammar.number(int(whole)) + (("number.point", *digits(part)) if part else ())


def _parts(value: str) -> tuple[str, str]:
    """The whole part, and what is behind the point or comma; ValueError: it is no number."""
    whole, _, part = value.replace(",", ".").partition(".")
    if not (whole.isascii() and whole.isdigit() and (part.isdigit() or not part) and part.isascii()):
        raise ValueError("no number")
    return whole, part


def digits(value: str) -> Prompts:
    return tuple(f"digit.{each}" for each in value if each in "0123456789")


def _english_number(number: int) -> Prompts:
    if number >= MOST:
        return digits(str(number))
    for size, name in ((1_000_000, "million"), (1_000, "thousand")):
        if number >= size:
            rest = number % size
            joint = ("number.and",) if 0 < rest < 100 else ()
            return (*_english_number(number // size), f"number.{name}", *joint, *_some(rest))
    if number >= 100:
        rest = number % 100
        return (f"digit.{number // 100}", "number.hundred", *(("number.and",) if rest else ()), *_some(rest))
    if number < 10:
        return (f"digit.{number}",)
    if number < 20 or number % 10 == 0:
        return (f"number.{number}",)
    return f"number.{number - number % 10}", f"digit.{number % 10}"


def _some(rest: int) -> Prompts:
    """What follows a hundred or a thousand; nothing of nothing."""
    return _english_number(rest) if rest else ()


def _english_money(whole: int, part: int, currency: str) -> Prompts:
    """Twelve kroner and fifty øre; fifty øre."""
    main = (*_english_number(whole), f"money.{currency}.{'one' if whole == 1 else 'many'}")
    if not part or currency == "won":  # which has no smaller coin
        return main
    small = (*_english_number(part), f"money.{currency}.{'cent' if part == 1 else 'cents'}")
    return (*main, "number.and", *small) if whole else small


def _english_day(day: date) -> Prompts:
    """On the eighteenth / of January / twenty / twenty six."""
    return f"date.{day.day}", f"month.{day.month}", *_english_year(day.year)


def _english_year(year: int) -> Prompts:
    """Nineteen hundred, nineteen oh five, two thousand and one, twenty twenty six."""
    century, rest = divmod(year, 100)
    if century % 10 == 0 and rest < 10:
        return _english_number(year)
    if rest == 0:
        return (*_english_number(century), "number.hundred")
    return (*_english_number(century), *(("minute.oh",) if rest < 10 else ()), *_english_number(rest))


class Grammar(NamedTuple):
    """What each language says in its own way."""

    number: Callable[[int], Prompts]
    money: Callable[[int, int, str], Prompts]
    day: Callable[[date], Prompts]


_GRAMMARS = {
    "en": Grammar(_english_number, _english_money, _english_day),
    "da": Grammar(danish.number, danish.money, danish.day),
}
