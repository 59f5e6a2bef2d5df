"""Somebody's calls are led to an outside number: where the owner allows it, and no further."""

from typing import Any

import numpy as np
import pytest
from stories import BOTH, menu_heard

from firmware.base import Refused
from firmware.base.events import (
    CallAnswered,
    CallDialled,
    CallEnded,
    CallForwarded,
    ForwardChanged,
    ForwardInVain,
    MessageBegan,
)
from hostsim.office import Office

MOBILE, ABROAD, DEAR = "+4520123456", "+46850000000", "+4590123456"
ASKED = {"menus": {"main": {"keys": {"5": "ann", "6": "ben"}}}}


def allowed(*, may: str = "national", **ann: Any) -> dict[str, Any]:
    return {**ASKED, "people": {"ann": {"may_forward_out": True, "may_call": may, **ann}}}


def led(**cases: Any) -> dict[str, Any]:
    return allowed(forward=cases or {"all": MOBILE})


def asks(office: Office, line: int = 1, shows: str | None = None) -> Any:
    """Somebody rings and wants ann; he may show a number that is not his."""
    caller = office.caller(f"+453312000{line}")
    caller._thing.number = shows or caller._thing.number
    caller.dial(line=line)
    office.wait_until(lambda: caller.hears() == "prompt:menu.main", 20)
    caller.press("5")
    return caller


def takes(office: Office, mobile: Any) -> None:
    """He answers, listens, and presses 1."""
    office.wait_until(lambda: mobile.ringing, 12)
    mobile.answer()
    office.wait_until(lambda: mobile.hears() == "prompt:outside.call", 6)
    mobile.press("1")
    office.wait(2)


def sent(office: Office) -> list[str]:
    return [event.number for event in office.saw(CallDialled) if event.line is not None]


def in_vain(office: Office) -> list[str]:
    return [event.why for event in office.saw(ForwardInVain)]


@pytest.mark.parametrize("fidelity", BOTH)
def test_who_may_is_reached_outside_by_a_caller_and_either_end_ends_it(fidelity: str) -> None:
    with Office(led(), fidelity=fidelity) as office:
        mobile, caller = office.caller(MOBILE), asks(office)
        takes(office, mobile)
        assert (office.saw(CallAnswered)[-1].station, caller.state) == (MOBILE, "talking")
        assert sent(office) == ["20123456"]
        caller.hang_up()
        office.wait_until(lambda: len(office.saw(CallEnded)) == 2, 15)
        assert [office.line(n).state for n in (1, 2, 3, 4)] != ["talking"] * 4


def test_a_colleague_who_dials_him_reaches_him_there_too() -> None:
    with Office(led(), fidelity="signal") as office:
        office.wait(2)
        phone, mobile = office.phone("phone3"), office.caller(MOBILE)
        phone.lift()
        office.wait(1)
        phone.press("101#")
        takes(office, mobile)
        assert office.saw(CallAnswered)[-1].station == MOBILE
        phone.hang_up()
        office.wait_until(lambda: mobile.state == "dropped" or mobile.state == "idle", 12)


def test_nobody_sets_it_without_the_owner_and_the_page_says_which_right_is_missing() -> None:
    """H-12: off on a new box, by page, code and settings."""
    with Office(ASKED, fidelity="signal") as office:
        office.order("agent.forward", who="ann", when="all", to=MOBILE)
        with pytest.raises(Refused, match=r"people\.ann\.may_forward_out"):
            office.wait(0.1)
    with pytest.raises(Refused, match=r"people\.ann\.forward\.all: .* has not allowed ann"):
        Office({**ASKED, "people": {"ann": {"forward": {"all": MOBILE}}}}, fidelity="signal")


@pytest.mark.parametrize(
    ("to", "why"),
    [
        (ABROAD, "international calls are not allowed"),
        ("0046850000000", "international calls are not allowed"),
        (DEAR, "premium calls are not allowed"),
        ("+18095551234", "international calls are not allowed"),
        ("+4532100002", "a line of this office"),
        ("112", "no telephone number"),
        ("+45112", "no telephone number"),
        ("+4511212345", "emergency number"),
        ("70102030w900", "no such place"),
        ("20123456#", "no such place"),
    ],
)
def test_the_class_is_judged_on_the_number_as_it_is_kept(to: str, why: str) -> None:
    """H-12, H-10."""
    with Office(allowed(), fidelity="signal") as office:
        office.order("agent.forward", who="ann", when="all", to=to)
        with pytest.raises(Refused, match=why):
            office.wait(0.1)
        assert office.saw(ForwardChanged) == []


