"""Phones of the hat: the Si3215 driver and what a phone tells, through the bus alone."""

import random

import pytest
from hat_bench import SECOND, HatBench, names

from board.countries import COUNTRIES, PhoneSetup
from board.ringing import Bell
from board.si3215 import gain
from firmware.base import Broken, Impossible
from firmware.base.ports import (
    Flashed,
    HungUp,
    InService,
    KeyHeard,
    Lifted,
    OpenLoop,
    OutOfService,
    ReverseLoop,
    Ring,
    RingBegan,
    RingEnded,
    StopRing,
)

MS = 1_000
UK = (0.4, 0.2, 0.4, 2.0)


def bench(phones=1, **more):
    return HatBench(lines=0, phones=phones, **more).up()


def lifted(b):
    """The phone is off its hook, and dialling."""
    b.phone.at(b.now + 3 * MS, True)
    b.run(1)
    b.told.clear()
    return b


def answered(b):
    """The phone was rung and lifted: it talks."""
    b.do("phone1", Ring(), 0.5)
    return lifted(b)


def tap(b, milliseconds):
    """The loop opens for so long."""
    del b.phone.edges[:-1]
    b.phone.at(b.now + 3_100, False)
    b.phone.at(b.now + 3_100 + round(milliseconds * MS), True)


def pulses(b, count, broken=60, made=40):
    for pulse in range(count):
        begin = b.now + 5_300 + pulse * (broken + made) * MS
        b.phone.at(begin, False)
        b.phone.at(begin + broken * MS, True)


def bursts(phone):
    """(begin, end) of what the bell of this phone was given."""
    found, since = [], None
    for at, _, ring in phone.fed:
        if ring and since is None:
            since = at
        elif not ring and since is not None:
            found.append((since, at))
            since = None
    return found


def test_each_phone_talks_in_its_own_slot_in_16_bit_linear():
    b = bench(phones=4)
    for place in range(4):
        slot = 16 * (4 + place)
        assert b.phone_register(1, place) == 0x80 | 0x3C
        assert [b.phone_register(register, place) for register in (2, 3, 4, 5)] == [slot, 0] * 2
        assert b.phone_register(64, place) == 0x11


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("family", ["si3215", "si3210"])
def test_each_country_rings_in_its_own_way_with_either_chip(country, family):
    b = bench(country=country, family=family)
    assert b.phone_register(10) == COUNTRIES[country].r10
    b.do("phone1", Ring(), 0.1)
    hertz, peak = b.phone.fed[-1][2]
    wanted = (20.5, 63.9) if country in ("US", "KR", "TW") else (25.0, 84.8)
    assert (hertz, peak) == (pytest.approx(wanted[0], abs=0.1), pytest.approx(min(wanted[1], 75.0), abs=0.5))


def test_gains_reach_6_db_and_no_more():
    assert (gain(0.0), gain(-6.0), gain(6.0)) == (0x4000, 0x2010, 0x7FB0)
    with pytest.raises(Broken, match=r"\+6"):
        gain(7.0)


def test_the_loop_current_is_what_the_setup_says():
    b = bench(phones={"phone1": PhoneSetup("UK", loop_ma=32)})
    assert b.phone_register(71) == 4


def test_a_lift_and_a_hang_up_are_told():
    b = bench()
    b.phone.at(b.now + 3 * MS, True)
    b.phone.at(b.now + 3_000_000, False)
    b.run(5)
    assert names(fact for _, fact in b.told) == ["Lifted", "HungUp"]
    assert b.facts(Lifted)[0].at - b.phone.edges[0][0] <= 0.1 * SECOND
    assert b.facts(HungUp)[0].at - b.phone.edges[1][0] <= SECOND


def test_a_glitch_of_20_ms_on_the_hook_is_no_lift():
    b = bench()
    for _ in range(20):
        b.phone.at(b.now + 1 * MS, True)
        b.phone.at(b.now + 21 * MS, False)
        b.run(0.37)
    assert b.told == []


def test_a_bouncing_hook_lifts_once_and_hangs_up_once():
    b = bench()
    dice = random.Random(4)
    for begin, off in ((0, True), (2_000, False)):
        at = b.now + begin * MS
        for _ in range(6):
            b.phone.at(at, off)
            at += dice.randrange(300, 9_000)
            b.phone.at(at, not off)
            at += dice.randrange(300, 9_000)
        b.phone.at(at, off)
    b.run(4)
    assert names(fact for _, fact in b.told) == ["Lifted", "HungUp"]


