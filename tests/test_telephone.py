"""The office's analog telephones: hooks that bounce, bells, dials, displays, as the chip meets them."""

import itertools

import numpy as np
import pytest

from firmware.base import Refused
from firmware.base.clock import SECOND, TICK
from firmware.base.ports import FRAME, RATE
from firmware.sound.callerid import make_caller
from firmware.sound.dtmf import Dtmf
from firmware.sound.frame import level
from hostsim.exchange import LineInfo
from hostsim.telephone import Telephone
from hostsim.town import Town

SILENCE = np.zeros(FRAME, np.float32)


def telephone(seed: int = 0) -> Telephone:
    return Town({"line1": LineInfo("+4532100001")}, ("phone1",), seed).telephones["phone1"]


def listen(phone: Telephone, seconds: float, sent: np.ndarray | None = None) -> np.ndarray:
    """Let time pass frame by frame: what the chip gets while it sends `sent`, or nothing."""
    got = []
    for tick in range(round(seconds * SECOND / TICK)):
        phone.clock.advance(TICK)
        frame = SILENCE if sent is None else sent[tick * FRAME : (tick + 1) * FRAME]
        got.append(phone.frame(np.pad(frame, (0, FRAME - len(frame)))))
    return np.concatenate(got)


@pytest.mark.parametrize("seed", range(8))
def test_a_hook_bounces_for_8_ms_at_most_and_then_lies_still(seed: int) -> None:
    phone = telephone(seed)
    phone.clock.advance(SECOND)
    phone.lift()
    edges = phone.hook_edges(0, 2 * SECOND)
    assert edges[0] == (SECOND, True) and edges[-1][1] and len(edges) % 2 == 1
    assert edges[-1][0] - edges[0][0] <= 8_000
    assert [off for _, off in edges] == [place % 2 == 0 for place in range(len(edges))]


def test_hooks_bounce_differently_and_yet_the_same_for_a_seed() -> None:
    def bounces(seed: int) -> list[tuple[int, bool]]:
        phone = telephone(seed)
        for _ in range(6):
            phone.lift()
            phone.clock.advance(SECOND)
            phone.hang_up()
            phone.clock.advance(SECOND)
        return phone.hook_edges(0, 100 * SECOND)

    assert bounces(1) == bounces(1) != bounces(2)


def test_the_chip_can_ask_for_each_edge_before_it_happens() -> None:
    phone = telephone()
    phone.lift()
    phone.clock.advance(SECOND)
    phone.pulse("2")
    seen, now = [], phone.clock.now
    while (edge := phone.next_edge(now)) is not None:
        seen.append((edge, phone.off_hook(edge)))
        now = edge
    assert seen == phone.hook_edges(SECOND, now)
    assert [off for _, off in seen] == [False, True, False, True]
    assert [b - a for (a, _), (b, _) in itertools.pairwise(seen)] == [60_000, 40_000, 60_000]


def test_a_flash_is_300_ms_on_hook() -> None:
    phone = telephone()
    phone.lift()
    phone.clock.advance(SECOND)
    phone.flash()
    closed = [phone.off_hook(SECOND + ms * 1000) for ms in range(20, 290)]
    assert not any(closed) and phone.off_hook(SECOND + 330_000)


