"""The first owner, and one who has lost his password: whoever has the code that the box itself speaks.

The code is the engine's (`firmware.desk.claim`), so are its tries and its half hour.
"""

import threading
from contextlib import suppress

from bottle import HTTPResponse

from firmware.base import Broken, Refused
from web.addresses import own_addresses
from web.answers import Answers, posted, sentence
from web.doors import Doors
from web.engine import Engine
from web.shapes import Claim, User
from web.users import NAME, Users, folded
from web.visitor import Visitor

WRONG = "That is not the code. Dial *00# on a telephone of the box: it speaks it."
AGAIN = 1.0  # s before an engine that does not answer yet is told again


class ClaimDesk:
    """Answers for the way in without a password."""

    def __init__(self, users: Users, engine: Engine, doors: Doors) -> None:
        self._users, self._engine, self._doors = users, engine, doors
        self._closing = threading.Event()
        self.answers: Answers = {"POST /api/claim": self._claim}

    def announce(self) -> None:
        """Have the box make itself known where nobody owns it yet; the simulator rings nobody for that."""
        if not self._users.claimed and not self._announced():
            threading.Thread(target=self._announce, name="claim", daemon=True).start()

    def close(self) -> None:
        self._closing.set()

    def _announce(self) -> None:
        while not self._closing.wait(AGAIN) and not self._announced():
            pass

    def _announced(self) -> bool:
        with suppress(Broken):
            address = next((each for each in own_addresses() if "." in each), None)
            ring = "town" not in self._engine.state().result
            self._engine.order("claim.open", {"address": address, "ring": ring})
            return True
        return False

    def _claim(self, visitor: Visitor) -> HTTPResponse:
        asked = posted(Claim)
        name = folded(asked.name)
        if not NAME.fullmatch(name):
            raise Refused("A name is one word of letters, figures and _, and begins with a letter: anna.")
        reply = self._engine.order("claim.check", {"code": asked.code[:20]})
        if reply.kind != "done":
            raise Refused(reply.sentence or "The box could not note the try: its disk is behind. Try again.")
        if not reply.result["right"]:
            return sentence(403, WRONG)
        user = self._users.find(name)
        self._must_fit(name, user)
        if user is None:
            user = User(name, "owner", person=self._person(name))
            self._users.add(user, asked.password)
        else:
            self._users.set_password(name, asked.password)
        return self._doors.let_in(visitor, user)

    def _must_fit(self, name: str, user: User | None) -> None:
        """Looked at once the code was right: nobody else learns who the owner is."""
        if self._users.claimed and (user is None or user.role != "owner" or user.disabled):
            raise Refused("This box has an owner: give the owner's name to set a new password.")
        if user is not None and user.role != "owner":
            raise Refused(f"{name} is somebody else's name here: choose another.")

    def _person(self, name: str) -> str | None:
        return name if name in self._engine.state().result.get("agents", {}) else None
