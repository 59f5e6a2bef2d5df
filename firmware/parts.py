"""The parts of a box that are made of much of it at once."""

from collections.abc import Callable, Mapping, Sequence

from firmware.base.clock import Clock
from firmware.base.ports import Ears as Hearing
from firmware.base.ports import Port, Shelf, Sound
from firmware.calls.call import Tell
from firmware.calls.drafts import Drafts
from firmware.calls.exchange import Exchange
from firmware.calls.handset import Handset
from firmware.calls.line import Line
from firmware.sound.ears import Ears
from firmware.sound.echo import Echo
from firmware.sound.prompts import Prompts
from firmware.sound.tones import PLANS
from firmware.tables import Settings


def echo_of(shelves: Sequence[Shelf], rows: Mapping[str, int]) -> Echo:
    """Echo is taken off where sound crosses a hybrid."""
    echo = Echo(len(rows))
    for shelf in shelves:
        for name in shelf.ports:
            echo.bypass(rows[name], not shelf.hybrids)
    return echo


def ears_of(ports: Mapping[str, Port], country: Callable[[str], str]) -> Ears:
    """They hear every port that does not tell its keys itself, with the tones of its own `country`."""
    kinds = {name: port.kind for name, port in ports.items()}
    tell = {name for name, port in ports.items() if port.kind == "phone" and port.tells_keys}
    return Ears(kinds, {name: country(name) for name in ports}, tell)


def lines_of(
    ports: Mapping[str, Port], settings: Settings, ears: Hearing, clock: Clock, tell: Tell
) -> dict[str, Line]:
    """Each with the ringing of its own country."""
    lines = {name: port for name, port in ports.items() if port.kind == "line"}
    rows = {name: settings.lines[name] for name in lines}
    rings = {name: PLANS[settings.country_of(name)].ring_cadence for name in lines}
    return {
        name: Line(name, port, ears, clock, tell, rings[name], rows[name].supervision, rows[name].silence_s)
        for name, port in lines.items()
    }


def phones_of(
    ports: Mapping[str, Port], country: str, ears: Hearing, sound: Sound, clock: Clock, tell: Tell
) -> dict[str, Handset]:
    """They ring as telephones of the office's country do."""
    cadence = PLANS[country].ring_cadence
    phones = {name: port for name, port in ports.items() if port.kind == "phone"}
    return {name: Handset(name, port, ears, sound, clock, tell, cadence) for name, port in phones.items()}


def drafts_of(exchange: Exchange, prompts: Prompts, check: Callable[[Settings], object]) -> Drafts:
    """Flows that are tried from the telephones of the office."""
    drafts = Drafts(lambda: exchange.settings, exchange.incoming.aids, check, prompts.lengths)
    exchange.services |= drafts.services
    return drafts
