"""Roles: who may ask which route, and who may give which order. What no line allows is refused.

`anybody` < `self` (whoever is signed in) < `agent` < `supervisor` < `owner`. `quality` and `auditor` read
what a supervisor reads and change nothing but their own account. `town` is no role that somebody has: it
stands for a connection from this computer to the simulator, which is open to whoever sits here.
"""

from typing import Literal

Role = Literal["agent", "supervisor", "owner", "quality", "auditor"]
ROLES: tuple[Role, ...] = ("agent", "supervisor", "owner", "quality", "auditor")
RANK = {"anybody": 0, "self": 1, "agent": 2, "supervisor": 3, "owner": 4}
READERS = ("quality", "auditor")
NEEDED = (*RANK, "town")  # what a route or an order may ask for

ORDERS = {  # the longest that fits counts; "agent." is every order of that room
    "town.": "town",
    "agent.": "agent",
    "agent.listen": "supervisor",
    "call.record": "supervisor",
    "callback.": "supervisor",
    "caller.put": "supervisor",
    "brake.": "owner",
    "emergency.": "supervisor",
    "flow.": "owner",
    "settings.change": "owner",
}


def rank(role: str | None, reads: bool) -> int:
    """How far somebody of that role comes; `reads`: he changes nothing by it."""
    if role is None:
        return RANK["anybody"]
    if role in READERS:
        return RANK["supervisor"] if reads else RANK["self"]
    return RANK[role]


def needed_for(order: str) -> str | None:
    """What whoever gives this order must be; None: nobody gives it over HTTP."""
    fits = [name for name in ORDERS if order == name or (name.endswith(".") and order.startswith(name))]
    return ORDERS[max(fits, key=len)] if fits else None
