"""The files of the pages: whole, or packed for browsers; and not again while they are the same."""

import gzip
import re
from pathlib import Path

import pytest
from browser import Browser
from stand_in import StandIn

from web.house import House


def test_a_file_is_packed_for_who_takes_it_so_and_sent_once(engine: StandIn, house: House) -> None:
    there = Browser(house, "127.0.0.1")
    whole = there.ask("GET", "/pages/desk.js")
    packed = there.ask("GET", "/pages/desk.js", HTTP_ACCEPT_ENCODING="gzip, deflate, br")
    assert gzip.decompress(packed.body) == whole.body
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert len(packed.body) < len(whole.body) / 2
    tags = {whole.headers["Etag"], packed.headers["Etag"]}
    assert len(tags) == 2
    known = packed.headers["Etag"]
    again = there.ask("GET", "/pages/desk.js", HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=known)
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(("page", "first"), [("desk", "desk"), ("town", "town"), ("index", "live")])
def test_a_page_names_all_its_modules_so_that_a_browser_fetches_them_at_once(page: str, first: str) -> None:
    web, script = Path(__file__).parents[1] / "web", f"pages/{first}.js"
    html = (web / f"pages/{page}.html").read_text("utf-8")
    named = set(re.findall(r'modulepreload" href="/([^"]+)"', html))
    needed, found = {script}, [script]
    for each in found:
        for other in re.findall(
            r'^(?:import|export)[^;]* from "([^"]+)";', (web / each).read_text("utf-8"), re.M
        ):
            path = (web / each).parent.joinpath(other).resolve().relative_to(web).as_posix()
            found += [path] if path not in needed else []
            needed.add(path)
    assert named == needed - {script}
