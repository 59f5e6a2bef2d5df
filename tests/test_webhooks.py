"""Webhooks: signed, in order, again until they are taken, and never to a neighbour (RELIABILITY G-10)."""

import hmac
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from select import select
from typing import Any

import pytest
from browser import PASSWORD, Browser
from stand_in import StandIn

from firmware.base import Refused
from firmware.base.events import CallArrived, CallEnded, PinChecked
from web import outward
from web.house import House
from web.outbox import FIRST, GIVEN_UP, LONGEST, Outbox
from web.outward import Outward, checked, may_reach
from web.shapes import User
from web.webhooks import Webhooks

Taken = list[tuple[dict[str, str], bytes]]


@pytest.fixture
def taken() -> Taken:
    return []


@pytest.fixture
def server(taken: Taken) -> Iterator[Any]:
    """Somebody's server; `answer` is what it says."""

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((dict(self.headers), body))
            self.send_response(made.answer)
            if made.answer == 302:
                self.send_header("Location", f"http://127.0.0.1:{made.server_port}/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    made: Any = HTTPServer(("127.0.0.1", 0), Taker)
    made.answer = 200
    threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


class Wall:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def outbox(tmp_path: Path, wall: Wall) -> Outbox:
    return Outbox(tmp_path, wall)


def told(hooks: Webhooks, engine: StandIn, *events: Any) -> None:
    """The journal goes on, and the outbox has read it."""
    engine.tell(*events)
    hooks._put(engine.journal[-len(events) :])


def sent(hooks: Webhooks, outbox: Outbox) -> int:
    messages, _ = outbox.due()
    for message in messages:
        hooks._send(message)
    return len(messages)


def test_events_are_told_in_order_and_signed(
    engine: StandIn, outbox: Outbox, server: Any, taken: Taken
) -> None:
    hooks = Webhooks(outbox, engine.engine(), outward=Outward(lambda address, own: True))
    key, secret = outbox.add(f"http://127.0.0.1:{server.server_port}/in", ["CallArrived"], own=True)
    arrived = [CallArrived(f"c{n}", "line1", "+4533120001", "Hansen", None) for n in range(3)]
    told(hooks, engine, *arrived, CallEnded("c0", "caller", "hang_up", 3.0), PinChecked("ann", True))
    assert [sent(hooks, outbox) for _ in range(4)] == [1, 1, 1, 0]
    assert [b'"c%d"' % n in body for n, (_, body) in enumerate(taken)] == [True] * 3
    headers, body = taken[0]
    signed = f"{headers['X-Bellwire-Timestamp']}.".encode() + body
    assert headers["X-Bellwire-Signature"] == f"v1={hmac.new(secret.encode(), signed, sha256).hexdigest()}"
    assert headers["X-Bellwire-Event"] == "CallArrived" and secret not in str(taken)
    assert {row.state for row in outbox.page(None)} == {"sent"} and outbox.hooks()[0].key == key


def test_what_is_not_taken_is_tried_again_longer_apart_for_a_day(
    engine: StandIn, outbox: Outbox, wall: Wall, server: Any, taken: Taken
) -> None:
    hooks = Webhooks(outbox, engine.engine(), outward=Outward(lambda address, own: True))
    outbox.add(f"http://127.0.0.1:{server.server_port}/in", [], own=True)
    server.answer = 503
    began = wall.now
    told(hooks, engine, *(CallArrived(f"c{n}", "line1", None, None, None) for n in range(2)))
    waits = []
    while outbox.page(None)[1].state == "waiting":
        assert sent(hooks, outbox) == 1  # the second waits behind the first
        _, wait = outbox.due()
        waits.append(wait or 0.0)
        wall.now += wait or 0.0
    assert waits[:3] == [FIRST, 2 * FIRST, 4 * FIRST] and max(waits) == LONGEST
    assert GIVEN_UP <= wall.now - began <= GIVEN_UP + 2 * LONGEST
    assert (outbox.page(None)[1].trouble, len(taken)) == ("It answered 503.", outbox.page(None)[1].tries)
    server.answer = 200
    outbox.again(outbox.page(None)[1].key)
    assert sent(hooks, outbox) == 1 and [row.state for row in outbox.page(None)] == ["waiting", "sent"]


def test_a_redirect_is_not_followed(server: Any, taken: Taken) -> None:
    server.answer = 302
    free = Outward(lambda address, own: True)
    assert free.post(f"http://127.0.0.1:{server.server_port}/in", b"{}", {}) == "It answered 302."
    assert len(taken) == 1


def test_no_request_leaves_to_ourselves_or_to_a_neighbour(server: Any, taken: Taken) -> None:
    port = server.server_port
    for host in ("127.0.0.1", "[::1]", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"):
        for own in (False, True):
            assert Outward().post(f"http://{host}:{port}/", b"{}", {}, own) != ""
    assert taken == []
    for place in ("10.0.0.1", "192.168.1.1", "172.16.0.1", "fd00::1"):
        assert not may_reach(ip_address(place), own=False) and may_reach(ip_address(place), own=True)
    wrapped = "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:0:1::80ff:fffe"  # 127.0.0.1, in another coat
    for place in ("169.254.169.254", "fe80::1", "224.0.0.1", "::", *wrapped):
        assert not may_reach(ip_address(place), own=True)
    assert may_reach(ip_address("8.8.8.8"), own=False)


def test_names_that_are_never_found_and_servers_that_dribble_hold_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outward, "PATIENCE", 0.1)
    monkeypatch.setattr(outward, "LONGEST", 0.2)
    slow, free = threading.Event(), Outward(lambda address, own: True)
    monkeypatch.setattr(outward.socket, "getaddrinfo", lambda *asked, **more: slow.wait(5) and [])
    assert "nobody says where it is" in free.post("http://example.com/", b"{}", {})
    slow.set()
    monkeypatch.undo()
    monkeypatch.setattr(outward, "LONGEST", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def dribble() -> None:
            line, _ = listener.accept()
            with suppress(OSError), line:
                line.sendall(b"HTTP/1.1 ")
                while line.send(b"X"):
                    select([], [], [], 0.05)

        threading.Thread(target=dribble, daemon=True).start()
        assert "does not answer" in free.post(f"http://127.0.0.1:{listener.getsockname()[1]}/", b"{}", {})


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "gopher://example.com/", "https://", "https://a@b.example/", "https://a b/"),
        *(
            "https://example.com:0/",
            "https://example.com:99999/",
            "https://exämple.com/",
            "https://a..example/",
            f"https://{'a' * 64}.example/",
            "http://a\r\nX: y/",
        ),
    ],
)
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="begins with https://"):
        checked(url)


