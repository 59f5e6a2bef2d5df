"""What no field of the settings can know by itself: names exist, and emergency numbers stay free."""

from collections.abc import Collection, Iterator

from firmware.base import Refused, hours
from firmware.base.asked import origin
from firmware.base.numbers import shadows_emergency
from firmware.base.stations import elsewhere
from firmware.rows import MESSAGE, SILENT
from firmware.steps import PROVED, BranchStep, CollectStep, LookupStep, OfficeStep, ProgramStep, Step
from firmware.tables import (
    CALLBACK,
    GOODBYE,
    MAILBOX,
    OPERATOR,
    CallType,
    Line,
    Nobody,
    Person,
    Phone,
    Queue,
    Settings,
)
from firmware.ways_out import no_way_out

OUTSIDE = "or an ordinary number in the office's country (no premium or emergency number, no line of ours)"


def check(settings: Settings) -> None:
    """Refused: a sentence that names the first field that cannot be so."""
    _check_names(settings)
    _check_numbers(settings)
    for name, line in settings.lines.items():
        _check_line(settings, f"lines.{name}", line)
    for name, identity in settings.identities.items():
        _must_be(f"identities.{name}.menu", identity.menu, settings.menus)
        _check_closing(settings, f"identities.{name}", identity.hours, identity.closed)
    for name, each in settings.types.items():
        _check_type(settings, f"types.{name}", each)
    _check_flow(settings)
    _check_ways(settings)
    for name, queue in settings.queues.items():
        _check_queue(settings, name, queue)
    _check_station(settings, "operator", settings.office.operator)
    _check_office(settings)
    for name, row in settings.hours.items():
        hours.check(f"hours.{name}", row, settings.country)


def _check_line(settings: Settings, where: str, line: Line) -> None:
    _must_be(f"{where}.identity", line.identity, settings.identities)
    _must_be(f"{where}.type", line.type, settings.types)
    _must_be(f"{where}.menu", settings.menu_of(where.removeprefix("lines.")), settings.menus)
    _check_closing(settings, where, line.hours, line.closed)
    if line.to is not None:
        _check_destination(settings, f"{where}.to", line.to)


def _check_type(settings: Settings, where: str, row: CallType) -> None:
    if row.to in settings.types:
        raise Refused(f'{where}.to: "{row.to}" is a type of call as well; lead it to a queue or a person')
    if row.to is not None:
        _check_destination(settings, f"{where}.to", row.to)
    if strange := next((each for each in row.numbers if not each.startswith("+")), None):
        raise Refused(f'{where}.numbers: "{strange}" must begin with + and the country, like +4533')


def _must_be(where: str, name: str | None, rows: Collection[str]) -> None:
    """The name of a row, or none."""
    if name is not None and name not in rows:
        known = f"is not one of {', '.join(rows)}" if rows else "is not there yet"
        raise Refused(f'{where}: "{name[:40]}" {known}')


def _check_office(settings: Settings) -> None:
    if (action := settings.office.blocked_action) not in (MESSAGE, SILENT):
        _check_destination(settings, "blocked_action", action)
    if isinstance(row := settings.office.sign_out_at_closing, str):
        _must_be("sign_out_at_closing", row, settings.hours)
    try:
        settings.zone.utcoffset(None)
    except (KeyError, ValueError, OSError):  # as ZoneInfo tells of names unknown, odd, and of folders
        raise Refused(
            f'zone: "{str(settings.office.zone)[:40]}" is no time zone; name one like Europe/Copenhagen'
        ) from None


def _check_closing(settings: Settings, where: str, row: str | None, closed: str | None) -> None:
    """Names of hours and of a destination for those who ring meanwhile; either may be left out."""
    if row is not None and row not in settings.hours:
        known = f"is not one of {', '.join(settings.hours)}" if settings.hours else "is no row of hours yet"
        raise Refused(f'{where}.hours: "{row[:40]}" {known}')
    if closed is not None:
        _check_destination(settings, f"{where}.closed", closed)


