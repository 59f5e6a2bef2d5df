"""The town with sound: what people say and hear over copper, sample by sample."""

import numpy as np
import pytest
from numpy.typing import NDArray
from recordings import speech

from firmware.base import Refused
from firmware.base.clock import SECOND, TICK
from firmware.base.ports import FRAME, RATE
from firmware.sound.callerid import CallerId
from firmware.sound.dtmf import Dtmf, make_keys
from firmware.sound.frame import from_int16, level, to_int16
from firmware.sound.plans import PLANS, make_tone
from firmware.sound.tones import Voice
from hostsim.copperline import CopperLine
from hostsim.exchange import LineInfo
from hostsim.town import Town

HANSEN = "+4533120001"
Sound = NDArray[np.float32]


class Wire:
    """A town of two lines, and somebody at the office's end of the first who listens and sends."""

    def __init__(self, country: str = "DK", seed: int = 0, loss_db: float = 3.0) -> None:
        lines = {f"line{place}": LineInfo(f"+453210000{place}", country, loss_db) for place in (1, 2)}
        self.town = Town(lines, ("phone1",), seed)
        line = self.town.line(1)
        assert isinstance(line, CopperLine)
        self.line = line

    def carry(self, seconds: float, sent: Sound | None = None) -> Sound:
        """Frame by frame: what the office gets while it sends `sent`, or nothing."""
        got = []
        for tick in range(round(seconds * SECOND / TICK)):
            self.town.clock.advance(TICK)
            frame = np.zeros(FRAME, np.float32)
            part = frame[:0] if sent is None else sent[tick * FRAME : (tick + 1) * FRAME]
            frame[: len(part)] = part
            got.append(self.line.frame(frame))
        return np.concatenate(got)

    def hook(self, off: bool) -> None:
        self.line.hook(self.town.clock.now, off)


def talking(country: str = "DK", seed: int = 0, loss_db: float = 3.0) -> Wire:
    wire = Wire(country, seed, loss_db)
    wire.town.person(HANSEN).dial(line=1)
    wire.carry(5)
    wire.hook(True)
    wire.carry(0.5)
    return wire


