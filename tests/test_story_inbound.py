"""Somebody rings the office: answered, asked, led to a person, and let go."""

import pytest
from stories import BOTH, HANSEN, by_call, menu_heard, talking

from firmware.base.events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    DigitHeard,
    LineChanged,
    PhoneChanged,
    PhoneRang,
    QueueEntered,
    QueueLeft,
)
from hostsim.office import Office

both = pytest.mark.parametrize("fidelity", BOTH)


@both
def test_the_first_call_is_answered_asked_led_to_sales_and_talks(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        caller, phone = talking(office)
        assert (caller.state, phone.ringing) == ("talking", False)
        arrived = office.saw(CallArrived)[0]
        assert (arrived.line, arrived.number, arrived.reason) == ("line1", HANSEN, None)
        assert [event.key for event in office.saw(DigitHeard)] == ["1"]
        assert {event.station for event in office.saw(PhoneRang)} == {"phone1", "phone2"}
        assert [(e.station, e.how) for e in office.saw(CallAnswered)] == [("phone1", "lift")]
        assert not office.phone("phone2").ringing
        assert office.line(1).state == "talking"
        phone.hang_up()
        office.wait(5)
        ended = office.saw(CallEnded)[0]
        assert (ended.side, ended.reason) == ("called", "hang_up")
        assert [event.outcome for event in office.saw(QueueLeft)] == ["answered"]


@both
def test_the_line_is_answered_when_its_first_ring_ends_if_the_caller_is_known_by_then(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        caller = office.caller(HANSEN)
        caller.dial(line=2)
        office.wait_until(lambda: office.line(2).state == "ringing", 10)
        began = office.now
        office.wait_until(lambda: office.line(2).state == "seized", 10)
        assert office.now - began == pytest.approx(1.0, abs=0.2)  # one Danish burst


@both
def test_without_caller_id_it_is_answered_at_the_second_ring_as_unknown(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        office.line(1).exchange(caller_id="none")
        office.caller(HANSEN).dial(line=1)
        office.wait_until(lambda: office.line(1).state == "ringing", 10)
        began = office.now
        office.wait_until(lambda: office.line(1).state == "seized", 10)
        assert office.now - began == pytest.approx(5.0, abs=0.25)
        arrived = office.saw(CallArrived)[0]
        assert (arrived.number, arrived.reason) == (None, "unavailable")


@both
def test_a_key_over_the_greeting_counts_and_stops_it(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        caller = office.caller(HANSEN)
        caller.dial(line=1)
        office.wait_until(lambda: caller.hears() == "prompt:greeting", 15)
        caller.press("1")
        office.wait(1.5)
        assert caller.hears() == "ringback"
        assert [event.queue for event in office.saw(QueueEntered)] == ["sales"]


@both
def test_two_wrong_keys_lead_to_the_operator(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        caller = menu_heard(office)
        caller.press("7")
        office.wait_until(lambda: caller.hears() == "prompt:menu.wrong", 3)
        caller.press("8")
        office.wait_until(lambda: office.phone("phone1").ringing, 8)
        assert [event.station for event in office.saw(PhoneRang)] == ["phone1"]
        assert office.saw(QueueEntered) == []


@both
def test_a_silent_caller_is_led_to_the_operator(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        menu_heard(office)
        office.wait_until(lambda: office.phone("phone1").ringing, 25)
        assert [event.station for event in office.saw(PhoneRang)] == ["phone1"]


@both
def test_a_caller_who_listens_in_silence_is_not_taken_for_gone(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        caller = menu_heard(office)
        caller.press("1")
        office.wait(90)
        assert office.saw(CallEnded) == []
        assert office.phone("phone1").ringing


def test_a_caller_whose_exchange_gives_no_sign_that_he_left_is_not_rung_for_for_ever() -> None:
    with Office(fidelity="signal") as office:
        office.line(1).exchange(release="silence")
        caller = menu_heard(office)
        caller.press("1")
        office.wait(5)
        caller.hang_up()
        office.wait(700)
        assert [event.reason for event in office.saw(CallEnded)] == ["silence"]


@both
def test_hunting_goes_round_and_begins_after_the_one_who_answered_last(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        caller = menu_heard(office)
        caller.press("2")
        phone3, phone4 = office.phone("phone3"), office.phone("phone4")
        office.wait_until(lambda: phone3.ringing, 5)
        assert not phone4.ringing
        office.wait_until(lambda: phone4.ringing, 16)  # fifteen seconds each
        office.wait(0.5)
        assert not phone3.ringing
        phone4.lift()
        office.wait(1)
        caller.hang_up()
        office.wait(15)
        phone4.hang_up()
        office.wait(3)
        menu_heard(office, number="+4533120002").press("2")
        office.wait_until(lambda: phone3.ringing or phone4.ringing, 5)
        assert phone3.ringing


@both
def test_a_caller_who_gives_up_before_the_answer_is_told_as_abandoned(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        office.line(1).exchange(caller_id="none")
        caller = office.caller(HANSEN)
        caller.dial(line=1)
        office.wait_until(lambda: office.line(1).state == "ringing", 10)
        office.wait(1.5)
        caller.hang_up()
        office.wait_until(lambda: office.line(1).state == "idle", 6.5)
        ended = office.saw(CallEnded)[0]
        assert (ended.side, ended.reason) == ("caller", "abandoned")
        assert len(office.saw(CallArrived)) == 1


@both
@pytest.mark.parametrize("release", ["loop_break", "reversal", "busy_tone", "dial_tone", "silence"])
def test_a_caller_who_hangs_up_is_noticed_by_whatever_his_exchange_does(fidelity: str, release: str) -> None:
    with Office({"lines": {"line1": {"silence_s": 10}}}, fidelity=fidelity) as office:
        office.line(1).exchange(release=release)
        caller, phone = talking(office)
        caller.hang_up()
        office.wait_until(lambda: office.saw(CallEnded), 20)
        ended = office.saw(CallEnded)[0]
        side = "line" if release in ("dial_tone", "silence") else "caller"
        assert (ended.side, ended.reason) == (side, release)
        office.wait(2)
        assert phone.hears() == "congestion"


@both
def test_a_phone_left_behind_hears_congestion_then_the_howler_and_is_not_rung(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        office.line(1).exchange(release="loop_break")
        caller, phone = talking(office)
        caller.hang_up()
        office.wait(8)
        assert phone.hears() == "congestion"
        office.wait(15)
        assert phone.hears() == "howler"
        office.wait(35)
        assert phone.hears() == "silence"
        assert [event.state for event in office.saw(PhoneChanged) if event.reason == "left off its hook"]
        menu_heard(office, number="+4533120002").press("1")
        office.wait_until(lambda: office.phone("phone2").ringing, 5)
        assert not phone.ringing
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 5)


@both
def test_a_line_is_on_its_hook_for_two_seconds_before_it_is_seized_again(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        _, phone = talking(office)
        phone.hang_up()
        office.wait_until(lambda: office.line(1).state == "guard", 5)
        released = office.now
        office.wait_until(lambda: office.line(1).state == "idle", 5)
        assert office.now - released == pytest.approx(2.0, abs=0.04)
        states = [event.state for event in office.saw(LineChanged) if event.line == "line1"]
        assert states[-5:] == ["ringing", "seized", "talking", "guard", "idle"]


def test_both_fidelities_tell_the_same_story_of_each_call() -> None:
    told = []
    for fidelity in BOTH:
        with Office(fidelity=fidelity) as office:
            _, phone = talking(office)
            second = menu_heard(office, line=2, number="+4533120002")
            second.press("2")
            office.wait_until(lambda office=office: office.phone("phone3").ringing, 5)
            second.hang_up()
            office.wait(12)
            phone.hang_up()
            office.wait(6)
            told.append(by_call(office))
    assert told[0] == told[1]


def test_the_same_story_gives_the_same_journal_byte_for_byte() -> None:
    journals = []
    for _ in range(2):
        with Office(fidelity="copper", seed=7) as office:
            _, phone = talking(office)
            phone.hang_up()
            office.wait(4)
            journals.append(list(office.journal.dump()))
    assert journals[0] == journals[1]
    assert len(journals[0]) > 10
