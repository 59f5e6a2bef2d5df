"""The routes by which a page becomes a telephone: offers handed to the media process, answers back."""

from bottle import HTTPResponse

from firmware.base import Broken, Refused
from firmware.base.stations import BROWSERS
from firmware.rim.leg_client import Elsewhere, LegClient, Malformed
from web.answers import Answers, posted, sentence, told
from web.engine import Engine, seat
from web.leg_shapes import LegAnswer, LegClose, LegOffer, LegRefusal, LegStats, TownOffer
from web.visitor import Visitor


class LegDesk:
    """Answers for browsers' sound."""

    def __init__(self, client: LegClient, engine: Engine) -> None:
        self.client, self._engine = client, engine
        self.answers: Answers = {
            "POST /api/leg/offer": self._offer,
            "POST /api/leg/close": self._close,
            "GET /api/leg/stats": self._stats,
            "POST /api/town/leg/offer": self._town_offer,
        }

    def _offer(self, visitor: Visitor) -> HTTPResponse:
        asked = posted(LegOffer)
        return self._connected(self._station(visitor), asked)

    def _town_offer(self, visitor: Visitor) -> HTTPResponse:
        asked = posted(TownOffer)
        return self._connected(f"town:{asked.who}", asked)

    def _connected(self, leg: str, asked: LegOffer | TownOffer) -> HTTPResponse:
        try:
            answer = self.client.offer(leg, asked.sdp, asked.take_over, asked.holder)
        except Malformed as fault:
            return sentence(400, str(fault))
        except Elsewhere as other:
            return told(409, LegRefusal(str(other), elsewhere=True))
        except Broken as away:
            return sentence(503, str(away))
        return told(200, LegAnswer(answer))

    def _close(self, visitor: Visitor) -> HTTPResponse:
        asked = posted(LegClose)
        try:
            self.client.close(self._station(visitor), asked.holder)
        except Broken as away:
            return sentence(503, str(away))
        return told(200, {})

    def _stats(self, visitor: Visitor) -> HTTPResponse:
        """Also where there is none: then it is not live."""
        try:
            return told(200, self.client.stats(self._station(visitor)))
        except (Refused, Broken):
            return told(200, LegStats(live=False))

    def _station(self, visitor: Visitor) -> str:
        """The browser that whoever asks sits at. Refused: he sits at another telephone, or at none."""
        agents = self._engine.state().result["agents"]
        if visitor.person not in agents:
            raise Refused("Nobody of the office has signed in here: sign in under your own name.")
        station = seat(agents, visitor.person) or ""
        if station not in BROWSERS:
            where = station or "no telephone"
            raise Refused(f"You sit at {where}: sign in at a browser to speak here.")
        return station
