"""An office in which anything may happen next: a walk of random acts, and what must hold after each.

People in town call, key and leave; office telephones are lifted, put back, tapped, dialled with and
unplugged; lines lose their battery, turn round, are shared and ring into our seizure; the owner
changes settings. The same seed walks the same way.
"""

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
from walk_rules import Rules

from firmware.base import Refused
from firmware.base.events import EmergencyDialled
from firmware.calls import handset as handsets
from firmware.calls.handset import Handset
from hostsim.office import Office
from hostsim.rig import Fidelity

CALLERS = tuple(f"+453312000{n}" for n in range(1, 7))
FRIENDS = ("+4570102030", "+4570102031")
NUMBERS = ("70102030", "70102031", "70102099", "81", "0112", "9112", "201#", "202#", "203", "204#")
KEYS = "0123456789*#"
PAUSES = (0.02, 0.1, 0.3, 1.0, 2.0, 3.5, 5.0, 8.0, 15.0)
LEFT_OFF = (handsets.State.CONGESTION, handsets.State.HOWLER, handsets.State.PARKED)
FAULTS = 0.2  # how often the walk takes an act of the wires', the bells' or the owner's
DRAINED = 680.0  # s: a silent caller is believed for ten minutes, his silence is noticed after one
DRAINED_AT_ONCE = 70.0  # s: a line without battery frees its call, a howler ends after 45
ALL_KEYED = 20.0  # s: the longest number by pulses, or several sentences, and the pause behind them
SETTINGS: tuple[dict[str, Any], ...] = (
    {"queues": {"sales": {"nobody": {"ring": ["phone1", "phone2"], "hunt": None}}}},
    {"queues": {"sales": {"nobody": {"ring": None, "hunt": ["phone1", "phone2", "phone3"]}}}},
    {"queues": {"sales": {"ring_s": 3}, "support": {"ring_s": 5}}},
    {"queues": {"support": {"nobody": {"ring": None, "hunt": ["phone4", "phone3"]}}}},
    {"queues": {"support": {"nobody": {"ring": ["phone1", "phone3", "phone4"], "hunt": None}}}},
    {"menus": {"main": {"keys": {"1": "support", "2": "sales", "3": "ann", "4": "phone4"}}}},
    {"menus": {"main": {"keys": {"1": "sales", "2": "support", "3": "operator", "4": "203"}}}},
    {"menus": {"main": {"silence": "support", "wait_s": 2, "tries": 1}}},
    {"menus": {"main": {"silence": "operator", "wait_s": 5, "tries": 3}}},
    {"queues": {"sales": {"strategy": "ring_down"}, "support": {"strategy": "longest_idle"}}},
    {"queues": {"sales": {"strategy": "hunt", "wrap_s": 0}, "support": {"strategy": "fewest_calls"}}},
    {"operator": "phone2"},
    {"operator": "phone1"},
    {
        "people": {"eva": {"number": "105", "station": "phone3"}},
        "queues": {"sales": {"members": ["ann", "eva"]}},
    },
    {"people": {"eva": None}, "queues": {"sales": {"members": ["ann", "ben", "cleo", "dan"]}}},
    {"queues": {"help": {"members": ["ben"], "nobody": "wait"}}, "menus": {"main": {"keys": {"2": "help"}}}},
    {"queues": {"help": None}, "menus": {"main": {"keys": {"2": "support"}}}},
)
AGENTS = ("ann", "ben", "cleo", "olga")


