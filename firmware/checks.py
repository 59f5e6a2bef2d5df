"""What no field of the settings can know by itself: names exist, and emergency numbers stay free."""

import re

from firmware.base import Refused, hours
from firmware.base.numbers import shadows_emergency
from firmware.tables import OPERATOR, Nobody, Person, Phone, Queue, Settings

_ELSEWHERE = re.compile(r"usb([1-9]|1[0-6])|browser")  # stations that are no telephone port


def check(settings: Settings) -> None:
    """Refused: a sentence that names the first field that cannot be so."""
    _check_names(settings)
    _check_numbers(settings)
    for name, line in settings.lines.items():
        if line.menu not in settings.menus:
            raise Refused(f'lines.{name}.menu: "{line.menu}" is not one of {", ".join(settings.menus)}')
        _check_closing(settings, f"lines.{name}", line.hours, line.closed)
    for name, menu in settings.menus.items():
        for key, to in menu.keys.items():
            _check_destination(settings, f"menus.{name}.keys.{key}", to)
        _check_destination(settings, f"menus.{name}.silence", menu.silence)
        _check_closing(settings, f"menus.{name}", None, menu.closed)
    for name, queue in settings.queues.items():
        _check_queue(settings, name, queue)
    _check_station(settings, "operator", settings.office.operator)
    _check_zone(settings)
    for name, row in settings.hours.items():
        hours.check(f"hours.{name}", row, settings.country)


def _check_zone(settings: Settings) -> None:
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
    _check_closing(settings, f"queues.{name}", queue.hours, None)
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
