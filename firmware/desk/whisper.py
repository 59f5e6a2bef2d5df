"""What whoever lifts hears before he is joined with a caller, and what both of them hear just after.

The whisper tells him alone what the call is about, in the owner's words, and how long it has waited,
while the caller hears on what he heard; where he has a screen that shows it he hears a beep. The
greeting is an agent's own "Good morning, Anna speaking", for both: it saves his voice. A key ends
either at once (FEATURES rows 23 and 59).
"""

from firmware.base import spoken
from firmware.base.ports import BEEP
from firmware.base.stations import BROWSERS
from firmware.calls.call import Call
from firmware.calls.dialogue import Say, Script
from firmware.calls.exchange import Exchange
from firmware.desk.agents import Agent
from firmware.tables import Settings

CALL = "whisper.call"
SCREENS = BROWSERS  # stations that show what a call is about
MINUTE = 60


def whisper(
    settings: Settings, call: Call, queue: str | None, waited: float, who: Agent | None, station: str
) -> Script | None:
    """For `who` lifted at `station` to take a call that has waited so many seconds; None: nothing."""
    row, about = settings.queues.get(queue or ""), settings.types.get(call.type or "")
    own = about.whisper if about is not None else None
    way = _way(settings, who, station)
    if way == "off" or not (own or (row is not None and row.whisper)):
        return None
    if way == "beep":
        return _said(BEEP)
    name = own or (row.spoken if row is not None else None) or CALL
    return _said(name, *spoken.waited(settings.office.language, int(waited) // MINUTE))


def _way(settings: Settings, who: Agent | None, station: str) -> str:
    person = settings.people.get(who.name) if who is not None else None
    if person is not None and person.whisper is not None:
        return person.whisper
    return "beep" if station in SCREENS else "spoken"


def greet(exchange: Exchange, call: Call, station: str, who: Agent | None) -> None:
    """Two who are joined both hear the greeting of `who` lifted, if he has one, until a key of either."""
    person = exchange.settings.people.get(who.name) if who is not None else None
    if person is None or person.greeting is None or call.line is None:
        return
    caller, talks = call.line.name, exchange.talks
    talks.begin(caller, _said(person.greeting), lambda: talks.stop(station))
    talks.begin(station, _said(person.greeting), lambda: talks.stop(caller))


def _said(*prompts: str) -> Script:
    yield Say(*prompts)
