"""What the codes of a telephone do for the people who answer: each a script, for those without a screen.

A code acts for whoever is signed in at that telephone. What he may not do now he is told in words.
"""

from collections.abc import Callable, Collection, Generator
from functools import partial

from firmware.base import Refused
from firmware.base.pins import Pins
from firmware.base.rulings import When
from firmware.calls.codes import NUMBER
from firmware.calls.dialogue import Kept, Keys, Say, Script, Step
from firmware.calls.handset import Handset
from firmware.desk.agents import Agent, Status
from firmware.desk.queue import Desk
from firmware.desk.wrapup import Owes
from firmware.tables import Person

PIN_KEYS = 12
OUTSIDE = 20  # keys of the longest outside number, with what is dialled before it
SPOKEN = 9  # breaks, and reasons: one key each
BY_WORD = 60  # from here on a count is said digit by digit
OWES = {Owes.TIME: "code.not_yet", Owes.REASON: "code.reason_first"}


class Services:
    """The scripts, by the name that the codes know them by."""

    def __init__(self, desk: Desk, pins: Pins, prompts: Collection[str]) -> None:
        """`prompts` are those that there are: the owner's own words have none."""
        self._desk, self._pins, self._prompts = desk, pins, prompts
        self.scripts: dict[str, Callable[[Handset], Script]] = {
            "unknown": lambda phone: say("code.unknown"),
            "sign_in": self._sign_in,
            "in_or_out": self._in_or_out,
            "count": self._count,
            "forward": lambda phone: self._forward(phone, "all"),
            "forward_busy": lambda phone: self._forward(phone, "busy"),
            "forward_no_answer": lambda phone: self._forward(phone, "no_answer"),
            "forward_off": lambda phone: self._forward_off(phone),
            "forward_busy_off": lambda phone: self._forward_off(phone, "busy"),
            "forward_no_answer_off": lambda phone: self._forward_off(phone, "no_answer"),
            **{name: self._for_agent(script) for name, script in self._of_agents().items()},
        }

    def _of_agents(self) -> dict[str, Callable[[Agent], Script]]:
        return {
            "sign_out": self._sign_out,
            "ready": self._ready,
            "break": self._break,
            "first_break": self._first_break,
            "reason": self._reason,
            "dnd_on": lambda agent: self._dnd(agent, True),
            "dnd_off": lambda agent: self._dnd(agent, False),
        }

    def _for_agent(self, script: Callable[[Agent], Script]) -> Callable[[Handset], Script]:
        def begun(phone: Handset) -> Script:
            agent = self._desk.agents.at(phone.name)
            return script(agent) if agent is not None else say("code.nobody_here")

        return begun

    # In and out

    def _sign_in(self, phone: Handset) -> Script:
        number = yield Keys(("code.number",), most=NUMBER)
        people = self._desk.settings.people
        who = next((name for name, each in people.items() if each.number == number), None)
        if not number:
            yield Say("code.nothing")
        elif who is None:
            yield Say("code.no_such_number")
        else:
            yield from self._prove(who, phone)

    def _in_or_out(self, phone: Handset) -> Script:
        """Whoever is here goes; where nobody is, comes whose telephone it is."""
        agent = self._desk.agents.of(phone.name)
        if agent is None:
            return self._sign_in(phone)
        return self._prove(agent.name, phone) if agent.status is Status.OFF else self._sign_out(agent)

    def _prove(self, who: str, phone: Handset) -> Script:
        if (yield from proof(self._pins, who, self._desk.settings.people[who])):
            yield Say(self._done(lambda: self._desk.orders.sign_in(who, phone.name), "code.signed_in"))

    def _sign_out(self, agent: Agent) -> Script:
        yield Say(self._done(lambda: self._desk.orders.sign_out(agent.name), "code.signed_out"))

    # Ready, breaks, reasons

    def _ready(self, agent: Agent) -> Script:
        owes = agent.wrap.owes() if agent.wrap is not None else None
        if owes is not None:
            yield Say(OWES[owes])
        else:
            yield Say(self._done(lambda: self._desk.agents.ready(agent.name), "code.ready"))

    def _break(self, agent: Agent) -> Script:
        codes = self._desk.settings.office.breaks[:SPOKEN]
        spoken = [f"break.{code}" if f"break.{code}" in self._prompts else "break.other" for code in codes]
        asked = [prompt for nth, name in enumerate(spoken, 1) for prompt in (name, f"digit.{nth}")]
        key = yield Keys(tuple(asked))
        yield Say(self._take(agent, _nth(codes, key)))

    def _first_break(self, agent: Agent) -> Script:
        """And back: as other systems have it, the same code ends the break."""
        if agent.status is Status.BREAK:
            return self._ready(agent)
        codes = self._desk.settings.office.breaks
        return say(self._take(agent, codes[0] if codes else None))

    def _take(self, agent: Agent, code: str | None) -> str:
        if code is None:
            return "code.no_choice"
        return self._done(lambda: self._desk.orders.take_break(agent.name, code), "code.break")

    def _reason(self, agent: Agent) -> Script:
        reasons = agent.wrap.reasons[:SPOKEN] if agent.wrap is not None else ()
        if not reasons:
            yield Say("code.no_reasons")
            return
        key = yield Keys(("code.reason",))
        reason = _nth(reasons, key)
        if reason is None:
            yield Say("code.no_choice")
        else:
            yield Say(self._done(lambda: self._desk.agents.reason(agent.name, reason), "code.thanks"))

    # Peace, and who waits

    def _dnd(self, agent: Agent, on: bool) -> Script:
        said = "code.dnd_on" if on else "code.dnd_off"
        yield Say(self._done(lambda: self._desk.orders.dnd(agent.name, on), said))

    # His own calls, elsewhere: also for whoever has gone home, at his own telephone

    def _forward(self, phone: Handset, when: When) -> Script:
        agent = self._desk.agents.of(phone.name)
        if agent is None:
            yield Say("code.nobody_here")
            return
        number = yield Keys(("forward.number",), most=OUTSIDE)
        if number:
            order = partial(self._desk.forwards.forward, agent.name, when, number)
            yield Say(self._done(order, "forward.on", "code.no_such_number"))
        else:
            yield Say("code.nothing")

    def _forward_off(self, phone: Handset, *when: When) -> Script:
        """No more in those cases; none told: in all."""
        agent = self._desk.agents.of(phone.name)
        if agent is None:
            yield Say("code.nobody_here")
        else:
            yield Say(self._done(partial(self._desk.forwards.off, agent.name, *when), "forward.off"))

    def _count(self, phone: Handset) -> Script:
        """How many wait in the queues of whoever is here; with nobody here, in all."""
        agent = self._desk.agents.at(phone.name)
        queues = {
            name
            for name, queue in self._desk.settings.queues.items()
            if agent is None or agent.name in queue.members
        }
        yield Say(*waiting(sum(each.queue in queues for each in self._desk.waiting.values())))

    def _done(self, act: Callable[[], object], said: str, refused: str = "code.not_now") -> str:
        """Do it, and what is to be said then: settings and people may have changed while he keyed."""
        try:
            act()
        except Refused:
            return refused
        return said


