"""What a telephone can key after dial tone besides numbers: each code and the service that it asks for.

They are the rows of the printed card. A service is a script of the room that offers it
(`Exchange.services`); an emergency number beats every code, also behind the * of one.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

from firmware.base.card import ROWS
from firmware.base.numbers import without_habit
from firmware.calls.dialogue import Keys, Script, Step

CODES = {code: row.service for row in ROWS for code in row.codes}
UNKNOWN = "unknown"  # the service of all that is no code
ASKING = frozenset(code for row in ROWS if row.then for code in row.codes)  # a number may follow at once
NUMBER = 6  # keys of the longest inside number


def begins_code(keys: str) -> bool:
    """May one more key make a longer code of these?"""
    return any(code.startswith(keys) and code != keys for code in CODES)


def split(keys: str) -> tuple[str, str]:
    """A code that asks for a number, and what of that was keyed behind it; all else is as it was keyed."""
    begun = [code for code in ASKING if keys.startswith(code) and keys not in CODES]
    code = max(begun, key=len, default=keys)
    return code, keys[len(code) :]


def emergency_in(keys: str, emergencies: Collection[str]) -> str | None:
    """The emergency number that was keyed behind a *, as some do on old telephones, or behind half a code."""
    if keys[:1] == "*" and keys[1:] in emergencies:
        return keys[1:]
    if keys[:1] not in ("*", "#") or keys in CODES or begins_code(keys):
        return None
    halves = (keys[:place] for place in range(1, len(keys)) if keys[place:] in emergencies)
    return next((keys[len(half) :] for half in halves if begins_code(half)), None)


def begins_emergency(code: str, emergencies: Collection[str]) -> bool:
    """May further keys make an emergency number of a code? One that asks for a number sees to that itself."""
    return code not in ASKING and any(f"*{each}".startswith(code) for each in emergencies)


def alert(code: str, script: Script, emergencies: Collection[str], dial: Callable[[str], object]) -> Script:
    """The script of `code`, but who answers a question with nothing else than an emergency number gets it;
    the first answer also counts together with the code's own digits, and is whole at once where a number was
    to follow. Secrets are not looked at."""
    before = code[1:] if code in ASKING else ""
    answer: str | None = None
    while (step := _next(script, answer)) is not None:
        if isinstance(step, Keys) and not step.secret and before:
            step = replace(step, whole=frozenset(emergencies))
        answer = yield step
        if isinstance(step, Keys):
            meant = {answer, before + answer, without_habit(answer)}
            found = meant & set(emergencies) if answer and not step.secret else set()
            before = ""
            if found:
                script.close()
                dial(found.pop())
                return


def _next(script: Script, answer: str | None) -> Step | None:
    """The script's next step; None: it has ended."""
    try:
        return next(script) if answer is None else script.send(answer)
    except StopIteration:
        return None
