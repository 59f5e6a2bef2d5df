"""What whoever lifts hears before he is joined with a caller, and what both of them hear just after.

The whisper tells him alone what the call is about, in the owner's words, and how long it has waited,
while the caller hears on what he heard; where he has a screen that shows it he hears a beep. The
greeting is an agent's own "Good morning, Anna speaking", for both: it saves his voice. A key ends
either at once (FEATURES rows 23 and 59).
"""

from firmware.base import spoken
from firmware.base.ports import BEEP
from firmware.calls.call import Call
from firmware.calls.dialogue import Say, Script, Talks
from firmware.tables import Person, Settings

CALL = "whisper.call"
SCREENS = ("browser",)  # stations that show what a call is about
MINUTE = 60


def whisper(
    settings: Settings, call: Call, queue: str | None, waited: float, who: Person | None, station: str
) -> Script | None:
    """For `who` lifted at `station` to take a call that has waited so many seconds; None: nothing."""
    row, about = settings.queues.get(queue or ""), settings.types.get(call.type or "")
    own = about.whisper if about is not None else None
    way = _way(who, station)
    if way == "off" or not (own or (row is not None and row.whisper)):
        return None
    if way == "beep":
        return _said(BEEP)
    name = own or (row.spoken if row is not None else None) or CALL
    return _said(name, *spoken.waited(settings.office.language, int(waited) // MINUTE))


def _way(who: Person | None, station: str) -> str:
    if who is not None and who.whisper is not None:
        return who.whisper
    return "beep" if station in SCREENS else "spoken"


def greet(talks: Talks, caller: str, agent: str, prompt: str) -> None:
    """Say an agent's greeting into both rows, which are joined already, until a key of either."""
    talks.begin(caller, _said(prompt), lambda: talks.stop(agent))
    talks.begin(agent, _said(prompt), lambda: talks.stop(caller))


def _said(*prompts: str) -> Script:
    yield Say(*prompts)
