"""What rows say as facts: who listens to what, when, and in which order."""

from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from recordings import speech

from firmware.base.clock import TICK
from firmware.base.ports import CallerHeard, Fact, KeyHeard, ToneHeard
from firmware.sound.callerid import make_caller
from firmware.sound.dtmf import make_keys
from firmware.sound.ears import Ears
from firmware.sound.tones import PLANS, make_tone

Sound = NDArray[np.float32]
KINDS: dict[str, Literal["line", "phone"]] = {
    "line1": "line", "phone1": "phone", "line2": "line", "phone2": "phone",
}  # fmt: skip
ROW = {name: row for row, name in enumerate(KINDS)}
START = 5_000_000  # µs of the box


class Desk:
    """Ears, and what the rows are going to say."""

    def __init__(self, **countries: str) -> None:
        self.ears = Ears(KINDS, {name: countries.get(name, "DK") for name in KINDS})
        self.now = START
        self._to_come = np.zeros((len(KINDS), 0), np.float32)

    def say(self, row: str, sound: Sound, after: float = 0.0) -> None:
        begin = round(after * 8000)
        size = max(self._to_come.shape[1], begin + sound.size)
        size += -size % 160
        self._to_come = np.pad(self._to_come, ((0, 0), (0, size - self._to_come.shape[1])))
        self._to_come[ROW[row], begin : begin + sound.size] += sound

    def hear(self, seconds: float) -> list[tuple[str, Fact]]:
        facts: list[tuple[str, Fact]] = []
        for _ in range(round(seconds * 50)):
            frame = np.zeros((len(KINDS), 160), np.float32)
            frame[:, : self._to_come.shape[1]] = self._to_come[:, :160]
            self._to_come = self._to_come[:, 160:]
            facts += self.ears.hear(frame, self.now)
            self.now += TICK
        return facts


@pytest.fixture
def desk() -> Desk:
    return Desk()


def keys(facts: list[tuple[str, Fact]], row: str) -> str:
    return "".join(fact.key for name, fact in facts if name == row and isinstance(fact, KeyHeard))


def tones(facts: list[tuple[str, Fact]], row: str) -> list[tuple[str, bool]]:
    return [(fact.name, fact.on) for name, fact in facts if name == row and isinstance(fact, ToneHeard)]


def test_a_phone_tells_its_keys_at_the_instant_at_which_they_began(desk: Desk) -> None:
    desk.hear(1.0)
    desk.say("phone1", make_keys("12"), after=0.1)
    facts = desk.hear(1.0)
    assert keys(facts, "phone1") == "12"
    assert [fact.at for _, fact in facts] == pytest.approx([START + 1_100_000, START + 1_260_000], abs=2_000)


def test_nobody_listens_for_keys_to_a_phone_that_tells_them(desk: Desk) -> None:
    desk.ears = Ears(KINDS, dict.fromkeys(KINDS, "DK"), deaf=("phone1",))
    desk.ears.dial_mode("phone1", True)
    desk.ears.dial_mode("phone2", True)
    desk.say("phone1", make_keys("12"), after=0.1)
    desk.say("phone2", make_keys("34"), after=0.1)
    facts = desk.hear(1.0)
    assert (keys(facts, "phone1"), keys(facts, "phone2")) == ("", "34")


def test_an_idle_line_tells_who_calls_and_no_key_of_it(desk: Desk) -> None:
    desk.say("line1", make_caller("dtmf", "33120001"), after=0.1)
    desk.say("line2", make_caller("v23", "33120002", "Hansen"), after=0.1)
    facts = dict(desk.hear(2.0))
    assert facts["line1"] == CallerHeard("33120001", None, None, at=facts["line1"].at)
    assert facts["line2"] == CallerHeard("33120002", "Hansen", None, at=facts["line2"].at)
    assert [fact.at for fact in facts.values()] == pytest.approx([START + 100_000] * 2, abs=6_000)


