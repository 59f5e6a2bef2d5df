"""Which telephones ring for whom, worked out anew whenever something changed.

Callers are served in their order. Where a strategy chooses one person, he alone rings, and the
next is asked when he does not answer. Where all ring together, the free telephones are spread
over the callers (`spread`). A caller whom somebody has talked with lately is kept for him a while,
where the queue says so. Each choice is told with its reasons right before the telephone rings.
"""

from collections.abc import Hashable
from typing import Any

from firmware.base.choices import Unmet
from firmware.base.clock import SECOND
from firmware.base.events import CallOffered, OfferEnded
from firmware.calls.call import Tell
from firmware.calls.handset import Handset
from firmware.desk.agents import Agent, State
from firmware.desk.announce import Announcer
from firmware.desk.lineup import LineUp, Staff
from firmware.desk.queue import Desk, Waiting
from firmware.desk.routing import NAMED, View, eligible, next_step, ranked, reasons
from firmware.desk.spread import Group, Spread
from firmware.tables import Queue


class Offers:
    """Makes the offers of a desk."""

    def __init__(self, desk: Desk, tell: Tell) -> None:
        self._desk, self._tell = desk, tell
        self._exchange, self._clock = desk.exchange, desk.clock
        self.announcer = Announcer(desk, tell)
        desk.expected = self.announcer.expected
        self._line_up = LineUp(desk)
        self._staffs: dict[str | None, Staff | None] = {}  # of this pass; None: nobody is available
        self._again = False  # one more pass
        self._since: dict[str, int] = {}  # station -> when it began to ring for its caller, µs
        self._spread = Spread(desk, self._ring_with_all, self._phone, self._since)

    def match(self) -> None:
        """Ring whom the rules say, if anything changed since the last time."""
        changed = self._again = self._desk.stirred
        if changed:
            self._desk.limits.look()
            self._line_up.form()
        while self._again:
            self._again = False
            self._pass()
        self._desk.stirred = False  # by the telephones that ring now, which frees nobody
        if changed:
            self.announcer.look()

    def _pass(self) -> None:
        self._staffs = {name: self._staff(name) for name in set(self._line_up.queues)}
        if any(staff is None or not staff.spent for staff in self._staffs.values()):
            self._serve()  # else a thousand callers would be asked for nothing

    def _serve(self) -> None:
        together: list[Waiting] = []
        self._spread.begin()
        for waiting in self._line_up.callers:
            staff = self._staffs[waiting.queue]
            if self._all_for(waiting, staff):
                together.append(waiting)
                if staff is None or staff.free:
                    self._spread.first(waiting, self._group(waiting))
            elif staff is None:
                self._hunt(waiting)
            elif staff.sticky and (keeper := self._keeper(waiting, staff.queue)) is not None:
                self._keep(waiting, keeper, staff)
            elif staff.free or staff.extras:
                self._offer(waiting, staff)
        if not self._again:  # else somebody's telephone has just fallen silent: the first may want it
            self._spread.match(together, self._group, self._groups())

    def _all_for(self, waiting: Waiting, staff: Staff | None) -> bool:
        """Do all ring for him: not one after another, nor one who is kept for him?"""
        if staff is None:
            return not waiting.hunt
        if not staff.all_ring or (staff.sticky and self._keeper(waiting, staff.queue) is not None):
            return False
        return waiting.call.line is not None or not self._desk.callbacks.first(waiting)

    def _staff(self, name: str | None) -> Staff | None:
        queue = self._desk.settings.queues.get(name or "")
        if queue is None:
            return None
        everybody, now = self._desk.agents.all, self._clock.now
        members = [everybody[each] for each in queue.members]
        if not any(each.there for each in members):
            return None
        asked = [each for each in members if each.not_before <= now]
        there = [each for each in asked if each.state is State.RINGING or each.free]
        free = [each for each in there if each.free and self._phone(each.station)]
        stations = {each.station: each for each in there if each.station}
        extras = [each for each in there if each.state is State.RINGING and self._rings_too(each)]
        return Staff(queue, free, stations, extras, queue.strategy == "ring_down", queue.sticky)

    # One person, chosen by a strategy

    def _offer(self, waiting: Waiting, staff: Staff) -> None:
        """Ring one of those who are free. Who is being rung keeps him, unless he missed his last call,
        or it is only the rule for nobody that rings."""
        rung, asked = bool(waiting.call.rung), waiting.offered
        if rung and asked is not None and not asked.misses:
            return
        waited = self._desk.waited(waiting)
        view = staff.views.get(waiting.skill)
        if view is None:
            view = staff.views[waiting.skill] = self._desk.view(waiting, staff.queue)
        able = [agent for agent in staff.free if eligible(agent, view, waited)]
        if rung and asked is not None:
            able = [agent for agent in able if not agent.misses]
        if not able and not rung:
            able = self._given_up(
                staff, [each for each in staff.extras if eligible(each, view, waited)], view
            )
        if able:
            if rung:
                self._unmet(waiting, "withdrawn")
                self._desk.withdraw(waiting)
                self._again = True  # his telephone may be somebody else's
            order = ranked(able, view)
            self._ask(waiting, order[0], staff.queue, staff.queue.strategy, **reasons(order, view, waited))
        else:
            self._widen(waiting, next_step(view, waited))

    def _rings_too(self, agent: Agent) -> bool:
        """For a caller for whom others ring as well?"""
        phone = self._desk.agents.phone(agent)
        return phone is not None and phone.call is not None and len(phone.call.rung) > 1

    def _given_up(self, staff: Staff, extras: list[Agent], view: View) -> list[Agent]:
        """The best of those who ring beside others for somebody else, who can spare that one."""
        for agent in ranked(extras, view):
            phone = self._exchange.phones[agent.station or ""]
            other = self._desk.waiting.get(phone.call) if phone.call is not None else None
            staff.extras.remove(agent)
            if other is not None and phone in self._spread.spare(other, for_any=True):
                self._exchange.stop_ring(other.call, phone)
                return [agent]
        return []

    def _widen(self, waiting: Waiting, later: float | None) -> None:
        """Look again when the ladder widens, whoever rings for him then."""
        due = self._clock.now + round((later or 0) * SECOND)
        if later is not None and waiting.widens != due:
            waiting.widens = due
            self._clock.at(due, self._desk.stir)

    def _ask(self, waiting: Waiting, agent: Agent, queue: Queue, rule: str, **why: Any) -> None:
        if self._desk.callbacks.first(waiting):
            self._reserve(waiting, agent)
            return
        waiting.stop()
        waiting.offered = agent
        self._ring(waiting, agent.station or "", rule, agent, **why)
        seconds = queue.ring_s + self._exchange.phones[agent.station or ""].reach_s
        waiting.timer = self._clock.after(seconds, lambda: self._missed(waiting, agent))

    def _reserve(self, waiting: Waiting, agent: Agent) -> None:
        """A customer is called back first: nobody else is offered to whom he will be joined with."""
        if self._desk.callbacks.reserve(waiting, agent.station or ""):
            for staff in filter(None, self._staffs.values()):
                staff.free = [each for each in staff.free if each is not agent]

    def _missed(self, waiting: Waiting, agent: Agent) -> None:
        self._unmet(waiting, "no_answer")
        self._desk.withdraw(waiting)
        self._desk.agents.missed(agent)

    def _unmet(self, waiting: Waiting, reason: Unmet) -> None:
        """What rings for him, or has been asked, is done with."""
        call, asked = waiting.call, waiting.offered
        if asked is not None:
            self._tell(OfferEnded(call.id, asked.station or "", asked.name, reason))
        else:
            for phone in call.rung:
                self._tell(OfferEnded(call.id, phone.name, None, reason))

    # Whoever talked with him last

    def _keeper(self, waiting: Waiting, queue: Queue) -> Agent | None:
        """For whom he is kept: who talked with him last, while that one is at work and can still come."""
        if waiting.call.rung and waiting.offered is None:
            return None
        known = self._desk.callers.returning(waiting.call.id)
        if known is None or known.days > queue.sticky_days or known.agent not in queue.members:
            return None
        agent = self._desk.agents.all[known.agent]
        if waiting.kept is None:
            waiting.kept = self._clock.now + round(queue.sticky_s * SECOND)
        if waiting.call.rung:
            return agent if waiting.offered is agent else None
        if agent.not_before > self._clock.now:
            waiting.kept = 0  # he missed or rejected a call just now
        return agent if agent.there and self._clock.now < waiting.kept else None

    def _keep(self, waiting: Waiting, agent: Agent, staff: Staff) -> None:
        if waiting.call.rung:
            return
        if agent in staff.free:
            self._ask(waiting, agent, staff.queue, "last_agent", free=(agent.name,), able=1)
        elif waiting.kept is not None:
            self._widen(waiting, (waiting.kept - self._clock.now) / SECOND)

    # Stations, while nobody is available

    def _hunt(self, waiting: Waiting) -> None:
        if waiting.call.rung:
            return
        circle = waiting.stations[waiting.turn :] + waiting.stations[: waiting.turn]
        free = [each for each in circle if self._phone(each)]
        if free:
            waiting.offered = None
            waiting.turn = (waiting.stations.index(free[0]) + 1) % len(waiting.stations)
            self._ring(waiting, free[0], "nobody_hunt", None, free=tuple(free[:NAMED]), able=len(free))
            self._let_turn(waiting)

    def _let_turn(self, waiting: Waiting) -> None:
        waiting.stop()
        waiting.timer = self._clock.after(waiting.ring_s, lambda: self._turn(waiting))

    def _turn(self, waiting: Waiting) -> None:
        """He does not answer: the next in the circle, if there is one; else it rings on."""
        if any(self._phone(each) for each in waiting.stations):
            self._unmet(waiting, "no_answer")
            self._desk.withdraw(waiting)
        else:
            self._let_turn(waiting)

    # All together

    def _group(self, waiting: Waiting) -> Group:
        staff = self._staffs[waiting.queue]
        if staff is None:
            return Group(waiting.stations, waiting.stations)
        return Group(waiting.queue, staff.stations)

    def _groups(self) -> set[Hashable]:
        """The queues whose people all ring; none where somebody waits for telephones of his own."""
        staffs = self._staffs
        if None in staffs.values():
            return set()
        return {name for name, staff in staffs.items() if staff is not None and staff.all_ring}

    def _ring_with_all(self, waiting: Waiting, station: str) -> None:
        staff = self._staffs[waiting.queue]
        if staff is None:
            free = [each for each in waiting.stations if self._phone(each)] or [station]
            rule = "nobody" if waiting.queue is not None else "direct"
            self._ring(waiting, station, rule, None, free=tuple(free[:NAMED]), able=len(free))
        else:
            names = [each.name for each in staff.free] or [staff.stations[station].name]
            agent = staff.stations[station]
            self._ring(waiting, station, "ring_down", agent, free=tuple(names[:NAMED]), able=len(names))
            seconds, since = waiting.ring_s + self._exchange.phones[station].reach_s, self._clock.now
            self._clock.after(seconds, lambda: self._rang_out(waiting, agent, station, since))

    def _rang_out(self, waiting: Waiting, agent: Agent, station: str, since: int) -> None:
        """All rang, and nobody came so long: each has missed him, and he may be told something."""
        phone = self._exchange.phones[station]
        if phone in waiting.call.rung and self._since[station] == since:
            self._tell(OfferEnded(waiting.call.id, station, agent.name, "no_answer"))
            self._exchange.stop_ring(waiting.call, phone)
            self._desk.agents.missed(agent)

    # Each of them

    def _phone(self, station: str | None) -> Handset | None:
        """The telephone there, if it may be rung."""
        phone = self._exchange.phones.get(station or "")
        reserved = station in self._desk.callbacks.reserved
        return phone if phone is not None and phone.free and not reserved else None

    def _ring(self, waiting: Waiting, station: str, rule: str, agent: Agent | None, **why: Any) -> None:
        who = agent.name if agent is not None else None
        stands = self._line_up.stands(waiting)
        self._tell(CallOffered(waiting.call.id, station, who, waiting.queue, rule, **why, **stands))
        self._since[station] = self._clock.now
        self._exchange.ring(waiting.call, self._exchange.phones[station])
        for staff in filter(None, self._staffs.values()):  # the last line to spare may have gone with it
            staff.free = [each for each in staff.free if self._phone(each.station)]
