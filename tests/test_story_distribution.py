"""A busy day read again plainly; whoever rings again; and what nobody may be stranded by."""

from contextlib import suppress
from random import Random
from typing import Any

import pytest
from plain_rules import Reader
from stories import asks_for

from firmware.base import Refused
from firmware.base.events import CallAnswered, CallArrived, CallOffered, PhoneRang, QueueEntered
from firmware.office.why import why
from hostsim.office import Office

NAMES = ("ann", "ben", "cleo", "dan")
PHONES = ("phone1", "phone2", "phone3", "phone4")
STRATEGIES = ("longest_idle", "fewest_calls", "share", "hunt", "hunt_fixed", "skills")
BUSY = 900.0  # s of each day


def owner(strategy: str) -> dict[str, Any]:
    """Two queues of the same four people; support is more urgent, and is given out by `strategy`."""
    skilled = {"skill": "danish", "ladder": [[4, 3], [9, 1]]} if strategy == "skills" else {}
    people = {
        "ann": {"skills": {"danish": 5}, "station": "phone1"},
        "ben": {"skills": {"danish": 2}, "station": "phone2", "weight": 2},
        "cleo": {"station": "phone3"},
        "dan": {"skills": {"danish": 3}, "station": "phone4"},
    }
    support = {"strategy": strategy, "priority": 1, "wrap_s": 3, "ring_s": 8, "resume_s": 0, **skilled}
    sales = {"strategy": "ring_down", "wrap_s": 0, "resume_s": 0}
    both = {
        name: {"members": list(NAMES), **row} for name, row in {"sales": sales, "support": support}.items()
    }
    return {"people": people, "queues": both, "misses": 9}


class Day:
    """Callers and people who do as they like, by a seed."""

    def __init__(self, strategy: str, seed: int) -> None:
        self.settings = owner(strategy)
        self.office = Office(self.settings, fidelity="signal")
        self._random = Random(f"{strategy} {seed}")
        self.reader = Reader(self.settings)
        self.office.box.observers.append(self.reader.see)
        self._callers = [self.office.caller(f"+453312000{n}") for n in range(1, 5)]
        self._phones = [self.office.phone(name) for name in PHONES]

    def run(self) -> None:
        self.office.wait(3)
        for name in NAMES:
            self.office.agent(name).sign_in()
            self._wait(self._random.uniform(0.1, 3))
        while self.office.now < BUSY:
            self._random.choice((self._call, self._call, self._hands, self._hands, self._hands, self._say))()
            self._wait(self._random.choice((0.1, 0.5, 1.0, 2.0, 4.0, 9.0)))

    def _wait(self, seconds: float) -> None:
        with suppress(Refused):  # he was not there, or nothing rang
            self.office.wait(seconds)

    def _call(self) -> None:
        """Somebody rings and keys over the greeting, or leaves."""
        line = self._random.randrange(4)
        caller = self._callers[line]
        if caller.state == "idle":
            caller.dial(line=line + 1)
            self._wait(5)
            caller.press(self._random.choice("1222"))
        elif self._random.random() < 0.3:
            caller.hang_up()

    def _hands(self) -> None:
        for phone in self._phones:
            if phone.ringing and self._random.random() < 0.5:
                phone.lift()
            elif phone.off and self._random.random() < 0.3:
                phone.hang_up()

    def _say(self) -> None:
        agent = self.office.agent(self._random.choice(NAMES))
        verb = self._random.choice(("lunch", "ready", "ready", "ready", "reject", "sign_out"))
        if agent.status == "off":
            agent.sign_in()
        elif verb == "ready" and agent.status != "break":
            return  # nothing would be told of it
        else:
            agent.break_("lunch") if verb == "lunch" else getattr(agent, verb)()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "strategy", ("longest_idle", "fewest_calls", "share", "hunt", "hunt_fixed", "skills")
)
def test_every_offer_of_a_busy_day_is_the_one_that_the_rules_give(strategy: str, seed: int) -> None:
    day = Day(strategy, seed)
    day.run()
    office = day.office
    events = list(office.journal.events())
    queued = {event.call for event in office.saw(QueueEntered)}
    answered = [event for event in office.saw(CallAnswered) if event.call in queued]
    assert len(answered) > 10 and day.reader.judged > 20
    offers = {event.call: event for event in office.saw(CallOffered)}
    for event in answered:
        check_sentence(why(events, event.call), event, day, offers[event.call])


