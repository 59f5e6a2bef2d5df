"""What somebody of the office must know at once, until he has read it: emergency calls, and stopped dialling.

Each is a row of the snapshot, in words: what happened, where, when, what to do, and the order that puts it
away.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from firmware.base import Refused
from firmware.base.clock import Clock
from firmware.base.events import EmergencyDialled, EmergencySeen, Event
from firmware.base.orders import Handler
from firmware.base.rulings import Pulled
from firmware.calls.brake import Brake
from firmware.calls.call import Tell
from firmware.calls.outside import shown

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

MOST = 20  # emergency calls that are shown; the journal has all of them
TOO_MUCH: dict[Pulled, str] = {
    "calls": "too many calls in a short time",
    "minutes": "too many minutes in a short time",
    "country": "too many calls to one country at once",
}
HELP_COMES = "Go there, and see that somebody meets the help. It may call back: answer every call."
LOOK = (
    "Look in the call record who dialled. If it was nobody of yours, change the PINs and bar those numbers"
    " before you allow it again. Emergency, local and national calls go on."
)


class Alarms:
    """Of one box; the keeper of what nobody has read yet (firmware.standing)."""

    private = False

    def __init__(self, exchange: "Exchange", brake: Brake, clock: Clock, tell: Tell) -> None:
        self._exchange, self._brake, self._clock, self._tell = exchange, brake, clock, tell
        self._unread: dict[str, dict[str, str]] = {}  # emergency calls: number, at which telephone, when
        self.orders = {"emergency.seen": Handler(self.seen, promise=True)} | brake.orders

    def see(self, event: Event) -> None:
        """Take an event that was told."""
        match event:
            case EmergencyDialled():
                at = self._clock.wall() - timedelta(microseconds=self._clock.now - event.at)
                when, where = at.isoformat(timespec="seconds"), self._where(event.phone)
                self._unread[event.call] = {"number": event.number, "where": where, "when": when}
                for old in list(self._unread)[:-MOST]:
                    del self._unread[old]
            case EmergencySeen():
                self._unread.pop(event.call, None)

    def _where(self, phone: str) -> str:
        """The telephone, who is signed in there, and where it stands."""
        row = self._exchange.settings.phones.get(phone)
        number = self._exchange.desk.number_at(phone)
        told = [number and f"extension {number}", self._exchange.desk.who_at(phone), row and row.place]
        about = ", ".join(each for each in told if each)
        return f"{shown(phone)} ({about})" if about else shown(phone)

    def seen(self, call: str, by: str = "owner") -> None:
        """Somebody has read of that emergency call."""
        if call not in self._unread:
            raise Refused("there is no such notice any more")
        self._tell(EmergencySeen(call=call, by=by[:30]))

    def picture(self) -> list[dict[str, Any]]:
        """All of them, the newest emergency first."""
        calls = self._exchange.calls
        emergencies = [
            {
                "kind": "emergency",
                "says": f"Emergency call: {each['number']} from {each['where']}",
                "when": each["when"],
                "live": call in calls,
                "do": HELP_COMES,
                "button": "I have read this",
                "order": "emergency.seen",
                "fields": {"call": call},
            }
            for call, each in reversed(self._unread.items())
        ]
        return emergencies + [self._stopped(kind, why) for kind, why in self._brake.pulled.items()]

    def _stopped(self, kind: str, why: Pulled) -> dict[str, Any]:
        return {
            "kind": "brake",
            "says": f"{kind.capitalize()} calls are stopped: {TOO_MUCH[why]}, as a thief would dial",
            "when": None,
            "live": True,
            "do": LOOK,
            "button": f"Allow {kind} calls again",
            "order": "brake.lift",
            "fields": {"kind": kind},
        }

    # Over a restart

    def standing(self) -> dict[str, Any]:
        return {"unread": self._unread}

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        self._unread = dict(standing.get("unread", {}))
        for event in since:
            self.see(event)
