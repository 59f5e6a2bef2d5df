"""Steps that ask others: a look-up, a program that drives the call by verbs, and whose account it is.

While the caller waits for an answer nothing else does: he is given 2 s, then goes where the step says.
"""

import json
from collections.abc import Callable, Generator, Mapping
from typing import Any

import msgspec

from firmware.base import amounts
from firmware.base.asked import BUDGET, Asked, InDatabase, InTable, OverHttp
from firmware.calls.dialogue import Ask, Kept, Keys, Pause, Say
from firmware.calls.dialogue import Step as Turn
from firmware.calls.verbs import (
    Dial,
    Enqueue,
    Gather,
    HangUp,
    Play,
    Record,
    Redirect,
    Speak,
    Tag,
    Verb,
    Verbs,
    Wait,
)
from firmware.calls.visit import Part, Visit
from firmware.checks import places
from firmware.rows import GOODBYE, OPERATOR
from firmware.steps import LookupStep, PinStep, ProgramStep, Step, filled

ACCOUNT, ASK = "pin.account", "pin.ask"
WRONG, LOCKED, DISK = "pin.wrong", "pin.locked", "code.disk"
ACCOUNT_KEYS, PIN_KEYS = 20, 12
PATIENCE = 10.0  # s that a caller waits for his turn; after that he is sent on
MOST_ANSWERS = 30  # of one program to one caller


def lookup(visit: Visit, step: LookupStep) -> Part:
    if step.prompts:
        yield Say(*step.prompts)
    found = row_of((yield _ask(visit, _asked(visit, step))))
    if found is None:
        return step.otherwise
    for name, column in step.take.items():
        visit.put(name, found.get(column, ""))
    return step.next


def _ask(visit: Visit, asked: Asked) -> Ask:
    return Ask(lambda tell: visit.aids.ask(asked, tell), BUDGET)


def _asked(visit: Visit, step: LookupStep) -> Asked:
    known = visit.known()
    if step.table is not None:
        return InTable(step.table, step.match, filled(step.key, known))
    if step.database is not None:
        return InDatabase(step.database, step.sql or "", known)
    body: dict[str, object] = {name: filled(text, known) for name, text in step.send.items()}
    return OverHttp(step.url or "", step.method, body, visit.settings.office.lookup_hosts)


def row_of(text: str) -> dict[str, str] | None:
    """The fields of an answer as texts, those of objects inside it as `outer.inner`; None: it is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return dict(_fields(found)) if isinstance(found, dict) and found else None


def _fields(found: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for key, value in found.items():
        if isinstance(value, dict):
            fields += _fields(value, f"{path}{key}.") if path.count(".") < 3 else []
        elif isinstance(value, str | int | float):
            fields.append((path + key, str(value)))
    return fields


# A program


def program(visit: Visit, step: ProgramStep) -> Part:
    """It is told what is known and what was keyed, and answers with verbs, until one leads away or none asks
    for more."""
    if step.prompts:
        yield Say(*step.prompts)
    keyed: str | None = None
    for _ in range(MOST_ANSWERS):
        if not visit.enters():
            return OPERATOR
        verbs = _verbs((yield _ask(visit, _told(visit, step, keyed))))
        if verbs is None:
            return step.otherwise
        to, keyed = yield from _carry_out(visit, verbs)
        if to is not None:
            return to if to in places(visit.settings) else step.otherwise
        if keyed is None:
            return step.next
    return step.otherwise


def _told(visit: Visit, step: ProgramStep, keyed: str | None) -> Asked:
    known: dict[str, object] = {**visit.told(), **({"keyed": keyed} if keyed is not None else {})}
    known["call"] = visit.call.id if visit.call is not None else ""
    return OverHttp(step.url, "POST", known, visit.settings.office.lookup_hosts)


def _verbs(text: str) -> tuple[Verb, ...] | None:
    try:
        return msgspec.json.decode(text, type=Verbs)
    except msgspec.DecodeError:
        return None


Done = tuple[str | None, str | None]  # where the verbs lead, and what was keyed


def _carry_out(visit: Visit, verbs: tuple[Verb, ...]) -> Generator[Turn, str, Done]:
    keyed: str | None = None
    for verb in verbs:
        if (to := _leads(visit, verb)) is not None:
            return to, None
        match verb:
            case Speak() | Play():
                yield Say(*_words(visit, verb))
            case Gather():
                keyed = yield Keys(verb.prompts, most=verb.most, secret=verb.secret)
                if verb.name is not None:
                    (visit.hide if verb.secret else visit.put)(verb.name, keyed)
            case Wait():
                yield Pause(verb.seconds)
            case Tag():
                visit.put_all(verb.data)
    return None, keyed


def _leads(visit: Visit, verb: Verb) -> str | None:
    """Where a verb leads him; None: it does not; "": to a place that there is not, or not by this verb."""
    settings = visit.settings
    match verb:
        case Enqueue():
            return verb.queue if verb.queue in settings.queues else ""
        case Dial():
            inside = {OPERATOR, *settings.people, *settings.phones, *settings.extensions()}
            return verb.to if verb.to in inside else ""
        case Record():
            return f"mailbox:{verb.to}"
        case Redirect():
            return verb.to
        case HangUp():
            return GOODBYE
    return None


def _words(visit: Visit, verb: Speak | Play) -> tuple[str, ...]:
    if isinstance(verb, Play):
        return (verb.prompt,)
    country = visit.settings.country
    figures = {what: getattr(verb, what) for what in ("number", "digits", "date", "money")}
    said = (amounts.said(visit.language, what, value, country) for what, value in figures.items() if value)
    return (*verb.prompts, *(prompt for each in said for prompt in each))


# A PIN, which is in no event, no text and no recording


def pin(visit: Visit, step: PinStep) -> Part:
    account = visit.known().get(step.account, "")
    if not account:
        account = yield Keys((ACCOUNT,), most=ACCOUNT_KEYS)
        visit.put(step.account, account)
    asked = step.prompts or (ASK,)
    for _ in range(step.tries):
        keyed = yield Keys(asked, most=PIN_KEYS, secret=True)
        if keyed:
            verdict = yield from _judged(visit, account, keyed)
            if verdict is None:
                break
            if verdict:
                visit.prove(step.account, True)
                return step.next
        asked = (WRONG, *(step.prompts or (ASK,)))
    visit.prove(step.account, False)
    return step.otherwise


def _judged(visit: Visit, account: str, keyed: str) -> Generator[Turn, str, bool | None]:
    """A script whose answer is the verdict, which is on the disk by then; None: no PIN is looked at now."""
    accounts = visit.aids.accounts
    if accounts is None or accounts.wait(account) > PATIENCE:
        yield Say(LOCKED)
        return None
    while (seconds := accounts.wait(account)) > 0:
        yield Pause(seconds)
    row, call = visit.settings.accounts.get(account), visit.call.id if visit.call is not None else ""
    verdict = accounts.judge(call, account, keyed, row.pin if row is not None else None)
    if not (yield Kept(verdict.seq)):
        yield Say(DISK)
        return None
    return verdict.right


SCRIPTS: dict[type[Step], Callable[[Visit, Any], Part]] = {
    LookupStep: lookup,
    ProgramStep: program,
    PinStep: pin,
}
