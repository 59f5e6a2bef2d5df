"""People in town who talk with the office: line n with phone n, all at once."""

from collections.abc import Sequence
from typing import Any

from hostsim.office import Office

PLACES = (1, 2, 3, 4)
# The menu leads to each telephone by its number; who says nothing for an hour has not gone.
DIRECT: dict[str, Any] = {
    "menus": {"main": {"keys": {str(n): f"phone{n}" for n in PLACES}}},
    "lines": {f"line{n}": {"silence_s": 600} for n in PLACES},
}


def caller(office: Office, n: int) -> Any:
    return office.caller(f"+453312000{n}")


def connect(office: Office, places: Sequence[int] = PLACES) -> None:
    """Everybody there begins anew, calls, chooses his telephone, and it is lifted."""
    for n in places:
        office.phone(f"phone{n}").hang_up()
        caller(office, n).hang_up()
    office.wait(3.0)
    for n in places:
        caller(office, n).dial(line=n)
    office.wait_until(lambda: all(caller(office, n).state == "talking" for n in places), 20)
    office.wait(1.0)
    for n in places:
        caller(office, n).press(str(n))
    office.wait_until(lambda: all(office.phone(f"phone{n}").ringing for n in places), 8)
    for n in places:
        office.phone(f"phone{n}").lift()
    office.wait_until(lambda: all(office.line(n).state == "talking" for n in places), 3)
    office.wait(0.5)
