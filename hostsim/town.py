"""The town around the office: people, their numbers, the exchange that joins them, one clock."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from firmware.base.clock import SECOND, Clock
from firmware.base.numbers import e164, emergency_numbers, to_dial
from firmware.base.ports import CallerHeard
from hostsim.call import ROUTING, Call, Party
from hostsim.copperline import CopperLine
from hostsim.exchange import ExchangeLine, LineInfo, Network
from hostsim.hearing import Hearing, Known
from hostsim.person import Person
from hostsim.receiver import Receiver
from hostsim.standin import StandIn
from hostsim.telephone import Telephone

BUSY_ENDING = "99"
OPERATOR_ANSWERS = 1.5  # s
GLARE_WINDOW = 4.0  # s: a call may have a line for so long before the cadence comes to its first burst
STRANGER = "+453800000"  # who rings where a story asks for a ring and names nobody
NAME_LENGTH = 15  # characters of a name that an exchange sends (Bellcore GR-1188)

normal = lru_cache(maxsize=4096)(e164)


class Town:
    """`lines` by port name, in the order of their places; `phones` are the office's analog telephones.

    `clock` is driven from outside, in step with the box. With `copper` lines and telephones carry
    samples, and are what the chips hold (LinePair, PhonePair); without it nobody computes any.
    `box_plays` says what the box lets a row hear, where there is no sound to hear it from;
    `sentences` are those of the box that people recognise.
    """

    def __init__(
        self,
        lines: Mapping[str, LineInfo],
        phones: Sequence[str],
        seed: int = 0,
        copper: bool = True,
        sentences: Known | None = None,
    ) -> None:
        self.clock = Clock()
        self.copper = copper
        self.country = next((info.country for info in lines.values()), "DK")
        self.paths: int | None = None  # how many calls the network carries; None: any number
        self.operators: list[Person] = []
        self.box_plays: Callable[[str], str] = lambda row: "silence"
        self.box_speaks: Callable[[str], str] = lambda row: ""  # in which language, there
        self.hearing = Hearing(sentences, {info.country for info in lines.values()} or {self.country})
        self._asked = "speech"  # what `speaking` is being asked for
        network = Network(self.place, self._knows, self._shows, self._glare_at)
        self.lines: dict[str, ExchangeLine] = {
            name: CopperLine(name, info, self.clock, network, (seed, place))
            if copper
            else ExchangeLine(name, info, self.clock, network)
            for place, (name, info) in enumerate(lines.items())
        }
        self.telephones = {
            name: Telephone(self, name, (seed, len(lines) + place)) for place, name in enumerate(phones)
        }
        self.stations: dict[str, Receiver] = dict(self.telephones)  # and the stand-ins, once asked for
        self._parties: dict[str, Party] = {line.number: line for line in self.lines.values()}
        self._calls: list[Call] = []

    # Who lives here

    def person(self, number: str, name: str | None = None) -> Person:
        """Whoever has that E.164 number; asking twice gives the same person."""
        party = self._parties.setdefault(number, Person(self, number, name))
        assert isinstance(party, Person), f"{number} is a line of the office"
        party.name = name or party.name
        return party

    def line(self, place: int) -> ExchangeLine:
        """The office's line by its place, from 1."""
        return self.lines[f"line{place}"]

    def stand_in(self, name: str) -> StandIn:
        """The station of that name which is no telephone; asking twice gives the same."""
        found = self.stations.setdefault(name, StandIn(self, name))
        assert isinstance(found, StandIn), f"{name} is a telephone"
        return found

    def power_off(self) -> None:
        """The box has no power: its loops open, its telephones are dead."""
        for line in self.lines.values():
            line.hook(self.clock.now, False)
        for phone in self.telephones.values():
            phone.feed(self.clock.now, 0.0, None)
            phone.hush()

    def _glare_at(self, line: ExchangeLine, instant: int) -> None:
        """A stranger's call rings that line at `instant` µs, and has the line some time before."""
        stranger = self.person(f"{STRANGER}{list(self.lines).index(line.name)}")
        begin = max(self.clock.now, instant - round((GLARE_WINDOW + ROUTING) * SECOND))
        self.clock.at(begin, lambda: self._glare(line, instant, stranger))

    def _glare(self, line: ExchangeLine, instant: int, stranger: Person) -> None:
        line.ring_at(instant)
        stranger.hang_up()
        stranger.call(line)

    # What the network does

    def place(self, caller: Party, digits: str, country: str) -> Call:
        """Put a call through to whom these digits, dialled in that country, reach."""
        return self._call(caller, lambda: self._find(digits, country))

    def place_to(self, caller: Party, called: Party) -> Call:
        return self._call(caller, lambda: called)

    def _call(self, caller: Party, find: Callable[[], Party | str]) -> Call:
        self._calls = [each for each in self._calls if not each.over]
        full = self.paths is not None and len(self._calls) >= self.paths
        call = Call(self.clock, caller, (lambda: "congestion") if full else find)
        self._calls.append(call)
        return call

    def _find(self, digits: str, country: str) -> Party | str:
        if digits in emergency_numbers(country):
            return self._operator(digits)
        if not digits:
            return "congestion"
        if digits.endswith(BUSY_ENDING):
            return "busy"
        return self._parties.get(normal(digits, country) or "", "sit")

    def _operator(self, number: str) -> Person:
        for each in self.operators:
            if each.number == number and each.state == "idle" and not each.ringing:
                return each
        operator = Person(self, number)
        operator.answers_after = OPERATOR_ANSWERS
        self.operators.append(operator)
        return operator

    def _knows(self, digits: str, country: str) -> bool:
        return normal(digits, country) in self._parties

    def _shows(self, caller: Party, country: str) -> CallerHeard:
        name, reason = (caller.name, caller.reason) if isinstance(caller, Person) else (None, None)
        if reason is not None:
            return CallerHeard(None, None, reason, at=self.clock.now)
        number = to_dial(caller.number, country)
        sent = (name or "")[:NAME_LENGTH].encode("latin-1", "replace").decode("latin-1").strip()
        return CallerHeard(number, sent or None, None, at=self.clock.now)

    # Where there is no sound

    def speaking(self, row: str) -> bool:
        """Does somebody speak into that row's wires now?"""
        return self.brings(row) == self._asked

    def brings(self, row: str) -> str:
        """What a row's wires bring to the box: the name of the exchange's tone, speech or silence."""
        if row in self.lines:
            return self.lines[row].brings
        return "speech" if row in self.stations and self.stations[row].speaking else "silence"

    def through_box(self, row: str) -> str:
        """What the box lets a row hear; an exchange's tone counts as what it is."""
        if (word := self.box_plays(row)) != "silence":
            return word
        tones = {line.word for line in self.lines.values()} - {"silence"}
        return next((tone for tone in sorted(tones) if self._comes_through(tone, row)), "silence")

    def _comes_through(self, tone: str, row: str) -> bool:
        # The switch asks who speaks; for once a line that brings this tone does.
        self._asked = tone
        through = self.box_plays(row) == "speech"
        self._asked = "speech"
        return through

    def speaks_to(self, person: Person) -> str:
        """The language in which the box speaks to somebody in town."""
        other = person.far_end
        return self.box_speaks(other.name) if isinstance(other, ExchangeLine) and other.off else ""

    def brings_to(self, person: Person) -> str:
        """What somebody in town hears through the path he has."""
        other = person.far_end
        if isinstance(other, ExchangeLine):
            return self.through_box(other.name) if other.off else "silence"
        return "speech" if other is not None and other.speaking else "silence"
