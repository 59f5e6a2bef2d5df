"""The tones of ten countries: made as the plans say, and heard for what they are and nothing else."""

import numpy as np
import pytest
from recordings import everything, rows_of_speech

from firmware.base.ports import RATE
from firmware.sound.dtmf import make_keys
from firmware.sound.frame import Samples, amplitude, level, rms
from firmware.sound.switch import make_music
from firmware.sound.tones import (
    PLANS,
    Progress,
    Segment,
    Tone,
    TonePlan,
    Voice,
    hum,
    hybrid_path,
    line_noise,
    make_cng,
    make_opening,
    make_tone,
)

COUNTRIES = ("US", "UK", "DK", "HR", "TR", "KR", "CN", "TW", "DE", "FR")
NAMES = ("dial", "ringback", "busy", "congestion", "sit")
FOR_A_WHILE = np.zeros(8 * RATE, np.float32)


def hear(ear: Progress | Voice, sound: Samples, cut: int = 160) -> list[Tone]:
    """All that is told of float32[rows, n] or float32[n], cut into pieces; a rest of a frame is left out."""
    rows = np.atleast_2d(sound)
    ends = range(cut, rows.shape[1] + 1, cut)
    return [tone for end in ends for tone in ear.hear(np.ascontiguousarray(rows[:, end - cut : end]))]


def lasting(country: str, name: str, seconds: float, start: float = 0.0) -> Samples:
    cycle = make_tone(PLANS[country], name)
    first = round(start * RATE)
    return np.resize(cycle, first + round(seconds * RATE))[first:]


def off_by(share: float, dbm0: float, country: str, name: str, seconds: float) -> Samples:
    """A tone whose frequencies are that share too high, each at that level, without ramps."""
    parts: list[Samples] = []
    while sum(part.size for part in parts) < seconds * RATE:
        for segment in PLANS[country].tones[name]:
            time = np.arange(round((segment.seconds or seconds) * RATE)) / RATE
            waves = [np.sin(2 * np.pi * hertz * (1 + share) * time) for hertz in segment.hertz]
            parts.append(np.float32(amplitude(dbm0)) * np.sum([np.zeros(time.size), *waves], axis=0))
    return np.concatenate(parts)[: round(seconds * RATE)].astype(np.float32)


def names_of(told: list[Tone]) -> list[tuple[str, bool]]:
    return [(tone.name, tone.on) for tone in told]


# Making


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_plan_has_every_tone_and_a_way_to_ring(country: str) -> None:
    plan = PLANS[country]
    assert {*NAMES, "call_waiting", "howler"} == set(plan.tones)
    assert len(plan.ring_cadence) % 2 == 0
    assert plan.ring_hertz in (20, 25)


def test_gb_is_the_uk() -> None:
    assert PLANS["GB"] is PLANS["UK"]
    assert set(PLANS) == {*COUNTRIES, "GB"}


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("name", [*NAMES, "howler"])
def test_a_cycle_is_as_long_as_its_cadence_and_loops_without_a_click(country: str, name: str) -> None:
    plan = PLANS[country]
    cycle = make_tone(plan, name)
    assert cycle.size == sum(round((each.seconds or 1) * RATE) for each in plan.tones[name])
    twice = np.abs(np.diff(np.concatenate([cycle, cycle]), 2))
    seam = twice[cycle.size - 4 : cycle.size + 4]
    assert seam.max() <= twice[: cycle.size - 4].max() * 1.01
    assert np.abs(cycle).max() < 0.9


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_burst_holds_its_frequencies_at_the_level_of_the_plan(country: str) -> None:
    plan = PLANS[country]
    hertz = plan.tones["busy"][0].hertz
    burst = make_tone(plan, "busy")[400:2000]  # inside the first burst: 200 ms, 5 Hz apart
    power = np.abs(np.fft.rfft(burst)) ** 2
    loudest = np.sort(np.argsort(power)[-len(hertz) :]) * RATE / burst.size
    assert loudest.tolist() == list(hertz)
    assert level(burst) == pytest.approx(plan.level_dbm0 + 10 * np.log10(len(hertz)), abs=0.1)


