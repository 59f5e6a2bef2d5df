"""Settings survive cuts, broken files and second thoughts."""

import json
import stat
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from firmware.base import Refused
from firmware.rim.store import AtomicStorage, SettingsStore, changes, check_sum, undo

OFFICE: dict[str, Any] = {
    "country": "DK",
    "lines": {"line1": {"number": "+4533120000", "menu": "main"}, "line2": {}},
    "people": {"ann": {"number": "101", "pin": None}},
    "menus": {"main": {"keys": {"1": "sales"}, "wait_s": 8.0}},
    "queues": {},
    "emergency": ["112"],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)
TABLES = st.dictionaries(st.text(max_size=2), JSON, max_size=4)


def nine_o_clock() -> datetime:
    return datetime(2026, 1, 5, 9, tzinfo=UTC)


def store_in(folder: Path) -> SettingsStore:
    return SettingsStore(folder, wall=nine_o_clock)


def changed(**fields: Any) -> dict[str, Any]:
    return deepcopy(OFFICE) | fields


def test_what_was_saved_is_there_after_a_restart(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    assert store.load() is None
    assert store.save(OFFICE, "olga", "first set-up") == 1
    assert store.load() == (1, OFFICE)
    again = store_in(tmp_path)
    assert again.load() == (1, OFFICE) and list(again.load()[1]) == list(OFFICE)
    assert again.table("people") == [{"name": "ann", "value": {"number": "101", "pin": None}}]
    assert again.notice == ""


def test_every_version_is_kept_with_its_name_and_can_be_put_together_again(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    german = changed(country="DE", queues={"sales": {"members": ["ann"]}})
    plain = {"country": "DE", "lines": OFFICE["lines"]}
    for version, by in ((OFFICE, "olga"), (german, "ann"), (plain, "olga")):
        store.save(version, by, f"by {by}")
    newest = store_in(tmp_path).versions()[0]
    assert (newest.version, newest.at, newest.by, newest.note) == (
        3,
        "2026-01-05T09:00:00+00:00",
        "olga",
        "by olga",
    )
    assert {"path": ["country"], "was": "DK", "now": "DE"} in store.versions()[1].changes
    assert [store.version(number) for number in (1, 2, 3)] == [OFFICE, german, plain]
    with pytest.raises(Refused, match="There is no version 4 of the settings; the newest is 3"):
        store.version(4)


@hypothesis_settings(max_examples=60, deadline=None)
@given(TABLES, TABLES)
def test_any_change_can_be_taken_back(was: dict[str, Any], now: dict[str, Any]) -> None:
    back = deepcopy(now)
    undo(back, changes(was, now))
    assert json.dumps(back, sort_keys=True) == json.dumps(was, sort_keys=True)


def named(storage: AtomicStorage) -> str:
    return str((storage.read() or {})["t"]["1"]["name"])


def test_a_cut_between_any_two_steps_of_a_save_leaves_the_old_settings_or_the_new_ones(
    tmp_path: Path,
) -> None:
    class Cut(AtomicStorage):
        """The power fails after so many steps."""

        def put_on_disk(self) -> Iterator[None]:
            return islice(super().put_on_disk(), steps)

    found = []
    for steps in range(7):
        path = tmp_path / f"{steps}.json"
        AtomicStorage(path).write({"t": {"1": {"name": "older"}}})
        AtomicStorage(path).write({"t": {"1": {"name": "old"}}})
        Cut(path).write({"t": {"1": {"name": "new"}}})
        after = AtomicStorage(path)
        assert after.notice == ""
        found.append(named(after))
        after.write({"t": {"1": {"name": "next"}}})
        assert named(AtomicStorage(path)) == "next"
    assert found == ["old"] * 5 + ["new"] * 2


def test_a_broken_file_gives_way_to_the_one_before_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    AtomicStorage(path).write({"t": {"1": {"name": "old"}}})
    AtomicStorage(path).write({"t": {"1": {"name": "new"}}})
    whole, before = path.read_bytes(), path.with_suffix(".previous").read_bytes()
    flipped = [bytes([*whole[:n], whole[n] ^ 0x10, *whole[n + 1 :]]) for n in range(0, len(whole), 3)]
    for broken in [whole[:n] for n in range(0, len(whole), 3)] + flipped:
        path.write_bytes(broken)
        path.with_suffix(".previous").write_bytes(before)
        found = AtomicStorage(path)
        assert named(found) == "old"
        assert "cannot be read: the version before it is in force" in found.notice
        assert path.with_suffix(".broken").read_bytes() == broken
        found.write({"t": {"1": {"name": "next"}}})
        assert named(AtomicStorage(path)) == "next"


def test_when_both_files_are_broken_the_box_starts_with_its_own_settings_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{")
    (tmp_path / "settings.previous").write_text("")
    store = store_in(tmp_path)
    assert store.load() is None
    assert "Bellwire starts with its own" in store.notice
    assert store.save(OFFICE, "olga", "again") == 1


def test_settings_from_tomorrow_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    store_in(tmp_path).save(OFFICE, "olga", "first set-up")
    path = tmp_path / "settings.json"
    text = path.read_text().partition("\n")[2]
    path.write_text(f"2 {check_sum('2', text)}\n{text}")
    before = path.read_bytes()
    with pytest.raises(Refused, match="settings format 2, this one knows 1"):
        store_in(tmp_path)
    assert path.read_bytes() == before


def test_a_disk_that_refuses_leaves_the_settings_as_they_were(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.save(OFFICE, "olga", "first set-up")
    (tmp_path / "settings.new").mkdir()
    with pytest.raises(OSError, match=r"settings\.new"):
        store.save({"country": "DE"}, "olga", "in vain")
    assert store.load() == (1, OFFICE) == store_in(tmp_path).load()
    (tmp_path / "settings.new").rmdir()
    assert store.save({"country": "DE"}, "olga", "at last") == 2


def test_nobody_else_reads_the_pins(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.save(OFFICE, "olga", "first set-up")
    store.save(OFFICE, "olga", "nothing new")
    for name in ("settings.json", "settings.previous"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
