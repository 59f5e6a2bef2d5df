"""The box's own authority, what is served without TLS, and the page of trust (RELIABILITY 1, F-10, G-16)."""

import http.client
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET, create_connection
from time import perf_counter

import pytest
from browser import PASSWORD, Browser
from cryptography import x509
from stand_in import StandIn

from firmware.base.events import CallArrived
from web import tls
from web.house import House
from web.server import Server
from web.shapes import User
from web.tls import Certificates

NAMES = ("office.local", "192.168.1.9", "fd00::9")


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path, lambda: (*NAMES, "203.0.113.5", "office.example"))


@pytest.fixture
def box(engine: StandIn, tmp_path: Path, certificates: Certificates) -> Iterator[House]:
    """A box of an owner in the office's network."""
    del engine.snapshot["town"]
    house = House(tmp_path, engine.engine(), certificates)
    house.front.http, house.front.https = 80, 8443
    house.users.add(User("olga", "owner"), PASSWORD)
    yield house
    house.close()
    house.put_away()


def test_root_and_leaf_vouch_for_this_network_alone(certificates: Certificates) -> None:
    root, leaf = certificates.root.extensions, certificates.leaf
    basic = root.get_extension_for_class(x509.BasicConstraints)
    limits = root.get_extension_for_class(x509.NameConstraints)
    assert basic.critical and basic.value.path_length == 0 and limits.critical
    assert x509.DNSName("local") in (limits.value.permitted_subtrees or ())
    assert certificates.names == frozenset(NAMES)  # and neither the public name nor the public address
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)
    assert certificates.ordered()[0] == "office.local"


def test_it_stays_over_a_restart_and_is_like_no_other_boxs(
    tmp_path: Path, certificates: Certificates
) -> None:
    again = Certificates(tmp_path, lambda: NAMES)
    assert (again.fingerprint, again.leaf) == (certificates.fingerprint, certificates.leaf)
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "tls").iterdir()} == {0}
    (tmp_path / "other").mkdir()
    assert Certificates(tmp_path / "other", lambda: NAMES).fingerprint != certificates.fingerprint


def test_the_leaf_follows_addresses_and_the_calendar(tmp_path: Path) -> None:
    names, date = ["office.local", "192.168.1.9"], datetime(2026, 1, 5, tzinfo=UTC)
    known = Certificates(tmp_path, lambda: tuple(names), lambda: date)
    assert not known.look()
    names[1] = "10.0.0.7"
    assert known.look() and known.names == {"office.local", "10.0.0.7"}
    date += timedelta(days=330)
    assert not known.look()
    date += timedelta(days=10)
    assert known.look() and known.leaf.not_valid_after_utc > date + timedelta(days=390)
    date = datetime(2020, 1, 1, tzinfo=UTC)  # a Pi that has lost its clock
    assert known.look() and known.leaf.not_valid_before_utc < date


def test_a_full_disk_does_not_end_the_watch_over_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, looked = ["office.local"], threading.Event()
    known = Certificates(tmp_path, lambda: looked.set() or tuple(names))  # type: ignore[func-returns-value]
    monkeypatch.setattr(tls, "LOOK", 0.01)
    (tmp_path / "tls" / "leaf.new").mkdir()  # nothing can be written
    names.append("10.0.0.7")
    known.follow()
    for _ in range(3):
        looked.clear()
        assert looked.wait(5) and "10.0.0.7" not in known.names
    (tmp_path / "tls" / "leaf.new").rmdir()
    while "10.0.0.7" not in known.names:
        looked.clear()
        assert looked.wait(5)
    known.close()


def served(box: House, certificates: Certificates) -> tuple[Server, int]:
    server = Server(0, box.site, tls=lambda: certificates.context)
    server.expiration_interval = 0.05
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    return server, server.bind_addr[1]


def test_events_are_streamed_over_tls_and_end_with_the_session(
    engine: StandIn, box: House, certificates: Certificates
) -> None:
    server, port = served(box, certificates)
    trusting = ssl.create_default_context(cadata=certificates.pem.decode())
    owner = Browser(box)
    owner.sign_in("olga")
    with closing(
        trusting.wrap_socket(create_connection(("127.0.0.1", port), 5), server_hostname="office.local")
    ) as line:
        cookie = f"__Host-bellwire={owner.cookies['__Host-bellwire']}"
        line.sendall(f"GET /api/events HTTP/1.1\r\nHost: office.local\r\nCookie: {cookie}\r\n\r\n".encode())
        read = b""
        while b"event: state" not in read:
            read += line.recv(100_000)
        engine.tell(*(CallArrived(f"c{n}", "line1", None, "x" * 2_000, None) for n in range(200)))
        while b"id: 200\n" not in read:
            read += line.recv(100_000)
        assert owner.post("/api/sign-out").status == 200
        while line.recv(100_000):
            pass
    server.stop()


