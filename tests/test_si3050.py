"""Lines of the hat: the Si3050 driver and what a line tells, through the bus alone."""

import random
from itertools import pairwise

import pytest
from hat_bench import SECOND, HatBench, names

from board.countries import COUNTRIES, LineSetup
from board.si3050 import gain
from firmware.base import Broken
from firmware.base.ports import (
    DialPulses,
    FlashHook,
    InService,
    InUse,
    LoopBroken,
    OutOfService,
    Release,
    Reversed,
    RingBegan,
    RingEnded,
    Seize,
)
from firmware.sound.tones import PLANS

RING = (25.0, 75.0)
MS = 1_000


def bench(**more):
    return HatBench(phones=0, **more).up()


def burst(b, seconds, hertz=25.0):
    """One burst of ringing voltage, beginning now."""
    b.line.at(b.now, "bell", (hertz, 75.0))
    b.line.at(b.now + round(seconds * SECOND), "bell", None)


@pytest.mark.parametrize("country", COUNTRIES)
def test_each_country_gets_its_registers(country):
    b = bench(country=country)
    row = COUNTRIES[country]
    read = b.line_register
    assert (read(16), read(26), read(30), read(31)) == (row.r16, row.r26, row.r30, 0x83 | row.r31)
    assert tuple(read(45 + tap) for tap in range(8)) == row.hybrid


def test_each_line_talks_in_its_own_slot_in_16_bit_linear():
    b = bench(lines=4)
    for place in range(4):
        assert b.line_register(33, place) == 0x38
        assert [b.line_register(register, place) for register in (34, 35, 36, 37)] == [16 * place, 0] * 2


def test_gains_are_set_in_tenths_of_a_decibel():
    b = bench(lines={"line1": LineSetup("UK", send_db=-2.5, receive_db=3.2)})
    assert [b.line_register(register) for register in (38, 39, 40, 41)] == [0x12, 3, 0x15, 2]
    with pytest.raises(Broken, match="-15 to"):
        gain(13.0)


def test_a_ring_is_told_with_its_begin_and_end():
    b = bench()
    start = b.now
    burst(b, 1.0)
    b.run(3)
    assert names(fact for _, fact in b.told) == ["RingBegan", "RingEnded"]
    began, ended = (fact.at - start for _, fact in b.told)
    assert began <= 0.22 * SECOND
    assert 1.0 * SECOND <= ended <= 1.15 * SECOND


def test_a_double_ring_is_two_bursts_close_together():
    b = bench(country="UK")
    for begin in (0, 0.6, 3.0, 3.6):
        b.line.at(b.now + round(begin * SECOND), "bell", RING)
        b.line.at(b.now + round((begin + 0.4) * SECOND), "bell", None)
    b.run(5)
    assert names(fact for _, fact in b.told) == ["RingBegan", "RingEnded"] * 4
    times = [fact.at for _, fact in b.told]
    assert times[2] - times[1] < 0.35 * SECOND  # what the answering rule takes for one ring


@pytest.mark.parametrize("country", PLANS)
def test_each_countrys_cadence_is_told_burst_by_burst(country):
    b = bench(country=country if country in COUNTRIES else "UK")
    plan, begin = PLANS[country], b.now + 7 * MS
    for cycle in range(2):
        for place in range(len(plan.ring_cadence)):
            at = begin + round((cycle * sum(plan.ring_cadence) + sum(plan.ring_cadence[:place])) * SECOND)
            b.line.at(at, "bell", None if place % 2 else (plan.ring_hertz, 75.0))
    b.run(2 * sum(plan.ring_cadence))
    bursts = len(plan.ring_cadence)  # half of its parts, twice
    assert names(fact for _, fact in b.told) == ["RingBegan", "RingEnded"] * bursts


@pytest.mark.gate
def test_an_hour_of_noise_is_no_ring():
    """RELIABILITY D-05: bursts under 150 ms, 20 to 70 Hz."""
    b, dice = HatBench(phones=0, modules=(1, 0)).up(), random.Random(5)
    while b.now < 3600 * SECOND:
        burst(b, dice.uniform(0.01, 0.149), dice.uniform(20, 70))
        b.run(dice.uniform(0.4, 3))
    assert b.told == []


@pytest.mark.parametrize("hertz", [20.0, 25.0, 33.0, 50.0, 70.0])
def test_noise_shorter_than_150_ms_is_no_ring(hertz):
    b = bench()
    for milliseconds in range(10, 150, 20):
        burst(b, milliseconds / 1000, hertz)
        b.run(0.7)
    assert b.told == []