class Walk:
    """One office; `go(steps)` walks, `drain()` sends everybody home."""

    def __init__(self, seed: int, fidelity: Fidelity = "signal") -> None:
        self.office = Office(fidelity=fidelity, seed=seed)
        self.random = Random(seed)
        self.acts: list[str] = []
        self._signal = fidelity == "signal"
        self._rules = Rules(self.office, self._hold, self._signal)
        self._people = [self.office.caller(number) for number in CALLERS]
        self._friends = [self.office.caller(number) for number in FRIENDS]
        self._phones = [self.office.phone(name) for name in self.office.town.stations]
        self._lines = [self.office.line(n) for n in (1, 2, 3, 4)]

    def go(self, steps: int) -> None:
        for _ in range(steps):
            kinds = self._faults if self.random.random() < FAULTS else self._usual
            self._do(self.random.choice(kinds))

    def _do(self, act: Callable[["Walk"], None]) -> None:
        self.acts.append(f"{self.office.now:.2f} {act.__name__}")
        act(self)
        self.pass_time(self.random.choice(PAUSES))

    def pass_time(self, seconds: float) -> None:
        """Let time pass; whoever asked for what cannot be is told so, and all goes on."""
        end = self.office.now + seconds
        while self.office.now < end - 0.01:
            try:
                self.office.wait(end - self.office.now)
            except Refused:
                self.acts.append("  refused")
        self._rules.check()

    # What may happen: people

    def somebody_calls(self) -> None:
        self._one_who(self._people, lambda who: who.state == "idle").dial(line=self.random.randint(1, 4))

    def somebody_keys(self) -> None:
        who = self._one_who(self._people, lambda who: who.state == "talking")
        who.press(self._one("112205*") + self._one(("", "", "1", "30")))

    def call_and_choose(self) -> None:
        who = self._one_who(self._people, lambda who: who.state == "idle")
        who.dial(line=self.random.randint(1, 4))
        self.pass_time(self._one((4.0, 6.0, 9.0)))
        who.press(self._one("1122340"))

    def somebody_says(self) -> None:
        self._one(self._people + self._friends).say(np.zeros(self.random.randint(800, 40_000), np.int16))

    def somebody_leaves(self) -> None:
        self._one_who(self._people + self._friends, lambda who: who.state != "idle").hang_up()

    def a_friend_answers(self) -> None:
        self._one_who(self._friends, lambda who: who.ringing).answer()

    def lift(self) -> None:
        self._one_who(self._phones, lambda phone: phone.ringing).lift()

    def put_back(self) -> None:
        self._one_who(self._phones, lambda phone: phone.off).hang_up()

    def put_all_back(self) -> None:
        for phone in self._phones:
            phone.hang_up()

    def dial(self) -> None:
        self._one_who(self._phones, lambda phone: phone.off).press(self._one(NUMBERS))

    def lift_and_dial(self) -> None:
        phone = self._one_who(self._phones, lambda phone: not phone.off)
        phone.lift()
        self.pass_time(self._one((0.1, 0.5, 1.0)))
        phone.press(self._one(NUMBERS))

    def press(self) -> None:
        self._one(self._phones).press("".join(self.random.choices(KEYS, k=self.random.randint(1, 9))))

    def tap(self) -> None:
        self._one(self._phones).flash()

    def pulse(self) -> None:
        self._one(self._phones).pulse(self._one(("203", "112", "1", "70102030", "9")))

    def say(self) -> None:
        self._one(self._phones).say(np.zeros(self.random.randint(800, 40_000), np.int16))

    def cry_for_help(self) -> None:
        """From a telephone just lifted, or one left off its hook: the digits must lead to help."""
        phone = self._one_who(self._phones, lambda phone: phone.plugged)
        box_phone = self._box_phone(phone.name)
        if box_phone.state in LEFT_OFF:
            self.pass_time(ALL_KEYED)
        else:
            phone.hang_up()
            self.pass_time(1.5)
            phone.lift()
            self.pass_time(0.5)
        if not phone.plugged or box_phone.state not in (handsets.State.DIAL_TONE, *LEFT_OFF):
            return  # it was rung just then, and lifting answered
        before = len(self.office.saw(EmergencyDialled))
        phone.press("112")
        self.pass_time(0.7)
        told = self.office.saw(EmergencyDialled)[before:]
        self._hold(phone.name in [each.phone for each in told], f"{phone.name} cried for help in vain")

    # What may happen: agents

    def sign_in(self) -> None:
        self.office.agent(self._one(AGENTS)).sign_in()

    def sign_out(self) -> None:
        self.office.agent(self._one(AGENTS)).sign_out()

    def change_status(self) -> None:
        agent = self.office.agent(self._one(AGENTS))
        self._one((agent.ready, lambda: agent.break_("lunch")))()

    def reject(self) -> None:
        self.office.agent(self._one(AGENTS)).reject()

    # What may happen: wires, and the owner

    def unplug_a_phone(self) -> None:
        self._one(self._phones).unplug()

    def plug_a_phone(self) -> None:
        self._one_who(self._phones, lambda phone: not phone.plugged).plug()

    def unplug_a_line(self) -> None:
        self._one(self._lines).unplug()

    def battery_fails(self) -> None:
        self._one(self._lines).battery(False)

    def all_lines_heal(self) -> None:
        for line in self._lines:
            line.plug()
            line.battery(True)
            line.parallel(False)
            line.exchange(dial_tone=True)

    def cut_a_line(self) -> None:
        self._one(self._lines).cut(self._one((0.05, 0.2, 0.4, 0.6, 2.0, 7.0)))

    def turn_a_line(self) -> None:
        self._one(self._lines).reverse()

    def share_a_line(self) -> None:
        self._one(self._lines).parallel(self.random.random() < 0.5)

    def noise_rings(self) -> None:
        self._one(self._lines).ring_noise(self._one((0.05, 0.14, 0.5, 1.0)))

    def ring_into_our_seizure(self) -> None:
        self._one(self._lines).glare_at(self.office.now + self.random.uniform(-0.3, 4.5))

    def exchange_changes(self) -> None:
        self._one(self._lines).exchange(
            caller_id=self._one((None, "bell202", "v23", "v23_reversal", "dtmf", "none")),
            release=self._one((None, "loop_break", "reversal", "busy_tone", "dial_tone", "silence")),
            reversal_on_answer=self._one((None, True, False)),
            dial_tone=self._one((None, True, True, False)),
        )

    def owner_changes_settings(self) -> None:
        self.office.settings(self._one(SETTINGS))

    _usual = (
        *([somebody_calls] * 3),
        *([call_and_choose] * 5),
        *([somebody_keys] * 4),
        somebody_says,
        *([somebody_leaves] * 2),
        *([a_friend_answers] * 2),
        *([lift] * 4),
        *([put_back] * 5),
        put_all_back,
        *([lift_and_dial] * 3),
        dial,
        press,
        tap,
        pulse,
        say,
        cry_for_help,
        *([sign_in] * 2),
        sign_out,
        change_status,
        reject,
    )
    _faults = (
        unplug_a_phone,
        *([plug_a_phone] * 2),
        unplug_a_line,
        battery_fails,
        *([all_lines_heal] * 5),
        *([cut_a_line] * 2),
        turn_a_line,
        *([share_a_line] * 2),
        noise_rings,
        *([ring_into_our_seizure] * 3),
        exchange_changes,
        owner_changes_settings,
    )

    def _one(self, things: Any) -> Any:
        return self.random.choice(things)

    def _one_who(self, things: list[Any], fits: Callable[[Any], Any]) -> Any:
        """One that fits if there is any; now and then any one, to be refused."""
        fitting = [each for each in things if fits(each)]
        return self._one(fitting if fitting and self.random.random() < 0.9 else things)

    def _box_phone(self, name: str) -> Handset:
        phone: Handset = self.office.box.exchange.phones[name]
        return phone

    def drain(self) -> None:
        """Everything is mended and everybody hangs up: nothing stays behind, and the books balance."""
        self.acts.append(f"{self.office.now:.2f} drain")
        self.all_lines_heal()
        strangers = [self.office.caller(f"+453800000{n}") for n in range(len(self._lines))]  # of the glares
        for each in (*self._people, *self._friends, *strangers, *self._phones):
            each.hang_up()
        for phone in self._phones:
            phone.plug()
        for line in () if self._signal else self._lines:
            line.cut(8.0)  # every tick is computed: nobody waits for a silent caller's ten minutes
        for _ in range(5):
            self.pass_time((DRAINED if self._signal else DRAINED_AT_ONCE) / 5)
        self._rules.check_drained()

    def _hold(self, holds: object, sentence: str) -> None:
        if not holds:
            story = "\n".join(self.acts[-12:])
            raise AssertionError(f"at {self.office.now:.2f} {sentence}\n{story}")