@pytest.mark.parametrize("times", [200, pytest.param(1000, marks=pytest.mark.gate)])
def test_breaks_of_20_to_1200_ms_are_never_misread(times):
    """RELIABILITY D-10: under 100 ms nothing, 200 to 800 a flash, over 1,000 a hang-up.

    After a flash one may dial: a break as long as a dial makes it is then the digit 1.
    """
    dice = random.Random(10)
    b, may_dial = answered(bench(modules=(0, 1))), False
    for _ in range(times):
        length = dice.choice((dice.uniform(20, 100), dice.uniform(200, 800), dice.uniform(1000.5, 1200)))
        b.told.clear()
        tap(b, length)
        b.run(length / 1000 + 0.3)
        heard = [type(fact) for _, fact in b.told]
        expected = [] if length < 100 else [Flashed] if length <= 800 else [HungUp, Lifted]
        assert heard == expected or (may_dial and heard == [KeyHeard] and 30 < length < 90), length
        may_dial = may_dial or expected == [Flashed]
        if length > 1000:
            b, may_dial = _talking_again(b), False


def _talking_again(b):
    b.phone.at(b.now + 1 * MS, False)
    b.run(1.5)
    return answered(b)


@pytest.mark.parametrize(("broken", "made"), [(60, 40), (67, 33), (50, 50), (55, 36), (73, 37)])
def test_a_dial_of_about_10_pulses_a_second_is_read(broken, made):
    b = lifted(bench())
    for digit in "1234567890":
        pulses(b, int(digit) or 10, broken, made)
        b.run((int(digit) or 10) * (broken + made) / 1000 + 0.45)
    assert "".join(fact.key for fact in b.facts(KeyHeard)) == "1234567890"
    assert names(fact for _, fact in b.told) == ["KeyHeard"] * 10


def test_a_knock_in_a_talk_is_no_digit_but_after_a_flash_one_dials():
    b = answered(bench())
    tap(b, 60)
    b.run(1)
    assert b.told == []
    tap(b, 300)
    b.run(1)
    tap(b, 60)
    b.run(1)
    assert names(fact for _, fact in b.told) == ["Flashed", "KeyHeard"]


def test_hanging_up_in_the_middle_of_a_digit_tells_no_digit():
    b = lifted(bench())
    pulses(b, 3)
    b.phone.at(b.now + 305_400, False)
    b.run(3)
    assert names(fact for _, fact in b.told) == ["HungUp"]


def test_a_two_segment_cadence_is_rung_by_the_chips_own_timers():
    b = bench()
    b.do("phone1", Ring((1.0, 4.0)))
    b.run(9)
    assert b.phone_register(34) & 0x1B == 0x18
    assert [b.phone_register(register) for register in (48, 49, 50, 51)] == [0x40, 0x1F, 0, 0x7D]
    [first, second] = bursts(b.phone)
    assert first[1] - first[0] == second[1] - second[0] == 1_000_000
    assert second[0] - first[0] == 5_000_000
    assert names(fact for _, fact in b.told) == ["RingBegan", "RingEnded", "RingBegan", "RingEnded"]
    assert all(abs(fact.at - at) <= 20_000 for (_, fact), at in zip(b.told, (*first, *second), strict=True))


def test_the_double_ring_of_the_uk_is_switched_by_hand():
    b = bench(country="UK")
    b.do("phone1", Ring(UK))
    b.run(5.5)
    lengths = [round((end - begin) / 10_000) * 10 for begin, end in bursts(b.phone)]
    assert lengths == [400] * 4
    begins = [begin for begin, _ in bursts(b.phone)]
    assert [begin - begins[0] for begin in begins] == [0, 600_000, 3_000_000, 3_600_000]
    assert len(b.facts(RingBegan)) == len(b.facts(RingEnded)) == 4


def test_stopping_silences_the_bell():
    b = bench()
    b.do("phone1", Ring(), 0.3)
    b.do("phone1", StopRing(), 5)
    assert len(bursts(b.phone)) == 1
    assert names(fact for _, fact in b.told) == ["RingBegan", "RingEnded"]


