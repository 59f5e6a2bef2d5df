"""An office in which hands do anything with calls: a walk of verbs, codes, hooks and wires.

Each verb is drawn by whoever walks: `hypothesis` in short walks, a seed in long ones. What the box
refuses is refused, and all goes on.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from hands_rules import HandsRules
from talk_times import IN_CALL, TalkTimes

from firmware.base import Refused
from firmware.base.clock import SECOND, TICK
from hostsim.office import Office

PEOPLE = ("ann", "ben", "cleo", "dan")
AWAY, MOBILE = "olga", "+4520123456"  # her station is a number outside
STATIONS = ("phone1", "phone2", "phone3", "phone4", "usb1", "browser")
ANALOG = STATIONS[:4]
LINES = (1, 2, 3, 4)
FRIENDS = ("+4570102030", "+4570102031")
TO = ("ann", "ben", "cleo", "dan", AWAY, "phone3", "204", "support", "operator", "701")
OUT = ("70102030", "+4570102031", "70102099", "112", "0044123")
NUMBERS = ("201", "202", "203#", "101#", "103#", "70102030", "70102031", "70102099", "701#", "112")
CODES = (
    "*2", "#2", "*3", "#3", "*4", "#4", "#72", "*8", "701#", "702#",
    *(f"{code}{number}#" for code in ("##", "#1", "**", "*33", "*34") for number in ("202", "103", "112")),
)  # fmt: skip
PAUSES = (0.02, 0.1, 0.5, 1.0, 2.0, 5.0, 12.0, 30.0)
SLICE = SECOND // 2  # µs between two looks, at most
DRAINED = 760.0  # s: a silent caller is believed for ten minutes, his silence is noticed after one
LISTENS = {"may_listen": True}
BACK = {"enabled": True, "preview_s": 2, "gaps": [60], "tries": 1}
WAITS = {"wrap_s": 0, "keys": {"9": "callback"}}
START: dict[str, Any] = {
    "operator": "phone4",
    "lines": {f"line{n}": {"to": to} for n, to in enumerate(("ann", "sales", "cleo", "support"), 1)},
    "people": {"ben": LISTENS, "dan": LISTENS, "cleo": LISTENS, AWAY: {**LISTENS, "station": MOBILE}},
    "queues": {
        "sales": {**WAITS, "members": ["ben", AWAY], "callback": {**BACK, "first": "customer"}},
        "support": {**WAITS, "members": [*PEOPLE, AWAY], "whisper": True, "callback": BACK},
    },
}
QUESTIONS = ("prompt:callback.question", "prompt:outside.call")  # who is asked so presses 1, mostly


class HandsWalk:
    """One office; time passes by `wait` alone."""

    def __init__(self, together: bool = True, away: bool = False) -> None:
        """`together`: two lines may be left alone with each other; `away`: somebody works outside."""
        self.office = Office({**START, "lines_together": together}, fidelity="signal")
        self.acts: list[str] = []
        self.rules = HandsRules(self.office, self._hold)
        self.times = TalkTimes(self.office, self._hold)
        self.people = (*PEOPLE, AWAY) if away else PEOPLE
        self.callers = {n: self.office.caller(f"+453312000{n}") for n in LINES}
        self.friends = [self.office.caller(number) for number in (*FRIENDS, MOBILE)]
        for who in self.people:
            self.office.agent(who).sign_in()
        self.wait(2.0)

    def wait(self, seconds: float) -> None:
        office = self.office
        end = office._ticks(seconds)
        while office.rig.now < end or office._acts:
            end = max(end, office.rig.now + TICK)  # a refusal broke its tick off
            try:
                office._step(min(end, office.rig.now + SLICE))
            except Refused as refusal:
                self.acts.append(f"  refused: {refusal}")
            self.times.step()
            if not office._acts:
                self.rules.check()

    def _note(self, what: str) -> None:
        self.acts.append(f"{self.office.now:.2f} {what}")

    # Town

    def arrive(self, line: int) -> None:
        if self.callers[line].state == "idle":
            self._note(f"caller{line} rings")
            self.callers[line].dial(line=line)

    def key(self, line: int, keys: str) -> None:
        self._note(f"caller{line} keys {keys}")
        self.callers[line].press(keys)

    def leave(self, line: int) -> None:
        self._note(f"caller{line} leaves")
        self.callers[line].hang_up()

    def friend(self, nth: int, verb: str) -> None:
        self._note(f"friend {nth} {verb}")
        getattr(self.friends[nth], verb)()

    def ask_back(self, line: int, stays: bool) -> None:
        """He waits in a queue, and asks to be called back instead."""
        for key in "91":
            self.key(line, key)
            self.wait(1.0)
        if not stays:
            self.leave(line)

    def live(self, random: Random) -> None:
        """Town's own life: who is left hangs up, who is rung lifts, who is asked for a key presses it."""
        for each in (*self.callers.values(), *self.friends):
            if each.state in ("dropped", "busy") and random.random() < 0.6:
                each.hang_up()
            elif each.ringing and random.random() < 0.6:
                self._note("somebody in town answers")
                each.answer()
            elif each.hears() in QUESTIONS and random.random() < 0.7:
                self._note("somebody in town presses 1")
                each.press("1")

    def wire(self, line: int, verb: str, *args: Any) -> None:
        self._note(f"line{line} {verb} {args}")
        getattr(self.office.line(line), verb)(*args)

    # Office

    def hand(self, station: str, verb: str) -> None:
        """lift hang_up flash unplug plug"""
        self._note(f"{station} {verb}")
        getattr(self.office.phone(station), verb)()

    def press(self, station: str, keys: str) -> None:
        self._note(f"{station} keys {keys}")
        self.office.phone(station).press(keys)

    def flash_and_key(self, station: str, keys: str) -> None:
        self.hand(station, "flash")
        self.wait(1.0)
        self.press(station, keys)

    def order(self, who: str, verb: str, *args: Any, **named: Any) -> None:
        self._note(f"{who}: {verb} {args} {named or ''}")
        getattr(self.office.agent(who), verb)(*args, **named)

    def take_or_end(self, one: Callable[[Any], Any]) -> None:
        """Whoever is rung lifts, mostly; else somebody hangs up."""
        rings = [name for name in STATIONS if self.office.phone(name).ringing]
        off = [name for name in STATIONS if self.office.phone(name).off]
        verb = "lift" if rings and one((True, True, True, False)) else "hang_up"
        self.hand(one((rings if verb == "lift" else off) or STATIONS), verb)

    def all_answer(self) -> None:
        self._note("all answer")
        for station in STATIONS:
            if self.office.phone(station).ringing:
                self.office.phone(station).lift()
        for friend in self.friends:
            if friend.ringing:
                friend.answer()

    def drain(self) -> None:
        self._note("drain")
        for callback in list(self.office.box.desk.callbacks._open):
            self.office.order("callback.cancel", callback=callback)
        for line in LINES:
            self.office.line(line).plug()
        for station in STATIONS:
            self.office.phone(station).plug()
        self.wait(1.0)
        self._all_leave()
        self.rules.check_drained()
        self.times.check_drained()
        self.office.close()

    def _all_leave(self) -> None:
        for _ in range(2):
            for each in (*self.callers.values(), *self.friends, *self.office.town.operators):
                each.hang_up()
            for station in STATIONS:
                self.office.phone(station).hang_up()
            self.wait(90.0)
        for _ in range(round(DRAINED)):
            if not self.office.box.exchange.calls and all(
                each.state.value == "idle" for each in self.office.box.exchange.lines.values()
            ):
                break
            self.wait(1.0)

    def _hold(self, holds: object, sentence: str) -> None:
        if not holds:
            raise AssertionError(f"at {self.office.now:.2f} {sentence}\n" + "\n".join(self.acts[-25:]))


