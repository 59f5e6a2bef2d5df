"""How Danish puts its sentences together from phrases: numbers with the ones first, two genders, 24 hours.

Twenty-one to ninety-nine are one word each ("enogtyve", "halvtreds", "nioghalvfems"), and so one phrase. A
number that counts says "en" of things of common gender, "et" otherwise.
"""

from datetime import date, datetime

from firmware.base.days import A_WEEK, coming
from firmware.base.hours import WEEKDAYS

Prompts = tuple[str, ...]
MOST = 10**9  # numbers are said below that, else digit by digit
NEUTER = {"pound"}  # et pund; all other coins are common: en krone, en øre
AN_HOUR, COUNTED = 60, 100  # minutes, seconds


def number(many: int, common: bool = False) -> Prompts:
    """Tre hundrede og toogfyrre; `common`: of things that are "en"."""
    if many >= MOST:
        return tuple(f"digit.{each}" for each in str(many))
    if many >= 1_000_000:
        millions, rest = divmod(many, 1_000_000)
        word = "number.million" if millions == 1 else "whole.millions"
        return (*number(millions, common=True), word, *_rest(rest, common))
    if many >= 1_000:
        thousands, rest = divmod(many, 1_000)
        return (*number(thousands), "number.thousand", *_rest(rest, common))
    if many >= 100:
        hundreds, rest = divmod(many, 100)
        return (*number(hundreds), "number.hundred", *_rest(rest, common))
    return (_small(many, common),)


def _rest(rest: int, common: bool) -> Prompts:
    """What follows a hundred, a thousand or a million; nothing of nothing."""
    if not rest:
        return ()
    return (*(("number.and",) if rest < 100 else ()), *number(rest, common))


def _small(many: int, common: bool) -> str:
    """0 to 99, one word."""
    if many == 1 and common:
        return "whole.one"
    if many < 10:
        return f"digit.{many}"
    return f"number.{many}" if many < 20 or many % 10 == 0 else f"whole.{many}"


def money(whole: int, part: int, currency: str) -> Prompts:
    """Tolv kroner og halvtreds øre; halvtreds øre."""
    common = currency not in NEUTER
    main = (*number(whole, common), f"money.{currency}.{'one' if whole == 1 else 'many'}")
    if not part or currency == "won":  # which has no smaller coin
        return main
    small = (*number(part, common=True), f"money.{currency}.{'cent' if part == 1 else 'cents'}")
    return (*main, "number.and", *small) if whole else small


def day(then: date) -> Prompts:
    """Den attende / januar / to tusind og seksogtyve."""
    return f"date.{then.day}", f"month.{then.month}", *_year(then.year)


def _year(year: int) -> Prompts:
    """Nitten hundrede og fem, to tusind og seksogtyve, et tusind og seksogtres."""
    century, rest = divmod(year, 100)
    if century < 10 or century % 10 == 0:
        return number(year)
    return (*number(century), "number.hundred", *_rest(rest, common=False))


# Sentences


def opening(opens: datetime, now: datetime) -> Prompts:
    """Vi har lukket i øjeblikket. Vi åbner / på mandag / klokken ni / tredive."""
    return ("hours.closed", "hours.opens", *coming(opens, now), *_time(opens))


def _time(then: datetime) -> Prompts:
    """Klokken fjorten / nul fem. Of the whole day's hours none is taken for another."""
    if then.hour == then.minute == 0:
        return ("hour.midnight",)
    if then.minute == 0:
        return (f"hour.{then.hour}",)
    oh = ("minute.oh",) if then.minute < 10 else ()
    return (f"hour.{then.hour}", *oh, *number(then.minute))


def received(came: datetime, now: datetime) -> Prompts:
    """I går / i mandags / den niende januar, and at what time."""
    days = (now.date() - came.date()).days
    if days < 2:
        when: Prompts = ("day.yesterday" if days == 1 else "day.today",)
    elif days < A_WEEK:
        when = (f"past.{WEEKDAYS[came.weekday()]}",)
    else:
        when = f"date.{came.day}", f"month.{came.month}"
    return (*when, *_time(came))


def lasting(seconds: float) -> Prompts:
    if seconds < COUNTED:
        return *number(round(seconds)), "messages.seconds"
    return *number(round(seconds / 60)), "messages.minutes"


def waited(minutes: int) -> Prompts:
    """Har ventet i fire minutter; har ventet i / enogtyve / minutter."""
    if minutes >= AN_HOUR:
        return ("waited.hour",)
    if minutes <= 10:
        return (f"waited.{minutes}",)
    return "waited.long", *number(minutes), "waited.minutes"


def choice(what: str, key: str) -> Prompts:
    """For at tale med omstillingen, tryk / nul; for / salg / tryk / to."""
    pressed = {"*": "key.star", "#": "key.hash"}.get(key, f"digit.{key}")
    if what in ("operator", "callback", "message", "other"):
        return f"exit.{what}", pressed
    return "exit.for", what, "exit.press", pressed
