"""What a box knows of whoever rings again: his language, and what he chose last time."""

from typing import Any

from test_story_ivr import flow, hears, led_to, rings

from firmware.base.events import CallerKnown
from hostsim.office import Office

ASKS = {
    "first": {"do": "language", "prompts": ["closed"], "keys": {"1": "en", "2": "da"}, "next": "which"},
    "which": {"do": "branch", "on": "language", "cases": {"da": "support"}, "else": "sales"},
}


def again(office: Office, caller: Any) -> Any:
    """He hangs up, and rings once more."""
    caller.hang_up()
    office.wait(20)
    return rings(office)


def test_a_caller_chooses_his_language_once() -> None:
    with Office(flow(ASKS), fidelity="signal") as office:
        caller = rings(office)
        hears(office, caller, "closed")
        caller.press("2")
        office.wait(2)
        assert office.box.snapshot()["calls"][0]["language"] == "da"
        again(office, caller)
        office.wait(2)
        assert led_to(office) == ["support", "support"]
        assert [event.language for event in office.saw(CallerKnown)] == ["da"]


def test_who_chooses_none_is_spoken_with_as_everybody_and_asked_again() -> None:
    with Office(flow(ASKS), fidelity="signal") as office:
        caller = rings(office)
        office.wait(40)
        assert led_to(office) == ["sales"]
        hears(office, again(office, caller), "closed")


REMEMBERS = {"menus": {"main": {"remember": True}}}


def test_who_rings_again_chooses_the_same_with_one_key() -> None:
    with Office(REMEMBERS, fidelity="signal") as office:
        first = rings(office)
        hears(office, first, "menu.main")  # nobody is known yet: he is not offered it
        first.press("2")
        office.wait(2)
        caller = again(office, first)
        hears(office, caller, "menu.again")
        caller.press("#")
        office.wait(1)
        assert led_to(office) == ["support", "support"]


def test_who_rings_again_may_choose_otherwise() -> None:
    with Office(REMEMBERS, fidelity="signal") as office:
        first = rings(office)
        first.press("2")
        office.wait(2)
        caller = again(office, first)
        hears(office, caller, "menu.again")
        caller.press("1")
        office.wait(1)
        assert led_to(office) == ["support", "sales"]


def test_a_menu_that_does_not_remember_offers_nothing() -> None:
    with Office(fidelity="signal") as office:
        first = rings(office)
        first.press("2")
        office.wait(2)
        caller = again(office, first)
        office.wait(1)
        caller.press("#")  # repeats
        hears(office, caller, "menu.main")
        assert office.saw(CallerKnown) == []
