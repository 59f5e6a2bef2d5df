"""What whoever lifts hears before he is joined with a caller, and what both hear just after."""

from pathlib import Path
from typing import Any

import pytest
from speech import recorded
from stories import BOTH
from test_story_waiting import busy, waits, words

from firmware.base.events import CallAnswered, CallEnded, PhoneRang, QueueEntered, QueueLeft
from hostsim.office import Office

both = pytest.mark.parametrize("fidelity", BOTH)
NAME = "prompt:closed"  # any prompt of the house may be a queue's name
SUPPORT: dict[str, Any] = {"members": ["ann", "ben"], "whisper": True, "spoken": "closed", "wrap_s": 10}
WHISPER: dict[str, Any] = {"queues": {"support": SUPPORT}}


def with_(**fields: Any) -> dict[str, Any]:
    return {**WHISPER, "queues": {"support": {**SUPPORT, **fields}}}


def rung(office: Office) -> list[str]:
    return [event.station for event in office.saw(PhoneRang)]


def outcomes(office: Office) -> list[str]:
    return [event.outcome for event in office.saw(QueueLeft)]


def staffed(office: Office, *names: str) -> list[Any]:
    office.wait(3)
    agents = [office.agent(name) for name in names]
    for agent in agents:
        agent.sign_in()
        office.wait(2)
    return agents


def lifted(office: Office, agent: Any, line: int = 1) -> Any:
    """A caller asks for support, and the agent lifts: he hears what the call is."""
    caller = waits(office, line)
    office.wait_until(lambda: agent.ringing, 5)
    office.wait(1.5)  # of music
    agent.answer()
    office.wait(1.2)
    assert agent.hears() == NAME
    return caller


@both
def test_whoever_lifts_hears_what_it_is_and_the_caller_his_music_until_they_are_joined(fidelity: str) -> None:
    with Office(WHISPER, fidelity=fidelity) as office:
        (ann,) = staffed(office, "ann")
        caller = lifted(office, ann)
        assert caller.hears() == "music"
        assert office.saw(CallAnswered) == []
        office.wait_until(lambda: len(office.saw(CallAnswered)) == 1, 5)
        office.wait(1)
        ann.say(recorded("demo-instruct")[:16000])
        office.wait(1.5)
        assert caller.hears() == "speech"


def test_it_tells_how_many_minutes_the_caller_has_waited() -> None:
    with Office(with_(spoken=None), fidelity="signal") as office:
        phone = busy(office, "ann")
        waits(office)
        office.wait(250)
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 5)
        phone.lift()
        assert words(office, phone, 2.5) == ["prompt:whisper.call", "prompt:waited.4", "silence"]
        assert len(office.saw(CallEnded)) == 1  # her own: who has waited for long in silence has not gone


def test_a_call_type_has_a_whisper_of_its_own() -> None:
    fault = {"label": "A fault", "to": "support", "whisper": "nobody"}
    change = {"types": {"fault": fault}, "menus": {"main": {"keys": {"2": "fault"}}}}
    with Office({**with_(whisper=False), **change}, fidelity="signal") as office:
        (ann,) = staffed(office, "ann")
        waits(office)
        office.wait_until(lambda: ann.ringing, 5)
        ann.answer()
        office.wait_until(lambda: ann.hears() == "prompt:nobody", 2)


def test_the_hash_key_skips_it() -> None:
    with Office(WHISPER, fidelity="signal") as office:
        (ann,) = staffed(office, "ann")
        lifted(office, ann)
        ann.press("#")
        office.wait(0.2)
        assert len(office.saw(CallAnswered)) == 1
        assert ann.hears() == "silence"


def test_whoever_lifted_has_him_and_the_other_telephones_are_free_for_the_next() -> None:
    with Office(with_(strategy="ring_down"), fidelity="signal") as office:
        ann, ben = staffed(office, "ann", "ben")
        lifted(office, ann)
        assert not ben.ringing
        waits(office, 2)
        office.wait_until(lambda: ben.ringing, 2)
        second = office.box.exchange.lines["line2"].call
        assert office.box.exchange.phones["phone2"].call is second


