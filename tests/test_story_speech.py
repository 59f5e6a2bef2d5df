"""Recorded human speech from a telephone in town to a telephone of the office, and back."""

import pytest
from speech import compared, recorded
from stories import talking

from hostsim.office import Office


@pytest.mark.parametrize("country", ["DK", "US", "UK"])
def test_speech_comes_through_both_ways_as_it_was_said(country: str) -> None:
    with Office({"country": country}) as office:
        caller, phone = talking(office)
        planned = -office.town.lines["line1"].info.loss_db
        said = recorded("vm-intro")
        for speaker, listener in ((caller, phone), (phone, caller)):
            began = office.now
            speaker.say(said)
            office.wait(len(said) / 8000 + 0.5)
            coherence, level, late = compared(said, listener.heard(office.now - began))
            assert coherence >= 0.98
            assert level == pytest.approx(planned, abs=1.0)
            assert late <= 40
            office.wait(1)


def test_a_caller_hears_nothing_of_what_is_said_at_another_telephone() -> None:
    with Office() as office:
        caller, _ = talking(office)
        office.phone("phone3").lift()
        office.wait(1)
        office.phone("phone3").say(recorded("vm-intro"))
        office.wait(3)
        assert caller.hears() == "silence"