def test_hanging_up_forgets_what_was_still_to_be_dialled() -> None:
    phone = telephone()
    phone.lift()
    phone.clock.advance(SECOND)
    phone.pulse("0")
    phone.clock.advance(SECOND)
    phone.hang_up()
    phone.clock.advance(SECOND // 10)
    assert (phone.off, phone.next_edge(phone.clock.now)) == (False, None)


def test_keys_and_flashes_need_a_lifted_receiver() -> None:
    for verb in (lambda phone: phone.press("1"), lambda phone: phone.flash(), lambda phone: phone.pulse("1")):
        with pytest.raises(Refused, match="phone1: lift it first"):
            verb(telephone())


def test_keys_come_80_ms_on_and_80_ms_off_behind_one_another() -> None:
    phone = telephone()
    phone.lift()
    listen(phone, 0.1)
    phone.press("12")
    phone.press("0#")
    heard = Dtmf(1).hear(listen(phone, 0.8)[None])
    assert [key.key for key in heard] == list("120#")
    assert [key.at for key in heard] == pytest.approx([0, 0.16, 0.32, 0.48], abs=0.012)


def test_it_rings_while_the_bell_moves_and_between_two_bursts() -> None:
    phone = telephone()
    phone.feed(0, -48, (25.0, 85.0))
    assert phone.ringing
    phone.clock.advance(SECOND)
    phone.feed(phone.clock.now, -48, None)
    phone.clock.advance(4 * SECOND)
    assert phone.ringing
    phone.clock.advance(SECOND)
    assert not phone.ringing


@pytest.mark.parametrize("ring", [(25.0, 20.0), (5.0, 85.0), (100.0, 85.0)])
def test_too_few_volts_and_a_wrong_frequency_move_no_bell(ring: tuple[float, float]) -> None:
    phone = telephone()
    phone.feed(0, -48, ring)
    assert not phone.ringing


def test_a_lifted_or_unplugged_telephone_does_not_ring() -> None:
    phone = telephone()
    phone.feed(0, -48, (25.0, 85.0))
    phone.lift()
    phone.clock.advance(SECOND)
    phone.feed(phone.clock.now, -48, None)
    assert not phone.ringing
    phone = telephone()
    phone.unplug()
    phone.feed(0, -48, (25.0, 85.0))
    phone.lift()
    assert (phone.ringing, phone.off) == (False, False)
    phone.plug()
    assert phone.hook.settled


@pytest.mark.parametrize("protocol", ["bell202", "v23", "dtmf"])
def test_the_display_shows_the_caller_that_was_sent(protocol: str) -> None:
    phone = telephone()
    burst = make_caller(protocol, "33120001", "Hansen A/S")
    assert phone.shown is None
    listen(phone, 3.5, burst)
    assert phone.shown is not None
    assert phone.shown[:2] == ("33120001", None if protocol == "dtmf" else "Hansen A/S")


def test_the_display_goes_on_showing_the_last_caller_until_another_is_sent() -> None:
    phone = telephone()
    listen(phone, 2, make_caller("v23", "33120001"))
    listen(phone, 10)
    listen(phone, 2, make_caller("v23", None, reason="withheld"))
    assert phone.shown == (None, None, "withheld")


def test_what_is_sent_is_at_the_ear_and_what_is_said_at_the_chip_without_loss() -> None:
    phone = telephone()
    phone.lift()
    listen(phone, 0.1)
    sent = (0.1 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)).astype(np.float32)
    listen(phone, 1.0, sent)
    assert np.array_equal(phone.heard(1.0), np.rint(sent * 32768).astype(np.int16))
    phone.say((sent * 32768).astype(np.int16))
    assert level(listen(phone, 1.0)) == pytest.approx(level(sent), abs=0.1)


def test_its_hybrid_sends_an_echo_of_12_to_18_db_and_hardly_any_noise() -> None:
    phone = telephone()
    phone.lift()
    quiet = listen(phone, 1.0)
    sent = np.random.default_rng(1).standard_normal(RATE).astype(np.float32) * 0.1
    echo = listen(phone, 1.0, sent)
    assert level(quiet) < -70
    assert 11.5 <= level(sent) - level(echo) <= 18.5


def test_on_its_hook_nothing_is_said_and_nothing_heard() -> None:
    phone = telephone()
    phone.say(np.full(RATE, 10_000, np.int16))
    assert level(listen(phone, 0.5, np.full(RATE, 0.1, np.float32))) < -70
    assert not phone.heard(0.5).any() and phone.hears() == "silence"