def proof(pins: Pins, who: str, person: Person) -> Generator[Step, str, bool]:
    """His PIN, until it is right, or he is locked out. False: it was not, and he was told why."""
    if person.pin is None:
        yield Say("code.no_pin")
        return False
    while not pins.locked(who):
        pin = yield Keys(("code.pin",), most=PIN_KEYS, secret=True)
        if not pin:
            yield Say("code.nothing")
            return False
        if pins.locked(who):  # by somebody else's tries, meanwhile
            break
        verdict = pins.judge(who, pin)
        if not (yield Kept(verdict.seq)):
            yield Say("code.disk")
            return False
        if verdict.right:
            return True
        yield Say("code.wrong_pin")
    yield Say("code.locked")
    return False


def say(prompt: str) -> Script:
    """All that there is to say."""
    yield Say(prompt)


def _nth(words: tuple[str, ...], key: str) -> str | None:
    """The word that a digit from 1 on chooses."""
    place = int(key) if key.isdigit() else 0
    return words[place - 1] if 1 <= place <= len(words) else None


def waiting(count: int) -> tuple[str, ...]:
    """Callers waiting: twenty, three."""
    if count < 10:
        return "code.waiting", f"digit.{count}"
    tens, ones = divmod(count, 10)
    if count >= BY_WORD:
        return "code.waiting", *(f"digit.{each}" for each in str(count))
    if tens == 1 or ones == 0:
        return "code.waiting", f"number.{count}"
    return "code.waiting", f"number.{tens * 10}", f"digit.{ones}"