@pytest.mark.parametrize("after", [0.5, 2.0, 5.6])
@pytest.mark.parametrize("cadence", [(1.0, 4.0), UK])
def test_lifting_ends_the_ringing_in_a_burst_and_in_a_pause(after, cadence):
    b = bench()
    b.do("phone1", Ring(cadence), after)
    up = b.now + 2_700
    b.phone.at(up, True)
    b.run(6)
    assert all(end <= up + 50 * MS for _, end in bursts(b.phone)), "the bell rang into an ear"
    assert len(b.facts(Lifted)) == 1 and b.facts(Lifted)[0].at - up <= 0.15 * SECOND
    assert b.phone_register(64) == 0x11
    assert len(b.facts(RingBegan)) == len(b.facts(RingEnded))


def test_a_glitch_under_the_bell_does_not_end_the_ringing():
    b = bench()
    b.do("phone1", Ring(), 2)
    b.phone.at(b.now + 1 * MS, True)
    b.phone.at(b.now + 41 * MS, False)
    b.run(3)
    assert b.facts(Lifted) == [] and len(b.facts(RingBegan)) == 2


def test_a_phone_off_its_hook_is_not_rung():
    b = lifted(bench())
    b.do("phone1", Ring(), 2)
    assert bursts(b.phone) == [] and b.told == []


@pytest.mark.parametrize("cadence", [(1.0, 4.0), (2.0, 4.0), UK])
def test_no_more_phones_than_the_supply_can_bear_ring_in_the_same_burst(cadence):
    b = bench(phones=4, bells=2)
    for place in range(4):
        b.do(f"phone{place + 1}", Ring(cadence), 0.13)
    b.run(20)
    together = [burst for phone in b.phones for burst in bursts(phone)]
    assert all(sum(begin <= at < end for begin, end in together) <= 2 for at, _ in together)
    assert all(len(bursts(phone)) >= 3 for phone in b.phones)


def test_four_phones_ring_together():
    b = bench(phones=4)
    for place in range(4):
        b.hat.ports[f"phone{place + 1}"].do(Ring())
    b.run(2)
    assert len({bursts(phone)[0] for phone in b.phones}) == 1


def test_a_cadence_without_time_is_our_own_bug():
    with pytest.raises(Impossible):
        Bell((0.0, 0.0), 0)


def test_an_open_loop_takes_the_battery_away_for_its_time():
    b = lifted(bench())
    b.phone.fed.clear()
    b.do("phone1", OpenLoop(0.5), 2)
    (opened, gone, _), (closed, back, _) = b.phone.fed
    assert (gone, back) == (0.0, 48.0) and closed - opened == 500_000
    assert b.told == []


def test_hanging_up_while_the_loop_is_open_is_told_afterwards():
    b = lifted(bench())
    b.phone.at(b.now + 100 * MS, False)
    b.do("phone1", OpenLoop(0.5), 3)
    assert names(fact for _, fact in b.told) == ["HungUp"]


def test_the_polarity_towards_a_phone_can_be_reversed():
    b = lifted(bench())
    b.do("phone1", ReverseLoop(True), 1)
    assert b.phone.fed[-1][1] == -48.0
    b.do("phone1", ReverseLoop(False), 1)
    assert b.phone.fed[-1][1] == 48.0 and b.told == []


def test_too_much_power_in_a_line_shuts_it_and_it_is_tried_again_after_30_s():
    b = bench(phones=2)
    b.sim.phones[0].power_alarm()
    b.run(0.2)
    assert b.phone_register(64) == 0x00 and b.phone_register(64, 1) == 0x11
    [out] = b.facts(OutOfService)
    assert "too much power" in out.reason
    b.run(31)
    assert [(name, type(fact)) for name, fact in b.told] == [("phone1", OutOfService), ("phone1", InService)]


def test_a_storm_of_alarms_keeps_one_phone_out_and_leaves_the_others_alone():
    b = bench(phones=2)
    b.sim.phones[0].alarm_storm(3 * MS)
    b.run(40)
    assert all(name == "phone1" for name, _ in b.told)
    b.sim.phones[0].alarm_storm(None)
    b.run(40)
    assert b.hat.ports["phone1"].reason is None


def test_a_phone_left_off_its_hook_at_the_start_is_lifted_then():
    b = HatBench(lines=0)
    b.phone.at(1, True)
    b.run(3)
    assert names(fact for _, fact in b.told) == ["InService", "Lifted"]
