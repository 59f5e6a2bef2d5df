"""Thousands of digits through the whole box, as short as telephones make them: none is lost, none is made up.

RELIABILITY D-15: tones of 40 ms with pauses of 40 ms (ETSI ES 201 235-1), pulses at ten a second.
"""

from random import Random
from typing import Any

import pytest

from firmware.base.events import CallDialled, DigitHeard
from firmware.sound.dtmf import make_keys
from firmware.sound.frame import to_int16
from hostsim.office import Office

SHORT = 0.04  # s of tone, and of pause
NUMBERS = 128  # of eight digits each
LENGTH = 8
PHONES = 4
LEVELS = (-24.0, -14.0, -8.0)  # dBm0, each of a key's two tones at the far end of the line
KEYS = "0123456789*#"

pytestmark = pytest.mark.gate


def numbers(random: Random, count: int) -> list[str]:
    """Danish numbers that nobody has, and that are not busy."""
    drawn = (
        random.choice("23456789") + "".join(random.choices("0123456789", k=LENGTH - 1)) for _ in iter(int, 1)
    )
    return [
        number for number, _ in zip((each for each in drawn if each[-2:] != "99"), range(count), strict=False)
    ]


@pytest.mark.parametrize("way", ["tones", "pulses"])
def test_numbers_dialled_at_the_offices_telephones_go_out_as_they_were_dialled(way: str) -> None:
    random = Random(15)
    wanted = numbers(random, NUMBERS)
    with Office() as office:
        office.wait(3)
        for start in range(0, NUMBERS, PHONES):
            for n, number in enumerate(wanted[start : start + PHONES], 1):
                _dial(office, f"phone{n}", number, way)
                office.wait(random.choice((0.02, 0.11, 0.37)))
            office.wait_until(lambda start=start: len(_sent(office)) >= start + PHONES, 40)
            for n in range(1, PHONES + 1):
                office.phone(f"phone{n}").hang_up()
            office.wait(4)
        assert sorted(_sent(office)) == sorted(wanted)


def _dial(office: Office, name: str, number: str, way: str) -> None:
    phone = office.phone(name)
    phone.lift()
    office.wait(0.6)
    if way == "pulses":
        phone.pulse(number)
    else:
        phone.say(to_int16(make_keys(number, SHORT, SHORT)))


def _sent(office: Office) -> list[str]:
    """The numbers of all calls so far, each once."""
    return list({each.call: each.number for each in office.saw(CallDialled)}.values())


def test_short_tones_from_town_are_heard_over_the_menu() -> None:
    random = Random(16)
    menu = {"keys": {"1": None, "2": None, "0": None}, "tries": 5}
    wanted: dict[str, str] = {}
    with Office({"menus": {"main": menu}}) as office:
        office.wait(3)
        for n in range(50):
            callers = [office.caller(f"+45331200{n:02}{line}") for line in range(1, 5)]
            _ask(office, callers, random, wanted)
    heard: dict[str, Any] = {}
    for event in office.saw(DigitHeard):
        heard[event.call] = heard.get(event.call, "") + event.key
    assert sum(len(each) for each in wanted.values()) == 1000
    assert heard == wanted


def _ask(office: Office, callers: list[Any], random: Random, wanted: dict[str, str]) -> None:
    """Four people ring, key five short keys each while they are greeted, and leave."""
    for line, caller in enumerate(callers, 1):
        caller.dial(line=line)
    office.wait_until(lambda: all(caller.state == "talking" for caller in callers), 15)
    office.wait(random.uniform(1.0, 3.0))
    for line, caller in enumerate(callers, 1):
        keys = "".join(random.choices(KEYS, k=5))
        caller.say(to_int16(make_keys(keys, SHORT, SHORT, random.choice(LEVELS))))
        wanted[office.box.exchange.lines[f"line{line}"].call.id] = keys
    office.wait(1.0)
    for caller in callers:
        caller.hang_up()
    office.wait_until(lambda: all(office.line(n).state == "idle" for n in range(1, 5)), 20)
