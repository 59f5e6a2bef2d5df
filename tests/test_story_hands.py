"""Hold, hand on, ask first, swap, put through: with a page's orders, and with the hook and keys alone."""

import pytest
from stories import BOTH, DIRECT, ann_talks, gains, moves

from firmware.base import Refused
from firmware.base.events import CallEnded, CallHeld, CallMoved, CallResumed, PhoneRang
from hostsim.office import Office

both = pytest.mark.parametrize("fidelity", BOTH)


@both
def test_who_is_on_hold_hears_music_and_is_taken_back(fidelity: str) -> None:
    with Office(DIRECT, fidelity=fidelity) as office:
        caller, ann = ann_talks(office)
        ann.hold()
        office.wait(1.5)
        assert (caller.hears(), ann.hears(), ann.state) == ("music", "dial", "held")
        ann.resume()
        office.wait(1.5)
        assert (ann.state, caller.hears()) == ("talking", "silence")
        held, resumed = office.saw(CallHeld), office.saw(CallResumed)
        assert [each.by for each in (*held, *resumed)] == ["ann", "ann"]


def test_what_cannot_be_done_is_said_and_nothing_happens() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        office.wait(2)
        ann = office.agent("ann")
        ann.sign_in()
        office.wait(1)
        for verb in (ann.hold, ann.resume, ann.swap, ann.complete, ann.park, ann.pickup):
            verb()
            with pytest.raises(Refused):
                office.wait(0.1)
        assert ann.state == "idle"


@both
def test_a_caller_is_handed_on_and_the_first_is_free(fidelity: str) -> None:
    with Office(DIRECT, fidelity=fidelity) as office:
        caller, ann = ann_talks(office)
        ann.transfer("ben")
        office.wait(3)
        assert moves(office) == [("ben", "ann")]
        ben = office.phone("phone2")
        assert ben.ringing and ann.hears() == "dial"
        ann.hang_up()
        ben.lift()
        office.wait(2)
        ben.hang_up()
        office.wait_until(lambda: caller.state == "dropped", 8)
        assert [event.reason for event in office.saw(CallEnded)] == ["hang_up"]


def test_who_is_handed_on_in_vain_rings_again_after_25_seconds_and_then_the_operator() -> None:
    with Office({**DIRECT, "operator": "phone4"}, fidelity="signal") as office:
        _, ann = ann_talks(office)
        ann.transfer("ben")
        office.wait(1)
        ann.hang_up()
        office.wait(25)
        assert ann.ringing
        office.wait(25)
        assert not ann.ringing and office.phone("phone4").ringing
        assert moves(office) == [("ben", "ann"), ("phone1", "box"), ("operator", "box")]


def test_a_caller_may_be_handed_on_to_a_queue_where_he_waits() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        ann.transfer("support")
        office.wait(40)
        assert office.box.desk.queue_of(next(iter(office.box.exchange.calls.values()))) == "support"
        assert caller.state == "talking"


@both
def test_ann_asks_ben_first_and_puts_the_caller_through(fidelity: str) -> None:
    with Office(DIRECT, fidelity=fidelity) as office:
        caller, ann = ann_talks(office)
        ann.transfer("ben", attended=True)
        ben = office.phone("phone2")
        office.wait_until(lambda: ben.ringing, 5)
        office.wait_until(lambda: caller.hears() == "music", 2)
        assert ann.state == "consulting"
        ben.lift()
        office.wait(2)
        ann.complete()
        office.wait(2)
        assert ann.hears() == "dial"
        call = office.saw(CallMoved)[-1].call
        assert moves(office) == [("phone2", "ann")]
        ann.hang_up()
        office.wait(2)
        caller.hang_up()
        office.wait_until(lambda: len(office.saw(CallEnded)) == 2, 9)
        assert office.saw(CallEnded)[-1].call == call


def test_hanging_up_while_asking_puts_the_caller_through() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        phone = office.phone("phone1")
        phone.flash()
        office.wait(1)
        assert caller.hears() == "music"
        phone.press("202#")
        office.wait_until(lambda: office.phone("phone2").ringing, 5)
        office.phone("phone2").lift()
        office.wait(1)
        phone.hang_up()
        office.wait(2)
        assert ann.state in ("idle", "wrapup")
        assert gains(office, "line1") == {"phone2"} and gains(office, "phone2") == {"line1"}
        assert caller.state == "talking"


