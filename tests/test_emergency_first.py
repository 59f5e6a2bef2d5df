"""Emergency digits beat whatever else digits may mean, whoever keys them, and whatever he was doing."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis.strategies import composite, integers, sampled_from, text

from firmware.base import Refused
from firmware.base.events import CallDialled, CallEnded, EmergencyDialled
from firmware.base.numbers import emergency_numbers
from firmware.calls.codes import ASKING, CODES
from firmware.calls.dialling import decide
from hostsim.office import Office

LANDS = ("US", "UK", "DK", "HR", "TR", "KR", "CN", "TW", "DE", "FR")
DIGITS = "0123456789"
BEHIND = ("", "", "*", *sorted(ASKING))  # what was keyed before it: a code that asks for a number
MOBILE = "+4520123456"
HELP = 20.0  # s until it is on a line: a call was cleared for it, the guard, a line without dial tone


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    land=sampled_from(LANDS),
    nth=sampled_from(range(8)),
    before=sampled_from(("", "*")),
    inside=text("0123456789", min_size=2, max_size=5),
)
def test_an_emergency_number_beats_every_code_and_extension(
    land: str, nth: int, before: str, inside: str
) -> None:
    numbers = sorted(emergency_numbers(land))
    number = numbers[nth % len(numbers)]
    extensions = [inside, number + inside, number[:2] + inside, *CODES]
    for place in range(1, len(number)):  # no key on the way leads elsewhere at once
        decision = decide(before + number[:place], land, frozenset(numbers), extensions)
        asks = decision.number in ASKING  # and hears an emergency number in the answer
        assert decision.wait or decision.kind == "emergency" or asks, (number, place)
    decision = decide(before + number, land, frozenset(numbers), extensions)
    assert (decision.kind, decision.number, decision.wait) == ("emergency", number, 0.0)


@composite
def offices(draw: Any) -> tuple[str, dict[str, Any]]:
    """An emergency number, and rules of an owner that would rather have it otherwise."""
    land, own = draw(sampled_from(LANDS)), draw(text(DIGITS, min_size=3, max_size=5))
    number = draw(sampled_from([*sorted(emergency_numbers(land)), own]))
    barred = draw(text(DIGITS, max_size=2)), number[: draw(integers(0, len(number)))]
    inside = number[: draw(integers(0, len(number)))] + draw(text(DIGITS, min_size=2, max_size=4))
    lines = {f"line{n}": {"country": land, "number": None, "hours": "never"} for n in (1, 2, 3, 4)}
    return number, {
        "country": land,
        "emergency": [own],
        "barred": [each for each in barred if len(each) > 1],
        "daily_calls": draw(integers(1, 2)),
        "lines": lines,
        "hours": {"never": {"week": {}}},
        "phones": {"phone1": {"may_call": "internal"}, "phone4": {"number": inside[:6]}},
        "people": {"ann": {"may_call": "internal", "forward": {"all": "phone3"}}},
        "queues": {"support": {"hours": "never"}},
    }


def lifted(office: Office, phone: Any) -> None:
    phone.lift()
    office.wait(1)


def called_by_a_colleague(office: Office, phone: Any) -> None:
    other = office.phone("phone2")
    other.lift()
    office.wait(1)
    other.press("201#")
    office.wait_until(lambda: phone.ringing, 6)
    phone.lift()
    office.wait(1)


def with_somebody_on_hold(office: Office, phone: Any) -> None:
    called_by_a_colleague(office, phone)
    phone.flash()
    office.wait(1.5)


def while_a_colleague_is_rung(office: Office, phone: Any) -> None:
    lifted(office, phone)
    phone.press("203#")
    office.wait_until(lambda: office.phone("phone3").ringing, 6)


def left_off_its_hook(office: Office, phone: Any) -> None:
    lifted(office, phone)
    office.wait(70)


def with_every_line_taken(office: Office, phone: Any) -> None:
    for n in (1, 2, 3, 4):
        office.caller(f"+453312000{n}").dial(line=n)
    office.wait(9)
    lifted(office, phone)


def undisturbed(office: Office, phone: Any) -> None:
    ann = office.agent("ann")
    ann.sign_in()
    ann.dnd(True)
    lifted(office, phone)


def with_a_station_outside(office: Office, phone: Any) -> None:
    """ann is at her mobile, which takes a line of ours while a colleague rings her."""
    office.agent("ann").sign_in(station=MOBILE if office.rig.data["country"] == "DK" else "usb1")
    other = office.phone("phone2")
    office.wait(1)
    lifted(office, other)
    other.press("101#")
    office.wait(3)
    lifted(office, phone)


DOES = (
    *(lifted, with_somebody_on_hold, while_a_colleague_is_rung, left_off_its_hook),
    *(with_every_line_taken, undisturbed, with_a_station_outside),
)


few = settings(max_examples=20, deadline=None, derandomize=True, database=None)


@few
@given(office=offices(), does=sampled_from(DOES), behind=sampled_from(BEHIND))
def test_an_emergency_number_beats_every_rule_whatever_its_person_does(
    office: tuple[str, dict[str, Any]], does: Any, behind: str
) -> None:
    help_comes(office, does, behind)


@pytest.mark.gate
@settings(few, max_examples=1000, derandomize=False)
@given(office=offices(), does=sampled_from(DOES), behind=sampled_from(BEHIND))
def test_an_emergency_number_beats_a_thousand_offices(
    office: tuple[str, dict[str, Any]], does: Any, behind: str
) -> None:
    help_comes(office, does, behind)


@pytest.mark.parametrize("code", ["*0", "*52"])
def test_whoever_cuts_what_a_code_says_by_an_emergency_number_has_keyed_all_of_it(code: str) -> None:
    with Office(fidelity="signal") as office:
        office.wait(2)
        phone = office.phone("phone3")
        lifted(office, phone)
        phone.press(code + "112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 6)


def help_comes(office: tuple[str, dict[str, Any]], does: Any, behind: str) -> None:
    number, rules = office
    try:
        story = Office(rules, fidelity="signal")
    except Refused as refusal:  # an extension that would be in the way of an emergency number
        assert ".number: " in str(refusal)
        assume(False)
    with story:
        story.wait(2)
        phone = story.phone("phone1")
        does(story, phone)
        codes = phone.hears() in ("dial", "stutter")  # else it was left, or rings somebody: no code is heard
        phone.press((behind if codes else "") + number)
        story.wait_until(lambda: story.saw(EmergencyDialled), 9)
        assert {event.number for event in story.saw(EmergencyDialled)} == {number}
        help_call = story.saw(EmergencyDialled)[0].call
        story.wait_until(lambda: any(each.call == help_call for each in story.saw(CallDialled)), HELP)
        story.wait(2)
        assert not [each for each in story.saw(CallEnded) if each.call == help_call]


def test_whoever_speaks_keys_to_the_far_end_and_not_for_help() -> None:
    with Office(fidelity="signal") as office:
        office.wait(2)
        phone = office.phone("phone1")
        called_by_a_colleague(office, phone)
        phone.press("112")
        office.wait(3)
        assert office.saw(EmergencyDialled) == []
        phone.flash()
        office.wait(1)
        phone.press("112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 3)


def test_who_works_outside_calls_for_help_with_his_own_telephone_and_no_key_or_page_here_does() -> None:
    with Office({"people": {"ann": {"station": MOBILE}}}, fidelity="signal") as office:
        office.wait(2)
        ann, mobile = office.agent("ann"), office.caller(MOBILE)
        ann.sign_in()
        caller = office.caller("+4533120001")
        caller.dial(line=1)
        office.wait_until(lambda: caller.hears() == "prompt:menu.main", 20)
        caller.press("2")
        office.wait_until(lambda: mobile.ringing, 12)
        mobile.answer()
        office.wait_until(lambda: mobile.hears() == "prompt:outside.call", 6)
        mobile.press("1")
        office.wait(2)
        ann.hold()
        office.wait(1)
        mobile.press("112")
        office.wait(5)
        assert office.saw(EmergencyDialled) == []
        mobile.hang_up()  # his own network helps him; his caller is not lost meanwhile
        office.wait_until(lambda: mobile.ringing, 20)
        assert caller.state == "talking"