VERBS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    *((verb, ()) for verb in ("hold", "resume", "swap", "complete", "park", "pickup") for _ in range(2)),
    *(("transfer", (to,)) for to in (*TO, *OUT)),
    *(("transfer", (to, True)) for to in (*TO, *OUT)),
    *(("conference", (to,)) for to in (None, None, *TO, *OUT)),
    *(("dial", (to,)) for to in (*TO, *OUT)),
    *(("mute", (on,)) for on in (True, False)),
    *(("dnd", (on,)) for on in (True, False, False)),
    ("ready", ()),
    *(("listen", (whom, how)) for whom in PEOPLE for how in ("listen", "whisper", "join")),
)


def stroll(walk: HandsWalk, random: Random, steps: int) -> None:
    """So many acts, each followed by a pause; mostly what people do."""
    one: Callable[[Any], Any] = random.choice

    def order() -> None:
        verb, args = one(VERBS)
        who = one(walk.people)
        busy = [name for name in walk.people if walk.office.agent(name).state in IN_CALL]
        walk.order(one(busy) if busy and one((1, 1, 0)) else who, verb, *args)

    def code() -> None:
        off = [name for name in STATIONS if walk.office.phone(name).off]
        if off:
            walk.flash_and_key(one(off), one((*CODES, *NUMBERS)))

    def flash() -> None:
        walk.hand(one([each for each in STATIONS if walk.office.phone(each).off] or STATIONS), "flash")

    def dial() -> None:
        station = one(STATIONS)
        walk.hand(station, "lift")
        walk.wait(1.0)
        walk.press(station, one((*NUMBERS, *CODES)))

    acts = (
        *([lambda: walk.arrive(one(LINES))] * 5),
        lambda: walk.key(one(LINES), one("12057")),
        *([lambda: walk.leave(one(LINES))] * 2),
        *([lambda: walk.ask_back(one((2, 4)), one((True, False)))] * 2),
        *([lambda: walk.friend(one((0, 1, 2)), one(("answer", "answer", "hang_up")))] * 3),
        *([lambda: walk.take_or_end(one)] * 6),
        *([walk.all_answer] * 8),
        *([order] * 12),
        *([code] * 4),
        *([dial] * 2),
        *([flash] * 2),
        lambda: walk.hand(one(STATIONS), one(("flash", "hang_up", "unplug", "plug", "plug"))),
        *([lambda: walk.hand(one(("usb1", "browser")), one(("unplug", "plug", "plug")))] * 3),
        lambda: walk.press(one(STATIONS), one(("1", "2", "3"))),
        lambda: walk.wire(one(LINES), *one((("unplug",), ("plug",), ("plug",), ("cut", 0.5), ("cut", 2.0)))),
    )
    for _ in range(steps):
        one(acts)()
        walk.wait(one(PAUSES))
        walk.live(random)
