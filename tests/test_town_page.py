"""The town in a real Chromium: a newcomer's first call, what can be broken, and that names stay text."""

from collections.abc import Iterator
from typing import Any

import pytest
from stand_in import StandIn

from firmware.base.events import CallAnswered, CallArrived, DigitHeard
from firmware.base.orders import Reply
from tools.axe import faults

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
HANSEN = {"number": "+4533120001", "name": "Hansen A/S", "hears": "prompt:menu.main", "line": "line1"}


@pytest.fixture
def page(chromium: Any, port: int) -> Iterator[Any]:
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.set_default_timeout(5_000)
    opened.goto(f"http://localhost:{port}/")  # the first page of the simulator
    opened.get_by_label("in my own headphones").uncheck()
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


def test_a_newcomer_rings_the_office_by_the_one_large_button(engine: StandIn, page: Any) -> None:
    assert "Start here" in page.locator(".next").inner_text()
    with page.expect_response("**/api/orders/town.call"):
        page.get_by_role("button", name="Call the office as Hansen A/S").click()
    assert engine.orders == [("town.call", {"line": 1, "number": "+4533120001", "name": "Hansen A/S"})]


def test_the_caller_hears_the_menu_in_words_and_its_keys_say_where_they_lead(
    engine: StandIn, page: Any
) -> None:
    call(engine, "greeted")
    card = page.get_by_role("article", name="Hansen A/S")
    assert "For sales, press 1." in card.inner_text()
    with page.expect_response("**/api/orders/town.press"):
        card.get_by_role("button", name="1 sales").click()
    assert engine.orders == [("town.press", {"who": "+4533120001", "keys": "1"})]
    page.get_by_text("Break it").first.click()
    assert faults(page) == []


def test_a_ringing_phone_is_answered_and_both_sides_talk(engine: StandIn, page: Any) -> None:
    call(engine, "ringing", rings=["phone2"])
    engine.snapshot["phones"]["phone2"] |= {"state": "ringing", "ringing": True, "call": "c1"}
    engine.snapshot["town"]["phones"]["phone2"]["ringing"] = True
    desk = page.get_by_role("article", name="Phone 2 at its desk")
    with page.expect_response("**/api/orders/town.lift"):
        desk.get_by_role("button", name="Answer").click()
    call(engine, "talking", **{"with": "phone2"})
    engine.snapshot["phones"]["phone2"] |= {"state": "talking", "ringing": False}
    engine.snapshot["town"]["phones"]["phone2"] |= {"hook": "off", "ringing": False, "hears": "speech"}
    said = desk.get_by_label("What Phone 2 says")
    said.fill("Hello there")
    with page.expect_response("**/api/orders/town.say"):
        said.press("Enter")
    with page.expect_response("**/api/orders/town.hang_up"):
        page.get_by_role("article", name="Hansen A/S").get_by_role("button", name="Hang up").click()
    assert [name for name, _ in engine.orders] == ["town.lift", "town.say", "town.hang_up"]
    assert engine.orders[1][1] == {"who": "phone2", "text": "Hello there"}


def test_a_refusal_is_read_beside_the_button(engine: StandIn, page: Any) -> None:
    engine.replies["town.call"] = Reply("refused", sentence="+4533120001: hang up first, then dial")
    form = page.locator("form.caller")
    form.get_by_role("button", name="Call the office as Hansen A/S").click()
    assert form.get_by_role("alert").inner_text() == "+4533120001: hang up first, then dial"


def test_the_first_steps_tick_themselves_off(engine: StandIn, page: Any) -> None:
    steps = page.locator(".steps li")
    assert [each.get_attribute("class") for each in steps.all()] == ["now", "", ""]
    engine.tell(CallArrived("c1", "line1", None, None, None), DigitHeard("c1", "1"))
    page.locator(".steps li.done").nth(1).wait_for()
    assert steps.nth(2).get_attribute("aria-current") == "step"
    engine.tell(CallAnswered("c1", "phone1", "lift"))
    page.get_by_role("heading", name="That was your first call").wait_for()


