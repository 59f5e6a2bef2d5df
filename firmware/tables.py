"""What the owner may set, table by table: fields, ranges and defaults."""

from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from firmware.base.numbers import emergency_numbers

Country = Literal["US", "UK", "DK", "HR", "TR", "KR", "CN", "TW", "DE", "FR"]
Strategy = Literal["ring_down", "hunt", "hunt_fixed", "longest_idle", "fewest_calls", "share", "skills"]
Supervision = Literal["loop_break", "reversal", "busy_tone", "dial_tone", "silence"]
Extension = Annotated[str, Meta(pattern=r"^[0-9]{2,6}\Z")]
Digits = Annotated[str, Meta(pattern=r"^\+?[0-9]{2,15}\Z")]
MenuKey = Annotated[str, Meta(pattern=r"^[0-9*#]\Z")]
Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,29}\Z")]
Grade = Annotated[int, Meta(ge=1, le=5)]
Seconds = Annotated[float, Meta(ge=1, le=600)]
Spans = Annotated[tuple[str, ...], Meta(max_length=12)]  # like 09:00-12:00: firmware/base/hours.py
ZONES = {
    "US": "America/New_York",
    "UK": "Europe/London",
    "DK": "Europe/Copenhagen",
    "HR": "Europe/Zagreb",
    "TR": "Europe/Istanbul",
    "KR": "Asia/Seoul",
    "CN": "Asia/Shanghai",
    "TW": "Asia/Taipei",
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
}


class Row(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of a table."""


class Line(Row, frozen=True):
    """An outside line: its own number, the country whose exchange it hangs on, its menu."""

    number: Digits | None = None
    country: Country | None = None  # the office's where not told
    menu: str = "main"
    hours: str | None = None  # a row of hours; none: always open
    closed: str | None = None  # where callers are led meanwhile; none: the menu's, else goodbye
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


class Hours(Row, frozen=True):
    """When an office is open. `days` are single dates, which count more than week and holidays."""

    week: dict[str, Spans] = {}
    holidays: bool = True  # the public holidays of the office's country are closed
    region: str | None = None  # and of this part of it
    days: Annotated[dict[str, Spans], Meta(max_length=1_000)] = {}


class Queue(Row, frozen=True):
    """Callers who wait for the same people."""

    strategy: Strategy = "ring_down"
    members: tuple[str, ...] = ()
    hours: str | None = None  # a row of hours; none: always open
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
    closed: str | None = None  # where callers are led while their line is closed; none: goodbye
    wait_s: Annotated[float, Meta(ge=2, le=60)] = 8.0
    tries: Annotated[int, Meta(ge=1, le=5)] = 2


class Office(Row, frozen=True):
    """What is not a table."""

    name: Annotated[str, Meta(min_length=1, max_length=60)] = "Bellwire"
    country: Country = "DK"
    zone: str | None = None  # of its clocks; none: the zone of the country's capital, of New York in the US
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
    "hours": Hours,
}
OPERATOR = "operator"


class Settings(Struct, frozen=True):
    """All of it, checked as a whole."""

    office: Office
    lines: dict[str, Line]
    phones: dict[str, Phone]
    people: dict[str, Person]
    queues: dict[str, Queue]
    menus: dict[str, Menu]
    hours: dict[str, Hours] = {}

    @property
    def country(self) -> str:
        return self.office.country

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.office.zone or ZONES[self.country])

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
