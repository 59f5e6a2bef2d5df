"""What was done in the town, as a test: a story (DESIGN 6.1) that does the same at the same instants.

It begins with who was signed in, tells every act with the time between, and ends with what happened
to the calls: the same kinds of events must come again, in the same order.
"""

import json
import re
from collections.abc import Callable, Mapping
from inspect import signature
from keyword import iskeyword
from textwrap import wrap
from typing import Any, NamedTuple

from firmware.base.clock import SECOND, TICK
from firmware.base.events import Event
from hostsim.hands import AgentHands
from hostsim.office import DEMO

MOST = 400  # acts of one story
AT_FIRST = 3 * SECOND  # µs until the first act: lines come into service meanwhile
TAKEN = frozenset(("office", "spoken", "tmp_path", "kinds", "each", "hasattr"))  # names that the text uses
WIDTH = 88  # of the list of events
KINDS = 'kinds = [each.type for each in office.saw(Event) if hasattr(each, "call")]'


_SECRET = ("pin",)  # keys of settings that no story tells; in a story every PIN is the demo's


def beside_demo(data: Mapping[str, Any]) -> dict[str, Any]:
    """What must be laid over the demo office's settings for these."""
    return _change(json.loads(DEMO.read_text("utf-8")), data)


def _change(base: Mapping[str, Any], wish: Mapping[str, Any]) -> dict[str, Any]:
    """The `change` of `firmware.settings.merged`: tables merge, None removes."""
    change: dict[str, Any] = {key: None for key in base if key not in wish and key not in _SECRET}
    for key, value in wish.items():
        under = base.get(key)
        if key in _SECRET or under == value:
            continue
        if isinstance(value, Mapping) and key != "nobody":
            deeper = _change(under if isinstance(under, Mapping) else {}, value)
            change |= {key: deeper} if deeper or under is None else {}
        else:
            change[key] = value
    return change


class Nth(int):
    """The n-th call of a story: its id is another one when the story is told again."""


def written(value: object) -> str:
    """A field as Python has it."""
    if isinstance(value, Nth):
        return f"office.call({value})"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


class Act(NamedTuple):
    """At `at` µs of the town's clock; `who`: a number in town, a station, a person, a line, the office."""

    at: int
    who: str
    does: str


class Story:
    """Acts and what came of them, since `begin`. `now` tells µs, `names` who has a number."""

    def __init__(self, now: Callable[[], int], names: Callable[[str], str | None]) -> None:
        self._now, self._names = now, names
        self._acts: list[Act] = []
        self._kinds: list[str] = []
        self._calls: dict[str, Nth] = {}
        self._closed_at: int | None = None  # the first act that was too much: the story ends before it
        self._settings: Mapping[str, Any] = {}
        self._present: Mapping[str, Mapping[str, Any]] = {}

    @property
    def acts(self) -> int:
        return len(self._acts)

    def begin(self, settings: Mapping[str, Any], present: Mapping[str, Mapping[str, Any]]) -> None:
        """Forget what was. `settings` differ so from the demo office's; `present` are its people now."""
        self._acts, self._kinds, self._calls, self._closed_at = [], [], {}, None
        self._settings = settings
        self._present = {name: each for name, each in present.items() if each["status"] != "off"}

    def did(self, who: str, does: str, at: int | None = None) -> None:
        if len(self._acts) < MOST:
            self._acts.append(Act(self._now() if at is None else at, who, does))
        elif self._closed_at is None:
            self._closed_at = self._now()

    def ordered(self, order: str, args: Mapping[str, Any], at: int) -> None:
        """A page gave the box an order, and it was carried out."""
        room, _, verb = order.partition(".")
        if room == "agent" and isinstance(args.get("who"), str):
            told = (
                {**args, "call": self._calls.get(str(args["call"]), args["call"])} if "call" in args else args
            )
            self.did(*_as_hands(verb, told), at)

    def happened(self, event: Event) -> None:
        if self._acts and self._closed_at is None and hasattr(event, "call"):
            self._kinds.append(event.type)
            self._calls.setdefault(event.call, Nth(len(self._calls) + 1))

    # The text

    def text(self) -> str:
        acts = sorted(self._acts, key=lambda act: act.at)
        names = self._called(acts)
        cut = any(act.who == "office" and act.does.startswith(("power", "restart")) for act in acts)
        body = [*self._people(acts, names), *self._scenes(acts, names), *_outcome(self._kinds)]
        opened = [*self._opening(acts, cut), *(f"{line}\n" if line else "\n" for line in _indented(body))]
        return "".join([*_head(acts), f"def test_a_story_from_the_town({_folder(cut)}) -> None:\n", *opened])

    def _opening(self, acts: list[Act], cut: bool) -> list[str]:
        noisy = any(act.does.startswith("noise(") for act in acts)
        told = ["settings"] if self._settings else []
        told += [] if noisy else ['fidelity="signal"']
        told += ["state=tmp_path"] if cut else []
        settings = [f"    settings = {dict(self._settings)!r}\n"] if self._settings else []
        return [*settings, f"    with Office({', '.join(told)}) as office:\n"]

    def _called(self, acts: list[Act]) -> dict[str, str]:
        """What each of them is called in the text."""
        names: dict[str, str] = {}
        for who in dict.fromkeys([*self._present, *(act.who for act in acts)]):
            names[who] = _free(who, self._names(who), names)
        return names

    def _people(self, acts: list[Act], names: Mapping[str, str]) -> list[str]:
        told = [f"{names[who]} = {self._found(who)}" for who in names if who != "office" and _is_named(who)]
        for name, each in self._present.items():
            told.append(f"{names[name]}.sign_in({written(each['station'])})")
            if each["status"] == "break":
                told.append(f"{names[name]}.break_({written(each['code'])})")
        return told

    def _found(self, who: str) -> str:
        if who[0] in "+0123456789":
            name = self._names(who)
            return (
                f"office.caller({written(who)}, name={written(name)})"
                if name
                else f"office.caller({written(who)})"
            )
        return f"office.{'phone' if _is_station(who) else 'agent'}({written(who)})"

    def _scenes(self, acts: list[Act], names: Mapping[str, str]) -> list[str]:
        told: list[str] = []
        last = acts[0].at - AT_FIRST if acts else self._now()
        for act in acts:
            if (ticks := round((act.at - last) / TICK)) > 0:
                told.append(f"office.wait({ticks * TICK / SECOND:g})")
                last += ticks * TICK
            told.append(f"{_subject(act.who, names)}.{act.does}")
        rest = max(TICK, (self._now() if self._closed_at is None else self._closed_at) - last)
        return [*told, f"office.wait({round(rest / TICK) * TICK / SECOND:g})"]