def test_the_owner_sees_what_is_told_and_a_new_box_begins_now(engine: StandIn, house: House) -> None:
    del engine.snapshot["town"]
    house.users.add(User("olga", "owner"), PASSWORD)
    owner = Browser(house)
    owner.sign_in("olga")
    made = owner.post("/api/webhooks", {"url": "https://example.com/x", "events": ["CallEnded"]}).json
    assert owner.post("/api/webhooks", {"url": "https://example.com/x", "events": ["Standing"]}).status == 409
    assert owner.post("/api/webhooks", {"url": "ftp://example.com/x"}).status == 409
    (hook,) = owner.get("/api/webhooks").json["webhooks"]
    assert (hook["key"], hook["waiting"]) == (made["key"], 0) and made["secret"] not in str(hook)
    engine.tell(CallEnded("c0", "caller", "hang_up", 3.0))
    house.webhooks._put(engine.journal)
    (message,) = owner.get("/api/webhooks/outbox").json["messages"]
    assert (message["type"], message["state"], message["tries"]) == ("CallEnded", "waiting", 0)
    assert owner.post("/api/webhooks/again", {"key": "99"}).status == 409
    assert owner.post("/api/webhooks/remove", {"key": made["key"]}).json == {"webhooks": []}
    assert owner.get("/api/webhooks/outbox").json == {"messages": []}
    house.close()
    house.put_away()
