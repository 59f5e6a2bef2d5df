"""What people do in a story: their verbs wait for the next tick, what they see is asked at once."""

from functools import partial
from typing import TYPE_CHECKING, Any

from firmware.calls.handset import State

if TYPE_CHECKING:
    from hostsim.office import Office


class Hands:
    """Whatever somebody does with a telephone waits for the next tick; what he sees is asked at once."""

    def __init__(self, office: "Office", thing: Any, verbs: str) -> None:
        self._office, self._thing, self._verbs = office, thing, frozenset(verbs.split())

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        return partial(self._office.soon, found) if name in self._verbs else found


class PhoneHands(Hands):
    """A telephone of the office."""

    @property
    def ringing(self) -> bool:
        """Its bell has rung, and the box has not stopped ringing it: true between bursts too."""
        box = self._office.rig.box
        stopped = box is None or box.exchange.phones[self._thing.name].state is not State.RINGING
        return bool(self._thing.ringing) and not stopped


PERSON = "dial answer press say hang_up"
PHONE = "lift hang_up press flash pulse say unplug plug"
LINE = "unplug plug battery cut reverse noise hum glare_at exchange parallel overload ring_noise"


class AgentHands:
    """Somebody of the office: what he does at his station, and the orders that his page would give."""

    def __init__(self, office: "Office", name: str) -> None:
        self._office, self.name = office, name

    # At the station

    def answer(self) -> None:
        self._phone.lift()

    def hang_up(self) -> None:
        self._phone.hang_up()

    def press(self, keys: str) -> None:
        self._phone.press(keys)

    def say(self, pcm: Any) -> None:
        self._phone.say(pcm)

    def heard(self, seconds: float) -> Any:
        return self._phone.heard(seconds)

    def hears(self) -> str:
        return str(self._phone.hears())

    @property
    def ringing(self) -> bool:
        return bool(self._phone.ringing)

    # On the page

    def sign_in(self, station: str | None = None) -> None:
        self._order("sign_in", **({"station": station} if station else {}))

    def sign_out(self) -> None:
        self._order("sign_out")

    def ready(self) -> None:
        self._order("ready")

    def break_(self, code: str) -> None:
        self._order("break", code=code)

    def reject(self) -> None:
        self._order("reject")

    def hold(self) -> None:
        self._order("hold")

    def resume(self) -> None:
        self._order("resume")

    def swap(self) -> None:
        self._order("swap")

    def transfer(self, to: str, attended: bool = False) -> None:
        self._order("transfer", to=to, attended=attended)

    def complete(self) -> None:
        self._order("complete")

    def conference(self, who: str | None = None) -> None:
        """Call somebody, and join all when he answers; with nobody named, join who is on hold."""
        self._order("conference", **({"whom": who} if who else {}))

    def park(self) -> None:
        self._order("park")

    def pickup(self, whose: str | None = None) -> None:
        self._order("pickup", **({"whose": whose} if whose else {}))

    def mute(self, on: bool) -> None:
        self._order("mute", on=on)

    def listen(self, whom: str, how: str = "listen") -> None:
        self._order("listen", whom=whom, how=how)

    def dial(self, to: str) -> None:
        self._order("dial", to=to)

    def flash(self) -> None:
        self._phone.flash()

    def dnd(self, on: bool) -> None:
        self._order("dnd", on=on)

    def extend(self) -> None:
        self._order("extend")

    def reason(self, reason: str) -> None:
        self._order("reason", reason=reason)

    @property
    def status(self) -> str:
        return str(self._agent.status.value)

    @property
    def state(self) -> str:
        return str(self._agent.state.value)

    @property
    def call(self) -> str | None:
        phone = self._office.box.exchange.phones.get(self._agent.station)
        return phone.call.id if phone is not None and phone.call is not None else None

    @property
    def _agent(self) -> Any:
        return self._office.box.desk.agents.all[self.name]

    @property
    def _phone(self) -> Hands:
        return self._office.phone(self._agent.station)

    def _order(self, verb: str, **named: Any) -> None:
        self._office.order(f"agent.{verb}", who=self.name, **named)


class LineHands(Hands):
    """An outside line, as somebody at the pole or in the exchange sees it; `state` is the box's word."""

    def __init__(self, office: "Office", n: int) -> None:
        name = f"line{n}"
        if name not in office.rig.town.lines:
            raise KeyError(f"there is no {name}; there are {', '.join(office.rig.town.lines)}")
        super().__init__(office, office.rig.town.lines[name], LINE)
        self._name = name

    @property
    def state(self) -> str:
        box = self._office.rig.box
        return "out" if box is None else str(box.exchange.lines[self._name].state.word)
