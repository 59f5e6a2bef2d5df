"""What the owner changes while the box runs: kept, then in force; or refused, and nothing has happened."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware.base.orders import Reply
from firmware.rim.changes import Changes
from firmware.rim.store import SettingsStore
from firmware.tables import Settings
from hostsim.office import DEMO, Office

SECRET = bytes(32)


class Bench:
    """The demo office's box, whose tick is turned by hand while the thread works."""

    def __init__(self, folder: Path, store: type[SettingsStore] = SettingsStore) -> None:
        self.office = Office(fidelity="signal")
        self.box = self.office.box
        self.store = store(folder)
        data = json.loads(DEMO.read_text("utf-8"))
        self.changes = Changes(self.store, data, SECRET, self.box.post_own)
        self.box.orders |= self.changes.orders(self.box)

    def change(self, **args: Any) -> Reply:
        replies: list[Reply] = []
        came = threading.Event()

        def told(reply: Reply) -> None:
            replies.append(reply)
            came.set()

        self.changes.post(args, told)
        while not came.wait(0.002):
            self.office.wait(0.02)
        return replies[0]

    def close(self) -> None:
        self.changes.close()
        self.office.close()

    @property
    def settings(self) -> Settings:
        found: Settings = self.box.settings
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def test_a_change_is_kept_and_in_force_and_numbered(bench: Bench) -> None:
    reply = bench.change(base_version=0, patch={"queues": {"sales": {"ring_s": 20}}}, by="olga")
    assert (reply.kind, reply.result) == ("done", {"version": 1})
    assert bench.settings.queues["sales"].ring_s == 20
    kept = bench.store.load()
    assert kept is not None and kept[1]["queues"]["sales"]["ring_s"] == 20
    assert bench.store.versions()[0].by == "olga"


def test_two_pages_never_overwrite_each_others_work(bench: Bench) -> None:
    bench.change(base_version=0, patch={"name": "First"})
    reply = bench.change(base_version=0, patch={"name": "Second"})
    assert reply.kind == "refused" and "load them again" in reply.sentence
    assert bench.settings.office.name == "First"


@pytest.mark.parametrize(
    ("patch", "sentence"),
    [
        ({"queues": {"sales": {"ring_s": 0}}}, "queues.sales.ring_s"),
        ({"lines": {"line1": None}}, "restart the box"),  # only the tick knows what is plugged in
        ({"menus": {"main": {"greeting": "gone"}}}, 'no prompt "gone"'),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_kept(
    bench: Bench, patch: dict[str, Any], sentence: str
) -> None:
    reply = bench.change(base_version=0, patch=patch)
    assert reply.kind == "refused" and sentence in reply.sentence
    assert bench.store.load() is None and bench.changes.version == 0


class FullDisk(SettingsStore):
    """Nothing more is kept."""

    def save(self, settings: dict[str, Any], by: str, note: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_disk_that_does_not_keep_it_leaves_the_settings_as_they_are(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FullDisk)
    reply = bench.change(base_version=0, patch={"name": "New"})
    bench.close()
    assert reply.kind == "refused" and "No space left" in reply.sentence
    assert bench.settings.office.name == "Bellwire demo office"


@pytest.mark.parametrize("args", [{}, {"base_version": "x", "patch": {}}, {"base_version": 0, "patch": []}])
def test_an_order_without_its_fields_says_which_it_takes(bench: Bench, args: dict[str, Any]) -> None:
    assert "base_version, patch" in bench.change(**args).sentence


def test_nobody_from_outside_puts_settings_in_force_by_the_boxs_own_orders(bench: Bench) -> None:
    replies: list[Reply] = []
    told: Callable[[Reply], None] = replies.append
    for name in ("settings.use", "settings.may"):
        bench.box.post(name, {"ticket": 1}, told)
    bench.office.wait(0.1)
    assert [reply.sentence for reply in replies] == [
        f'"{name}" is the box\'s own order' for name in ("settings.use", "settings.may")
    ]
    bench.box.post_own("settings.use", {"ticket": 1}, told)
    bench.office.wait(0.1)
    assert "nobody handed that in" in replies[2].sentence


def test_a_pin_is_kept_as_its_hash(bench: Bench) -> None:
    bench.change(base_version=0, patch={"people": {"ann": {"pin": "135790"}}})
    kept = bench.store.load()
    assert kept is not None and kept[1]["people"]["ann"]["pin"].startswith("blake2b:")
