"""Which lines outgoing calls take: by where they go and by the hour, and never in an emergency's way."""

import pytest
from stories import BOTH
from test_story_rules import dials

from firmware.base import Refused
from firmware.base.events import CallDialled
from hostsim.office import Office

COPENHAGEN, ODENSE = "33120001", "65120001"
WAYS = {
    "ways": {
        "copenhagen": {"begins": ["+4533"], "lines": ["line1", "line2"]},
        "evening": {"hours": "office", "lines": ["line2"], "others": True},
    },
    "hours": {"office": {"week": {"mon": ["09:00-17:00"]}, "holidays": False}},
}


def lines(office: Office) -> list[str | None]:
    return [event.line for event in office.saw(CallDialled)]


@pytest.mark.parametrize("fidelity", BOTH)
def test_a_number_takes_the_lines_of_its_own_way_in_their_order(fidelity: str) -> None:
    with Office(WAYS, fidelity=fidelity) as office:
        office.wait(2)
        dials(office, f"{COPENHAGEN}#", "phone1")
        office.wait(2)
        dials(office, f"{COPENHAGEN}#", "phone2")
        office.wait(2)
        assert lines(office) == ["line1", "line2"]
        third = dials(office, f"{COPENHAGEN}#", "phone3")
        office.wait_until(lambda: third.hears() in ("congestion", "prompt:call.no_line"), 8)
        assert lines(office) == ["line1", "line2"]


def test_while_the_office_is_open_other_numbers_take_another_way_and_any_line_behind_it() -> None:
    with Office(WAYS, fidelity="signal") as office:  # it is Monday, nine o'clock
        office.wait(2)
        for station in ("phone1", "phone2"):
            dials(office, f"{ODENSE}#", station)
            office.wait(2)
        assert lines(office) == ["line2", "line4"]


def test_after_hours_no_way_fits_and_the_last_line_is_first() -> None:
    with Office(
        {**WAYS, "hours": {"office": {"week": {"mon": ["17:00-18:00"]}}}}, fidelity="signal"
    ) as office:
        office.wait(2)
        dials(office, f"{ODENSE}#")
        office.wait(2)
        assert lines(office) == ["line4"]


def test_help_is_called_on_any_line_whatever_the_ways_are() -> None:
    only = {"ways": {"all": {"lines": ["line1"]}}}
    with Office(only, fidelity="signal") as office:
        office.wait(2)
        office.line(1).unplug()
        office.wait(6)
        phone = dials(office, "112")
        office.wait_until(lambda: len(lines(office)) == 1, 3)
        assert lines(office) == ["line4"] and phone.hears() != "congestion"


def test_a_way_over_a_line_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(Refused, match=r'ways\.all\.lines: "line9" is not one of line1'):
        Office({"ways": {"all": {"lines": ["line9"]}}})