@pytest.mark.parametrize("change", [{"may_forward_out": False}, {"may_call": "internal"}])
def test_and_again_when_a_call_comes(change: dict[str, Any]) -> None:
    with Office(allowed(), fidelity="signal") as office:
        office.order("agent.forward", who="ann", when="all", to="20 12 34 56")
        office.wait(0.1)
        assert office.saw(ForwardChanged)[0].to == MOBILE
        office.settings({"people": {"ann": change}})
        office.wait(0.1)
        asks(office)
        office.wait_until(lambda: office.phone("phone1").ringing, 5)
        assert (office.saw(CallForwarded), sent(office)) == ([], [])


def test_by_code_to_a_mobile_and_one_case_back() -> None:
    with Office(allowed(), fidelity="signal") as office:
        office.wait(2)
        phone = office.phone("phone1")
        for keys in ("*5220123456#", "*9020123456#", "*91", "*53"):
            phone.lift()
            office.wait(1)
            phone.press(keys)
            office.wait_until(lambda: phone.hears() in ("prompt:forward.on", "prompt:forward.off"), 12)
            phone.hang_up()
            office.wait(1)
        told = [(event.when, event.to) for event in office.saw(ForwardChanged)]
        assert told == [("no_answer", MOBILE), ("busy", MOBILE), ("busy", ""), ("no_answer", "")]


def test_a_machine_that_answers_there_leaves_the_caller_to_his_mailbox() -> None:
    with Office(led(), fidelity="signal") as office:
        mobile = office.caller(MOBILE)
        asks(office)
        office.wait_until(lambda: mobile.ringing, 12)
        mobile.answer()
        office.wait_until(lambda: office.saw(MessageBegan), 60)
        assert (in_vain(office), office.saw(MessageBegan)[0].mailbox) == (["no_answer"], "ann")
        assert office.box.exchange.incoming.offices.at == set()


def test_nobody_there_and_no_mailbox_the_operator_is_rung() -> None:
    with Office(allowed(forward={"all": MOBILE}, mailbox={"enabled": False}), fidelity="signal") as office:
        office.caller(MOBILE)
        asks(office)
        office.wait_until(lambda: office.phone("phone1").ringing, 70)
        assert in_vain(office) == ["no_answer"]


def test_two_at_once_and_never_the_last_line() -> None:
    """H-07."""
    six = {"lines": {f"line{n}": {"number": f"+453210000{n}"} for n in range(5, 9)}}
    people = {name: {"may_forward_out": True} for name in ("ann", "ben")}
    people["ann"]["forward"] = {"all": MOBILE}  # type: ignore[assignment]
    people["ben"]["forward"] = {"all": "+4520654321"}  # type: ignore[assignment]
    with Office({**ASKED, **six, "people": people}, fidelity="signal") as office:
        takes_both = [office.caller(MOBILE), office.caller("+4520654321")]
        asks(office, 1)
        takes(office, takes_both[0])
        other = menu_heard(office, 2, "+4533120002")
        other.press("6")
        takes(office, takes_both[1])
        takes_both[0].hang_up()
        office.wait(15)
        asks(office, 3)
        office.wait(1)
        asks(office, 4)
        office.wait(3)
        assert in_vain(office) == ["too_many"]
    with Office({**led(), "lines": {"line3": None, "line4": None}}, fidelity="signal") as office:
        asks(office, 1)
        office.wait(3)
        assert (in_vain(office), sent(office)) == (["no_line"], [])


def test_after_half_an_hour_it_is_ended() -> None:
    """H-07."""
    with Office(led(), fidelity="signal") as office:
        mobile, caller = office.caller(MOBILE), asks(office)
        takes(office, mobile)
        for _ in range(41):
            assert caller.state == "talking"
            for each in (caller, mobile):
                each.say(np.full(8_000, 3_000, np.int16))
            office.wait(44)
        assert [event.side for event in office.saw(CallEnded)] == ["box", "box"]


@pytest.mark.parametrize("number", ["+4532100002", MOBILE])
def test_a_call_that_may_be_one_of_ours_come_back_is_not_led_out_again(number: str) -> None:
    """His mobile leads its own calls to us: the second rings here."""
    with Office(led(), fidelity="signal") as office:
        mobile = office.caller(MOBILE)
        asks(office, 1)
        office.wait_until(lambda: mobile.ringing, 12)
        asks(office, 2, number)
        office.wait_until(lambda: office.phone("phone1").ringing, 5)
        assert len(sent(office)) == 1
