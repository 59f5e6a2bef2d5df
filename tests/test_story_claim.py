"""A new box and its owner: whoever holds its telephone hears the code, and nobody guesses it."""

from typing import Any

import pytest

from firmware.base import Refused
from firmware.base.events import ClaimChecked
from hostsim.office import Office


def ask(office: Office, **fields: Any) -> dict[str, Any]:
    told: list[Any] = []
    office.box.post("claim.check", fields, told.append)
    office.wait_until(lambda: bool(told), 2)
    if told[0].kind == "refused":
        raise Refused(told[0].sentence)
    found: dict[str, Any] = told[0].result
    return found


def hears(office: Office, phone: Any, seconds: float) -> list[str]:
    """All that is said there, in order."""
    said: list[str] = []
    for _ in range(round(seconds / 0.1)):
        office.wait(0.1)
        if phone.hears() != (said[-1] if said else ""):
            said.append(phone.hears())
    return said


def test_the_first_telephone_rings_and_says_address_and_code() -> None:
    with Office(fidelity="signal") as office:
        phone = office.phone("phone1")
        office.box.post("claim.open", {"address": "192.168.1.20", "ring": True}, lambda reply: None)
        office.wait_until(lambda: phone.ringing, 3)
        phone.lift()
        said = hears(office, phone, 40)
        assert said[:4] == [
            "prompt:claim.welcome",
            "prompt:claim.address",
            "prompt:digit.1",
            "prompt:digit.9",
        ]
        assert said.count("prompt:claim.code") == 2
        after = said[said.index("prompt:claim.code") + 1 :]
        once = [key for key, _ in zip(office.box.claim.code, after, strict=False)]
        assert after[0] == f"prompt:digit.{once[0]}"
        phone.hang_up()
        office.wait(1)


def test_the_code_is_spoken_on_any_telephone_for_half_an_hour_and_right_once_shown() -> None:
    with Office(fidelity="signal") as office:
        phone = office.phone("phone3")
        phone.lift()
        office.wait(1)
        phone.press("*00#")
        office.wait_until(lambda: phone.hears() == "prompt:claim.code", 5)
        assert ask(office, code=office.box.claim.code) == {"right": True, "locked_s": 0.0}
        phone.hang_up()
        office.wait(1800)
        phone.lift()
        office.wait(1)
        phone.press("*00#")
        office.wait_until(lambda: phone.hears() == "prompt:claim.closed", 5)
        with pytest.raises(Refused, match="half an hour"):
            ask(office, code=office.box.claim.code)


def test_a_page_that_may_be_anywhere_does_not_hear_the_code() -> None:
    with Office(fidelity="signal") as office:
        phone = office.phone("browser")
        phone.lift()
        office.wait(1)
        phone.press("*00#")
        said = hears(office, phone, 5)
        assert "prompt:code.not_now" in said and "prompt:claim.code" not in said


def test_three_wrong_codes_and_nobody_is_heard_for_a_quarter_of_an_hour() -> None:
    with Office(fidelity="signal") as office:
        wrong = "0" * 8 if office.box.claim.code != "0" * 8 else "1" * 8
        assert [ask(office, code=each)["right"] for each in (wrong, wrong, "x" * 50)] == [False] * 3
        with pytest.raises(Refused, match="try again in 15 min"):
            ask(office, code=office.box.claim.code)
        assert [each.locked_s for each in office.saw(ClaimChecked)] == [0.0, 0.0, 900.0]
        office.wait(901)
        assert ask(office, code=office.box.claim.code)["right"]


def test_no_two_boxes_and_no_two_starts_have_the_same_code() -> None:
    with Office(fidelity="signal") as office:
        box = office.box
        codes = {type(box.claim)(box.exchange, bytes([n]) * 32, box.clock, box.tell).code for n in range(50)}
        assert len(codes) == 50 and all(len(code) == 8 and code.isdigit() for code in codes)
