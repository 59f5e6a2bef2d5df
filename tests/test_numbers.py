"""Telephone numbers: complete, emergency, stored."""

import pytest

from firmware.base.numbers import (
    after_habit,
    as_dialled,
    class_of,
    e164,
    emergency_numbers,
    is_national,
    may_grow,
    shadows_emergency,
    to_dial,
)


@pytest.mark.parametrize(
    ("digits", "country", "more"),
    [
        ("3312000", "DK", True),
        ("33120001", "DK", False),  # eight digits, and no longer number begins so
        ("201", "DK", True),  # an extension that a national number begins with
        ("02121234567", "TR", False),
        ("2125551212", "US", False),
        ("0301234567", "DE", True),  # an open plan: nobody can know
        ("004533", "DK", True),
        ("112", "DK", True),
    ],
)
def test_a_number_is_complete_when_no_longer_one_is_possible(digits: str, country: str, more: bool) -> None:
    assert may_grow(digits, country) is more


@pytest.mark.parametrize(
    ("country", "some"),
    [
        ("DK", {"112", "114"}),
        ("US", {"911"}),
        ("UK", {"999", "112"}),
        ("KR", {"119"}),
        ("CN", {"110", "120"}),
    ],
)
def test_each_country_has_its_emergency_numbers(country: str, some: set[str]) -> None:
    assert some <= emergency_numbers(country)


def test_a_habitual_prefix_is_certain_only_where_no_national_number_begins_so() -> None:
    danish = emergency_numbers("DK")
    assert after_habit("0112", "DK", danish) is True
    assert after_habit("9112", "DK", danish) is False  # 91 12 xx xx is somebody's number
    assert after_habit("5112", "DK", danish) is None
    assert after_habit("112", "DK", danish) is None
    assert after_habit("9911", "US", emergency_numbers("US")) is False


def test_a_code_that_is_begins_or_begins_with_an_emergency_number_is_in_its_way() -> None:
    danish = emergency_numbers("DK")
    assert shadows_emergency("11", {"112"}) == "112"
    assert shadows_emergency("112", danish) == "112"
    assert shadows_emergency("1125", {"112"}) == "112"
    assert shadows_emergency("201", danish) is None


def test_numbers_are_stored_with_their_country_and_dialled_without_it() -> None:
    assert e164("33120001", "DK") == "+4533120001"
    assert e164("02121234567", "TR") == "+902121234567"
    assert e164("12", "DK") is None
    assert e164("nonsense", "DK") is None
    assert to_dial("+4533120001", "DK") == "33120001"
    assert to_dial("+902121234567", "TR") == "02121234567"
    assert to_dial("+4533120001", "US") == "0114533120001"
    assert to_dial("112", "DK") == "112"


@pytest.mark.parametrize("odd", ["+", "+1", "+999123456789", "+0000", "+" + "9" * 40])
def test_a_number_that_is_none_is_neither_stored_nor_a_crash(odd: str) -> None:
    assert e164(odd, "DK") is None
    assert "+" not in to_dial(odd, "DK")


@pytest.mark.parametrize(
    ("number", "country", "ordinary"),
    [
        ("+4533120001", "DK", True),
        ("+821012345678", "KR", True),  # a mobile
        ("+827012345678", "KR", True),  # a number of no place, at an ordinary price
        ("+4590123456", "DK", False),  # premium
        ("+4580123456", "DK", False),  # free: nobody's telephone
        ("+448712345678", "UK", False),  # shared cost
        ("+447012345678", "UK", False),  # personal
        ("+46812345678", "DK", False),  # another country
        ("+18095551234", "US", False),  # another country of the same code
        ("+441534888888", "UK", False),  # Jersey: another tariff
        ("+45112", "DK", False),
        ("33120001", "DK", False),  # as it is dialled, not as it is stored
        ("+4533120001;ext=9", "DK", False),
        ("nonsense", "DK", False),
    ],
)
def test_the_box_dials_by_itself_ordinary_numbers_of_its_country_only(
    number: str, country: str, ordinary: bool
) -> None:
    assert is_national(number, country) is ordinary


@pytest.mark.parametrize(
    ("digits", "country", "own", "costs"),
    [
        ("33120001", "DK", (), "national"),
        ("80123456", "DK", (), "local"),  # free of charge
        ("90123456", "DK", (), "premium"),
        ("0046850000000", "DK", (), "international"),
        ("+46850000000", "DK", (), "international"),
        ("1881", "DK", (), "premium"),  # a service: nobody knows what it costs
        ("02125550001", "TR", ("+902125559999",), "local"),
        ("03125550001", "TR", ("+902125559999",), "national"),
        ("19005551234", "US", (), "premium"),
        ("18095551234", "US", (), "international"),  # shares the code, not the country
        ("00449098790000", "DK", (), "premium"),  # a dear number abroad is dear
        ("070102030", "DK", (), "premium"),  # a habitual 0: the exchange would make something else of it
        ("0070102030", "DK", (), "international"),
        ("79460000", "UK", (), "national"),  # without its area
        ("0900", "UK", (), "premium"),  # whose rest might follow
        ("118118", "UK", (), "premium"),
        ("18990033", "UK", (), "premium"),  # another carrier, and abroad
        ("0101300331234567", "DE", (), "premium"),
        ("0820011234567", "KR", (), "premium"),
        ("10102880113312345", "US", (), "premium"),
        ("1181181", "UK", (), "premium"),  # the exchange hears 118118, and has enough
        ("1470118118", "UK", (), "premium"),
        ("118218123", "FR", (), "premium"),
        ("361512345", "FR", (), "premium"),
        ("11812345", "DK", (), "premium"),
        ("2129765555", "US", (), "premium"),
        ("13912345678", "CN", (), "national"),  # a mobile telephone, dialled without a 0
        ("96123123", "CN", (), "premium"),
    ],
)
def test_what_a_number_costs_is_known_before_it_is_dialled(
    digits: str, country: str, own: tuple[str, ...], costs: str
) -> None:
    assert class_of(digits, country, own) == costs


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("70 10 20 30", "70102030"),
        ("+45 (70) 10-20.30", "70102030"),
        ("+1 809 555 1234", "0018095551234"),
        ("+112", "00112"),
        *(
            (odd, None)
            for odd in ("500&112", "70102030w9", "70102030,,1", "*67", "70102030#", "++45", "٣٣", "")
        ),
    ],
)
def test_a_number_that_somebody_wrote_is_digits_or_none(written: str, dialled: str | None) -> None:
    assert as_dialled(written, "DK") == dialled
