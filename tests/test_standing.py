"""What outlives the box: who is here and how, how the idle stand in line, calls; what a start reads of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from stories import menu_heard, talking

from firmware.base.events import AgentChanged, BoxStarted, CallEnded, Event, PhoneRang, Standing
from firmware.rim.before import before
from firmware.rim.journal import MemoryJournal
from hostsim.office import Office

FOUR: dict[str, Any] = {
    "people": {"cleo": {"station": "phone3"}, "dan": {"station": "phone4"}},
    "queues": {"support": {"wrap_s": 30}},
}


def cut(office: Office) -> None:
    office.power_cut()
    office.wait(1)
    office.restart()
    office.wait(3)


def stop(office: Office) -> None:
    office.restart()
    office.wait(3)


ENDS = pytest.mark.parametrize("end", [cut, stop])
End = Callable[[Office], None]


def staffed(folder: Path, *names: str) -> Iterator[Any]:
    """The office, and these people, signed in two seconds apart."""
    with Office(FOUR, fidelity="signal", state=folder) as office:
        office.wait(3)
        agents = [office.agent(name) for name in names]
        for agent in agents:
            agent.sign_in()
            office.wait(2)
        yield (office, *agents)


def asks(office: Office, line: int = 1) -> Any:
    caller = menu_heard(office, line=line, number=f"+453312000{line}")
    caller.press("2")
    office.wait(1)
    return caller


def rings(office: Office, agent: Any) -> None:
    asks(office)
    assert agent.ringing


def talks(office: Office, agent: Any) -> None:
    asks(office)
    agent.answer()
    office.wait(2)
    assert agent.state == "talking"


def wraps_up(office: Office, agent: Any) -> None:
    talks(office, agent)
    office.caller("+4533120001").hang_up()
    office.wait(9)
    agent.hang_up()
    office.wait(2)
    assert agent.state == "wrapup"


def is_out_of_reach(office: Office, agent: Any) -> None:
    office.phone("phone1").lift()
    office.wait(70)
    assert agent.state == "offline"


def does_nothing(office: Office, agent: Any) -> None:
    assert agent.state == "idle"


STATES = (does_nothing, rings, talks, wraps_up, is_out_of_reach)


@ENDS
@pytest.mark.parametrize("status", ["available", "break"])
@pytest.mark.parametrize("state", STATES)
def test_whoever_is_here_is_here_after_a_start_as_he_said_he_was(
    tmp_path: Path, state: Callable[[Office, Any], None], status: str, end: End
) -> None:
    for office, ann in staffed(tmp_path, "ann"):
        state(office, ann)
        if status == "break":
            ann.break_("meeting")
            office.wait(0.1)
        ann.dnd(True)
        office.wait(1)
        end(office)
        told = [event for event in office.saw(AgentChanged) if event.agent == "ann"][-1]
        assert (ann.status, told.code, told.dnd) == (status, "meeting" if status == "break" else "", True)
        assert told.station == "phone1"
        office.phone("phone1").hang_up()
        office.wait(3)
        assert ann.state == "idle"


@ENDS
def test_who_is_not_to_be_disturbed_though_he_is_not_here_is_not_disturbed(tmp_path: Path, end: End) -> None:
    for (office,) in staffed(tmp_path):
        office.agent("ben").dnd(True)
        office.wait(1)
        end(office)
        assert (office.agent("ben").status, office.box.snapshot()["agents"]["ben"]["dnd"]) == ("off", True)


@ENDS
def test_who_waits_for_calls_longest_is_still_first(tmp_path: Path, end: End) -> None:
    for office, ann, _, cleo in staffed(tmp_path, "ann", "ben", "cleo"):
        ann.break_("lunch")
        office.wait(2)
        ann.ready()
        office.wait(2)
        end(office)
        asks(office)
        office.phone("phone2").lift()
        asks(office, line=2)
        assert [event.station for event in office.saw(PhoneRang)] == ["phone2", "phone3"]
        assert cleo.ringing and not ann.ringing


@ENDS
def test_calls_handled_and_misses_are_counted_on(tmp_path: Path, end: End) -> None:
    for office, ann in staffed(tmp_path, "ann"):
        wraps_up(office, ann)
        ann.ready()
        asks(office, line=2)
        office.wait(20)
        end(office)
        agent = office.box.desk.agents.all["ann"]
        assert (agent.handled, agent.misses) == (1, 1)
        assert agent.not_before > office.box.clock.now


def test_calls_are_counted_anew_every_day() -> None:
    with Office({**FOUR, "sign_out_after_h": 0}, fidelity="signal") as office:
        office.wait(3)
        for name in ("ann", "ben"):
            office.agent(name).sign_in()
        office.wait(1)
        wraps_up(office, office.agent("ann"))
        office.wait(16 * 3600)
        asks(office, line=2)
        office.agent("ben").answer()
        office.wait(1)
        assert [office.box.desk.agents.all[name].handled for name in ("ann", "ben")] == [0, 1]


@ENDS
def test_how_long_somebody_has_been_here_is_counted_on(tmp_path: Path, end: End) -> None:
    for office, ann in staffed(tmp_path, "ann"):
        office.wait(11 * 3600)
        end(office)
        assert ann.status == "available"
        office.wait(3600 + 300)  # a cut takes what has passed since the last event
        assert ann.status == "off"


@ENDS
def test_no_two_calls_have_one_number_and_each_has_its_end(tmp_path: Path, end: End) -> None:
    for (office,) in staffed(tmp_path):
        office.wait(285)
        talking(office)
        office.wait(20)  # a Standing lies between it and the end
        assert office.saw(Standing)[-1].state["calls"]["open"].keys() == {"story-1"}
        end(office)
        told = office.saw(CallEnded)
        assert [(event.call, event.reason) for event in told] == [("story-1", "failed")]
        assert 5 < told[0].seconds < 40  # a cut takes what has passed since the last event
        menu_heard(office, line=2, number="+4533120002")
        assert list(office.box.exchange.calls) == ["story-2"]


def test_how_it_stands_is_told_every_five_minutes_and_at_the_end(tmp_path: Path) -> None:
    for (office,) in staffed(tmp_path):
        office.wait(910)
        assert [event.at // 1_000_000 for event in office.saw(Standing)] == [300, 600, 900]
        office.restart()
        office.wait(1)
        assert len(office.saw(Standing)) == 4


def test_how_it_stands_is_told_at_closing_time(tmp_path: Path) -> None:
    hours = {"hours": {"shop": {"week": {"mon": ["08:00-09:01"]}, "holidays": False}}}
    with Office(hours, fidelity="signal") as office:
        office.wait(90)
        assert [event.at // 1_000_000 for event in office.saw(Standing)] == [60]


def test_a_station_that_is_there_no_more_signs_its_person_out(tmp_path: Path) -> None:
    for office, _ in staffed(tmp_path, "ann"):
        office.wait(1)
    less = {"phones": {"phone1": None}, "operator": "phone2"}
    nobody = {queue: {"nobody": "wait"} for queue in ("sales", "support")}
    people = {"ann": {"station": "phone2"}}
    with Office({**less, "queues": nobody, "people": people}, fidelity="signal", state=tmp_path) as office:
        office.wait(3)
        told = [event for event in office.saw(AgentChanged) if event.agent == "ann"][-1]
        assert (told.status, told.reason) == ("off", "his station is not there any more")


class Reading(MemoryJournal):
    """A journal that remembers how far back it was read."""

    def __init__(self, events: list[Event]) -> None:
        super().__init__()
        for event in events:
            self.put(event)
        self.commit()
        self.last = (len(events), events[-1].at)
        self.oldest = len(events)

    def events(self, since: int = 0) -> Iterator[Event]:
        self.oldest = min(self.oldest, since)
        return super().events(since)


def told(*kinds: tuple[type[Event], int]) -> list[Event]:
    made = {
        Standing: lambda: Standing(state={"pins": {}}),
        BoxStarted: lambda: BoxStarted("0", 1, 1),
        AgentChanged: lambda: AgentChanged("ann", "available", "idle", "ready"),
    }
    return [made[kind]().stamped(seq, at) for seq, (kind, at) in enumerate(kinds, 1)]


def test_a_start_reads_back_to_the_last_standing_and_no_further() -> None:
    old = [(AgentChanged, n) for n in range(5_000)]
    journal = Reading(told(*old, (Standing, 5_000), *old[:1_500]))
    found = before(journal)
    assert (found.standing, len(found.since)) == ({"pins": {}}, 1_500)
    assert journal.oldest == 4_501


def test_instants_of_several_lives_stand_on_one_clock() -> None:
    lives = told((Standing, 900), (AgentChanged, 950), (BoxStarted, 0), (AgentChanged, 30), (BoxStarted, 0))
    found = before(Reading(lives), now=1_000)
    assert found.at == 1_000 - 30 - 50
    assert [event.at for event in found.since] == [970, 970, 1_000, 1_000]


def test_what_numbers_stand_in_is_kept_apart() -> None:
    class Numbers:
        private = True

        def standing(self) -> dict[str, Any]:
            return {"asked": "+4533120001"}

        def restore(self, standing: Any, at: int, since: Any) -> None:
            self.found = standing

    with Office(fidelity="signal") as office:
        box = office.box
        box.keepers["numbers"] = Numbers()
        box.keepers.tell()
        event = office.saw(Standing)[0]
        assert "3312" not in str(event.state) and "+4533120001" in (event.private or "")