@pytest.mark.parametrize("hertz", [16.7, 20.0, 25.0, 50.0])
def test_every_ring_frequency_rings(hertz):
    b = bench()
    b.run(0.007)  # a ring begins between two polls
    b.line.at(b.now + 3_000, "bell", (hertz, 75.0))
    b.run(0.5)
    assert len(b.facts(RingBegan)) == 1


def test_a_line_that_rings_at_the_start_is_told_within_half_a_second_of_service():
    b = HatBench(lines=4, phones=4)
    b.line.at(1, "bell", RING)
    b.run(2.5)
    assert len(b.facts(InService)) == 8
    [ring] = b.facts(RingBegan)
    assert ring.at - b.facts(InService, "line1")[0].at <= 0.5 * SECOND


def test_seizing_closes_the_loop_and_releasing_opens_it():
    b = bench()
    b.do("line1", Seize(), 1)
    assert b.line.off
    b.do("line1", Release(), 1)
    assert [off for _, off in b.line.hooks][-2:] == [True, False]
    assert b.told == []


def test_answering_inside_a_burst_ends_the_ringing():
    b = bench()
    b.line.at(b.now, "bell", RING)
    b.run(0.4)
    b.do("line1", Seize(), 1)
    assert b.line.off and names(fact for _, fact in b.told) == ["RingBegan"]


def test_a_ring_that_the_logic_cannot_know_of_wins_over_a_seizure():
    b = bench()
    b.line.at(b.now, "bell", RING)
    b.run(0.1)  # not a ring yet
    b.do("line1", Seize(), 1)
    assert not b.line.off and names(fact for _, fact in b.told) == ["RingBegan"]


def test_a_seizure_waits_out_what_might_have_been_a_ring():
    b = bench()
    burst(b, 0.1)
    b.run(0.05)
    b.do("line1", Seize(), 0.5)
    assert b.line.off and b.told == []


@pytest.mark.parametrize("milliseconds", [50, 100, 200, 249])
def test_a_short_loop_break_is_ignored(milliseconds):
    b = bench()
    b.do("line1", Seize(), 1)
    b.line.at(b.now + 3_000, "battery", 0)
    b.line.at(b.now + 3_000 + milliseconds * 1000, "battery", -48.0)
    b.run(2)
    assert b.told == []


@pytest.mark.parametrize("milliseconds", [300, 600, 2000])
def test_a_loop_break_is_told_well_within_a_second(milliseconds):
    b = bench()
    b.do("line1", Seize(), 1)
    cut = b.now + 7_000
    b.line.at(cut, "battery", 0)
    b.line.at(cut + milliseconds * 1000, "battery", -48.0)
    b.run(3)
    assert names(fact for _, fact in b.told) == ["LoopBroken"]
    assert b.facts(LoopBroken)[0].at - cut <= 0.35 * SECOND


def test_a_seized_line_without_current_for_5_s_is_out_of_service_until_its_battery_returns():
    b = bench()
    b.do("line1", Seize(), 1)
    b.line.set(b.now, "battery", 0)
    b.run(6)
    assert "no battery" in b.facts(OutOfService)[0].reason and not b.line.off
    b.line.set(b.now, "battery", -48.0)
    b.run(1)
    assert names(fact for _, fact in b.told) == ["LoopBroken", "OutOfService", "InService"]


def test_a_reversal_is_told_once_it_has_stayed_100_ms():
    b = bench()
    b.do("line1", Seize(), 1)
    turned = b.now
    b.line.set(turned, "battery", 48.0)
    b.run(1)
    [told] = b.facts(Reversed)
    assert 0.1 * SECOND <= told.at - turned <= 0.2 * SECOND


@pytest.mark.parametrize("apart_ms", [5, 10, 13, 20, 50])
@pytest.mark.parametrize("seized", [True, False])
def test_a_flapping_polarity_is_no_reversal(apart_ms, seized):
    b = bench()
    if seized:
        b.do("line1", Seize(), 1)
    for count in range(100):
        b.line.at(b.now + count * apart_ms * 1000 + 500, "battery", -48.0 if count % 2 else 48.0)
    b.run(6)
    assert b.facts(Reversed) == []


