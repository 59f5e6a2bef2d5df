"""The files of the pages: whole, or packed for browsers; and not again while they are the same."""

import gzip

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
