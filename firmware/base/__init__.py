"""What every room stands on: the clock, events, ports, numbers and the three kinds of error."""

from firmware.base.errors import Broken, Impossible, Refused

__all__ = ["Broken", "Impossible", "Refused"]