def coherence(one: Sound, other: Sound) -> float:
    """Of two sounds without delay, 300-3,400 Hz, windows of 64 ms, weighted by the first's power."""
    size = 512
    count = min(len(one), len(other)) // size
    a, b = (np.fft.rfft(x[: count * size].reshape(count, size) * np.hanning(size)) for x in (one, other))
    power, passed = (np.abs(a) ** 2).sum(0), (np.abs(b) ** 2).sum(0)
    alike = np.abs((a.conj() * b).sum(0)) ** 2 / (power * passed)
    band = slice(300 * size // RATE, 3400 * size // RATE)
    return float((alike[band] * power[band]).sum() / power[band].sum())


@pytest.mark.parametrize(("country", "loss_db"), [("DK", 3.0), ("US", 0.0), ("UK", 6.0)])
def test_speech_arrives_at_both_ends_with_the_planned_loss_and_whole(country: str, loss_db: float) -> None:
    wire = talking(country, loss_db=loss_db)
    person, said = wire.town.person(HANSEN), speech(4.0, 30.0)
    pcm = to_int16(said)
    person.say(pcm)
    got = wire.carry(4.0)
    assert level(got) - level(said) == pytest.approx(-loss_db, abs=0.1)
    assert coherence(said, got) >= 0.995
    wire.carry(1.0)
    wire.carry(4.0, said)
    heard = from_int16(person.heard(4.0))
    assert level(heard) - level(said) == pytest.approx(-loss_db, abs=0.1)
    assert coherence(said, heard) >= 0.995


def test_the_hybrid_sends_back_an_echo_12_to_18_db_down_that_differs_from_line_to_line() -> None:
    losses = []
    for seed in range(4):
        wire = talking(seed=seed)
        sent = np.random.default_rng(9).standard_normal(RATE).astype(np.float32) * np.float32(0.1)
        losses.append(level(sent) - level(wire.carry(1.0, sent)))
    assert all(11.5 <= loss <= 18.5 for loss in losses)
    assert max(losses) - min(losses) > 0.5


def test_a_quiet_line_is_below_65_dbm0_and_noise_and_hum_are_as_told() -> None:
    wire = talking()
    assert level(wire.carry(1.0)) < -65
    wire.line.noise(-40)
    assert level(wire.carry(1.0)) == pytest.approx(-40, abs=0.3)
    wire.line.noise(-80)
    wire.line.hum(-35)
    hum = wire.carry(1.0)
    assert level(hum) == pytest.approx(-35, abs=0.3)
    assert np.abs(np.fft.rfft(hum)).argmax() == 50


def test_a_seed_gives_the_same_samples_and_another_seed_others() -> None:
    def story(seed: int) -> bytes:
        wire = talking(seed=seed)
        wire.town.person(HANSEN).say(to_int16(speech(1.0)))
        return wire.carry(2.0, speech(1.0, 5.0)).tobytes()

    assert story(1) == story(1) != story(2)


@pytest.mark.parametrize(
    ("country", "protocol"),
    [("DK", "dtmf"), ("US", "bell202"), ("UK", "v23"), ("FR", "v23"), ("TW", "bell202")],
)
def test_caller_id_goes_out_in_the_countrys_protocol(country: str, protocol: str) -> None:
    wire = Wire(country)
    wire.town.person(HANSEN, "Hansen A/S").dial(line=1)
    callers = CallerId(1)
    heard = [each for frame in np.split(wire.carry(5), 250) for each in callers.hear(frame[None])]
    assert [each.protocol for each in heard] == [protocol]
    assert heard[0].number is not None and heard[0].number.endswith("33120001")
    assert heard[0].name == (None if protocol == "dtmf" else "Hansen A/S")


def test_the_exchange_hears_keys_in_the_samples_even_over_its_own_dial_tone() -> None:
    wire = Wire()
    person = wire.town.person(HANSEN)
    wire.hook(True)
    wire.carry(1.0)
    wire.carry(2.0, make_keys("33120001"))
    assert (wire.line.dialled.digits, person.ringing) == ("33120001", True)


def test_a_tone_of_the_exchange_begins_on_its_sample() -> None:
    wire = Wire("DK")
    wire.carry(0.1)
    wire.hook(True)
    got = wire.carry(1.0)
    loud = np.flatnonzero(np.abs(got) > 0.01)
    assert loud[0] == pytest.approx(0.3 * RATE, abs=8)
    assert level(got[RATE // 2 :]) == pytest.approx(level(make_tone(PLANS["DK"], "dial")) - 3, abs=0.2)


def test_keys_of_a_caller_are_80_ms_on_80_ms_off_behind_what_he_says() -> None:
    wire = talking()
    person = wire.town.person(HANSEN)
    person.say(np.zeros(RATE // 2, np.int16))
    person.press("12")
    person.press("#")
    heard = Dtmf(1).hear(wire.carry(1.2)[None])
    assert [key.key for key in heard] == ["1", "2", "#"]
    assert [key.at for key in heard] == pytest.approx([0.5, 0.66, 0.82], abs=0.012)


def test_heard_is_exactly_the_last_second_and_zeros_before_the_story() -> None:
    wire = Wire()
    person = wire.town.person(HANSEN)
    wire.carry(0.2)
    assert person.heard(1.0).dtype == np.int16 and len(person.heard(1.0)) == RATE
    assert not person.heard(1.0).any()
    person.dial(line=1)
    wire.carry(1.0)
    tone = to_int16(make_tone(PLANS["DK"], "ringback"))
    heard = person.heard(1.0)
    assert not heard[: round(0.6 * RATE)].any()
    assert np.array_equal(heard[round(0.6 * RATE) :], tone[: round(0.4 * RATE)])


def test_an_ear_remembers_a_minute() -> None:
    wire = talking()
    mark = np.full(FRAME, 0.25, np.float32)
    wire.carry(0.02, mark)
    wire.carry(59.9)
    heard = np.flatnonzero(wire.town.person(HANSEN).heard(60.0) > 5000)
    assert len(heard) == FRAME and heard[0] == round(0.08 * RATE)


def test_one_hears_ones_own_voice_softly_but_takes_it_for_nobodys() -> None:
    wire = talking()
    person, said = wire.town.person(HANSEN), speech(2.0, 30.0)
    person.say(to_int16(said))
    wire.carry(2.0)
    assert level(from_int16(person.heard(2.0))) - level(said) == pytest.approx(-15, abs=0.1)
    assert person.hears() == "silence"


def test_everybody_who_answers_says_hello_in_a_voice_unless_he_is_told_not_to() -> None:
    for number in range(20):
        wire = Wire()
        person = wire.town.person(f"+45701020{number:02d}")
        wire.hook(True)
        wire.carry(0.5)
        wire.carry(2.5, make_keys(person.number[3:]))
        person.hello = number > 0
        person.answer()
        tones = Voice(1).hear(wire.carry(2.0)[None])
        assert bool(tones) == (number > 0)


def test_an_operator_answers_112_and_hears_who_calls() -> None:
    wire = Wire()
    wire.hook(True)
    wire.carry(0.5)
    wire.carry(4.0, make_keys("112"))
    wire.carry(2.0, speech(2.0, 30.0))
    operator = wire.town.operators[0]
    assert (operator.state, operator.hears()) == ("talking", "speech")
    assert level(from_int16(operator.heard(1.5))) > -25


def test_two_people_in_town_can_talk_to_each_other_too() -> None:
    wire = Wire()
    one, other = wire.town.person(HANSEN), wire.town.person("+4533120002")
    one.dial("33120002")
    wire.carry(1.0)
    other.hello = False
    other.answer()
    said = to_int16(speech(1.0, 30.0))
    other.say(said)
    wire.carry(1.0)
    assert np.array_equal(one.heard(1.0), said) and one.hears() == "speech"
    other.hang_up()
    wire.carry(1.0)
    assert (one.state, one.hears(), other.state) == ("dropped", "busy", "idle")


def test_a_line_of_the_office_hears_another_one_frame_later() -> None:
    wire = Wire()
    second = wire.town.line(2)
    assert isinstance(second, CopperLine)
    wire.hook(True)
    wire.carry(0.5)
    wire.carry(6.0, make_keys("32100002"))
    second.hook(wire.town.clock.now, True)
    wire.town.clock.advance(TICK)
    wire.line.frame(np.full(FRAME, 0.5, np.float32))
    first, later = second.frame(np.zeros(FRAME, np.float32)), None
    wire.town.clock.advance(TICK)
    later = second.frame(np.zeros(FRAME, np.float32))
    assert np.abs(first).max() < 0.01
    assert later.mean() == pytest.approx(0.5 * 10 ** (-6 / 20), rel=0.01)


def test_a_cut_line_carries_nothing() -> None:
    wire = talking()
    wire.town.person(HANSEN).say(to_int16(speech(1.0, 30.0)))
    wire.line.cut(0.5)
    assert level(wire.carry(0.48)) < -65
    assert level(wire.carry(0.4)) > -30


def test_people_are_told_what_they_cannot_do() -> None:
    person = Wire().town.person(HANSEN)
    with pytest.raises(Refused, match="does not ring"):
        person.answer()
    with pytest.raises(Refused, match="made of the keys"):
        person.press("1x")
    with pytest.raises(Refused, match="a number, or a line"):
        person.dial()
    person.dial(line=1)
    with pytest.raises(Refused, match="hang up first"):
        person.dial(line=2)
