"""The codes of a telephone: what is keyed, what is said, and that no emergency number is lost in them."""

from pathlib import Path
from typing import Any

import pytest
from stories import BOTH, menu_heard

from firmware.base.events import AgentChanged, EmergencyDialled, PhoneRang, PinChecked, QueueEntered
from firmware.base.numbers import emergency_numbers
from firmware.base.pins import sealed
from firmware.calls.codes import ASKING
from firmware.calls.dialling import decide
from firmware.desk.services import waiting
from firmware.rim.journal import MemoryJournal
from firmware.settings import read
from firmware.tables import ZONES
from hostsim.office import Office

PIN = "739164"
SIGN_IN = f"*11101#{PIN}#"
ASK_PIN = "prompt:code.pin"


def lifted(office: Office, phone: str = "phone1") -> Any:
    office.wait(3)
    held = office.phone(phone)
    held.lift()
    office.wait(1)
    return held


def hears(office: Office, phone: Any, prompt: str, at_most: float = 6) -> None:
    office.wait_until(lambda: phone.hears() == f"prompt:{prompt}", at_most)


def keyed(office: Office, keys: str, prompt: str, phone: str = "phone1") -> Any:
    """Somebody lifts, keys, and is told."""
    held = lifted(office, phone)
    held.press(keys)
    hears(office, held, prompt, 0.16 * len(keys) + 6)
    return held


def put_back(office: Office, held: Any) -> None:
    held.hang_up()
    office.wait(1.2)


# In and out


def test_somebody_signs_in_by_his_number_and_pin() -> None:
    with Office(fidelity="signal") as office:
        phone = lifted(office, "phone3")
        phone.press("*11")
        hears(office, phone, "code.number")
        office.wait(1)
        phone.press("101#")
        hears(office, phone, "code.pin")
        office.wait(1)
        phone.press(f"{PIN}#")
        hears(office, phone, "code.signed_in")
        ann = office.agent("ann")
        assert (ann.status, office.box.desk.agents.at("phone3").name) == ("available", "ann")
        office.wait_until(lambda: phone.hears() == "dial", 4)
        put_back(office, phone)
        assert ann.state == "idle"


@pytest.mark.parametrize("fidelity", BOTH)
def test_who_knows_the_way_keys_all_of_it_at_once(fidelity: Any) -> None:
    with Office(fidelity=fidelity) as office:
        keyed(office, SIGN_IN, "code.signed_in")
        assert office.agent("ann").status == "available"


def test_no_key_of_a_pin_and_no_pin_stands_in_the_record(tmp_path: Path) -> None:
    with Office(fidelity="signal", state=tmp_path) as office:
        put_back(office, keyed(office, SIGN_IN, "code.signed_in"))
        office.settings({"people": {"ann": {"pin": "555777"}}})
        office.wait(1)
        assert not any(PIN in line or "555777" in line for line in office.journal.dump())
        assert "DigitHeard" not in "".join(office.journal.dump())
        put_back(office, keyed(office, "*11101#555777#", "code.signed_in", "phone2"))
    kept = (tmp_path / "settings.json").read_text("utf-8")
    assert "555777" not in kept and '"pin": "blake2b:' in kept
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_three_wrong_pins_lock_somebody_out_for_a_quarter_of_an_hour_even_without_power(
    tmp_path: Path,
) -> None:
    with Office(fidelity="signal", state=tmp_path) as office:
        phone = keyed(office, "*11101#000000#", "code.wrong_pin")
        phone.press("111111#")
        office.wait(4)
        phone.press("222222#")
        hears(office, phone, "code.locked")
        told = [(event.right, event.wrong, event.locked_s) for event in office.saw(PinChecked)]
        assert told == [(False, 1, 0.0), (False, 2, 0.0), (False, 3, 900.0)]
        phone.hang_up()
        office.power_cut()
        office.wait(1)
        office.restart()
        office.wait(3)
        put_back(office, keyed(office, SIGN_IN, "code.locked"))
        assert office.agent("ann").status == "off" and len(office.saw(PinChecked)) == 3
        office.wait(900)
        keyed(office, SIGN_IN, "code.signed_in")


def test_wrong_pins_are_counted_over_calls_and_over_a_restart(tmp_path: Path) -> None:
    with Office(fidelity="signal", state=tmp_path) as office:
        for pin in ("000000", "111111"):
            put_back(office, keyed(office, f"*11101#{pin}#", "code.wrong_pin"))
        office.restart()
        office.wait(3)
        keyed(office, "*11101#222222#", "code.locked")


