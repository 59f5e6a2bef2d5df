"""Conferences, parking, taking a colleague's call, listening: several hands at one call."""

from typing import Any

import pytest
from stories import BOTH, DIRECT, ann_talks, gains, moves

from firmware.base import Refused
from firmware.base.events import CallEnded, CallListened, PhoneRang
from hostsim.office import Office

both = pytest.mark.parametrize("fidelity", BOTH)


def three(office: Office) -> tuple[Any, Any, Any]:
    """A caller, ann, and ben on phone2, in a conference."""
    caller, ann = ann_talks(office)
    ann.conference("ben")
    ben = office.phone("phone2")
    office.wait_until(lambda: ben.ringing, 5)
    ben.lift()
    office.wait(1)
    return caller, ann, ben


@both
def test_everybody_in_a_conference_hears_everybody(fidelity: str) -> None:
    with Office(DIRECT, fidelity=fidelity) as office:
        three(office)
        assert gains(office, "line1") == {"phone1", "phone2"}
        assert gains(office, "phone1") == {"line1", "phone2"}
        assert gains(office, "phone2") == {"line1", "phone1"}


def test_while_the_third_is_rung_the_caller_hears_music() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        ann.conference("ben")
        office.wait(2)
        assert caller.hears() == "music" and ann.hears() == "ringback"


def test_the_host_may_leave_and_two_talk_on() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, ann, ben = three(office)
        ann.hang_up()
        office.wait(2)
        assert gains(office, "line1") == {"phone2"} and gains(office, "phone2") == {"line1"}
        ben.hang_up()
        office.wait_until(lambda: caller.state == "dropped", 8)
        assert office.box.exchange.calls == {}


def test_a_guest_may_leave_and_the_others_talk_on() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann, ben = three(office)
        ben.hang_up()
        office.wait(2)
        assert gains(office, "line1") == {"phone1"} and gains(office, "phone1") == {"line1"}
        assert ann.state == "talking"


def test_the_caller_may_leave_and_the_two_of_the_office_talk_on() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, ann, _ = three(office)
        caller.hang_up()
        office.wait(8)
        assert gains(office, "phone1") == {"phone2"} and gains(office, "phone2") == {"phone1"}
        assert ann.state == "talking"


def test_a_fourth_may_join_and_a_colleague_goes_on_as_host() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann, _ = three(office)
        ann.conference("203")
        third = office.phone("phone3")
        office.wait_until(lambda: third.ringing, 5)
        third.lift()
        office.wait(1)
        assert gains(office, "line1") == {"phone1", "phone2", "phone3"}
        ann.hang_up()
        office.wait(2)
        assert gains(office, "line1") == {"phone2", "phone3"}
        assert gains(office, "phone3") == {"line1", "phone2"}


def test_a_conference_is_keyed_with_a_flash_and_a_code() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        ann_talks(office)
        phone, ben = office.phone("phone1"), office.phone("phone2")
        phone.flash()
        office.wait(1)
        phone.press("202#")
        office.wait_until(lambda: ben.ringing, 5)
        ben.lift()
        office.wait(1)
        phone.flash()
        office.wait(1)
        phone.press("#3")
        office.wait(1)
        assert gains(office, "line1") == {"phone1", "phone2"}


# Parking and picking up


@both
def test_a_parked_caller_is_taken_up_from_another_telephone(fidelity: str) -> None:
    with Office(DIRECT, fidelity=fidelity) as office:
        caller, ann = ann_talks(office)
        ann.park()
        office.wait(3)
        assert moves(office) == [("701", "ann")] and caller.hears() == "music"
        ann.hang_up()
        third = office.phone("phone3")
        third.lift()
        office.wait(1)
        third.press("701#")
        office.wait(2)
        assert gains(office, "line1") == {"phone3"}


def test_a_caller_is_parked_with_a_flash_and_a_code() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, _ = ann_talks(office)
        phone = office.phone("phone1")
        phone.flash()
        office.wait(1)
        phone.press("#72")
        office.wait(1)
        assert list(office.box.exchange.parking.there) == ["701"] and caller.hears() == "music"


def test_who_is_forgotten_rings_where_he_was_parked_and_then_at_the_operator() -> None:
    with Office({**DIRECT, "operator": "phone4"}, fidelity="signal") as office:
        _, ann = ann_talks(office)
        ann.park()
        office.wait(5)
        ann.hang_up()
        office.wait(41)
        assert ann.ringing
        office.wait(26)
        assert office.phone("phone4").ringing and not ann.ringing


