"""Alarms and what keeps calls from people, on the live page in a real Chromium: seen, put away, only text."""

from collections.abc import Iterator
from typing import Any

import pytest
from stand_in import StandIn

from firmware.base.events import EmergencyDialled

HOSTILE = '<img src=x onerror="document.title=1">'
NOTICE = {
    "kind": "emergency",
    "says": f"Emergency call: 112 from phone2 (extension 202, ben, {HOSTILE})",
    "when": "2026-01-05T09:31:07+01:00",
    "live": True,
    "do": "Go there.",
    "button": "I have read this",
    "order": "emergency.seen",
    "fields": {"call": "story-3"},
}


@pytest.fixture
def page(chromium: Any, port: int) -> Iterator[Any]:
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(5_000)
    opened.goto(f"http://localhost:{port}/live")
    opened.get_by_role("heading", name="People").wait_for()
    yield opened
    opened.close()


def test_an_emergency_call_is_on_every_open_page_within_two_seconds(engine: StandIn, page: Any) -> None:
    """J-03: number, station, place, time; and somebody says that he has read it."""
    engine.snapshot["alarms"] = [NOTICE]
    engine.tell(EmergencyDialled("story-3", "phone2", "112", None))
    alarm = page.get_by_role("alert").filter(has_text="Emergency call")
    alarm.wait_for(timeout=2_000)
    told = alarm.inner_text()
    assert all(each in told for each in ("112", "phone2", "extension 202", HOSTILE, "09:31:07", "Go there."))
    assert page.title() != "1"
    with page.expect_response("**/api/orders/emergency.seen"):
        alarm.get_by_role("button", name="I have read this").click()
    assert engine.orders == [("emergency.seen", {"call": "story-3"})]


def test_forwards_peace_and_blocked_numbers_are_shown_with_their_way_back(engine: StandIn, page: Any) -> None:
    """H-12: an outside number stands out."""
    engine.snapshot["agents"]["ann"] |= {"forward": {"all": "+46850000000", "busy": HOSTILE}, "dnd": True}
    engine.snapshot["settings"]["blocked"] = ["+4533129901", "withheld"]
    engine.snapshot["settings_version"] = 7
    engine.tell(EmergencyDialled("story-3", "phone2", "112", None))
    ann = page.get_by_role("listitem", name="ann", exact=True)
    ann.get_by_text("outside").wait_for()
    assert HOSTILE in ann.inner_text()
    with page.expect_response("**/api/orders/agent.forward"):
        ann.get_by_role("button", name="Stop all calls, ann").click()
    with page.expect_response("**/api/orders/agent.dnd"):
        ann.get_by_role("button", name="Stop do not disturb, ann").click()
    page.get_by_text("Callers that nobody takes calls from").click()
    with page.expect_response("**/api/orders/settings.change") as answer:  # the owner's: others are told so
        page.get_by_role("button", name="Stop numbers withheld").click()
    assert engine.orders == [
        ("agent.forward", {"who": "ann", "when": "all", "to": None}),
        ("agent.dnd", {"who": "ann", "on": False}),
    ]
    asked = answer.value.request.post_data_json
    assert (asked["base_version"], asked["patch"]) == (7, {"blocked": ["+4533129901"]})
    assert page.title() != "1"
