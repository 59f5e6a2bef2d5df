"""What is said and asked at each kind of step, as a script that returns where it leads."""

from collections.abc import Callable
from typing import Any

from firmware.base import amounts
from firmware.base.events import InfoPlayed
from firmware.calls.dialogue import Ask, Keys, Say
from firmware.calls.offices import JOINED
from firmware.calls.visit import Part, Visit
from firmware.rows import GOODBYE, THERE
from firmware.steps import (
    BranchStep,
    CollectStep,
    InfoStep,
    LanguageStep,
    OfficeStep,
    SayStep,
    SetStep,
    SpeakStep,
    Step,
    filled,
)

WRONG, NOTHING = "collect.wrong", "collect.nothing"
INFO_AGAIN = "info.again"
RINGS = 45.0  # s that a caller waits for the other office
FOR_YOU = "office.call"
TRIES = 2  # for a language, before the office's is spoken


def say(visit: Visit, step: SayStep) -> Part:
    yield Say(*step.prompts)
    return step.next


def collect(visit: Visit, step: CollectStep) -> Part:
    asked = step.prompts
    for _ in range(step.tries):
        keyed = yield Keys(asked, most=step.most, secret=step.secret)
        if fits(keyed, step):
            (visit.hide if step.secret else visit.put)(step.name, keyed)
            return step.next
        asked = (WRONG if keyed else NOTHING, *step.prompts)
    return step.otherwise


def fits(keyed: str, step: CollectStep) -> bool:
    """Is it what was asked for?"""
    if not keyed.isdigit() or len(keyed) < step.least:
        return False
    if step.check == "length":
        return len(keyed) == step.most
    return step.check == "none" or luhn(keyed)


def luhn(digits: str) -> bool:
    """Does the last digit prove the others (ISO/IEC 7812-1, annex B)?"""
    doubled = (int(each) * (1 + place % 2) for place, each in enumerate(reversed(digits)))
    return len(digits) > 1 and sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def put(visit: Visit, step: SetStep) -> Part:
    if step.prompts:
        yield Say(*step.prompts)
    for key, text in step.data.items():  # a text may name what was put just before
        visit.put(key, filled(text, visit.told()))
    return step.next


def speak(visit: Visit, step: SpeakStep) -> Part:
    value = filled(step.value, visit.told())
    said = amounts.said(visit.language, step.what, value, visit.settings.country)
    yield Say(*step.prompts, *said, *step.after)
    return step.next


def branch(visit: Visit, step: BranchStep) -> Part:
    if step.prompts:
        yield Say(*step.prompts)
    if step.on == "caller":
        fit = [start for start in step.cases if start and (visit.number or "").startswith(start)]
        return step.cases[max(fit, key=len)] if fit else step.otherwise
    return step.cases.get(_case(visit, step), step.otherwise)


def _case(visit: Visit, step: BranchStep) -> str:
    """What a branch goes by."""
    if step.on == "open":
        return "yes" if visit.aids.calendar.is_open(step.of) else "no"
    if step.on == "verified":
        return visit.data.get("pin", "")
    return visit.told().get(step.of or "" if step.on == "data" else step.on, "")


def language(visit: Visit, step: LanguageStep) -> Part:
    known = visit.aids.memory.language(visit.number)
    if known is not None and known in step.keys.values() and not step.again:
        visit.speaks(known)
        return step.next
    for _ in range(TRIES):
        key = yield Keys(step.prompts)
        if key in step.keys:
            visit.speaks(step.keys[key])
            visit.aids.memory.keep(visit.number, language=step.keys[key])
            return step.next
    return step.next


def info(visit: Visit, step: InfoStep) -> Part:
    again = True
    while again and visit.enters():
        if visit.call is not None:
            visit.aids.tell(InfoPlayed(call=visit.call.id, topic=step.topic))
        if step.again:
            again = (yield Keys((*step.prompts, INFO_AGAIN))) == "1"
        else:
            yield Say(*step.prompts)
            again = False
    return step.next


def office(visit: Visit, step: OfficeStep) -> Part:
    """He is put through to another office."""
    if step.prompts:
        yield Say(*step.prompts)
    call, row = visit.call, visit.settings.offices[step.to]
    if call is None or visit.aids.offices is None:
        yield Say("draft.office")
        return GOODBYE
    says = (FOR_YOU, *amounts.digits(filled(step.tells, visit.told())))
    attempt = visit.aids.offices.attempt(call, step.to, row.number, says)
    try:
        outcome = yield Ask(attempt.begin, RINGS)
    finally:  # also where he hangs up meanwhile
        attempt.cancel()
    return THERE if outcome == JOINED else step.otherwise


SCRIPTS: dict[type[Step], Callable[[Visit, Any], Part]] = {
    SayStep: say,
    CollectStep: collect,
    SetStep: put,
    SpeakStep: speak,
    BranchStep: branch,
    LanguageStep: language,
    InfoStep: info,
    OfficeStep: office,
}
