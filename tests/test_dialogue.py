"""A dialogue: questions and keys, in the order in which they are spoken and pressed."""

from collections.abc import Callable

from firmware.base.clock import SECOND, Clock
from firmware.calls.dialogue import Dialogue, Kept, Keys, Pause, Say, Script


class Speaker:
    """Says every prompt in one second, and remembers what was cut off."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.hushed = 0

    def say(self, row: str, *prompts: str) -> float:
        self.said += prompts
        return float(len(prompts))

    def hush(self, row: str) -> None:
        self.hushed += 1


class Talk:
    """A dialogue on a bench: its answers, and the disk's."""

    def __init__(self, script: Callable[[list[str]], Script]) -> None:
        self.clock, self.sound = Clock(), Speaker()
        self.answers: list[str] = []
        self.kept: dict[int, Callable[[], None]] = {}
        self.done = 0
        self.it = Dialogue(
            "line1",
            script(self.answers),
            self.sound,  # type: ignore[arg-type]  # what a dialogue asks of sound: to say, and to hush
            self.clock,
            self.kept.__setitem__,
            self._over,
        )
        self.it.begin()

    def _over(self) -> None:
        self.done += 1

    def wait(self, seconds: float) -> None:
        self.clock.advance(round(seconds * SECOND))

    def press(self, keys: str) -> None:
        for key in keys:
            self.it.key(key)


def number_and_pin(answers: list[str]) -> Script:
    yield Say("welcome")
    answers.append((yield Keys(("your.number",), most=4)))
    answers.append((yield Keys(("your.pin",), most=6, secret=True)))
    yield Say("thanks")


def one_key(answers: list[str]) -> Script:
    answers.append((yield Keys(("press.1",))))


def test_it_speaks_asks_and_ends() -> None:
    talk = Talk(number_and_pin)
    talk.wait(1.1)
    assert talk.sound.said == ["welcome", "your.number"]
    talk.press("101#")
    assert talk.it.secret
    talk.press("739164")
    talk.wait(1.1)
    assert (talk.answers, talk.done) == (["101", "739164"], 1)


def test_who_knows_the_way_keys_over_the_welcome_and_is_not_asked() -> None:
    talk = Talk(number_and_pin)
    talk.press("101#")
    assert talk.answers == ["101"]
    assert talk.sound.said == ["welcome", "your.pin"]


def test_what_is_keyed_while_the_disk_writes_answers_the_next_questions() -> None:
    def script(answers: list[str]) -> Script:
        yield Kept(7)
        yield from number_and_pin(answers)

    talk = Talk(script)
    talk.press("101#739164")
    talk.kept[7]()
    talk.wait(1.1)
    assert talk.answers == ["101", "739164"]
    assert talk.sound.said == ["welcome", "thanks"]


def test_a_pause_after_some_digits_ends_the_number() -> None:
    talk = Talk(number_and_pin)
    talk.wait(1.1)
    talk.press("10")
    talk.wait(3.9)
    assert talk.answers == []
    talk.wait(0.2)
    assert talk.answers == ["10"]


def test_silence_is_an_answer_eight_seconds_after_the_question() -> None:
    talk = Talk(one_key)
    talk.wait(8.9)
    assert talk.answers == []
    talk.wait(0.2)
    assert (talk.answers, talk.done) == ([""], 1)


def test_a_key_cuts_off_what_is_being_said() -> None:
    talk = Talk(one_key)
    talk.wait(0.3)
    talk.press("#")
    assert (talk.answers, talk.sound.hushed) == (["#"], 1)


def test_a_spoken_promise_waits_for_the_disk() -> None:
    def script(answers: list[str]) -> Script:
        answers.append((yield Kept(7)))
        yield Say("saved")

    talk = Talk(script)
    talk.wait(1)
    assert talk.sound.said == []
    talk.kept[7]()
    assert (talk.answers, talk.sound.said) == (["kept"], ["saved"])


def test_a_disk_that_hangs_is_told_so_and_its_late_word_changes_nothing() -> None:
    def script(answers: list[str]) -> Script:
        answers.append((yield Kept(7)))
        yield Pause(5)

    talk = Talk(script)
    talk.wait(3.1)
    assert talk.answers == [""]
    talk.kept[7]()
    assert talk.done == 0


def test_stopped_it_is_silent_and_never_done() -> None:
    talk = Talk(number_and_pin)
    talk.it.stop()
    talk.press("101#")
    talk.wait(60)
    assert (talk.answers, talk.done, talk.sound.said) == ([], 0, ["welcome"])