def test_no_announcement_begins_and_no_key_leads_elsewhere_meanwhile() -> None:
    settings = with_(keys={"0": "operator"}, announce={"first_s": 1})
    with Office(settings, fidelity="signal") as office:
        (ann,) = staffed(office, "ann")
        caller = waits(office)
        office.wait_until(lambda: ann.ringing, 5)
        ann.answer()
        caller.press("0")
        assert words(office, caller, 3) == ["music"]
        office.wait(2)
        assert outcomes(office) == ["answered"]


def test_who_hangs_up_meanwhile_has_given_up_and_the_agent_is_the_first_to_be_rung_again() -> None:
    with Office(WHISPER, fidelity="signal") as office:
        ann, _ = staffed(office, "ann", "ben")
        office.line(1).exchange(release="loop_break")
        caller = lifted(office, ann)
        caller.hang_up()
        office.wait_until(lambda: ann.hears() == "congestion", 3)
        assert outcomes(office) == ["short_abandon"]
        ann.hang_up()
        office.wait(1)
        assert (ann.state, ann.status) == ("idle", "available")
        waits(office, 2)
        office.wait_until(lambda: len(rung(office)) == 2, 5)
        assert rung(office) == ["phone1", "phone1"]


def test_an_agent_who_hangs_up_meanwhile_loses_nobody_his_place() -> None:
    with Office(WHISPER, fidelity="signal") as office:
        ann, ben = staffed(office, "ann", "ben")
        office.phone("phone2").lift()
        office.wait(1)
        lifted(office, ann)
        ann.hang_up()
        office.wait(2)
        assert rung(office) == ["phone1"]  # she is not asked again at once
        waits(office, 2)
        office.phone("phone2").hang_up()
        office.wait_until(lambda: ben.ringing, 5)
        assert office.box.exchange.phones["phone2"].call is office.box.exchange.lines["line1"].call
        office.wait_until(lambda: ann.ringing, 40)


@pytest.mark.parametrize("station", ["phone1", "usb1"])
def test_a_telephone_that_is_unplugged_meanwhile_loses_nobody(station: str) -> None:
    people = {"ann": {"station": station}, "cleo": {"station": None}}
    with Office({**WHISPER, "people": people}, fidelity="signal") as office:
        ann, ben = staffed(office, "ann", "ben")
        caller = lifted(office, ann)
        office.phone(station).unplug()
        office.wait_until(lambda: ben.ringing, 10)
        assert caller.hears() == "music"
        ben.answer()
        office.wait(5)
        assert outcomes(office) == ["answered"]


def test_a_power_cut_meanwhile_leaves_no_caller_without_an_outcome(tmp_path: Path) -> None:
    with Office(WHISPER, fidelity="signal", state=tmp_path) as office:
        (ann,) = staffed(office, "ann")
        lifted(office, ann)
        office.power_cut()
        office.wait(5)
        office.restart()
        office.wait(5)
        assert len(office.saw(QueueEntered)) == len(office.saw(QueueLeft)) == len(office.saw(CallEnded)) == 1


def test_who_has_a_screen_hears_a_beep_and_everybody_may_choose() -> None:
    people = {"dan": {"station": "browser"}, "ann": {"whisper": "off"}, "ben": {"whisper": "beep"}}
    for name, heard in (("dan", "prompt:beep"), ("ann", "silence"), ("ben", "prompt:beep")):
        with Office({"people": people, **with_(members=[name])}, fidelity="signal") as office:
            (agent,) = staffed(office, name)
            waits(office)
            office.wait_until(lambda agent=agent: agent.ringing, 5)
            agent.answer()
            office.wait(0.2)
            assert agent.hears() == heard
            office.wait(1)
            assert len(office.saw(CallAnswered)) == 1


