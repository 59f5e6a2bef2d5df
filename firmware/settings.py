"""What the owner may set: the tables, their ranges, and the sentences that say what is wrong.

`read(data)` turns the settings as stored (plain dicts) into frozen rows. An unknown key is an
error. Every error names the field, the value and what is allowed.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from firmware.base import Refused
from firmware.base.numbers import emergency_numbers, shadows_emergency

Country = Literal["US", "UK", "DK", "HR", "TR", "KR", "CN", "TW", "DE", "FR"]
Strategy = Literal["ring_down", "hunt", "hunt_fixed", "longest_idle", "fewest_calls", "share", "skills"]
Supervision = Literal["loop_break", "reversal", "busy_tone", "dial_tone", "silence"]
Extension = Annotated[str, Meta(pattern=r"^[0-9]{2,6}\Z")]
Digits = Annotated[str, Meta(pattern=r"^\+?[0-9]{2,15}\Z")]
MenuKey = Annotated[str, Meta(pattern=r"^[0-9*#]\Z")]
Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,29}\Z")]
Grade = Annotated[int, Meta(ge=1, le=5)]
Seconds = Annotated[float, Meta(ge=1, le=600)]


class Row(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of a table."""


class Line(Row, frozen=True):
    """An outside line: its own number, the country whose exchange it hangs on, its menu."""

    number: Digits | None = None
    country: Country | None = None  # the office's where not told
    menu: str = "main"
    supervision: tuple[Supervision, ...] = get_args(Supervision)
    silence_s: Seconds = 60.0
    dial: Literal["tones", "pulses"] = "tones"


class Phone(Row, frozen=True):
    """A telephone port and its extension."""

    number: Extension


class Person(Row, frozen=True):
    """Somebody of the office: internal number, station, PIN for telephone codes."""

    number: Extension
    station: str | None = None
    pin: Annotated[str, Meta(pattern=r"^[0-9]{6,12}\Z")] | None = None
    skills: dict[Word, Grade] = {}
    weight: Annotated[float, Meta(gt=0, le=10)] = 1.0  # of his share of the calls


class Nobody(Row, frozen=True):
    """What happens to a caller while nobody is signed in: one of the three."""

    ring: tuple[str, ...] = ()
    hunt: tuple[str, ...] = ()
    to: str | None = None


class Queue(Row, frozen=True):
    """Callers who wait for the same people."""

    strategy: Strategy = "ring_down"
    members: tuple[str, ...] = ()
    nobody: Nobody | Literal["wait"] = "wait"
    ring_s: Seconds = 15.0
    wrap_s: Annotated[float, Meta(ge=0, le=600)] = 15.0
    priority: Annotated[int, Meta(ge=0, le=9)] = 0  # each step counts as PRIORITY seconds waited
    skill: Word | None = None
    ladder: tuple[tuple[Seconds, Grade], ...] = ()  # after so many seconds, this lower grade will do


class Menu(Row, frozen=True):
    """A greeting, a question and where each key leads."""

    greeting: str = "greeting"
    prompt: str = "menu.main"
    keys: dict[MenuKey, str] = {}
    silence: str = "operator"
    wait_s: Annotated[float, Meta(ge=2, le=60)] = 8.0
    tries: Annotated[int, Meta(ge=1, le=5)] = 2


class Office(Row, frozen=True):
    """What is not a table."""

    name: Annotated[str, Meta(min_length=1, max_length=60)] = "Bellwire"
    country: Country = "DK"
    language: Literal["en"] = "en"
    operator: str = "phone1"
    emergency: tuple[Annotated[str, Meta(pattern=r"^[0-9]{2,6}\Z")], ...] = ()
    breaks: tuple[Word, ...] = ("lunch", "break", "training", "meeting")


TABLES: dict[str, type[Row]] = {
    "lines": Line,
    "phones": Phone,
    "people": Person,
    "queues": Queue,
    "menus": Menu,
}
_WORD = (r"[a-z][a-z0-9_]{0,29}", "small letters, digits and _, at most 30")
_NAMES = {
    "lines": (r"line([1-9]|[1-5][0-9]|6[0-4])", "line1 to line64"),
    "phones": (r"phone([1-9]|[1-5][0-9]|6[0-4])", "phone1 to phone64"),
    "people": _WORD,
    "queues": _WORD,
    "menus": _WORD,
}
_ELSEWHERE = re.compile(r"usb([1-9]|1[0-6])|browser")  # stations that are no telephone port
OPERATOR = "operator"


class Settings(Struct, frozen=True):
    """All of it, checked as a whole."""

    office: Office
    lines: dict[str, Line]
    phones: dict[str, Phone]
    people: dict[str, Person]
    queues: dict[str, Queue]
    menus: dict[str, Menu]

    @property
    def country(self) -> str:
        return self.office.country

    @property
    def emergencies(self) -> frozenset[str]:
        return emergency_numbers(self.country) | frozenset(self.office.emergency)

    def country_of(self, line: str) -> str:
        return self.lines[line].country or self.country

    def extensions(self) -> dict[str, str]:
        """Internal number -> the station that it rings; "" for somebody who has none."""
        stations = {phone.number: name for name, phone in self.phones.items()}
        people = {each.number: each.station or "" for each in self.people.values()}
        return people | stations


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
    _check(settings)
    return settings