def _check_names(settings: Settings) -> None:
    """A destination is one word: no two things may share it."""
    seen = {OPERATOR: "the operator", CALLBACK: "the call-back", GOODBYE: "the end of a call"}
    for table in ("queues", "people", "types", "menus", "steps"):
        for name in getattr(settings, table):
            if (other := seen.setdefault(name, f"{table}.{name}")) != f"{table}.{name}":
                raise Refused(f'{table}.{name}: "{name}" is already the name of {other}; choose another')
    for name, person in settings.people.items():
        if person.station and settings.outside(person.station) is None:
            _check_station(settings, f"people.{name}.station", person.station, OUTSIDE)
        for when in ("all", "busy", "no_answer"):
            if (to := getattr(person.forward, when)) is not None:
                _check_forward(settings, name, f"people.{name}.forward.{when}", to)


def _check_forward(settings: Settings, who: str, where: str, to: str) -> None:
    if not to.startswith("+"):
        _check_destination(settings, where, to, itself=who)
    elif (why := no_way_out(settings, who, to)) is not None:
        raise Refused(f'{where}: "{to[:30]}" cannot be: {why}')


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
    where = f"queues.{name}"
    _check_closing(settings, where, queue.hours, queue.closed)
    _check_wrap_up(where, queue)
    for member in queue.members:
        _must_be(f"{where}.members", member, settings.people)
    leads = {field: getattr(queue, field) for field in ("full", "late", "expected")}
    leads |= {f"keys.{key}": to for key, to in queue.keys.items() if to != CALLBACK}
    _check_callback(settings, where, queue)
    if isinstance(queue.nobody, Nobody):
        _check_nobody(settings, where, queue.nobody)
        leads["nobody.to"] = queue.nobody.to
    for field, to in leads.items():
        if to is not None:
            _check_destination(settings, f"{where}.{field}", to, itself=name)


def _check_callback(settings: Settings, where: str, queue: Queue) -> None:
    """While one line dials, another stays free for callers and for emergencies."""
    keys = [key for key, to in queue.keys.items() if to == CALLBACK]
    if queue.callback.enabled and len(settings.lines) < 2:
        raise Refused(f"{where}.callback.enabled: with a single line nobody can be called back")
    if keys and not queue.callback.enabled:
        raise Refused(f"{where}.keys.{keys[0]}: call-backs are off; set {where}.callback.enabled")


def _check_nobody(settings: Settings, where: str, rule: Nobody) -> None:
    if len([each for each in (rule.ring, rule.hunt, rule.to) if each]) != 1:
        raise Refused(f"{where}.nobody: must be one of ring, hunt, to, or the word wait")
    for station in (*rule.ring, *rule.hunt):
        _check_station(settings, f"{where}.nobody", station)


def _check_wrap_up(where: str, queue: Queue) -> None:
    if queue.wrap_min_s > queue.wrap_s:
        raise Refused(f"{where}.wrap_min_s: {queue.wrap_min_s:g} is longer than wrap_s, {queue.wrap_s:g}")
    if queue.reason_must and not queue.reasons:
        raise Refused(f"{where}.reason_must: there is no reason to choose; name some in {where}.reasons")


def _check_station(settings: Settings, where: str, station: str, *also: str) -> None:
    if station not in settings.phones and not elsewhere(station):
        raise Refused(f'{where}: "{station[:40]}" is not one of {", ".join((*settings.phones, *also))}')


def _check_flow(settings: Settings) -> None:
    for name, menu in settings.menus.items():
        for key, to in menu.keys.items():
            _check_destination(settings, f"menus.{name}.keys.{key}", to)
        _check_destination(settings, f"menus.{name}.silence", menu.silence)
        _check_closing(settings, f"menus.{name}", None, menu.closed)
    for name, row in settings.offices.items():
        if settings.outside(row.number) is None:
            raise Refused(f'offices.{name}.number: "{row.number}" is not {OUTSIDE.removeprefix("or ")}')
    for name, step in settings.steps.items():
        _check_step(settings, f"steps.{name}", step)


def _check_ways(settings: Settings) -> None:
    for name, way in settings.ways.items():
        for line in way.lines:
            _must_be(f"ways.{name}.lines", line, settings.lines)
        _must_be(f"ways.{name}.hours", way.hours, settings.hours)


