"""The control socket: orders are answered, events arrive whole and in order, nonsense is refused."""

import json
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware.base import Broken, Refused
from firmware.base.events import Event, LineChanged
from firmware.base.orders import Reply
from firmware.rim import control_server
from firmware.rim.control import Client, Happened, address
from firmware.rim.control_server import ControlServer
from firmware.rim.journal import MemoryJournal
from firmware.rim.town_schema import TOWN, TownCall, town_order

Args = dict[str, Any]


class SmallBox:
    """An engine with two orders, whose mailbox is emptied by `run` in the thread that calls it."""

    def __init__(self, path: Path) -> None:
        self.watchers: list[Callable[[Event, bool], None]] = []
        self.journal = MemoryJournal()
        self.orders: list[tuple[str, Args, Callable[[Reply], None]]] = []
        self.came = threading.Condition()
        self.seq = 0
        self.path = path / "control.sock"
        self.server = ControlServer(self.path, self, self.journal)

    def post(self, name: str, args: Args, reply: Callable[[Reply], None]) -> None:
        with self.came:
            self.orders.append((name, args, reply))
            self.came.notify()

    def snapshot(self) -> Args:
        return {"lines": {"line1": "idle"}, "told": self.seq}

    def tell(self, count: int = 1, durable: bool = True, size: int = 0) -> None:
        """`count` events and the end of a tick."""
        for _ in range(count):
            self.seq += 1
            event = LineChanged("line1", "idle", "x" * size, seq=self.seq, at=self.seq * 20_000)
            self.journal.put(event)
            if durable:
                self.journal.commit()
            for watcher in self.watchers:
                watcher(event, durable)
        self.server.beat()

    def run(self, answer: Callable[[str, Args], Reply], orders: int = 1) -> None:
        """Carry out the next orders."""
        for _ in range(orders):
            with self.came:
                assert self.came.wait_for(lambda: self.orders, 10)
                name, args, reply = self.orders.pop(0)
            reply(answer(name, args))

    def connect(self) -> socket.socket:
        raw = socket.socket(socket.AF_UNIX)
        raw.settimeout(10)
        with address(self.path) as here:
            raw.connect(here)
        return raw


@pytest.fixture
def box(tmp_path: Path) -> Iterator[SmallBox]:
    box = SmallBox(tmp_path)
    yield box
    box.server.close()


@pytest.fixture
def client(box: SmallBox) -> Iterator[Client]:
    client = Client(box.path, timeout=10)
    yield client
    client.close()


