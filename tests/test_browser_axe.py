"""Nothing that keeps somebody out: axe-core finds no serious fault on any page, by day and by night."""

from collections.abc import Iterator
from typing import Any

import pytest
from desk_states import LOOKS, STATES
from stand_in import StandIn

from tools.axe import faults
from web.files import PAGES

OTHERS = [path for path in PAGES if path not in ("/desk",)]


@pytest.fixture
def page(chromium: Any, port: int) -> Iterator[Any]:
    context = chromium.new_context(
        base_url=f"http://localhost:{port}", viewport={"width": 1280, "height": 900}
    )
    opened = context.new_page()
    opened.set_default_timeout(5_000)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def enter(page: Any, who: str = "ann") -> None:
    """As whoever sits at the simulator's own computer may."""
    answer = page.context.request.post("/api/town/enter", data={"who": who})
    assert answer.ok, answer.text()


@pytest.mark.parametrize("path", OTHERS)
def test_a_page_keeps_nobody_out(engine: StandIn, page: Any, path: str) -> None:
    page.goto(path)
    page.locator("h1").first.wait_for()
    assert faults(page) == []


def test_the_desk_keeps_nobody_out_in_any_state(engine: StandIn, page: Any) -> None:
    enter(page)
    page.goto("/desk")
    for name, change in STATES.items():
        change(engine)
        page.get_by_text(LOOKS[name]).first.wait_for()
        assert faults(page) == [], name


def test_what_the_desk_opens_keeps_nobody_out(engine: StandIn, page: Any) -> None:
    enter(page)
    STATES["talks"](engine)
    page.goto("/desk")
    page.locator(".state.talking").wait_for()
    for key, opened in (
        ("t", ".picker"),
        ("k", ".pad"),
        ("s", ".topics"),
        ("b", ".breaks"),
        ("?", "dialog"),
        ("v", "dialog"),
    ):
        page.keyboard.press(key)
        page.locator(opened).wait_for()
        assert faults(page, opened) == [], key
        page.keyboard.press("Escape")
        page.locator(opened).wait_for(state="detached")
