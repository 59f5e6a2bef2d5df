"""What survives: settings, the journal, and a line that rings while the box starts."""

from pathlib import Path
from typing import Any

import pytest
from stories import HANSEN, menu_heard, talking

from firmware.base import Refused
from firmware.base.events import CallAnswered, CallArrived, CallEnded, SettingsChanged
from hostsim.office import Office


def test_a_power_cut_loses_nothing_that_was_told_and_the_box_answers_again(tmp_path: Path) -> None:
    with Office(state=tmp_path) as office:
        talking(office)
        told = list(office.journal.dump())
        office.power_cut()
        office.wait(2)
        assert office.line(1).state == "out"
        office.restart()
        office.wait(4)
        assert list(office.journal.dump())[: len(told)] == told
        office.phone("phone1").hang_up()
        menu_heard(office, line=2, number="+4533120002")
        ids = [event.call for event in office.saw(CallArrived)]
        assert len(set(ids)) == 2  # no call ever gets the number of another
        cut_off = office.saw(CallEnded)[0]
        assert (cut_off.call, cut_off.side, cut_off.reason) == (ids[0], "box", "failed")


def test_a_line_that_rings_while_the_box_starts_is_answered(tmp_path: Path) -> None:
    with Office(state=tmp_path) as office:
        office.wait(3)
        office.power_cut()
        caller = office.caller(HANSEN)
        caller.dial(line=1)
        office.wait(4)
        office.restart()
        office.wait_until(lambda: caller.hears() == "prompt:menu.main", 15)


def test_the_owners_settings_are_kept_and_in_force_after_a_restart(tmp_path: Path) -> None:
    with Office(state=tmp_path, fidelity="signal") as office:
        office.wait(1)
        office.settings({"menus": {"main": {"keys": {"3": "operator"}}}})
        office.wait(1)
        assert office.saw(SettingsChanged)[0].version == 1
    with Office(state=tmp_path, fidelity="signal") as office:
        menu_heard(office).press("3")
        office.wait_until(lambda: office.phone("phone1").ringing, 5)


def test_a_change_is_in_force_for_the_next_call_and_a_wrong_one_is_refused_whole() -> None:
    with Office(fidelity="signal") as office:
        office.wait(1)
        office.settings(
            {"queues": {"sales": {"ring_s": 9999}}, "menus": {"main": {"keys": {"1": "support"}}}}
        )
        with pytest.raises(Refused, match=r'queues\.sales\.ring_s: "9999" is not allowed'):
            office.wait(1)
        menu_heard(office).press("1")
        office.wait_until(lambda: office.phone("phone2").ringing, 5)
        office.settings({"lines": {"line4": None}})
        with pytest.raises(Refused, match="restart the box"):
            office.wait(1)


def test_a_destination_that_is_taken_away_meanwhile_leads_to_the_operator() -> None:
    with Office(fidelity="signal") as office:
        caller = menu_heard(office)
        office.settings({"queues": {"sales": None}, "menus": {"main": {"keys": {"1": "support"}}}})
        office.wait(0.1)
        caller.press("1")
        office.wait_until(lambda: office.phone("phone1").ringing, 5)


def test_what_a_line_is_watched_for_changes_under_its_call() -> None:
    with Office(fidelity="signal") as office:
        office.line(1).exchange(release="silence")
        caller, _ = talking(office)
        office.settings({"lines": {"line1": {"silence_s": 5}}})
        office.wait(1)
        caller.hang_up()
        office.wait_until(lambda: office.saw(CallEnded), 12)
        assert office.saw(CallEnded)[0].reason == "silence"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"menus": {"main": {"prompt": "no.such"}}}, 'menus.main.prompt: there is no prompt "no.such"'),
        ({"lines": {"line1": {"country": "US"}}}, "restart the box"),
    ],
)
def test_a_change_that_cannot_be_put_in_force_is_refused(change: dict[str, Any], said: str) -> None:
    with Office(fidelity="signal") as office:
        office.wait(1)
        office.settings(change)
        with pytest.raises(Refused, match=said):
            office.wait(1)


def test_without_a_state_folder_power_cut_and_restart_are_refused() -> None:
    with Office(fidelity="signal") as office:
        for verb in (office.power_cut, office.restart):
            with pytest.raises(Refused, match="Office\\(state=folder\\)"):
                verb()


def test_calls_go_on_while_the_owner_changes_the_settings(tmp_path: Path) -> None:
    with Office(state=tmp_path, fidelity="signal") as office:
        talking(office)
        office.settings({"queues": {"sales": {"ring_s": 20}}})
        office.wait(2)
        assert len(office.saw(CallAnswered)) == 1
        assert office.saw(CallEnded) == []
