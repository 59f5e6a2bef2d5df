"""The parts of a box that are made of all its ports at once."""

from collections.abc import Callable, Mapping, Sequence

from firmware.base.ports import Port, Shelf
from firmware.sound.ears import Ears
from firmware.sound.echo import Echo


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
