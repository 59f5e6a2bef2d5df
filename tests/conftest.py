"""What many tests stand on: the pages served from an engine's stand-in, and a real browser."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from stand_in import StandIn

from web.house import House
from web.server import Server

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


@pytest.fixture
def engine() -> StandIn:
    return StandIn()


@pytest.fixture
def house(engine: StandIn, tmp_path: Path) -> House:
    return House(tmp_path, engine.engine())


@pytest.fixture
def port(house: House) -> Iterator[int]:
    """The whole web process but for its command line, on a port of the loopback address."""
    server = Server(0, house.site)
    server.expiration_interval = 0.05  # how long it takes to stop
    server.prepare()
    serving = threading.Thread(target=server.serve, daemon=True)
    serving.start()
    yield server.bind_addr[1]
    house.close()
    server.stop()
    house.put_away()


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Any]]:
    """Start a real Chromium with more flags; skipped in words where there is none, but never on the build
    server. Playwright has one loop in a thread: whoever wants a browser takes it from here."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None and not os.environ.get("CI"):
        pytest.skip("no Chromium here: sudo apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield lambda *flags: playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])


@pytest.fixture(scope="session")
def chromium(launch: Callable[..., Any]) -> Iterator[Any]:
    """One without more."""
    browser = launch()
    yield browser
    browser.close()
