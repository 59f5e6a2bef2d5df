"""An exchange line with sound: its samples, made and taken frame by frame as the chip asks for them."""

from functools import lru_cache

import numpy as np

from firmware.base.clock import Clock
from firmware.base.ports import FRAME, RATE
from firmware.sound.callerid import make_alert, make_caller
from firmware.sound.dtmf import Dtmf
from hostsim.bell import Bell
from hostsim.call import Party
from hostsim.exchange import ExchangeLine, LineInfo, Network
from hostsim.linestate import State
from hostsim.lossy import Bed, Hybrid
from hostsim.senses import Log, Samples, Source, no_sound, once, position_of, tone

ALERT_GAP = np.zeros(RATE // 20, np.float32)  # 50 ms between DT-AS and burst (at least 45, EN 300 659-1)
SIXTY_HERTZ = ("US", "KR", "TW")  # of the mains


class CopperLine(ExchangeLine):
    """A LinePair: what its `frame` brings and takes is behind the line's planned loss."""

    def __init__(
        self, name: str, info: LineInfo, clock: Clock, network: Network, seed: tuple[int, ...]
    ) -> None:
        self._sent = Log()
        super().__init__(name, info, clock, network, self._sent)
        random = np.random.default_rng(seed)
        self.bed = Bed(random, 60.0 if info.country in SIXTY_HERTZ else 50.0)
        self._hybrid = Hybrid(random)
        self._gain = np.float32(10 ** (-info.loss_db / 20))
        self._source: Source = no_sound
        self._keys = Dtmf(1)

    def noise(self, dbm0: float) -> None:
        """The line's noise from now on."""
        self.bed.set(noise=dbm0)

    def hum(self, dbm0: float) -> None:
        """Mains hum on the line from now on."""
        self.bed.set(hum=dbm0)

    def frame(self, sent: Samples) -> Samples:
        """The frame that ends now: what the office sent in it, what it got in it."""
        position = position_of(self.clock.now) - FRAME
        got = self.bed.frame(position).copy()
        if not self.alive:
            return got
        if (brought := self._source(position, FRAME)) is not None:
            got += self._gain * brought
        if self.off:
            self._take(position, self._gain * sent)
            if (echo := self._hybrid.echo(sent)) is not None:
                got += echo
        return got

    def _take(self, position: int, sent: Samples) -> None:
        self._sent.put(position, sent)
        if self.at is State.DIALLING:
            for heard in self._keys.hear(sent[np.newaxis]):
                self.key(heard.key)

    def looped(self, closed: bool) -> None:
        if self.at is State.IDLE:
            self._keys.reset(0)
        super().looped(closed)

    # What the exchange lets the office hear

    def sound(self, word: str) -> None:
        begin = position_of(self.clock.now)
        self._source = no_sound if word == "silence" else tone(self.info.country, word, begin)
        super().sound(word)

    def voice(self, party: Party) -> None:
        super().voice(party)
        self._source = late(party.mouth) if isinstance(party, ExchangeLine) else party.mouth

    def burst_lasts(self, bell: Bell) -> float:
        return len(caller_burst(bell)) / RATE

    def burst(self, bell: Bell) -> None:
        self._source = once(caller_burst(bell), position_of(self.clock.now))


@lru_cache(maxsize=8)
def caller_burst(bell: Bell) -> Samples:
    """The caller ID of a call, as sound; with an alerting tone where the country has one."""
    caller, showing = bell.caller, bell.showing
    if showing is None:
        return np.zeros(0, np.float32)
    burst = make_caller(showing.protocol, caller.number, caller.name, caller.reason)
    return np.concatenate([make_alert(), ALERT_GAP, burst]) if showing.alert else burst


def late(source: Source) -> Source:
    """One frame later: what another line of the office sends is known only when its chip has sent it."""
    return lambda position, count: source(position - FRAME, count)