def test_a_line_wired_the_other_way_round_is_no_reversal():
    b = HatBench(phones=0)
    b.line.set(0, "battery", 48.0)
    b.up()
    b.do("line1", Seize(), 2)
    b.do("line1", Release(), 2)
    assert b.told == []


def test_an_unplugged_line_is_out_of_service_within_a_second_and_heals():
    b = bench()
    pulled = b.now
    b.line.set(b.now, "battery", 0)
    b.run(2)
    [out] = b.facts(OutOfService)
    assert out.at - pulled <= SECOND and "no battery" in out.reason
    b.line.set(b.now, "battery", -48.0)
    b.run(1)
    assert names(fact for _, fact in b.told) == ["OutOfService", "InService"]


def test_a_line_unplugged_from_the_start_says_so_and_never_says_in_service():
    b = HatBench(phones=0)
    b.line.set(0, "battery", 0)
    b.run(3)
    assert names(fact for _, fact in b.told) == ["OutOfService"]


def test_a_telephone_in_parallel_is_seen_while_idle():
    b = bench()
    lifted = b.now
    b.line.set(lifted, "shared", True)
    b.run(1)
    [told] = b.facts(InUse)
    assert told.on and told.at - lifted <= 0.5 * SECOND
    b.line.set(b.now, "shared", False)
    b.run(1)
    assert [fact.on for fact in b.facts(InUse)] == [True, False]


def test_a_telephone_in_parallel_is_seen_in_talk_and_ends_nothing():
    b = bench()
    b.do("line1", Seize(), 1)
    b.line.set(b.now, "fault", 16.0)  # the other telephone takes half of the current
    b.run(1)
    assert names(fact for _, fact in b.told) == ["InUse"] and b.line.off


def test_an_overload_opens_the_loop_at_once_and_is_tried_again_after_30_s():
    b = bench(lines=2)
    b.do("line2", Seize(), 0.5)
    b.do("line1", Seize(), 0.5)
    b.told.clear()
    shorted = b.now
    b.line.set(shorted, "fault", 150.0)
    b.run(0.2)
    assert not b.line.off and b.lines[1].off
    [out] = b.facts(OutOfService)
    assert "too much current" in out.reason
    b.line.set(b.now, "fault", None)
    b.run(31)
    assert [(name, type(fact)) for name, fact in b.told] == [("line1", OutOfService), ("line1", InService)]
    assert 29.9 <= (b.told[-1][1].at - out.at) / SECOND <= 30.3


def test_a_flash_to_the_exchange_opens_the_loop_for_the_countrys_time():
    b = bench(country="FR")
    b.do("line1", Seize(), 1)
    b.line.hooks.clear()
    b.do("line1", FlashHook(), 1)
    (opened, off), (closed, on) = b.line.hooks
    assert (off, on) == (False, True) and closed - opened == 270_000
    assert b.told == []


def test_pulses_have_the_countrys_break_and_make_and_a_pause_between_digits():
    b = bench(country="DK")
    b.do("line1", Seize(), 1)
    b.line.hooks.clear()
    b.do("line1", DialPulses("20"), 3)
    breaks = [at for at, off in b.line.hooks if not off]
    makes = [at for at, off in b.line.hooks if off]
    assert len(breaks) == 12
    assert {made - broken for broken, made in zip(breaks, makes, strict=False)} == {60_000}
    gaps = [later - at for at, later in pairwise(breaks)]
    assert gaps == [100_000, 810_000] + [100_000] * 9
    assert b.told == [] and b.line.off


def test_releasing_ends_pulses_under_way():
    b = bench()
    b.do("line1", Seize(), 1)
    b.do("line1", DialPulses("0"), 0.25)
    b.do("line1", Release(), 0.5)
    assert not b.line.off
    count = len(b.line.hooks)
    b.run(2)
    assert len(b.line.hooks) == count


def test_a_line_out_of_service_takes_no_orders():
    b = bench()
    b.line.set(b.now, "battery", 0)
    b.run(2)
    b.do("line1", Seize(), 1)
    assert not b.line.off


def test_ringing_hides_no_battery_and_no_reversal():
    b = bench()
    b.line.set(b.now, "bell", RING)
    b.run(0.3)
    b.line.set(b.now, "battery", 0)
    b.run(1.5)
    b.line.set(b.now, "battery", -48.0)
    b.line.set(b.now, "bell", None)
    b.run(1)
    assert names(fact for _, fact in b.told) == [RingBegan.__name__, RingEnded.__name__]
