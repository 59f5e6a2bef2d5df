"""The switch: what is played begins with the next frame, ends to the sample, and never clicks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from firmware.base.clock import SECOND, TICK, Clock
from firmware.base.ports import RATE, Sound
from firmware.sound.callerid import CallerId
from firmware.sound.dtmf import make_keys
from firmware.sound.frame import Samples, level, silence
from firmware.sound.prompts import Prompts
from firmware.sound.switch import MUSIC_DBM0, Switch, make_music
from firmware.sound.tones import PLANS, make_tone

PHRASES = """
[voice]
name = "en"
[phrases]
greeting = "Good morning."
main = "Press one."
"""
ROWS = ("line1", "line2", "phone1")


def nobody(name: str) -> bool:
    return False


def everybody(name: str) -> bool:
    return True


class Spoken(Prompts):
    """Two prompts of a length that fits no frame; nothing is read from the disk but their text."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, folder / "made", "en")
        random = np.random.default_rng(1)
        sizes = {"greeting": 3001, "main": 1777}
        self.tongues["en"].sounds = {
            name: (random.uniform(-0.3, 0.3, size)).astype(np.float32) for name, size in sizes.items()
        }


@pytest.fixture
def prompts(tmp_path: Path) -> Spoken:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "phrases.toml").write_text(PHRASES)
    return Spoken(tmp_path)


@pytest.fixture
def switch(prompts: Spoken) -> Switch:
    return Switch(ROWS, "DK", prompts)


def heard(switch: Switch, ticks: int, said: Samples | None = None) -> Samples:
    """What every row hears in the next ticks, float32[rows, n]."""
    return np.concatenate([switch.tick(silence(3) if said is None else said) for _ in range(ticks)], axis=1)


def words(switch: Switch, row: str, clock: Clock, ticks: int) -> list[str]:
    """What a row hears at the beginning of each tick, by the matrix alone."""
    told = []
    for _ in range(ticks):
        told.append(switch.hears(row, nobody))
        clock.advance(TICK)
    return told


# Joining


def test_the_switch_is_the_sound_of_the_logic(switch: Switch) -> None:
    sound: Sound = switch
    assert sound.say("line1") == 0


def test_two_who_are_joined_hear_each_other_and_no_third(switch: Switch) -> None:
    switch.join("line1", "phone1")
    said = np.repeat(np.array([[0.1], [0.2], [0.3]], np.float32), 160, axis=1)
    frame = heard(switch, 2, said)[:, 160:]
    assert np.allclose(frame, [[0.3], [0.0], [0.1]])
    assert switch.hears("line1", everybody) == switch.hears("phone1", everybody) == "speech"
    assert switch.hears("line2", everybody) == "silence"
    assert switch.hears("line1", lambda name: name == "line1") == "silence"


def test_one_may_listen_without_being_heard(switch: Switch) -> None:
    switch.hear("phone1", "line1", 0.5)
    said = np.full((3, 160), 0.2, np.float32)
    assert np.allclose(heard(switch, 2, said)[:, -1], [0, 0, 0.1])
    switch.hear("phone1", "line1", 0)
    assert not heard(switch, 2, said)[:, -1].any()


def test_who_is_parted_hears_nobody_and_nobody_hears_him(switch: Switch) -> None:
    switch.join("line1", "phone1")
    switch.join("line2", "phone1")
    switch.say("line1", "greeting")
    switch.part("line1")
    frame = heard(switch, 3, np.full((3, 160), 0.2, np.float32))[:, -1]
    assert np.allclose(frame, [0, 0.2, 0.2])  # the other pair talks on
    assert switch.hears("line1", everybody) == "silence"


def test_an_unknown_row_or_tone_is_an_error(switch: Switch, prompts: Spoken) -> None:
    for act in (
        lambda: switch.join("line1", "line9"),
        lambda: switch.tone("line1", "whistle"),
        lambda: Switch(ROWS, "XX", prompts),
    ):
        with pytest.raises(KeyError):
            act()


# Playing


def test_prompts_follow_one_another_to_the_sample_and_last_as_long_as_told(
    switch: Switch, prompts: Spoken
) -> None:
    assert switch.say("line1", "greeting", "main") == 4778 / RATE
    both = np.concatenate([prompts.sound("greeting"), prompts.sound("main")])
    rows = heard(switch, 40)
    assert np.array_equal(rows[0, : both.size], both)
    assert not rows[0, both.size :].any()
    assert not rows[1:].any()


