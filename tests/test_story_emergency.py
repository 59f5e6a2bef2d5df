"""Emergency calls go first: from any telephone, in any state of the box."""

import pytest
from stories import BOTH, menu_heard, talking
from test_story_outbound import dial

from firmware.base.events import CallAnswered, CallDialled, CallEnded, EmergencyDialled
from hostsim.office import Office

both = pytest.mark.parametrize("fidelity", BOTH)


@both
def test_the_last_digit_seizes_a_line_at_once(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        dial(office, "phone4", "112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 2)
        assert office.saw(CallDialled)[0].line == "line4"
        office.wait_until(lambda: office.saw(CallAnswered), 15)
        assert office.saw(EmergencyDialled)[0].phone == "phone4"


@both
@pytest.mark.parametrize(("keys", "wait"), [("0112", 0.0), ("9112", 0.8)])
def test_a_habitual_prefix_is_forgiven(fidelity: str, keys: str, wait: float) -> None:
    with Office(fidelity=fidelity) as office:
        phone = office.phone("phone1")
        phone.lift()
        office.wait(4)
        phone.press(keys)
        keyed = office.now + len(keys) * 0.16
        office.wait_until(lambda: office.saw(EmergencyDialled), 5)
        assert office.now - keyed == pytest.approx(wait, abs=0.2)
        assert office.saw(EmergencyDialled)[0].number == "112"


@both
def test_without_dial_tone_it_dials_all_the_same_and_then_takes_the_next_line(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        office.wait(4)
        for n in (3, 4):
            office.line(n).exchange(dial_tone=False)
        dial(office, "phone1", "112")
        office.wait_until(lambda: office.saw(CallAnswered), 40)
        assert [event.line for event in office.saw(CallDialled)][:1] == ["line4"]


@both
def test_with_every_line_busy_an_outgoing_call_makes_room_first(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        for line in (1, 2, 3):
            menu_heard(office, line=line, number=f"+453312000{line}").press("2")
        friend = office.caller("+4570102030")
        dial(office, "phone1", "70102030")
        office.wait_until(lambda: friend.ringing, 12)
        friend.answer()
        office.wait(4)
        dial(office, "phone2", "112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 2)
        keyed = office.now
        office.wait_until(lambda: len(office.saw(CallDialled)) == 2, 4)
        assert office.now - keyed <= 3.0
        cleared = office.saw(CallEnded)[0]
        assert (cleared.side, cleared.call) == ("box", office.saw(CallDialled)[0].call)
        office.wait_until(lambda: len(office.saw(CallAnswered)) == 2, 15)


@both
def test_an_incoming_call_makes_room_if_it_must_but_never_an_emergency(fidelity: str) -> None:
    with Office({"lines": {"line3": None, "line4": None}}, fidelity=fidelity) as office:
        menu_heard(office, line=1).press("2")
        office.wait(1)
        dial(office, "phone1", "112")
        office.wait_until(lambda: office.saw(CallAnswered), 15)
        dial(office, "phone2", "112")
        office.wait_until(lambda: len(office.saw(CallAnswered)) == 2, 20)
        assert len(office.saw(EmergencyDialled)) == 2
        assert [event.side for event in office.saw(CallEnded)] == ["box"]
        dial(office, "phone4", "112")
        office.wait(10)
        assert [event.side for event in office.saw(CallEnded)] == ["box"]  # both emergencies still talk


@both
def test_a_phone_left_off_its_hook_still_reaches_help(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        office.line(1).exchange(release="loop_break")
        caller, phone = talking(office)
        caller.hang_up()
        office.wait(70)  # congestion, howler, silence
        phone.press("112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 3)
        office.wait_until(lambda: len(office.saw(CallAnswered)) == 2, 15)


@both
def test_an_emergency_is_heard_while_a_colleague_is_still_being_rung(fidelity: str) -> None:
    with Office(fidelity=fidelity) as office:
        phone = dial(office, "phone1", "202#")
        office.wait_until(lambda: office.phone("phone2").ringing, 3)
        office.wait(1)
        phone.press("112")
        office.wait_until(lambda: office.saw(CallAnswered), 20)
        assert office.saw(EmergencyDialled)[0].phone == "phone1"
        assert not office.phone("phone2").ringing


@both
def test_silence_and_tones_do_not_end_an_emergency_call(fidelity: str) -> None:
    with Office({"lines": {"line4": {"silence_s": 5}}}, fidelity=fidelity) as office:
        phone = dial(office, "phone1", "112")
        office.wait_until(lambda: office.saw(CallAnswered), 15)
        office.wait(30)
        assert office.saw(CallEnded) == []
        phone.hang_up()
        office.wait_until(lambda: office.saw(CallEnded), 4)
        assert office.saw(CallEnded)[0].side == "caller"
