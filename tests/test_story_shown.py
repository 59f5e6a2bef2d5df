"""What the page of a desk is shown: since when, whose the held callers are, wrap-up, and notes that stay."""

from typing import Any

import pytest

from firmware.base import Refused
from firmware.base.people import CallNoted
from hostsim.office import Office

REASONS = {"queues": {"sales": {"wrap_s": 10, "reasons": ["order", "complaint"]}}}


def test_a_desk_sees_whose_call_it_is_and_how_long_it_waited() -> None:
    with Office(fidelity="signal") as office:
        ann, call = talking(office)
        seen = box(office)["calls"][0]
        assert (seen["for"], seen["with"]) == ("sales", "phone1")
        assert seen["waited_s"] is not None and seen["waited_s"] < 5
        before = seen["since_s"]
        ann.hold()
        office.wait(1)
        assert box(office)["phones"]["phone1"]["held"] == [call]
        assert box(office)["calls"][0]["since_s"] > before
        assert box(office)["agents"]["ann"]["since_s"] == box(office)["calls"][0]["since_s"]
        ann.park()
        office.wait(1)
        assert box(office)["parked"] == {"701": call}


def test_a_note_is_kept_with_the_call_and_only_by_whose_call_it_is() -> None:
    with Office(REASONS, fidelity="signal") as office:
        ann, call = talking(office)
        office.agent("ben").sign_in()
        note(office, "ann", call, "Wants a quote\nby Friday")
        with pytest.raises(Refused, match="not his"):
            note(office, "ben", call, "mine")
        ann.hang_up()
        office.wait(1)
        wrap = box(office)["agents"]["ann"]["wrap"]
        assert (wrap["call"], wrap["note"], wrap["running"]) == (call, "Wants a quote\nby Friday", True)
        assert (wrap["reasons"], wrap["longer"]) == (["order", "complaint"], True)
        assert wrap["until_s"] == pytest.approx(box(office)["uptime_s"] + 9.5, abs=0.6)
        note(office, "ann", call, "Wants a quote by Monday")
        assert [told.text for told in office.saw(CallNoted)][-1] == "Wants a quote by Monday"


def talking(office: Office) -> tuple[Any, str]:
    """Ann talks with a caller of sales."""
    caller, ann = office.caller("+4533120001", name="Hansen A/S"), office.agent("ann")
    ann.sign_in()
    caller.dial(line=1)
    office.wait_until(lambda: caller.hears() == "prompt:menu.main", 15)
    caller.press("1")
    office.wait_until(lambda: ann.ringing, 10)
    ann.answer()
    office.wait_until(lambda: ann.state == "talking" and box(office)["calls"][0]["state"] == "talking", 10)
    return ann, box(office)["calls"][0]["id"]


def box(office: Office) -> dict[str, Any]:
    return office.box.snapshot()


def note(office: Office, who: str, call: str, text: str) -> None:
    told: list[Any] = []
    office.box.post("agent.note", {"who": who, "call": call, "text": text}, told.append)
    office.wait(0.1)
    if told and told[0].kind == "refused":
        raise Refused(told[0].sentence)
