"""What a desk sees of the past: the calls of its own station, and those that nobody took."""

import time

from browser import Browser
from stand_in import StandIn

from firmware.base.events import CallAnswered, CallArrived, CallEnded
from web.house import House


def test_somebody_sees_his_own_calls_and_the_missed_ones_and_no_colleagues(
    engine: StandIn, house: House
) -> None:
    for call, number, station in (
        ("c1", "+4533120001", "phone1"),
        ("c2", "+4533120002", "phone2"),
        ("c3", "+4533120003", ""),
    ):
        engine.tell(CallArrived(call, "line1", number, None, None))
        if station:
            engine.tell(CallAnswered(call, station, "lift"))
        engine.tell(CallEnded(call, "caller", "hang_up" if station else "abandoned", 30.0))
    ann = Browser(house, "127.0.0.1")
    ann.ask("POST", "/api/town/enter", {"who": "ann"})
    until = time.monotonic() + 5
    while len(told := ann.ask("GET", "/api/history").json["calls"]) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    assert [(each["number"], each["result"]) for each in told] == [
        ("+4533120003", "missed"),
        ("+4533120001", "answered"),
    ]
    assert len(ann.ask("GET", "/api/history?limit=1").json["calls"]) == 1
