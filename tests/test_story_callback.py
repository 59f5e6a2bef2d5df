"""Callers who ask to be called back: their number, their place, and what is promised."""

import pytest
from asking import (
    CONFIRM,
    QUESTION,
    Hanging,
    answers,
    asked_for,
    asks,
    busy_ann,
    outcomes,
    outside,
    waits,
    waits_long,
    words,
)
from speech import compared, recorded
from stories import HANSEN

from firmware.base import Refused
from firmware.base.events import (
    CallAnswered,
    CallArrived,
    CallbackAsked,
    CallDialled,
    PhoneRang,
    QueueLeft,
)
from hostsim.office import Office


def test_a_caller_hangs_up_and_is_called_back_when_somebody_is_free() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        phone = busy_ann(office)
        caller = asks(office)
        (asked,) = office.saw(CallbackAsked)
        assert (asked.queue, asked.number, asked.caller) == ("support", HANSEN, HANSEN)
        assert [event.outcome for event in office.saw(QueueLeft)] == ["callback"]
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)
        assert outside(office, PhoneRang)[-1].call == asked.callback
        phone.lift()
        office.wait_until(lambda: phone.hears() == "prompt:callback.preview", 2)
        assert outside(office, CallDialled) == []
        phone.press("#")
        office.wait_until(lambda: caller.ringing, 6)
        (dialled,) = outside(office, CallDialled)
        assert (dialled.line, dialled.number) == ("line4", "33120001")
        caller.answer()
        office.wait_until(lambda: caller.hears() == QUESTION, 5)
        assert outside(office, CallAnswered) == []
        caller.press("1")
        office.wait_until(lambda: outside(office, CallAnswered), 2)
        assert outcomes(office) == ["reached"]
        assert outside(office, CallAnswered)[0].station == "phone1"


def test_keys_and_speech_come_through_on_the_line_that_the_box_dialled() -> None:
    with Office(asked_for(), fidelity="copper") as office:
        phone = busy_ann(office)
        caller = office.caller(HANSEN)
        caller.dial(line=1)
        office.wait_until(lambda: caller.state == "talking", 12)
        for key in "211":  # support, a call-back, at this number
            office.wait(1)
            caller.press(key)
        office.wait_until(lambda: office.saw(QueueLeft), 3)
        caller.hang_up()
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 5)
        phone.lift()
        office.wait(0.5)
        phone.press("#")
        office.wait_until(lambda: caller.ringing, 8)
        caller.answer()
        office.wait(2.5)
        assert caller.hears() == QUESTION
        caller.press("1")
        office.wait_until(lambda: outside(office, CallAnswered), 2)
        said = recorded("vm-intro")[: 2 * 8000]
        for speaker, listener in ((caller, phone), (phone, caller)):
            began = office.now
            speaker.say(said)
            office.wait(2.2)
            coherence, level, _ = compared(said, listener.heard(office.now - began))
            assert coherence >= 0.98
            assert level == pytest.approx(-3.0, abs=1.0)


def test_he_may_give_another_number_and_it_is_read_back_digit_by_digit() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        busy_ann(office)
        caller = waits(office)
        caller.press("12")
        office.wait_until(lambda: caller.hears() == "prompt:callback.enter", 3)
        caller.press("70101155#")
        heard = words(office, caller, 7)
        assert heard[heard.index(CONFIRM) :][:3] == [CONFIRM, "prompt:digit.7", "prompt:digit.0"]
        caller.press("1")
        office.wait(1)
        (asked,) = office.saw(CallbackAsked)
        assert (asked.number, asked.caller) == ("+4570101155", HANSEN)


def test_whose_number_is_not_shown_is_asked_for_one() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        busy_ann(office)
        office.caller(HANSEN).reason = "withheld"
        office.town.person(HANSEN).reason = "withheld"
        caller = waits(office)
        caller.press("1")
        office.wait_until(lambda: caller.hears() == "prompt:callback.enter", 3)
        caller.press("33120001#")
        office.wait(1)
        caller.press("1")
        office.wait(1)
        assert [(each.number, each.caller) for each in office.saw(CallbackAsked)] == [(HANSEN, None)]


