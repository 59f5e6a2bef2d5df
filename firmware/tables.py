"""What the owner may set, table by table: fields, ranges and defaults."""

from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from firmware.base.numbers import Class, e164, emergency_numbers, is_national
from firmware.base.stations import MOST
from firmware.rows import GOODBYE as GOODBYE
from firmware.rows import MAILBOX as MAILBOX
from firmware.rows import OPERATOR as OPERATOR
from firmware.rows import (
    ZONES,
    Account,
    Blocked,
    Brake,
    Digits,
    Extension,
    Far,
    Forward,
    Gap,
    Grade,
    Known,
    Label,
    Mailbox,
    MenuKey,
    Origin,
    Pin,
    Rung,
    Way,
    Word,
)
from firmware.rows import Announce as Announce
from firmware.rows import Hours as Hours
from firmware.rows import Nobody as Nobody
from firmware.steps import Menu as Menu
from firmware.steps import Step

Country = Literal["US", "UK", "DK", "HR", "TR", "KR", "CN", "TW", "DE", "FR"]
Spoken = Literal["en", "da"]  # what the box speaks: firmware/base/spoken.py
Strategy = Literal["ring_down", "hunt", "hunt_fixed", "longest_idle", "fewest_calls", "share", "skills"]
Supervision = Literal["loop_break", "reversal", "busy_tone", "dial_tone", "silence"]
Seconds = Annotated[float, Meta(ge=1, le=600)]