def test_what_comes_once_is_the_opening_and_not_in_the_cycle() -> None:
    opening = make_opening(PLANS["DK"], "call_waiting")
    assert opening.size == round(4.6 * RATE)
    assert not make_tone(PLANS["DK"], "call_waiting").any()
    assert not make_opening(PLANS["DK"], "busy").size


def test_noise_and_hum_have_the_level_asked_for() -> None:
    noise = line_noise(RATE, -40, np.random.default_rng(1))
    assert level(noise) == pytest.approx(-40, abs=0.2)
    assert np.array_equal(noise, line_noise(RATE, -40, np.random.default_rng(1)))
    assert level(hum(RATE, -30)) == pytest.approx(-30, abs=0.01)
    assert np.allclose(hum(RATE, -30)[160:], hum(RATE - 160, -30, start=160), atol=1e-6)


def test_a_hybrid_returns_as_much_as_its_loss_leaves() -> None:
    noise = line_noise(8 * RATE, -20, np.random.default_rng(1))
    path = hybrid_path(loss_db=12, delay=8)
    assert level(np.convolve(noise, path)[: noise.size]) == pytest.approx(-32, abs=0.3)
    assert not path[:8].any()


# Hearing tones


def the_worst_case(country: str, name: str, share: float) -> Samples:
    """0.2 s of line, then the tone at -30 dBm0 a frequency, 12 dB above the noise."""
    tone = np.concatenate([np.zeros(1600, np.float32), off_by(share, -30, country, name, 9)])
    tones = max(len(segment.hertz) for segment in PLANS[country].tones[name])
    noise = line_noise(tone.size, -30 + 10 * np.log10(tones) - 12, np.random.default_rng(tone.size + tones))
    return tone + noise


@pytest.mark.parametrize("share", [-0.015, 0.015])
def test_every_tone_of_every_country_is_heard_weak_noisy_and_off_its_frequency(share: float) -> None:
    cases = [(country, name) for country in COUNTRIES for name in NAMES]
    sound = np.stack([the_worst_case(*case, share) for case in cases])
    told = hear(Progress(len(cases), [country for country, _ in cases]), sound)
    for row, case in enumerate(cases):
        heard = [tone for tone in told if tone.row == row]
        assert names_of(heard) == [(case[1], True)], case
        assert heard[0].at == pytest.approx(0.2, abs=0.05)


def first_told(country: str, name: str, start: float = 0.0) -> float:
    """After how many seconds of a tone its name is told."""
    ear, sound = Progress(1, country), lasting(country, name, 8, start)
    frames = range(0, sound.size - 159, 160)
    return next(at / RATE + 0.02 for at in frames if ear.hear(sound[None, at : at + 160]))


@pytest.mark.parametrize("country", COUNTRIES)
def test_busy_is_known_within_three_cycles_wherever_it_begins(country: str) -> None:
    cycle = make_tone(PLANS[country], "busy").size / RATE
    for start in (0, cycle / 3, cycle / 1.5):
        assert first_told(country, "busy", start) <= 3 * cycle


@pytest.mark.parametrize("country", [each for each in COUNTRIES if each not in ("TR", "FR")])
def test_dial_tone_is_known_within_1_3_seconds(country: str) -> None:
    assert first_told(country, "dial") <= 1.3


@pytest.mark.parametrize(("country", "ringing"), [("TR", 2.0), ("FR", 1.5)])
def test_where_ringback_is_as_long_dial_tone_is_not_guessed_before_it_would_end(
    country: str, ringing: float
) -> None:
    assert ringing < first_told(country, "dial") <= ringing * 1.25
    assert names_of(hear(Progress(1, country), lasting(country, "ringback", 12))) == [("ringback", True)]


@pytest.mark.parametrize("half", [0.2, 0.25, 0.3, 0.34, 0.375, 0.42, 0.5])
def test_in_denmark_any_equal_cadence_says_that_the_line_is_busy(half: float) -> None:
    cadence = (Segment((425,), half), Segment((), half))
    cycle = make_tone(TonePlan("", (), 0, -20, {"busy": cadence}), "busy")
    told = hear(Progress(1, "DK"), np.resize(cycle, 5 * RATE))
    assert names_of(told) == [("congestion" if half == 0.2 else "busy", True)]