def test_of_several_prompts_a_row_hears_the_one_being_played(prompts: Spoken) -> None:
    clock = Clock()
    switch = Switch(ROWS, "DK", prompts, clock)
    seconds = switch.say("line1", "greeting", "main")
    told = words(switch, "line1", clock, 40)
    assert told == ["prompt:greeting"] * 19 + ["prompt:main"] * 11 + ["silence"] * 10
    assert told.index("silence") == -(-round(seconds * SECOND) // TICK)


def test_with_samples_and_without_a_row_hears_the_same_at_every_tick(prompts: Spoken) -> None:
    live, still = Clock(), Clock()
    with_samples, without = Switch(ROWS, "DK", prompts, live), Switch(ROWS, "DK", prompts, still)
    script: dict[int, Callable[[Switch], object]] = {
        0: lambda switch: switch.say("line1", "greeting", "main"),
        20: lambda switch: switch.tone("line1", "busy"),
        30: lambda switch: switch.say("line1", "main"),
        35: lambda switch: switch.hush("line1"),
        40: lambda switch: switch.keys("line1", "12"),
        45: lambda switch: switch.hear("line1", "music"),
        70: lambda switch: switch.part("line1"),
    }
    for tick in range(80):
        for switch in (with_samples, without):
            script.get(tick, lambda switch: None)(switch)
        assert with_samples.hears("line1", nobody) == without.hears("line1", nobody)
        frame = with_samples.tick(silence(3))[0]
        assert frame.any() == (with_samples.hears("line1", nobody) != "silence") or tick in (
            35,
            *range(40, 50),
            70,
        )
        live.advance(TICK)
        still.advance(TICK)


def test_what_is_ordered_between_two_ticks_begins_with_the_next(prompts: Spoken) -> None:
    clock = Clock()
    switch = Switch(ROWS, "DK", prompts, clock)
    clock.advance(7_000)
    assert switch.say("line1", "greeting") == pytest.approx(0.013 + 3001 / RATE)
    clock.advance_to(TICK)
    assert np.array_equal(switch.tick(silence(3))[0], prompts.sound("greeting")[:160])


@pytest.mark.parametrize("name", ["dial", "ringback", "busy", "congestion", "howler", "sit"])
def test_a_tone_goes_round_without_end_under_its_own_name(switch: Switch, name: str) -> None:
    switch.tone("phone1", name)
    cycle = make_tone(PLANS["DK"], name)
    told, rows = set(), []
    for _ in range(2 * cycle.size // 160 + 7):
        told.add(switch.hears("phone1", nobody))
        rows.append(switch.tick(silence(3))[2])
    sound = np.concatenate(rows)
    assert told == {name}
    assert np.array_equal(sound, np.resize(cycle, sound.size))


def test_a_tone_that_begins_with_something_else_goes_on_with_its_cycle(switch: Switch) -> None:
    switch.tone("phone1", "call_waiting")
    sound = heard(switch, 300)[2]
    assert sound[: RATE // 5].any()
    assert not sound[round(4.6 * RATE) :].any()
    assert switch.hears("phone1", nobody) == "call_waiting"


def test_the_country_decides_what_a_tone_is(prompts: Spoken) -> None:
    french = Switch(ROWS, "FR", prompts)
    french.tone("phone1", "dial")
    assert np.array_equal(heard(french, 50)[2], make_tone(PLANS["FR"], "dial"))


def test_what_replaces_a_sound_is_heard_whole_while_the_old_one_fades_within_a_frame(
    switch: Switch, prompts: Spoken
) -> None:
    switch.tone("line1", "dial")
    before = heard(switch, 5)[0]
    switch.say("line1", "greeting")
    after = heard(switch, 3)[0]
    fade = after[:160] - prompts.sound("greeting")[:160]
    dial = make_tone(PLANS["DK"], "dial")[800:960]
    assert np.allclose(fade, dial * np.linspace(1, 0, 160), atol=1e-6)
    assert np.array_equal(after[160:], prompts.sound("greeting")[160:480])
    assert np.array_equal(before, make_tone(PLANS["DK"], "dial")[:800])


def test_hush_fades_what_is_played_within_a_frame(switch: Switch) -> None:
    switch.tone("line1", "dial")
    heard(switch, 2)
    switch.hush("line1")
    assert switch.hears("line1", nobody) == "silence"
    rest = heard(switch, 3)[0]
    assert np.abs(np.diff(rest)).max() < 0.1
    assert rest[:80].any()
    assert not rest[160:].any()


def test_what_was_never_heard_does_not_fade(switch: Switch, prompts: Spoken) -> None:
    switch.tone("line1", "dial")
    switch.say("line1", "main")
    assert np.array_equal(heard(switch, 2)[0], prompts.sound("main")[:320])


def test_a_row_can_talk_while_something_is_played_to_it(switch: Switch) -> None:
    switch.join("line1", "phone1")
    switch.tone("phone1", "busy")
    said = np.full((3, 160), 0.1, np.float32)
    rows = heard(switch, 2, said)[:, 160:]
    assert np.allclose(rows[0], 0.1)
    assert np.allclose(rows[2], 0.1 + make_tone(PLANS["DK"], "busy")[160:320], atol=1e-6)


def test_each_row_is_played_to_on_its_own(switch: Switch, prompts: Spoken) -> None:
    switch.say("line1", "greeting")
    heard(switch, 1)
    switch.say("line2", "greeting")
    rows = heard(switch, 4)
    assert np.array_equal(rows[0], prompts.sound("greeting")[160:800])
    assert np.array_equal(rows[1], prompts.sound("greeting")[:640])


def test_keys_are_keyed_80_ms_on_and_80_ms_off(switch: Switch) -> None:
    assert switch.keys("line2", "33120001") == 8 * 0.16
    sound = heard(switch, 70)
    assert np.array_equal(sound[1, : 8 * 1280], make_keys("33120001"))
    assert switch.hears("line2", nobody) == "silence"


@pytest.mark.parametrize("country", ["DK", "US", "UK"])
def test_a_phone_on_its_hook_is_shown_who_calls(prompts: Spoken, country: str) -> None:
    switch = Switch(ROWS, country, prompts)
    seconds = switch.show_caller("phone1", "33120001", None)
    ear, told = CallerId(3), []
    for _ in range(round(seconds * 50) + 60):
        told += ear.hear(switch.tick(silence(3)))
    assert [(caller.row, caller.number, caller.reason) for caller in told] == [(2, "33120001", None)]


def test_a_phone_is_told_that_nobody_knows_who_calls(prompts: Spoken) -> None:
    switch = Switch(ROWS, "US", prompts)
    switch.show_caller("phone1", None, None)
    ear = CallerId(3)
    told = [caller for _ in range(150) for caller in ear.hear(switch.tick(silence(3)))]
    assert [(caller.number, caller.reason) for caller in told] == [(None, "unavailable")]


# Music


def test_whoever_is_held_hears_music_and_the_other_held_one_the_same(switch: Switch) -> None:
    switch.hear("line1", "music")
    heard(switch, 50)
    switch.hear("line2", "music")
    rows = heard(switch, 50)
    assert np.array_equal(rows[0, 160:], rows[1, 160:])
    assert np.array_equal(rows[0], make_music()[RATE : 2 * RATE])
    assert switch.hears("line1", everybody) == "music"
    switch.part("line1")
    assert not heard(switch, 2)[0, 160:].any()
    assert switch.hears("line1", everybody) == "silence"


def test_music_goes_on_while_nobody_listens(switch: Switch) -> None:
    heard(switch, 75)
    switch.hear("line1", "music")
    assert np.array_equal(heard(switch, 2)[0, 160:], make_music()[76 * 160 : 77 * 160])


def test_the_tune_is_quieter_than_speech_inside_the_band_and_loops_without_a_click() -> None:
    tune = make_music()
    assert level(tune) == pytest.approx(MUSIC_DBM0, abs=0.01)
    assert 8 <= tune.size / RATE <= 30
    assert np.abs(tune).max() < 0.5
    power = np.abs(np.fft.rfft(tune)) ** 2
    hertz = np.fft.rfftfreq(tune.size, 1 / RATE)
    assert power[hertz > 3400].sum() < 1e-4 * power.sum()
    steps = np.abs(np.diff(np.concatenate([tune, tune])))
    assert steps[tune.size - 2 : tune.size + 2].max() < steps.max()
