"""One caller's visit to the menus and steps: the settings that hold for him, what he gave, where he was.

The settings are those in force when it began, and are kept to its end, whatever the owner changes.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from firmware.base.asked import Asked
from firmware.base.calendar import Calendar
from firmware.base.clock import SECOND, Clock
from firmware.base.events import CaseData
from firmware.base.spoken import LANGUAGES
from firmware.calls.accounts import Accounts
from firmware.calls.call import Call, Tell
from firmware.calls.dialogue import Step as Turn
from firmware.calls.offices import Offices
from firmware.steps import PROVED
from firmware.tables import Settings

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

MOST_PLACES = 50  # in one call: who goes round is led to the operator (FEATURES row 25)
LONGEST = 600 * SECOND  # µs that a caller may spend there
MOST_DATA, LONGEST_VALUE = 50, 200

HIDDEN = "•••"  # what is shown of a secret

Part = Generator[Turn, str, str]  # a place's script; it returns the destination that follows


class Memory(Protocol):
    """What is known of a number from call to call."""

    def language(self, number: str | None) -> str | None: ...
    def choice(self, number: str | None, menu: str) -> str | None: ...
    def keep(self, number: str | None, **known: str) -> None: ...


class Forgetful:
    """Nobody is known."""

    def language(self, number: str | None) -> str | None:
        return None

    def choice(self, number: str | None, menu: str) -> str | None:
        return None

    def keep(self, number: str | None, **known: str) -> None: ...


Answers = Callable[[str], None]
Asker = Callable[[Asked, Answers], None]


@dataclass
class Aids:
    """What the steps ask of the house. `ask(asked, tell)` looks something up off the tick."""

    calendar: Calendar
    clock: Clock
    tell: Tell
    memory: Memory = field(default_factory=Forgetful)
    accounts: Accounts | None = None  # whose PINs are asked for
    offices: Offices | None = None  # where callers are put through
    ask: Asker = lambda asked, tell: tell("")
    tongues: dict[str, str] = field(default_factory=dict)  # station -> language, of who tries a flow there


@dataclass(eq=False)
class Visit:
    """`call` is None where somebody of the office tries a flow: nothing of that is told."""

    settings: Settings
    aids: Aids
    call: Call | None = None
    data: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)  # never told, and gone with the visit
    been: list[str] = field(default_factory=list)  # menus, the newest last
    places: int = 0
    proved: str = ""  # the name of the account that he has proved to be his
    spoken: str | None = None  # the language that he chose
    began: int = 0
    station: str = ""  # where he tries it

    @property
    def number(self) -> str | None:
        return self.call.number if self.call is not None else None

    @property
    def language(self) -> str:
        return self.spoken or language_of(self.call, self.settings)

    def told(self) -> dict[str, str]:
        """All that a text may name, and others may see."""
        call = self.call
        about = {
            "caller": self.number or "",
            "line": call.line.name if call is not None and call.line is not None else "",
            "type": (call.type or "") if call is not None else "",
            "language": self.language,
        }
        return {**self.data, **about}

    def known(self) -> dict[str, str]:
        """The same with secrets, for those who are asked about them."""
        return {**self.told(), **self.secrets}

    def speaks(self, language: str) -> None:
        self.spoken = language
        if self.call is not None:
            self.call.language = language
        else:
            self.aids.tongues[self.station] = language

    def put(self, key: str, value: str) -> None:
        """Keep something of the case; it travels with the call. What he has proved is no step's to say, and
        of another account it is not proved any more."""
        if key == PROVED:
            return
        if key == self.proved:
            self.prove(key, False)
        self._keep(key, value)

    def put_all(self, data: Mapping[str, str]) -> None:
        for key, value in data.items():
            self.put(key, value)

    def prove(self, account: str, right: bool) -> None:
        """His PIN was right for what he gave as `account`."""
        self.proved = account if right else ""
        self._keep(PROVED, "verified" if right else "not verified")

    def _keep(self, key: str, value: str) -> None:
        value = value[:LONGEST_VALUE]
        if len(self.data) >= MOST_DATA and key not in {*self.data, PROVED}:
            return
        self.data[key] = value
        if self.call is not None:
            self.aids.tell(CaseData(call=self.call.id, key=key, value=value))

    def hide(self, key: str, value: str) -> None:
        """Keep a secret for the steps that follow; everybody else is shown that there is one."""
        self.put(key, HIDDEN)
        self.secrets[key] = value

    def enters(self) -> bool:
        """He comes to another place. False: he has gone round for too long."""
        self.places += 1
        return self.places <= MOST_PLACES and self.aids.clock.now - self.began < LONGEST


# In which language


def language_of(call: Call | None, settings: Settings) -> str:
    """One that the box speaks: his own, once he has chosen one or is known by his number; else that of what
    his call is about, of whom he has reached, and of the office."""
    if call is None:
        return settings.office.language
    about, identity = settings.types.get(call.type or ""), settings.identities.get(call.identity or "")
    told = (call.language, about and about.language, identity and identity.language)
    return next((each for each in told if each in LANGUAGES), None) or settings.office.language


def tongue(exchange: "Exchange", row: str) -> str:
    """Of whoever listens at a row; who tries a flow at a telephone of the office may choose as well."""
    if (chosen := exchange.incoming.aids.tongues.get(row, "")) in LANGUAGES:
        return chosen
    line = exchange.lines.get(row)
    return language_of(line.call if line is not None else None, exchange.settings)
