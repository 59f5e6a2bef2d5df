"""What an outside program may have done with a caller: verbs of JSON, each bounded.

    [{"verb": "say", "prompts": ["greeting"]}, {"verb": "gather", "prompts": ["menu.main"], "most": 1}]

A program that the owner named is asked anew, with what was keyed, after each `gather`. It reaches nothing
that a menu could not: `dial` knows the office's own telephones alone. The verbs are those of jambonz as far
as they make sense for a caller in a menu: nobody waits in a queue there, conferences are made by people, and
no keys are sent to callers.
"""

from typing import Annotated

from msgspec import Meta, Struct

from firmware.rows import Word
from firmware.steps import Digits, Prompts, Text

Name = Annotated[str, Meta(max_length=40)]


class Said(Struct, tag_field="verb", frozen=True, forbid_unknown_fields=True):
    """One verb."""


class Answer(Said, frozen=True, tag="answer"):
    """He is answered already: nothing is left to do."""


class Speak(Said, frozen=True, tag="say", kw_only=True):
    """Prompts, and one of a number, digits, a date or an amount of money."""

    prompts: Prompts = ()
    number: Text = ""
    digits: Text = ""
    date: Text = ""
    money: Text = ""


class Play(Said, frozen=True, tag="play"):
    prompt: Name


class Gather(Said, frozen=True, tag="gather", kw_only=True):
    """Ask for digits; they are told to the program, and kept as `name` if it gives one."""

    prompts: Prompts = ()
    most: Digits = 1
    secret: bool = False
    name: Word | None = None


class Wait(Said, frozen=True, tag="pause"):
    """Silence; a key ends it, and is the next answer."""

    seconds: Annotated[float, Meta(ge=0.1, le=10)] = 1.0


class Enqueue(Said, frozen=True, tag="enqueue"):
    queue: Name


class Dial(Said, frozen=True, tag="dial"):
    """Somebody inside: a person, a telephone, an extension or the operator."""

    to: Name


class Record(Said, frozen=True, tag="record"):
    """A message for somebody's mailbox."""

    to: Name


class Redirect(Said, frozen=True, tag="redirect"):
    """Any destination: a menu, a step …"""

    to: Name


class Tag(Said, frozen=True, tag="tag"):
    """Data of the case."""

    data: Annotated[dict[Word, Text], Meta(max_length=20)]


class HangUp(Said, frozen=True, tag="hangup"):
    """Goodbye."""


Verb = Answer | Speak | Play | Gather | Wait | Enqueue | Dial | Record | Redirect | Tag | HangUp
Verbs = Annotated[tuple[Verb, ...], Meta(max_length=20)]
