"""The ways in, and the owner's page of rights, in a real Chromium."""

from collections.abc import Iterator
from typing import Any

import pytest
from browser import PASSWORD
from stand_in import StandIn

from firmware.base.orders import Reply
from web.house import House
from web.shapes import User


@pytest.fixture
def page(chromium: Any, port: int, engine: StandIn) -> Iterator[Any]:
    """A fresh browser, at a box."""
    del engine.snapshot["town"]
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, base_url=f"http://localhost:{port}"
    )
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.set_default_timeout(5_000)
    yield opened
    context.close()
    assert [each for each in complaints if "Content Security" in each or "Error:" in each] == []


def test_the_first_owner_invites_somebody_who_chooses_a_password(
    engine: StandIn, house: House, page: Any
) -> None:
    engine.replies["claim.check"] = Reply("done", {"right": True, "locked_s": 0.0})
    page.goto("/users")
    page.get_by_label("The code, 8 digits").fill("12345678")
    page.get_by_label("Name").fill("olga")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="This box is mine").click()
    page.get_by_label("Name, as in").fill("ann")
    page.get_by_role("button", name="Invite").click()
    link = page.locator(".once code").inner_text()
    page.get_by_role("listitem", name="ann").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.context.clear_cookies()
    page.goto(link)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.wait_for_url("**/")
    assert house.users.find("ann") == User("ann", "agent", person="ann")
    page.goto("/users")
    page.get_by_role("button", name="Sign in").wait_for()  # not for her


def test_wrong_passwords_are_said_and_programs_get_tokens(house: House, page: Any) -> None:
    house.users.add(User("olga", "owner"), PASSWORD)
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url[-12:]) if asked.method == "POST" else None)
    page.goto("/users")
    page.get_by_label("Name").fill("Olga")
    page.get_by_label("Password").fill("wrong wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").get_by_text("Name or password is wrong.").wait_for()
    assert sent == ["/api/sign-in"]  # a wrong one counts once
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Name of the program").fill("<b>wall</b>")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_role("listitem", name="<b>wall</b>").wait_for()
    token = page.locator(".once code").inner_text()
    assert token.startswith("bw_") and house.tokens.find(token) is not None
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("listitem", name="<b>wall</b>").wait_for(state="detached")
    page.get_by_label("Address").fill("https://example.com/in")
    page.get_by_role("button", name="Tell it").click()
    page.get_by_role("listitem", name="https://example.com/in").wait_for()
