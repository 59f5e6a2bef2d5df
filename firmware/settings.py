"""The settings as stored, read into frozen rows: every error names the field, the value and what is allowed.

The tables are in `tables`, what no field can know by itself in `checks`. An unknown key is an error.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from firmware.base import Refused
from firmware.base.stations import BROWSERS, elsewhere
from firmware.checks import check
from firmware.rows import Nobody
from firmware.steps import STEPS, Step
from firmware.tables import TABLES, Office, Person, Settings

_WORD = (r"[a-z][a-z0-9_]{0,29}", "small letters, digits and _, at most 30")
_NAMES = {
    "lines": (r"line([1-9]|[1-5][0-9]|6[0-4])", "line1 to line64"),
    "phones": (r"phone([1-9]|[1-5][0-9]|6[0-4])", "phone1 to phone64"),
    "people": _WORD,
    "queues": _WORD,
    "identities": _WORD,
    "types": _WORD,
    "menus": _WORD,
    "steps": _WORD,
    "offices": _WORD,
    "ways": _WORD,
    "accounts": (r"[0-9]{2,20}", "2 to 20 digits"),
    "hours": _WORD,
}

Kind = type[msgspec.Struct]


def merged(base: Any, change: Any) -> Any:
    """`change` laid over `base`: tables merge, lists are replaced, None removes."""
    if not (isinstance(base, Mapping) and isinstance(change, Mapping)):
        return change
    # `nobody` is a choice of one: it is replaced whole.
    under = {**base, "nobody": {}} if isinstance(change.get("nobody"), Mapping) else base
    both = {**base, **{key: merged(under.get(key), value) for key, value in change.items()}}
    return {key: value for key, value in both.items() if value is not None}


def read(data: Mapping[str, Any]) -> Settings:
    """The settings of `data`; raises Refused with a sentence that names the field."""
    _must_be_table("settings", data)
    plain = {key: value for key, value in data.items() if key not in TABLES}
    office = _row("", Office, plain, also=tuple(TABLES))
    tables = {table: _table(table, kind, data.get(table, {})) for table, kind in TABLES.items()}
    settings = Settings(office=office, **tables)
    check(settings)
    return msgspec.structs.replace(settings, people=_reached(settings))


def _reached(settings: Settings) -> dict[str, Person]:
    """The people; a station that is an outside number is named by it in E.164, however it was written."""
    return {
        name: msgspec.structs.replace(
            person, station=settings.outside(person.station or "") or person.station
        )
        for name, person in settings.people.items()
    }


def _must_be_table(where: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise Refused(f"{where}: must be a table of fields, not {_shown(value)}")


def _table(table: str, kind: Kind, rows: Any) -> dict[str, Any]:
    _must_be_table(table, rows)
    for name in rows:
        if not re.fullmatch(_NAMES[table][0], str(name)):
            raise Refused(f"{table}.{_shown(name)}: is no name for this table; {_NAMES[table][1]}")
    return {
        name: _row(f"{table}.{name}", _kind(kind, f"{table}.{name}", row), row) for name, row in rows.items()
    }


def _kind(kind: Kind, where: str, row: Any) -> Kind:
    """A step's `do` says what its fields are."""
    if kind is not Step:
        return kind
    _must_be_table(where, row)
    if row.get("do") not in STEPS:
        raise Refused(f"{where}.do: {_shown(row.get('do', ''))} is not one of {', '.join(STEPS)}")
    return STEPS[row["do"]]


def _row(path: str, kind: Kind, row: Any, also: tuple[str, ...] = ()) -> Any:
    _must_be_table(path, row)
    hints = get_type_hints(kind, include_extras=True)
    fields = {each.encode_name: hints[each.name] for each in msgspec.structs.fields(kind)}
    for name, value in row.items():
        where = f"{path}.{name}".lstrip(".")
        if name not in fields:
            allowed = ", ".join([*fields, *also])
            raise Refused(f"{where}: there is no such setting; allowed here: {allowed}")
        _field(where, value, fields[name])
    if missing := [each for each in _required(kind) if each not in row]:
        raise Refused(f"{path}.{missing[0]}: is missing")
    return msgspec.convert(dict(row), kind)


def _required(kind: Kind) -> list[str]:
    return [each.encode_name for each in msgspec.structs.fields(kind) if each.required]


def _field(where: str, value: Any, hint: Any) -> None:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        _row(where, hint, value)
        return
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        allowed = _allowed(hint)
        said = f"is not one of {', '.join(allowed)}" if allowed else _plain(str(error))
        shown = "this" if where.endswith(".pin") else _shown(value)  # a PIN is never repeated
        raise Refused(f"{where}: {shown} {said}") from None


def _allowed(hint: Any) -> list[str]:
    """The words that a field may hold, where it holds words from a list."""
    if get_origin(hint) is Literal:
        return [str(each) for each in get_args(hint)]
    plain = [each for each in get_args(hint) if each not in (type(None), Ellipsis)]
    return _allowed(plain[0]) if len(plain) == 1 else []


def _plain(error: str) -> str:
    """msgspec's sentence in the words of a page."""
    said = re.sub(r"`(\w+)`", r"\1", error.split(" - at ")[0])
    return "is not allowed: " + said[0].lower() + said[1:]


def _shown(value: Any) -> str:
    text = str(value)
    return f'"{text[:40]}{"…" if len(text) > 40 else ""}"'


def stations(settings: Settings) -> list[str]:
    """Every such station that the settings name, once, people's first; and as many browsers as they ask."""
    named = [person.station or "" for person in settings.people.values()]
    for queue in settings.queues.values():
        if isinstance(queue.nobody, Nobody):
            named += (*queue.nobody.ring, *queue.nobody.hunt)
    named += (settings.office.operator, *BROWSERS[: settings.office.browsers])
    return [name for name in dict.fromkeys(named) if elsewhere(name)]
