"""The live page in a real Chromium: what its owner sees, what people do there, and that names stay text."""

from collections.abc import Iterator
from typing import Any

import pytest
from stand_in import StandIn

from firmware.base.events import CallAnswered, CallArrived, CallEnded, CallLed, CallOffered, DigitHeard

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
HANSEN = {"number": "+4533120001", "name": "Hansen A/S", "hears": "prompt:menu.main", "line": "line1"}


@pytest.fixture
def page(chromium: Any, port: int) -> Iterator[Any]:
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.set_default_timeout(5_000)
    opened.goto(f"http://localhost:{port}/live")
    yield opened
    opened.close()
    assert [each for each in complaints if "Content Security" in each or "Error:" in each] == []


def call(engine: StandIn, state: str, **more: Any) -> None:
    """Somebody is on line 1."""
    engine.snapshot["lines"]["line1"] |= {
        "state": "talking" if state == "talking" else "seized",
        "call": "c1",
    }
    told = {"id": "c1", "line": "line1", "direction": "in", "seconds": 3.0, "with": None, "state": state}
    engine.snapshot["calls"] = [{**told, "number": HANSEN["number"], "name": HANSEN["name"], **more}]
    engine.snapshot["town"]["people"] = [{**HANSEN, "state": "talking"}]


def test_the_journal_and_the_call_record_move_by_themselves(engine: StandIn, page: Any) -> None:
    page.get_by_text("Nothing happened yet.").wait_for()
    engine.tell(
        CallArrived("c1", "line2", "+4533120001", "Hansen A/S", None),
        CallEnded("c1", "caller", "abandoned", 61.0),
    )
    page.get_by_text("Over after 1:01: the caller gave up before the box answered").wait_for()
    page.get_by_role("cell", name="missed").wait_for()


def test_a_call_of_the_record_says_why_it_went_where_it_went(engine: StandIn, page: Any) -> None:
    engine.tell(
        CallArrived("c1", "line2", "+4533120001", "Hansen A/S", None),
        DigitHeard("c1", "2"),
        CallLed("c1", "support", "key"),
        CallOffered("c1", "phone2", "ben", "support", "hunt_fixed", ("ben", "dan"), (1.0, 2.0), able=2),
        CallAnswered("c1", "phone2", "lift"),
        CallEnded("c1", "caller", "hang_up", 61.0),
    )
    why = page.get_by_role("button", name="Why? Hansen A/S, +45 33 12 00 01")
    why.click()
    said = page.get_by_text("Hansen A/S's call went to Ben: the caller asked for support by pressing 2")
    said.wait_for()
    assert "of the 2 people free (Ben and Dan) Ben comes first in the list" in said.inner_text()
    why.click()
    said.wait_for(state="detached")


def test_a_caller_who_returns_is_shown_with_whom_he_talked_last(engine: StandIn, page: Any) -> None:
    call(engine, "ringing", rings=["phone2"], returning={"agent": "ann", "days": 2})
    page.get_by_text("returning: last with ann, 2 days ago").wait_for()


def test_a_hostile_name_is_text_and_nothing_runs(engine: StandIn, page: Any) -> None:
    engine.tell(CallArrived("c1", "line1", "+4533120001", HOSTILE, None))
    engine.snapshot["office"] = HOSTILE
    call(engine, "greeted", name=HOSTILE)
    page.locator(".journal").get_by_text(HOSTILE).wait_for()
    assert page.locator("main img[src=x], main script").count() == 0
    assert page.title() == "Bellwire: the office now"


def test_an_engine_that_goes_away_is_announced_and_comes_back_by_itself(engine: StandIn, page: Any) -> None:
    page.get_by_text("all is well").wait_for()
    engine.go(up=False)
    page.get_by_role("alert").get_by_text("The engine does not answer").wait_for()
    engine.go(up=True)
    page.get_by_text("all is well").wait_for()
    assert page.get_by_role("alert").count() == 0


def test_a_port_out_of_service_says_why(engine: StandIn, page: Any) -> None:
    engine.snapshot["phones"]["phone3"] |= {"state": "out", "reason": "The module in place 3 does not answer"}
    page.get_by_text("1 of 8 ports out of service").wait_for()
    page.locator(".faults").get_by_text("The module in place 3 does not answer").wait_for()


def test_the_page_fits_a_telephone_and_works_by_keyboard_alone(engine: StandIn, page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    call(engine, "greeted", name="A very long name " * 6)
    page.get_by_text("A very long name").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Sign in":
            break
    with page.expect_response("**/api/orders/agent.sign_in"):
        page.keyboard.press("Enter")


def test_people_sign_in_hold_and_hand_on_by_their_buttons(engine: StandIn, page: Any) -> None:
    ann = page.get_by_role("listitem", name="ann", exact=True)
    with page.expect_response("**/api/orders/agent.sign_in"):
        ann.get_by_role("button", name="Sign in").click()
    engine.snapshot["agents"]["ann"] |= {"status": "available", "state": "talking"}
    engine.snapshot["phones"]["phone1"] |= {"state": "talking", "call": "c1"}
    call(engine, "talking")
    engine.tell(CallArrived("c1", "line1", None, None, None))
    with page.expect_response("**/api/orders/agent.hold"):
        ann.get_by_role("button", name="Hold").click()
    ann.get_by_label("To whom ann hands the caller on").fill("ben")
    with page.expect_response("**/api/orders/agent.transfer"):
        ann.get_by_role("button", name="Hand on").click()
    assert engine.orders == [
        ("agent.sign_in", {"who": "ann"}),
        ("agent.hold", {"who": "ann"}),
        ("agent.transfer", {"who": "ann", "to": "ben", "attended": True}),
    ]