def test_a_browser_that_has_the_root_is_served_and_nobody_waits_for_half_open_hands(
    box: House, certificates: Certificates
) -> None:
    server, port = served(box, certificates)
    trusting = ssl.create_default_context(cadata=certificates.pem.decode())
    mute = [create_connection(("127.0.0.1", port)) for _ in range(20)]  # they say nothing at all
    for stray in mute[:5]:
        stray.send(b"GET / HTTP/1.1\r\n\r\n")  # nor TLS
    took = []
    for _ in range(10):
        began = perf_counter()
        with closing(
            trusting.wrap_socket(create_connection(("127.0.0.1", port), 2), server_hostname="office.local")
        ) as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: office.local:8443\r\n\r\n")
            assert line.recv(100).startswith(b"HTTP/1.1 200")
        took.append(perf_counter() - began)
    assert sorted(took)[-1] < 2.0  # not the 8 s that the mute ones are waited for
    for each in mute:
        each.close()
    server.stop()


def test_whoever_hangs_up_before_his_hand_is_shaken_leaves_no_word_in_the_log(
    box: House, certificates: Certificates, capsys: pytest.CaptureFixture[str]
) -> None:
    server, port = served(box, certificates)
    for _ in range(30):
        gone = create_connection(("127.0.0.1", port))
        gone.sendall(b"GET / HTTP/1.1\r\n\r\n")
        gone.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))  # a reset
        gone.close()
    with closing(create_connection(("127.0.0.1", port), 5)) as line:
        trusting = ssl.create_default_context(cadata=certificates.pem.decode())
        with trusting.wrap_socket(line, server_hostname="office.local") as secure:
            assert secure.version() is not None
    server.stop()
    assert capsys.readouterr().err == ""


def test_without_tls_others_get_the_certificate_and_nothing_else(
    box: House, certificates: Certificates
) -> None:
    plain = Browser(box, scheme="http")
    for path in ("/", "/live", "/sign-in", "/pages/live.js", "/metrics"):
        answer = plain.get(path)
        assert (answer.status, answer.headers["Location"]) == (303, "/install")
    assert plain.get("/api/me").status == plain.post("/api/sign-in", {}).status == 403
    page = plain.get("/install", HTTP_ACCEPT_LANGUAGE="da-DK,en")
    assert "Hent certifikatet" in page.body.decode() and certificates.fingerprint in page.body.decode()
    assert b"<script" not in page.body and b"style=" not in page.body and b"<svg" in page.body
    assert plain.get("/install/bellwire.crt").body == certificates.pem
    assert Browser(box, "127.0.0.1").get("/sign-in").status == 200


def test_only_the_names_of_the_leaf_are_answered(box: House) -> None:
    browser = Browser(box)
    for host in ("office.local", "office.local:8443", "192.168.1.9", "[fd00::9]:8443", "OFFICE.local"):
        assert browser.get("/sign-in", HTTP_HOST=host).status == 200
    for host in ("evil.example", "office.local.evil.example", "203.0.113.5", "office", "192.168.1.10", "::1"):
        assert browser.get("/sign-in", HTTP_HOST=host).status == 421


def test_browsers_are_told_to_come_by_tls_alone_only_once_the_owner_says_so(box: House) -> None:
    owner = Browser(box)
    owner.sign_in("olga")
    assert "Strict-Transport-Security" not in owner.get("/").headers
    told = owner.post("/api/trust", {"everywhere": True}).json
    assert (told["everywhere"], told["address"]) == (True, "https://office.local:8443")
    assert owner.get("/").headers["Strict-Transport-Security"].startswith("max-age=")
    assert Browser(box, scheme="http").get("/").headers["Location"] == "https://office.local:8443/"
    assert not owner.post("/api/trust", {"everywhere": False}).json["everywhere"]
    assert "Strict-Transport-Security" not in owner.get("/").headers


def test_a_pc_alone_has_no_certificate_and_says_how_to_get_one(port: int) -> None:
    with closing(http.client.HTTPConnection("localhost", port, timeout=5)) as asked:
        asked.request("GET", "/install")
        answer = asked.getresponse()
        assert answer.status == 409 and b"--https PORT" in answer.read()
