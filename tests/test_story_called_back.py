"""How a call-back is carried out: who is rung, who is dialled, and what becomes of a try."""

import pytest
from asking import QUESTION, asked_for, asks, busy_ann, missed, offered, outcomes, outside, waits, words
from stories import HANSEN

from firmware.base import Refused
from firmware.base.events import (
    CallAnswered,
    CallbackAsked,
    CallbackMissed,
    CallbackTried,
    CallDialled,
    CallEnded,
    PhoneRang,
)
from hostsim.office import Office


def test_a_reversal_of_the_line_is_an_answer_and_no_key_is_asked_for() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        office.line(4).exchange(reversal_on_answer=True)
        phone = busy_ann(office)
        caller = asks(office)
        offered(office, phone)
        office.wait_until(lambda: caller.ringing, 6)
        office.wait(1)
        caller.answer()
        office.wait_until(lambda: outside(office, CallAnswered), 1)
        assert outside(office, CallAnswered)[0].how == "reversal"
        assert outcomes(office) == ["reached"]


def test_an_answering_machine_never_is_a_customer() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        phone = busy_ann(office)
        machine = asks(office)
        offered(office, phone)
        office.wait_until(lambda: machine.ringing, 6)
        machine.answer()
        office.wait_until(lambda: office.saw(CallbackMissed), 40)
        assert (office.saw(CallbackMissed)[0].reason, outside(office, CallAnswered)) == ("no_key", [])
        assert phone.hears() == "congestion"
        assert outside(office, CallEnded)[-1].side == "box"


def test_whoever_does_not_answer_is_tried_again_after_five_fifteen_and_sixty_minutes() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        phone = busy_ann(office)
        asks(office)
        due = []
        for _ in range(4):
            offered(office, phone)
            due.append(missed(office))
            office.wait(due[-1] or 0)
        assert due == [300, 900, 3600, None]
        assert [event.attempt for event in office.saw(CallbackTried)] == [1, 2, 3, 4]
        assert outcomes(office) == ["gave_up"]


def test_the_first_retry_keeps_its_place_and_the_next_one_begins_anew() -> None:
    with Office(asked_for(gaps=[60]), fidelity="signal") as office:
        phone = busy_ann(office)
        caller = asks(office)
        caller.dial("+4570102099")  # he speaks with somebody else
        places = []
        waits(office, 2, "+4533120012")
        for _ in range(2):
            offered(office, phone)
            office.wait((missed(office) or 0) + 1)
            line = [office.box.desk.waiting[call] for call in office.box.desk.waiting]
            line.sort(key=lambda each: each.rank)
            places.append([each.call.number for each in line])
        assert [event.reason for event in office.saw(CallbackMissed)] == ["busy", "busy"]
        assert places == [[HANSEN, "+4533120012"], ["+4533120012", HANSEN]]


def test_who_hangs_up_in_the_preview_says_no_and_it_keeps_its_place() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        phone = busy_ann(office)
        asks(office)
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)
        phone.lift()
        office.wait(1)
        phone.hang_up()
        office.wait(3)
        assert not phone.ringing
        assert office.agent("ann").status == "available"
        assert office.saw(CallbackTried) == outside(office, CallDialled) == []
        office.wait_until(lambda: phone.ringing, 31)


def test_it_is_not_dialled_while_one_line_alone_is_free() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        phone = busy_ann(office)
        asks(office)
        others = [waits(office, line, f"+453312002{line}") for line in (1, 2, 3)]
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)
        assert outside(office, PhoneRang)[-1].call != office.saw(CallbackAsked)[0].callback
        phone.lift()
        others[2].hang_up()
        office.wait(10)
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)
        assert outside(office, PhoneRang)[-1].call == office.saw(CallbackAsked)[0].callback


def test_with_the_customer_first_an_agent_is_kept_for_him_and_nobody_else_gets_her() -> None:
    with Office(asked_for(first="customer"), fidelity="signal") as office:
        phone = busy_ann(office)
        caller = asks(office)
        phone.hang_up()
        office.wait_until(lambda: caller.ringing, 8)
        waits(office, 2, "+4533120012")
        assert not phone.ringing
        caller.answer()
        office.wait_until(lambda: caller.hears() == QUESTION, 5)
        caller.press("1")
        office.wait_until(lambda: phone.ringing, 1)
        assert outcomes(office) == ["reached"]
        phone.lift()
        office.wait(1)
        (answered,) = outside(office, CallAnswered)
        assert answered.call == office.saw(CallbackAsked)[0].callback
        caller.hang_up()
        office.wait(8)
        assert outside(office, CallEnded)[-1].side == "called"


def test_a_customer_whose_agent_has_gone_meanwhile_is_the_first_of_those_who_wait() -> None:
    with Office(asked_for(first="customer"), fidelity="signal") as office:
        phone = busy_ann(office)
        waits(office, 2, "+4533120012")
        caller = asks(office)
        office.caller("+4533120012").hang_up()
        office.wait(8)
        phone.hang_up()
        office.wait_until(lambda: caller.ringing, 8)
        other = waits(office, 3, "+4533120013")
        phone.lift()
        office.wait(1)
        caller.answer()
        office.wait_until(lambda: caller.hears() == QUESTION, 5)
        caller.press("1")
        assert {"prompt:queue.next", "music"} <= {*words(office, caller, 12)}
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)
        assert outside(office, PhoneRang)[-1].call == office.saw(CallbackAsked)[0].callback
        assert other.hears() == "music"


def test_who_answers_after_the_agent_has_hung_up_waits_for_the_next() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        phone = busy_ann(office)
        caller = asks(office)
        offered(office, phone)
        office.wait_until(lambda: caller.ringing, 6)
        caller.answer()
        office.wait_until(lambda: caller.hears() == QUESTION, 5)
        phone.hang_up()
        office.wait(1)
        caller.press("1")
        office.wait_until(lambda: phone.ringing, 2)
        phone.lift()
        office.wait(1)
        assert len(outside(office, CallAnswered)) == 1


@pytest.mark.parametrize(("rule", "left"), [("keep", 1), ("drop", 0)])
def test_at_closing_time_it_is_kept_for_the_morning_or_dropped(rule: str, left: int) -> None:
    settings = asked_for(at_closing=rule)
    settings["hours"] = {
        "shop": {"week": {"mon": ["09:00-10:00"], "tue": ["09:00-10:00"]}, "holidays": False}
    }
    settings["queues"]["support"]["hours"] = "shop"
    with Office(settings, fidelity="signal") as office:
        phone = busy_ann(office)
        asks(office)
        office.wait(3600)
        assert len(office.box.snapshot()["callbacks"]) == left
        assert outcomes(office) == ["expired"] * (1 - left)
        phone.hang_up()
        office.wait(60)
        assert outside(office, PhoneRang) == []
        office.wait(23 * 3600)
        assert bool(outside(office, PhoneRang)) is bool(left)


def test_the_office_can_call_one_off() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        phone = busy_ann(office)
        asks(office)
        (shown,) = office.box.snapshot()["callbacks"]
        assert (shown["number"], shown["state"], shown["tries"]) == (HANSEN, "waiting", 0)
        office.order("callback.cancel", callback=shown["callback"])
        office.wait(1)
        assert outcomes(office) == ["cancelled"]
        phone.hang_up()
        office.wait(5)
        assert not phone.ringing
        office.order("callback.cancel", callback=shown["callback"])
        with pytest.raises(Refused, match="it is done, or was called off"):
            office.wait(1)