def test_a_line_that_talks_tells_keys_and_no_caller(desk: Desk) -> None:
    desk.ears.talking("line1")
    desk.say("line1", make_caller("dtmf", "33120001", form="{}#"))
    desk.say("line2", make_caller("dtmf", "33120002"))
    facts = desk.hear(2.0)
    assert keys(facts, "line1") == "33120001#"
    assert [(name, fact.number) for name, fact in facts if isinstance(fact, CallerHeard)] == [
        ("line2", "33120002")
    ]


def test_tones_are_told_of_a_line_that_talks_by_its_own_country() -> None:
    desk = Desk(line2="US")
    desk.ears.talking("line1")
    desk.ears.talking("line2")
    desk.say("line1", np.tile(make_tone(PLANS["DK"], "busy"), 5))
    desk.say("line2", np.resize(make_tone(PLANS["US"], "dial"), 24_000))
    facts = desk.hear(4.0)
    assert ("busy", True) in tones(facts, "line1")
    assert ("dial", True) in tones(facts, "line2")


def test_a_voice_is_told_of_a_line_that_talks(desk: Desk) -> None:
    desk.ears.talking("line1")
    desk.say("line1", speech(3.0, 100))
    desk.say("line2", speech(3.0, 100))
    facts = desk.hear(3.0)
    assert ("voice", True) in tones(facts, "line1")
    assert tones(facts, "line2") == []


def test_an_idle_line_tells_no_tone(desk: Desk) -> None:
    desk.say("line1", np.resize(make_tone(PLANS["DK"], "dial"), 24_000))
    assert desk.hear(4.0) == []


def test_a_line_that_changes_forgets_what_it_said_before(desk: Desk) -> None:
    desk.ears.talking("line1")
    desk.say("line1", make_keys("5", on=0.2))
    assert keys(desk.hear(0.1), "line1") == "5"
    desk.ears.idle("line1")
    desk.ears.talking("line1")
    assert keys(desk.hear(0.2), "line1") == "5"


def test_a_seized_line_loses_half_a_caller_id(desk: Desk) -> None:
    desk.say("line1", make_caller("v23", "33120001"))
    assert desk.hear(0.48) == []
    desk.ears.talking("line1")
    desk.ears.idle("line1")
    assert desk.hear(2.0) == []


def test_dial_mode_hears_a_phones_keys_through_its_dial_tone(desk: Desk) -> None:
    desk.ears.dial_mode("phone1", True)
    desk.say("phone1", np.resize(make_tone(PLANS["DK"], "dial"), 8_000))
    desk.say("phone1", make_keys("7", level_dbm0=-15), after=0.5)
    facts = desk.hear(1.0)
    assert keys(facts, "phone1") == "7"
    assert facts[0][1].at == pytest.approx(START + 500_000, abs=6_000)


def test_reset_forgets_what_a_row_said(desk: Desk) -> None:
    desk.say("phone1", make_keys("5", on=0.03))
    desk.hear(0.02)
    desk.ears.reset("phone1")
    assert keys(desk.hear(1.0), "phone1") == ""


def test_facts_of_one_tick_come_by_time_and_then_by_row(desk: Desk) -> None:
    desk.say("phone1", make_keys("1"), after=0.005)
    desk.say("phone2", make_keys("2"), after=0.002)
    facts = desk.hear(0.06)
    assert [name for name, _ in facts] == ["phone2", "phone1"]
    desk.hear(0.1)
    desk.say("phone2", make_keys("4"), after=0.1)
    desk.say("phone1", make_keys("4"), after=0.1)
    assert [name for name, _ in desk.hear(0.5)] == ["phone1", "phone2"]


def test_time_that_leaps_takes_the_facts_along(desk: Desk) -> None:
    desk.hear(0.1)
    desk.now += 60_000_000
    desk.say("phone1", make_keys("3"))
    ((_, fact),) = desk.hear(0.2)
    assert fact.at == pytest.approx(START + 60_100_000, abs=2_000)


def test_a_country_without_tones_is_an_error() -> None:
    with pytest.raises(KeyError):
        Desk(line1="XX")
