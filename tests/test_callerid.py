"""Caller ID made and heard: every protocol, form and reason, and what a bad line does to it."""

import numpy as np
import pytest
from numpy.typing import NDArray
from recordings import rows_of_speech

from firmware.sound.callerid import DELIVERY_OF, PROTOCOL_OF, Caller, CallerId, make_alert, make_caller
from firmware.sound.dtmf import make_keys
from firmware.sound.frame import from_int16, level, rms, to_int16
from firmware.sound.fsk import make_fsk
from firmware.sound.tones import PLANS, hum

Sound = NDArray[np.float32]
FSK = ["bell202", "v23"]


def on_a_line(sound: Sound, before: int = 1234, after: int = 6000) -> Sound:
    """Silence around it, in whole frames of ten."""
    size = before + sound.size + after
    line = np.zeros((1, size - size % 1600 + 1600), np.float32)
    line[0, before : before + sound.size] = sound
    return line


def callers_of(rows: Sound, at_once: int = 1600) -> list[Caller]:
    ear = CallerId(len(rows))
    return [
        caller
        for start in range(0, rows.shape[1], at_once)
        for caller in ear.hear(np.ascontiguousarray(rows[:, start : start + at_once]))
    ]


def told(sound: Sound) -> list[tuple[str | None, str | None, str | None]]:
    return [(each.number, each.name, each.reason) for each in callers_of(on_a_line(sound))]


def message(protocol: str, body: bytes) -> Sound:
    return make_fsk(body + bytes([-sum(body) % 256]), protocol)


@pytest.mark.parametrize("protocol", FSK)
def test_number_and_name_arrive_with_the_place_where_the_burst_began(protocol: str) -> None:
    (caller,) = callers_of(on_a_line(make_caller(protocol, "33120001", "Hansen A/S")))
    assert (caller.number, caller.name, caller.reason) == ("33120001", "Hansen A/S", None)
    assert caller.protocol == protocol
    assert caller.at == pytest.approx(1234 / 8000, abs=0.006)


@pytest.mark.parametrize("protocol", FSK)
@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("reason", ["withheld", "unavailable"])
def test_a_missing_number_says_why(protocol: str, single: bool, reason: str) -> None:
    assert told(make_caller(protocol, None, reason=reason, single=single)) == [(None, None, reason)]


@pytest.mark.parametrize("protocol", FSK)
def test_sdmf_has_a_number_and_no_name(protocol: str) -> None:
    assert told(make_caller(protocol, "5551234", "lost", single=True)) == [("5551234", None, None)]


def test_a_name_loses_its_control_characters_and_an_empty_one_is_none() -> None:
    assert told(make_caller("v23", "1", "\x07Ann\x00 Øst\n")) == [("1", "Ann Øst", None)]
    assert told(make_caller("v23", "1", "\x01\x02")) == [("1", None, None)]


def test_a_name_may_come_without_a_number() -> None:
    assert told(make_caller("bell202", None, "Pay phone", "withheld")) == [(None, "Pay phone", "withheld")]


@pytest.mark.parametrize("form", ["A{}C", "D{}C", "{}#", "{}", "A{}#", "A{}D99C", "D{}#", "A{}D99B10C"])
def test_keys_tell_a_number_in_every_form(form: str) -> None:
    (caller,) = callers_of(on_a_line(make_caller("dtmf", "33120001", form=form)))
    assert (caller.number, caller.reason, caller.protocol) == ("33120001", None, "dtmf")
    assert caller.at == pytest.approx(1234 / 8000, abs=0.002)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        *(("B10C", "withheld"), ("AB10C", "withheld"), ("D1#", "withheld"), ("B00C", "unavailable")),
        *(("D2#", "unavailable"), ("D3C", "unavailable"), ("AC", "unavailable")),
    ],
)
def test_codes_of_keys_say_why_there_is_no_number(keys: str, reason: str) -> None:
    assert told(make_keys(keys)) == [(None, None, reason)]


def test_we_make_both_reasons_as_keys() -> None:
    assert told(make_caller("dtmf", None, reason="withheld")) == [(None, None, "withheld")]
    assert told(make_caller("dtmf", None)) == [(None, None, "unavailable")]


def test_a_number_without_an_end_mark_is_given_after_half_a_second_of_silence() -> None:
    keys = make_caller("dtmf", "33120001", form="{}")[:-560]  # the last key ends with the sound
    line = on_a_line(keys, before=160)
    end = (160 + keys.size) // 160 * 160
    ear = CallerId(1)
    assert ear.hear(np.ascontiguousarray(line[:, : end + 3840])) == []
    assert [caller.number for caller in ear.hear(np.ascontiguousarray(line[:, end + 3840 : end + 4480]))] == [
        "33120001"
    ]


@pytest.mark.parametrize("keys", ["5", "12", "C", "#"])
def test_a_stray_key_is_no_caller(keys: str) -> None:
    assert told(make_keys(keys)) == []


def test_keys_of_a_row_that_talks_are_no_caller() -> None:
    line, ear = on_a_line(make_caller("dtmf", "33120001")), CallerId(1)
    ear.watch(0, False)
    assert ear.hear(line) == []
    ear.watch(0, True)
    assert [caller.number for caller in ear.hear(line)] == ["33120001"]