def check_sentence(sentence: str, answered: CallAnswered, day: Day, offer: CallOffered) -> None:
    """The sentence names who has the call, how it came, and how many could have had it."""
    assert f"by pressing {'1' if offer.queue == 'sales' else '2'}" in sentence, sentence
    if offer.rule in ("ring_down", "nobody", "nobody_hunt"):
        return
    should = day.reader.should[answered.call]
    assert f"'s call went to {should[0].capitalize()}: " in sentence, sentence
    if len(should) > 1:
        assert f"of the {len(should)} people free ({should[0].capitalize()}" in sentence, sentence
    else:
        assert f"{should[0].capitalize()} was the only one free for it" in sentence, sentence


# Whoever rings again

STICKY: dict[str, Any] = {
    "people": {"cleo": {"station": "phone3"}, "dan": {"station": "phone4"}},
    "queues": {"support": {"wrap_s": 0, "sticky": True}, "sales": {"wrap_s": 0, "sticky": True}},
}


def talked(office: Office, key: str = "2") -> tuple[Any, Any]:
    """A caller has talked with Ann, who had been available longest; so has Ben by now."""
    office.wait(3)
    people = [office.agent(name) for name in ("ann", "ben")]
    for agent in people:
        agent.sign_in()
        office.wait(2)
    caller = asks_for(office, key)
    office.wait_until(lambda: people[0].ringing, 3)
    people[0].answer()
    office.wait(3)
    caller.hang_up()
    office.wait(8)
    people[0].hang_up()
    office.wait(3)
    return people[0], people[1]


def rings_again(office: Office, key: str = "2") -> Any:
    caller = asks_for(office, key)
    office.wait(0.5)
    return caller


@pytest.mark.parametrize("key", ("1", "2"))
def test_who_rings_again_is_offered_whoever_talked_with_him_last(key: str) -> None:
    with Office(STICKY, fidelity="signal") as office:
        ann, ben = talked(office, key)
        rings_again(office, key)
        assert ann.ringing and not ben.ringing
        call = office.saw(CallArrived)[-1].call
        (shown,) = office.box.snapshot()["calls"]
        assert shown["returning"] == {"agent": "ann", "days": 0}
        ann.answer()
        office.wait(1)
        told = why(office.journal.events(), call)
        assert told.endswith("and Ann had talked with the caller last, today.")


def test_who_is_on_a_call_is_waited_for_and_after_that_the_next_is_asked() -> None:
    with Office(STICKY, fidelity="signal") as office:
        ann, ben = talked(office)
        office.phone("phone1").lift()
        rings_again(office)
        office.wait(10)
        assert not ben.ringing
        office.phone("phone1").hang_up()
        office.wait(1.5)
        assert ann.ringing
        ann.reject()
        office.wait(0.1)
        assert ben.ringing


def test_who_waits_for_long_is_not_kept_any_longer() -> None:
    with Office(STICKY, fidelity="signal") as office:
        _, ben = talked(office)
        office.phone("phone1").lift()
        rings_again(office)
        office.wait(19)
        assert not ben.ringing
        office.wait(1)
        assert ben.ringing


@pytest.mark.parametrize("verb", ("lunch", "sign_out"))
def test_nobody_is_kept_for_who_is_on_a_break_or_out(verb: str) -> None:
    with Office(STICKY, fidelity="signal") as office:
        ann, ben = talked(office)
        ann.break_("lunch") if verb == "lunch" else ann.sign_out()
        office.wait(1)
        rings_again(office)
        assert ben.ringing


