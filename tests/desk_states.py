"""The desk in every state that somebody may find it in: what changes of the stand-in engine's snapshot."""

from typing import Any

from stand_in import StandIn

CALLER: dict[str, Any] = {
    **{"id": "c1", "direction": "in", "line": "line1", "number": "+4533120001", "name": "Hansen A/S"},
    **{"state": "talking", "seconds": 9.0, "since_s": 5.0, "talks_s": 5.0, "queue": None, "waited": None},
    **{"for": "sales", "waited_s": 12.0, "rings": [], "with": "phone1", "from": "phone1", "to": None},
    **{"returning": {"agent": "ben", "days": 2}, "label": "Orders", "data": {"account": "4711"}, "note": ""},
    **{"emergency": False, "recorded": None, "language": "en", "type": None, "identity": None},
    **{"verified": True, "listeners": [], "people": ["ann"], "script": "Good morning!"},
}
WRAP: dict[str, Any] = {
    **{"call": "c1", "running": True, "until_s": 40.0, "longer": True, "reasons": ["order", "complaint"]},
    **{"reason": "", "must": True, "note": "Wants a quote"},
}


def signed_in(engine: StandIn, station: str = "phone1", **more: Any) -> None:
    """Ann is at her desk, Ben is free, Dan has lunch."""
    shown = {"since_s": 2.0, "handled": 3, "wrap": None, "reason": "", "number": "101", "back": None}
    there = {"status": "available", "state": "idle", "code": "", "dnd": False, "messages": 2, **shown}
    agents = engine.snapshot["agents"]
    agents["ann"] = {**there, "station": station, **more}
    agents["ben"] = {**there, "station": "phone2", "messages": 0}
    agents["dan"] = {**there, "station": "phone3", "messages": 0, "status": "break", "code": "lunch"}
    for phone in engine.snapshot["phones"].values():
        phone |= {"state": "idle", "ringing": False, "call": None, "held": [], "muted": False, "together": []}
    engine.snapshot["phones"].setdefault("usb1", {**engine.snapshot["phones"]["phone4"], "number": "103"})
    for line in engine.snapshot["lines"].values():
        line |= {"state": "idle", "call": None}
    engine.snapshot |= {"calls": [], "parked": {}, "line_up": [], "queues": {}, "browsers": {}}
    engine.snapshot["settings"] |= {
        "breaks": ["lunch", "meeting"],
        "people": {"ann": "101", "ben": "102", "dan": "104"},
        "queues": {"sales": ["ann", "ben"], "support": ["ann"]},
        "offices": {"workshop": "+4533123456"},
        "topics": ["hours"],
    }


def in_call(engine: StandIn, station: str = "phone1", **more: Any) -> None:
    """With Hansen."""
    signed_in(engine, station, state="talking")
    engine.snapshot["calls"] = [{**CALLER, "with": station, "from": station, **more}]
    engine.snapshot["lines"]["line1"] |= {"state": "talking", "call": "c1"}
    engine.snapshot["phones"][station] |= {"state": "talking", "call": "c1"}


def rings(engine: StandIn, station: str = "phone1", **more: Any) -> None:
    """Hansen rings here, and somebody else waits."""
    in_call(engine, station, state="ringing", rings=[station], talks_s=None, waited=4.0, **more)
    engine.snapshot["agents"]["ann"]["state"] = "ringing"
    engine.snapshot["lines"]["line1"]["state"] = "seized"
    engine.snapshot["phones"][station] |= {"state": "ringing", "ringing": True}
    other = {**CALLER, "id": "c2", "line": "line2", "name": None, "number": None, "state": "ringing"}
    engine.snapshot["calls"].append({**other, "queue": "sales", "waited": 30.0, "with": None, "from": None})
    waits = {"queue": "sales", "place": 1, "waited_s": 30.0, "rings": [], "callback": False}
    engine.snapshot["line_up"] = [{"call": "c2", **waits}]


def asks(engine: StandIn) -> None:
    """Hansen is on hold, Ben is asked; somebody is parked."""
    in_call(engine, state="held", since_s=-70.0)
    engine.snapshot["agents"]["ann"]["state"] = "consulting"
    asked = {**CALLER, "id": "c2", "direction": "inside", "line": None, "name": None, "number": "102"}
    engine.snapshot["calls"].append({**asked, "to": "phone2", "with": "phone2", "recorded": True})
    parked = {**CALLER, "id": "c3", "line": "line2", "name": "Jensen", "state": "parked"}
    engine.snapshot["calls"].append({**parked, "with": None, "from": None})
    engine.snapshot["parked"] = {"701": "c3"}
    engine.snapshot["phones"]["phone1"] |= {"call": "c2", "held": ["c1"], "muted": True}


def wraps_up(engine: StandIn) -> None:
    signed_in(engine, state="wrapup", wrap=WRAP)


def breaks(engine: StandIn) -> None:
    signed_in(engine, status="break", code="missed", back="agent.ready")


STATES = {
    "begins": lambda engine: signed_in(engine, status="off"),
    "ready": signed_in,
    "rings": rings,
    "talks": lambda engine: in_call(engine, "usb1"),
    "asks": asks,
    "wraps up": wraps_up,
    "breaks": breaks,
}
LOOKS = {  # what says that the page shows it
    "begins": "My voice is",
    "ready": "Ready for calls",
    "rings": "Lift Phone 1",
    "talks": "In a call",
    "asks": "Put through",
    "wraps up": "Done, ready",
    "breaks": "nobody rings you",
}
