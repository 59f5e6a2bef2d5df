"""What people say of themselves, and what comes of it: wrap-up, reasons, peace, one station, closing time."""

from typing import Any

import pytest
from stories import menu_heard

from firmware.base import Refused
from firmware.base.events import AgentChanged, CallEnded, PhoneRang, QueueLeft, ReasonGiven
from hostsim.office import Office

FOUR: dict[str, Any] = {
    "people": {"cleo": {"station": "phone3"}, "dan": {"station": "phone4"}},
    "queues": {"sales": {"wrap_s": 0}, "support": {"wrap_s": 0}},
}


def with_support(**support: Any) -> dict[str, Any]:
    return {**FOUR, "queues": {"sales": {"wrap_s": 0}, "support": {"wrap_s": 0, **support}}}


def signed_in(office: Office, *names: str) -> list[Any]:
    office.wait(3)
    agents = [office.agent(name) for name in names]
    for agent in agents:
        agent.sign_in()
        office.wait(2)
    return agents


def asks(office: Office, line: int = 1, key: str = "2") -> Any:
    caller = menu_heard(office, line=line, number=f"+453312000{line}")
    caller.press(key)
    office.wait(1)
    return caller


def served(office: Office, agent: Any, line: int = 1) -> None:
    """A call of support from beginning to end; his telephone is back on its hook."""
    caller = asks(office, line)
    agent.answer()
    office.wait(2)
    caller.hang_up()
    office.wait(9)
    agent.hang_up()
    office.wait(1.2)


def reasons(office: Office, who: str) -> list[str]:
    return [event.reason for event in office.saw(AgentChanged) if event.agent == who]


def keys(office: Office, phone: str, code: str, seconds: float = 4.0) -> str:
    """Somebody lifts, keys a code, and hears its answer; then he hangs up."""
    office.phone(phone).lift()
    office.wait(1)
    office.phone(phone).press(code)
    office.wait(0.16 * len(code) + 0.5)
    heard = str(office.phone(phone).hears())
    office.wait(seconds)
    office.phone(phone).hang_up()
    office.wait(1.2)
    return heard


# Wrap-up


