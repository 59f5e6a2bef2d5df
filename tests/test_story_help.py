"""Help is called from every station, whatever its person is in the middle of, and whatever else is broken."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from stories import menu_heard, talking

from firmware.base.events import CallDialled, CallEnded, EmergencyDialled
from firmware.base.numbers import emergency_numbers
from hostsim.office import Office

LANDS = ("US", "UK", "DK", "HR", "TR", "KR", "CN", "TW", "DE", "FR")
BARRED = {"people": {name: {"may_call": "internal"} for name in ("ann", "ben", "cleo", "dan")}}
AT = {"phone1": "ann", "phone2": "ben", "usb1": "cleo", "browser": "dan"}
SEIZED = 1.0  # s from the last key to the line (RELIABILITY J-01)


def lifts(office: Office, station: str) -> Any:
    phone = office.phone(station)
    phone.lift()
    office.wait(1)
    return phone


def signed_in(office: Office, station: str) -> Any:
    agent = office.agent(AT[station])
    agent.sign_in()
    office.wait(1)
    return agent


def in_call(office: Office, station: str) -> Any:
    """He talks with a colleague, and is back at dial tone by a flash: the colleague is on hold."""
    phone = lifts(office, station)
    phone.press("204#")
    office.wait_until(lambda: office.phone("phone4").ringing, 5)
    office.phone("phone4").lift()
    office.wait(1)
    return phone


def signed_out(office: Office, station: str) -> Any:
    return lifts(office, station)


def peace(office: Office, station: str) -> Any:
    signed_in(office, station).dnd(True)
    office.wait(0.1)
    return lifts(office, station)


def on_hold(office: Office, station: str) -> Any:
    signed_in(office, station)
    phone = in_call(office, station)
    office.agent(AT[station]).hold()
    office.wait(1)
    return phone


def parked(office: Office, station: str) -> Any:
    signed_in(office, station)
    phone = in_call(office, station)
    office.agent(AT[station]).park()
    office.wait(1)
    return phone if phone.hears() == "dial" else lifts(office, station)


def wrap_up(office: Office, station: str) -> Any:
    agent = signed_in(office, station)
    menu_heard(office).press("1")
    office.wait_until(lambda: agent.ringing, 5)
    agent.answer()
    office.wait(2)
    agent.hang_up()
    office.wait(1)
    assert agent.state == "wrapup"
    return lifts(office, station)


def calling(office: Office, station: str) -> Any:
    phone = lifts(office, station)
    phone.press("204#")
    office.wait_until(lambda: office.phone("phone4").ringing, 5)
    return phone


def ringing_elsewhere(office: Office, station: str) -> Any:
    menu_heard(office).press("0")
    office.wait(1)
    return lifts(office, "phone3")


def dialled(office: Office, call: str) -> bool:
    return any(event.call == call for event in office.saw(CallDialled))


STATES: tuple[Callable[[Office, str], Any], ...] = (
    signed_out, peace, on_hold, parked, wrap_up, calling, ringing_elsewhere
)  # fmt: skip
NIGHT = {"hours": {"office": {"week": {}}}, "lines": {f"line{n}": {"hours": "office"} for n in range(1, 5)}}


@pytest.mark.parametrize("station", AT)
@pytest.mark.parametrize("state", STATES, ids=lambda each: each.__name__)
def test_a_line_is_seized_within_a_second(state: Callable[[Office, str], Any], station: str) -> None:
    """J-01: barred, and whatever he does."""
    with Office(BARRED, fidelity="signal") as office:
        office.wait(2)
        phone = state(office, station)
        phone.press("112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 4)
        lines = [event for event in office.saw(CallDialled) if event.line is not None]
        assert [event.number for event in lines] == ["112"]
        assert lines[0].at - office.saw(EmergencyDialled)[0].at <= SEIZED * 1_000_000


@pytest.mark.parametrize("land", LANDS)
def test_every_number_of_every_country_by_night_and_behind_a_habit(land: str) -> None:
    """J-01."""
    numbers = sorted(emergency_numbers(land))
    with Office({**BARRED, **NIGHT, "country": land}, fidelity="signal") as office:
        office.wait(2)
        for n, number in enumerate([*numbers, *(f"{habit}{each}" for each in numbers for habit in "09")]):
            phone = lifts(office, f"phone{n % 4 + 1}")
            phone.press(number)
            keying = 0.16 * len(number) + 0.08  # s
            office.wait_until(lambda n=n: len(office.saw(EmergencyDialled)) > n, keying + SEIZED)
            event = office.saw(EmergencyDialled)[n]
            assert event.number == number[1:] or number.startswith(event.number)
            office.wait_until(lambda event=event: dialled(office, event.call), SEIZED)
            phone.hang_up()
            office.wait(4)


def busy(seed: int) -> float:
    """Every line in use, by whatever: s from the emergency number to its line."""
    random = Random(seed)
    with Office({"people": {"ann": {"may_call": "national"}}}, fidelity="signal", seed=seed) as office:
        office.wait(2)
        for line in range(1, 5):
            caller = office.caller(f"+453312000{line}")
            if random.random() < 0.3:
                friend = office.caller(f"+457010203{line}")
                phone = lifts(office, f"phone{line % 3 + 1}")
                phone.press(f"7010203{line}")
                office.wait(random.choice((3, 6)))
                if friend.ringing:
                    friend.answer()
            elif office.line(line).state == "idle":
                caller.dial(line=line)
                office.wait(random.choice((4.5, 7, 12)))
                if caller.state == "talking":
                    caller.press(random.choice("120"))
        office.wait(random.random() * 3)
        phone = lifts(office, "usb1")
        phone.press("112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 4)
        at, help_ = office.now, office.saw(EmergencyDialled)[0].call
        office.wait_until(lambda: dialled(office, help_), 6)
        return office.now - at


@pytest.mark.parametrize("seed", range(6))
def test_with_every_line_in_use_one_makes_room_within_three_seconds(seed: int) -> None:
    """J-02."""
    assert busy(seed) <= 3.0


@pytest.mark.gate
def test_a_thousand_busy_offices_make_room() -> None:
    """J-02."""
    assert max(busy(seed) for seed in range(1_000)) <= 3.0


def test_who_makes_room_is_warned_by_a_tone() -> None:
    with Office({"lines": {"line2": None, "line3": None, "line4": None}}, fidelity="signal") as office:
        caller, phone = talking(office)
        lifts(office, "phone2").press("112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 4)
        assert {phone.hears(), caller.hears()} == {"prompt:beep"}
        assert office.saw(CallEnded) == []
        office.wait(1)
        assert [event.side for event in office.saw(CallEnded)] == ["box"]


def test_the_notice_says_number_station_place_and_time_until_it_is_read(tmp_path: Path) -> None:
    """J-03: in the very tick, and over a power cut."""
    settings = {"phones": {"phone2": {"place": "Reception, ground floor"}}}
    with Office(settings, fidelity="signal", state=tmp_path) as office:
        office.wait(2)
        office.agent("ben").sign_in()
        office.wait(1)
        lifts(office, "phone2").press("112")
        office.wait_until(lambda: office.saw(EmergencyDialled), 4)
        (notice,) = office.box.snapshot()["alarms"]
        assert (
            notice["says"] == "Emergency call: 112 from phone2 (extension 202, ben, Reception, ground floor)"
        )
        assert notice["when"].startswith("2026-01-05T09:00:0")
        office.wait(1)
        office.power_cut()
        office.wait(1)
        office.restart()
        office.wait(2)
        (again,) = office.box.snapshot()["alarms"]
        assert (again["says"].split(" (")[0], again["live"]) == ("Emergency call: 112 from phone2", False)
        office.order("emergency.seen", **again["fields"])
        office.wait(0.1)
        assert office.box.snapshot()["alarms"] == []


def test_help_is_called_while_no_event_can_be_kept() -> None:
    """J-04: the disk is full, or only to be read."""
    with Office(fidelity="signal") as office:
        office.wait(2)
        office.journal.commit = lambda: None  # type: ignore[attr-defined, method-assign]
        office.wait(2)
        assert office.box.degraded or office.box.journal.durable >= 0
        lifts(office, "phone1").press("112")
        office.wait_until(lambda: any(event.number == "112" for event in office.saw(CallDialled)), 6)


def test_help_is_called_as_soon_as_an_engine_is_there_again(tmp_path: Path) -> None:
    """J-04: the telephone was lifted while it started."""
    with Office(fidelity="signal", state=tmp_path) as office:
        office.wait(2)
        office.restart()
        phone = office.phone("phone1")
        phone.lift()
        office.wait(3)
        phone.press("112")
        office.wait_until(lambda: any(event.number == "112" for event in office.saw(CallDialled)), 6)


@pytest.mark.parametrize("code", ["*11", "*99", "*72", "**", "*77", "*47", "*98"])
@pytest.mark.parametrize("number", ["112", "0112", "9112"])
def test_help_is_called_out_of_whatever_a_code_says_or_asks(code: str, number: str) -> None:
    """J-01: where a number was to follow at once, elsewhere when no more follows."""
    with Office(fidelity="signal") as office:
        office.wait(2)
        phone = lifts(office, "phone1")
        phone.press(code)
        office.wait(4)
        phone.press(number)
        at_once = number == "112" and code != "*98"
        office.wait_until(lambda: office.saw(EmergencyDialled), 0.5 if at_once else 6)
        assert office.saw(EmergencyDialled)[0].number == "112"
