"""The people who answer: what each says of himself, and what the box sees of him.

The two are kept apart. A person is off, available, or on a break with a code; the box sees his
station idle, ringing, talking, in wrap-up or offline. Only who says available and is seen idle is
offered a call, so a break asked for during a call needs no case of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from firmware.base import Impossible, Refused
from firmware.base.clock import SECOND, Clock, Timer
from firmware.base.events import AgentChanged
from firmware.calls import handset as handsets
from firmware.calls.call import Tell
from firmware.calls.exchange import Exchange
from firmware.calls.handset import Handset
from firmware.tables import Person

MISSES = 2  # unanswered offers in a row, after which somebody is taken to be away (FEATURES row 11)
REOFFER = 30.0  # s until somebody who did not answer is offered a call again


class Status(Enum):
    OFF = "off"
    AVAILABLE = "available"
    BREAK = "break"


class State(Enum):
    IDLE = "idle"
    RINGING = "ringing"
    TALKING = "talking"
    WRAPUP = "wrapup"
    OFFLINE = "offline"


_S = State
NEXT: dict[tuple[State, str], State] = {
    (_S.RINGING, "free"): _S.IDLE,
    (_S.TALKING, "free"): _S.IDLE,
    (_S.OFFLINE, "free"): _S.IDLE,
    (_S.TALKING, "wrap"): _S.WRAPUP,
    (_S.OFFLINE, "wrap"): _S.WRAPUP,
    (_S.WRAPUP, "ready"): _S.IDLE,
    # A station may ring, be lifted or fail in any state: wrap-up keeps callers away, not colleagues.
    **{(state, "rings"): _S.RINGING for state in State if state is not _S.RINGING},
    **{(state, "busy"): _S.TALKING for state in State if state is not _S.TALKING},
    **{(state, "gone"): _S.OFFLINE for state in State if state is not _S.OFFLINE},
}
_SEEN = {
    handsets.State.IDLE: "free",
    handsets.State.RINGING: "rings",
    handsets.State.DIAL_TONE: "busy",
    handsets.State.CONGESTION: "busy",  # the far end has gone, he has not put it back yet
    **{state: "busy" for state in handsets.CONNECTED},
}  # whatever else: gone (out of service, or left off its hook)
_AT_REST = {_S.IDLE: "free", _S.WRAPUP: "free", _S.RINGING: "rings", _S.TALKING: "busy", _S.OFFLINE: "gone"}


@dataclass(eq=False)
class Agent:
    """Somebody of the office at his station. `since` is when he became available, in µs."""

    name: str
    station: str | None
    status: Status = Status.OFF
    state: State = State.OFFLINE
    code: str = ""  # of his break
    since: int = 0
    misses: int = 0
    not_before: int = 0  # µs: no offer before
    handled: int = 0
    spared: bool = False  # what he was busy with came to nothing: his place among the idle is kept
    wrap_s: float = 0.0  # what the call that he is on will leave him to do
    timer: Timer | None = None

    @property
    def free(self) -> bool:
        return self.status is Status.AVAILABLE and self.state is State.IDLE


class Agents:
    """All people of the settings; every change of one is told with its reason."""

    def __init__(self, exchange: Exchange, clock: Clock, tell: Tell, changed: Callable[[], None]) -> None:
        """`changed` is called when somebody may be able to take a call now."""
        self._exchange, self._clock, self._tell, self._changed = exchange, clock, tell, changed
        self._people: Mapping[str, Person] = {}
        self._all: dict[str, Agent] = {}

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
            agent = self._all.pop(name)
            self._end_wrap(agent)
            self._say(agent, Status.OFF, "not of the office any more")
        for name, person in people.items():
            agent = self._all.setdefault(name, Agent(name, person.station))
            if agent.status is Status.OFF:
                agent.station = person.station

    def restore(self, changes: Iterable[AgentChanged]) -> None:
        """What people said last before the box started anew holds; what the box saw of them does not."""
        for change in {each.agent: each for each in changes}.values():
            with suppress(Refused):  # a number that is allowed no longer
                self._exchange.outside.find(change.station or "")
            agent = self.all.get(change.agent)
            if (
                agent is None
                or change.status == Status.OFF.value
                or change.station not in self._exchange.phones
            ):
                continue
            agent.station, agent.code = change.station, change.code
            self._say(agent, Status(change.status), "the box started anew")

    def at(self, station: str) -> Agent | None:
        """Who is signed in there."""
        return next((each for each in self.signed_in() if each.station == station), None)

    def signed_in(self) -> Iterator[Agent]:
        return (each for each in self.all.values() if each.status is not Status.OFF)

    def number_at(self, station: str) -> str | None:
        """A telephone's own number, else that of whoever is signed in there, else of whose station it is."""
        settings, here = self._exchange.settings, self.at(station)
        if (phone := settings.phones.get(station)) is not None:
            return phone.number
        if here is not None:
            return settings.people[here.name].number
        return next((each.number for each in settings.people.values() if each.station == station), None)

    def phone(self, agent: Agent) -> Handset | None:
        return self._exchange.phones.get(agent.station) if agent.station else None

    # What people say

    def sign_in(self, who: str, station: str | None = None) -> None:
        """Available from now on, at a station of his own. Somebody else there is signed out."""
        agent = self._agent(who)
        if not (station or agent.station):
            raise Refused(f"{who} has no station: choose one of {', '.join(self._exchange.phones)}")
        place = self._exchange.outside.find(station or agent.station or "")
        if place not in self._exchange.phones:
            raise Refused(f"{place} is not plugged in: choose one of {', '.join(self._exchange.phones)}")
        other = self.at(place)
        if other is not None and other is not agent:
            self._say(other, Status.OFF, f"{who} signed in at {place}")
        agent.station = place
        agent.misses = 0
        self._look(agent)
        self._say(agent, Status.AVAILABLE, "signed in")

    def sign_out(self, who: str) -> None:
        agent = self.must_be_here(who)
        self._end_wrap(agent)
        self._say(agent, Status.OFF, "signed out")

    def take_break(self, who: str, code: str) -> None:
        """No calls from now on; the one that he is on goes on."""
        agent = self.must_be_here(who)
        codes = self._exchange.settings.office.breaks
        if code not in codes:
            raise Refused(f'there is no break "{code[:30]}": choose one of {", ".join(codes)}')
        agent.code = code
        self._say(agent, Status.BREAK, code)

    def ready(self, who: str) -> None:
        """Back from a break, or done with wrap-up."""
        agent = self.must_be_here(who)
        agent.misses, agent.not_before = 0, 0
        if agent.state is State.WRAPUP:
            self._wrapped_up(agent, "ready")
        self._say(agent, Status.AVAILABLE, "ready")
        self._changed()  # he may have been available, and spared after a call that he missed

    # What the desk says

    def took(self, agent: Agent, wrap_s: float) -> None:
        """He answered a caller of a queue; its wrap-up follows."""
        agent.misses, agent.wrap_s = 0, wrap_s
        agent.handled += 1

    def missed(self, agent: Agent) -> None:
        """He did not answer an offer. After two in a row he is taken to be away, and told so."""
        agent.misses += 1
        agent.since = self._clock.now
        self.pause(agent)
        if agent.misses >= MISSES and agent.status is Status.AVAILABLE:
            agent.code = "missed"
            self._say(agent, Status.BREAK, "missed")

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
        """Something changed at a station."""
        agent = self.at(station)
        if agent is not None:
            self._look(agent)

    # The machine

    def _look(self, agent: Agent) -> None:
        phone = self.phone(agent)
        seen = _SEEN.get(phone.state, "gone") if phone is not None else "gone"
        if seen == _AT_REST[agent.state]:
            return
        if seen == "free" and agent.state in (State.TALKING, State.OFFLINE) and agent.wrap_s > 0:
            self._see(agent, "wrap", "wrap-up")
            agent.timer = self._clock.after(agent.wrap_s, lambda: self._wrapped_up(agent, "wrap-up over"))
            agent.wrap_s = 0.0
            return
        self._end_wrap(agent)
        self._see(agent, seen, _REASONS[seen])

    def _wrapped_up(self, agent: Agent, reason: str) -> None:
        self._end_wrap(agent)
        if agent.state is State.WRAPUP:
            self._see(agent, "ready", reason)

    def _end_wrap(self, agent: Agent) -> None:
        if agent.timer is not None:
            agent.timer.stop()
            agent.timer = None

    def _see(self, agent: Agent, seen: str, reason: str) -> None:
        new = NEXT.get((agent.state, seen))
        if new is None:
            raise Impossible(f"agent {agent.name}: no way to {seen} from {agent.state.value}")
        was_free = agent.free
        agent.spared = agent.spared or (agent.state is State.RINGING and seen == "free")
        agent.state = new
        self._told(agent, was_free, reason)

    def _say(self, agent: Agent, status: Status, reason: str) -> None:
        if agent.status is status and status is not Status.BREAK:
            return
        was_free, agent.status, agent.spared = agent.free, status, False
        self._told(agent, was_free, reason)

    def _told(self, agent: Agent, was_free: bool, reason: str) -> None:
        code = agent.code if agent.status is Status.BREAK else ""
        self._tell(
            AgentChanged(agent.name, agent.status.value, agent.state.value, reason, agent.station, code)
        )
        if agent.free and not was_free:
            agent.since = agent.since if agent.spared else self._clock.now
            agent.spared = False
        self._changed()

    def _agent(self, who: str) -> Agent:
        agent = self.all.get(who)
        if agent is None:
            raise Refused(f'there is nobody called "{who[:30]}"; there are {", ".join(self.all)}')
        return agent

    def must_be_here(self, who: str) -> Agent:
        """Somebody who is signed in. Refused: he is not, or there is nobody of that name."""
        agent = self._agent(who)
        if agent.status is Status.OFF:
            raise Refused(f"{who} is not signed in: sign in first")
        return agent


_REASONS = {"free": "on its hook", "rings": "offered a call", "busy": "off its hook", "gone": "out of reach"}
