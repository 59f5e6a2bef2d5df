"""A dialogue: the box speaks with somebody, and he keys; written as a script that reads from top to bottom.

A script is a generator. It yields a step (`Say`, `Keys`, `Pause` …) and is given back the answer:

    def confirm(number):
        key = yield Keys(("callback.number", *digits(number), "callback.press1"))
        yield Say("callback.thanks" if key == "1" else "goodbye")

A key stops whatever is being said. What is keyed before it is asked for is kept for the next question.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from inspect import GEN_RUNNING, getgeneratorstate

from firmware.base.clock import SECOND, Clock, Timer
from firmware.base.events import DigitHeard
from firmware.base.ports import Played, Sound
from firmware.calls.call import Call, Tell

MOST_AHEAD = 32  # keys kept for the next question
ENDS_LATE = 2 * SECOND  # µs after the last possible key in which an end key is one of habit, and no answer
DISK = 3.0  # s that somebody waits for the disk before he is told that it does not answer


@dataclass(frozen=True, init=False)
class Say:
    """Say prompts, one after another. The answer is ""."""

    prompts: tuple[Played, ...]

    def __init__(self, *prompts: Played) -> None:
        object.__setattr__(self, "prompts", prompts)


@dataclass(frozen=True)
class Keys:
    """Ask, and wait for keys: one, or up to `most` of them, ended by `end` or by `next_s` without one.

    The answer is what was keyed, without the end key; "" where nothing came for `first_s` after the
    question. `secret` keys are never told as events; nobody waits for more behind one of `whole`, nor where
    it is `enough`.
    """

    prompts: tuple[Played, ...] = ()
    most: int = 1
    first_s: float = 8.0
    next_s: float = 4.0
    end: str = "#"
    secret: bool = False
    whole: frozenset[str] = frozenset()
    enough: Callable[[str], bool] = lambda keys: False


@dataclass(frozen=True)
class Pause:
    """Be silent for so long; a key ends it. The answer is ""."""

    seconds: float


@dataclass(frozen=True)
class Kept:
    """Wait until the event `seq` is safe from a power cut. The answer is "kept", or "" if the disk hangs."""

    seq: int


@dataclass(frozen=True)
class Ask:
    """Wait for what is asked outside the box. `begin(tell)` asks, and `tell(text)` is told in the tick
    thread, once at most; the answer is "" where nothing came within `seconds`."""

    begin: Callable[[Callable[[str], None]], None]
    seconds: float


Step = Say | Keys | Pause | Kept | Ask
Script = Generator[Step, str, None]
WhenKept = Callable[[int, Callable[[], None]], None]


class Dialogue:
    """One script, played to `row`. `done` is called once, at its end; not where it is stopped."""

    def __init__(
        self,
        row: str,
        script: Generator[Step, str, object],
        sound: Sound,
        clock: Clock,
        when_kept: WhenKept,
        done: Callable[[], None],
        taken: Callable[[str], object] = lambda key: None,
    ) -> None:
        """`taken(key)` is told of each key that answers a question, unless it is secret."""
        self._row, self._script, self._sound, self._clock = row, script, sound, clock
        self._when_kept, self._done, self._taken = when_kept, done, taken
        self._ahead = ""  # keyed before it was asked for
        self._typed = ""
        self._habit: tuple[str, int] = ("", 0)  # an end key that is not needed any more, and until when
        self._said = 0  # µs: the end of what is said to him
        self._step: Step | None = None  # None: not begun, or over
        self._timer: Timer | None = None
        self.over = False

    @property
    def secret(self) -> bool:
        """Is a secret being keyed?"""
        return isinstance(self._step, Keys) and self._step.secret

    @property
    def ahead(self) -> str:
        """What was keyed, and asked for by nothing yet."""
        return self._ahead

    @property
    def listens(self) -> bool:
        """All was said, his answer is waited for."""
        return isinstance(self._step, Keys) and self._clock.now >= self._said

    def begin(self) -> None:
        self._go_on(None)

    def key(self, key: str) -> None:
        """He pressed a key."""
        if self.over or self._of_habit(key):
            return
        if isinstance(self._step, Keys):
            self._sound.hush(self._row)
            self._take(self._step, key)
            return
        self._ahead = (self._ahead + key)[:MOST_AHEAD]
        if isinstance(self._step, Say | Pause):
            self._sound.hush(self._row)
            self._go_on("")

    def _of_habit(self, key: str) -> bool:
        """Many press # behind a number that was complete without it."""
        (end, until), self._habit = self._habit, ("", 0)
        return key == end and self._clock.now < until

    def stop(self) -> None:
        """He has gone, or somebody speaks with him now."""
        if not self.over:
            self._end()
            self._sound.hush(self._row)
            if getgeneratorstate(self._script) != GEN_RUNNING:  # else it led him elsewhere itself
                self._script.close()

    # The steps

    def _go_on(self, answer: str | None) -> None:
        self._stop_timer()
        try:
            self._step = next(self._script) if answer is None else self._script.send(answer)
        except StopIteration:
            if not self.over:  # the script itself may have led him elsewhere
                self._end()
                self._done()
            return
        if not self.over:
            self._begin(self._step)

    def _begin(self, step: Step) -> None:
        match step:
            case Say():
                self._wait(self._sound.say(self._row, *step.prompts), "")
            case Pause():
                self._wait(step.seconds, "")
            case Kept():
                self._wait(DISK, "")
                self._when_kept(step.seq, lambda: self._kept(step))
            case Ask():
                self._wait(step.seconds, "")
                step.begin(lambda text: self._told(step, text))
            case Keys():
                self._ask(step)

    def _kept(self, step: Kept) -> None:
        if self._step is step:
            self._go_on("kept")

    def _told(self, step: Ask, text: str) -> None:
        if self._step is step:
            self._go_on(text)

    def _ask(self, step: Keys) -> None:
        self._typed = ""
        self._said = self._clock.now
        if not self._ahead:
            seconds = self._sound.say(self._row, *step.prompts) if step.prompts else 0.0
            self._said += round(seconds * SECOND)
            self._wait(seconds + step.first_s, "")
        while self._ahead and self._step is step:  # once it is answered, the rest is for the next question
            key, self._ahead = self._ahead[0], self._ahead[1:]
            self._take(step, key)

    def _take(self, step: Keys, key: str) -> None:
        if not step.secret:
            self._taken(key)
        if step.most > 1 and key == step.end:
            self._go_on(self._typed)
            return
        self._typed += key
        if len(self._typed) >= step.most or self._typed in step.whole or step.enough(self._typed):
            self._forgive(step)
            self._go_on(self._typed)
        else:
            self._wait(step.next_s, self._typed)

    def _forgive(self, step: Keys) -> None:
        """An end key may follow although the number is complete."""
        if step.most > 1 and self._ahead.startswith(step.end):
            self._ahead = self._ahead.removeprefix(step.end)
        elif step.most > 1:
            self._habit = (step.end, self._clock.now + ENDS_LATE)

    # The machine

    def _end(self) -> None:
        self.over, self._step = True, None
        self._stop_timer()

    def _wait(self, seconds: float, answer: str) -> None:
        self._stop_timer()
        self._timer = self._clock.after(seconds, lambda: self._go_on(answer))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


