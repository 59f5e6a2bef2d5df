"""What the box knows of a number: learned from its own calls, kept over power cuts, counted in days."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from stories import HANSEN, asks_for

from firmware.base import Refused
from firmware.base.clock import SECOND, Clock
from firmware.base.events import CallAnswered, CallArrived, CallDialled, CallEnded, CallerKnown, Event
from firmware.desk.agents import Agent
from firmware.desk.callers import Callers, Returning
from firmware.rim.journal_tables import callers_in
from firmware.settings import read
from hostsim.office import Office

DAY = 86_400 * SECOND
SETTINGS = read(
    {
        "phones": {"phone1": {"number": "201"}},
        "people": {"ann": {"number": "101"}},
        "lines": {"line1": {}},
        "menus": {"main": {}},
        "shared_numbers": ["+4570101155"],
    }
)


class Desk:
    """A room with Ann at phone1, and a clock."""

    def __init__(self, started_at: datetime | None = None) -> None:
        zone = ZoneInfo("Europe/Copenhagen")
        self.clock = Clock(started_at or datetime(2026, 1, 5, 23, 0, tzinfo=zone))
        self.told: list[Event] = []
        here = {"phone1": Agent("ann", "phone1")}
        self.callers = Callers(lambda: SETTINGS, self.clock, self.told.append, here.get)

    def talk(self, number: str | None, call: str = "c1") -> None:
        self.callers.see(CallArrived(call, "line1", number, None, None))
        self.callers.see(CallAnswered(call, "phone1", "lift"))
        self.callers.see(CallEnded(call, "caller", "hang_up", 1.0))


def test_who_talked_last_is_known_and_days_turn_at_midnight() -> None:
    desk = Desk()
    desk.talk(HANSEN)
    assert desk.callers.last_agent(HANSEN) == Returning("ann", 0)
    desk.clock.advance(2 * 3600 * SECOND)
    assert desk.callers.last_agent(HANSEN) == Returning("ann", 1)
    desk.clock.advance(14 * DAY)
    assert desk.callers.last_agent(HANSEN) == Returning("ann", 15)


def test_a_number_withheld_or_shared_by_many_is_nobodys() -> None:
    desk = Desk()
    desk.talk(None)
    desk.talk("+4570101155")
    assert desk.told == []
    assert desk.callers.last_agent(None) is None


def test_a_call_that_we_made_counts_as_well() -> None:
    desk = Desk()
    desk.callers.see(CallDialled("c1", "line1", "phone1", "33120001"))
    desk.callers.see(CallAnswered("c1", "phone1", "reversal"))
    assert desk.callers.last_agent(HANSEN) == Returning("ann", 0)


def test_during_a_call_it_is_still_known_who_was_last_before_it() -> None:
    desk = Desk()
    desk.callers.restore([CallerKnown(HANSEN, agent="ben", talked_at="2026-01-03T12:00:00+01:00")])
    desk.callers.see(CallArrived("c1", "line1", HANSEN, None, None))
    desk.callers.see(CallAnswered("c1", "phone1", "lift"))
    assert desk.callers.returning("c1") == Returning("ben", 2)
    assert desk.callers.last_agent(HANSEN) == Returning("ann", 0)


def test_a_box_that_believes_an_earlier_date_takes_nobody_for_known() -> None:
    desk = Desk()
    later = desk.clock.wall() + timedelta(days=3)
    desk.callers.restore([CallerKnown(HANSEN, agent="ann", talked_at=later.isoformat())])
    assert desk.callers.last_agent(HANSEN) is None


def test_what_the_pages_know_is_put_beside_it() -> None:
    desk = Desk()
    desk.talk(HANSEN)
    desk.callers.put(HANSEN, name="Hansen A/S", language="da", priority=2)
    known = desk.callers.of(HANSEN)
    assert known is not None
    assert (known.name, known.language, known.priority, known.agent) == ("Hansen A/S", "da", 2, "ann")
    with pytest.raises(Refused, match="with \\+ and the country"):
        desk.callers.put("33120001")


def test_who_talked_last_is_known_after_a_power_cut(tmp_path: Path) -> None:
    with Office(fidelity="signal", state=tmp_path) as office:
        office.wait(3)
        ann = office.agent("ann")
        ann.sign_in()
        caller = asks_for(office, "2")
        office.wait_until(lambda: ann.ringing, 5)
        ann.answer()
        office.wait(2)
        office.power_cut()
        office.wait(5)
        office.restart()
        office.wait(4)
        assert office.box.desk.callers.last_agent("+4533120001") == Returning("ann", 0)
        kept = callers_in(tmp_path / "journal.db")
        assert [(each.number, each.agent) for each in kept] == [("+4533120001", "ann")]
        caller.hang_up()


def test_a_menu_remembers_what_a_caller_chose_and_his_language() -> None:
    desk = Desk()
    desk.callers.keep(HANSEN, choice="main:2")
    desk.callers.keep(HANSEN, language="en")
    assert (desk.callers.choice(HANSEN, "main"), desk.callers.language(HANSEN)) == ("2", "en")
    assert desk.callers.choice(HANSEN, "other") is None
    desk.callers.keep("+4570101155", choice="main:1")
    assert desk.callers.choice("+4570101155", "main") is None
