"""Whether somebody's own calls may be led to an outside number: asked where it is set, and at each call."""

from firmware.base.numbers import CLASSES, class_of, e164, forms, to_dial
from firmware.tables import Settings


def no_way_out(settings: Settings, who: str, number: str) -> str | None:
    """Why somebody's calls are not led to an outside number, as it is kept (E.164); None: they may be."""
    person, country = settings.people[who], settings.country
    if not person.may_forward_out:
        return f"the owner has not allowed {who} to lead calls outside (people.{who}.may_forward_out)"
    if e164(number, country) != number:
        return "that is no telephone number; write it like +4570102030"
    own = [line.number for line in settings.lines.values() if line.number]
    if number in own:
        return "that is a line of this office: the call would come back"
    if any(to_dial(number, country).startswith(each) for each in settings.emergencies):
        return "nobody is led to an emergency number"
    if CLASSES.index(asked := class_of(number, country, own)) > CLASSES.index(person.may_call):
        return f"{asked} calls are not allowed from {who}"
    if any(form.startswith(start) for form in forms(number, country) for start in settings.office.barred):
        return "that number is barred in this office"
    return None