def test_a_line_is_unplugged_cut_and_made_noisy_from_the_page(engine: StandIn, page: Any) -> None:
    line = page.get_by_role("listitem", name="Line 2", exact=True)
    line.get_by_text("Break it").click()
    for name, order in (("Unplug", "unplug"), ("Cut for 3 s", "cut"), ("Noise", "noise")):
        with page.expect_response(f"**/api/orders/town.{order}"):
            line.get_by_role("button", name=name, exact=True).click()
    engine.snapshot["town"]["lines"]["line2"]["plugged"] = False
    with page.expect_response("**/api/orders/town.plug"):
        line.get_by_role("button", name="Plug in").click()
    assert engine.orders == [
        ("town.unplug", {"what": "line2"}),
        ("town.cut", {"line": 2, "seconds": 3}),
        ("town.noise", {"line": 2, "dbm": -30}),
        ("town.plug", {"what": "line2"}),
    ]


def test_the_cord_is_pulled_and_the_page_says_that_the_box_is_dark(engine: StandIn, page: Any) -> None:
    with page.expect_response("**/api/orders/town.power_cut"):
        page.get_by_role("button", name="Pull its cord").click()
    engine.snapshot["town"]["power"] = {"on": False, "back_in": 7}
    page.get_by_text("Its power comes back in 7 s").wait_for()
    page.get_by_text("the box has no power", exact=True).wait_for()
    with page.expect_response("**/api/orders/town.power_on"):
        page.get_by_role("button", name="Switch it on now").click()


def test_what_was_clicked_is_shown_as_a_story_to_copy(engine: StandIn, page: Any) -> None:
    text = "def test_a_story_from_the_town() -> None:\n    <b>&amp;\n"
    engine.replies["town.story"] = Reply("done", {"text": text, "acts": 2})
    engine.snapshot["town"]["acts"] = 2
    page.get_by_role("button", name="Show the story (2 acts)").click()
    shown = page.get_by_label("The story as a test")
    assert shown.input_value() == text
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_text("Copied.").or_(page.get_by_text("Selected: press")).wait_for()


def test_a_busy_hour_is_begun_with_what_was_chosen_and_its_figures_are_shown(
    engine: StandIn, page: Any
) -> None:
    page.get_by_label("Calls an hour").fill("90")
    with page.expect_response("**/api/orders/town.busy"):
        page.get_by_role("button", name="Begin the hour").click()
    wish = {"calls": 90, "patience": 120, "talk": 150, "lines": 8, "agents": 4, "seed": 1}
    assert engine.orders == [("town.busy", wish)]
    told = {"count": 10, "said": 120.0, "real": 95.0, "held": 9}
    figures = {"waiting": 2, "longest": 61.0, "arrived": 20, "answered": 15, "abandoned": 3, "blocked": 0}
    now = {"at": 1260.0, "lines": ["talking", "waiting", "idle"], "agents": ["talking", "idle"], "told": told}
    engine.snapshot["town"]["busy"] = {**now, **figures, "over": False, "trouble": ""}
    page.get_by_text("Minute 21 of 60").wait_for()
    page.get_by_text("2:00 told, 1:35 waited on average; 90 % of 10 within what was told").wait_for()
    with page.expect_response("**/api/orders/town.busy_stop"):
        page.get_by_role("button", name="Stop the hour").click()


def test_a_hostile_name_is_text_and_nothing_runs(engine: StandIn, page: Any) -> None:
    engine.snapshot["office"] = HOSTILE
    call(engine, "greeted", name=HOSTILE)
    engine.snapshot["town"]["people"][0]["name"] = HOSTILE
    page.get_by_role("article", name=HOSTILE).wait_for()
    assert page.locator("main img[src=x], main script").count() == 0
    assert page.title() == "Bellwire: the town"


def test_the_town_fits_a_telephone_and_works_by_keyboard_alone(engine: StandIn, page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    call(engine, "greeted", name="A very long name " * 6)
    engine.snapshot["town"]["people"][0]["name"] = "A very long name " * 6
    page.get_by_role("article", name="A very long name").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    for _ in range(3):
        page.keyboard.press("Shift+Tab")  # from the check box below
        if page.evaluate("document.activeElement.innerText").startswith("Call the office as"):
            break
    with page.expect_response("**/api/orders/town.call"):
        page.keyboard.press("Enter")
