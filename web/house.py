"""The web process put together: from a state folder and an engine to one WSGI application."""

from pathlib import Path
from typing import TYPE_CHECKING

from firmware.rim.leg_client import LegClient
from web.claim import ClaimDesk
from web.doors import Doors
from web.engine import Engine
from web.feed import Feed
from web.files import door, page_files, phrases
from web.guard import Guard
from web.health import Health
from web.install import Front, InstallDesk
from web.legs import LegDesk
from web.members import Members
from web.office import OfficeDesk
from web.outbox import Outbox
from web.records import Records
from web.sessions import Sessions
from web.site import Site
from web.tokens import Tokens
from web.users import Users
from web.visitor import Visitors, simulated
from web.webhooks import Webhooks

if TYPE_CHECKING:  # only who serves others needs what it needs
    from web.tls import Certificates


class House:
    """`site` is to be served; `close` ends what runs beside it."""

    def __init__(self, folder: Path, engine: Engine, certificates: "Certificates | None" = None) -> None:
        """With `certificates` others than this computer are served, over TLS; `front` is told where.
        Refused: a file of the folder cannot be used."""
        self.front = Front(certificates.ordered if certificates else tuple)
        self.users = Users(folder)
        self.records = Records(folder, engine)
        self.sessions, self.tokens = Sessions(self.users), Tokens(self.users)
        health = Health(engine)
        self.feed = Feed(engine, health.note, self.records.date)
        self.records.follow(self.feed.recorded)
        for rights in (self.sessions, self.tokens):
            rights.ended.append(self.feed.pages.wake)
        visitors = Visitors(self.sessions, self.tokens, simulated(engine))
        doors = Doors(self.users, self.sessions, engine)
        office = OfficeDesk(engine, visitors.lives, self.feed, health, self.records, phrases())
        self.claim = ClaimDesk(self.users, engine, doors)
        self.legs = LegDesk(LegClient(folder), engine)
        members = Members(self.users, self.sessions, self.tokens, engine, doors, self.legs.client)
        self.webhooks = Webhooks(Outbox(folder), engine, self.records.date)
        install = InstallDesk(folder, certificates, self.front)
        rooms = office, doors, self.legs, self.claim, members, self.webhooks, install
        answers = {key: answer for room in rooms for key, answer in room.answers.items()}
        site = Site(visitors, answers, page_files(), door(self.users))
        self.site = Guard(site, self.front.names, lambda: self.front.address(True), lambda: install.trusted)

    def close(self) -> None:
        self.claim.close()
        self.feed.close()

    def put_away(self) -> None:
        """Once nobody is served any more."""
        self.webhooks.close()
        self.records.close()
        self.users.close()