def test_a_parked_caller_who_gives_up_leaves_his_place() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        ann.park()
        office.wait(3)
        caller.hang_up()
        office.wait(8)
        assert office.box.exchange.parking.there == {}
        assert len(office.saw(CallEnded)) == 1


@both
def test_a_colleagues_ringing_call_is_picked_up_with_a_code(fidelity: str) -> None:
    with Office(DIRECT, fidelity=fidelity) as office:
        office.wait(2)
        caller = office.caller("+4533120001")
        caller.dial(line=1)
        office.wait_until(lambda: office.phone("phone1").ringing, 12)
        third = office.phone("phone3")
        third.lift()
        office.wait(1)
        third.press("*8")
        office.wait(1)
        assert gains(office, "line1") == {"phone3"}
        assert not office.phone("phone1").ringing


def test_pick_up_from_a_page_rings_his_own_telephone_beside_it() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        office.wait(2)
        ben = office.agent("ben")
        ben.sign_in()
        office.caller("+4533120001").dial(line=1)
        office.wait_until(lambda: office.phone("phone1").ringing, 12)
        ben.pickup()
        office.wait_until(lambda: ben.ringing, 2)
        ben.answer()
        office.wait(1)
        assert gains(office, "line1") == {"phone2"}
        assert [event.station for event in office.saw(PhoneRang)] == ["phone1", "phone2"]


def test_only_the_colleague_who_is_named_is_picked_up() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        office.wait(2)
        ben = office.agent("ben")
        ben.sign_in()
        office.caller("+4533120001").dial(line=1)
        office.wait_until(lambda: office.phone("phone1").ringing, 12)
        ben.pickup("203")
        with pytest.raises(Refused, match="no colleague's telephone rings"):
            office.wait(0.1)


# Listening

LISTENER = {**DIRECT, "people": {"ben": {"may_listen": True}}}


def listens(office: Office, how: str = "listen") -> tuple[Any, Any, Any]:
    caller, ann = ann_talks(office)
    ben = office.agent("ben")
    ben.sign_in()
    office.wait(1)
    ben.listen("ann", how)
    office.wait_until(lambda: ben.ringing, 3)
    ben.answer()
    office.wait(1)
    return caller, ann, ben


@pytest.mark.parametrize(
    ("how", "caller_hears", "ann_hears"),
    [
        ("listen", {"phone1"}, {"line1"}),
        ("whisper", {"phone1"}, {"line1", "phone2"}),
        ("join", {"phone1", "phone2"}, {"line1", "phone2"}),
    ],
)
def test_who_listens_is_heard_as_far_as_he_asked(
    how: str, caller_hears: set[str], ann_hears: set[str]
) -> None:
    with Office(LISTENER, fidelity="signal") as office:
        listens(office, how)
        assert gains(office, "phone2") == {"line1", "phone1"}
        assert (gains(office, "line1"), gains(office, "phone1")) == (caller_hears, ann_hears)
        assert [(event.by, event.how) for event in office.saw(CallListened)] == [("ben", how)]


def test_while_he_listens_keys_turn_him_and_the_call_does_not_hear_them() -> None:
    with Office(LISTENER, fidelity="signal") as office:
        _, _, ben = listens(office)
        ben.press("3")
        office.wait(1)
        assert gains(office, "line1") == {"phone1", "phone2"}
        ben.press("1")
        office.wait(1)
        assert gains(office, "line1") == {"phone1"}


def test_he_leaves_and_the_two_talk_on_and_they_leave_and_he_hears_so() -> None:
    with Office(LISTENER, fidelity="signal") as office:
        caller, ann, ben = listens(office, "join")
        ben.hang_up()
        office.wait(1)
        assert gains(office, "line1") == {"phone1"} and gains(office, "phone1") == {"line1"}
        office.wait(20)
        ben.listen("ann")
        office.wait_until(lambda: ben.ringing, 3)
        ben.answer()
        office.wait(1)
        caller.hang_up()
        office.wait(9)
        assert ben.hears() == "congestion" and ann.hears() == "congestion"


def test_who_may_not_listen_is_told_so() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        ann_talks(office)
        ben = office.agent("ben")
        ben.sign_in()
        office.wait(1)
        ben.listen("ann")
        with pytest.raises(Refused, match="may not listen"):
            office.wait(0.1)


def test_who_mutes_himself_hears_and_is_not_heard() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann = ann_talks(office)
        ann.mute(True)
        office.wait(0.1)
        assert gains(office, "line1") == set() and gains(office, "phone1") == {"line1"}
        ann.mute(False)
        office.wait(0.1)
        assert gains(office, "line1") == {"phone1"}
