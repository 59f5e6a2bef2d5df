"""Who stays with whom when conferences break up, somebody is muted or listens, or help is called."""

import pytest
from stories import DIRECT, ann_talks, ben_is_asked, gains

from firmware.base import Refused
from firmware.base.events import CallAnswered, CallListened
from hostsim.office import Office

# Conferences


def test_an_outside_friend_joins_as_soon_as_he_answers() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann = ann_talks(office)
        friend = office.caller("+4522334455")
        ann.conference("+4522334455")
        office.wait_until(lambda: friend.ringing, 12)
        friend.answer()
        office.wait_until(lambda: len(office.saw(CallAnswered)) == 2, 5)
        office.wait(0.5)
        assert gains(office, "line1") == {"phone1", "line4"}


def test_a_guest_leaves_the_conference_alone_but_may_leave_it() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann, ben = ben_is_asked(office)
        office.agent("ben").sign_in()
        ann.conference()
        office.wait(1)
        ben.flash()
        office.wait(1)
        for verb, args in (
            ("hold", ()),
            ("park", ()),
            ("transfer", ("phone3",)),
            ("conference", ("phone3",)),
        ):
            getattr(office.agent("ben"), verb)(*args)
            with pytest.raises(Refused):
                office.wait(0.1)
        assert gains(office, "line1") == {"phone1", "phone2"}
        ben.hang_up()
        office.wait(1)
        assert gains(office, "line1") == {"phone1"}


def test_a_host_whose_telephone_fails_leaves_the_others_together() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann, _ = ben_is_asked(office)
        ann.conference()
        office.wait(1)
        office.phone("phone1").unplug()
        office.wait(3)
        assert gains(office, "line1") == {"phone2"} and gains(office, "phone2") == {"line1"}


# Mute, and who listens


def test_whoever_is_muted_stays_so_when_he_was_held_or_others_join() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann, _ = ben_is_asked(office)
        ben = office.agent("ben")
        ben.sign_in()
        office.wait(0.5)
        ben.mute(True)
        office.wait(0.5)
        assert gains(office, "phone1") == set()
        ann.swap()
        office.wait(1)
        ann.conference()
        office.wait(1)
        assert gains(office, "line1") == {"phone1"} and gains(office, "phone2") == {"line1", "phone1"}
        ben.mute(False)
        office.wait(0.5)
        assert gains(office, "line1") == {"phone1", "phone2"}


def test_a_supervisor_hears_the_whole_conference_and_music_while_his_colleague_holds() -> None:
    settings = {**DIRECT, "people": {"cleo": {"may_listen": True}}}
    with Office(settings, fidelity="signal") as office:
        _, ann = ann_talks(office)
        cleo = office.agent("cleo")
        cleo.sign_in()
        office.phone("usb1").lift()
        office.wait(1)
        cleo.listen("ann", "whisper")
        office.wait(1)
        assert gains(office, "usb1") == {"line1", "phone1"} and gains(office, "line1") == {"phone1"}
        ann.transfer("ben", attended=True)
        office.wait(2)
        assert cleo.hears() == "music"
        office.phone("phone2").lift()
        office.wait(1)
        assert gains(office, "usb1") == {"phone1", "phone2"} and gains(office, "phone2") == {"phone1"}
        ann.conference()
        office.wait(1)
        assert gains(office, "usb1") == {"line1", "phone1", "phone2"}
        assert gains(office, "phone1") == {"line1", "phone2", "usb1"} and gains(office, "line1") == {
            "phone1",
            "phone2",
        }
        for verb in (cleo.hold, cleo.park, cleo.complete, lambda: cleo.mute(True)):
            verb()
            with pytest.raises(Refused):
                office.wait(0.1)
        assert [event.how for event in office.saw(CallListened)] == ["whisper"] * 3


# Emergencies


def test_an_emergency_call_stays_alone_whoever_is_on_hold() -> None:
    with Office({**DIRECT, "lines_together": True}, fidelity="signal") as office:
        caller, ann = ann_talks(office)
        office.caller("112")
        office.phone("phone1").flash()
        office.wait(1)
        office.phone("phone1").press("112")
        office.wait(6)
        help_ = office.caller("112")
        if help_.ringing:
            help_.answer()
        office.wait(3)
        office.phone("phone1").flash()
        for verb in (ann.swap, ann.resume, ann.complete, ann.conference, ann.hold, ann.park):
            verb()
            with pytest.raises(Refused):
                office.wait(0.1)
        assert caller.hears() == "music"
        ann.hang_up()
        office.wait(2)
        assert ann.ringing


def test_what_was_being_keyed_is_forgotten_when_the_page_takes_the_caller_back() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann = ann_talks(office)
        office.phone("phone1").flash()
        office.wait(1)
        office.phone("phone1").press("20")
        office.wait(1)
        ann.resume()
        office.wait(5)
        assert gains(office, "line1") == {"phone1"} and ann.state == "talking"
