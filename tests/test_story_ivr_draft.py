"""A flow is tried before any caller meets it: drafted, phoned from the office, published or thrown away."""

from pathlib import Path
from typing import Any

import pytest
from test_story_ivr import ACCOUNT, flow, hears, led_to, rings

from firmware.base import Refused
from firmware.base.events import CallDialled, CaseData, PhoneRang, SettingsChanged
from firmware.calls.drafts import plain
from firmware.settings import read
from hostsim.office import Office


def tries(office: Office, phone: str = "phone2") -> Any:
    """Somebody of the office lifts and keys the code."""
    hand = office.phone(phone)
    hand.lift()
    office.wait(1)
    hand.press("*77")
    return hand


def drafted(patch: dict[str, Any], state: Path | None = None) -> Office:
    office = Office(fidelity="signal", state=state)
    office.order("flow.draft", patch=patch)
    office.wait(1)
    return office


def test_a_draft_is_phoned_from_inside_and_rings_nobody() -> None:
    with drafted(flow(ACCOUNT)) as office:
        hand = tries(office)
        hears(office, hand, "draft.begins")
        hears(office, hand, "collect.number")
        hand.press("4242#")
        hears(office, hand, "draft.reach")
        hears(office, hand, "digit.2")  # support is the second queue
        office.wait(5)
        assert hand.hears() == "dial"
        assert (office.saw(PhoneRang), office.saw(CallDialled), office.saw(CaseData)) == ([], [], [])


def test_who_tries_a_flow_hears_the_language_that_he_chooses_there_and_then_the_offices_again() -> None:
    step = {"do": "language", "prompts": ["one_moment"], "keys": {"2": "da"}, "next": "sales"}
    with drafted(flow({"first": step})) as office:
        hand = tries(office)
        hears(office, hand, "one_moment")
        hand.press("2")
        hears(office, hand, "draft.reach")
        assert office.box.sound.language("phone2") == "da"
        hand.hang_up()
        office.wait(1)
        hand = tries(office)
        hears(office, hand, "draft.begins")
        assert office.box.sound.language("phone2") == "en"


def test_callers_meet_what_is_in_force_until_the_draft_is_published() -> None:
    with drafted(flow(ACCOUNT)) as office:
        caller = rings(office)
        caller.press("1")
        office.wait(2)
        assert led_to(office) == ["sales"]
        office.order("flow.publish")
        office.wait(1)
        assert len(office.saw(SettingsChanged)) == 1
        second = rings(office, "+4533120002", line=2)
        hears(office, second, "collect.number")


def test_what_is_published_is_kept(tmp_path: Path) -> None:
    with drafted(flow(ACCOUNT), tmp_path) as office:
        office.order("flow.publish")
        office.wait(1)
    with Office(fidelity="signal", state=tmp_path) as office:
        hears(office, rings(office), "collect.number")


def test_without_a_draft_what_is_in_force_is_tried() -> None:
    with drafted(flow(ACCOUNT)) as office:
        office.order("flow.discard")
        office.wait(1)
        hand = tries(office)
        hears(office, hand, "draft.none")
        hears(office, hand, "menu.main")
        hand.press("0")
        hears(office, hand, "draft.operator")


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        ({"steps": {"one": {"do": "say", "next": "nowhere"}}}, 'steps.one.next: "nowhere" is not one of'),
        ({"people": {"eve": {"number": "666"}}}, '"people" is no part of a flow'),
        ({"steps": {"one": {"do": "say", "prompts": ["gone"]}}}, 'there is no prompt "gone"'),
        ({"steps": {"one": {"do": "dance"}}}, 'steps.one.do: "dance" is not one of say, collect'),
    ],
)
def test_a_draft_that_cannot_work_is_refused_with_a_sentence(patch: dict[str, Any], said: str) -> None:
    with Office(fidelity="signal") as office, pytest.raises(Refused) as refused:
        office.order("flow.draft", patch=patch)
        office.wait(1)
    assert said in str(refused.value)


def test_no_flow_is_published_in_which_a_caller_goes_round_for_ever() -> None:
    circle = {"first": {"do": "say", "prompts": ["closed"], "next": "first"}}
    with drafted(flow(circle)) as office, pytest.raises(Refused, match="there is no way out"):
        office.order("flow.publish")
        office.wait(1)


def test_nothing_is_published_where_there_is_no_draft() -> None:
    with Office(fidelity="signal") as office, pytest.raises(Refused, match="there is no draft"):
        office.order("flow.publish")
        office.wait(1)


def test_whoever_tries_may_hang_up_at_any_time() -> None:
    with drafted(flow(ACCOUNT)) as office:
        hand = tries(office)
        hears(office, hand, "collect.number")
        hand.hang_up()
        office.wait(30)
        assert office.box.snapshot()["phones"]["phone2"]["state"] == "idle"


def test_settings_are_the_same_when_they_are_written_down_and_read_again() -> None:
    with Office(flow(ACCOUNT), fidelity="signal") as office:
        assert read(plain(office.box.settings)) == office.box.settings
