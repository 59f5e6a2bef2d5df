"""The box's secret: made at its first start, readable by nobody else, and carried along in its backup.

Without it no PIN that the settings keep can be checked any more.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from secrets import token_bytes
from typing import Any

from firmware.base import Refused
from firmware.base.pins import SALT, SECRET, without_plain
from firmware.rim.books import sync_folder

NAME = "secret"


def box_secret(folder: Path) -> bytes:
    """The secret in the state folder, made there if it is the first start. Refused: it is spoilt."""
    path = folder / NAME
    if not path.exists():
        _make(path)
    found = path.read_bytes()
    if len(found) != SECRET:
        raise Refused(
            f"{path} is not the secret that this box made: put it back from a backup, or remove it and give"
            " everybody a new PIN."
        )
    return found


def _make(path: Path) -> None:
    """Whole or not at all, whenever the power goes."""
    new = path.with_suffix(".new")
    with open(new, "wb", opener=_private) as file:
        file.write(token_bytes(SECRET))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def sealed_settings(data: Mapping[str, Any], secret: bytes) -> dict[str, Any]:
    """`data` as it may be stored: no plain PIN is among it."""
    return without_plain(data, secret, lambda: token_bytes(SALT))