def _must_be_table(where: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise Refused(f"{where}: must be a table of fields, not {_shown(value)}")


def _table(table: str, kind: type[Row], rows: Any) -> dict[str, Any]:
    _must_be_table(table, rows)
    for name in rows:
        if not re.fullmatch(_NAMES[table][0], str(name)):
            raise Refused(f"{table}.{_shown(name)}: is no name for this table; {_NAMES[table][1]}")
    return {name: _row(f"{table}.{name}", kind, row) for name, row in rows.items()}


def _row(path: str, kind: type[Row], row: Any, also: tuple[str, ...] = ()) -> Any:
    _must_be_table(path, row)
    fields = get_type_hints(kind, include_extras=True)
    for name, value in row.items():
        where = f"{path}.{name}".lstrip(".")
        if name not in fields:
            allowed = ", ".join([*fields, *also])
            raise Refused(f"{where}: there is no such setting; allowed here: {allowed}")
        _field(where, value, fields[name])
    missing = [each for each in kind.__struct_fields__ if each not in row and each in _required(kind)]
    if missing:
        raise Refused(f"{path}.{missing[0]}: is missing")
    return msgspec.convert(dict(row), kind)


def _required(kind: type[Row]) -> set[str]:
    return {each.name for each in msgspec.structs.fields(kind) if each.required}


def _field(where: str, value: Any, hint: Any) -> None:
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


def _check(settings: Settings) -> None:
    """What no field can know by itself: that names exist, and that emergency numbers stay free."""
    _check_names(settings)
    _check_numbers(settings)
    for name, line in settings.lines.items():
        if line.menu not in settings.menus:
            raise Refused(f'lines.{name}.menu: "{line.menu}" is not one of {", ".join(settings.menus)}')
    for name, menu in settings.menus.items():
        for key, to in menu.keys.items():
            _check_destination(settings, f"menus.{name}.keys.{key}", to)
        _check_destination(settings, f"menus.{name}.silence", menu.silence)
    for name, queue in settings.queues.items():
        _check_queue(settings, name, queue)
    _check_station(settings, "operator", settings.office.operator)


def _check_names(settings: Settings) -> None:
    """A destination is one word: no two things may share it."""
    seen = {OPERATOR: "the operator"}
    for table in ("queues", "people"):
        for name in getattr(settings, table):
            if (other := seen.setdefault(name, f"{table}.{name}")) != f"{table}.{name}":
                raise Refused(f'{table}.{name}: "{name}" is already the name of {other}; choose another')
    for name, person in settings.people.items():
        if person.station:
            _check_station(settings, f"people.{name}.station", person.station)


def _check_numbers(settings: Settings) -> None:
    taken: dict[str, str] = {}
    rows: dict[str, Phone | Person] = {f"phones.{name}": each for name, each in settings.phones.items()}
    rows |= {f"people.{name}": each for name, each in settings.people.items()}
    lines = [line.number for line in settings.lines.values() if line.number]
    if twice := next((each for each in lines if lines.count(each) > 1), None):
        raise Refused(f'lines: "{twice}" is the number of two lines; each has its own')
    for where, row in rows.items():
        if (other := taken.setdefault(row.number, where)) != where:
            raise Refused(f'{where}.number: "{row.number}" is already the number of {other}')
        if shadow := shadows_emergency(row.number, settings.emergencies):
            raise Refused(
                f'{where}.number: "{row.number}" is in the way of the emergency number {shadow};'
                " choose a number that neither begins it nor begins with it"
            )


def _check_queue(settings: Settings, name: str, queue: Queue) -> None:
    for member in queue.members:
        if member not in settings.people:
            raise Refused(f'queues.{name}.members: "{member}" is not one of {", ".join(settings.people)}')
    if isinstance(queue.nobody, Nobody):
        chosen = [rule for rule in (queue.nobody.ring, queue.nobody.hunt, queue.nobody.to) if rule]
        if len(chosen) != 1:
            raise Refused(f"queues.{name}.nobody: must be one of ring, hunt, to, or the word wait")
        for station in (*queue.nobody.ring, *queue.nobody.hunt):
            _check_station(settings, f"queues.{name}.nobody", station)
        if queue.nobody.to:
            _check_destination(settings, f"queues.{name}.nobody.to", queue.nobody.to)


def _check_station(settings: Settings, where: str, station: str) -> None:
    if station not in settings.phones and not _ELSEWHERE.fullmatch(station):
        raise Refused(f'{where}: "{station}" is not one of {", ".join(settings.phones)}')


def _check_destination(settings: Settings, where: str, to: str) -> None:
    places = [OPERATOR, *settings.queues, *settings.people, *settings.phones, *settings.extensions()]
    if to not in places:
        raise Refused(f'{where}: "{to}" is not one of {", ".join(places)}')