def _as_hands(verb: str, args: Mapping[str, Any]) -> tuple[str, str]:
    """Who, and the verb of his hands that gives this order."""
    hands = f"{verb}_" if iskeyword(verb) else verb
    given = {name: value for name, value in args.items() if name != "who" and value is not None}
    if verb == "conference" and "whom" in given:
        given["who"] = given.pop("whom")
    takes = signature(getattr(AgentHands, hands)).parameters if hasattr(AgentHands, hands) else {}
    if not set(given) <= set(takes):
        every = ", ".join(f"{name}={written(value)}" for name, value in args.items())
        return "office", f"order({written(f'agent.{verb}')}, {every})"
    return str(
        args["who"]
    ), f"{hands}({', '.join(f'{name}={written(value)}' for name, value in given.items())})"


def _head(acts: list[Act]) -> list[str]:
    speech = ["from hostsim.speech import spoken\n"] if any("spoken(" in act.does for act in acts) else []
    path = ["from pathlib import Path\n\n"] if any(act.does.startswith("power_cut") for act in acts) else []
    imports = ["from firmware.base.events import Event\n", "from hostsim.office import Office\n", *speech]
    return ['"""Copied from the town."""\n\n', *path, *imports, "\n\n"]


def _folder(cut: bool) -> str:
    return "tmp_path: Path" if cut else ""


def _outcome(kinds: list[str]) -> list[str]:
    """The assertion: the calls' events by kind, as they came."""
    listed = wrap(" ".join(f'"{kind}",' for kind in kinds), WIDTH)
    return [KINDS, "assert kinds == [", *(f"    {line}" for line in listed), "]"]


def _indented(lines: list[str]) -> list[str]:
    return [f"        {line}" for line in lines]


def _subject(who: str, names: Mapping[str, str]) -> str:
    return names[who] if who == "office" or _is_named(who) else f"office.line({who.removeprefix('line')})"


def _is_named(who: str) -> bool:
    return re.fullmatch(r"line\d+", who) is None


def _is_station(who: str) -> bool:
    return re.fullmatch(r"(phone|usb)\d+|browser\d*", who) is not None


def _free(who: str, name: str | None, names: Mapping[str, str]) -> str:
    """A word of Python that nothing else is called by."""
    if who == "office":
        return who
    words = re.findall(r"[a-z0-9_]+", (name or who).lower())
    wish = next((word for word in words if word.isidentifier() and not iskeyword(word)), "caller")
    taken = {*names.values(), *TAKEN}
    return next(each for each in (wish, *(f"{wish}_{n}" for n in range(2, MOST * 2))) if each not in taken)