def test_the_right_pin_forgives_the_wrong_ones() -> None:
    with Office(fidelity="signal") as office:
        for _ in range(2):
            for pin in ("000000", "111111"):
                put_back(office, keyed(office, f"*11101#{pin}#", "code.wrong_pin"))
            put_back(office, keyed(office, SIGN_IN, "code.signed_in"))


class Disk(MemoryJournal):
    """A disk that may hang."""

    hangs = False

    def commit(self) -> None:
        if not self.hangs:
            super().commit()


class OnADisk(Office):
    def _open_journal(self) -> Disk:
        self.disk = Disk()
        return self.disk


def test_a_verdict_is_spoken_when_the_disk_has_it_and_not_before() -> None:
    with OnADisk(fidelity="signal") as office:
        phone = keyed(office, "*11101#", "code.pin")
        office.disk.hangs = True
        phone.press(f"{PIN}#")
        office.wait(3)
        assert (office.agent("ann").status, phone.hears()) == ("off", "silence")
        office.disk.hangs = False
        hears(office, phone, "code.signed_in")
        put_back(office, phone)
        phone = keyed(office, "*11102#", "code.pin")
        office.disk.hangs = True
        phone.press(f"{PIN}#")
        hears(office, phone, "code.disk")
        assert office.agent("ben").status == "off"


def test_a_page_and_a_telephone_count_the_same_tries() -> None:
    with Office(fidelity="signal") as office:
        office.wait(3)
        replies: list[Any] = []
        for pin in ("000000", "111111", "x" * 5000):
            office.box.post("pin.check", {"who": "ann", "pin": pin}, replies.append)
        office.wait(1)
        assert [reply.result["right"] for reply in replies] == [False, False, False]
        assert [reply.result["locked_s"] for reply in replies] == [0.0, 0.0, 900.0]
        office.box.post("pin.check", {"who": "ann", "pin": PIN}, replies.append)
        office.box.post("pin.check", {"who": "ben", "pin": PIN}, replies.append)
        office.wait(1)
        by_kind = {reply.kind: reply for reply in replies[3:]}
        assert by_kind["refused"].sentence == "ann: too many wrong PINs; try again in 15 min"
        assert by_kind["done"].result == {"right": True, "locked_s": 0.0}
        keyed(office, SIGN_IN, "code.locked")


@pytest.mark.parametrize(
    ("keys", "prompt"),
    [
        ("*11999999", "code.no_such_number"),
        ("*11100#", "code.no_pin"),  # olga
        ("*12", "code.nobody_here"),
        ("*22", "code.nobody_here"),
        ("*78", "code.nobody_here"),
        ("*95", "code.unknown"),
        ("*5#", "code.unknown"),
        ("#", "code.unknown"),
    ],
)
def test_what_leads_nowhere_is_told_in_words_and_dial_tone_follows(keys: str, prompt: str) -> None:
    with Office(fidelity="signal") as office:
        phone = keyed(office, keys, prompt)
        office.wait_until(lambda: phone.hears() == "dial", 6)


def test_whoever_says_nothing_is_given_back_dial_tone() -> None:
    with Office(fidelity="signal") as office:
        phone = keyed(office, "*11", "code.number")
        hears(office, phone, "code.nothing", 14)
        office.wait_until(lambda: phone.hears() == "dial", 4)


def test_one_code_signs_in_and_out_at_ones_own_telephone() -> None:
    with Office(fidelity="signal") as office:
        put_back(office, keyed(office, f"*45{PIN}#", "code.signed_in", "phone2"))
        assert office.agent("ben").status == "available"
        put_back(office, keyed(office, "*45", "code.signed_out", "phone2"))
        assert office.agent("ben").status == "off"
        keyed(office, "*45", "code.number", "phone4")  # nobody's telephone


# Breaks, peace, and who waits


def test_breaks_are_listed_chosen_and_ended() -> None:
    with Office(fidelity="signal") as office:
        ann = office.agent("ann")
        put_back(office, keyed(office, SIGN_IN, "code.signed_in"))
        phone = keyed(office, "*24", "break.lunch")
        hears(office, phone, "break.training")
        phone.press("3")
        hears(office, phone, "code.break")
        put_back(office, phone)
        assert (ann.status, office.saw(AgentChanged)[-1].code) == ("break", "training")
        put_back(office, keyed(office, "*22", "code.ready"))
        assert ann.status == "available"
        put_back(office, keyed(office, "*249", "code.no_choice"))
        put_back(office, keyed(office, "*46", "code.break"))
        assert (ann.status, office.saw(AgentChanged)[-1].code) == ("break", "lunch")
        put_back(office, keyed(office, "*46", "code.ready"))
        put_back(office, keyed(office, "*12", "code.signed_out"))
        assert ann.status == "off"


