"""Callers whom the office takes no calls from: it rings on, they are told so, or they are led elsewhere."""

from typing import Any

import pytest
from stories import BOTH, menu_heard

from firmware.base import Refused
from firmware.base.events import CallBlocked, CallDialled, CallEnded, CallLed, EmergencyDialled, MessageBegan
from hostsim.office import Office

NUISANCE, FRIEND = "+4533129901", "+4570102030"


def blocked(*rules: str, action: str = "message", **more: Any) -> dict[str, Any]:
    return {"blocked": list(rules), "blocked_action": action, **more}


def rings(office: Office, number: str = NUISANCE, line: int = 1, withheld: bool = False) -> Any:
    caller = office.caller(number)
    if withheld:
        caller._thing.reason = "withheld"
    caller.dial(line=line)
    return caller


def rules(office: Office) -> list[str]:
    return [event.rule for event in office.saw(CallBlocked)]


@pytest.mark.parametrize("fidelity", BOTH)
def test_a_blocked_caller_is_told_so_and_the_line_is_given_back(fidelity: str) -> None:
    with Office(blocked(NUISANCE), fidelity=fidelity) as office:
        caller = rings(office)
        office.wait_until(lambda: caller.hears() == "prompt:call.blocked", 12)
        office.wait_until(lambda: office.saw(CallEnded), 8)
        assert rules(office) == [NUISANCE]
        assert (office.saw(CallEnded)[0].side, office.saw(CallLed)[0].by) == ("box", "blocked")


def test_whoever_else_rings_hears_the_menu() -> None:
    with Office(blocked(NUISANCE), fidelity="signal") as office:
        menu_heard(office)
        assert rules(office) == []


def test_silent_it_rings_on_and_is_never_answered() -> None:
    with Office(blocked(NUISANCE, action="silent"), fidelity="signal") as office:
        caller = rings(office)
        office.wait(60)
        assert (caller.state, caller.hears(), office.line(1).state) == ("ringback", "ringback", "ringing")
        assert rules(office) == [NUISANCE]
        caller.hang_up()
        office.wait(10)
        assert [event.reason for event in office.saw(CallEnded)] == ["abandoned"]
        assert menu_heard(office).state == "talking"


@pytest.mark.parametrize("rule", ["+453312", "003312", "3312", "33129901"])
def test_a_rule_is_how_a_number_begins_however_it_is_written(rule: str) -> None:
    with Office(blocked(rule.replace("003312", "00453312")), fidelity="signal") as office:
        caller = rings(office)
        office.wait_until(lambda: caller.hears() == "prompt:call.blocked", 12)
        rings(office, FRIEND, line=2)
        office.wait(8)
        assert len(rules(office)) == 1


def test_who_withholds_his_number_is_asked_to_show_it() -> None:
    with Office(blocked("withheld"), fidelity="signal") as office:
        caller = rings(office, withheld=True)
        office.wait_until(lambda: caller.hears() == "prompt:call.withheld", 12)
        assert rules(office) == ["withheld"]


def test_or_he_is_led_to_a_mailbox() -> None:
    with Office(blocked(NUISANCE, action="mailbox:olga"), fidelity="signal") as office:
        rings(office)
        office.wait_until(lambda: office.saw(MessageBegan), 20)
        assert (office.saw(MessageBegan)[0].mailbox, office.saw(CallLed)[0].by) == ("olga", "blocked")


def test_after_an_emergency_call_nobody_is_turned_away_for_half_an_hour() -> None:
    with Office(blocked("withheld", action="silent"), fidelity="signal") as office:
        phone = office.phone("phone1")
        office.wait(2)
        phone.lift()
        office.wait(1)
        phone.press("112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 3)
        office.wait(20)
        phone.hang_up()
        office.wait(5)
        caller = rings(office, withheld=True)
        office.wait_until(lambda: caller.hears() == "prompt:menu.main", 12)
        caller.hang_up()
        office.wait(1800)
        again = rings(office, FRIEND, line=2, withheld=True)
        office.wait(15)
        assert (again.state, rules(office)) == ("ringback", ["withheld"])


def test_an_emergency_call_does_not_wait_for_a_line_that_rings_on() -> None:
    with Office(blocked("+45", action="silent"), fidelity="signal") as office:
        for line in (1, 2, 3, 4):
            rings(office, f"+453312990{line}", line)
        office.wait(10)
        assert len(rules(office)) == 4
        phone = office.phone("phone1")
        phone.lift()
        office.wait(1)
        phone.press("112")
        office.wait_until(lambda: any(event.number == "112" for event in office.saw(CallDialled)), 6)


def test_the_settings_name_what_is_none() -> None:
    with pytest.raises(Refused, match=r'blocked_action: "nowhere" is not one of'):
        Office(blocked(NUISANCE, action="nowhere"), fidelity="signal")
    with pytest.raises(Refused, match="blocked"):
        Office(blocked("Hansen"), fidelity="signal")
