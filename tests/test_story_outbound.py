"""Calls that begin at a telephone of the office."""

import numpy as np
import pytest
from speech import recorded
from stories import BOTH, by_call, menu_heard

from firmware.base.events import CallAnswered, CallArrived, CallDialled, CallEnded, LineChanged, PhoneRang
from hostsim.office import Office

TOWN = "+4570102030"
both = pytest.mark.parametrize("fidelity", BOTH)


def dial(office: Office, phone: str, keys: str):  # type: ignore[no-untyped-def]
    """Somebody lifts, hears dial tone, and keys."""
    hands = office.phone(phone)
    hands.lift()
    office.wait_until(lambda: hands.hears() == "dial", 3)
    hands.press(keys)
    return hands


@both
def test_a_complete_number_goes_out_on_the_last_line_and_rings_in_town(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        friend = office.caller(TOWN)
        phone = dial(office, "phone2", "70102030")
        office.wait_until(lambda: friend.ringing, 12)
        dialled = office.saw(CallDialled)[0]
        assert (dialled.line, dialled.phone, dialled.number) == ("line4", "phone2", "70102030")
        office.wait_until(lambda: phone.hears() == "ringback", 6)
        friend.answer()
        office.wait_until(lambda: office.saw(CallAnswered), 8)
        answered = office.saw(CallAnswered)[0]
        assert (answered.station, answered.how) == ("phone2", "voice")
        phone.hang_up()
        office.wait(6)
        ended = office.saw(CallEnded)[0]
        assert (ended.side, ended.reason) == ("caller", "hang_up")
        assert friend.state in ("dropped", "idle")


@both
def test_a_reversal_tells_the_answer_where_the_exchange_gives_one(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        office.line(4).exchange(reversal_on_answer=True, release="reversal")
        friend = office.caller(TOWN)
        dial(office, "phone1", "70102030")
        office.wait_until(lambda: friend.ringing, 12)
        office.wait(2)
        friend.answer()
        office.wait_until(lambda: office.saw(CallAnswered), 4)
        assert office.saw(CallAnswered)[0].how == "reversal"
        office.wait(3)
        friend.hang_up()
        office.wait_until(lambda: office.saw(CallEnded), 8)
        assert (office.saw(CallEnded)[0].side, office.saw(CallEnded)[0].reason) == ("called", "reversal")


@both
def test_a_busy_number_gives_busy_tone_and_the_line_back(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        phone = dial(office, "phone1", "70102099")
        office.wait_until(lambda: office.saw(CallEnded), 16)
        assert (office.saw(CallEnded)[0].side, office.saw(CallEnded)[0].reason) == ("called", "busy_tone")
        office.wait(2)
        assert phone.hears() == "busy"
        assert office.line(4).state in ("guard", "idle")


@both
def test_hash_and_three_seconds_complete_a_number_that_could_still_grow(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        dial(office, "phone1", "204")
        office.wait(2)
        assert office.saw(CallDialled) == []
        office.wait_until(lambda: office.phone("phone4").ringing, 3)
        dial(office, "phone2", "203#")
        office.wait_until(lambda: office.phone("phone3").ringing, 1.5)


@both
def test_a_colleague_is_rung_answered_and_parted(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        phone1 = dial(office, "phone1", "203#")
        phone3 = office.phone("phone3")
        office.wait_until(lambda: phone3.ringing, 3)
        office.wait(2)
        assert phone1.hears() == "ringback"
        phone3.lift()
        office.wait(1)
        assert [(e.station, e.how) for e in office.saw(CallAnswered)] == [("phone3", "lift")]
        assert office.saw(CallDialled)[0].line is None
        phone3.hang_up()
        office.wait_until(lambda: phone1.hears() == "congestion", 5)
        assert office.saw(CallEnded)[0].side == "called"


@both
def test_a_colleague_who_talks_is_busy(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        office.phone("phone3").lift()
        phone1 = dial(office, "phone1", "203#")
        office.wait_until(lambda: phone1.hears() == "busy", 4)
        assert office.saw(PhoneRang) == []


@both
def test_a_line_without_dial_tone_is_left_for_the_next_within_three_seconds(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        office.wait(4)
        office.line(4).exchange(dial_tone=False)
        friend = office.caller(TOWN)
        dial(office, "phone1", "70102030")
        office.wait_until(lambda: office.saw(CallDialled), 5)
        first = office.now
        office.wait_until(lambda: len(office.saw(CallDialled)) == 2, 3)
        assert office.now - first <= 3.0
        assert [event.line for event in office.saw(CallDialled)] == ["line4", "line3"]
        office.wait_until(lambda: friend.ringing, 12)
        assert ("line4", "no dial tone") in [(event.line, event.reason) for event in office.saw(LineChanged)]


@both
def test_what_the_caller_says_himself_is_no_answer(fidelity: str) -> None:
    for seed in (0, 1):
        with Office(fidelity=fidelity, seed=seed) as office:
            office.wait(2)
            friend = office.caller(TOWN)
            phone = dial(office, "phone1", "70102030")
            office.wait_until(lambda friend=friend: friend.ringing, 12)
            office.wait(2.5)
            phone.say(recorded("vm-intro"))
            phone.press("123456")
            office.wait(9)
            assert office.saw(CallAnswered) == []
            friend.answer()
            office.wait_until(lambda office=office: office.saw(CallAnswered), 5)


@both
def test_a_line_that_fails_under_a_call_is_parted_from_its_telephone(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        friend = office.caller(TOWN)
        phone = dial(office, "phone1", "70102030")
        office.wait_until(lambda: friend.ringing, 12)
        office.line(4).unplug()
        office.wait(9)
        office.line(4).plug()
        office.wait(4)
        stranger = office.caller("+4533120009")
        stranger.dial(line=4)
        office.wait_until(lambda: stranger.hears().startswith("prompt:"), 12)
        assert not phone.hears().startswith("prompt:")
        gain, rows = office.box.sound.matrix.gain, list(office.box.ports)
        one, other = rows.index("phone1"), rows.index("line4")
        assert gain[one, other] == gain[other, one] == 0


@both
def test_pulses_dial_too(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        phone = office.phone("phone4")
        phone.lift()
        office.wait(1)
        phone.pulse("203")
        office.wait_until(lambda: office.phone("phone3").ringing, 12)


@pytest.mark.parametrize("offset", [-0.3, -0.05, 0.1, 0.4])
def test_a_caller_who_was_there_first_keeps_the_line_and_the_call_out_takes_the_next(offset: float) -> None:
    with Office(fidelity="copper", seed=int(1000 + offset * 100)) as office:
        friend = office.caller(TOWN)
        phone = office.phone("phone1")
        office.wait(4)
        phone.lift()
        office.wait(1.5)
        phone.press("7010203")
        office.wait(1.5)
        office.line(4).glare_at(office.now + 0.16 + offset)
        phone.press("0")
        office.wait_until(lambda: friend.ringing, 14)
        assert office.saw(CallDialled)[-1].line in ("line3", "line4")
        if office.saw(CallArrived):
            assert office.saw(CallArrived)[0].line == "line4"
            assert office.saw(CallDialled)[-1].line == "line3"


def test_both_fidelities_tell_the_same_story_of_outgoing_and_inside_calls() -> None:
    told = []
    for fidelity in BOTH:
        with Office(fidelity=fidelity) as office:
            friend = office.caller(TOWN)
            phone1 = dial(office, "phone1", "70102030")
            office.wait_until(lambda friend=friend: friend.ringing, 12)
            office.wait(5)
            friend.answer()
            office.wait(6)
            dial(office, "phone2", "203#")
            office.wait(4)
            office.phone("phone3").lift()
            office.wait(2)
            office.phone("phone2").hang_up()
            phone1.hang_up()
            office.wait(6)
            told.append(by_call(office))
    assert told[0] == told[1]


def test_what_is_said_goes_both_ways_between_colleagues() -> None:
    with Office(fidelity="copper") as office:
        phone1 = dial(office, "phone1", "203#")
        phone3 = office.phone("phone3")
        office.wait_until(lambda: phone3.ringing, 4)
        phone3.lift()
        office.wait(1)
        tone = (8000 * np.sin(2 * np.pi * 1000 / 8000 * np.arange(8000))).astype(np.int16)
        phone1.say(tone)
        office.wait(1.2)
        assert np.abs(phone3.heard(1.0)).max() > 2000
        office.wait(1)
        phone3.say(tone)
        office.wait(1.2)
        assert np.abs(phone1.heard(1.0)).max() > 2000


def test_a_caller_in_the_menu_does_not_hear_an_agent_dial() -> None:
    with Office(fidelity="copper") as office:
        caller = menu_heard(office)
        caller.press("1")
        office.wait(1)
        dial(office, "phone4", "70")
        office.wait(1)
        assert caller.hears() == "ringback"
