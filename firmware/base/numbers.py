"""Telephone numbers of a country: what is complete, what is an emergency, how it is stored.

Lengths and patterns come from `phonenumberslite`. Nothing here decides who may dial what.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from typing import Any, Literal

import phonenumbers
from phonenumbers import PhoneMetadata

KEYS = frozenset("0123456789*#ABCD")
HABITS = ("0", "9")  # what people dial "for an outside line" out of habit
E164_MAX = 15
_KIND = phonenumbers.PhoneNumberType
ORDINARY = (_KIND.FIXED_LINE, _KIND.MOBILE, _KIND.FIXED_LINE_OR_MOBILE, _KIND.VOIP)
COSTLY = (_KIND.PREMIUM_RATE, _KIND.SHARED_COST, _KIND.PERSONAL_NUMBER)
Class = Literal["internal", "local", "national", "international", "premium"]
CLASSES: tuple[Class, ...] = (
    "internal",
    "local",
    "national",
    "international",
    "premium",
)  # dearer and dearer
# How no subscriber's number begins as it is keyed: exchanges connect a service after these few digits,
# whatever follows, or choose another carrier. In France nothing is dialled without the 0; in China mobile
# numbers begin with 1; 976 is dear in every area of the North American plan.
_SERVICES = {
    "US": re.compile(r"0|1[01]|1?[2-9]11|976|1?[2-9]\d\d976"),
    "FR": re.compile(r"[1-9]"),
    "CN": re.compile(r"9|1(?![3-9]\d{9}\Z)"),
}
_SERVICE = re.compile("1")
_WRITTEN = str.maketrans("", "", " \u00a0-./()")
_DIGITS = re.compile(r"\+?[0-9]{1,32}")
_EXACT_TAIL = 3  # so many missing digits are tried one by one; more are taken as possible


def region(country: str) -> str:
    """The ISO code that the metadata know: UK is GB."""
    return "GB" if country == "UK" else country


def e164(digits: str, country: str) -> str | None:
    """`digits` as +<country><number>, or None where they are no possible number."""
    try:
        number = phonenumbers.parse(digits, region(country))
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def to_dial(number: str, country: str) -> str:
    """The digits that a telephone in `country` dials for an E.164 number; others pass unchanged."""
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number.lstrip("+")
    here = phonenumbers.country_code_for_region(region(country))
    if parsed.country_code != here:
        return str(_metadata(country).international_prefix).split("|")[0] + number[1:]
    national = str(phonenumbers.national_significant_number(parsed))
    return (_metadata(country).national_prefix or "") + national if _trunk_needed(country) else national


def forms(number: str, country: str) -> set[str]:
    """All the ways in which the same number may be barred or blocked: as it was keyed, as it is kept, as it
    is dialled at home and from abroad."""
    kept = e164(number, country)
    if kept is None:
        return {number}
    return {number, kept, to_dial(kept, country), f"00{kept[1:]}"}


def is_national(number: str, country: str) -> bool:
    """Is `number` (E.164) somebody's ordinary number in the country, landline or mobile?

    False for all that costs more or is nobody's own: premium and shared-cost, free and personal numbers,
    services, short and emergency numbers, other countries (also those that share a code, like +1 809).
    """
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    if phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) != number:
        return False
    if phonenumbers.region_code_for_number(parsed) != region(country):
        return False
    dialled = to_dial(number, country)  # an exchange that hears 112 first need not wait for the rest
    cries = any(dialled.startswith(each) for each in emergency_numbers(country))
    return phonenumbers.number_type(parsed) in ORDINARY and not cries


def class_of(digits: str, country: str, own: Iterable[str] = ()) -> Class:
    """What an outside number costs to call from the country, as dialled or in E.164.

    Local are free numbers and those of the area of one of `own` (E.164). Short numbers are services, and
    those are premium: nobody knows what they cost.
    """
    number = e164(digits, country)
    if number is None:
        return "premium"
    parsed = phonenumbers.parse(number, None)
    kind = phonenumbers.number_type(parsed)
    here = phonenumbers.country_code_for_region(region(country))
    found = phonenumbers.region_code_for_number(parsed)
    if kind in COSTLY:
        return "premium"
    if parsed.country_code != here or found not in (region(country), None):
        return "international"
    if _SERVICES.get(country, _SERVICE).match(digits):
        return "premium"
    if found is None:
        return _class_of_nobody(to_dial(digits, country), parsed, country)
    if kind == phonenumbers.PhoneNumberType.TOLL_FREE:
        return "local"
    if not is_national(number, country):
        return "premium"
    area = phonenumbers.length_of_geographical_area_code(parsed)
    near = number[: len(number) - len(phonenumbers.national_significant_number(parsed)) + area]
    return "local" if area and any(each.startswith(near) for each in own) else "national"


def _class_of_nobody(dialled: str, parsed: phonenumbers.PhoneNumber, country: str) -> Class:
    """Nobody has that number so far, and the exchange says so at no cost; or it is dialled without its area.
    But what begins like a code of the exchange, or leads abroad through another carrier, may become
    anything."""
    fits = phonenumbers.is_possible_number_with_reason(parsed)
    local = fits == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    plan, length = _metadata(country), len(phonenumbers.national_significant_number(parsed))
    ordinary = (*plan.fixed_line.possible_length, *plan.mobile.possible_length)
    strange = dialled[0] in "01" if local else length > max(ordinary)
    service = phonenumbers.is_valid_short_number_for_region(parsed, region(country))
    return "premium" if strange or service else "national"


def land_of(digits: str, country: str) -> str:
    """The country where that rings, as dialled or in E.164; what none of its own has is known by its code."""
    number = e164(digits, country)
    if number is None:
        return ""
    parsed = phonenumbers.parse(number, None)
    return phonenumbers.region_code_for_number(parsed) or str(parsed.country_code)


def as_dialled(word: str, country: str) -> str | None:
    """What a telephone keys for a number as people write it; None: it is none, or holds more than digits."""
    digits = word.translate(_WRITTEN)
    return to_dial(digits, country) if _DIGITS.fullmatch(digits) else None


def _trunk_needed(country: str) -> bool:
    # In the North American plan the ten digits are dialled without the 1 from most lines.
    return region(country) not in ("US", "CA") and bool(_metadata(country).national_prefix)


def _metadata(country: str) -> Any:
    return PhoneMetadata.metadata_for_region(region(country))


def _short(country: str) -> Any:
    return PhoneMetadata.short_metadata_for_region(region(country))


@lru_cache
def emergency_numbers(country: str) -> frozenset[str]:
    """Every emergency number that the country's plan knows."""
    plan = _short(country).emergency
    pattern = re.compile(plan.national_number_pattern)
    digits = (
        "".join(each) for length in plan.possible_length for each in product("0123456789", repeat=length)
    )
    return frozenset(each for each in digits if pattern.fullmatch(each))


