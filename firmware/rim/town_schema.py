"""What happens in the simulated town: the orders `town.*`, their fields, and what each field may be.

No box carries them out; `hostsim` alone does.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from firmware.base import Refused

STATION = r"((phone|usb)([1-9]|1[0-6])|browser([2-9]|1[0-6])?)"
Number = Annotated[str, Meta(pattern=r"^\+?[0-9]{2,15}$")]
Phone = Annotated[str, Meta(pattern=rf"^{STATION}$")]
Who = Annotated[str, Meta(pattern=rf"^({STATION}|\+?[0-9]{{2,15}})$")]
What = Annotated[str, Meta(pattern=rf"^({STATION}|line([1-9]|1[0-6]))$")]
LineNumber = Annotated[int, Meta(ge=1, le=16)]
STATIONS = "phone1 to phone16, usb1 to usb16, or browser to browser16"
ALLOWED = {
    "line": "a line, 1 to 16",
    "number": "a telephone number, 2 to 15 digits",
    "name": "a name, at most 40 letters",
    "phone": STATIONS,
    "who": f"the number of somebody in town, {STATIONS}",
    "what": f"line1 to line16, {STATIONS}",
    "keys": "1 to 40 of the keys 0 to 9, * and #",
    "digits": "1 to 20 of the keys 0 to 9, * and #",
    "text": "a sentence, 1 to 300 letters",
    "seconds": "some seconds, 0 to 600",
    "dbm": "a level in dBm0, -90 to -20",
    "calls": "calls an hour, 1 to 600",
    "patience": "how long a caller waits on average, 5 to 3600 s",
    "talk": "how long a talk is on average, 5 to 3600 s",
    "lines": "1 to 16 lines",
    "agents": "1 to 16 people",
    "seed": "a number, 0 to 999999",
}


class TownOrder(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that happens in the simulated town."""


class TownCall(TownOrder, frozen=True, tag="town.call"):
    """Somebody in town calls the office on a line."""

    line: LineNumber
    number: Number
    name: Annotated[str, Meta(max_length=40)] = ""


class TownPress(TownOrder, frozen=True, tag="town.press"):
    """Press keys on a telephone that is off its hook."""

    who: Who
    keys: Annotated[str, Meta(pattern=r"^[0-9*#]{1,40}$")]


class TownSay(TownOrder, frozen=True, tag="town.say"):
    """Speak a sentence into a telephone."""

    who: Who
    text: Annotated[str, Meta(min_length=1, max_length=300)]


class TownLift(TownOrder, frozen=True, tag="town.lift"):
    """Lift an office phone."""

    phone: Phone


class TownDial(TownOrder, frozen=True, tag="town.dial"):
    """Dial on an office phone; it is lifted first where it lies on its hook."""

    phone: Phone
    digits: Annotated[str, Meta(pattern=r"^[0-9*#]{1,20}$")]


class TownAnswer(TownOrder, frozen=True, tag="town.answer"):
    """Answer a telephone that rings, in town or in the office."""

    who: Who


class TownHangUp(TownOrder, frozen=True, tag="town.hang_up"):
    """Put a telephone back on its hook."""

    who: Who


class TownUnplug(TownOrder, frozen=True, tag="town.unplug"):
    """Pull the plug of a line, or of a station of the office."""

    what: What


class TownPlug(TownOrder, frozen=True, tag="town.plug"):
    """Put a pulled plug back."""

    what: What


class TownCut(TownOrder, frozen=True, tag="town.cut"):
    """The exchange takes the battery off a line for some seconds."""

    line: LineNumber
    seconds: Annotated[float, Meta(ge=0, le=600)] = 2.0


class TownNoise(TownOrder, frozen=True, tag="town.noise"):
    """Noise on a line from now on; -70 is a good one, -30 a bad one."""

    line: LineNumber
    dbm: Annotated[float, Meta(ge=-90, le=-20)] = -30.0


class TownPowerCut(TownOrder, frozen=True, tag="town.power_cut"):
    """The box loses its power: calls drop, and what no disk has is gone. With `seconds` it comes back by
    itself after so long; 0: only by `town.power_on`."""

    seconds: Annotated[float, Meta(ge=0, le=600)] = 10.0


class TownPowerOn(TownOrder, frozen=True, tag="town.power_on"):
    """Its power is back: a new engine begins on what the disk has."""


class TownStory(TownOrder, frozen=True, tag="town.story"):
    """What was done in the town so far, as a test: the answer's `text`."""


class TownStoryAnew(TownOrder, frozen=True, tag="town.story_anew"):
    """Forget what was done so far: the story begins here."""


class TownBusy(TownOrder, frozen=True, tag="town.busy"):
    """A busy hour at sixty times speed, in an office of its own beside this one."""

    calls: Annotated[int, Meta(ge=1, le=600)] = 80
    patience: Annotated[int, Meta(ge=5, le=3600)] = 120
    talk: Annotated[int, Meta(ge=5, le=3600)] = 150
    lines: Annotated[int, Meta(ge=1, le=16)] = 8
    agents: Annotated[int, Meta(ge=1, le=16)] = 4
    seed: Annotated[int, Meta(ge=0, le=999_999)] = 1


class TownBusyStop(TownOrder, frozen=True, tag="town.busy_stop"):
    """The busy hour ends here."""


_KINDS: tuple[type[TownOrder], ...] = (
    *(TownCall, TownPress, TownSay, TownLift, TownDial, TownAnswer, TownHangUp),
    *(TownUnplug, TownPlug, TownCut, TownNoise, TownPowerCut, TownPowerOn),
    *(TownStory, TownStoryAnew, TownBusy, TownBusyStop),
)
TOWN: dict[str, type[TownOrder]] = {str(kind.__struct_config__.tag): kind for kind in _KINDS}


def town_order(name: str, args: dict[str, Any]) -> TownOrder:
    """The order that was sent. Refused: there is none of that name, or a field is not what it may be."""
    if name not in TOWN:
        raise Refused(f'there is no order "{name}"; the town knows {", ".join(TOWN)}')
    kind = TOWN[name]
    unknown = [each for each in args if each not in kind.__struct_fields__]
    if unknown:
        has = ", ".join(kind.__struct_fields__) or "none"
        raise Refused(f'{name} has no field "{unknown[0]}"; it has {has}')
    missing = [each.name for each in msgspec.structs.fields(kind) if each.required and each.name not in args]
    if missing:
        raise Refused(f"{name}: {missing[0]} is missing; it must be {ALLOWED[missing[0]]}")
    try:
        return msgspec.convert(args, kind)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].rstrip("`")
        raise Refused(f"{name}: {field} must be {ALLOWED[field]}, not {str(args[field])[:40]!r}") from None
