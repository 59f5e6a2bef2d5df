"""What a telephone can key after dial tone besides numbers: each code and the service that it asks for.

Compatible where other systems agree (FEATURES 6.2). A service is a script of the room that offers it
(`Exchange.services`); an emergency number beats every code, also behind the * of one.
"""

from collections.abc import Callable, Collection

from firmware.calls.dialogue import Keys, Script, Step

CODES: dict[str, str] = {
    "*11": "sign_in",
    "*12": "sign_out",
    "*22": "ready",
    "*23": "reason",
    "*24": "break",
    "*45": "in_or_out",
    "*46": "first_break",
    "*47": "count",
    "*77": "try_flow",
    "*97": "own_messages",
    "*98": "messages",
    "*78": "dnd_on",
    "*79": "dnd_off",
    # Whoever is on hold (a flash of the hook holds him), or rings and stands elsewhere.
    "##": "transfer",
    "#1": "transfer",
    "*2": "complete",
    "#2": "complete",
    "*3": "conference",
    "#3": "conference",
    "*4": "swap",
    "#4": "swap",
    "#72": "park",
    "*8": "pickup",
    "**": "pickup_of",
    "*33": "listen",
    "*34": "join",
}
UNKNOWN = "unknown"  # the service of all that is no code
ASKING = frozenset(
    {"*11", "##", "#1", "**", "*33", "*34"}
)  # codes that ask for a number: it may be keyed right behind them
NUMBER = 6  # keys of the longest inside number


def begins_code(keys: str) -> bool:
    """May one more key make a longer code of these?"""
    return any(code.startswith(keys) and code != keys for code in CODES)


def emergency_in(keys: str, emergencies: Collection[str]) -> str | None:
    """The emergency number that was keyed behind a *, as some do on old telephones."""
    return keys[1:] if keys[:1] == "*" and keys[1:] in emergencies else None


def begins_emergency(code: str, emergencies: Collection[str]) -> bool:
    """May further keys make an emergency number of a code? One that asks for a number sees to that itself."""
    return code not in ASKING and any(f"*{each}".startswith(code) for each in emergencies)


def alert(code: str, script: Script, emergencies: Collection[str], dial: Callable[[str], object]) -> Script:
    """The script of `code`, but who answers a question with nothing else than an emergency number gets it;
    the first answer also counts together with the code's own digits. Secrets are not looked at."""
    before = code[1:] if code in ASKING else ""
    answer: str | None = None
    while (step := _next(script, answer)) is not None:
        answer = yield step
        if isinstance(step, Keys):
            found = {answer, before + answer} & set(emergencies) if answer and not step.secret else set()
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