class Talks:
    """All dialogues that go on, by the row of whom the box speaks with."""

    def __init__(self, sound: Sound, clock: Clock, tell: Tell, when_kept: WhenKept) -> None:
        self._sound, self._clock, self._tell, self._when_kept = sound, clock, tell, when_kept
        self._on: dict[str, Dialogue] = {}
        self._behind: dict[str, list[Callable[[], None]]] = {}
        self.watch: Callable[[str], None] = lambda row: None  # told that one began or ended at a row

    def __contains__(self, row: str) -> bool:
        return row in self._on

    def begin(
        self,
        row: str,
        script: Script,
        done: Callable[[], None] = lambda: None,
        left: Callable[[str], object] = lambda keys: None,
    ) -> None:
        """Speak with whoever is at `row`; `done` follows, unless it is stopped, and `left` is told of keys
        that nothing had asked for."""
        self.stop(row)
        over = partial(self._over, row, done, left)
        talk = Dialogue(row, script, self._sound, self._clock, self._when_kept, over)
        self._on[row] = talk
        self.watch(row)
        talk.begin()

    def _over(self, row: str, done: Callable[[], None], left: Callable[[str], object]) -> None:
        talk = self._on.pop(row)
        done()
        self._ended(row)
        left(talk.ahead)

    def _ended(self, row: str) -> None:
        self.watch(row)
        for then in self._behind.pop(row, ()):
            self._clock.after(0.0, partial(self.then, row, then))

    def then(self, row: str, do: Callable[[], None]) -> None:
        """Do it when nobody speaks with him any more, however that ends."""
        if row in self._on:
            self._behind.setdefault(row, []).append(do)
        else:
            do()

    def secret(self, row: str) -> bool:
        """Is a secret being keyed there?"""
        return row in self._on and self._on[row].secret

    def stop(self, row: str) -> None:
        if (talk := self._on.pop(row, None)) is not None:
            talk.stop()
            self._ended(row)

    def key(self, row: str, key: str, call: Call | None = None) -> bool:
        """A key pressed there, told as one of `call`'s unless it is secret. False: nobody speaks with him."""
        talk = self._on.get(row)
        if talk is None:
            return False
        if call is not None and not talk.secret:
            self._tell(DigitHeard(call=call.id, key=key))
        talk.key(key)
        return True