@pytest.mark.parametrize(
    ("name", "seconds", "last_sound"),
    [("dial", 3.0, 3.0), ("busy", 4.0, 3.5), ("ringback", 11.0, 11.0), ("congestion", 4.0, 3.8)],
)
def test_the_end_of_a_tone_is_where_its_last_sound_was(name: str, seconds: float, last_sound: float) -> None:
    sound = np.concatenate([lasting("DK", name, seconds), FOR_A_WHILE])
    told = [tone for tone in hear(Progress(1, "DK"), sound) if tone.name != "silence"]
    assert names_of(told) == [(name, True), (name, False)]
    assert (told[0].at, told[1].at) == pytest.approx((0, last_sound), abs=0.03)


def test_one_tone_may_follow_another() -> None:
    dialling = np.zeros(RATE, np.float32)
    parts = [lasting("DK", "dial", 3), dialling, lasting("DK", "ringback", 10), lasting("DK", "busy", 5)]
    assert names_of(hear(Progress(1, "DK"), np.concatenate(parts))) == [
        *(("dial", True), ("dial", False), ("ringback", True), ("ringback", False), ("busy", True)),
    ]


def test_somebody_who_speaks_ends_the_ringback() -> None:
    speech = rows_of_speech(1, 3)[0]
    ringing = lasting("DK", "ringback", 7)  # the second burst ended at 6.0
    told = hear(Progress(1, "DK"), np.concatenate([ringing, speech]))
    assert names_of(told)[:2] == [("ringback", True), ("ringback", False)]
    assert told[1].at == pytest.approx(6.0, abs=0.03)


def test_a_hole_of_40_ms_does_not_end_a_dial_tone() -> None:
    sound = lasting("DK", "dial", 4).copy()
    sound[2 * RATE : 2 * RATE + 320] = 0
    assert names_of(hear(Progress(1, "DK"), sound)) == [("dial", True)]


def test_a_calling_fax_is_heard_in_every_country() -> None:
    sound = np.concatenate([np.resize(make_cng(-20), 7 * RATE), FOR_A_WHILE])
    told = hear(Progress(2, ["DK", "US"]), np.stack([sound, sound]))
    for row in (0, 1):
        heard = [tone for tone in told if tone.row == row and tone.name != "silence"]
        assert [(tone.name, tone.on) for tone in heard] == [("cng", True), ("cng", False)]
        assert (heard[0].at, heard[1].at) == pytest.approx((0, 4.0), abs=0.03)


def test_silence_is_two_seconds_of_it_and_ends_with_a_sound() -> None:
    noise = line_noise(3 * RATE, -60, np.random.default_rng(1))
    speech = lasting("US", "busy", 0.2)
    told = hear(Progress(1, "DK"), np.concatenate([speech, noise, speech, noise]))
    assert names_of(told) == [("silence", True), ("silence", False), ("silence", True)]
    assert [tone.at for tone in told] == pytest.approx([0.2, 3.2, 3.4], abs=0.021)


def test_the_pauses_of_ringback_are_no_silence() -> None:
    assert names_of(hear(Progress(1, "US"), lasting("US", "ringback", 30))) == [("ringback", True)]


# Not taken for tones


@pytest.mark.parametrize("twist_db", [-8.0, 0.0, 4.0])
@pytest.mark.parametrize("on_off", [(0.08, 0.08), (0.33, 0.02), (0.5, 0.5)])
def test_keys_are_no_tones(on_off: tuple[float, float], twist_db: float) -> None:
    keys = make_keys("0123456789*#ABCD1111", *on_off, twist_db=twist_db)
    assert not hear(Progress(len(COUNTRIES), COUNTRIES), np.tile(keys, (len(COUNTRIES), 1)))


def test_speech_is_no_tone_in_any_country() -> None:
    """Twenty minutes of it, two to a country."""
    rows = rows_of_speech(len(COUNTRIES) * 6, 20)
    told = hear(Progress(len(rows), COUNTRIES * 6), rows, 1600)
    assert [tone for tone in told if tone.name != "silence"] == []


def test_our_own_music_is_no_tone_in_any_country() -> None:
    rows = np.tile(make_music(), (len(COUNTRIES), 1))
    assert hear(Progress(len(COUNTRIES), COUNTRIES), rows, 1600) == []


