"""The one clock."""

from firmware.base.clock import Clock


def test_timers_ring_at_their_own_instant_and_in_their_order() -> None:
    clock, rung = Clock(), []
    clock.after(2.0, lambda: rung.append(("two", clock.now)))
    clock.after(1.0, lambda: rung.append(("one", clock.now)))
    clock.after(1.0, lambda: rung.append(("one again", clock.now)))
    clock.advance(3_000_000)
    assert rung == [("one", 1_000_000), ("one again", 1_000_000), ("two", 2_000_000)]
    assert clock.now == 3_000_000


def test_a_stopped_timer_stays_silent_and_may_be_stopped_twice() -> None:
    clock, rung = Clock(), []
    timer = clock.after(1.0, lambda: rung.append(1))
    timer.stop()
    timer.stop()
    clock.advance(2_000_000)
    assert rung == []
    assert not timer.running
    assert clock.next_due() is None


def test_a_timer_set_by_a_timer_rings_in_the_same_advance_if_it_is_due() -> None:
    clock, rung = Clock(), []
    clock.after(1.0, lambda: clock.after(0.5, lambda: rung.append(clock.now)))
    clock.advance(2_000_000)
    assert rung == [1_500_000]


def test_wall_time_only_shows_the_instant() -> None:
    clock = Clock()
    clock.advance(90_000_000)
    assert (clock.wall() - clock.started_at).total_seconds() == 90.0