def test_wrap_up_has_a_shortest_time_and_says_how_long_it_still_takes() -> None:
    with Office(with_support(wrap_s=30, wrap_min_s=10), fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        served(office, ann)
        assert ann.state == "wrapup"
        ann.ready()
        with pytest.raises(Refused, match=r"at least 10 s here: ready again in \d+ s"):
            office.wait(1)
        assert keys(office, "phone1", "*22", 1) == "prompt:code.not_yet"
        office.wait(6)
        ann.ready()
        office.wait(0.1)
        assert ann.state == "idle"


def test_wrap_up_is_extended_once_and_ends_by_itself() -> None:
    with Office(with_support(wrap_s=20), fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        served(office, ann)
        office.wait(15)
        ann.extend()
        office.wait(20)
        assert ann.state == "wrapup"
        ann.extend()
        with pytest.raises(Refused, match="extended once, to 40 s here"):
            office.wait(1)
        office.wait(6)
        assert ann.state == "idle"
        assert reasons(office, "ann")[-2:] == ["wrap-up extended", "wrap-up over"]


def test_an_extension_ends_at_the_longest_wrap_up() -> None:
    with Office(with_support(wrap_s=20, wrap_max_s=25), fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        served(office, ann)
        ann.extend()
        office.wait(22.0)
        assert ann.state == "wrapup"
        office.wait(4)
        assert ann.state == "idle"


def test_a_reason_that_must_be_given_keeps_somebody_in_wrap_up_until_it_is() -> None:
    must = with_support(wrap_s=10, reasons=["order", "complaint"], reason_must=True)
    with Office(must, fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        served(office, ann)
        ann.ready()
        with pytest.raises(Refused, match="needs a reason first: choose one of order, complaint"):
            office.wait(1)
        office.wait(60)
        assert ann.state == "wrapup"
        assert keys(office, "phone1", "*22", 1) == "prompt:code.reason_first"
        ann.reason("sale")
        with pytest.raises(Refused, match='"sale" is no reason here: choose one of order, complaint'):
            office.wait(1)
        ann.reason("complaint")
        office.wait(0.1)
        assert ann.state == "idle"
        told = office.saw(ReasonGiven)[0]
        assert (told.agent, told.reason, told.call) == ("ann", "complaint", office.saw(QueueLeft)[0].call)


def test_whoever_never_gives_a_reason_is_free_after_the_longest_wrap_up() -> None:
    must = with_support(wrap_s=10, wrap_max_s=60, reasons=["order"], reason_must=True)
    with Office(must, fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        served(office, ann)
        office.wait(57)
        assert ann.state == "wrapup"
        office.wait(3)
        assert (ann.state, reasons(office, "ann")[-1]) == ("idle", "wrap-up over")


def test_a_reason_is_keyed_by_whoever_has_no_screen() -> None:
    must = with_support(wrap_s=10, reasons=["order", "complaint"], reason_must=True)
    with Office(must, fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        served(office, ann)
        keys(office, "phone1", "*23" + "2")
        assert [event.reason for event in office.saw(ReasonGiven)] == ["complaint"]
        office.wait(6)
        assert ann.state == "idle"


def test_a_reason_given_in_the_call_is_not_asked_for_again() -> None:
    must = with_support(wrap_s=10, reasons=["order"], reason_must=True)
    with Office(must, fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        caller = asks(office)
        ann.answer()
        office.wait(1)
        ann.reason("order")
        office.wait(1)
        caller.hang_up()
        office.wait(9)
        ann.hang_up()
        office.wait(12)
        assert ann.state == "idle"


def test_the_type_of_a_call_has_reasons_of_its_own() -> None:
    with_type = {
        **with_support(wrap_s=10, reasons=["order"], reason_must=True),
        "types": {"repair": {"label": "Repair", "to": "support", "reasons": ["fixed", "visit"]}},
        "menus": {"main": {"keys": {"2": "repair"}}},
    }
    with Office(with_type, fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        served(office, ann)
        ann.reason("order")
        with pytest.raises(Refused, match="choose one of fixed, visit"):
            office.wait(1)


def test_wrap_up_follows_each_call_of_a_queue_once_and_no_other() -> None:
    with Office(with_support(wrap_s=10), fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        served(office, ann, line=1)
        office.phone("phone1").lift()  # to call somebody back, say: it goes on meanwhile
        office.wait(3)
        office.phone("phone1").hang_up()
        office.wait(1.2)
        assert ann.state == "wrapup"
        office.wait(6)
        assert ann.state == "idle"
        keys(office, "phone1", "202")
        assert ann.state == "idle"
        served(office, ann, line=2)
        office.wait(10)
        assert reasons(office, "ann").count("wrap-up over") == 2


def test_who_goes_home_in_wrap_up_begins_the_next_day_without_it() -> None:
    with Office(with_support(wrap_s=30), fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        served(office, ann)
        ann.sign_out()
        office.wait(1)
        ann.sign_in()
        office.wait(1)
        assert (ann.status, ann.state) == ("available", "idle")


# Offers that are missed


def test_how_many_misses_are_a_break_is_the_owners_choice() -> None:
    with Office({**FOUR, "misses": 1}, fidelity="signal") as office:
        ann, ben = signed_in(office, "ann", "ben")
        asks(office)
        office.wait(15.2)
        assert (ann.status, ben.ringing) == ("break", True)
        assert office.box.snapshot()["agents"]["ann"]["code"] == "missed"
        ann.ready()
        office.wait(0.1)
        assert ann.status == "available"


def test_the_last_agent_who_drops_out_leaves_nobody_waiting() -> None:
    with Office({**FOUR, "people": {}}, fidelity="signal") as office:
        (cleo,) = signed_in(office, "cleo")
        office.phone("usb1").lift()
        asks(office)
        assert not office.phone("phone3").ringing
        office.phone("usb1").unplug()
        office.wait_until(lambda: office.phone("phone3").ringing, 5)  # the rule for nobody
        assert (cleo.status, cleo.state) == ("available", "offline")


# Do not disturb


def test_who_is_not_to_be_disturbed_is_offered_nothing_and_everybody_sees_it() -> None:
    with Office(FOUR, fidelity="signal") as office:
        ann, ben = signed_in(office, "ann", "ben")
        asks(office)
        assert ann.ringing
        ann.dnd(True)
        office.wait(0.2)
        assert ben.ringing and not ann.ringing
        told = [event for event in office.saw(AgentChanged) if event.agent == "ann" and event.dnd]
        assert (told[0].status, told[0].reason) == ("available", "do not disturb")
        assert office.box.snapshot()["agents"]["ann"]["dnd"]
        ann.dnd(False)
        office.wait(0.2)
        assert ann.status == "available"


def test_a_queue_in_which_nobody_is_to_be_disturbed_has_nobody() -> None:
    with Office(FOUR, fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        ann.dnd(True)
        asks(office)
        assert office.phone("phone3").ringing


def test_a_colleague_who_is_not_to_be_disturbed_is_busy_for_the_office() -> None:
    with Office(FOUR, fidelity="signal") as office:
        (ben,) = signed_in(office, "ben")
        ben.dnd(True)
        office.wait(1)
        phone = office.phone("phone4")
        phone.lift()
        office.wait(1)
        phone.press("102#")
        office.wait(2)
        assert (phone.hears(), ben.ringing) == ("busy", False)
        assert office.saw(CallEnded)[0].reason == "busy_tone"


def test_a_caller_who_asks_for_somebody_not_to_be_disturbed_gets_the_operator() -> None:
    with Office({**FOUR, "menus": {"main": {"keys": {"3": "ben"}}}}, fidelity="signal") as office:
        (ben,) = signed_in(office, "ben")
        ben.dnd(True)
        asks(office, key="3")
        assert office.phone("phone1").ringing and not ben.ringing


def test_after_an_emergency_call_help_reaches_whoever_is_not_to_be_disturbed() -> None:
    with Office({**FOUR, "menus": {"main": {"keys": {"3": "ben"}}}}, fidelity="signal") as office:
        (ben,) = signed_in(office, "ben")
        ben.dnd(True)
        keys(office, "phone4", "112", 5)
        asks(office, key="3")
        assert ben.ringing
        office.caller("+4533120001").hang_up()
        office.wait(1900)
        asks(office, line=2, key="3")
        assert not ben.ringing


# One station


def test_who_signs_in_elsewhere_moves_and_a_call_that_rang_for_him_follows() -> None:
    with Office(FOUR, fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        asks(office)
        assert office.phone("phone1").ringing
        ann.sign_in(station="phone3")
        office.wait(0.2)
        assert office.phone("phone3").ringing and not office.phone("phone1").ringing
        assert "moved from phone1 to phone3" in reasons(office, "ann")


def test_a_colleague_dials_a_person_and_reaches_him_where_he_sits_now() -> None:
    with Office(FOUR, fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        ann.sign_in(station="phone3")
        keys(office, "phone4", "101#", 0)
        assert [event.station for event in office.saw(PhoneRang)] == ["phone3"]


# Closing time


def open_until(clock: str, **support: Any) -> dict[str, Any]:
    """It is Monday, nine o'clock, when a story begins."""
    hours = {"week": {"mon": [f"08:00-{clock}"]}, "holidays": False}
    queues = {"sales": {"hours": "shop"}, "support": {"hours": "shop", "wrap_s": 0, **support}}
    return {**FOUR, "hours": {"shop": hours}, "queues": queues}


def test_at_closing_time_people_are_signed_out() -> None:
    with Office(open_until("09:05"), fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        office.wait(300)
        assert (ann.status, reasons(office, "ann")[-1]) == ("off", "closing time")


def test_who_is_in_a_call_at_closing_time_is_signed_out_after_it() -> None:
    with Office(open_until("09:01", wrap_s=10), fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        asks(office)
        ann.answer()
        office.wait(60)
        assert (ann.status, ann.state) == ("available", "talking")
        ann.hang_up()
        office.wait(5)
        assert (ann.status, ann.state) == ("available", "wrapup")
        office.wait(8)
        assert ann.status == "off"


def test_nobody_is_signed_out_while_a_caller_waits_for_him() -> None:
    with Office(open_until("09:01"), fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        office.wait(35)
        office.phone("phone1").lift()
        caller = asks(office)
        office.wait(15)
        assert office.now > 60 and ann.status == "available"
        office.phone("phone1").hang_up()
        office.wait(2)
        assert ann.ringing
        caller.hang_up()
        office.wait(9)
        assert ann.status == "off"


def test_closing_time_may_be_a_row_of_hours_or_nothing_to_do_with_people() -> None:
    for rule, status in (("shop", "off"), (False, "available")):
        settings = {**open_until("09:05"), "sign_out_at_closing": rule}
        settings["queues"] = {"sales": {"hours": None}, "support": {"hours": None}}
        with Office(settings, fidelity="signal") as office:
            (ann,) = signed_in(office, "ann")
            office.wait(300)
            assert ann.status == status, rule


def test_who_forgets_to_sign_out_is_signed_out_after_so_many_hours() -> None:
    with Office({**FOUR, "sign_out_after_h": 2}, fidelity="signal") as office:
        (ann,) = signed_in(office, "ann")
        office.wait(7100)
        assert ann.status == "available"
        office.wait(200)
        assert (ann.status, reasons(office, "ann")[-1]) == ("off", "signed in for 2 h")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (with_support(wrap_min_s=20, wrap_s=10), "queues.support.wrap_min_s: 20 is longer than wrap_s"),
        (with_support(reason_must=True), "queues.support.reason_must: there is no reason to choose"),
        ({"sign_out_at_closing": "shop"}, 'sign_out_at_closing: "shop" is not there yet'),
    ],
)
def test_rules_that_cannot_be_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        Office(settings, fidelity="signal")