@pytest.mark.parametrize("digits", ["90123456", "004612345678", "112", "80123456", "32100001", "5"])
def test_only_ordinary_numbers_of_the_country_are_called_back(digits: str) -> None:
    with Office(asked_for(), fidelity="signal") as office:
        busy_ann(office)
        caller = waits(office)
        caller.press("12")
        office.wait(2)
        caller.press(f"{digits}#")
        office.wait_until(lambda: caller.hears() == "prompt:callback.refused", 4)
        caller.press(f"{digits}#")
        office.wait_until(lambda: caller.hears() == "prompt:callback.never", 4)
        office.wait(8)
        assert caller.hears() == "music"
        assert office.saw(CallbackAsked) == []


def test_star_and_silence_mean_that_he_waits_on() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        busy_ann(office)
        caller = waits(office)
        caller.press("1")
        office.wait(1)
        caller.press("*")
        office.wait(0.2)
        assert caller.hears() == "music"
        caller.press("1")
        office.wait(30)
        assert caller.hears() == "music"
        assert office.saw(CallbackAsked) == []


def test_while_he_is_asked_he_waits_on_and_whoever_lifts_is_joined_with_him() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        phone = busy_ann(office)
        caller = waits(office)
        caller.press("1")
        office.wait(1)
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)
        assert caller.hears().startswith("prompt:")
        phone.lift()
        office.wait(1)
        assert caller.hears() == "silence"
        assert len(outside(office, CallAnswered)) == 1
        caller.press("1")
        office.wait(1)
        assert office.saw(CallbackAsked) == []


def test_a_promise_that_the_disk_does_not_keep_is_not_made() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        busy_ann(office)
        caller = waits(office)
        caller.press("1")
        office.wait(1)
        office.rig.journal = Hanging()  # type: ignore[assignment]  # it commits nothing any more
        caller.press("1")
        office.wait_until(lambda: caller.hears() == "prompt:callback.not_kept", 4)
        office.wait(6)
        assert caller.state == "talking"
        assert outcomes(office) == ["cancelled"]
        assert office.saw(QueueLeft) == []


def test_who_confirms_and_hangs_up_at_once_is_called_back_all_the_same() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        phone = busy_ann(office)
        office.line(1).exchange(release="loop_break")
        caller = waits(office)
        caller.press("1")
        office.wait(1)
        disk = office.rig.journal
        office.rig.journal = Hanging()  # type: ignore[assignment]
        caller.press("1")
        office.wait(0.2)
        caller.hang_up()
        office.wait(2)
        office.rig.journal = disk
        assert [event.outcome for event in office.saw(QueueLeft)] == ["callback"]
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)


def test_he_keeps_his_place_between_those_who_wait() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        phone = busy_ann(office)
        waits(office, 1, "+4533120011")
        asks(office, 2)
        third = waits(office, 3, "+4533120013")
        office.wait_until(lambda: third.hears() == "prompt:queue.number.3", 12)
        order = []
        for _ in range(3):
            phone.hang_up()
            office.wait_until(lambda: phone.ringing, 3)
            order.append(outside(office, PhoneRang)[-1].call)
            phone.lift()
            office.wait(2)
            if order[-1] == office.saw(CallbackAsked)[0].callback:
                phone.press("#")
                answers(office, office.caller(HANSEN))
            office.wait(1)
        arrived = [event.call for event in office.saw(CallArrived)]
        assert order == [arrived[0], office.saw(CallbackAsked)[0].callback, arrived[2]]


def test_who_rings_himself_needs_no_call_back_and_has_its_place() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        phone = busy_ann(office)
        asks(office)
        waits(office, 2, "+4533120012")
        caller = waits(office, 1)
        assert outcomes(office) == ["merged"]
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)
        assert outside(office, PhoneRang)[-1].call == office.saw(CallArrived)[-1].call
        assert caller.hears() == "music"


