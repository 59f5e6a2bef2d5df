"""A thousand power cuts while somebody guesses PINs: no guess that he heard of is given back (H-05)."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from test_story_ivr import flow, rings

from firmware.base.events import AccountChecked
from hostsim.office import Office

pytestmark = pytest.mark.gate
STEPS = {
    "first": {"do": "collect", "name": "account", "prompts": ["collect.number"], "most": 4, "next": "prove"},
    "prove": {"do": "pin", "next": "sales", "else": "support"},
}
WRONG = "111111"
CUTS = 1_000
ACCOUNTS = 300


def test_no_guess_is_forgotten_over_a_thousand_cuts(tmp_path: Path) -> None:
    random, heard, strikes = Random(5), 0, 0
    settings = {**flow(STEPS), "accounts": {"4242": {"pin": "739164"}}}
    with Office(settings, fidelity="signal", state=tmp_path) as office:
        for n in range(CUTS):
            account, line, before = f"{1_000 + n % ACCOUNTS}", n % 4 + 1, office.journal.last[0]
            office.wait(max(1.0, accounts(office).wait(account)))
            caller = rings(office, f"+453312000{line}", line)
            caller.press(f"{account}#")
            office.wait(1)
            caller.press(f"{WRONG}#")
            verdict = told_within(office, caller, random.random() * 1.4)
            office.power_cut()
            office.wait(0.1)
            caller.hang_up()
            office.restart()
            office.wait(2)
            kept = [each for each in office.journal.events(before) if isinstance(each, AccountChecked)]
            strikes = kept[-1].strikes if kept else strikes
            assert kept or not verdict
            assert accounts(office).standing()["guesses"] == strikes
            heard += verdict
    assert CUTS // 10 < heard < CUTS  # the cord was pulled before some verdicts, and behind others


def accounts(office: Office) -> Any:
    return office.box.exchange.incoming.aids.accounts


def told_within(office: Office, caller: Any, seconds: float) -> bool:
    """Did he hear within that time that his PIN was wrong?"""
    end, heard = office.now + seconds, False
    while office.now < end:
        office.wait(0.02)
        heard |= caller.hears() == "prompt:pin.wrong"
    return heard
