"""What an outside party found: callers who must not be forgotten, whatever the owner or the agents do."""

from typing import Any

import pytest
from stories import asks_for

from firmware.base import Refused
from firmware.base.events import AgentChanged, OfferEnded, PhoneRang, QueueLeft
from hostsim.office import Office


def with_(**sales: Any) -> dict[str, Any]:
    return {"queues": {"sales": {"wrap_s": 0, **sales}}}


def waits(office: Office) -> Any:
    caller = asks_for(office, "1")
    office.wait(1)
    return caller


def signed_in(office: Office, *names: str) -> list[Any]:
    office.wait(3)
    agents = [office.agent(name) for name in names]
    for agent in agents:
        agent.sign_in()
    office.wait(1)
    return agents


def outcomes(office: Office) -> list[str]:
    return [event.outcome for event in office.saw(QueueLeft)]


def test_whoever_lets_it_ring_with_all_others_has_missed_it() -> None:
    with Office(with_(nobody="wait"), fidelity="signal") as office:
        ann, cleo = signed_in(office, "ann", "cleo")
        waits(office)
        assert ann.ringing and cleo.ringing
        office.wait(16)
        assert not ann.ringing and not cleo.ringing
        assert [event.reason for event in office.saw(OfferEnded)] == ["no_answer"] * 2
        office.wait_until(lambda: ann.ringing and cleo.ringing, 31)
        cleo.answer()
        office.wait(1)
        assert outcomes(office) == ["answered"]
        assert (ann.status, cleo.status) == ("available", "available")


def test_two_misses_are_a_break_where_all_ring_too_and_one_word_ends_it() -> None:
    with Office(with_(nobody="wait"), fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        waits(office)
        office.wait_until(lambda: ann.status == "break", 70)
        assert len(office.saw(PhoneRang)) == 2
        ann.ready()
        office.wait(0.5)
        assert ann.ringing


def test_who_has_waited_long_enough_goes_on_although_telephones_ring() -> None:
    with Office(with_(late_s=20, late="ben", nobody={"ring": ["phone1"]}), fidelity="signal") as office:
        office.wait(3)
        waits(office)
        assert office.phone("phone1").ringing
        office.wait(21)
        assert outcomes(office) == ["overflow"]
        assert office.phone("phone2").ringing and not office.phone("phone1").ringing


def test_a_member_who_is_taken_away_is_not_rung_any_more() -> None:
    with Office(with_(nobody={"ring": ["phone3"]}), fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        waits(office)
        assert ann.ringing
        office.settings(with_(members=["ben"]))
        office.wait(1)
        assert not ann.ringing and office.phone("phone3").ringing


def test_another_strategy_counts_for_whoever_waits() -> None:
    with Office(with_(nobody="wait"), fidelity="signal") as office:
        ann, cleo = signed_in(office, "ann", "cleo")
        waits(office)
        office.settings(with_(strategy="hunt_fixed"))
        office.wait(1)
        assert ann.ringing and not cleo.ringing


def test_whose_queue_is_taken_away_is_the_operators() -> None:
    with Office(with_(nobody="wait"), fidelity="signal") as office:
        office.wait(3)
        waits(office)
        office.settings({"queues": {"sales": None}, "menus": {"main": {"keys": {"1": "support"}}}})
        office.wait(1)
        assert outcomes(office) == ["withdrawn"]
        assert office.phone("phone1").ringing


def test_who_signs_out_during_a_call_is_seen_to_end_it() -> None:
    with Office(with_(), fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        caller = waits(office)
        ann.answer()
        office.wait(1)
        ann.sign_out()
        office.wait(1)
        assert (ann.status, ann.state, caller.state) == ("off", "talking", "talking")
        ann.hang_up()
        office.wait(2)
        assert (ann.status, ann.state) == ("off", "idle")


def test_nobody_moves_to_another_station_while_he_is_in_a_call() -> None:
    with Office(fidelity="signal") as office:
        office.wait(2)
        ann, phone = office.agent("ann"), office.phone("phone1")
        ann.sign_in()
        phone.lift()
        office.wait(1)
        ann.sign_in("phone3")
        with pytest.raises(Refused, match="in a call at phone1"):
            office.wait(0.1)
        phone.hang_up()
        office.wait(1)
        ann.sign_in("phone3")
        office.wait(1)
        assert office.saw(AgentChanged)[-1].station == "phone3"
