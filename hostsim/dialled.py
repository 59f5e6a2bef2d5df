"""What an office keyed to its exchange: a number, perhaps behind the service that withholds its own."""

from firmware.calls.outgoing import WITHHOLD


class Dialled:
    """Of one call; `digits` are the number."""

    def __init__(self, country: str) -> None:
        self._service = WITHHOLD.get(country, "")
        self._keys = ""  # whatever they mean
        self.digits = ""
        self.withheld = False  # the office's own number is not to be shown

    @property
    def begins(self) -> bool:
        """Is all of it so far the service, or its beginning?"""
        return self._service.startswith(self._keys)

    def key(self, key: str) -> bool:
        """One more of them. False: it means nothing here."""
        self._keys += key
        if not self.begins and key not in "0123456789#":
            return False
        self.digits += key if key.isdigit() else ""
        if self._keys == self._service:
            self.digits, self.withheld = "", True
        return True
