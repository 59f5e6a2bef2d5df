"""The people who answer: what each says of himself, and what the box sees of him.

The two are kept apart. A person is off, available, or on a break with a code; the box sees his
station idle, ringing, talking, in wrap-up or offline. Only who says available and is seen idle is
offered a call, so a break asked for during a call needs no case of its own. Beside both stands "do not
disturb": nobody is offered him, and nobody calls him.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from firmware.base import Impossible, Refused
from firmware.base.clock import SECOND, Clock
from firmware.base.events import AgentChanged, ReasonGiven
from firmware.calls.call import Call, Tell
from firmware.calls.exchange import Exchange
from firmware.calls.handset import Handset
from firmware.calls.outside import shown
from firmware.desk.states import AT_REST, IN_CALL, MISSED, NEXT, REASONS, SEEN, VANISHED, Agent, State, Status
from firmware.desk.wrapup import WrapUp
from firmware.tables import Person, Queue

REOFFER = 30.0  # s until somebody who did not answer is offered a call again (FEATURES row 11)


class Agents:
    """All people of the settings; every change of one is told with its reason."""

    def __init__(self, exchange: Exchange, clock: Clock, tell: Tell, changed: Callable[[], None]) -> None:
        """`changed` is called when somebody may be able to take a call now."""
        self._exchange, self._clock, self._tell, self._changed = exchange, clock, tell, changed
        self._people: Mapping[str, Person] = {}
        self._all: dict[str, Agent] = {}

    # Who is there

    @property
    def all(self) -> Mapping[str, Agent]:
        """Everybody of the settings in force."""
        if (people := self._exchange.settings.people) is not self._people:
            self._people = people
            self._follow(people)
        return self._all

    def _follow(self, people: Mapping[str, Person]) -> None:
        self._exchange.outside.follow()
        for name in [each for each in self._all if each not in people]:
            self._leave(self._all.pop(name), "not of the office any more")
        for name, person in people.items():
            agent = self._all.setdefault(name, Agent(name, person.station))
            if agent.status is Status.OFF:
                agent.station = person.station

    def at(self, station: str) -> Agent | None:
        """Who is signed in there."""
        here = (each for each in self.all.values() if each.station == station)
        return next((each for each in here if each.status is not Status.OFF), None)

    def of(self, station: str) -> Agent | None:
        """Who is signed in there, else whose station it is."""
        return self.at(station) or next((each for each in self.all.values() if each.station == station), None)

    def signed_in(self) -> Iterator[Agent]:
        return (each for each in self.all.values() if each.status is not Status.OFF)

    def number_at(self, station: str) -> str | None:
        """A telephone's own number, else that of whoever is signed in there, else of whose station it is."""
        settings = self._exchange.settings
        if (phone := settings.phones.get(station)) is not None:
            return phone.number
        agent = self.of(station)
        return settings.people[agent.name].number if agent is not None else None

    def phone(self, agent: Agent) -> Handset | None:
        return self._exchange.phones.get(agent.station) if agent.station else None

    def named(self, who: str) -> Agent:
        """Refused: there is nobody of that name."""
        agent = self.all.get(who)
        if agent is None:
            raise Refused(f'there is nobody called "{who[:30]}"; there are {", ".join(self.all)}')
        return agent

    def must_be_here(self, who: str) -> Agent:
        """Somebody who is signed in. Refused: he is not, or there is nobody of that name."""
        agent = self.named(who)
        if agent.status is Status.OFF:
            raise Refused(f"{who} is not signed in: sign in first")
        return agent

    def place(self, who: str, station: str | None) -> str:
        """Where `who` signs in. Refused: nowhere, or it is not plugged in."""
        wish, plugged = station or self.named(who).station, ", ".join(self._exchange.phones)
        if not wish:
            raise Refused(f"{who} has no station: choose one of {plugged}")
        place = self._exchange.outside.find(wish)
        if place not in self._exchange.phones:
            raise Refused(f"{place[:30]} is not plugged in: choose one of {plugged}")
        return place

    # What people say

    def sign_in(self, who: str, station: str | None = None) -> None:
        """Available from now on, at one station: he leaves his other, and who sits here is signed out."""
        agent, place = self.named(who), self.place(who, station)
        other = self.at(place)
        if other is not None and other is not agent:
            self._leave(other, f"{who} signed in at {shown(place)}")
        moved = agent.status is not Status.OFF and agent.station != place
        reason = f"moved from {shown(agent.station)} to {shown(place)}" if moved else "signed in"
        agent.station = place
        agent.misses, agent.not_before = 0, 0
        if agent.status is Status.OFF:
            agent.signed_in, agent.dnd = self._clock.now, False
        self._since_now(agent)
        self._look(agent)
        self.say(agent, Status.AVAILABLE, reason, always=moved)
        self._changed()  # he may have been available here, and spared after a call that he missed

    def _since_now(self, agent: Agent) -> None:
        """He becomes available, even while something rings there for a colleague."""
        if agent.status is not Status.AVAILABLE:
            agent.since = self._clock.now

    def sign_out(self, who: str, reason: str = "signed out") -> None:
        self._leave(self.must_be_here(who), reason)

    def _leave(self, agent: Agent, reason: str) -> None:
        if agent.wrap is not None:
            agent.wrap.stop()
        if agent.state is State.WRAPUP:
            self._see(agent, "ready", reason)
        agent.wrap = None
        self.say(agent, Status.OFF, reason)

    def take_break(self, who: str, code: str) -> None:
        """No calls from now on; the one that he is on goes on."""
        agent = self.must_be_here(who)
        codes = self._exchange.settings.office.breaks
        if code not in codes:
            raise Refused(f'there is no break "{code[:30]}": choose one of {", ".join(codes)}')
        agent.code = code
        self.say(agent, Status.BREAK, code)

    def ready(self, who: str) -> None:
        """Back from a break, or done with wrap-up. Refused: the wrap-up may not end yet."""
        agent = self.must_be_here(who)
        if agent.wrap is not None:
            agent.wrap.end()
        agent.misses, agent.not_before = 0, 0
        self._since_now(agent)
        self.say(agent, Status.AVAILABLE, "ready")
        self._changed()  # he may have been available, and spared after a call that he missed

    def disturb_not(self, who: str, on: bool) -> None:
        """Whether he may be called and offered calls; his status stays what it is."""
        agent = self.named(who)
        if agent.dnd is not on:
            was_free, agent.dnd, agent.spared = agent.free, on, False
            self._told(agent, was_free, "do not disturb" if on else "may be disturbed")

    def extend(self, who: str) -> None:
        """Longer wrap-up, once."""
        agent = self.must_be_here(who)
        if agent.wrap is None:
            raise Refused(f"{who} has no wrap-up to extend")
        agent.wrap.extend()
        self._told(agent, agent.free, "wrap-up extended")

    def reason(self, who: str, reason: str) -> None:
        """What his last call of a queue came to."""
        agent = self.must_be_here(who)
        wrap = agent.wrap
        if wrap is None:
            raise Refused(f"{who} has taken no call of a queue since he signed in: there is none to sort")
        wrap.check(reason)
        self._tell(ReasonGiven(call=wrap.call, agent=who, reason=reason))
        wrap.give(reason)

    # What the desk says

    def took(self, agent: Agent, call: Call, queue: Queue | None) -> None:
        """He answered a caller of a queue, if the owner has not taken it away; its wrap-up follows."""
        agent.misses = 0
        self._count(agent)
        if agent.wrap is not None:
            agent.wrap.stop()
        about = self._exchange.settings.types.get(call.type or "")
        queue = queue or Queue(wrap_s=0)
        reasons = (about.reasons if about else ()) or queue.reasons
        agent.wrap = WrapUp(call.id, queue, reasons, self._clock, lambda why: self._wrapped_up(agent, why))

    def _count(self, agent: Agent) -> None:
        """One more call today; the first of a day begins everybody's count anew."""
        today = self._clock.wall().date().isoformat()
        for each in self._all.values():
            each.handled, each.counted_on = each.handled if each.counted_on == today else 0, today
        agent.handled += 1

    def missed(self, agent: Agent) -> None:
        """He did not answer an offer. After some in a row he is taken to be away, and told so."""
        agent.misses += 1
        agent.since = self._clock.now
        self.pause(agent)
        if agent.misses >= self._exchange.settings.office.misses and agent.status is Status.AVAILABLE:
            agent.code = MISSED
            self.say(agent, Status.BREAK, MISSED)

    def spare(self, phone: Handset | None) -> None:
        """The caller left before whoever lifted was joined with him: he is as long idle as before."""
        if phone is not None and (agent := self.at(phone.name)) is not None:
            agent.spared = True

    def pause(self, agent: Agent) -> None:
        """No offer for a while."""
        agent.not_before = self._clock.now + round(REOFFER * SECOND)
        self._clock.at(agent.not_before, self._changed)

    def ringing(self, who: str) -> Handset:
        """The telephone that rings at somebody's station. Refused: none does."""
        agent = self.must_be_here(who)
        phone = self.phone(agent)
        if phone is None or agent.state is not State.RINGING:
            raise Refused(f"nothing rings at {who}'s station: there is nothing to reject")
        return phone

    def seen(self, station: str) -> None:
        """Something changed at a station: of whoever is signed in there, or was when his last call began."""
        for agent in self.all.values():
            if agent.station == station and (agent.status is not Status.OFF or agent.state in IN_CALL):
                self._look(agent)

    # What was before the box started anew

    def come_back(self, agent: Agent, status: Status, station: str | None) -> None:
        """He is as he said that he was; his station may still be starting. Where it is no more he is off."""
        with suppress(Refused):  # a number that is allowed no longer
            self._exchange.outside.find(station or "")
        if station not in self._exchange.phones:
            self._told(agent, False, "his station is not there any more")
            return
        agent.station = station
        self._clock.at(agent.not_before, self._changed)
        self.say(agent, status, "the box started anew")

    # The machine

    def _look(self, agent: Agent) -> None:
        phone = self.phone(agent)
        seen = self._seen(phone) if phone is not None else "gone"
        if seen == AT_REST[agent.state]:
            return
        wrap = agent.wrap
        if seen == "free" and wrap is not None and (wrap.due or wrap.running):
            if wrap.due:
                wrap.begin()
            self._see(agent, "wrap", "wrap-up")
        else:
            vanished = seen == "gone" and phone is not None and self._exchange.lost.at(phone)
            self._see(agent, seen, VANISHED if vanished else REASONS[seen])

    def _seen(self, phone: Handset) -> str:
        """What is seen of his station; while somebody is on hold there, what he does meanwhile."""
        seen = SEEN.get(phone.state, "gone")
        if seen == "busy" and self._exchange.hands.at(phone):
            return "consults" if phone.call is not None else "holds"
        # Back, but perhaps lifted in a moment only.
        return "gone" if seen == "free" and self._exchange.lost.at(phone) else seen

    def _wrapped_up(self, agent: Agent, why: str) -> None:
        if agent.state is State.WRAPUP:
            self._see(agent, "ready", why)

    def _see(self, agent: Agent, seen: str, reason: str) -> None:
        new = NEXT.get((agent.state, seen))
        if new is None:
            raise Impossible(f"agent {agent.name}: no way to {seen} from {agent.state.value}")
        was_free = agent.free
        agent.spared = agent.spared or (agent.state is State.RINGING and seen == "free")
        agent.state = new
        self._told(agent, was_free, reason)

    def say(self, agent: Agent, status: Status, reason: str, always: bool = False) -> None:
        if agent.status is status and status is not Status.BREAK and not always:
            return
        was_free, agent.status, agent.spared = agent.free, status, False
        self._told(agent, was_free, reason)

    def _told(self, agent: Agent, was_free: bool, reason: str) -> None:
        code = agent.code if agent.status is Status.BREAK else ""
        status, state = agent.status.value, agent.state.value
        self._tell(AgentChanged(agent.name, status, state, reason, agent.station, code, agent.dnd))
        if agent.free and not was_free:
            agent.since = agent.since if agent.spared else self._clock.now
            agent.spared = False
        self._changed()


__all__ = ["Agent", "Agents", "State", "Status"]
