"""A caller who keys his number, and a box that looks him up: in a table, a database, at an address."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from outside import Server, made_tables
from stories import BOTH
from test_story_ivr import ACCOUNT, flow, hears, led_to, rings

from firmware.base.events import CallEnded, CaseData
from firmware.rim.lookups import Lookups
from hostsim.office import Office


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    return made_tables(tmp_path)


FOUND = {"found": {"do": "speak", "what": "money", "value": "{balance}", "next": "sales"}}


def looks_up(**lookup: Any) -> dict[str, Any]:
    account = {**ACCOUNT["account"], "next": "look"}
    look = {"do": "lookup", "take": {"balance": "balance"}, "next": "found", "else": "support", **lookup}
    return flow({**ACCOUNT, "account": account, "look": look, **FOUND})


def keys_number(office: Office, number: str = "4242") -> Any:
    caller = rings(office)
    caller.press(f"{number}#")
    return caller


def given(office: Office) -> dict[str, str]:
    return {event.key: event.value for event in office.saw(CaseData)}


TABLE = {"table": "customers.csv", "match": "number", "key": "{account}"}


@pytest.mark.parametrize("fidelity", BOTH)
def test_a_caller_is_told_what_stands_in_the_table(tables: Path, fidelity: Any) -> None:
    with Office(looks_up(**TABLE), fidelity=fidelity, state=tables) as office:
        caller = keys_number(office)
        for prompt in ("number.12", "money.krone.many", "number.50", "money.krone.cents"):
            hears(office, caller, prompt, 5)
        office.wait(3)
        assert given(office) == {"account": "4242", "balance": "12.50"}
        assert led_to(office) == ["sales"]


def test_who_stands_in_no_table_goes_elsewhere(tables: Path) -> None:
    with Office(looks_up(**TABLE), fidelity="signal", state=tables) as office:
        keys_number(office, "0000")
        office.wait(4)
        assert led_to(office) == ["support"]
        assert given(office) == {"account": "0000"}


def test_a_caller_is_found_in_a_database(tables: Path) -> None:
    sql = "SELECT state AS balance FROM orders WHERE number = :account"
    with Office(looks_up(database="orders.db", sql=sql), fidelity="signal", state=tables) as office:
        keys_number(office)
        office.wait(4)
        assert given(office)["balance"] == "sent"


def test_an_address_is_asked_with_what_the_caller_keyed(server: Server, tables: Path) -> None:
    server.reply = lambda path, body: (200, json.dumps({"bill": {"due": 7}}).encode())
    lookup = {"url": f"{server.url}/bills", "method": "POST", "send": {"who": "{account}"}}
    rules = looks_up(**lookup, take={"balance": "bill.due"}) | {"lookup_hosts": [server.url]}
    with Office(rules, fidelity="signal", state=tables) as office:
        caller = keys_number(office)
        hears(office, caller, "digit.7", 5)
        assert server.asked == [("POST", "/bills", {"who": "4242"})]


def test_a_look_up_that_never_answers_costs_the_caller_two_seconds(tables: Path) -> None:
    with Office(looks_up(**TABLE), fidelity="signal", state=tables) as office:
        busy = Lookups(lambda *_: None, tables, threads=0)  # its threads never come to it
        busy.plug(office.box.exchange.incoming.aids, office.box.orders)
        keys_number(office)
        office.wait_until(lambda: "account" in given(office), 5)
        keyed = office.now
        office.wait_until(lambda: led_to(office) == ["support"], 5)
        assert office.now - keyed <= 2.1


def test_who_hangs_up_while_he_is_looked_up_is_gone(tables: Path) -> None:
    with Office(looks_up(**TABLE), fidelity="signal", state=tables) as office:
        caller = keys_number(office)
        office.wait_until(lambda: "account" in given(office), 5)
        caller.hang_up()
        office.wait(30)
        assert len(office.saw(CallEnded)) == 1
        assert led_to(office) == []
