"""A page that is a telephone, on the real port and a network that stands still: 1.6 s, and 8 s, in a call."""

from pathlib import Path
from typing import Any

import numpy as np
from speech import compared, recorded

from firmware.base.events import AgentChanged, CallAnswered, CallEnded, CallHeld, CallResumed
from firmware.base.ports import FRAME
from firmware.rim.leglink import Legs, Line
from firmware.sound.frame import from_int16, from_ulaw, to_int16, to_ulaw
from hostsim.office import Office

SETTINGS = {"queues": {"sales": {"wrap_s": 0}}, "lines": {"line1": {"to": "sales"}}}


class PagedOffice(Office):
    """Dan's page speaks with the box as the media process does; `cut` stops its packets."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.cut = folder, False
        self.ear: list[Any] = []
        self._mouth: Any = np.zeros(0, np.float32)
        super().__init__(SETTINGS)
        self._page = Line(folder)
        self._page.hello()

    def _open_legs(self) -> Legs:
        self._legs = Legs(self._folder)
        return self._legs

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            self.tick()
            while (heard := self._page.tick()) is not None:
                if b"browser" in heard and not self.cut:
                    self.ear.append(from_ulaw(np.frombuffer(heard[b"browser"], np.uint8)))
            frame, self._mouth = self._mouth[:FRAME], self._mouth[FRAME:]
            said = to_ulaw(np.pad(frame, (0, FRAME - len(frame)))).tobytes()
            self._page.say([(b"browser", not self.cut, b"", said)])

    def until(self, test: Any, at_most: float) -> None:
        for _ in range(round(at_most * 50)):
            if test():
                return
            self.pass_time(0.02)
        raise TimeoutError(f"not within {at_most} s")

    def say(self, pcm: Any) -> None:
        self._mouth = from_int16(pcm)

    def close(self) -> None:
        super().close()
        self._page.close()
        self._legs.close()


def hear_each_other(office: PagedOffice, caller: Any) -> None:
    words = recorded("vm-goodbye")[:4800]
    office.say(words)
    office.pass_time(0.9)
    assert compared(words, caller.heard(0.9))[0] > 0.9
    caller.say(words)
    office.pass_time(0.9)
    assert compared(words, to_int16(np.concatenate(office.ear[-45:])))[0] > 0.9


def test_a_network_that_stands_still_for_a_while_costs_nobody_his_call(tmp_path: Path) -> None:
    with PagedOffice(tmp_path) as office:
        office.pass_time(1)
        dan, caller = office.box.desk.agents.all["dan"], office.caller("+4533120001")
        office.order("agent.sign_in", who="dan", station="page")
        caller.dial(line=1)
        office.until(lambda: dan.state.value == "ringing", 12)
        office.order("agent.answer", who="dan")
        office.pass_time(0.5)
        hear_each_other(office, caller)
        changes = len(office.saw(AgentChanged))
        office.cut = True
        office.pass_time(1.6)
        office.cut = False
        office.pass_time(0.5)
        assert len(office.saw(AgentChanged)) == changes and not office.saw(CallHeld)
        office.cut = True
        office.pass_time(2.2)
        assert dan.state.value == "offline" and len(office.saw(CallHeld)) == 1
        office.pass_time(0.8)
        assert caller.hears() == "prompt:one_moment"
        office.pass_time(5)
        assert caller.hears() == "music"
        office.cut = False
        office.pass_time(0.1)
        assert dan.state.value == "talking" and len(office.saw(CallResumed)) == 1
        hear_each_other(office, caller)
        office.order("agent.hang_up", who="dan")
        office.pass_time(0.1)
        assert dan.state.value == "idle" and len(office.saw(CallAnswered)) == len(office.saw(CallEnded)) == 1
