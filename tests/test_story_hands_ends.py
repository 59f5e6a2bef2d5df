"""What becomes of everybody when hands are done, or never come back: dial tone, a ring, the operator."""

import numpy as np
import pytest
from stories import DIRECT, ann_talks, ben_is_asked, gains, moves

from firmware.base.events import CallEnded
from hostsim.office import Office

OPERATOR = {**DIRECT, "operator": "phone4"}


# What he hears who has given a call away


def test_whoever_has_parked_a_caller_hears_the_place_and_then_dial_tone() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann = ann_talks(office)
        ann.park()
        office.wait(0.5)
        assert ann.hears() == "prompt:park.place"
        office.wait(5)
        assert ann.hears() == "dial"


def test_a_caller_parked_by_a_code_leaves_his_telephone_with_dial_tone() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        ann_talks(office)
        phone = office.phone("phone1")
        phone.flash()
        office.wait(1)
        phone.press("#72")
        office.wait(1)
        assert phone.hears() == "prompt:park.place"
        office.wait(5)
        assert phone.hears() == "dial"


def test_completing_before_the_colleague_answers_gives_dial_tone_and_he_rings_on() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        ann.transfer("ben", attended=True)
        office.wait(3)
        ann.complete()
        office.wait(2)
        assert (ann.hears(), caller.hears(), office.phone("phone2").ringing) == ("dial", "ringback", True)


def test_a_number_that_is_refused_is_told_so_and_congestion_follows() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        office.wait(2)
        phone = office.phone("phone3")
        phone.lift()
        office.wait(1)
        phone.press("0044123456#")
        office.wait_until(lambda: phone.hears() == "prompt:call.refused", 5)
        office.wait_until(lambda: phone.hears() == "congestion", 8)


def test_a_flash_and_two_hashes_hand_on() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        ann_talks(office)
        phone = office.phone("phone1")
        phone.flash()
        office.wait(1)
        phone.press("##202#")
        office.wait_until(lambda: office.phone("phone2").ringing, 5)
        assert moves(office) == [("202", "ann")] and phone.hears() == "dial"


# Head-sets, which have no hook to put back


@pytest.mark.parametrize(("who", "station"), [("cleo", "usb1"), ("dan", "browser")])
def test_at_a_head_set_every_verb_is_the_same_and_whoever_gives_a_call_away_is_free(
    who: str, station: str
) -> None:
    with Office({"lines": {"line1": {"to": who}}}, fidelity="signal") as office:
        office.wait(2)
        agent = office.agent(who)
        agent.sign_in()
        caller = office.caller("+4533120001")
        for give in (lambda: agent.transfer("phone3"), agent.park, lambda: agent.transfer("phone3", True)):
            caller.dial(line=1)
            office.wait_until(lambda: agent.ringing, 12)
            agent.answer()
            office.wait(1)
            agent.hold()
            office.wait(1)
            assert (caller.hears(), agent.hears(), agent.state) == ("music", "dial", "held")
            agent.resume()
            office.wait(1)
            assert gains(office, station) == {"line1"}
            give()
            office.wait(2)
            if agent.state == "consulting":
                office.phone("phone3").lift()
                office.wait(1)
                agent.complete()
            office.wait(5)
            assert (agent.state, agent.hears(), caller.state) == ("idle", "silence", "talking")
            office.phone("phone3").hang_up()
            caller.hang_up()
            office.wait(9)


def test_whoever_is_held_by_a_head_set_for_long_rings_there_again() -> None:
    with Office({"lines": {"line1": {"to": "dan"}}}, fidelity="signal") as office:
        office.wait(2)
        dan = office.agent("dan")
        dan.sign_in()
        caller = office.caller("+4533120001")
        caller.dial(line=1)
        office.wait_until(lambda: dan.ringing, 12)
        dan.answer()
        office.wait(1)
        dan.hold()
        office.wait(110)
        assert (dan.hears(), caller.hears()) == ("dial", "music")
        for _ in range(1500):
            office.wait(0.02)
            assert dan.hears() != "howler"
        assert dan.ringing
        dan.answer()
        office.wait(1)
        assert gains(office, "browser") == {"line1"}


# Callers who were forgotten