def test_two_who_ask_for_the_same_number_are_called_once() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        busy_ann(office)
        asks(office)
        office.town.person("+4533120012").reason = "withheld"
        other = waits(office, 2, "+4533120012")
        other.press("1")
        office.wait(1)
        other.press("33120001#")
        office.wait(2)
        other.press("1")
        office.wait_until(lambda: other.hears() == "prompt:callback.thanks", 2)
        first, again = office.saw(CallbackAsked)
        assert first.callback == again.callback
        assert len(office.box.snapshot()["callbacks"]) == 1


def test_a_caller_has_one_call_back_open_whatever_numbers_he_gives() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        busy_ann(office)
        caller = waits(office)
        caller.press("12")
        office.wait(1)
        caller.press("70101155#")
        office.wait(3)
        caller.press("1")
        office.wait(8)
        caller.hang_up()
        office.wait(8)
        caller = waits(office)
        caller.press("1")
        office.wait(1)
        caller.press("1")
        office.wait_until(lambda: caller.hears() == "prompt:callback.already", 2)
        assert len(office.saw(CallbackAsked)) == 1


def test_it_is_offered_to_whoever_will_wait_for_long() -> None:
    settings = asked_for(offer_after_s=20)
    settings["queues"]["support"]["keys"] = {}
    with Office(settings, fidelity="signal") as office:
        caller = waits_long(office)
        office.wait_until(lambda: caller.hears() == "prompt:callback.offer", 20)
        caller.press("1")
        office.wait_until(lambda: caller.hears() == CONFIRM, 2)
        caller.press("1")
        office.wait(1)
        assert len(office.saw(CallbackAsked)) == 1


def test_a_call_back_needs_a_second_line_and_a_key_needs_the_call_back() -> None:
    with pytest.raises(Refused, match=r"keys.1: call-backs are off; set queues.support.callback.enabled"):
        Office({"queues": {"support": {"keys": {"1": "callback"}}}}, fidelity="signal")
    lines = {f"line{n}": None for n in (2, 3, 4)}
    with pytest.raises(Refused, match="with a single line nobody can be called back"):
        Office({"lines": lines, **asked_for()}, fidelity="signal")


def test_over_the_offer_he_may_choose_something_else() -> None:
    settings = asked_for(offer_after_s=20)
    settings["queues"]["support"]["keys"] = {"0": "operator"}
    with Office(settings, fidelity="signal") as office:
        caller = waits_long(office)
        office.wait_until(lambda: caller.hears() == "prompt:callback.offer", 20)
        caller.press("0")
        office.wait(1)
        assert office.saw(QueueLeft)[-1].outcome == "exit_key"
        assert (caller.state, caller.hears()) == ("talking", "ringback")


def test_a_queue_that_is_taken_away_takes_its_call_backs_with_it() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        busy_ann(office)
        asks(office)
        office.settings({"queues": {"support": None}, "menus": {"main": {"keys": {"2": None}}}})
        office.wait(1)
        assert outcomes(office) == ["cancelled"]
        assert office.box.desk.waiting == {}


def test_what_is_known_of_him_and_of_his_call_is_known_when_he_is_called_back() -> None:
    settings = asked_for()
    settings["types"] = {"repair": {"label": "Repair", "priority": 2}}
    settings["lines"] = {"line1": {"type": "repair"}}
    with Office(settings, fidelity="signal") as office:
        busy_ann(office)
        caller = waits(office)
        office.box.exchange.lines["line1"].call.data["account"] = "4711"
        caller.press("1")
        office.wait(1)
        caller.press("1")
        office.wait(1)
        (asked,) = office.saw(CallbackAsked)
        (waiting,) = office.box.desk.waiting.values()
        assert (waiting.call.id, waiting.priority) == (asked.callback, 2)
        assert (waiting.call.type, waiting.call.data) == ("repair", {"account": "4711"})


def test_a_number_that_many_share_stands_for_nobody() -> None:
    with Office({**asked_for(), "shared_numbers": [HANSEN]}, fidelity="signal") as office:
        busy_ann(office)
        asks(office)
        caller = waits(office)
        assert outcomes(office) == []
        caller.press("1")
        office.wait(1)
        caller.press("1")
        office.wait_until(lambda: caller.hears() == "prompt:callback.already", 3)
