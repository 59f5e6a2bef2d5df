"""The step that puts a caller through to another office."""

from collections.abc import Callable
from typing import Any

from firmware.base.amounts import digits
from firmware.calls.dialogue import Ask, Say
from firmware.calls.offices import JOINED
from firmware.calls.visit import Part, Visit
from firmware.rows import GOODBYE, THERE
from firmware.steps import OfficeStep, Step, filled

RINGS = 45.0  # s that a caller waits for the other office
FOR_YOU = "office.call"


def office(visit: Visit, step: OfficeStep) -> Part:
    if step.prompts:
        yield Say(*step.prompts)
    call, row = visit.call, visit.settings.offices[step.to]
    if call is None or visit.aids.offices is None:
        yield Say("draft.office")
        return GOODBYE
    says = (FOR_YOU, *digits(filled(step.tells, visit.told())))
    attempt = visit.aids.offices.attempt(call, step.to, row.number, says)
    try:
        outcome = yield Ask(attempt.begin, RINGS)
    finally:  # also where he hangs up meanwhile
        attempt.cancel()
    return THERE if outcome == JOINED else step.otherwise


SCRIPTS: dict[type[Step], Callable[[Visit, Any], Part]] = {OfficeStep: office}
