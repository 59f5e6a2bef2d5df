"""Recordings of calls: what is on them, what never is, and what becomes of them when something goes wrong."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from speech import compared, recorded
from stories import menu_heard
from test_story_waiting import waits

from firmware.base import Refused
from firmware.base.events import (
    CallAnswered,
    CallEnded,
    RecordingAsked,
    RecordingBegan,
    RecordingEnded,
    RecordingPaused,
    RecordingResumed,
)
from firmware.calls.dialogue import Keys, Script
from firmware.sound import wav
from firmware.sound.dtmf import Dtmf
from firmware.sound.frame import to_int16
from hostsim.office import Office

QUEUE: dict[str, Any] = {"members": ["ann", "ben"], "record": "on", "wrap_s": 0}
RECORDED: dict[str, Any] = {"queues": {"support": QUEUE}}
ASKED: dict[str, Any] = {"queues": {"support": {**QUEUE, "record": "ask"}}}
ASK = "prompt:record.ask"


def joined(office: Office, name: str = "ann") -> tuple[Any, Any]:
    """A caller of support talks with her."""
    office.wait(3)
    agent = office.agent(name)
    agent.sign_in()
    caller = waits(office)
    office.wait_until(lambda: agent.ringing, 5)
    agent.answer()
    office.wait(0.1)
    return caller, agent


def seconds(office: Office, kind: type[RecordingPaused] | type[RecordingResumed]) -> list[float]:
    return [event.seconds for event in office.saw(kind)]


def sides(office: Office, call: str = "story-1") -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """What the caller and what the office said."""
    sound = wav.decoded(office.rig.tapes.files.read(f"recordings/{call}") or b"")
    assert sound is not None
    return to_int16(sound[0]), to_int16(sound[1])


def test_a_call_of_such_a_queue_is_recorded_from_its_answer_to_its_end() -> None:
    with Office(RECORDED, fidelity="signal") as office:
        caller, ann = joined(office)
        (answered,) = office.saw(CallAnswered)
        (began,) = office.saw(RecordingBegan)
        assert (began.call, began.at) == (answered.call, answered.at)
        assert office.box.snapshot()["calls"][0]["recorded"] is True
        office.wait(20)
        ann.hang_up()
        office.wait(1)
        (ended,) = office.saw(RecordingEnded)
        assert (ended.call, ended.reason) == (answered.call, "call_ended")
        assert ended.seconds == pytest.approx((office.saw(CallEnded)[0].at - answered.at) / 1e6, abs=0.1)
        assert len(sides(office)[0]) == round(ended.seconds * 8000)
        caller.hang_up()


def test_nothing_is_recorded_unless_the_owner_says_so() -> None:
    with Office({"queues": {"support": {"members": ["ann"]}}}, fidelity="signal") as office:
        _, ann = joined(office)
        office.wait(5)
        ann.hang_up()
        office.wait(1)
        assert office.saw(RecordingBegan) == office.saw(RecordingEnded) == []
        assert office.box.snapshot()["calls"] == []


# Being asked


def test_both_are_told_first_and_nothing_is_kept_of_the_question() -> None:
    with Office(ASKED, fidelity="signal") as office:
        caller, ann = joined(office)
        office.wait_until(lambda: caller.hears() == ann.hears() == ASK, 1)
        office.wait(2)
        assert office.saw(RecordingBegan) == []
        office.wait_until(lambda: office.saw(RecordingBegan), 5)
        assert caller.hears() == "silence"
        assert [event.agreed for event in office.saw(RecordingAsked)] == [True]


def test_a_key_refuses_and_who_leaves_during_the_question_is_not_recorded() -> None:
    with Office(ASKED, fidelity="signal") as office:
        caller, ann = joined(office)
        office.wait_until(lambda: caller.hears() == ASK, 1)
        caller.press("1")
        office.wait(0.2)
        assert (caller.hears(), ann.hears()) == ("silence", "silence")
        office.wait(10)
        assert [event.agreed for event in office.saw(RecordingAsked)] == [False]
        assert office.saw(RecordingBegan) == []
    with Office(ASKED, fidelity="signal") as office:
        caller, _ = joined(office)
        office.wait_until(lambda: caller.hears() == ASK, 1)
        caller.hang_up()
        office.wait(20)
        assert office.saw(RecordingAsked) == office.saw(RecordingBegan) == []


def test_the_agents_greeting_comes_before_the_question() -> None:
    with Office({**ASKED, "people": {"ann": {"greeting": "greeting"}}}, fidelity="signal") as office:
        caller, _ = joined(office)
        assert caller.hears() == "prompt:greeting"
        office.wait_until(lambda: caller.hears() == ASK, 5)
        office.wait_until(lambda: office.saw(RecordingBegan), 6)


# By order


def test_it_is_ordered_paused_and_resumed_and_the_file_keeps_time() -> None:
    with Office({"queues": {"support": {"members": ["ann"]}}}, fidelity="signal") as office:
        _, ann = joined(office)
        office.order("agent.record", who="ann", on=True)
        office.wait(10)
        office.order("agent.record", who="ann", on=False)
        office.wait(5)
        assert office.box.snapshot()["calls"][0]["recorded"] is False
        office.order("call.record", call="story-1", on=True)
        office.wait(5)
        ann.hang_up()
        office.wait(1)
        assert [event.by for event in office.saw(RecordingPaused)] == ["ann"]
        assert seconds(office, RecordingPaused) == pytest.approx([10], abs=0.1)
        assert seconds(office, RecordingResumed) == pytest.approx([15], abs=0.1)
        assert office.saw(RecordingEnded)[0].seconds == pytest.approx(20.5, abs=0.5)


def test_what_cannot_be_recorded_is_refused() -> None:
    with Office(fidelity="signal") as office:
        office.wait(3)
        office.agent("ann").sign_in()
        for order, args, why in (
            ("agent.record", {"who": "ann", "on": True}, "on no call"),
            ("agent.record", {"who": "dan", "on": True}, "not signed in"),
            ("call.record", {"call": "story-7", "on": True}, "no call"),
        ):
            office.order(order, **args)
            with pytest.raises(Refused, match=why):
                office.wait(0.1)
        menu_heard(office)
        office.order("call.record", call="story-1", on=True)
        with pytest.raises(Refused, match="nobody talks"):
            office.wait(0.1)


# What is never on it


def test_back_in_a_menu_nothing_is_kept_and_with_a_colleague_it_goes_on() -> None:
    with Office(RECORDED, fidelity="signal") as office:
        caller, ann = joined(office)
        office.agent("ben").sign_in()
        office.wait(5)
        ann.transfer("ben")
        ben = office.agent("ben")
        office.wait_until(lambda: ben.ringing, 5)
        office.wait(3)
        ben.answer()
        office.wait(4)
        caller.hang_up()
        office.wait_until(lambda: office.saw(RecordingEnded), 20)
        assert [event.by for event in office.saw(RecordingPaused)] == ["alone"]
        (paused,), (resumed,) = seconds(office, RecordingPaused), seconds(office, RecordingResumed)
        assert resumed - paused > 3
        assert len(office.saw(RecordingBegan)) == len(office.saw(RecordingEnded)) == 1


def secret() -> Script:
    yield Keys(most=16, secret=True, next_s=1)


def test_both_sides_are_on_it_and_a_card_number_is_not() -> None:
    with Office(RECORDED) as office:
        caller, ann = joined(office)
        said, answer = recorded("demo-instruct")[:24000], recorded("demo-instruct")[80_000:104_000]
        caller.say(said)
        office.wait(3.2)
        ann.say(answer)
        office.wait(3.2)
        office.box.exchange.talks.begin("line1", secret())
        caller.press("4111111")
        office.wait(3)
        ann.hang_up()
        office.wait_until(lambda: office.saw(RecordingEnded), 5)
        theirs, ours = sides(office)
        assert compared(said, theirs[: 8000 * 4])[0] > 0.95
        assert compared(answer, ours)[0] > 0.95
        assert [event.by for event in office.saw(RecordingPaused)] == ["secret"]
        for side in (theirs, ours):
            frames = (side[: len(side) // 160 * 160] / np.float32(32768)).reshape(1, -1)
            assert [key.key for key in Dtmf(1).hear(frames)] == []


# Disks and power


def test_a_full_disk_ends_the_recording_and_not_the_call() -> None:
    with Office(RECORDED, fidelity="signal") as office:
        _, ann = joined(office)
        office.wait(5)
        office.rig.tapes.files.room = 0
        office.wait_until(lambda: office.saw(RecordingEnded), 1)
        assert [(event.reason, event.seconds > 4) for event in office.saw(RecordingEnded)] == [("disk", True)]
        assert ann.state == "talking"
        office.order("agent.record", who="ann", on=True)
        with pytest.raises(Refused, match="disk"):
            office.wait(0.1)


def test_a_power_cut_takes_a_second_of_it_at_most_and_it_has_its_end(tmp_path: Path) -> None:
    with Office(RECORDED, fidelity="signal", state=tmp_path) as office:
        joined(office)
        office.wait(7)
        office.power_cut()
        office.wait(2)
        office.restart()
        office.wait(3)
        (ended,) = office.saw(RecordingEnded)
        assert (ended.call, ended.reason) == ("story-1", "cut")
        assert 6 <= ended.seconds <= 7.2
        assert len(sides(office)[1]) == round(ended.seconds * 8000)
