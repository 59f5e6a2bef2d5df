"""A mailbox of several people: one claims a message, the others see who, and it is done or put back."""

from pathlib import Path
from typing import Any

import pytest
from test_story_mailbox import keyed, opens
from test_story_voicemail import BOX, fresh, leaves

from firmware.base import Refused
from firmware.base.events import MessageClaimed, MessageDone, MessageHeard, MessagePutBack
from hostsim.office import Office

SHARED: dict[str, Any] = {**BOX, "queues": {"sales": {"members": ["ann", "ben"]}}}
NAME = "story-1.1"


def order(office: Office, verb: str, who: str) -> Any:
    return office.order(f"message.{verb}", who=who, message=NAME)


def lies(office: Office, who: str) -> list[tuple[str, str | None]]:
    """What lies in somebody's mailboxes, and who takes care of it."""
    told = office.box.orders["message.list"].call(who)
    return [(each["name"], each["claimed"]) for each in told]


def test_one_claims_it_the_others_see_who_and_it_is_put_back_or_done() -> None:
    with Office(SHARED, fidelity="signal") as office:
        leaves(office, 5, key="6")
        assert lies(office, "ann") == lies(office, "ben") == [(NAME, None)]
        order(office, "claim", "ben")
        office.wait(0.1)
        assert lies(office, "ann") == [(NAME, "ben")]
        assert (fresh(office, "ann"), fresh(office, "ben")) == (0, 1)
        for verb in ("claim", "done"):
            order(office, verb, "ann")
            with pytest.raises(Refused, match="ben takes care of it"):
                office.wait(0.1)
        order(office, "put_back", "ann")  # he has gone home
        office.wait(0.1)
        order(office, "claim", "ann")
        office.wait(0.1)
        order(office, "done", "ann")
        office.wait(0.2)
        assert lies(office, "ben") == []
        assert [event.by for event in office.saw(MessageClaimed)] == ["ben", "ann"]
        assert [event.by for event in office.saw(MessagePutBack)] == ["ann"]
        assert [event.by for event in office.saw(MessageDone)] == ["ann"]
        assert office.box.tapes.found(f"messages/{NAME}") == 0


def test_whoever_is_not_of_the_queue_has_nothing_to_do_with_it() -> None:
    with Office(SHARED, fidelity="signal") as office:
        leaves(office, 5, key="6")
        for who, why in (("cleo", "no message"), ("nobody", "nobody called")):
            order(office, "claim", who)
            with pytest.raises(Refused, match=why):
                office.wait(0.1)
        assert (lies(office, "cleo"), office.saw(MessageHeard)) == ([], [])


def test_at_a_telephone_4_claims_it_and_the_next_one_hears_whose_it_is_and_cannot_delete_it() -> None:
    with Office(SHARED, fidelity="signal") as office:
        leaves(office, 5, key="6")
        ben = opens(office, "phone2")
        office.wait_until(lambda: ben.hears() == "prompt:message", 15)
        keyed(office, ben, "4", "messages.yours")
        keyed(office, ben, "4", "messages.everybodys")
        keyed(office, ben, "4", "messages.yours")
        ben.hang_up()
        office.wait(1)
        ann = opens(office)
        office.wait_until(lambda: ann.hears() == "prompt:messages.claimed", 15)
        office.wait_until(lambda: ann.hears() == "prompt:message", 5)
        for key in "34":
            keyed(office, ann, key, "messages.claimed")
            keyed(office, ann, "", "digit.2")  # 102
        keyed(office, ann, "", "messages.keys")
        keyed(office, ann, "", "messages.claim")
        ann.hang_up()
        office.wait(1)
        assert (lies(office, "ann"), office.saw(MessageDone)) == ([(NAME, "ben")], [])


def test_who_takes_care_of_what_is_known_after_a_power_cut(tmp_path: Path) -> None:
    with Office(SHARED, fidelity="signal", state=tmp_path) as office:
        leaves(office, 5, key="6")
        order(office, "claim", "ben")
        office.wait(0.5)
        office.power_cut()
        office.restart()
        office.wait(1)
        assert lies(office, "ann") == [(NAME, "ben")]
