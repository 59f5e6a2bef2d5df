"""What flows ask outside the box: real files, a real database, a real server on the loopback address."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from outside import Server, made_tables

from firmware.base import Refused
from firmware.base.asked import Asked, InDatabase, InTable, OverHttp, origin
from firmware.rim.lookups import FOLDER, LARGEST, Lookups
from hostsim.office import Office


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    return made_tables(tmp_path)


def found(folder: Path, asked: Asked, budget: float = 2.0) -> Any:
    text = Lookups(lambda *_: None, folder, threads=0, budget=budget).found(asked)
    return json.loads(text) if text else None


def over(server: Server, path: str = "/", **body: object) -> OverHttp:
    return OverHttp(server.url + path, "GET", body, (server.url,))


def test_a_row_of_a_table_is_found_by_its_key(tables: Path) -> None:
    assert found(tables, InTable("customers.csv", "number", "17")) == {
        "number": "17",
        "name": "Jensen",
        "balance": "0",
    }
    assert found(tables, InTable("customers.csv", "number", "99")) is None
    assert found(tables, InTable("customers.csv", "nothing", "17")) is None
    assert found(tables, InTable("gone.csv", "number", "17")) is None


def test_a_table_that_is_changed_is_read_anew(tables: Path) -> None:
    lookups = Lookups(lambda *_: None, tables, threads=0)
    asked = InTable("customers.csv", "number", "5")
    assert lookups.found(asked) == ""
    (tables / FOLDER / "customers.csv").write_text("number,name\n5,Olsen\n", "utf-8")
    assert json.loads(lookups.found(asked))["name"] == "Olsen"


def test_a_select_finds_with_what_the_caller_keyed(tables: Path) -> None:
    sql = "SELECT state FROM orders WHERE number = :account"
    assert found(tables, InDatabase("orders.db", sql, {"account": "17", "line": "line1"})) == {
        "state": "lost"
    }
    assert found(tables, InDatabase("orders.db", sql, {"account": "1' OR '1'='1"})) is None


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM orders; DELETE FROM orders",
        "WITH x AS (SELECT 1) DELETE FROM orders",
        "SELECT load_extension('x')",
        "SELECT hex(zeroblob(900000000))",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    ],
)
def test_a_select_reads_and_nothing_else(tables: Path, sql: str) -> None:
    assert found(tables, InDatabase("orders.db", sql, {}), 0.05) is None
    assert found(tables, InDatabase("orders.db", "SELECT count(*) AS n FROM orders", {})) == {"n": "2"}


def test_an_address_on_the_list_is_asked_and_its_json_is_the_answer(server: Server, tables: Path) -> None:
    assert found(tables, over(server, "/who", number="4242")) == {"name": "Hansen"}
    post = OverHttp(f"{server.url}/who", "POST", {"number": "4242"}, (server.url,))
    assert found(tables, post) == {"name": "Hansen"}
    assert server.asked == [("GET", "/who?number=4242", None), ("POST", "/who", {"number": "4242"})]


def test_nothing_is_sent_to_what_is_not_on_the_list_or_by_a_name_to_this_machine(server: Server) -> None:
    port = server.server_address[1]
    for url in (f"http://localhost:{port}", f"http://127.0.0.1:{port}", f"http://[::1]:{port}"):
        assert found(Path(), OverHttp(url + "/", "GET", {}, ("https://crm.example",))) is None
    name = f"http://localhost:{port}"
    assert found(Path(), OverHttp(name + "/", "GET", {}, (name,))) is None
    assert server.asked == []


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("HTTPS://Crm.Example:8443/a?b=//c") == "https://crm.example:8443"
    assert origin("http://crm.example@127.0.0.1/") != "http://crm.example"


@pytest.mark.parametrize(
    "reply",
    [
        (302, b"{}"),
        (404, b"{}"),
        (500, b"{}"),
        (200, b"<html>"),
        (200, b'"text"'),
        (200, b" " * (LARGEST + 1)),
    ],
)
def test_a_redirect_an_error_nonsense_or_a_flood_is_no_answer(
    server: Server, reply: tuple[int, bytes]
) -> None:
    server.reply = lambda path, body: reply
    assert found(Path(), over(server)) is None
    assert [path for _, path, _ in server.asked] == ["/"]


def test_a_server_that_never_answers_is_given_up(server: Server) -> None:
    hangs = threading.Event()
    server.reply = lambda path, body: (200, b"{}" if hangs.wait(5) else b"")
    assert found(Path(), over(server), 0.1) is None
    hangs.set()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_far_end_that_sends_a_byte_now_and_then_is_given_up_too(scheme: str) -> None:
    gone = threading.Event()

    def trickle(far: socket.socket) -> None:
        with far.accept()[0] as link, suppress(OSError):
            link.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not gone.wait(0.02):
                link.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as far:
        thread = threading.Thread(target=trickle, args=(far,))
        thread.start()
        url = f"{scheme}://127.0.0.1:{far.getsockname()[1]}"
        assert found(Path(), OverHttp(f"{url}/", "GET", {}, (url,)), 0.15) is None
        gone.set()
        thread.join()


def test_a_table_that_is_spoilt_ends_no_thread(tables: Path) -> None:
    (tables / FOLDER / "odd.csv").write_bytes(b"a,number\n1\n\xff\xfe,2\n")
    assert found(tables, InTable("odd.csv", "number", "2")) is None


def test_who_asks_more_than_the_queue_holds_is_told_nothing_at_once(tables: Path) -> None:
    lookups = Lookups(lambda *_: None, tables, threads=0)
    told: list[str] = []
    for _ in range(20):
        lookups.ask(InTable("customers.csv", "number", "17"), told.append)
    assert told == ["", "", "", ""]


def test_a_thread_looks_up_and_the_answer_is_an_order(tables: Path) -> None:
    posted: list[tuple[str, dict[str, Any]]] = []
    there = threading.Event()

    def post(name: str, args: dict[str, Any], reply: Any) -> None:
        posted.append((name, args))
        there.set()

    lookups = Lookups(post, tables, threads=1)
    told: list[str] = []
    lookups.ask(InTable("customers.csv", "number", "17"), told.append)
    assert there.wait(5)
    name, args = posted[0]
    assert (name, told) == ("lookup.answer", [])
    lookups.answer(**args)
    lookups.answer(**args)  # and not twice
    assert [json.loads(text)["name"] for text in told] == ["Jensen"]


def test_nobody_but_the_box_gives_a_caller_an_answer() -> None:
    with Office(fidelity="signal") as office:
        office.order("lookup.answer", id=1, text='{"name": "Jensen"}')
        with pytest.raises(Refused, match="is the box's own order"):
            office.wait(0.1)
        own = [name for name, order in office.box.orders.items() if order.own]
        assert own == ["lookup.answer"]
