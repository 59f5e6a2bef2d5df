"""What is odd in a flow is told as a sentence, and nothing odd is told of one that is well."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as some

from firmware.calls.lint import Finding, lint
from firmware.settings import merged, read
from firmware.sound.prompts import Prompts, languages
from hostsim.office import DEMO
from tools.prompts import PROMPTS as ROOT

SAID = ("greeting", "menu.main", "closed", "goodbye", "collect.number")
PROMPTS = {"en": dict.fromkeys(SAID, 3.0)}


def office(steps: dict[str, Any], menus: dict[str, Any] | None = None, to: str | None = None) -> Any:
    entry = {"lines": {"line1": {"to": to}}} if to else {}
    change = {**entry, "steps": steps, "menus": menus or {}}
    return read(merged(json.loads(DEMO.read_text("utf-8")), change))


def found(*args: Any, prompts: Any = PROMPTS, **named: Any) -> list[Finding]:
    return lint(office(*args, **named), prompts)


def kinds(*args: Any, **named: Any) -> list[tuple[str, str]]:
    return [(finding.where, finding.kind) for finding in found(*args, **named)]


def say(to: str, *prompts: str) -> dict[str, Any]:
    return {"do": "say", "prompts": [*(prompts or ("closed",))], "next": to}


def test_the_demo_office_has_nothing_odd() -> None:
    assert found({}) == []


def test_what_nothing_leads_to_is_told() -> None:
    assert kinds({"lost": say("sales")}) == [("steps.lost", "unreachable")]


@pytest.mark.parametrize(
    "leads",
    [
        {"lines": {"line2": {"closed": "news"}}},
        {"queues": {"sales": {"keys": {"9": "news"}}}},
        {"queues": {"sales": {"nobody": {"to": "news"}}}},
        {"menus": {"main": {"closed": "news"}}},
        {"types": {"press": {"label": "Press", "to": "news"}}},
        {"identities": {"acme": {"label": "Acme", "closed": "news"}}},
    ],
)
def test_every_word_of_the_settings_that_leads_somewhere_counts(leads: dict[str, Any]) -> None:
    data = merged(json.loads(DEMO.read_text("utf-8")), {**leads, "steps": {"news": say("sales")}})
    assert lint(read(data), PROMPTS) == []


def test_a_circle_without_a_question_is_a_loop_and_a_dead_end() -> None:
    steps = {"one": say("two"), "two": say("one")}
    assert kinds(steps, to="one") == [
        ("steps.one", "dead_end"),
        ("steps.two", "dead_end"),
        ("steps.one", "loop"),
        ("steps.two", "loop"),
    ]


def test_a_menu_that_repeats_to_the_silent_for_ever_is_a_loop() -> None:
    menus = {"main": {"silence": "again"}, "again": {"silence": "main", "keys": {"1": "sales"}}}
    assert kinds({}, menus) == [("menus.main", "loop"), ("menus.again", "loop")]


def test_a_flow_that_ends_without_a_person_is_told() -> None:
    steps = {"bye": say("goodbye")}
    assert kinds(steps, to="bye") == [("steps.bye", "no_human")]
    menus = {"main": {"keys": {"0": "bye", "1": "bye", "2": "bye"}, "silence": "bye"}}
    assert ("menus.main", "no_human") in kinds(steps, menus)


def test_a_prompt_that_lacks_in_a_language_is_told() -> None:
    steps = {
        "ask": {"do": "language", "prompts": ["closed"], "keys": {"1": "en", "2": "da"}, "next": "news"},
        "news": say("sales", "greeting"),
    }
    both = {**PROMPTS, "da": {"closed": 2.0, "menu.main": 4.0}}
    assert [each.sentence for each in found(steps, to="ask", prompts=both)] == [
        '"greeting" is not there in the language da: record it.',
        '"greeting" is not there in the language da: record it.',
    ]


def test_the_sounds_that_there_are_make_english_and_danish_whole_and_no_other_language() -> None:
    house = Prompts(ROOT, ROOT / "made", "en", languages(ROOT))
    keys = {"1": "en", "2": "da"}
    ask = {"do": "language", "prompts": ["closed"], "keys": keys, "next": "sales"}
    assert found({"ask": ask}, to="ask", prompts=house.lengths) == []
    lacking = found({"ask": {**ask, "keys": {**keys, "3": "tr"}}}, to="ask", prompts=house.lengths)
    assert {each.kind for each in lacking} == {"missing_prompt"}
    assert lacking[-1] == Finding(
        "steps.ask", "missing_prompt", '"closed" is not there in the language tr: record it.'
    )


def test_a_menu_that_nobody_can_keep_in_mind_is_told() -> None:
    menus = {"main": {"keys": {key: "sales" for key in "123456"}}}
    assert kinds({}, menus) == [("menus.main", "long_menu")]
    slow = {"en": {**PROMPTS["en"], "menu.main": 21.0}}
    assert found({}, prompts=slow)[0].sentence == "The prompt of main lasts 21 s: say it in 20 s."


def test_a_question_without_words_and_a_name_that_nobody_gives_are_told() -> None:
    steps = {
        "ask": {"do": "collect", "name": "order", "next": "tell"},
        "tell": {"do": "speak", "value": "{order} {oder}", "next": "sales"},
    }
    assert kinds(steps, to="ask") == [("steps.ask", "empty"), ("steps.tell", "unknown_data")]


def test_who_keys_nothing_at_a_question_is_led_on_and_that_is_no_loop() -> None:
    ask = {"do": "collect", "name": "a", "prompts": ["collect.number"], "next": "ask"}
    assert found({"ask": ask}, to="ask") == []
    assert kinds({"ask": {**ask, "else": "ask"}}, to="ask") == [
        ("steps.ask", "dead_end"),
        ("steps.ask", "loop"),
    ]


NAMES = [f"p{n}" for n in range(8)]
DESTINATIONS = some.sampled_from([*NAMES, "sales", "operator", "goodbye"])


@examples(max_examples=60, deadline=None)
@given(some.lists(DESTINATIONS, min_size=8, max_size=8))
def test_what_is_found_is_so_however_the_steps_lie(leads: list[str]) -> None:
    steps = {name: say(to) for name, to in zip(NAMES, leads, strict=True)}
    told = kinds(steps, to="p0")
    way: list[str] = ["p0"]
    while way[-1] in steps and way.count(way[-1]) < 2:
        way.append(steps[way[-1]]["next"])
    assert (("steps.p0", "dead_end") in told) == (way[-1] in steps)
    assert (("steps.p0", "no_human") in told) == (way[-1] == "goodbye")
    assert {name for name in NAMES if (f"steps.{name}", "unreachable") in told} == {*NAMES} - {*way}


def test_a_menu_that_hangs_up_on_who_keys_nothing_and_a_language_that_is_not_asked_for_are_told() -> None:
    assert kinds({}, {"main": {"silence": "goodbye"}}) == [("menus.main", "no_human")]
    step = {"do": "language", "keys": {"1": "en"}, "next": "sales"}
    assert kinds({"first": step}, to="first") == [("steps.first", "empty")]
