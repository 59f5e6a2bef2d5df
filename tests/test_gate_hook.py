"""A thousand taps at the hook of a telephone in a conversation, from 20 ms to 1.2 s, through the whole box.

RELIABILITY D-10: shorter than 100 ms is contact bounce or a knock, 200 to 800 ms a flash, longer
than 1 s a hang-up; what lies between may be either of its neighbours.
"""

from random import Random

import pytest
from talkers import DIRECT, PLACES, connect

from firmware.base.events import CallEnded, PhoneChanged, PhoneRang
from firmware.base.ports import Fact, Flashed, HungUp, KeyHeard, Lifted
from hostsim.office import Office

NONE, FLASH, HANG_UP = "nothing", "a flash", "a hang-up"
ROUNDS = 250  # of four telephones
DIALLING = 20.0  # s after a flash in which a knock may be a dialled 1 (board.hook)

pytestmark = pytest.mark.gate


def meant(ms: int) -> set[str]:
    if ms < 100:
        return {NONE}
    if ms < 200:
        return {NONE, FLASH}
    if ms <= 800:
        return {FLASH}
    return {FLASH, HANG_UP} if ms <= 1000 else {HANG_UP}


class Talker:
    """A telephone of the office that talks with somebody in town, and everything its hook told."""

    def __init__(self, office: Office, n: int) -> None:
        self.office, self.n = office, n
        self.facts: list[Fact] = []
        self._flashed = -DIALLING
        handset = office.box.exchange.phones[f"phone{n}"]
        tell = handset.fact

        def tapped(fact: Fact) -> None:
            self.facts.append(fact)
            tell(fact)

        handset.fact = tapped

    @property
    def talks(self) -> bool:
        return self.office.line(self.n).state == "talking"

    def tap(self, ms: int) -> None:
        self.facts.clear()
        hook = self.office.town.telephones[f"phone{self.n}"].hook
        hook.move(False)
        hook.move(True, ms * 1000)

    def read(self) -> str:
        """What the box made of the last tap."""
        told = [type(fact) for fact in self.facts if not isinstance(fact, KeyHeard)]
        keys = [fact for fact in self.facts if isinstance(fact, KeyHeard)]
        if keys and self.office.now - self._flashed > DIALLING:
            return f"the key {keys[0].key}"
        if told == [Flashed]:
            self._flashed = self.office.now
        return {(): NONE, (Flashed,): FLASH, (HungUp, Lifted): HANG_UP}.get(tuple(told), str(told))


def test_a_thousand_taps_are_read_for_what_they_are() -> None:
    random, misread = Random(10), []
    with Office(DIRECT) as office:
        office.wait(3)
        talkers = [Talker(office, n) for n in PLACES]
        for _ in range(ROUNDS):
            if silent := [talker.n for talker in talkers if not talker.talks]:
                connect(office, silent)
            ended = len(office.saw(CallEnded))
            taps = [random.randint(20, 1200) for _ in talkers]
            for talker, ms in zip(talkers, taps, strict=True):
                talker.tap(ms)
                office.wait(random.choice((0.0, 0.02, 0.06)))
            office.wait(2.0)
            read = [talker.read() for talker in talkers]
            misread += [each for each in zip(taps, read, strict=True) if each[1] not in meant(each[0])]
            assert len(office.saw(CallEnded)) - ended == read.count(HANG_UP), (taps, read)
    assert misread == []


def test_a_telephone_off_its_hook_for_an_hour_is_parked_never_rung_and_comes_back() -> None:
    """D-09, with sound: somebody calls every five minutes, and only the colleague's telephone rings."""
    with Office() as office:
        office.wait(3)
        left_off, other = office.phone("phone2"), office.phone("phone1")
        left_off.lift()
        office.wait(60)
        assert ("phone2", "off_hook") in [(each.station, each.state) for each in office.saw(PhoneChanged)]
        for n in range(11):
            caller = office.caller(f"+453312{n:04}")
            caller.dial(line=1 + n % 4)
            office.wait_until(lambda caller=caller: caller.state == "talking", 15)
            office.wait(1)
            caller.press("1")
            office.wait_until(lambda: other.ringing, 5)
            office.wait(5)
            caller.hang_up()
            office.wait(285)
        assert {each.station for each in office.saw(PhoneRang)} == {"phone1"}
        assert left_off.hears() == "silence"
        left_off.hang_up()
        office.wait(2)
        office.caller("+4533129999").dial(line=1)
        office.wait(6)
        office.caller("+4533129999").press("1")
        office.wait_until(lambda: left_off.ringing, 5)