def without_habit(digits: str) -> str:
    """What was meant by somebody who keys a 0 or 9 first, out of habit."""
    return digits[1:] if digits[:1] in HABITS else digits


def shadows_emergency(code: str, emergencies: Iterable[str]) -> str | None:
    """The emergency number that `code` is, begins, or begins with; None where it is free."""
    return next((each for each in emergencies if each.startswith(code) or code.startswith(each)), None)


@lru_cache(maxsize=4096)
def may_grow(digits: str, country: str) -> bool:
    """Can one more key still lead to a number of the country's plan?"""
    return any(_may_grow_in(rest, lengths, pattern) for rest, lengths, pattern in _plans(digits, country))


def _plans(digits: str, country: str) -> list[tuple[str, tuple[int, ...], str]]:
    """The plans that `digits` may belong to: what follows the prefix, lengths, pattern."""
    plan, short = _metadata(country), _short(country)
    general = plan.general_desc
    found = [(digits, tuple(general.possible_length), general.national_number_pattern)]
    found.append(
        (digits, tuple(short.general_desc.possible_length), short.general_desc.national_number_pattern)
    )
    if (trunk := plan.national_prefix) and _overlap(digits, trunk):
        rest = digits[len(trunk) :]
        found.append((rest, tuple(general.possible_length), general.national_number_pattern))
    if abroad := _international(digits, plan.international_prefix):
        found.append((digits[abroad:], (E164_MAX,), r"[1-9]\d{14}"))
    return found


def _overlap(digits: str, prefix: str) -> bool:
    return digits.startswith(prefix) or prefix.startswith(digits)


def _international(digits: str, pattern: str) -> int:
    """How many of `digits` are the international prefix; -1 … 0 where they are not."""
    if (found := re.match(pattern, digits)) is not None:
        return found.end()
    return len(digits) if digits and _overlap(digits, "00") and re.match(pattern, "00") else 0


def _may_grow_in(rest: str, lengths: tuple[int, ...], pattern: str) -> bool:
    compiled = re.compile(pattern)
    return any(_some_tail(rest, length - len(rest), compiled) for length in lengths if length > len(rest))


def _some_tail(rest: str, missing: int, pattern: re.Pattern[str]) -> bool:
    if not rest:
        return True
    # A pattern's leading digits decide; the far end of a number is nearly always any digit.
    free = min(missing, _EXACT_TAIL)
    tails = ("".join(each) for each in product("0123456789", repeat=free))
    filler = "2" * (missing - free)
    return any(pattern.fullmatch(rest + tail + filler) for tail in tails)


@lru_cache(maxsize=4096)
def after_habit(digits: str, country: str, emergencies: frozenset[str]) -> bool | None:
    """An emergency number behind a habitual 0 or 9?

    None: no. True: certain, no number of the country begins so. False: a number may still follow.
    """
    if digits[:1] not in HABITS or digits[1:] not in emergencies:
        return None
    return not may_grow(digits, country)