def test_hanging_up_before_the_colleague_answers_lets_his_telephone_ring_for_the_caller() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        ann.transfer("ben", attended=True)
        office.wait(3)
        ann.hang_up()
        office.wait(2)
        assert office.phone("phone2").ringing and caller.hears() == "ringback"
        office.phone("phone2").lift()
        office.wait(1)
        assert gains(office, "line1") == {"phone2"}


@both
def test_hanging_up_with_a_caller_on_hold_rings_at_once(fidelity: str) -> None:
    with Office(DIRECT, fidelity=fidelity) as office:
        caller, ann = ann_talks(office)
        ann.hold()
        office.wait(1)
        ann.hang_up()
        office.wait(2)
        assert ann.ringing and caller.state == "talking"
        ann.answer()
        office.wait(1)
        assert ann.state == "talking"
        assert [event.station for event in office.saw(PhoneRang)] == ["phone1", "phone1"]


def test_a_consultation_that_is_busy_leaves_the_caller_on_hold_and_a_flash_takes_him_back() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        office.phone("phone2").lift()
        office.wait(1)
        ann.transfer("ben", attended=True)
        office.wait(2)
        assert (ann.hears(), caller.hears()) == ("busy", "music")
        ann.flash()
        office.wait(1)
        assert gains(office, "line1") == {"phone1"}


def test_ann_goes_to_and_fro_between_the_caller_and_ben() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        ann.transfer("ben", attended=True)
        office.wait(2)
        office.phone("phone2").lift()
        office.wait(1)
        ann.swap()
        office.wait(1)
        assert gains(office, "phone1") == {"line1"} and office.phone("phone2").hears() == "music"
        ann.swap()
        office.wait(1)
        assert gains(office, "phone1") == {"phone2"} and caller.hears() == "music"


def test_a_caller_who_gives_up_on_hold_is_gone_and_nobody_rings() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        ann.hold()
        office.wait(5)
        caller.hang_up()
        office.wait(8)
        assert [event.side for event in office.saw(CallEnded)] == ["caller"]
        ann.hang_up()
        office.wait(2)
        assert not ann.ringing


def test_a_colleague_is_handed_on_as_well() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        office.wait(2)
        first, second, third = (office.phone(f"phone{n}") for n in (1, 2, 3))
        office.agent("ben").sign_in()
        first.lift()
        office.wait(1)
        first.press("202#")
        office.wait_until(lambda: second.ringing, 3)
        second.lift()
        office.wait(1)
        office.agent("ben").transfer("phone3")
        office.wait_until(lambda: third.ringing, 2)
        assert first.hears() == "ringback"
        third.lift()
        office.wait(1)
        assert gains(office, "phone1") == {"phone3"}


def test_callers_are_not_led_outside() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann = ann_talks(office)
        ann.transfer("+4522334455")
        with pytest.raises(Refused, match="not led outside"):
            office.wait(0.1)
        ann.transfer("112")
        with pytest.raises(Refused, match="emergency"):
            office.wait(0.1)
        assert ann.state == "talking"


def test_two_lines_are_left_alone_only_where_the_owner_allows_it() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        friend = office.caller("+4522334455")
        ann.transfer("22334455", attended=True)
        office.wait_until(lambda: friend.ringing, 12)
        friend.answer()
        office.wait(3)
        ann.complete()
        with pytest.raises(Refused, match="not left alone"):
            office.wait(0.1)
        office.settings({"lines_together": True})
        office.wait(0.1)
        ann.complete()
        office.wait(1)
        assert gains(office, "line1") == {"line4"} and gains(office, "line4") == {"line1"}
        caller.hang_up()
        office.wait(9)
        assert len(office.saw(CallEnded)) == 2 and friend.state == "dropped"


def test_a_line_lost_on_hold_and_a_telephone_lost_while_holding_leave_nobody_behind() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann = ann_talks(office)
        ann.hold()
        office.wait(1)
        office.line(1).unplug()
        office.wait(3)
        assert office.box.exchange.calls == {}
        assert ann.hears() == "dial"
