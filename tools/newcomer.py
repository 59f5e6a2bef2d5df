"""`python -m tools.newcomer`: a newcomer's first minutes, from `git clone` to hearing a call, timed.

A clone of this checkout in a folder of its own, with empty caches of pip and npm: what lies in them
afterwards is what was downloaded (nothing, where pip has a folder of wheels for a registry). A real
Chromium, open already as a newcomer's is, does what the page says. Debian's packages are named.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

ROOT = Path(__file__).parents[1]
DEBIAN = ("libspeexdsp1", "espeak-ng")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync", "--no-proxy-server"),
    *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
    "--autoplay-policy=no-user-gesture-required",
]
PEERS = """() => {
  const Real = RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Real { constructor(...all) { super(...all); peers.push(this); } };
  window.energy = async () => {
    const rows = peers.length ? [...(await peers.at(-1).getStats()).values()] : [];
    return rows.find((row) => row.type === "inbound-rtp")?.totalAudioEnergy ?? 0;
  };
}"""
HEARD = 1e-3  # of energy: some tenths of a second of a voice; line noise brings a millionth of it
PATIENCE = 600.0  # s for `make run` on a slow network


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.newcomer", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    told = parser.parse_args(argv)
    with TemporaryDirectory(prefix="newcomer-") as folder, chromium() as browser:
        figures = first_minutes(Path(folder), browser)
    for name, value in figures.items():
        sys.stdout.write(f"{name:<28} {value}\n")
    if told.json:
        told.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    return 0


@contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def first_minutes(folder: Path, browser: Any) -> dict[str, Any]:
    """Seconds since `git clone` began, and megabytes that were downloaded."""
    clone, caches = folder / "bellwire", {name: folder / name for name in ("pip", "npm")}
    began = monotonic()

    def since() -> float:
        return round(monotonic() - began, 1)

    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    figures: dict[str, Any] = {"cloned_s": since()}
    with running(clone, caches) as address:
        figures["ready_s"] = since()
        hear_a_call(browser, address, figures, since)
    sizes = {"clone": clone / ".git", **caches, "installed": clone / ".venv"}
    megabytes = {f"{name}_MB": round(size_of(path) / 1e6, 1) for name, path in sizes.items()}
    return {**figures, **megabytes, "debian": debian()}


@contextmanager
def running(clone: Path, caches: dict[str, Path]) -> Iterator[str]:
    """`make run` as anybody would type it, but on a free port; its address. RuntimeError: it told none."""
    own = {"PIP_CACHE_DIR": str(caches["pip"]), "npm_config_cache": str(caches["npm"])}
    clean = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "MAKEFLAGS")}
    command = ["make", "-s", "run", "ARGS=--http 0"]
    with subprocess.Popen(
        command, cwd=clone, env=clean | own, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as made:
        try:
            yield address_of(made)
        finally:
            os.killpg(made.pid, signal.SIGTERM)


def address_of(made: "subprocess.Popen[str]") -> str:
    assert made.stdout is not None
    for line in made.stdout:
        sys.stderr.write(line)
        if line.startswith("Bellwire is ready: "):
            return line.rpartition(" ")[2].strip()
    raise RuntimeError("make run told no address")


def hear_a_call(browser: Any, address: str, figures: dict[str, Any], since: Any) -> None:
    """The page's own first step, and how long until there is a voice in the headphones."""
    page = browser.new_page()
    page.add_init_script(f"({PEERS})()")
    page.set_default_timeout(1_000 * PATIENCE)
    page.goto(address)
    page.get_by_role("button", name="Call the office as Hansen A/S").click()
    figures["called_s"] = since()
    page.get_by_text("You are Hansen A/S now").wait_for()
    page.wait_for_function(f"async () => (await energy()) > {HEARD}", polling=200)
    figures["heard_s"] = since()
    page.get_by_role("article", name="Hansen A/S").get_by_text("press 1").wait_for()
    figures["menu_s"] = since()
    page.close()


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def debian() -> str:
    """Which of Debian's packages were here."""
    states = {name: subprocess.run(["dpkg", "-s", name], capture_output=True).returncode for name in DEBIAN}
    return ", ".join(f"{name} {'here' if state == 0 else 'missing'}" for name, state in states.items())


if __name__ == "__main__":
    sys.exit(main())
