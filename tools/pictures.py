"""`make pictures`: every page as it looks, light and dark, on a wide screen and on a telephone.

A simulated office of its own; a call is led through the desk, and at each step the page is looked at. The
pictures go to pictures/, which no commit takes along.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from web.files import PAGES

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--no-proxy-server"),
    *("--autoplay-policy=no-user-gesture-required", "--use-fake-ui-for-media-stream"),
    "--use-fake-device-for-media-stream",
)
THEMES = ("light", "dark")
SIZES = {"wide": (1360, 960), "narrow": (360, 780)}
CALLER = "+4533120001"
WAIT = 20_000  # ms for what the office takes its time with: a line that rings, a menu
Look = Callable[[Any, str], object]


def main() -> int:
    told = _arguments().parse_args()
    shutil.rmtree(told.to, ignore_errors=True)
    told.to.mkdir(parents=True)
    with office() as url, browser() as chromium:
        count = sum(1 for _ in walk(chromium, url, lambda page, name: photograph(page, told.to / name)))
    sys.stdout.write(f"{count * len(THEMES) * len(SIZES)} pictures of {count} views are in {told.to}/\n")
    return 0


def photograph(page: Any, path: Path) -> None:
    """In every theme and size; the page is left as it was."""
    before = page.viewport_size
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=f"{path}-{theme}-{size}.png", full_page=True, animations="disabled")
    page.set_viewport_size(before)


def walk(chromium: Any, url: str, look: Look) -> Iterator[str]:
    """Show `look` every page, and the desk in each of its states; their names, as they are seen."""
    context = chromium.new_context(base_url=url, viewport={"width": 1360, "height": 960}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(WAIT)
    for path in PAGES:
        if path != "/desk":
            page.goto(path)
            page.locator("h1").first.wait_for()
            page.wait_for_timeout(300)
            look(page, path[1:])
            yield path[1:]
    for name, step in desk_steps(page):
        step()
        look(page, f"desk-{name}")
        yield f"desk-{name}"
    context.close()


def desk_steps(page: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    """A call at Cleo's desk, from her signing in to the work after it."""
    yield "begins", lambda: enter(page, "cleo")
    yield "ready", lambda: (page.keyboard.press("Enter"), page.locator(".state.ready").wait_for())
    yield "rings", lambda: comes(page)
    yield "talks", lambda: (page.keyboard.press("a"), page.locator(".state.talking").wait_for())
    for name, key, opened in (
        *(("transfer", "t", ".picker"), ("keypad", "k", ".pad"), ("breaks", "b", ".breaks")),
        *(("keys", "?", "dialog"), ("check", "v", "dialog")),
    ):
        yield name, lambda key=key, opened=opened: shows(page, key, opened)  # type: ignore[misc]
    yield "held", lambda: shows(page, "h", ".state.held")
    yield (
        "wrapup",
        lambda: (
            shows(page, "h", ".state.talking"),
            shows(page, "e", ".state.wrapup"),
            order(page, "town.hang_up", who=CALLER),
        ),
    )
    yield "break", lambda: (shows(page, "b", ".breaks"), press(page, "1", ".state.break"))


def shows(page: Any, key: str, wanted: str) -> None:
    """Close what is open, and press a key."""
    page.keyboard.press("Escape")
    page.locator("dialog, .picker, .pad, .breaks").first.wait_for(state="detached")
    press(page, key, wanted)


def press(page: Any, key: str, wanted: str) -> None:
    page.keyboard.press(key)
    page.locator(wanted).wait_for()


def comes(page: Any) -> None:
    """Ben is there too; Hansen calls, and wants sales."""
    order(page, "agent.sign_in", who="ben", station="phone2")
    order(page, "agent.break", who="ben", code="lunch")
    order(page, "town.call", line=1, number=CALLER)
    for _ in range(WAIT // 100):
        people = page.context.request.get("/api/state").json()["town"]["people"]
        if any(each["hears"] == "prompt:menu.main" for each in people):
            break
        page.wait_for_timeout(100)
    order(page, "town.press", who=CALLER, keys="1")
    page.locator(".state.ringing").wait_for()


def enter(page: Any, who: str) -> None:
    """As whoever sits at the simulator's own computer may."""
    page.context.request.post("/api/town/enter", data={"who": who})
    page.goto("/desk")
    page.locator(".start, .state").first.wait_for()


def order(page: Any, verb: str, **fields: Any) -> None:
    csrf = page.context.request.get("/api/me").json()["csrf"] or ""
    answer = page.context.request.post(f"/api/orders/{verb}", data=fields, headers={"X-Bellwire-Token": csrf})
    assert answer.ok, answer.text()


@contextmanager
def office() -> Iterator[str]:
    """A simulated office in real time, thrown away afterwards; its address."""
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", "hostsim", "--http", "0", "--state", state]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            told = next((line for line in running.stdout if "http://" in line), "")
            found = re.search(r"http://\S+", told)
            assert found is not None, "the office did not start"
            try:
                yield found[0].rstrip("/")
            finally:
                running.terminate()


@contextmanager
def browser() -> Iterator[Any]:
    """A real Chromium."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.pictures", description=__doc__.partition("\n")[0])
    parser.add_argument("--to", type=Path, default=Path("pictures"), metavar="DIR", help="(pictures)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
