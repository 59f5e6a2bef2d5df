"""Queues that are full, slow, closed or left by all: every caller is led on, told so, and counted once."""

import json
from typing import Any

import pytest
from stories import BOTH, asks_for

from firmware.base import Refused
from firmware.base.events import CallEnded, PhoneRang, QueueEntered, QueueLeft
from firmware.settings import merged, read
from hostsim.office import DEMO, Office

both = pytest.mark.parametrize("fidelity", BOTH)
HOURS = {"day": {"week": {"mon": ["09:00-09:05"]}, "holidays": False}}


def with_sales(**rules: Any) -> dict[str, Any]:
    return {"queues": {"sales": {"strategy": "longest_idle", "nobody": "wait", **rules}}}


def signed_in(office: Office, *names: str) -> list[Any]:
    office.wait(2)
    agents = [office.agent(name) for name in names]
    for agent in agents:
        agent.sign_in()
    office.wait(1)
    return agents


def outcomes(office: Office) -> list[tuple[str, str]]:
    return [(event.queue, event.outcome) for event in office.saw(QueueLeft)]


def entered(office: Office) -> list[str]:
    return [event.queue for event in office.saw(QueueEntered)]


def rings(office: Office) -> list[str]:
    return [event.station for event in office.saw(PhoneRang)]


@both
def test_whoever_finds_the_queue_full_is_led_to_the_operator(fidelity: str) -> None:
    with Office(with_sales(most=1, full="operator"), fidelity=fidelity) as office:
        asks_for(office, "1")
        office.wait(2)
        asks_for(office, "1", line=2)
        office.wait(2)
        assert entered(office) == ["sales", "sales"]
        assert outcomes(office) == [("sales", "overflow")]
        assert rings(office) == ["phone1"]
        office.phone("phone1").lift()
        office.wait(1)
        assert outcomes(office) == [("sales", "overflow")]


def test_a_queue_holds_one_caller_less_than_there_are_lines() -> None:
    with Office(with_sales(full="operator"), fidelity="signal") as office:
        for line in (1, 2, 3, 4):
            asks_for(office, "1", line)
            office.wait(2)
        assert outcomes(office) == [("sales", "overflow")]


def test_a_place_that_is_free_again_is_taken_by_the_next() -> None:
    with Office(with_sales(most=1, full="operator"), fidelity="signal") as office:
        first = asks_for(office, "1")
        office.wait(2)
        first.hang_up()
        office.wait(5)
        asks_for(office, "1", line=2)
        office.wait(2)
        assert outcomes(office) == [("sales", "short_abandon")]


def test_who_has_waited_too_long_goes_to_the_other_queue_with_the_time_he_waited() -> None:
    with Office(with_sales(late_s=60, late="support"), fidelity="signal") as office:
        ann, _ = signed_in(office, "ann", "ben")
        ann.break_("lunch")
        office.agent("ben").break_("lunch")
        asks_for(office, "1")
        office.wait(30)
        asks_for(office, "2", line=2)
        office.wait(40)
        assert [(each.queue, round(each.waited)) for each in office.saw(QueueEntered)] == [
            ("sales", 0),
            ("support", 0),
            ("support", 60),
        ]
        ann.ready()  # who came first is served first, wherever he waited
        office.wait(1)
        assert office.saw(PhoneRang)[-1].call == office.saw(QueueEntered)[0].call


def test_nobody_is_taken_from_a_telephone_that_rings_for_him() -> None:
    with Office(with_sales(late_s=15, late="operator", ring_s=20), fidelity="signal") as office:
        ben, _ = signed_in(office, "ben", "ann")
        office.agent("ann").break_("lunch")
        asks_for(office, "1")
        office.wait(16)
        assert ben.ringing and outcomes(office) == []
        office.wait(7)
        assert outcomes(office) == [("sales", "overflow")]
        assert rings(office) == ["phone2", "phone1"]


def test_two_queues_that_send_on_to_each_other_keep_the_caller_in_the_second() -> None:
    rules = with_sales(late_s=20, late="support")
    rules["queues"]["support"] = {"nobody": "wait", "late_s": 20, "late": "sales"}
    with Office(rules, fidelity="signal") as office:
        asks_for(office, "1")
        office.wait(120)
        assert entered(office) == ["sales", "support"]
        assert outcomes(office) == [("sales", "overflow")]


def test_when_the_last_one_leaves_the_callers_are_led_on_at_once() -> None:
    with Office(with_sales(nobody={"to": "operator"}), fidelity="signal") as office:
        ben, _ = signed_in(office, "ben", "cleo")
        office.agent("cleo").break_("lunch")
        asks_for(office, "1")
        asks_for(office, "1", line=2)
        office.wait(6)
        assert ben.ringing
        ben.sign_out()
        office.wait(0.5)
        assert outcomes(office) == [("sales", "overflow")] * 2
        assert rings(office)[-1] == "phone1"


def test_who_asks_for_a_queue_without_people_is_led_on_at_once() -> None:
    with Office(with_sales(nobody={"to": "support"}), fidelity="signal") as office:
        asks_for(office, "1")
        office.wait(2)
        assert entered(office) == ["sales", "support"]
        assert outcomes(office) == [("sales", "overflow")]
        assert rings(office) == ["phone3"]