def test_the_demo_office_keeps_nobody_for_anybody_nor_do_old_talks_count() -> None:
    for change in ({"sticky": False}, {"sticky_days": 1}):
        queues = {"support": {**STICKY["queues"]["support"], **change}}
        with Office({**STICKY, "queues": queues}, fidelity="signal") as office:
            ann, ben = talked(office)
            office.wait(2 * 86_400)
            for agent in (ben, ann):  # they were signed out for the night
                agent.sign_in()
                office.wait(1)
            rings_again(office)
            assert ben.ringing and not ann.ringing


# What nobody may be stranded by


def test_a_refusal_in_the_same_tick_keeps_nobody_waiting() -> None:
    with Office(STICKY, fidelity="signal") as office:
        ann, ben = talked(office)
        for agent in (ann, ben):
            agent.break_("lunch")
        office.wait(1)
        office.settings({"queues": {"support": {"nobody": "wait"}}})
        asks_for(office, "2")
        office.wait(1)
        ann.ready()
        ben.reject()
        with pytest.raises(Refused):
            office.wait(1)
        assert ann.ringing


def test_the_ladder_widens_while_a_telephone_rings_in_vain() -> None:
    skilled = {"strategy": "skills", "skill": "danish", "ladder": [[5, 2]], "ring_s": 10, "wrap_s": 0}
    people = {"ann": {"skills": {"danish": 5}}, "ben": {"skills": {"danish": 2}}}
    with Office({**STICKY, "people": people, "queues": {"support": skilled}}, fidelity="signal") as office:
        office.wait(3)
        ann, ben, olga = (office.agent(name) for name in ("ann", "ben", "olga"))
        for agent in (ann, ben):
            agent.sign_in()
            office.wait(1)
        asks_for(office, "2")
        office.wait_until(lambda: ann.ringing, 3)
        office.wait_until(lambda: ben.ringing, 10.1)
        office.wait_until(lambda: not ben.ringing, 10.1)
        office.wait_until(lambda: ann.ringing, 21)  # her pause over, she rings, having missed one
        ben.ready()
        office.wait(0.1)
        assert ben.ringing and not ann.ringing
        assert olga.status == "off"


def test_a_skill_that_nobody_has_strands_nobody() -> None:
    skilled = {"strategy": "skills", "skill": "danish", "wrap_s": 0}
    with Office({**STICKY, "queues": {"support": skilled}}, fidelity="signal") as office:
        office.wait(3)
        ann = office.agent("ann")
        ann.sign_in()
        asks_for(office, "2")
        office.wait(29)
        assert not ann.ringing
        office.wait_until(lambda: ann.ringing, 2)


def test_who_waits_for_one_person_gets_one_of_several_that_ring_for_another() -> None:
    with Office(STICKY, fidelity="signal") as office:
        office.wait(3)
        people = [office.agent(name) for name in ("ann", "ben")]
        for agent in people:
            agent.sign_in()
        office.wait(1)
        asks_for(office, "1")
        office.wait_until(lambda: all(agent.ringing for agent in people), 3)
        asks_for(office, "2", line=2)
        office.wait(0.1)
        assert all(agent.ringing for agent in people)
        assert len({agent.call for agent in people}) == 2


def test_the_circle_begins_behind_whoever_answered_last_and_survives_a_change_of_the_list() -> None:
    settings = {**STICKY, "queues": {"support": {"strategy": "hunt", "wrap_s": 0, "ring_s": 5}}}
    with Office(settings, fidelity="signal") as office:
        office.wait(3)
        people = {name: office.agent(name) for name in NAMES}
        for agent in people.values():
            agent.sign_in()
        office.wait(1)
        asks_for(office, "2")
        office.wait_until(lambda: people["ben"].ringing, 10)  # Ann did not answer
        people["ben"].answer()
        office.wait(1)
        office.settings({"queues": {"support": {"members": ["dan", "ben", "ann", "cleo"]}}})
        asks_for(office, "2", line=2)
        office.wait(1)
        assert office.saw(PhoneRang)[-1].station == "phone3"  # Ann is spared after her miss
