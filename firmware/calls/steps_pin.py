"""The step that proves whose account it is. The PIN is in no event, no text and no recording."""

from collections.abc import Callable, Generator
from typing import Any

from firmware.calls.dialogue import Kept, Keys, Pause, Say
from firmware.calls.dialogue import Step as Turn
from firmware.calls.visit import Part, Visit
from firmware.steps import PinStep, Step

ACCOUNT, ASK = "pin.account", "pin.ask"
WRONG, LOCKED, DISK = "pin.wrong", "pin.locked", "code.disk"
ACCOUNT_KEYS, PIN_KEYS = 20, 12
PATIENCE = 10.0  # s that a caller waits for his turn; after that he is sent on


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


SCRIPTS: dict[type[Step], Callable[[Visit, Any], Part]] = {PinStep: pin}