def test_a_wait_that_is_expected_to_be_long_leads_on() -> None:
    rules = with_sales(expected_s=30, expected="operator", wrap_s=0)
    with Office(rules, fidelity="signal") as office:
        (ben,) = signed_in(office, "ben")
        for _ in range(3):  # the box learns that a call takes a minute
            caller = asks_for(office, "1")
            office.wait_until(lambda: ben.ringing, 10)
            ben.answer()
            office.wait(60)
            caller.hang_up()
            ben.hang_up()
            office.wait(10)
        asks_for(office, "1")
        office.wait_until(lambda: ben.ringing, 10)
        ben.answer()
        office.wait(1)
        asks_for(office, "1", line=2)
        office.wait(2)
        assert outcomes(office) == [*[("sales", "answered")] * 4, ("sales", "overflow")]
        assert rings(office)[-1] == "phone1"


# Closing time


def closing(**rules: Any) -> dict[str, Any]:
    return {"hours": HOURS, **with_sales(hours="day", **rules)}


def test_who_waits_at_closing_time_is_served_and_who_comes_later_is_turned_away() -> None:
    with Office(closing(), fidelity="signal") as office:
        asks_for(office, "1")
        office.wait(300)
        assert outcomes(office) == []
        late = asks_for(office, "1", line=2)
        office.wait_until(lambda: late.hears() == "prompt:hours.closed", 5)
        office.wait(15)
        assert entered(office) == ["sales"]
        assert [(each.side, each.reason) for each in office.saw(CallEnded)] == [("box", "hang_up")]


@both
def test_at_closing_time_who_waits_hears_when_it_opens(fidelity: str) -> None:
    rules = closing(closing="move")
    rules["hours"]["day"]["week"]["mon"] = ["09:00-09:01"]
    with Office(rules, fidelity=fidelity) as office:
        caller = asks_for(office, "1")
        office.wait_until(lambda: caller.hears() == "prompt:hours.closed", 61)
        assert 60 <= office.now < 62
        assert outcomes(office) == [("sales", "overflow")]
        office.wait_until(lambda: office.saw(CallEnded), 15)
        assert office.saw(CallEnded)[0].side == "box"


def test_a_closed_queue_leads_on_where_its_owner_says_so_and_never_in_circles() -> None:
    rules = closing(closed="support")
    rules["queues"]["support"] = {"hours": "day", "closed": "sales"}
    with Office(rules, fidelity="signal") as office:
        office.wait(301)
        asks_for(office, "1")
        office.wait(40)
        assert entered(office) == []
        assert office.saw(CallEnded)[0].side == "box"


# What a caller may choose, and who comes back


@both
def test_a_key_leads_out_of_the_queue(fidelity: str) -> None:
    with Office(with_sales(keys={"0": "operator"}), fidelity=fidelity) as office:
        caller = asks_for(office, "1")
        office.wait(3)
        caller.press("7")
        office.wait(1)
        assert outcomes(office) == []
        caller.press("0")
        office.wait(1)
        assert outcomes(office) == [("sales", "exit_key")]
        assert rings(office) == ["phone1"]


def test_who_gave_up_and_rings_again_keeps_what_he_has_waited() -> None:
    with Office(with_sales(wrap_s=0), fidelity="signal") as office:
        (ben,) = signed_in(office, "ben")
        ben.break_("lunch")
        first = asks_for(office, "1")
        office.wait(60)
        asks_for(office, "1", line=2)
        office.wait(20)
        first.hang_up()
        office.wait(120)
        asks_for(office, "1")
        office.wait(5)
        again = office.saw(QueueEntered)[-1]
        waited = office.saw(QueueLeft)[0].at - office.saw(QueueEntered)[0].at
        assert again.waited == pytest.approx(waited / 1e6, abs=0.01)
        ben.ready()
        office.wait(1)
        assert office.saw(PhoneRang)[-1].call == office.saw(QueueEntered)[1].call  # he waited on, and longer


@pytest.mark.parametrize(
    ("rules", "gap"), [({"shared_numbers": ["+4533120001"]}, 60), ({}, 301), (with_sales(resume_s=0), 60)]
)
def test_who_may_be_somebody_else_or_comes_late_begins_anew(rules: dict[str, Any], gap: float) -> None:
    with Office(merged(with_sales(), rules), fidelity="signal") as office:
        first = asks_for(office, "1")
        office.wait(30)
        first.hang_up()
        office.wait(gap)
        asks_for(office, "1")
        office.wait(2)
        assert [event.waited for event in office.saw(QueueEntered)] == [0, 0]


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (with_sales(full="sales"), "would lead back to itself"),
        (with_sales(late="nowhere"), 'queues.sales.late: "nowhere" is not one of operator'),
        (with_sales(keys={"5": "gone"}), 'queues.sales.keys.5: "gone" is not one of'),
        (with_sales(most=0), "queues.sales.most"),
    ],
)
def test_a_rule_that_cannot_be_is_named(rules: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        read(merged(json.loads(DEMO.read_text("utf-8")), rules))
