"""A few random walks through the office, and what long ones found."""

import pytest
from stories import BOTH, menu_heard, talking
from walk import Walk

from firmware.base.events import CallArrived, CallEnded, EmergencyDialled, LineChanged
from hostsim.office import Office

both = pytest.mark.parametrize("fidelity", BOTH)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_every_line_phone_and_call_knows_of_the_other(seed: int) -> None:
    walk = Walk(seed)
    walk.go(150)
    walk.drain()


def test_a_phone_put_back_while_somebody_waits_for_it_rings_for_him() -> None:
    """Its own call, which rings a colleague, ends in the same instant."""
    with Office(fidelity="signal") as office:
        phone1, phone2 = office.phone("phone1"), office.phone("phone2")
        phone1.lift()
        office.wait(1)
        menu_heard(office).press("0")
        phone1.press("202#")
        office.wait_until(lambda: phone2.ringing, 3)
        phone1.hang_up()
        office.wait_until(lambda: phone1.ringing, 3)
        phone1.lift()
        office.wait(1)
        assert phone1.hears() == office.caller("+4533120001").hears() == "silence"
        assert office.box.exchange.phones["phone1"].call.line.name == "line1"


@both
def test_a_stray_key_long_ago_does_not_spoil_an_emergency_number(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        phone = office.phone("phone1")
        phone.lift()
        office.wait(20)  # congestion
        phone.press("5")
        office.wait(4)
        phone.press("112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 2)


@both
def test_a_line_that_is_idle_again_is_in_use_if_a_telephone_in_parallel_was_lifted(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        office.wait(3)
        office.line(2).parallel(True)
        office.wait(1)
        office.line(2).ring_noise(1.0)  # a pulse that looks like a ring, and nobody calls
        office.wait(10)
        assert office.line(2).state == "in_use"
        office.line(2).parallel(False)
        office.wait(1)
        assert office.line(2).state == "idle"


def test_a_line_that_comes_back_while_somebody_uses_it_is_in_use() -> None:
    with Office() as office:
        office.wait(3)
        office.line(3).unplug()
        office.wait(2)
        office.line(3).parallel(True)
        office.line(3).plug()
        office.wait(2)
        assert office.line(3).state == "in_use"


@both
def test_a_line_that_stays_silent_is_sounded_out_and_given_back(fidelity: str) -> None:
    """No dial tone, and nobody there: nothing is told of a caller."""
    with Office(fidelity=fidelity) as office:
        office.wait(3)
        office.line(4).exchange(dial_tone=False)
        phone = office.phone("phone1")
        phone.lift()
        office.wait(1)
        phone.press("70102099")
        office.wait(4.5)
        assert office.line(4).state == office.line(3).state == "seized"
        office.wait_until(lambda: office.line(4).state == "idle", 40)
        assert ("line4", "no dial tone") in [(each.line, each.reason) for each in office.saw(LineChanged)]
        assert office.saw(CallArrived) == []


def test_people_and_queues_come_and_go_while_the_box_runs() -> None:
    with Office(fidelity="signal") as office:
        eva = {"eva": {"number": "105", "station": "phone3"}}
        office.settings({"people": eva, "queues": {"sales": {"members": ["eva"]}}})
        office.wait(1)
        office.agent("eva").sign_in()
        caller, _ = menu_heard(office), office.wait(1)
        caller.press("1")
        office.wait_until(lambda: office.phone("phone3").ringing, 5)
        office.settings(
            {
                "queues": {"sales": None, "support": {"members": ["ann"]}},
                "menus": {"main": {"keys": {"1": "support"}}},
            }
        )
        office.wait(1)
        office.phone("phone3").lift()
        office.wait(1)
        assert office.agent("eva").state == "talking"
        office.phone("phone3").hang_up()
        office.settings({"people": {"eva": None}})
        office.wait(2)
        assert "eva" not in office.box.desk.agents.all


def test_a_call_ends_once_whoever_is_first() -> None:
    with Office(fidelity="signal") as office:
        office.line(1).exchange(release="loop_break")
        caller, phone = talking(office)
        caller.hang_up()
        phone.hang_up()
        office.line(1).cut(2.0)
        office.wait(6)
        assert len(office.saw(CallEnded)) == 1
