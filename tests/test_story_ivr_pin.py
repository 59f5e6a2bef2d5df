"""A caller proves whose account it is; who guesses is locked out, and his PIN is written down nowhere."""

from pathlib import Path
from typing import Any

import pytest
from stories import BOTH
from test_story_ivr import flow, hears, led_to, rings

from firmware.base import Refused
from firmware.base.events import AccountChecked, CaseData, DigitHeard
from firmware.settings import read
from hostsim.office import Office

PIN, WRONG = "739164", "111111"
STEPS = {
    "first": {"do": "collect", "name": "account", "prompts": ["collect.number"], "most": 4, "next": "prove"},
    "prove": {"do": "pin", "next": "sales", "else": "support"},
}


def office(state: Path | None = None, fidelity: Any = "signal") -> Office:
    return Office({**flow(STEPS), "accounts": {"4242": {"pin": PIN}}}, fidelity=fidelity, state=state)


def tries(office: Office, *pins: str, line: int = 1, account: str = "4242") -> Any:
    """Somebody gives his account, then those PINs, and hears out what he is told."""
    caller = rings(office, f"+453312000{line}")
    caller.press(f"{account}#")
    for pin in pins:
        hears(office, caller, "pin.ask", 20)
        caller.press(f"{pin}#")
        office.wait(3)
    return caller


def proved(office: Office) -> list[str]:
    return [event.value for event in office.saw(CaseData) if event.key == "pin"]


@pytest.mark.parametrize("fidelity", BOTH)
def test_who_keys_his_pin_is_verified_and_it_is_written_down_nowhere(fidelity: str) -> None:
    with office(fidelity=fidelity) as it:
        tries(it, PIN)
        assert led_to(it) == ["sales"]
        assert it.box.snapshot()["calls"][0]["data"] == {"account": "4242", "pin": "verified"}
        assert "".join(event.key for event in it.saw(DigitHeard)) == "4242#"[:4]
        assert PIN not in "".join(it.journal.dump())
        assert PIN not in str(it.box.settings)


def test_a_pin_that_is_keyed_ahead_is_not_told_either() -> None:
    with office() as it:
        rings(it).press(f"4242#{PIN}#")
        it.wait(5)
        assert led_to(it) == ["sales"]
        assert "".join(event.key for event in it.saw(DigitHeard)) == "4242"


def test_three_wrong_ones_lead_elsewhere_and_lock_the_account_for_a_quarter_of_an_hour() -> None:
    with office() as it:
        tries(it, WRONG, WRONG, WRONG).hang_up()
        assert (led_to(it), proved(it)) == (["support"], ["not verified"])
        it.wait(20)
        second = rings(it, "+4533120002", line=1)
        second.press(f"4242#{PIN}#")
        hears(it, second, "pin.locked")
        it.wait(4)
        assert led_to(it) == ["support", "support"]
        second.hang_up()
        it.wait(900)
        tries(it, PIN)
        assert led_to(it)[2:] == ["sales"]


def test_an_account_that_there_is_not_is_refused_like_a_wrong_pin() -> None:
    with office() as it:
        caller = tries(it, PIN, account="9999")
        hears(it, caller, "pin.ask")
        assert [(event.account, event.right) for event in it.saw(AccountChecked)] == [("9999", False)]


def test_the_lock_outlasts_a_power_cut(tmp_path: Path) -> None:
    with office(tmp_path) as it:
        tries(it, WRONG, WRONG)
        third = rings(it, "+4533120002", line=2)
        third.press(f"4242#{WRONG}#")
        it.wait_until(lambda: len(it.saw(AccountChecked)) == 3, 5)
        it.power_cut()
        it.wait(5)
        it.restart()
        it.wait(5)
        caller = rings(it, "+4533120003", line=3)
        caller.press(f"4242#{PIN}#")
        hears(it, caller, "pin.locked")


def test_who_proves_one_account_has_not_proved_another() -> None:
    again = {"do": "collect", "name": "account", "prompts": ["collect.number"], "most": 4, "next": "which"}
    which = {"do": "branch", "on": "verified", "cases": {"verified": "sales"}, "else": "support"}
    steps = {**STEPS, "prove": {**STEPS["prove"], "next": "again"}, "again": again, "which": which}
    with Office({**flow(steps), "accounts": {"4242": {"pin": PIN}}}, fidelity="signal") as it:
        rings(it).press(f"4242#{PIN}#1717#")
        it.wait(5)
        assert led_to(it) == ["support"]
        assert proved(it) == ["verified", "not verified"]


def test_no_other_step_may_say_that_a_pin_was_right() -> None:
    steps = {"first": {"do": "set", "data": {"pin": "verified"}, "next": "sales"}}
    with Office(fidelity="signal") as it, pytest.raises(Refused, match=r'steps\.first: "pin" says whether'):
        read({**it.rig.data, "steps": steps})
