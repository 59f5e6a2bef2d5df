"""Peace at the operator's own telephone, and a caller led straight to a colleague's mailbox by keys."""

from pathlib import Path

import pytest
from stories import DIRECT, ann_talks

from firmware.base.events import AgentChanged, CallMoved, MessageBegan, PhoneRang
from hostsim.office import Office


@pytest.mark.parametrize("to", ["ann", "101"])
def test_who_is_left_in_peace_at_the_operators_telephone_is_not_rung_there_for_himself(to: str) -> None:
    with Office({"lines": {"line1": {"to": to}, "line2": {"to": "operator"}}}, fidelity="signal") as office:
        office.wait(2)
        ann = office.agent("ann")
        ann.sign_in()
        ann.dnd(True)
        office.caller("+4533120001").dial(line=1)
        office.wait_until(lambda: office.saw(MessageBegan), 40)
        assert (office.saw(MessageBegan)[0].mailbox, office.saw(PhoneRang)) == ("ann", [])
        office.caller("+4533120002").dial(line=2)  # who asks for the operator needs somebody
        office.wait_until(lambda: ann.ringing, 12)


def peace(office: Office) -> dict[str, bool]:
    return {each.agent: each.dnd for each in office.saw(AgentChanged)}


def test_do_not_disturb_ends_by_itself_where_the_owner_says_so(tmp_path: Path) -> None:
    with Office({"dnd_h": 2}, fidelity="signal", state=tmp_path) as office:
        office.wait(2)
        ann, ben = office.agent("ann"), office.agent("ben")
        ann.dnd(True)
        ben.dnd(True)
        office.wait(3_600)
        ben.dnd(False)
        office.wait(1)
        ben.dnd(True)
        office.wait(3_590)
        assert peace(office) == {"ann": True, "ben": True}
        office.wait(20)
        assert peace(office) == {"ann": False, "ben": True}
        office.restart()  # the time begins anew
        office.wait(7_100)
        assert peace(office) == {"ann": False, "ben": True}
        office.wait(200)
        assert peace(office) == {"ann": False, "ben": False}


def test_a_caller_is_led_to_a_colleagues_mailbox_by_keys() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        _, ann = ann_talks(office)
        phone = office.phone("phone1")
        phone.flash()
        office.wait(1)
        phone.press("*99102#")
        office.wait_until(lambda: office.saw(MessageBegan), 40)
        assert [(each.to, each.by) for each in office.saw(CallMoved)] == [("mailbox:ben", "ann")]
        assert (office.saw(MessageBegan)[0].mailbox, ann.hears()) == ("ben", "dial")


def test_a_mailbox_that_there_is_not_leaves_the_caller_on_hold() -> None:
    with Office(DIRECT, fidelity="signal") as office:
        caller, _ = ann_talks(office)
        phone = office.phone("phone1")
        phone.flash()
        office.wait(1)
        phone.press("*99777#")
        office.wait_until(lambda: phone.hears() == "prompt:code.not_now", 3)
        assert caller.hears() == "music"
