"""What is odd in a flow before anybody rings it: a sentence for the owner about each thing found.

Menus and steps are a graph, and so is what happens to a caller who keys nothing. It is looked at as a whole,
in time that grows with its size: 300 places in six languages take a few milliseconds.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Literal, NamedTuple

from firmware.rows import GOODBYE, OPERATOR
from firmware.steps import CollectStep, LanguageStep, Menu, PinStep, SayStep, Step
from firmware.tables import Nobody, Settings

MOST_OPTIONS, LONGEST_PROMPT = 5, 20.0  # FEATURES row 24
ALWAYS_KNOWN = {"caller", "line", "type", "language", "pin"}
_NAMES = re.compile(r"\{([a-z][a-z0-9_]*)\}")

Kind = Literal[
    "dead_end", "unreachable", "no_human", "loop", "missing_prompt", "long_menu", "empty", "unknown_data"
]
WORST: frozenset[Kind] = frozenset({"dead_end", "loop"})  # no flow with one of them is published
Prompts = Mapping[str, Mapping[str, float]]  # language -> prompt -> seconds
Edges = Mapping[str, Collection[str]]


class Finding(NamedTuple):
    """`where` is the row of the settings, `sentence` what is odd and what to do."""

    where: str
    kind: Kind
    sentence: str


def lint(settings: Settings, prompts: Prompts) -> list[Finding]:
    """Everything odd, in the order of the settings."""
    return [*_ways(settings), *_loops(settings), *_menus(settings, prompts), *_steps(settings, prompts)]


# Ways through


def _ways(settings: Settings) -> Iterator[Finding]:
    graph = {name: set(leads(row).values()) for name, row in _rows(settings)}
    reached = _reached(entries(settings), graph)
    back = _turned(graph)
    ends = _reached({to for leads in graph.values() for to in leads} - graph.keys(), back)
    people = _reached({to for leads in graph.values() for to in leads if _is_human(settings, to)}, back)
    for name in graph:
        where = _where(settings, name)
        if name not in reached:
            yield Finding(where, "unreachable", f"Nothing leads to {name}: lead a key or a line to it.")
        if name not in ends:
            yield Finding(where, "dead_end", f"From {name} there is no way out: lead it to somebody.")
        elif name not in people:
            yield Finding(where, "no_human", f"From {name} nobody can be reached: give it a way to a person.")


def leads(row: Menu | Step) -> dict[str, str]:
    """Where a place leads, by field; 0 is a person in every menu unless the owner says otherwise."""
    if isinstance(row, Step):
        return row.leads()
    return {"keys.0": OPERATOR, "silence": row.silence} | {f"keys.{key}": to for key, to in row.keys.items()}


def entries(settings: Settings) -> set[str]:
    """Every destination that is named outside menus and steps."""
    found: set[str | None] = {settings.menu_of(line) for line in settings.lines}
    for line in settings.lines.values():
        found |= {line.to, line.closed}
    for identity in settings.identities.values():
        found |= {identity.menu, identity.closed}
    found |= {row.to for row in settings.types.values()} | {menu.closed for menu in settings.menus.values()}
    for queue in settings.queues.values():
        nobody = queue.nobody.to if isinstance(queue.nobody, Nobody) else None
        found |= {queue.full, queue.late, queue.expected, queue.closed, nobody, *queue.keys.values()}
    return {name for name in found if name is not None}


def _rows(settings: Settings) -> Iterator[tuple[str, Menu | Step]]:
    yield from settings.menus.items()
    yield from settings.steps.items()


def _where(settings: Settings, name: str) -> str:
    return f"menus.{name}" if name in settings.menus else f"steps.{name}"


def _is_human(settings: Settings, to: str) -> bool:
    """Is there, or will there be, somebody? All that is no place of the flow and not its end."""
    return to not in settings.menus and to not in settings.steps and to != GOODBYE


def _reached(starts: Collection[str], edges: Edges) -> set[str]:
    found, todo = set(starts), list(starts)
    while todo:
        for to in edges.get(todo.pop(), ()):
            if to not in found:
                found.add(to)
                todo.append(to)
    return found


def _turned(edges: Edges) -> dict[str, list[str]]:
    """The same edges, each the other way."""
    back: dict[str, list[str]] = defaultdict(list)
    for name, leads in edges.items():
        for to in leads:
            back[to].append(name)
    return back


# Loops of those who key nothing


def _loops(settings: Settings) -> Iterator[Finding]:
    graph = {name: unasked(row) for name, row in _rows(settings)}
    for name in (name for name in graph if name in _reached(graph[name], graph)):
        sentence = f"Who keys nothing comes from {name} back to it: lead one place of the circle to somebody."
        yield Finding(_where(settings, name), "loop", sentence)


def unasked(row: Menu | Step) -> set[str]:
    """Where somebody is led who keys nothing."""
    if isinstance(row, Menu):
        return {row.silence}
    if isinstance(row, CollectStep | PinStep):
        return {row.otherwise}
    return set(row.leads().values())


# What is said


def _menus(settings: Settings, prompts: Prompts) -> Iterator[Finding]:
    for name, menu in settings.menus.items():
        where = f"menus.{name}"
        yield from _missing(settings, where, (menu.greeting, menu.prompt), prompts)
        if menu.silence == GOODBYE:
            sentence = f"Whose telephone has no keys is hung up on in {name}: lead silence to a person."
            yield Finding(where, "no_human", sentence)
        if len(menu.keys.keys() - {"0"}) > MOST_OPTIONS:
            yield Finding(where, "long_menu", f"{name} offers more than {MOST_OPTIONS} choices: split it.")
        seconds = max((known.get(menu.prompt, 0.0) for known in prompts.values()), default=0.0)
        if seconds > LONGEST_PROMPT:
            sentence = f"The prompt of {name} lasts {seconds:.0f} s: say it in {LONGEST_PROMPT:.0f} s."
            yield Finding(where, "long_menu", sentence)


def _steps(settings: Settings, prompts: Prompts) -> Iterator[Finding]:
    known = ALWAYS_KNOWN | {name for step in settings.steps.values() for name in step.gives()}
    for name, step in settings.steps.items():
        where = f"steps.{name}"
        yield from _missing(settings, where, step.says(), prompts)
        if isinstance(step, SayStep | CollectStep | LanguageStep) and not step.prompts:
            yield Finding(where, "empty", f"{name} says nothing: name its prompts.")
        for text in step.texts():
            if strange := set(_NAMES.findall(text)) - known:
                yield Finding(where, "unknown_data", f"No step gives {{{min(strange)}}}, which {name} names.")


def languages(settings: Settings) -> list[str]:
    """Every language that a caller may hear."""
    named: list[str] = [settings.office.language]
    named += [row.language for row in settings.identities.values() if row.language]
    named += [each for step in settings.steps.values() for each in step.speaks()]
    return list(dict.fromkeys(named))


def _missing(settings: Settings, where: str, said: Collection[str], prompts: Prompts) -> Iterator[Finding]:
    for language in languages(settings):
        for prompt in dict.fromkeys(said):
            if prompt not in prompts.get(language, {}):
                sentence = f'"{prompt}" is not there in the language {language}: record it.'
                yield Finding(where, "missing_prompt", sentence)
