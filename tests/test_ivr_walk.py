"""Whatever menus and steps an owner draws, and whatever a caller keys, he reaches somebody or an end."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as some
from test_story_ivr import rings

from firmware.base.events import CallEnded, DigitHeard, FlowStopped, PhoneRang, QueueEntered
from firmware.calls.dialogue import MOST_AHEAD
from hostsim.office import Office

PLACES = [f"p{n}" for n in range(6)]
ENDS = ["sales", "support", "operator", "ann", "phone3", "goodbye"]
TO = some.sampled_from([*PLACES, *PLACES, *ENDS])
PROMPTS = some.lists(some.sampled_from(["one_moment", "menu.wrong"]), max_size=2)


def step(do: str, **fields: some.SearchStrategy[Any]) -> some.SearchStrategy[dict[str, Any]]:
    return some.fixed_dictionaries({"do": some.just(do), "prompts": PROMPTS, "next": TO, **fields})


WORD = some.sampled_from(["a", "b"])
DATA = some.dictionaries(WORD, some.sampled_from(["1", "{a}{b}", "{caller}"]), max_size=2)
COUNT = some.integers(1, 3)
STEPS = some.one_of(
    step("say"),
    step("set", data=DATA),
    step("speak", what=some.sampled_from(["digits", "number", "money"]), value=some.just("{a}")),
    step("collect", name=WORD, most=COUNT, tries=COUNT, secret=some.booleans(), **{"else": TO}),
    step(
        "branch", on=some.just("data"), of=WORD, cases=some.dictionaries(WORD, TO, max_size=2), **{"else": TO}
    ),
    step("info", topic=WORD, again=some.booleans()),
    step("pin", tries=COUNT, **{"else": TO}),
    step("lookup", table=some.just("gone.csv"), **{"else": TO}),
)
MENUS = some.fixed_dictionaries(
    {
        "prompt": some.just("menu.wrong"),
        "keys": some.dictionaries(some.sampled_from("0123*#"), TO, max_size=4),
        "silence": TO,
        "wait_s": some.just(2.0),
        "tries": COUNT,
    }
)
KEYS = some.lists(some.tuples(some.text("0123456789*#", max_size=4), some.integers(0, 12)), max_size=8)


ROWS = some.lists(some.one_of(STEPS, STEPS, MENUS), min_size=6, max_size=6)
few = examples(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
many = examples(few, max_examples=500)


@few
@given(ROWS, KEYS)
def test_every_flow_ends_or_reaches_a_person(rows: list[dict[str, Any]], keys: list[tuple[str, int]]) -> None:
    walk(rows, keys)


@pytest.mark.gate
@many
@given(ROWS, KEYS)
def test_five_hundred_flows_end_or_reach_a_person(
    rows: list[dict[str, Any]], keys: list[tuple[str, int]]
) -> None:
    walk(rows, keys)


def walk(rows: list[dict[str, Any]], keys: list[tuple[str, int]]) -> None:
    named = dict(zip(PLACES, rows, strict=True))
    flow = {
        "lines": {"line1": {"to": "p0"}},
        "steps": {name: row for name, row in named.items() if "do" in row},
        "menus": {name: row for name, row in named.items() if "do" not in row},
    }
    with Office(flow, fidelity="signal") as office:
        caller = rings(office)
        for pressed, seconds in keys:
            caller.press(pressed)
            office.wait(seconds + 0.2)
        office.wait_until(lambda: reached(office), 700)
        assert len(office.saw(FlowStopped)) <= 1
        caller.hang_up()
        office.wait(30)
        assert len(office.saw(CallEnded)) == 1
        assert office.box.exchange.calls == {}


def reached(office: Office) -> bool:
    return bool(office.saw(CallEnded) or office.saw(PhoneRang) or office.saw(QueueEntered))


def test_an_hour_of_twenty_keys_a_second_fills_nothing() -> None:
    steps = {"p0": {"do": "say", "prompts": ["menu.main"] * 12, "next": "sales"}}
    with Office({"lines": {"line1": {"to": "p0"}}, "steps": steps}, fidelity="signal") as office:
        caller = rings(office)
        caller.press("7" * 600)
        office.wait(100)
        assert len(office.saw(DigitHeard)) <= 600
        assert MOST_AHEAD == 32
        assert reached(office)


def test_endless_wrong_keys_and_endless_hashes_come_to_a_person() -> None:
    for key in "7#*":
        with Office(fidelity="signal") as office:
            rings(office).press(key * 120)
            office.wait_until(lambda office=office: reached(office), 60)
            assert office.saw(PhoneRang)[0].station == "phone1"
