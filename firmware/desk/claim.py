"""Whoever holds a telephone of the box is its owner: the claim code, for half an hour after power-up.

Eight digits, made with the box's secret from the instant of its start and kept nowhere: the box speaks them
on any of its telephones (`*00#`), and by `claim.check` its pages ask whether somebody has them. Three tries,
then a quarter of an hour without any, as with PINs.
"""

from collections.abc import Callable
from hashlib import blake2b
from hmac import compare_digest
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from firmware.base import Refused
from firmware.base.clock import SECOND, Clock
from firmware.base.events import ClaimChecked, Event
from firmware.base.orders import Handler
from firmware.base.pins import LOCKED, TRIES
from firmware.calls.call import Stage
from firmware.calls.dialogue import Say, Script
from firmware.calls.handset import Handset

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

DIGITS = 8
OPEN = 1800  # s after power-up
PLUGGED = ("phone", "usb")  # the stations that hang on the box's own plugs
TWICE = 2  # that address and code are said
Address = Annotated[str, Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}\Z")]


class Claim:
    """Of one start of a box."""

    def __init__(
        self, exchange: "Exchange", secret: bytes, clock: Clock, tell: Callable[[Event], Event]
    ) -> None:
        self.wanted = False  # its pages have said that it has no owner yet
        self.heard: Callable[[], object] = bool  # called when they say so; tick thread
        self._exchange, self._clock, self._tell = exchange, clock, tell
        began = clock.started_at.isoformat().encode()
        digest = blake2b(began, key=secret, person=b"bellwire claim", digest_size=8).digest()
        self.code = f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}}"
        self._ends = clock.now + OPEN * SECOND
        self._address = ""
        self._wrong, self._until = 0, clock.now

    @property
    def services(self) -> dict[str, Callable[[Handset], Script]]:
        return {"claim": self._told}

    @property
    def orders(self) -> dict[str, Handler]:
        return {"claim.open": Handler(self.open), "claim.check": Handler(self.check, promise=True)}

    def open(self, address: Address | None, ring: bool = False) -> None:
        """The pages are ready and nobody owns the box; with `ring` its first telephone says so."""
        first, self._address, self.wanted = not self.wanted, address or "", True
        if first:
            self.heard()
        phone = next(iter(self._exchange.phones.values()), None)
        if ring and phone is not None and phone.free:
            call = self._exchange.new_call("inside", Stage.PROMISED)
            call.promise = _Ringing(self, self._exchange, lambda: self._exchange.end(call, "box", "hang_up"))
            self._exchange.ring_first(call, phone)

    def check(self, code: str) -> dict[str, Any]:
        """Whether that is it. Refused: the time is over, or there were too many tries."""
        now = self._clock.now
        if now > self._ends:
            raise Refused(
                "The claim code is good for half an hour after power-up: switch the box off and on."
            )
        if now < self._until:
            raise Refused(f"Too many wrong codes: try again in {(self._until - now) / SECOND / 60:.0f} min.")
        right = compare_digest(code.encode(), self.code.encode())
        self._wrong = 0 if right else self._wrong + 1
        locked_s = LOCKED if self._wrong >= TRIES else 0.0
        if locked_s:
            self._wrong, self._until = 0, now + round(locked_s * SECOND)
        self._tell(ClaimChecked(right=right, locked_s=locked_s))
        return {"right": right, "locked_s": locked_s}

    def told(self) -> Script:
        """The address, if there is one, and the code."""
        for _ in range(TWICE):
            if self._address:
                yield Say("claim.address", *spelt(self._address))
            yield Say("claim.code", *spelt(self.code))

    def _told(self, phone: Handset) -> Script:
        """A page, or a telephone of the town, may be far away from the box."""
        if not phone.name.startswith(PLUGGED):
            yield Say("code.not_now")
        elif self._clock.now > self._ends:
            yield Say("claim.closed")
        else:
            yield from self.told()


class _Ringing:
    """The call by which a new box makes itself known."""

    def __init__(self, claim: Claim, exchange: "Exchange", end: Callable[[], None]) -> None:
        self._claim, self._exchange, self._end = claim, exchange, end

    def lifted(self, phone: Handset) -> None:
        self._exchange.talks.begin(phone.name, self._script(), self._end)

    def left(self) -> bool:
        return False  # he has heard enough

    def _script(self) -> Script:
        yield Say("claim.welcome")
        yield from self._claim.told()


def spelt(text: str) -> tuple[str, ...]:
    """Digit by digit."""
    return tuple("claim.point" if each == "." else f"digit.{each}" for each in text)