def test_a_break_in_the_owners_own_words_is_called_another() -> None:
    with Office({"breaks": ["lunch", "smoke"]}, fidelity="signal") as office:
        put_back(office, keyed(office, SIGN_IN, "code.signed_in"))
        phone = keyed(office, "*24", "break.other")
        phone.press("2")
        hears(office, phone, "code.break")
        assert office.saw(AgentChanged)[-1].code == "smoke"


def test_peace_is_keyed_and_ended() -> None:
    with Office(fidelity="signal") as office:
        put_back(office, keyed(office, SIGN_IN, "code.signed_in"))
        put_back(office, keyed(office, "*78", "code.dnd_on"))
        assert office.box.snapshot()["agents"]["ann"]["dnd"]
        put_back(office, keyed(office, "*79", "code.dnd_off"))
        assert not office.box.snapshot()["agents"]["ann"]["dnd"]
        keyed(office, "*23", "code.no_reasons")


def test_how_many_wait_is_told() -> None:
    with Office({"queues": {"support": {"nobody": "wait"}}}, fidelity="signal") as office:
        put_back(office, keyed(office, "*47", "digit.0"))
        for line in (1, 2):
            menu_heard(office, line=line, number=f"+453312000{line}").press("2")
        office.wait(1)
        keyed(office, "*47", "digit.2")


def test_counts_are_said_as_people_say_them() -> None:
    said = [" ".join(waiting(count)[1:]) for count in (7, 10, 14, 20, 42, 59, 120)]
    tens = ["digit.7", "number.10", "number.14", "number.20", "number.40 digit.2", "number.50 digit.9"]
    assert said == [*tens, "digit.1 digit.2 digit.0"]


# Emergencies


def test_no_code_and_no_word_of_it_is_in_the_way_of_an_emergency_number() -> None:
    for country in ZONES:
        emergencies = emergency_numbers(country)
        for number in emergencies:
            for keys in (number, f"*{number}"):
                before = [decide(keys[:end], country, emergencies, ()) for end in range(1, len(keys))]
                early = {each.number for each in before if each.kind == "code" and not each.wait}
                assert early <= ASKING, (country, keys)
                if not early:
                    decided = decide(keys, country, emergencies, ())
                    assert (decided.kind, decided.number, decided.wait) == ("emergency", number, 0.0)


@pytest.mark.parametrize("keys", ["*112", "*11112#", "*11" + "112", "*114#"])
def test_an_emergency_number_behind_a_code_that_asks_is_dialled(keys: str) -> None:
    with Office(fidelity="signal") as office:
        phone = lifted(office)
        phone.press(keys)
        office.wait_until(lambda: office.saw(EmergencyDialled), 6)
        assert office.saw(EmergencyDialled)[0].number == keys.rstrip("#")[-3:]
        assert [event for event in office.saw(AgentChanged) if event.status != "off"] == []


def test_a_code_that_begins_an_emergency_number_waits_for_the_rest_of_it() -> None:
    china = {"country": "CN", "lines": {f"line{n}": {"number": f"+8610620000{n}0"} for n in range(1, 5)}}
    with Office(china, fidelity="signal") as office:
        phone = lifted(office)
        phone.press("*120")
        office.wait_until(lambda: office.saw(EmergencyDialled), 3)
        put_back(office, phone)
        keyed(office, "*12", "code.nobody_here")


def test_a_pin_that_is_an_emergency_number_is_a_pin() -> None:
    with Office(fidelity="signal") as office:
        phone = keyed(office, "*11101#112#", "code.wrong_pin")
        assert office.saw(EmergencyDialled) == [] and phone.hears() != "dial"


def test_a_pin_keeps_its_form_and_settings_know_both() -> None:
    kept = sealed(PIN, b"secret", bytes(16))
    data = {"phones": {"phone1": {"number": "201"}}, "people": {"ann": {"number": "101", "pin": kept}}}
    assert read(data | {"menus": {"main": {}}}).people["ann"].pin == kept
    assert sealed(PIN, b"secret", bytes(range(16))) != kept != sealed(PIN, b"other", bytes(16))


def test_at_copper_nobody_rings_who_is_not_to_be_disturbed() -> None:
    with Office({"lines": {"line1": {"to": "sales"}}, "queues": {"sales": {"nobody": "wait"}}}) as office:
        keyed(office, SIGN_IN, "code.signed_in", "phone1")
        put_back(office, office.phone("phone1"))
        put_back(office, keyed(office, "*78", "code.dnd_on", "phone1"))
        caller = office.caller("+4533120001")
        caller.dial(line=1)
        office.wait_until(lambda: caller.state == "talking", 10)
        office.wait(2)
        assert (office.saw(QueueEntered)[0].queue, office.saw(PhoneRang)) == ("sales", [])
