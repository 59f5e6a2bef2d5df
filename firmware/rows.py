"""The words and figures that the fields of the settings hold."""

from typing import Annotated

from msgspec import Meta

Extension = Annotated[str, Meta(pattern=r"^[0-9]{2,6}\Z")]
Digits = Annotated[str, Meta(pattern=r"^\+?[0-9]{2,15}\Z")]
Known = Annotated[str, Meta(pattern=r"^\+[0-9]{4,15}\Z")]  # E.164
MenuKey = Annotated[str, Meta(pattern=r"^[0-9*#]\Z")]
Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,29}\Z")]
OPERATOR = "operator"
GOODBYE = "goodbye"  # a destination: he is told so, and the box hangs up
ZONES = {
    "US": "America/New_York",
    "UK": "Europe/London",
    "DK": "Europe/Copenhagen",
    "HR": "Europe/Zagreb",
    "TR": "Europe/Istanbul",
    "KR": "Asia/Seoul",
    "CN": "Asia/Shanghai",
    "TW": "Asia/Taipei",
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
}
