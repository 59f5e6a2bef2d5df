"""The PINs of callers, and how long whoever guesses has to wait."""

from firmware.base.clock import SECOND, Clock
from firmware.base.events import Event
from firmware.base.pins import sealed
from firmware.calls.accounts import Accounts

SECRET, PIN = b"a secret", "739164"
KEPT = sealed(PIN, SECRET, bytes(16))


class Bench:
    """Accounts, a clock and what was told."""

    def __init__(self) -> None:
        self.clock, self.told = Clock(), list[Event]()
        self.accounts = Accounts(SECRET, self.clock, self._tell)

    def _tell(self, event: Event) -> Event:
        self.told.append(event.stamped(len(self.told) + 1, self.clock.now))
        return self.told[-1]

    def tries(self, account: str, pin: str = "000001") -> bool:
        return self.accounts.judge("call", account, pin, KEPT).right

    def wait(self, seconds: float) -> None:
        self.clock.advance(round(seconds * SECOND))


def test_the_box_waits_twice_as_long_after_each_guess_up_to_an_hour() -> None:
    bench, waits = Bench(), []
    for n in range(20):
        bench.tries(f"{n}")
        waits.append(bench.accounts.wait("99"))
        bench.wait(waits[-1])
    assert waits[:7] == [0, 0, 0, 1, 2, 4, 8]
    assert waits[-4:] == [3600] * 4


def test_an_hour_without_a_guess_takes_one_off() -> None:
    bench = Bench()
    for n in range(5):
        bench.tries(f"{n}")
        bench.wait(10)
    bench.wait(2 * 3600)
    bench.tries("9")
    assert bench.accounts.wait("99") == 1


def test_guessing_all_day_on_all_lines_comes_to_one_guess_an_hour() -> None:
    bench, guesses, week = Bench(), 0, 7 * 24 * 3600
    while bench.clock.now < week * SECOND:
        bench.wait(bench.accounts.wait(f"{guesses}") or 1)
        bench.tries(f"{guesses}")
        guesses += 1
    assert guesses <= 7 * 24 + 20  # a million takes more than a hundred years


def test_each_further_lock_of_an_account_lasts_twice_as_long_and_the_right_pin_ends_them() -> None:
    bench, locks = Bench(), []
    for _ in range(3):
        for _ in range(3):
            bench.wait(max(bench.accounts.wait("1"), 4 * 3600))
            bench.tries("1")
        locks.append(bench.accounts.wait("1"))
    assert locks == [900, 1800, 3600]
    bench.wait(3600)
    assert bench.tries("1", PIN)
    assert bench.accounts.wait("1") == 0


def test_what_was_counted_is_known_after_a_restart() -> None:
    bench = Bench()
    bench.tries("1")
    bench.tries("1")
    standing, at = bench.accounts.standing(), bench.clock.now
    bench.tries("1")
    after = Bench()
    after.accounts.restore(standing, at, bench.told[2:])
    assert after.accounts.wait("1") == bench.accounts.wait("1") == 900


def test_what_is_counted_is_bounded() -> None:
    bench = Bench()
    for n in range(1_200):
        bench.tries(f"{n}")
    assert len(bench.accounts.standing()["tried"]) == 1_000