def test_cutting_the_sound_differently_changes_nothing() -> None:
    bursts = [make_caller(protocol, f"3312000{n}", "N") for n, protocol in enumerate(PROTOCOL_OF.values())]
    rows = np.concatenate(
        [on_a_line(np.resize(burst, 12_000), before=100 * n) for n, burst in enumerate(bursts[:4])]
    )
    assert callers_of(rows, 160) == callers_of(rows, 480) == callers_of(rows, 1600) != []


@pytest.mark.parametrize("protocol", FSK)
@pytest.mark.parametrize("baud", [1188.0, 1212.0])
def test_a_clock_that_is_1_percent_off_does_no_harm(protocol: str, baud: float) -> None:
    assert told(make_caller(protocol, "33120001", "N" * 50, baud=baud)) == [("33120001", "N" * 50, None)]


@pytest.mark.parametrize("protocol", FSK)
@pytest.mark.parametrize("twist", [-10.0, 10.0])
def test_the_tones_may_differ_by_10_db(protocol: str, twist: float) -> None:
    assert told(make_caller(protocol, "33120001", "Hansen", twist_db=twist)) == [("33120001", "Hansen", None)]


@pytest.mark.parametrize("protocol", FSK)
def test_a_burst_of_minus_40_dbm0_is_heard(protocol: str) -> None:
    burst = from_int16(to_int16(make_caller(protocol, "33120001", level_dbm0=-40.0)))
    assert told(burst) == [("33120001", None, None)]


@pytest.mark.parametrize("protocol", FSK)
def test_hum_as_loud_as_the_burst_does_no_harm(protocol: str) -> None:
    line = on_a_line(make_caller(protocol, "33120001", "Hansen"))
    line[0] += hum(line.size, -13.5)
    assert [caller.number for caller in callers_of(line)] == ["33120001"]


@pytest.mark.parametrize(("protocol", "snr"), [("bell202", 9), ("v23", 9)])
def test_sixty_bursts_of_sixty_are_read_in_noise_9_db_below(protocol: str, snr: int) -> None:
    random = np.random.default_rng(snr)
    burst = on_a_line(make_caller(protocol, "33120001", "Hansen A/S"), after=1000)
    rows = burst + random.standard_normal((60, burst.size), np.float32) * np.float32(rms(-13.5 - snr))
    good = [
        caller for caller in callers_of(rows) if (caller.number, caller.name) == ("33120001", "Hansen A/S")
    ]
    assert len(good) == 60


@pytest.mark.parametrize("protocol", FSK)
def test_a_bad_checksum_is_unavailable_and_never_repaired(protocol: str) -> None:
    body = b"\x04\x12" + b"01050900" + b"5551234567"
    assert told(make_fsk(body + bytes([(-sum(body) + 4) % 256]), protocol)) == [(None, None, "unavailable")]


def test_a_burst_that_breaks_off_is_unavailable() -> None:
    burst = make_caller("v23", "33120001", "Hansen")
    burst[-1500:] = 0
    assert told(burst) == [(None, None, "unavailable")]


def test_a_message_for_the_lamp_is_no_caller() -> None:
    assert told(message("v23", b"\x82\x03\x0b\x01\xff")) == []


def test_lengths_that_lie_are_not_followed() -> None:
    assert told(message("v23", b"\x80\x04\x02\x5512")) == [(None, None, "unavailable")]
    assert told(message("v23", b"\x80\x00")) == [(None, None, "unavailable")]


def test_bytes_may_have_pauses_of_marks_between_them() -> None:
    body = b"\x04\x12" + b"01050900" + b"5551234567"
    data = body + bytes([-sum(body) % 256])
    for stop_bits in (2, 3, 10):
        assert told(make_fsk(data, "bell202", stop_bits=stop_bits)) == [("5551234567", None, None)]


def test_reset_forgets_half_a_burst() -> None:
    line, ear = on_a_line(make_caller("v23", "33120001")), CallerId(1)
    assert ear.hear(np.ascontiguousarray(line[:, :4800])) == []
    ear.reset(0)
    assert ear.hear(np.ascontiguousarray(line[:, 4800:])) == []
    assert [caller.number for caller in ear.hear(line)] == ["33120001"]


def test_eight_lines_at_once_each_have_their_own_caller() -> None:
    rows = np.concatenate(
        [on_a_line(make_caller("v23", f"3312000{n}"), before=800 + 37 * n) for n in range(8)]
    )
    assert sorted((caller.row, caller.number) for caller in callers_of(rows)) == [
        (n, f"3312000{n}") for n in range(8)
    ]


def test_24_minutes_of_recorded_speech_hold_no_caller() -> None:
    assert callers_of(rows_of_speech(16, 90)) == []


def test_every_country_with_tones_has_a_way_to_tell_the_caller() -> None:
    assert set(PLANS) <= set(DELIVERY_OF)
    assert {delivery.when for delivery in DELIVERY_OF.values()} == {"before_ring", "after_first_ring"}
    assert PROTOCOL_OF["DK"] == "dtmf" and PROTOCOL_OF["US"] == "bell202" and PROTOCOL_OF["UK"] == "v23"


def test_the_alert_before_a_burst_lasts_100_ms_and_disturbs_nothing() -> None:
    alert = make_alert()
    assert alert.size == 800 and level(alert) == pytest.approx(-12.0, abs=0.1)
    sound = np.concatenate([alert, np.zeros(1600, np.float32), make_caller("v23", "33120001")])
    assert told(sound) == [("33120001", None, None)]
