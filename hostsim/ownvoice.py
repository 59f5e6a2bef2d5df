"""Somebody's own head-set at a telephone of the town: he hears what is heard there, and speaks into it.

His browser's sound comes and goes over the same legs as an agent's (`firmware.rim.leglink`), under the
name `town:` and whose telephone that is.
"""

import numpy as np

from firmware.base import Refused
from firmware.base.ports import FRAME, Frame
from firmware.rim.leglink import Legs
from firmware.sound.dtmf import KEYS
from hostsim.person import Person
from hostsim.receiver import Receiver
from hostsim.town_orders import TownOrders

PREFIX = "town:"
SILENCE: Frame = np.zeros(FRAME, np.float32)


class OwnVoices:
    """After each tick of box and town; what is sent goes out with the next."""

    def __init__(self, legs: Legs, orders: TownOrders) -> None:
        self._legs, self._orders = legs, orders

    def tick(self) -> None:
        for leg in self._legs.names:
            if leg.startswith(PREFIX):
                self._legs.send(leg, self._heard(leg))

    def _heard(self, leg: str) -> Frame:
        """What is at the ear there, once this tick's own words and keys are passed on."""
        try:
            end = self._orders.end(leg.removeprefix(PREFIX))
        except Refused:  # whose number that is has not called yet
            return SILENCE
        self._speak(leg, end)
        return end.at_ear(FRAME)

    def _speak(self, leg: str, end: Person | Receiver) -> None:
        if (said := self._legs.frames(leg)) is not None:
            end.speak(said)
        keys = "".join(key for key in self._legs.keys(leg) if key in KEYS)
        if keys and on_the_telephone(end):
            self._orders.key(end, keys)


def on_the_telephone(end: Person | Receiver) -> bool:
    return end.off if isinstance(end, Receiver) else end.state != "idle"
