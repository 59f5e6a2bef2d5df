"""The box's sentences as somebody in town knows them: those that it has said so far."""

from firmware.sound.frame import Samples
from firmware.sound.prompts import Prompts

Said = tuple[str, str]  # a prompt, and the language in which it was said


class Overheard(Prompts):
    """The sentences of `house`, which are read once for all stories. Nobody has to tell what is said from a
    thousand sentences that never were: the sound itself proves which of those few it is."""

    def __init__(self, house: Prompts) -> None:
        self.language, self.tongues = house.language, house.tongues
        self.known: dict[Said, Samples] = {}

    def sound(self, name: str, language: str | None = None) -> Samples:
        sound = super().sound(name, language)
        if (spoken := self.spoken(name, language)) is not None:
            self.known[name, spoken] = sound
        return sound