GREETING: dict[str, Any] = {
    "people": {"ann": {"greeting": "greeting"}},
    "queues": {"support": {"members": ["ann"]}},
}


def greeted(office: Office) -> tuple[Any, Any]:
    (ann,) = staffed(office, "ann")
    caller = waits(office)
    office.wait_until(lambda: ann.ringing, 5)
    ann.answer()
    office.wait(1.2)
    assert ann.hears() == caller.hears() == "prompt:greeting"
    return caller, ann


@both
def test_an_agents_greeting_is_said_to_both_and_a_key_of_the_caller_ends_it(fidelity: str) -> None:
    with Office(GREETING, fidelity=fidelity) as office:
        caller, ann = greeted(office)
        assert len(office.saw(CallAnswered)) == 1
        caller.press("5")
        office.wait(0.4)
        ann.say(recorded("demo-instruct")[:16000])
        office.wait(1.2)
        assert caller.hears() == "speech"
        assert ann.hears() != "prompt:greeting"


def test_the_agent_ends_his_greeting_too_and_left_alone_it_ends_by_itself() -> None:
    with Office(GREETING, fidelity="signal") as office:
        caller, ann = greeted(office)
        ann.press("#")
        office.wait(0.2)
        assert (caller.hears(), ann.hears()) == ("silence", "silence")
    with Office(GREETING, fidelity="signal") as office:
        caller, ann = greeted(office)
        office.wait(5)
        assert (caller.hears(), ann.hears()) == ("silence", "silence")
        caller.hang_up()
        office.wait_until(lambda: ann.hears() == "congestion", 20)


def test_somebody_known_is_greeted_by_his_name() -> None:
    known = {"greet_known": True, "names": {"+4533120001": "operator"}}
    with Office(known, fidelity="signal") as office:
        caller = office.caller("+4533120001")
        caller.dial(line=1)
        office.wait_until(lambda: caller.hears() == "prompt:welcome.back", 10)
        office.wait_until(lambda: caller.hears() == "prompt:operator", 2)
        office.wait_until(lambda: caller.hears() == "prompt:greeting", 5)
        caller.press("2")  # keys count over all of it
        stranger = office.caller("+4533120002")
        stranger.dial(line=2)
        office.wait_until(lambda: stranger.hears() == "prompt:greeting", 10)
        assert len(office.saw(QueueEntered)) == 1


@pytest.mark.parametrize(
    "change",
    [{"greet_known": False}, {"shared_numbers": ["+4533120001"]}],
)
def test_nobody_is_greeted_by_name_unless_the_owner_says_so(change: dict[str, Any]) -> None:
    names = {"greet_known": True, "names": {"+4533120001": "operator"}, **change}
    with Office(names, fidelity="signal") as office:
        caller = office.caller("+4533120001")
        caller.dial(line=1)
        office.wait_until(lambda: caller.hears().startswith("prompt"), 10)
        assert caller.hears() == "prompt:greeting"


def test_no_call_back_is_offered_to_whom_somebody_lifted_for() -> None:
    settings = with_(keys={"1": "callback"}, callback={"enabled": True}, announce={"first_s": 1})
    with Office(settings, fidelity="signal") as office:
        (ann,) = staffed(office, "ann")
        caller = lifted(office, ann)
        caller.press("1")
        assert words(office, caller, 2) == ["music"]
        office.wait(2)
        assert outcomes(office) == ["answered"]


def test_a_colleague_who_is_handed_on_is_rung_for_and_may_hang_up() -> None:
    """He waits at a telephone of ours, and nobody has lifted for him."""
    with Office(WHISPER, fidelity="signal") as office:
        phone = busy(office, "ann")
        exchange = office.box.exchange
        office.soon(lambda: exchange.transfers.transfer(exchange.phones["phone4"], "phone2"))
        office.wait_until(lambda: office.phone("phone2").ringing, 2)
        phone.hang_up()
        office.wait(2)
        assert not office.phone("phone2").ringing
        assert len(office.saw(CallEnded)) == 1
