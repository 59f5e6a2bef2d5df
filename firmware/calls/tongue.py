"""In which language somebody at the other end of a line is spoken with.

His own, once he has chosen one or is known by his number; else that of what his call is about, of whom he has
reached, and of the office. Whoever sits in the office hears the office's.
"""

from typing import TYPE_CHECKING

from firmware.base.spoken import LANGUAGES
from firmware.calls.call import Call
from firmware.tables import Settings

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange


def language_of(call: Call | None, settings: Settings) -> str:
    """One that the box speaks, of the caller of `call`."""
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