class Row(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of a table."""


class Line(Row, frozen=True):
    """An outside line: its own number, the country whose exchange it hangs on, its menu."""

    number: Digits | None = None
    country: Country | None = None  # the office's where not told
    identity: str | None = None  # the company whose line it is; none: the office
    menu: str | None = None  # the identity's, or main, where not told
    to: str | None = None  # a direct line: past any menu to this destination
    type: str | None = None  # of every call on this line
    hours: str | None = None  # a row of hours; none: always open
    closed: str | None = None  # where callers are led meanwhile; none: the menu's, else goodbye
    supervision: tuple[Supervision, ...] = get_args(Supervision)
    silence_s: Seconds = 60.0
    dial: Literal["tones", "pulses"] = "tones"


class Phone(Row, frozen=True):
    """A telephone port and its extension."""

    number: Extension
    place: Label | None = None  # where it stands: whoever comes to help must find it
    may_call: Class = "national"  # while nobody is signed in there


class Person(Row, frozen=True):
    """Somebody of the office: internal number, station, PIN for telephone codes."""

    number: Extension
    station: str | None = None
    pin: Pin | None = None
    skills: dict[Word, Grade] = {}
    weight: Annotated[float, Meta(gt=0, le=10)] = 1.0  # of his share of the calls
    may_call: Class = "national"  # and all that costs less
    may_listen: bool = False  # to colleagues' calls
    greeting: str | None = None  # the prompt with which he answers callers
    whisper: Literal["spoken", "beep", "off"] | None = None  # none: spoken, but a beep where he has a screen
    mailbox: Mailbox = Mailbox()
    forward: Forward = Forward()  # of his own calls, not of those that queues offer him
    may_forward_out: bool = False  # also to outside numbers that he may call
    call_waiting: bool = True  # who talks hears that a colleague or his own caller would like to


class CallBack(Row, frozen=True):
    """Whether callers may have themselves called back and keep their place, and how (FEATURES row 21)."""

    enabled: bool = False
    offer_after_s: Annotated[float, Meta(ge=0, le=7200)] = 180.0  # expected wait, beyond which it is offered
    first: Literal["agent", "customer"] = "agent"  # who is on the telephone before the other is rung
    preview_s: Annotated[float, Meta(ge=0, le=60)] = 5.0  # that an agent is given before the box dials
    tries: Annotated[int, Meta(ge=0, le=10)] = 3  # after one that did not reach him
    gaps: Annotated[tuple[Gap, ...], Meta(min_length=1)] = (300.0, 900.0, 3600.0)  # s; the last one counts on
    at_closing: Literal["keep", "drop"] = "keep"  # for the next morning, or the caller is left
    question: str = "callback.question"  # the prompt that says who calls back, and asks for a 1


class Queue(Row, frozen=True):
    """Callers who wait for the same people."""

    strategy: Strategy = "ring_down"
    members: tuple[str, ...] = ()
    hours: str | None = None  # a row of hours; none: always open
    nobody: Nobody | Literal["wait"] = "wait"
    ring_s: Seconds = 15.0
    wrap_s: Annotated[float, Meta(ge=0, le=600)] = 15.0  # wrap-up after a call, and each extension
    wrap_min_s: Annotated[float, Meta(ge=0, le=600)] = 0.0  # nobody ends it sooner
    wrap_max_s: Annotated[float, Meta(ge=0, le=3600)] = 180.0  # extended, or waiting for a reason
    reasons: tuple[Word, ...] = ()  # what a call may have come to
    reason_must: bool = False  # wrap-up does not end without one
    most: Annotated[int, Meta(ge=1, le=300)] | None = None  # waiting; none: one less than there are lines
    full: str | None = None  # where whoever comes behind so many is led; none: he waits as well
    late_s: Annotated[float, Meta(ge=15, le=7200)] = 600.0  # of waiting, after which a caller is led to
    late: str | None = None  # another destination; none: he waits on
    expected_s: Annotated[float, Meta(ge=30, le=7200)] = 600.0  # expected wait, beyond which he is led to
    expected: str | None = None
    closing: Literal["finish", "move"] = "finish"  # who waits at closing time is served, or turned away
    closed: str | None = None  # where callers are led while it is closed; none: goodbye
    keys: dict[MenuKey, str] = {}  # what a caller who waits may choose instead; "callback" is a choice
    resume_s: Annotated[float, Meta(ge=0, le=3600)] = 300.0  # who gave up and rings again so soon keeps
    # what he has waited; 0: never
    priority: Annotated[int, Meta(ge=0, le=9)] = 0  # each step counts as PRIORITY seconds waited
    skill: Word | None = None
    ladder: tuple[tuple[Seconds, Rung], ...] = ()  # after so many seconds, this lower grade will do
    sticky: bool = False  # who rings again is kept a while for whoever talked with him last
    sticky_days: Annotated[int, Meta(ge=1, le=365)] = 14  # since they talked
    sticky_s: Annotated[float, Meta(ge=1, le=120)] = 20.0
    announce: Announce = Announce()
    whisper: bool = False  # whoever lifts hears what the call is, and how long it has waited
    spoken: str | None = None  # the prompt that names the queue
    mailbox: Mailbox = Mailbox()
    record: Literal["off", "on", "ask"] = "off"  # its calls; ask: callers are told, and may refuse
    callback: CallBack = CallBack()


class Identity(Row, frozen=True):
    """One of several companies that are served: what its callers hear, and what the agents are shown."""

    label: Label
    greeting: str | None = None  # instead of its menu's
    menu: str | None = None
    language: Spoken | None = None
    hours: str | None = None
    closed: str | None = None
    script: Annotated[str, Meta(max_length=2_000)] = ""  # what the agent reads


class CallType(Row, frozen=True):
    """What a call is about. It is known by its line (`lines.*.type`), by the key that leads to it (a type
    is a destination), or by the caller's number."""

    label: Label
    to: str | None = None  # where its callers are led
    numbers: tuple[Digits, ...] = ()  # of callers: whole, or how they begin; in E.164
    language: Spoken | None = None
    whisper: str | None = None  # the prompt that tells the agent
    priority: Annotated[int, Meta(ge=0, le=9)] = 0  # beside the queue's
    skill: Word | None = None  # instead of the queue's
    script: Annotated[str, Meta(max_length=2_000)] = ""
    reasons: tuple[Word, ...] = ()  # of its wrap-up, instead of the queue's


class Office(Row, frozen=True):
    """What is not a table."""

    name: Annotated[str, Meta(min_length=1, max_length=60)] = "Bellwire"
    country: Country = "DK"
    zone: str | None = None  # of its clocks; none: the zone of the country's capital, of New York in the US
    language: Spoken = "en"
    operator: str = "phone1"
    shared_numbers: tuple[Digits, ...] = ()  # which many people call from: nobody is known by them
    emergency: tuple[Annotated[str, Meta(pattern=r"^[0-9]{2,6}\Z")], ...] = ()
    breaks: tuple[Word, ...] = ("lunch", "break", "training", "meeting")
    barred: tuple[Digits, ...] = ()  # numbers, or how they begin, that nobody dials
    daily_calls: Annotated[int, Meta(ge=0, le=1_000)] = 200  # outside, of one person or telephone; 0: any
    brake: Brake = Brake()  # of dear calls
    blocked: Annotated[tuple[Blocked, ...], Meta(max_length=1_000)] = ()  # callers, or how they begin
    blocked_action: str = "message"  # he is told so; silent: it rings on; or led to a destination
    flood_calls: Annotated[int, Meta(ge=0, le=1_000)] = 6  # of one number in a minute; more are turned
    # away; 0: any
    lines_together: bool = False  # may two outside lines be left alone with each other?
    misses: Annotated[int, Meta(ge=1, le=10)] = 2  # offers missed in a row, after which it is a break
    browsers: Annotated[int, Meta(ge=0, le=MOST)] = 1  # that may be telephones, at least; from a start on
    return_s: Annotated[float, Meta(ge=0, le=600)] = 30.0  # a call is kept for a station that has vanished
    sign_out_at_closing: bool | str = True  # of the last of somebody's queues; or of this row of hours
    sign_out_after_h: Annotated[float, Meta(ge=0, le=168)] = 12.0  # 0: never
    dnd_h: Annotated[float, Meta(ge=0, le=168)] = 0.0  # "do not disturb" ends after so long; 0: never
    lookup_hosts: Annotated[tuple[Origin, ...], Meta(max_length=20)] = ()  # that flows may ask over HTTP
    greet_known: bool = False  # whoever is in `names` is greeted by his name
    names: Annotated[dict[Known, str], Meta(max_length=5_000)] = {}  # number of a caller -> his spoken name


TABLES: dict[str, type[Struct]] = {
    "lines": Line,
    "phones": Phone,
    "people": Person,
    "queues": Queue,
    "identities": Identity,
    "types": CallType,
    "menus": Menu,
    "steps": Step,
    "accounts": Account,
    "offices": Far,
    "ways": Way,
    "hours": Hours,
}
CALLBACK = "callback"  # what a key may ask for in a queue


class Settings(Struct, frozen=True):
    """All of it, checked as a whole."""

    office: Office
    lines: dict[str, Line]
    phones: dict[str, Phone]
    people: dict[str, Person]
    queues: dict[str, Queue]
    menus: dict[str, Menu]
    identities: dict[str, Identity] = {}
    types: dict[str, CallType] = {}
    hours: dict[str, Hours] = {}
    steps: dict[str, Step] = {}
    accounts: dict[str, Account] = {}
    offices: dict[str, Far] = {}
    ways: dict[str, Way] = {}

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

    def identity_of(self, line: str) -> Identity | None:
        return self.identities.get(self.lines[line].identity or "")

    def menu_of(self, line: str) -> str:
        identity = self.identity_of(line)
        return self.lines[line].menu or (identity.menu if identity else None) or "main"

    def type_of(self, line: str, number: str | None) -> tuple[str | None, Literal["number", "line"]]:
        """What a call on `line` is about: the type that names most of the number, else the line's."""
        known = number if number and number not in self.office.shared_numbers else ""
        fits = [
            (len(start), name)
            for name, row in self.types.items()
            for start in row.numbers
            if known.startswith(start)
        ]
        if fits:
            return max(fits)[1], "number"
        return self.lines[line].type, "line"

    @property
    def mailboxes(self) -> dict[str, Mailbox]:
        """Of people and queues, whose names follow `mailbox:`."""
        rows: dict[str, Queue | Person] = {**self.queues, **self.people}
        return {name: row.mailbox for name, row in rows.items() if row.mailbox.enabled}

    def outside(self, word: str) -> str | None:
        """The station that `word` is as an outside number, in E.164: somebody's ordinary number in the
        country. None: it is no such number, or it is one of our own lines."""
        number = e164(word, self.country)
        if number is None or number in {line.number for line in self.lines.values()}:
            return None
        return number if is_national(number, self.country) else None

    def extensions(self) -> dict[str, str]:
        """Internal number -> the station that it rings; "" for somebody who has none."""
        stations = {phone.number: name for name, phone in self.phones.items()}
        people = {each.number: each.station or "" for each in self.people.values()}
        return people | stations
