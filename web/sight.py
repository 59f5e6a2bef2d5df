"""What somebody sees of the office: all of it, or all but what callers key and say to his colleagues."""

from dataclasses import dataclass
from typing import Any

from web.engine import seat
from web.roles import RANK, rank
from web.visitor import Visitor

KEYED = frozenset(
    {"DigitHeard", "CaseData", "AccountChecked", "CallNoted"}
)  # events of what a caller keyed, by call
NOTHING: dict[str, Any] = {"data": {}, "note": ""}
INNER = frozenset({"Standing", "PinChecked"})  # the box's own memory

Snapshot = dict[str, Any]


@dataclass(frozen=True)
class Sight:
    """`person`: what is keyed is seen of the calls where he sits at that moment."""

    person: str | None = None
    whole: bool = True

    def state(self, state: Snapshot) -> Snapshot:
        if self.whole:
            return state
        own = self._own(state)
        calls = [call if call["id"] in own else {**call, **NOTHING} for call in state.get("calls", ())]
        agents = {
            name: agent if name == self.person else {**agent, "wrap": None}
            for name, agent in state.get("agents", {}).items()
        }
        return {**state, "calls": calls, "agents": agents}

    def sees(self, kind: str, fields: dict[str, Any], state: Snapshot) -> bool:
        """An event, while the office stands as `state` says."""
        if self.whole or kind not in KEYED | INNER:
            return True
        return kind in KEYED and fields.get("call") in self._own(state)

    def _own(self, state: Snapshot) -> set[str]:
        here = seat(state.get("agents", {}), self.person)
        if here is None:
            return set()
        own = [c for c in state.get("calls", ()) if c["with"] == here or here in c.get("rings", ())]
        return {call["id"] for call in own} | self._asked(own, here, state)

    def _asked(self, own: list[Snapshot], here: str, state: Snapshot) -> set[str]:
        """Whom a colleague has on hold while he asks here: both see him."""
        asking = [c["from"] for c in own if c.get("direction") == "inside" and c.get("to") == here]
        phones = state.get("phones", {})
        return {held for station in asking for held in phones.get(station, {}).get("held", ())[-1:]}


def sight_of(visitor: Visitor) -> Sight:
    if visitor.town or rank(visitor.role, reads=True) >= RANK["supervisor"]:
        return Sight()
    return Sight(visitor.person, whole=False)
