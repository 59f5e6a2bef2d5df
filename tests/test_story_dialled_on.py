"""Keys behind a number that went out, and keys in floods: what the exchange may still take is judged."""

from typing import Any

import pytest
from test_story_rules import TOWN, dials, sent

from firmware.base import Refused
from firmware.base.events import CallAnswered, CallDialled, EmergencyDialled
from hostsim.office import Office


def out(office: Office) -> Any:
    """A number is out, and no tone has come yet."""
    phone = dials(office, TOWN)
    office.wait_until(lambda: any(each == TOWN for each in sent(office)), 6)
    attempt = next(iter(office.box.exchange.attempts.values()))
    office.wait_until(lambda: attempt._phase == "sent", 6)
    return phone


def test_digits_behind_a_number_are_judged_with_it_until_a_tone_comes() -> None:
    """H-09: a local number first, and what makes it dear a moment later."""
    with Office(fidelity="signal") as office:
        office.caller(f"+45{TOWN}")
        phone = out(office)
        phone.press("900")
        office.wait_until(lambda: phone.hears() == "prompt:call.refused", 3)
        assert office.box.exchange.attempts == {}


@pytest.mark.parametrize("keys", ["#", "*"])
def test_a_habitual_end_of_a_number_ends_no_call(keys: str) -> None:
    with Office(fidelity="signal") as office:
        friend = office.caller(f"+45{TOWN}")
        phone = out(office)
        phone.press(keys)
        office.wait_until(lambda: friend.ringing, 8)
        office.wait(3)
        phone.press("5")  # it rings: the exchange takes no more digits
        friend.answer()
        office.wait_until(lambda: office.saw(CallAnswered), 8)


def test_an_emergency_number_keyed_meanwhile_is_dialled() -> None:
    with Office(fidelity="signal") as office:
        office.caller(f"+45{TOWN}")
        out(office).press("112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 4)


@pytest.mark.parametrize("number", ["11234567", "+4511234567", "1122", "0112", "9112"])
def test_no_page_dials_what_begins_with_an_emergency_number(number: str) -> None:
    """H-10: an exchange that hears 112 waits for no more digits."""
    with Office({"people": {"ann": {"may_call": "premium"}}}, fidelity="signal") as office:
        office.wait(2)
        office.agent("ann").sign_in()
        office.wait(1)
        office.agent("ann").dial(number)
        with pytest.raises(Refused, match="only a person's keys"):
            office.wait(0.1)


ODD = ("500&112", "70102030w9", "70102030,900", "*6770102030", "A1", "70102030;ext=9", "٣٣", "7010\n2030")


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("order", "field", "more"),
    [
        ("agent.dial", "to", {}),
        ("agent.transfer", "to", {}),
        ("agent.transfer", "to", {"attended": True}),
        ("agent.conference", "whom", {}),
        ("agent.forward", "to", {"when": "all"}),
        ("agent.sign_in", "station", {}),
        ("agent.pickup", "whose", {}),
        ("agent.listen", "whom", {}),
    ],
)
def test_what_is_no_number_goes_out_by_no_order(order: str, field: str, more: Any, odd: str) -> None:
    """H-10: digits alone pass, whoever asks."""
    with Office(
        {"people": {"ann": {"may_call": "premium", "may_forward_out": True}}}, fidelity="signal"
    ) as it:
        it.wait(2)
        it.agent("ann").sign_in()
        it.wait(1)
        it.order(order, who="ann", **{field: odd}, **more)
        with pytest.raises(Refused):
            it.wait(0.1)
        assert it.saw(CallDialled) == []


def test_twenty_keys_a_second_are_bounded() -> None:
    """H-04: of a telephone and of a caller; nothing grows, and the box goes on."""
    with Office(fidelity="signal") as office:
        caller = office.caller("+4533120001")
        caller.dial(line=1)
        office.wait_until(lambda: caller.hears() == "prompt:menu.main", 15)
        visits = office.box.exchange.incoming._visits
        phone = office.box.exchange.phones["phone2"]
        office.phone("phone2").lift()
        office.wait(1)
        for _ in range(60):
            for visit in list(visits.values()):
                for _ in range(20):
                    visit.key("4")
            for _ in range(20):
                office.box.exchange.keypad.keyed(phone, "7") if phone.off_hook else None
            office.wait(1)
            assert len(phone.keys) <= 32
            assert all(len(getattr(visit, "_ahead", "")) <= 32 for visit in visits.values())
        assert len(office.box.exchange.calls) <= 2
