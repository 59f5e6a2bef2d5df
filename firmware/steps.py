"""The steps of a call's flow: what the box does at a named place of the settings, kind by kind.

A step is a row of the table `steps`; `do` names its kind. Where it leads is a destination, one word: a
menu, another step, a queue, a person, a telephone, the operator, goodbye. A text may hold {names} of what
the caller gave; also {caller}, {line} and {language}.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from firmware.rows import OPERATOR, MenuKey, Word

Prompts = Annotated[tuple[str, ...], Meta(max_length=12)]
Text = Annotated[str, Meta(max_length=200)]
Digits = Annotated[int, Meta(ge=1, le=30)]
Tries = Annotated[int, Meta(ge=1, le=5)]
Url = Annotated[str, Meta(pattern=r"^https?://[^\s@#]{1,300}\Z")]
Table = Annotated[
    str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}\.csv\Z")
]  # a file in the state folder's tables
Database = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}\.db\Z")]
PROVED = "pin"  # the data that says whether a PIN was right; only the step of that kind gives it
_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class Menu(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A greeting, a question and where each key leads."""

    greeting: str = "greeting"
    prompt: str = "menu.main"
    keys: dict[MenuKey, str] = {}
    silence: str = "operator"
    closed: str | None = None  # where callers are led while their line is closed; none: goodbye
    wait_s: Annotated[float, Meta(ge=2, le=60)] = 8.0
    tries: Annotated[int, Meta(ge=1, le=5)] = 2
    remember: bool = False  # who rings again may choose what he chose last time, with one key


class Step(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all kinds have: prompts that are said first, and where it goes on."""

    do: str
    prompts: Prompts = ()
    next: str = OPERATOR

    def leads(self) -> dict[str, str]:
        """Every destination that it may lead to, by its field."""
        found = {"next": self.next}
        if isinstance(otherwise := getattr(self, "otherwise", None), str):
            found["else"] = otherwise
        return found

    def says(self) -> Prompts:
        """Every prompt that it names."""
        return (*self.prompts, *getattr(self, "after", ()))

    @property
    def asks(self) -> bool:
        """Does it wait for what the caller keys?"""
        return False

    def gives(self) -> tuple[str, ...]:
        """The names of what it keeps."""
        return ()

    def texts(self) -> tuple[str, ...]:
        """Its texts that may name what is known."""
        return ()

    def speaks(self) -> tuple[str, ...]:
        """The languages that it leads to."""
        return ()


class Forked(Step, frozen=True, kw_only=True):
    """A step that can fail: then it goes on elsewhere."""

    otherwise: str = field(default=OPERATOR, name="else")


class SayStep(Step, frozen=True, kw_only=True):
    """Say the prompts."""


class CollectStep(Forked, frozen=True, kw_only=True):
    """Ask for `least` to `most` digits, kept as `name`; what is secret is told to nobody."""

    name: Word
    least: Digits = 1
    most: Digits = 20
    check: Literal["none", "luhn", "length"] = "none"  # luhn: ISO/IEC 7812-1, the last digit proves them
    secret: bool = False
    tries: Tries = 3

    @property
    def asks(self) -> bool:
        return True

    def gives(self) -> tuple[str, ...]:
        return (self.name,)


class SetStep(Step, frozen=True, kw_only=True):
    """Keep texts as data of the call."""

    data: dict[Word, Text] = {}

    def gives(self) -> tuple[str, ...]:
        return tuple(self.data)

    def texts(self) -> tuple[str, ...]:
        return tuple(self.data.values())


class SpeakStep(Step, frozen=True, kw_only=True):
    """Say a number, a date or an amount of money between `prompts` and `after`."""

    what: Literal["digits", "number", "date", "money"] = "number"
    value: Text
    after: Prompts = ()

    def texts(self) -> tuple[str, ...]:
        return (self.value,)


class BranchStep(Forked, frozen=True, kw_only=True):
    """Go where the case leads. Cases of `caller` are how his number begins, the longest that fits counts;
    those of `open` are yes and no."""

    on: Literal["data", "open", "caller", "language", "type", "line", "verified"]
    of: Word | None = None  # the name of the data, or the row of hours
    cases: dict[Text, str] = {}

    def leads(self) -> dict[str, str]:
        return {"else": self.otherwise} | {f"cases.{case}": to for case, to in self.cases.items()}


class LanguageStep(Step, frozen=True, kw_only=True):
    """Ask in which language he is spoken with, remembered for his number; who is known is not asked."""

    keys: dict[MenuKey, Annotated[str, Meta(pattern=r"^[a-z]{2}\Z")]] = {}
    again: bool = False  # ask also whoever is known

    @property
    def asks(self) -> bool:
        return True

    def speaks(self) -> tuple[str, ...]:
        return tuple(self.keys.values())


class InfoStep(Step, frozen=True, kw_only=True):
    """Stored information: said, and counted by its topic; 1 says it again."""

    topic: Word
    again: bool = False  # offers to say it once more

    @property
    def asks(self) -> bool:
        return self.again


class LookupStep(Forked, frozen=True, kw_only=True):
    """Look something up: in a `table` (the row whose `match` is `key`), in a `database` (what `sql` finds,
    with :names of what is known) or at an address (`url`, with what it is sent). `take` says which columns
    are kept, by the name that each gets. Nothing found, no answer within 2 s: else."""

    table: Table | None = None
    match: Annotated[str, Meta(min_length=1, max_length=60)] = "id"
    key: Text = ""
    database: Database | None = None
    sql: Annotated[str, Meta(pattern=r"(?is)^\s*(select|with)\b.{1,2000}\Z")] | None = None
    url: Url | None = None
    method: Literal["GET", "POST"] = "GET"
    send: dict[Word, Text] = {}
    take: dict[Word, Annotated[str, Meta(min_length=1, max_length=60)]] = {}

    def gives(self) -> tuple[str, ...]:
        return tuple(self.take)

    def texts(self) -> tuple[str, ...]:
        return (self.key, *self.send.values())


class ProgramStep(Forked, frozen=True, kw_only=True):
    """A program outside says, in verbs of JSON, what happens until it has done."""

    url: Url

    @property
    def asks(self) -> bool:
        return True


class PinStep(Forked, frozen=True, kw_only=True):
    """Is he whose account he says? The account is what an earlier step kept as `account`; he is asked for it
    where there is none."""

    account: Word = "account"
    tries: Annotated[int, Meta(ge=1, le=3)] = 3

    @property
    def asks(self) -> bool:
        return True


class OfficeStep(Forked, frozen=True, kw_only=True):
    """Put him through to another office, over a second line. Whoever answers there hears the digits of
    `tells` first; else where nobody does."""

    to: Word
    tells: Text = ""

    def leads(self) -> dict[str, str]:
        return {"else": self.otherwise}

    def texts(self) -> tuple[str, ...]:
        return (self.tells,)


STEPS: dict[str, type[Step]] = {
    "say": SayStep,
    "collect": CollectStep,
    "set": SetStep,
    "speak": SpeakStep,
    "branch": BranchStep,
    "language": LanguageStep,
    "info": InfoStep,
    "lookup": LookupStep,
    "program": ProgramStep,
    "pin": PinStep,
    "office": OfficeStep,
}


def filled(text: str, data: Mapping[str, str]) -> str:
    """`text` with what is known in place of its {names}; nothing for what is not."""
    return _NAME.sub(lambda match: data.get(match[1], ""), text)
