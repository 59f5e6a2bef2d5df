"""A newcomer's first call in a real Chromium: he hears the box himself, and is heard in the office."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from at_the_page import played
from conftest import FLAGS

from firmware.base.events import CallAnswered, CallEnded, DigitHeard
from tools.live_office import LiveOffice

SOUND = (
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--no-proxy-server",
)
LISTENING = """() => {
  const Real = RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Real { constructor(...all) { super(...all); peers.push(this); } };
  window.energy = async () => {
    const rows = [...(await peers.at(-1).getStats()).values()];
    return rows.find((row) => row.type === "inbound-rtp")?.totalAudioEnergy ?? 0;
  };
}"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[LiveOffice]:
    with LiveOffice(tmp_path, {}) as office:
        yield office


@pytest.fixture
def page(office: LiveOffice, chromium: Any) -> Iterator[Any]:
    """The same Chromium, with a microphone that beeps."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    browser = chromium.browser_type.launch(executable_path=path, args=[*FLAGS, *SOUND])
    opened = browser.new_page()
    opened.add_init_script(f"({LISTENING})()")
    opened.set_default_timeout(10_000)
    opened.goto(office.url)
    yield opened
    browser.close()


def test_a_newcomer_calls_hears_the_box_presses_1_and_is_answered(
    office: LiveOffice, page: Any, tmp_path: Path
) -> None:
    page.get_by_role("button", name="Call the office as Hansen A/S").click()
    hansen = page.get_by_role("article", name="Hansen A/S")
    hansen.get_by_text("You are Hansen A/S now").wait_for()
    silence = page.evaluate("energy()")
    hansen.get_by_text("press 1").wait_for()
    heard = page.evaluate("energy()")
    assert heard > silence + 1e-4
    hansen.get_by_role("button", name="1 sales").click()
    phone = page.get_by_role("article", name="Phone 1 at its desk")
    phone.get_by_role("button", name="Answer").click()
    page.get_by_role("heading", name="That was your first call").wait_for()
    assert office.ask(lambda: office.saw(DigitHeard)) and office.ask(lambda: office.saw(CallAnswered))
    office.until(lambda: office.ask(lambda: office.phone("phone1").hears()) == "speech")  # Chromium's beeps
    hansen.get_by_role("button", name="Hang up").click()
    office.until(lambda: office.ask(lambda: office.saw(CallEnded)), 15)
    page.get_by_role("button", name="Show the story").click()
    story = page.get_by_label("The story as a test")
    story.wait_for()
    text = story.input_value()
    assert all(f"{each}\n" in text for each in ("hansen.dial(line=1)", 'hansen.press("1")', "phone1.lift()"))
    assert '"CallAnswered"' in text
    played(text, tmp_path)