@pytest.mark.gate
def test_an_hour_of_speech_at_three_speeds_is_no_tone_in_any_country() -> None:
    speech = everything()
    for speed in (0.8, 1.0, 1.25):
        faster = np.interp(np.arange(0, speech.size - 1, speed), np.arange(speech.size), speech)
        rows = np.tile(faster.astype(np.float32), (len(COUNTRIES), 1))
        told = hear(Progress(len(COUNTRIES), COUNTRIES), rows, 1600)
        assert [tone for tone in told if tone.name != "silence"] == []


# Voices


def test_somebody_who_speaks_is_heard_within_a_second_nine_times_of_ten() -> None:
    rows = rows_of_speech(60, 4) * np.float32(0.3)
    pause = np.zeros((60, RATE), np.float32)
    told = hear(Voice(60), np.concatenate([pause, rows], axis=1)[:, : 3 * RATE])
    assert len({tone.row for tone in told if tone.on}) >= 54


def test_a_voice_ends_a_second_after_the_last_word() -> None:
    speech = rows_of_speech(1, 3)[0]
    told = hear(Voice(1), np.concatenate([speech, FOR_A_WHILE]))
    assert names_of(told)[-1] == ("voice", False)
    assert told[-1].at <= 3.02


@pytest.mark.parametrize("snr", [99, 12])
def test_no_tone_of_any_country_is_a_voice(snr: int) -> None:
    cases = [(country, name) for country in COUNTRIES for name in (*NAMES, "call_waiting")]
    random = np.random.default_rng(1)
    rows = []
    for country, name in cases:
        tones = max(len(segment.hertz) for segment in PLANS[country].tones[name])
        sound = lasting(country, name, 8)
        noise = PLANS[country].level_dbm0 + 10 * np.log10(tones) - snr
        rows.append(sound + line_noise(sound.size, noise, random))
    assert hear(Voice(len(rows)), np.stack(rows)) == []


def test_noise_hum_and_keys_are_no_voice() -> None:
    random, size = np.random.default_rng(1), 20 * RATE
    keys = np.resize(make_keys("0123456789*#ABCD", 0.05, 0.05), size)
    rows = [line_noise(size, dbm0, random) for dbm0 in (-50, -35, -20)]
    rows += [hum(size, -25, hertz) + line_noise(size, -35, random) for hertz in (50, 60)]
    rows += [keys, keys + line_noise(size, -20, random)]
    assert hear(Voice(len(rows)), np.stack(rows)) == []


# Both


def mixed() -> Samples:
    tones = np.concatenate([lasting("DK", "dial", 2), lasting("DK", "busy", 3)])
    return np.stack([tones, rows_of_speech(1, 5)[0], FOR_A_WHILE[: 5 * RATE]])


@pytest.mark.parametrize("ear", [lambda: Progress(3, "DK"), lambda: Voice(3)])
@pytest.mark.parametrize("cut", [320, 800, 1600])
def test_however_the_sound_is_cut_the_same_is_told(ear: type[Voice], cut: int) -> None:
    assert hear(ear(), mixed(), cut) == hear(ear(), mixed())


def test_a_reset_row_begins_anew_and_its_neighbour_does_not_notice() -> None:
    ear, sound = Progress(2, "DK"), np.tile(lasting("DK", "dial", 4), (2, 1))
    assert len(hear(ear, sound[:, : 2 * RATE])) == 2
    ear.reset(1)
    again = hear(ear, sound[:, : 2 * RATE])
    assert again == [Tone(1, "dial", True, pytest.approx(2.0, abs=0.03))]


@pytest.mark.parametrize("ear", [Progress(3, "DK"), Voice(3)])
def test_a_row_that_nobody_watches_tells_nothing(ear: Progress | Voice) -> None:
    ear.watch(0, False)
    ear.watch(1, False)
    assert {tone.row for tone in hear(ear, mixed())} <= {2}
    ear.watch(0, True)
    ear.watch(1, True)
    assert hear(ear, mixed())


def test_the_weakest_sound_that_is_a_tone() -> None:
    weak = lasting("DK", "dial", 3) * np.float32(rms(-34) / rms(-10))
    assert names_of(hear(Progress(1, "DK"), weak)) == [("dial", True)]
