"""What every page is shown of the office: who waits in which order, why somebody is away, the way back."""

from typing import Any

from stories import asks_for

from hostsim.office import Office

QUICK = {"queues": {"sales": {"wrap_s": 0, "ring_s": 5, "nobody": "wait"}}, "misses": 1}


def picture(office: Office) -> dict[str, Any]:
    found: dict[str, Any] = office.box.snapshot()
    return found


def test_whoever_waits_stands_in_the_order_in_which_he_is_served() -> None:
    with Office(fidelity="signal") as office:
        office.wait(3)
        ann = office.agent("ann")
        ann.sign_in()
        asks_for(office, "1")
        office.wait_until(lambda: ann.ringing, 5)
        office.wait(1)
        asks_for(office, "1", line=2)
        office.wait(3)
        first, second = picture(office)["line_up"]
        assert (first["queue"], first["place"], first["rings"]) == ("sales", 1, ["phone1"])
        assert (second["place"], second["rings"], second["callback"]) == (2, [], False)
        assert first["waited_s"] > second["waited_s"] > 0
        sales = picture(office)["queues"]["sales"]
        assert (sales["waiting"], sales["there"], sales["free"]) == (2, 1, 0)
        assert picture(office)["calls"][0]["people"] == ["ann"]


def test_whoever_missed_a_call_is_shown_why_he_is_away_and_the_way_back() -> None:
    with Office(QUICK, fidelity="signal") as office:
        office.wait(3)
        ann = office.agent("ann")
        ann.sign_in()
        asks_for(office, "1")
        office.wait(10)
        shown = picture(office)["agents"]["ann"]
        assert (shown["status"], shown["code"], shown["reason"]) == ("break", "missed", "missed")
        assert shown["back"] == "agent.ready"
        office.order(shown["back"], who="ann")
        office.wait(0.1)
        assert picture(office)["agents"]["ann"]["back"] is None


def test_whose_place_was_taken_is_shown_the_way_back_and_who_left_himself_is_not() -> None:
    with Office(QUICK, fidelity="signal") as office:
        office.wait(2)
        ann = office.agent("ann")
        ann.sign_in()
        office.wait(0.1)
        office.agent("ben").sign_in("phone1")
        office.wait(0.1)
        shown = picture(office)["agents"]["ann"]
        assert (shown["back"], shown["reason"]) == ("agent.sign_in", "ben signed in at phone1")
        office.agent("ben").sign_out()
        office.wait(0.1)
        assert picture(office)["agents"]["ben"]["back"] is None
        assert picture(office)["browsers"] == {"browser": "dan"}
