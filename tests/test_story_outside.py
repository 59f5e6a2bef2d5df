"""An agent whose station is an outside number: rung over a line of ours, he takes a call by pressing 1."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from speech import compared, recorded
from stories import BOTH, by_call, menu_heard
from test_story_callback import answers, asked_for
from test_story_callback import asks as asks_to_be_called

from firmware.base import Refused
from firmware.base.events import AgentChanged, CallAnswered, CallDialled, CallEnded, PhoneRang, QueueLeft
from hostsim.office import Office

MOBILE, OTHER = "+4520123456", "+4520654321"
OUT = {"people": {"ann": {"station": MOBILE}}, "queues": {"sales": {"wrap_s": 0}, "support": {"wrap_s": 0}}}
QUESTION = "prompt:outside.call"


@contextmanager
def office_of(*names: str, settings: Any = None, **how: Any) -> Iterator[tuple[Any, ...]]:
    """An office where these people are signed in, ann with her mobile."""
    with Office(settings or OUT, **{"fidelity": "signal", **how}) as office:
        office.wait(3)
        for name in names:
            office.agent(name).sign_in()
            office.wait(1)
        yield office, office.caller(MOBILE, "Ann"), *(office.agent(name) for name in names)


def asks(office: Office, key: str = "2", line: int = 1) -> Any:
    caller = menu_heard(office, line=line, number=f"+453312000{line}")
    caller.press(key)
    return caller


def rung(office: Office) -> list[str]:
    return [event.station for event in office.saw(PhoneRang)]


def takes(office: Office, mobile: Any) -> None:
    """Whoever has the mobile answers, listens, and presses 1."""
    office.wait_until(lambda: mobile.ringing, 10)
    office.wait(2)
    mobile.answer()
    office.wait_until(lambda: mobile.hears() == QUESTION, 6)
    office.wait(1)
    mobile.press("1")
    office.wait(1)


def test_ann_takes_a_call_on_her_mobile_and_both_fidelities_tell_the_same() -> None:
    told = []
    for fidelity in BOTH:
        with office_of("ann", fidelity=fidelity) as (office, mobile, ann):
            caller = asks(office)
            office.wait_until(lambda mobile=mobile: mobile.ringing, 10)
            assert caller.hears() == "music" and ann.state == "ringing"
            takes(office, mobile)
            assert [(event.station, event.how) for event in office.saw(CallAnswered)] == [(MOBILE, "lift")]
            assert ann.state == "talking"
            if fidelity == "copper":
                said = recorded("vm-intro")[:16000]
                for speaker, listener in ((caller, mobile), (mobile, caller)):
                    began = office.now
                    speaker.say(said)
                    office.wait(2.5)
                    assert compared(said, listener.heard(office.now - began))[0] >= 0.97
            caller.hang_up()
            office.wait(10)
            assert (office.line(1).state, office.line(4).state, ann.state) == ("idle", "idle", "idle")
            assert mobile.hears() in ("busy", "congestion")
            told.append(by_call(office))
    assert told[0] == told[1]


def test_when_ann_hangs_up_her_mobile_the_caller_hears_so_and_both_lines_are_free() -> None:
    with office_of("ann") as (office, mobile, ann):
        caller = asks(office)
        takes(office, mobile)
        mobile.hang_up()
        office.wait(8)
        leg, call = office.saw(CallEnded)
        assert (leg.call, leg.side) == (office.saw(CallDialled)[0].call, "called")
        assert (call.side, call.reason) == ("called", "hang_up")
        assert caller.state == "dropped" and ann.state == "idle"
        assert {office.line(n).state for n in (1, 2, 3, 4)} == {"idle"}


def test_her_wrap_up_follows_as_at_any_telephone() -> None:
    settings = {**OUT, "queues": {"support": {"wrap_s": 20}}}
    with office_of("ann", settings=settings) as (office, mobile, ann):
        caller = asks(office)
        takes(office, mobile)
        caller.hang_up()
        office.wait(8)
        assert ann.state == "wrapup"
        office.wait(20)
        assert ann.state == "idle"


def test_an_answering_machine_never_takes_a_call_and_the_next_is_rung() -> None:
    with office_of("ann", "ben") as (office, mobile, ann, ben):
        caller = asks(office)
        office.wait_until(lambda: mobile.ringing, 10)
        mobile.answer()
        office.wait_until(lambda: office.saw(CallEnded), 30)
        assert rung(office) == [MOBILE, "phone2"]
        assert ben.ringing and ann.status == "available" and caller.hears() == "music"
        office.wait(3)
        assert office.line(4).state == "idle"
        assert office.saw(CallAnswered) == []


def test_another_key_gets_the_question_again() -> None:
    with office_of("ann") as (office, mobile, ann):
        asks(office)
        office.wait_until(lambda: mobile.ringing, 10)
        mobile.answer()
        office.wait_until(lambda: mobile.hears() == QUESTION, 6)
        mobile.press("5")
        office.wait(1)
        assert mobile.hears() == QUESTION and ann.state == "ringing"
        mobile.press("1")
        office.wait(1)
        assert ann.state == "talking"


def test_a_busy_mobile_is_a_miss_at_once_and_after_two_she_is_away() -> None:
    busy = {**OUT, "people": {"ann": {"station": "+4520123499"}}}
    with office_of("ann", "ben", settings=busy) as (office, _, ann, ben):
        asks(office)
        office.wait_until(lambda: ben.ringing, 12)
        assert office.saw(CallEnded)[0].reason == "busy_tone"
        ben.answer()
        asks(office, line=2)
        office.wait(60)
        assert (ann.status, office.saw(AgentChanged)[-1].reason) == ("break", "missed")


def test_a_mobile_that_nobody_answers_is_given_time_to_ring_and_is_then_left() -> None:
    with office_of("ann", "ben") as (office, mobile, ann, ben):
        asks(office)
        office.wait(29)
        assert mobile.ringing and not ben.ringing
        office.wait(3)
        assert ben.ringing and not mobile.ringing
        assert (ann.status, ann.state) == ("available", "idle")


def test_a_caller_who_gives_up_stops_the_mobile() -> None:
    with office_of("ann") as (office, mobile, ann):
        office.line(1).exchange(release="loop_break")
        caller = asks(office)
        office.wait_until(lambda: mobile.ringing, 10)
        office.wait(5)
        caller.hang_up()
        office.wait(3)
        assert not mobile.ringing and ann.state == "idle"
        assert [event.outcome for event in office.saw(QueueLeft)] == ["abandoned"]


def test_a_mobile_that_rings_for_one_goes_on_ringing_for_the_next() -> None:
    with office_of("ann", "ben") as (office, mobile, ann, ben):
        asks(office, "1")
        office.wait_until(lambda: mobile.ringing, 10)
        asks(office, "1", line=2)
        office.wait(1)
        assert mobile.ringing and ben.ringing and ann.call != ben.call
        assert len(office.saw(CallDialled)) == 1


def test_the_last_idle_line_is_kept_and_who_would_need_it_has_missed_nothing() -> None:
    two = {**OUT, "lines": {"line3": None, "line4": None}}
    with office_of("ann", settings=two) as (office, _, ann):
        caller = asks(office)
        office.wait(60)
        assert office.saw(CallDialled) == [] and (ann.status, ann.state) == ("available", "idle")
        assert caller.hears() == "music"


def test_a_line_that_becomes_idle_is_used_at_once() -> None:
    three = {**OUT, "lines": {"line4": None}}
    with office_of("ann", settings=three) as (office, mobile, _):
        office.line(2).exchange(release="loop_break")
        office.caller("+4533120002").dial(line=2)
        office.wait(10)
        asks(office)
        office.wait(2)
        assert not rung(office)
        office.caller("+4533120002").hang_up()
        office.wait_until(lambda: mobile.ringing, 12)
        assert office.saw(CallDialled)[0].line == "line3"


def test_no_more_mobiles_ring_than_lines_are_idle_less_one() -> None:
    three = {
        **OUT,
        "people": {"ann": {"station": MOBILE}, "ben": {"station": OTHER}},
        "lines": {"line4": None},
    }
    for key in ("1", "2"):
        with office_of("ann", "ben", settings=three) as (office, _, ann, ben):
            asks(office, key)
            asks(office, key, line=2)
            office.wait(5)
            assert rung(office) == [MOBILE]
            assert (ann.state, ben.state) == ("ringing", "idle")


def test_a_caller_who_comes_in_on_the_line_that_we_dial_on_has_it_and_we_take_the_next() -> None:
    with office_of("ann") as (office, mobile, ann):
        office.line(4).glare_at(office.now + 9.3)
        asks(office)
        office.wait_until(lambda: len(office.saw(CallDialled)) == 2, 6)
        assert [event.line for event in office.saw(CallDialled)] == ["line4", "line3"]
        takes(office, mobile)
        assert ann.state == "talking"
        assert {office.line(n).state for n in (1, 3)} == {"talking"}


def test_an_emergency_call_takes_the_line_of_a_mobile_and_nobody_missed_a_call() -> None:
    for talks in (False, True):
        with office_of("ann", settings={**OUT, "lines": {"line4": None}}) as (office, mobile, ann):
            caller = asks(office)
            office.wait_until(lambda mobile=mobile: mobile.ringing, 10)
            if talks:
                takes(office, mobile)
            office.caller("+4533120002").dial(line=2)
            office.wait(8)
            phone = office.phone("phone4")
            phone.lift()
            office.wait(1)
            phone.press("112")
            office.wait(8)
            assert [event.line for event in office.saw(CallDialled)] == ["line3", "line3"]
            assert office.saw(CallEnded)[0].side == "box"
            assert ann.state == "idle" and ann.status == "available"
            assert caller.hears() == ("music" if not talks else "busy")


def test_a_line_that_dies_in_the_talk_ends_it() -> None:
    with office_of("ann") as (office, mobile, ann):
        caller = asks(office)
        takes(office, mobile)
        office.line(4).unplug()
        office.wait(8)
        assert ann.state == "idle" and caller.state == "dropped"
        assert office.line(1).state == "idle"


def test_a_colleague_reaches_her_by_her_inside_number() -> None:
    with office_of("ann") as (office, mobile, ann):
        phone = office.phone("phone2")
        phone.lift()
        office.wait(1)
        phone.press("101#")
        takes(office, mobile)
        assert (phone.hears(), ann.state) == ("silence", "talking")
        mobile.hang_up()
        office.wait(5)
        assert phone.hears() == "congestion"


def test_a_customer_is_called_back_by_an_agent_at_her_mobile() -> None:
    settings = {**asked_for(), "people": {"ann": {"station": MOBILE}}}
    with office_of("ann", settings=settings) as (office, mobile, ann):
        ann.break_("lunch")
        caller = asks_to_be_called(office)
        ann.ready()
        takes(office, mobile)
        mobile.press("#")
        answers(office, caller)
        assert [event.line for event in office.saw(CallDialled)] == ["line4", "line3"]
        assert (ann.state, caller.state) == ("talking", "talking")
        caller.hang_up()
        office.wait(10)
        assert ann.state == "idle"
        assert {office.line(n).state for n in (1, 2, 3, 4)} == {"idle"}


def test_a_number_where_nobody_is_signed_in_is_not_dialled_again_and_again() -> None:
    busy = {**OUT, "people": {"ann": {"station": "+4520123499"}}, "menus": {"main": {"keys": {"3": "ann"}}}}
    with office_of(settings=busy) as (office, _):
        asks(office, "3")
        office.wait(60)
        assert len(office.saw(CallDialled)) == 2


def test_she_is_there_again_after_a_power_cut(tmp_path: Path) -> None:
    with office_of(state=tmp_path) as (office, _):
        ben = office.agent("ben")
        ben.sign_in(station="20 65 43 21")
        office.wait(1)
        office.power_cut()
        office.wait(5)
        office.restart()
        office.wait(4)
        assert (ben.status, ben.state) == ("available", "idle")
        asks(office)
        office.wait_until(lambda: office.caller(OTHER).ringing, 10)
        assert rung(office) == [OTHER]


def test_two_lines_that_nobody_speaks_on_for_ten_minutes_are_parted() -> None:
    deaf = {f"line{n}": {"supervision": ["loop_break", "busy_tone"]} for n in (1, 4)}
    for proven in (False, True):
        with office_of("ann", settings={**OUT, "lines": deaf}) as (office, mobile, ann):
            if proven:
                office.line(1).exchange(release="loop_break")
                asks(office).hang_up()
                office.wait(5)
            office.line(1).exchange(release="silence")
            office.line(4).exchange(release="silence")
            caller = asks(office)
            takes(office, mobile)
            mobile.say(recorded("vm-intro")[:16000])
            office.wait(3)
            caller.hang_up()
            mobile.hang_up()
            office.wait(590)
            assert ann.state == "talking"
            office.wait(15)
            assert ann.state == ("talking" if proven else "idle")


@pytest.mark.parametrize("station", ["112", "90123456", "+46701234567", "+4532100001", "2012345", "phone9"])
def test_a_station_that_may_not_be_is_refused_with_what_may(station: str) -> None:
    with pytest.raises(
        Refused, match=r"people\.ann\.station: .* or an ordinary number in the office's country"
    ):
        Office({"people": {"ann": {"station": station}}}, fidelity="signal")
    with office_of() as (office, _):
        office.agent("ben").sign_in(station=station)
        with pytest.raises(Refused, match="choose"):
            office.wait(1)


def test_however_her_number_is_written_it_is_one_station() -> None:
    with office_of("ann", settings={**OUT, "people": {"ann": {"station": "20 12 34 56"}}}) as (
        office,
        mobile,
        _,
    ):
        asks(office)
        office.wait_until(lambda: mobile.ringing, 10)
        assert rung(office) == [MOBILE]


def test_whom_she_holds_hears_music_and_she_hears_nothing_and_dials_nobody_with_her_keys() -> None:
    with office_of("ann") as (office, mobile, ann):
        caller = asks(office)
        takes(office, mobile)
        office.order("agent.hold", who="ann")
        mobile.press("70102030")
        office.wait(20)
        assert (caller.hears(), mobile.hears(), ann.state) == ("music", "silence", "held")
        assert len(office.saw(CallDialled)) == 1
        office.order("agent.resume", who="ann")
        office.wait(1)
        caller.say(recorded("vm-intro")[:8000])
        office.wait(0.5)
        assert mobile.hears() == "speech"


def test_her_line_is_free_once_she_has_handed_the_caller_on() -> None:
    with office_of("ann", "ben") as (office, mobile, ann, ben):
        asks(office)
        takes(office, mobile)
        office.order("agent.transfer", who="ann", to="ben")
        office.wait(4)
        assert ben.ringing and (ann.state, mobile.state) == ("idle", "dropped")
        assert (office.line(1).state, office.line(4).state) == ("talking", "idle")


def test_a_number_that_nobody_has_is_a_miss_at_once() -> None:
    with office_of("ben", settings={**OUT, "people": {"ann": {"station": OTHER}}}) as (office, _, ben):
        office.agent("ann").sign_in()
        office.agent("ben").break_("lunch")
        asks(office)
        office.wait(12)
        assert [event.reason for event in office.saw(CallEnded)] == ["failed"]
        ben.ready()
        office.wait(1)
        assert ben.ringing


def test_whom_she_held_when_she_hung_up_is_led_to_the_operator_where_no_line_is_left_for_her() -> None:
    with office_of("ann", settings={**OUT, "lines": {"line4": None}}) as (office, mobile, _):
        asks(office)
        takes(office, mobile)
        office.order("agent.hold", who="ann")
        office.wait(1)
        mobile.hang_up()
        office.wait_until(lambda: office.phone("phone1").ringing, 10)