def test_who_is_held_at_a_telephone_left_off_its_hook_reaches_the_operator() -> None:
    with Office(OPERATOR, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        ann.hold()
        office.wait(110)
        assert (ann.hears(), ann.state, caller.hears()) == ("dial", "held", "music")
        office.wait(60)
        assert (ann.hears(), ann.state, caller.hears()) == ("silence", "offline", "music")
        office.wait(120)
        assert office.phone("phone4").ringing


def test_who_is_held_at_a_telephone_left_off_its_hook_rings_when_it_is_put_back() -> None:
    with Office(OPERATOR, fidelity="signal") as office:
        _, ann = ann_talks(office)
        ann.hold()
        office.wait(200)
        ann.hang_up()
        office.wait(2)
        assert ann.ringing and not office.phone("phone4").ringing
        office.wait(90)
        assert office.phone("phone4").ringing


def test_a_second_caller_waits_until_the_first_was_taken_back() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        first, ann = ann_talks(office)
        ann.hold()
        second = office.caller("+4533120002")
        second.dial(line=2)
        office.wait(10)
        assert (second.hears(), first.hears(), ann.hears()) == ("ringback", "music", "dial")
        ann.resume()
        office.wait(1)
        ann.hang_up()
        office.wait(2)
        assert ann.ringing
        ann.answer()
        office.wait(1)
        assert gains(office, "phone1") == {"line2"}


def test_who_holds_two_and_hangs_up_is_rung_by_both() -> None:
    with Office(OPERATOR, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        ann.transfer("ben", attended=True)
        office.wait(2)
        office.phone("phone2").lift()
        office.wait(1)
        ann.hold()
        office.wait(1)
        ann.hang_up()
        office.wait(2)
        assert ann.ringing and "ringback" in (caller.hears(), office.phone("phone2").hears())
        ann.answer()
        office.wait(1)
        ann.hang_up()
        office.wait(2)
        assert ann.ringing


def test_a_telephone_that_is_rung_for_a_parked_caller_in_vain_gives_him_to_the_operator() -> None:
    with Office(OPERATOR, fidelity="signal") as office:
        _, ann = ann_talks(office)
        office.agent("ben").sign_in()
        ann.park()
        office.wait(1)
        office.agent("ben").pickup()
        office.wait(2)
        assert office.phone("phone2").ringing
        office.wait(26)
        assert office.phone("phone4").ringing and not office.phone("phone2").ringing


def test_a_colleague_may_be_parked_too() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        office.wait(2)
        office.agent("ben").sign_in()
        one, two, three = (office.phone(f"phone{n}") for n in (1, 2, 3))
        one.lift()
        office.wait(1)
        one.press("202#")
        office.wait_until(lambda: two.ringing, 3)
        two.lift()
        office.wait(1)
        office.agent("ben").park()
        office.wait(1)
        assert one.hears() == "music"
        three.lift()
        office.wait(1)
        three.press("701#")
        office.wait(1)
        assert gains(office, "phone1") == {"phone3"}


# Silence on the line


def test_after_a_long_call_a_silent_caller_on_hold_is_believed_for_ten_minutes_again() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann = ann_talks(office)
        office.phone("phone1").say(np.zeros(8000 * 720, np.int16))  # a long explanation
        office.wait(715)
        ann.hold()
        office.wait(100)
        ann.resume()
        office.wait(30)
        assert office.saw(CallEnded) == []
        assert ann.state == "talking"


def test_a_caller_who_left_while_parked_without_a_sign_is_given_up_at_last() -> None:
    with Office({**DIRECT, "operator": "phone1"}, fidelity="signal") as office:
        office.line(1).exchange(release="silence")
        caller, ann = ann_talks(office)
        ann.park()
        office.wait(2)
        caller.hang_up()
        office.wait_until(lambda: office.saw(CallEnded), 700)
        assert office.saw(CallEnded)[0].reason == "silence"


@pytest.mark.parametrize("where", ["held", "parked", "conference"])
def test_a_broken_loop_frees_everybody_wherever_the_caller_is(where: str) -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann, ben = ben_is_asked(office)
        if where == "conference":
            ann.conference()
        elif where == "parked":
            ann.swap()
            office.wait(1)
            ann.park()
        office.wait(1)
        office.line(1).cut(2.0)
        office.wait(3)
        assert [call.line for call in office.box.exchange.calls.values()] == [None]
        assert gains(office, "line1") == set() and ben.hears() in ("silence", "music")
