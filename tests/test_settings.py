"""What the owner may set, and the sentences that say what is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from firmware.base import Refused
from firmware.settings import merged, read

DEMO = json.loads((Path(__file__).parent.parent / "hostsim" / "demo.json").read_text("utf-8"))


def refusal(change: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refused:
        read(merged(DEMO, change))
    return str(refused.value)


def test_the_demo_office_is_valid_and_its_numbers_lead_to_stations() -> None:
    settings = read(DEMO)
    assert settings.extensions()["201"] == "phone1"
    assert settings.extensions()["102"] == "phone2"
    assert settings.country_of("line1") == "DK"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lines": {"line2": {"country": "XX"}}}, 'lines.line2.country: "XX" is not one of US, UK, DK'),
        ({"lines": {"line2": {"contry": "DK"}}}, "lines.line2.contry: there is no such setting"),
        ({"queues": {"sales": {"ring_s": 0}}}, 'queues.sales.ring_s: "0" is not allowed: expected float'),
        ({"zap": 1}, "zap: there is no such setting"),
        ({"lines": {"line99": {}}}, 'lines."line99": is no name for this table; line1 to line64'),
        ({"lines": {"line2": 5}}, 'lines.line2: must be a table of fields, not "5"'),
        ({"menus": {"main": {"keys": {"5": "nobody"}}}}, 'menus.main.keys.5: "nobody" is not one of'),
        ({"menus": {"main": {"keys": {"55": "sales"}}}}, "menus.main.keys"),
        ({"lines": {"line1": {"menu": "gone"}}}, 'lines.line1.menu: "gone" is not one of main'),
        ({"queues": {"sales": {"members": ["zoe"]}}}, 'queues.sales.members: "zoe" is not one of'),
        ({"queues": {"sales": {"nobody": {"ring": ["phone9"]}}}}, "queues.sales.nobody"),
        ({"phones": {"phone1": {"number": "202"}}}, "is already the number of phones.phone1"),
        ({"operator": "phone9"}, 'operator: "phone9" is not one of phone1'),
        ({"lines": {"line1": {"number": "+4532100001\n"}}}, "lines.line1.number"),
        ({"lines": {"line1": {"number": "+4532100002"}}}, "is the number of two lines"),
        ({"people": {"zed": {"number": "150", "station": "phone9"}}}, 'people.zed.station: "phone9"'),
        ({"people": {"sales": {"number": "150"}}}, '"sales" is already the name of queues.sales'),
        ({"people": {"ann": {"pin": "12"}}}, "people.ann.pin: this is not allowed"),
        ({"language": "xx"}, 'language: "xx" is not one of en, da'),
    ],
)
def test_an_error_names_the_field_the_value_and_what_is_allowed(change: dict[str, Any], said: str) -> None:
    assert said in refusal(change)


@pytest.mark.parametrize("number", ["112", "11", "1123"])
def test_no_extension_may_stand_in_the_way_of_an_emergency_number(number: str) -> None:
    assert "in the way of the emergency number 11" in refusal({"phones": {"phone1": {"number": number}}})


def test_the_owners_own_emergency_numbers_count_too() -> None:
    assert "in the way of the emergency number 201" in refusal({"emergency": ["201"]})


def test_the_rule_for_nobody_is_one_choice_and_is_replaced_whole() -> None:
    changed = merged(DEMO, {"queues": {"sales": {"nobody": {"hunt": ["phone1"]}}}})
    rule = read(changed).queues["sales"].nobody
    assert rule != "wait"
    assert (rule.ring, rule.hunt) == ((), ("phone1",))


def test_a_change_merges_tables_replaces_lists_and_removes_with_none() -> None:
    sales = {"members": ["ann"], "ring_s": 20}
    changed = merged(DEMO, {"queues": {"sales": sales}, "lines": {"line4": None}})
    settings = read(changed)
    assert settings.queues["sales"].members == ("ann",)
    assert settings.queues["sales"].ring_s == 20
    assert settings.queues["sales"].strategy == "ring_down"
    assert list(settings.lines) == ["line1", "line2", "line3"]
    assert list(read(DEMO).lines) == ["line1", "line2", "line3", "line4"]