def meanwhile(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


def echo(name: str, args: Args) -> Reply:
    return Reply("done", {"name": name, "args": args}, seq=7)


def say(raw: socket.socket, *lines: bytes) -> Iterator[Args]:
    """Send lines, then read the answers."""
    if lines:
        raw.sendall(b"".join(line + b"\n" for line in lines))
    return (json.loads(line) for line in raw.makefile("rb"))


HELLO = b'{"say":"hello","version":1}'


def test_an_order_comes_to_the_mailbox_and_its_answer_comes_back(box: SmallBox, client: Client) -> None:
    meanwhile(lambda: box.run(echo, orders=2))
    reply = client.order("agents.sign_in", agent="ann", at=[1, {"two": None}])
    assert reply == Reply(
        "done", {"name": "agents.sign_in", "args": {"agent": "ann", "at": [1, {"two": None}]}}, seq=7
    )
    assert client.order("hold").kind == "done"


def test_a_refusal_and_an_answer_without_a_promise_come_back_as_they_are(
    box: SmallBox, client: Client
) -> None:
    for told in (
        Reply("refused", sentence="ann is not signed in: sign in first."),
        Reply("accepted", 5, seq=9),
    ):
        meanwhile(lambda told=told: box.run(lambda name, args: told))
        assert client.order("hold") == told


def test_a_snapshot_is_taken_in_the_tick_and_says_where_to_watch_on(box: SmallBox, client: Client) -> None:
    box.tell(3)
    replies: list[Reply] = []
    asking = meanwhile(lambda: replies.append(client.state()))
    while asking.is_alive():
        box.server.beat()
        asking.join(0.001)
    assert replies == [Reply("done", {"lines": {"line1": "idle"}, "told": 3}, seq=3)]


def test_a_watcher_hears_every_event_once_from_where_he_wants(box: SmallBox, client: Client) -> None:
    box.tell(3)
    events = client.watch(since=1)
    assert [next(events).seq for _ in range(2)] == [2, 3]
    box.tell(2)
    box.tell(1, durable=False)
    heard = [next(events) for _ in range(3)]
    assert [(each.seq, each.durable) for each in heard] == [(4, True), (5, True), (6, False)]
    assert heard[0].event == LineChanged("line1", "idle", "", seq=4, at=80_000)


def test_a_late_watcher_is_told_from_the_journal_what_memory_has_lost(box: SmallBox, client: Client) -> None:
    count = control_server.RECENT + 1_500
    box.tell(count)
    events = client.watch(since=0)
    assert [next(events).seq for _ in range(count)] == list(range(1, count + 1))
    box.tell()
    assert next(events).seq == count + 1


def test_a_watcher_of_lasting_events_waits_for_the_disk(box: SmallBox, client: Client) -> None:
    events = client.watch(since=0, lasting=True)
    box.tell()
    assert next(events).seq == 1
    box.tell(2, durable=False)
    quiet = client.watch(since=3)
    box.tell(1, durable=False)
    assert next(quiet).durable is False
    box.journal.commit()
    heard = [next(events) for _ in range(3)]
    assert [(each.seq, each.durable) for each in heard] == [(2, True), (3, True), (4, True)]


def test_watching_from_an_event_that_never_was_is_refused(box: SmallBox, client: Client) -> None:
    with pytest.raises(Refused, match="The journal ends at event 0"):
        next(client.watch(since=5))


def test_an_idle_watch_says_so(box: SmallBox, client: Client) -> None:
    assert next(client.watch(idle=0.001)) is None


def test_a_watcher_who_does_not_read_is_cut_off_and_the_others_go_on(box: SmallBox, client: Client) -> None:
    events = client.watch(since=0)
    with box.connect() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        answers = say(lazy, HELLO, b'{"say":"watch","since":0}')
        assert next(answers)["say"] == "welcome"
        box.tell()
        assert next(answers)["seq"] == 1
        for _ in range(40):
            box.tell(1, size=100_000)
            assert isinstance(next(events), Happened)
        box.tell(1, size=100_000)
        with pytest.raises((ValueError, StopIteration, ConnectionError)):
            while True:
                next(answers)


def test_only_the_owner_may_use_the_socket(box: SmallBox) -> None:
    assert stat.S_IMODE(box.path.stat().st_mode) == 0o600


def test_a_folder_with_a_long_name_will_do(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 120)
    folder.mkdir()
    box = SmallBox(folder)
    meanwhile(lambda: box.run(echo))
    client = Client(box.path)
    assert client.order("hold").kind == "done"
    client.close()
    box.server.close()


def test_the_socket_of_an_engine_that_was_killed_is_taken_over(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead, address(tmp_path / "control.sock") as here:
        dead.bind(here)
    box = SmallBox(tmp_path)
    meanwhile(lambda: box.run(echo))
    client = Client(box.path)
    assert client.order("hold").kind == "done"
    client.close()
    box.server.close()


def test_a_client_says_that_the_engine_is_away_and_finds_the_next_one(tmp_path: Path) -> None:
    client = Client(tmp_path / "control.sock")
    with pytest.raises(Broken, match="does not answer"):
        client.order("hold")
    for _ in range(2):
        box = SmallBox(tmp_path)
        meanwhile(lambda box=box: box.run(echo))
        assert client.order("hold").kind == "done"
        events = client.watch(idle=0.001)
        assert next(events) is None
        box.server.close()
        with pytest.raises(Broken):
            while True:
                next(events)
    client.close()


def test_an_engine_that_hangs_does_not_hang_its_clients(box: SmallBox) -> None:
    client = Client(box.path, timeout=0.05)
    with pytest.raises(Broken, match="busy"):
        client.order("hold")
    meanwhile(lambda: box.run(echo, orders=2))
    assert client.order("hold", again=True).result["args"] == {"again": True}
    client.close()


NONSENSE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\xfe\x00",
    b'{"say":"order"}',
    b'{"say":"dance"}',
    b'{"say":"order","id":-1,"name":"hold"}',
    b'{"say":"order","id":1e99,"name":"hold"}',
    b'{"say":"order","id":1,"name":"../hold"}',
    b'{"say":"order","id":1,"name":"hold","args":{"a":' + b"[" * 50_000 + b"}",
    b'{"say":"order","id":1,"name":"hold","args":{"a":' + b"9" * 50_000 + b"}}",
    b'{"say":"order","id":1,"name":"hold","args":[]}',
    b'{"say":"order","id":1,"name":"hold","surplus":1}',
    b'{"say":"order","id":1,"name":"hold","args":{"' + b"a" * 61 + b'":1}}',
    b'{"say":"watch","since":"yesterday"}',
    b'{"say":"welcome","version":1}',
]


def test_nonsense_is_refused_and_the_next_order_is_heard(box: SmallBox) -> None:
    with box.connect() as raw:
        meanwhile(lambda: box.run(echo))
        answers = say(raw, HELLO, *NONSENSE, b'{"say":"order","id":99,"name":"hold"}')
        assert next(answers) == {"say": "welcome", "version": 1}
        for nonsense in NONSENSE:
            answer = next(answers)
            assert answer["reply"]["kind"] == "refused", nonsense
            assert 10 < len(answer["reply"]["sentence"]) < 300
        assert (answer := next(answers))["id"] == 99 and answer["reply"]["kind"] == "done"


def test_a_refused_order_carries_its_number_where_it_can_be_read(box: SmallBox) -> None:
    with box.connect() as raw:
        answers = say(raw, HELLO, b'{"say":"order","id":12,"name":"../hold"}')
        next(answers)
        assert next(answers)["id"] == 12


def test_an_endless_line_is_refused_and_its_sender_let_go(box: SmallBox) -> None:
    with box.connect() as raw:
        answers = say(raw, HELLO, b'{"say":"order","id":1,"name":"' + b"a" * (300 * 1024))
        next(answers)
        assert "256 kB" in next(answers)["reply"]["sentence"]
        assert list(answers) == []


def test_who_does_not_say_hello_in_our_version_is_not_served(box: SmallBox) -> None:
    for first in (b'{"say":"hello","version":2}', b'{"say":"order","id":1,"name":"hold"}'):
        with box.connect() as raw:
            (answer,) = say(raw, first)
            assert answer["reply"]["sentence"] == "Say hello first, in version 1."


def test_too_many_clients_and_too_many_orders_are_refused(box: SmallBox) -> None:
    crowd = [box.connect() for _ in range(control_server.CLIENTS)]
    for raw in crowd:
        next(say(raw, HELLO))
    with box.connect() as late:
        assert "64 clients" in next(say(late))["reply"]["sentence"]
    order = b'{"say":"order","id":1,"name":"hold"}'
    answers = say(crowd[0], *[order] * (control_server.OPEN_ORDERS + 1))
    assert "wait for their answers" in next(answers)["reply"]["sentence"]
    box.run(echo, orders=control_server.OPEN_ORDERS)
    assert [next(answers)["reply"]["kind"] for _ in range(control_server.OPEN_ORDERS)] == [
        "done"
    ] * control_server.OPEN_ORDERS
    for raw in crowd:
        raw.close()


def test_an_order_for_the_town_is_checked_before_it_is_carried_out() -> None:
    assert town_order("town.call", {"line": 1, "number": "+4533120001", "name": "Hansen A/S"}) == TownCall(
        line=1, number="+4533120001", name="Hansen A/S"
    )
    hands = {"call", "press", "say", "lift", "dial", "answer", "hang_up"}
    faults = {"unplug", "plug", "cut", "noise", "power_cut", "power_on"}
    beside = {"story", "story_anew", "busy", "busy_stop"}
    assert set(TOWN) == {f"town.{verb}" for verb in hands | faults | beside}


@pytest.mark.parametrize(
    ("name", "args", "sentence"),
    [
        ("town.burn", {}, 'there is no order "town.burn"; the town knows town.call, town.press'),
        ("town.call", {"line": 0, "number": "12"}, "town.call: line must be a line, 1 to 16, not '0'"),
        ("town.call", {"line": "1", "number": "12"}, "town.call: line must be a line, 1 to 16, not '1'"),
        ("town.call", {"number": "12"}, "town.call: line is missing; it must be a line, 1 to 16"),
        (
            "town.call",
            {"line": 1, "numbre": "12"},
            'town.call has no field "numbre"; it has line, number, name',
        ),
        ("town.press", {"who": "+45", "keys": "12w3"}, "town.press: keys must be 1 to 40 of the keys 0 to 9"),
        ("town.lift", {"phone": "phone99"}, "town.lift: phone must be phone1 to phone16, usb1"),
        ("town.say", {"who": "phone1", "text": ""}, "town.say: text must be a sentence, 1 to 300 letters"),
    ],
)
def test_the_town_says_what_is_wrong_with_an_order(name: str, args: Args, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        town_order(name, args)
    assert sentence in str(refused.value)


def test_another_engine_behind_the_same_socket_begins_where_its_disk_ends(
    box: SmallBox, client: Client
) -> None:
    """After a power cut numbers are told again, to whoever asks anew."""
    box.tell(3)
    box.tell(2, durable=False)
    watching = client.watch(since=0)
    assert [next(watching).seq for _ in range(5)] == [1, 2, 3, 4, 5]  # type: ignore[union-attr]
    box.journal.drop()
    box.journal.last = (3, 0)
    box.server.begin_anew(box.journal)
    with pytest.raises(Broken):
        next(watching)
    box.seq = 3
    again = client.watch(since=3)
    box.tell()
    assert next(again).seq == 4  # type: ignore[union-attr]