def _check_step(settings: Settings, where: str, step: Step) -> None:
    for field, to in step.leads().items():
        _check_destination(settings, f"{where}.{field}", to)
    if PROVED in step.gives():
        raise Refused(f'{where}: "{PROVED}" says whether a PIN was right; choose another name for it')
    if isinstance(step, CollectStep) and step.least > step.most:
        raise Refused(f"{where}.least: {step.least} is more than the most, {step.most}")
    if isinstance(step, BranchStep):
        _check_branch(settings, where, step)
    if isinstance(step, OfficeStep):
        _must_be(f"{where}.to", step.to, settings.offices)
    if isinstance(step, LookupStep):
        _check_lookup(where, step)
    if isinstance(step, LookupStep | ProgramStep) and step.url is not None:
        _check_host(settings, where, step.url)


def _check_branch(settings: Settings, where: str, step: BranchStep) -> None:
    if step.on == "open":
        _must_be(f"{where}.of", step.of, settings.hours)
        if strange := step.cases.keys() - {"yes", "no"}:
            raise Refused(f'{where}.cases: "{min(strange)}" is not one of yes, no')
    elif step.on == "data" and step.of is None:
        raise Refused(f"{where}.of: is missing; name the data that it branches on")


def _check_lookup(where: str, step: LookupStep) -> None:
    if len([each for each in (step.table, step.database, step.url) if each is not None]) != 1:
        raise Refused(f"{where}: must be one of table, database, url")
    if (step.database is None) != (step.sql is None):
        raise Refused(f"{where}.sql: a database and its SELECT go together")


def _check_host(settings: Settings, where: str, url: str) -> None:
    if origin(url) not in settings.office.lookup_hosts:
        raise Refused(f'{where}.url: add "{origin(url)}" to lookup_hosts, the addresses that may be asked')


def places(settings: Settings) -> list[str]:
    """Every word that is a destination."""
    desks = [*settings.queues, *settings.people, *settings.phones, *settings.extensions()]
    types = [name for name, each in settings.types.items() if each.to]
    boxes = [f"{MAILBOX}{name}" for name in settings.mailboxes]
    return [OPERATOR, *desks, *types, *settings.menus, *settings.steps, GOODBYE, *boxes]


def _check_destination(settings: Settings, where: str, to: str, itself: str = "") -> None:
    """A place that a call can be led to; not the one that it comes from."""
    known = places(settings)
    if to in settings.types and to not in known:
        raise Refused(f'{where}: "{to}" is a type of call that leads nowhere; set types.{to}.to')
    if to not in known:
        raise Refused(f'{where}: "{to[:40]}" is not one of {", ".join(known[:60])}')
    if to == itself:
        raise Refused(f'{where}: "{to}" would lead back to itself; choose another place')


_SPOKEN = {  # fields that name a prompt
    "menus": ("greeting", "prompt"),
    "identities": ("greeting",),
    "types": ("whisper",),
    "people": ("greeting",),
    "queues": ("spoken",),
}


def _named_prompts(settings: Settings) -> Iterator[tuple[str, str | None]]:
    """Every prompt that the owner names, and where."""
    for table, fields in _SPOKEN.items():
        for name, row in getattr(settings, table).items():
            yield from ((f"{table}.{name}.{field}", getattr(row, field)) for field in fields)
    for name, step in settings.steps.items():
        yield from ((f"steps.{name}", prompt) for prompt in step.says())
    for name, queue in settings.queues.items():
        yield f"queues.{name}.callback.question", queue.callback.question
        yield from ((f"queues.{name}.announce.messages", each.prompt) for each in queue.announce.messages)
    yield from ((f"{MAILBOX}{name}.greeting", each.greeting) for name, each in settings.mailboxes.items())
    yield from (("names", prompt) for prompt in settings.office.names.values())


def _check_prompts(settings: Settings, prompts: Collection[str]) -> None:
    for where, prompt in _named_prompts(settings):
        if prompt is not None and prompt not in prompts:
            raise Refused(f'{where}: there is no prompt "{prompt[:40]}"')


def check_change(old: Settings, new: Settings, prompts: Collection[str]) -> None:
    """Refused: the change needs a new start, or names a prompt that there is not."""
    _check_prompts(new, prompts)
    for table in ("lines", "phones"):
        if getattr(old, table).keys() != getattr(new, table).keys():
            raise Refused(f"{table}: what is plugged in is found at start; restart the box for this")
    if old.country != new.country or any(old.country_of(line) != new.country_of(line) for line in old.lines):
        raise Refused("country: tones and ringing are made at start; restart the box for this")
