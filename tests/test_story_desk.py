"""People who are signed in: who is offered a call, and what becomes of one who does not answer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stories import BOTH, menu_heard

from firmware.base import Refused
from firmware.base.events import AgentChanged, CallAnswered, PhoneRang, QueueLeft
from hostsim.office import Office

both = pytest.mark.parametrize("fidelity", BOTH)
FOUR = {
    "people": {"cleo": {"station": "phone3"}, "dan": {"station": "phone4"}},
    "queues": {"sales": {"wrap_s": 0}, "support": {"wrap_s": 0}},
}


def staffed(office: Office, *names: str) -> Iterator[Any]:
    """These people sign in, two seconds apart."""
    office.wait(3)
    for name in names:
        agent = office.agent(name)
        agent.sign_in()
        office.wait(2)
        yield agent


def asks(office: Office, key: str, line: int = 1) -> Any:
    caller = menu_heard(office, line=line, number=f"+453312000{line}")
    caller.press(key)
    office.wait(1)
    return caller


def rung(office: Office) -> list[str]:
    return [event.station for event in office.saw(PhoneRang)]


@both
def test_whoever_has_been_available_longest_is_rung_alone(fidelity: str) -> None:
    with Office(FOUR, fidelity=fidelity) as office:
        ann, ben = staffed(office, "ann", "ben")
        assert (ann.status, ann.state) == ("available", "idle")
        asks(office, "2")
        assert rung(office) == ["phone1"]
        assert ann.ringing and not ben.ringing
        ann.answer()
        office.wait(1)
        assert ann.state == "talking"
        assert [event.outcome for event in office.saw(QueueLeft)] == ["answered"]
        ann.hang_up()
        office.wait(4)
        assert ann.state == "idle"
        asks(office, "2", line=2)
        assert rung(office) == ["phone1", "phone2"]


def test_who_comes_back_from_a_break_is_not_the_longest_idle() -> None:
    with Office(FOUR, fidelity="signal") as office:
        ann, _ = staffed(office, "ann", "ben")
        ann.break_("lunch")
        office.wait(600)
        ann.ready()
        office.wait(1)
        asks(office, "2")
        assert rung(office) == ["phone2"]


def test_a_break_asked_for_during_a_call_begins_when_it_ends() -> None:
    with Office(FOUR, fidelity="signal") as office:
        (ann,) = staffed(office, "ann")
        caller = asks(office, "2")
        ann.answer()
        office.wait(1)
        ann.break_("lunch")
        office.wait(1)
        assert (ann.status, ann.state) == ("break", "talking")
        caller.hang_up()
        office.wait(8)
        ann.hang_up()
        office.wait(3)
        assert (ann.status, ann.state) == ("break", "idle")


@both
def test_an_unanswered_call_goes_to_the_next_and_keeps_its_place(fidelity: str) -> None:
    with Office(FOUR, fidelity=fidelity) as office:
        ann, ben = staffed(office, "ann", "ben")
        asks(office, "2")
        office.wait(15)
        assert rung(office) == ["phone1", "phone2"]
        assert ben.ringing and not ann.ringing
        assert ann.status == "available"


def test_two_misses_in_a_row_are_a_break_that_everybody_sees_and_one_word_ends() -> None:
    with Office(FOUR, fidelity="signal") as office:
        ann, ben = staffed(office, "ann", "ben")
        asks(office, "2")
        office.wait_until(lambda: ann.status == "break", 120)
        assert "missed" in [event.reason for event in office.saw(AgentChanged) if event.agent == "ann"]
        ann.ready()
        office.wait(1)
        assert ann.status == "available"
        assert ben.status in ("available", "break")


def test_who_missed_a_call_and_says_that_he_is_ready_is_offered_one_at_once() -> None:
    with Office(FOUR, fidelity="signal") as office:
        (ann,) = staffed(office, "ann")
        asks(office, "2")
        office.wait(16)
        assert not ann.ringing and ann.status == "available"
        ann.ready()
        office.wait(0.1)
        assert ann.ringing


def test_who_missed_a_call_loses_the_next_to_a_colleague_who_becomes_free() -> None:
    with Office(FOUR, fidelity="signal") as office:
        ann, ben = staffed(office, "ann", "ben")
        asks(office, "2")
        office.wait(15)
        ben.answer()
        office.wait(31)
        asks(office, "2", line=2)
        assert ann.ringing
        ben.hang_up()
        office.wait(1.2)
        assert ben.ringing and not ann.ringing
        assert ann.status == "available"


def test_a_caller_who_rings_in_vain_at_one_telephone_gets_the_next_that_is_free() -> None:
    with Office(FOUR, fidelity="signal") as office:
        ann, ben = staffed(office, "ann", "ben")
        asks(office, "1")
        second = asks(office, "1", line=2)
        first_call = ann.call
        ben.answer()
        office.wait(16)
        asks(office, "1", line=3)
        second.hang_up()
        office.wait(6)
        ben.hang_up()
        office.wait(1.2)
        assert ben.call == first_call


def test_a_changed_rule_counts_at_once_for_whoever_waits() -> None:
    with Office({**FOUR, "queues": {"sales": {"members": ["ann"]}}}, fidelity="signal") as office:
        ann, ben = staffed(office, "ann", "ben")
        office.phone("phone1").lift()
        asks(office, "1")
        assert not ben.ringing and ann.state == "talking"
        office.settings({"queues": {"sales": {"members": ["ann", "ben"]}}})
        office.wait(0.1)
        assert ben.ringing


def test_who_rejects_is_not_punished_and_the_next_rings_at_once() -> None:
    with Office(FOUR, fidelity="signal") as office:
        ann, ben = staffed(office, "ann", "ben")
        asks(office, "2")
        ann.reject()
        office.wait(0.1)
        assert ben.ringing and not ann.ringing
        assert ann.status == "available"


def test_ringing_down_spreads_the_free_telephones_over_the_callers() -> None:
    with Office(FOUR, fidelity="signal") as office:
        people = list(staffed(office, "ann", "ben", "cleo", "dan"))
        first = asks(office, "1")
        assert all(agent.ringing for agent in people)
        asks(office, "1", line=2)
        calls = {agent.call for agent in people if agent.ringing}
        assert len(calls) == 2
        people[0].answer()
        office.wait(0.5)
        assert {agent.call for agent in people[1:]} == calls - {people[0].call}
        first.hang_up()


def test_wrap_up_keeps_callers_away_until_it_is_over_or_ended() -> None:
    with Office({**FOUR, "queues": {"support": {"wrap_s": 20}}}, fidelity="signal") as office:
        (ann,) = staffed(office, "ann")
        caller = asks(office, "2")
        ann.answer()
        office.wait(2)
        caller.hang_up()
        office.wait(8)
        ann.hang_up()
        office.wait(3)
        assert ann.state == "wrapup"
        second = asks(office, "2", line=2)
        assert not ann.ringing
        ann.ready()
        office.wait(0.1)
        assert ann.ringing
        second.hang_up()


def test_a_dead_telephone_costs_its_caller_nothing_while_a_colleague_is_free() -> None:
    with Office(FOUR, fidelity="signal") as office:
        ann, ben = staffed(office, "ann", "ben")
        office.phone("phone1").unplug()
        office.wait(2)
        asks(office, "2")
        office.wait(15)
        assert ben.ringing or rung(office)[-1] == "phone2"
        assert ann.status in ("available", "break")


def test_with_nobody_available_the_rule_for_nobody_rings() -> None:
    with Office(FOUR, fidelity="signal") as office:
        (ann,) = staffed(office, "ann")
        ann.sign_out()
        office.wait(1)
        asks(office, "2")
        assert rung(office) == ["phone3"]


def test_the_strategy_of_a_queue_is_the_owners_choice() -> None:
    for strategy, expected in (("hunt_fixed", "phone1"), ("fewest_calls", "phone2"), ("hunt", "phone2")):
        settings = {**FOUR, "queues": {"support": {"strategy": strategy, "wrap_s": 0}}}
        with Office(settings, fidelity="signal") as office:
            ann, _ = staffed(office, "ann", "ben")
            asks(office, "2")
            ann.answer()
            office.wait(1)
            ann.hang_up()
            office.wait(4)
            asks(office, "2", line=2)
            assert rung(office) == ["phone1", expected], strategy


def test_a_skill_is_asked_for_and_given_up_step_by_step() -> None:
    people = {"ann": {"skills": {"danish": 2}}, "ben": {"skills": {"danish": 4}}}
    support = {"strategy": "skills", "skill": "danish", "ladder": [[10, 4], [30, 1]], "wrap_s": 0}
    with Office({"people": people, "queues": {"support": support}}, fidelity="signal") as office:
        list(staffed(office, "ann", "ben"))
        asks(office, "2")
        assert rung(office) == []
        office.wait(10)
        assert rung(office) == ["phone2"]


def test_one_person_one_station_and_the_last_who_signs_in_has_it() -> None:
    with Office(FOUR, fidelity="signal") as office:
        ann, ben = staffed(office, "ann", "ben")
        ben.sign_in(station="phone1")
        office.wait(1)
        assert (ann.status, ben.status) == ("off", "available")
        assert "ben signed in at phone1" in [event.reason for event in office.saw(AgentChanged)]


def test_nobody_takes_a_colleagues_call_or_browser_by_signing_in_there_from_a_page() -> None:
    with Office(fidelity="signal") as office:
        office.wait(3)
        ann, ben, dan = (office.agent(name) for name in ("ann", "ben", "dan"))
        for agent in (dan, ben, ann):
            agent.sign_in()
        office.wait(1)
        ben.sign_in(station="browser")
        with pytest.raises(Refused, match="dan is at browser: choose another"):
            office.wait(1)
        office.phone("phone1").lift()
        office.phone("phone1").press("102#")
        office.wait(1)
        office.phone("phone2").lift()
        office.wait(1)
        dan.sign_in(station="phone1")
        with pytest.raises(Refused, match="ann is at phone1: choose another"):
            office.wait(1)
        assert {each.status for each in (ann, ben, dan)} == {"available"}


def test_what_people_said_holds_when_the_box_starts_anew(tmp_path: Path) -> None:
    with Office(FOUR, fidelity="signal", state=tmp_path) as office:
        ann, ben = staffed(office, "ann", "ben")
        ben.break_("lunch")
        office.wait(1)
        office.power_cut()
        office.wait(5)
        office.restart()
        office.wait(4)
        assert (ann.status, ann.state) == ("available", "idle")
        assert (ben.status, ben.state) == ("break", "idle")
        asks(office, "2")
        assert rung(office)[-1] == "phone1"


@pytest.mark.parametrize(
    ("verb", "args", "said"),
    [
        ("break_", ("nonsense",), 'no break "nonsense": choose one of lunch'),
        ("reject", (), "nothing rings"),
        ("sign_in", ("phone9",), "phone9 is not plugged in: choose one of phone1"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_can(verb: str, args: tuple[str, ...], said: str) -> None:
    with Office(FOUR, fidelity="signal") as office:
        (ann,) = staffed(office, "ann")
        getattr(ann, verb)(*args)
        with pytest.raises(Refused, match=said):
            office.wait(1)


def test_a_break_that_is_refused_leaves_the_call_ringing() -> None:
    with Office(FOUR, fidelity="signal") as office:
        (ann,) = staffed(office, "ann")
        asks(office, "2")
        before = rung(office)
        ann.break_("nonsense")
        with pytest.raises(Refused):
            office.wait(1)
        office.wait(1)
        assert ann.ringing
        assert rung(office) == before


def test_calls_that_people_make_themselves_keep_callers_away() -> None:
    with Office(FOUR, fidelity="signal") as office:
        ann, _ = staffed(office, "ann", "ben")
        office.phone("phone1").lift()
        office.wait(1)
        assert ann.state == "talking"
        asks(office, "2")
        assert rung(office) == ["phone2"]
        assert office.saw(CallAnswered) == []
