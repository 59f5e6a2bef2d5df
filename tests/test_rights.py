"""Who may do what: the table of routes times all roles, and orders (RELIABILITY I-05, I-07, I-09, G-15)."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from browser import PASSWORD, Browser
from stand_in import StandIn

from web.house import House
from web.roles import NEEDED, ORDERS, ROLES, needed_for
from web.route import Route
from web.routes import ROUTES
from web.shapes import User
from web.sight import Sight, sight_of
from web.visitor import Visitor

ALONE = {"anybody": 0, "self": 1, "agent": 2, "supervisor": 3, "owner": 4}  # told again, by another head
COMES_TO = {None: (0, 0), "agent": (2, 2), "supervisor": (3, 3), "owner": (4, 4)}  # reading, changing
COMES_TO |= {"quality": (3, 1), "auditor": (3, 1)}


@pytest.fixture
def box(engine: StandIn, house: House) -> Iterator[House]:
    """A real box, no simulator; one user of each role."""
    del engine.snapshot["town"]
    kept = house.users._passwords.made(PASSWORD)
    for role in ROLES:
        house.users.add(User(role, role, person="ann"))
        house.users.file.execute("UPDATE user SET password = ? WHERE name = ?", (kept, role))
    yield house
    house.close()
    house.put_away()


@pytest.fixture
def browsers(box: House) -> dict[str | None, Browser]:
    found: dict[str | None, Browser] = {role: Browser(box) for role in (None, *ROLES)}
    for role, browser in found.items():
        if role is not None:
            token = box.sessions.begin(User(role, role, person="ann"))
            browser.show(token)
            browser.csrf = browser.get("/api/me").json["csrf"]
    return found


def asked(browser: Browser, route: Route) -> int:
    path = route.path.replace("<name>", "agent.hold").replace("<key>", "1")
    if route.method == "GET":
        return browser.get(path).status
    return browser.ask(route.method, path, [] if route.takes is not dict else {}).status


def test_every_route_has_a_role_and_the_site_has_no_other_route(box: House) -> None:
    assert all(route.role in NEEDED for route in ROUTES)
    site: Any = box.site._site  # type: ignore[attr-defined]
    known = {(route.method, route.path) for route in ROUTES}
    files = {("GET", path) for path in (*site._files, "/")}
    assert {(each.method, each.rule) for each in site.routes} == known | files
    assert not any(path.startswith("/api") for _, path in files)


def test_the_matrix_of_routes_and_roles(browsers: dict[str | None, Browser]) -> None:
    for route, (role, browser) in product(ROUTES, browsers.items()):
        if route.path == "/api/sign-out" and role is not None:
            continue  # a story of its own
        if route.role == "town":
            allowed = False
        else:
            reading, changing = COMES_TO[role]
            allowed = (reading if route.method == "GET" else changing) >= ALONE[route.role]
        if route.path == "/api/orders/<name>":
            allowed = COMES_TO[role][1] >= ALONE["agent"]
        status = asked(browser, route)
        assert (status not in (401, 403)) == allowed, (route.key, role, status)


def test_without_the_pages_token_nothing_is_changed(browsers: dict[str | None, Browser]) -> None:
    owner = browsers["owner"]
    for token in ("", "0" * 64, browsers["agent"].csrf):
        owner.csrf = token
        for route in ROUTES:
            if route.method != "GET" and route.role != "anybody":
                assert asked(owner, route) == 403, route.key
        assert owner.post("/api/orders/agent.hold").status == 403


def test_an_order_goes_by_the_table_and_what_no_line_allows_is_not_there(
    engine: StandIn, browsers: dict[str | None, Browser]
) -> None:
    for name, needed in ORDERS.items():
        order = name + "hold" if name.endswith(".") else name
        for role in ("agent", "supervisor", "owner", "auditor"):
            status = browsers[role].post(f"/api/orders/{order}").status
            allowed = needed != "town" and COMES_TO[role][1] >= ALONE[needed]
            assert (status == 200) == allowed, (order, role, status)
    for order in ("pin.check", "claim.check", "settings.may", "box.stop", "agent", "agentx.hold"):
        assert needed_for(order) is None
        assert browsers["owner"].post(f"/api/orders/{order}").status == 404


def test_an_agent_orders_for_himself_whatever_he_sends(
    engine: StandIn, browsers: dict[str | None, Browser]
) -> None:
    browsers["agent"].post("/api/orders/agent.hold", {"who": "ben"})
    browsers["agent"].post("/api/orders/agent.hold")
    browsers["supervisor"].post("/api/orders/agent.hold", {"who": "ben"})
    browsers["supervisor"].post("/api/orders/agent.hold")
    assert [fields["who"] for _, fields in engine.orders] == ["ann", "ann", "ben", "ann"]


def test_listening_to_colleagues_needs_a_supervisor(browsers: dict[str | None, Browser]) -> None:
    assert browsers["agent"].post("/api/orders/agent.listen", {"whom": "ben"}).status == 403
    assert browsers["supervisor"].post("/api/orders/agent.listen", {"whom": "ben"}).status == 200


def test_what_a_caller_keys_is_seen_by_whoever_has_the_call(
    engine: StandIn, browsers: dict[str | None, Browser]
) -> None:
    told = {"id": "c1", "rings": [], "data": {"account": "1234"}, "note": "wants money"}
    engine.snapshot["calls"] = [{**told, "with": "phone2"}, {**told, "id": "c2", "with": "phone1"}]
    ann = Sight("ann", whole=False)
    assert ann.sees("CallArrived", {"call": "c1"}, engine.snapshot)
    for kind in ("DigitHeard", "CaseData", "CallNoted"):
        assert [ann.sees(kind, {"call": f"c{n}"}, engine.snapshot) for n in (1, 2, 3)] == [False, True, False]
        assert sight_of(Visitor(town=True)).sees(kind, {"call": "c1"}, engine.snapshot)
    assert not ann.sees("Standing", {}, engine.snapshot)
    asking = {
        "id": "c3",
        "direction": "inside",
        "from": "phone2",
        "to": "phone1",
        "with": None,
        "rings": ["phone1"],
    }
    held = {**engine.snapshot["phones"], "phone2": {"held": ["c0", "c1"]}}
    asked = {**engine.snapshot, "calls": [*engine.snapshot["calls"], asking], "phones": held}
    assert [ann.sees("CallNoted", {"call": f"c{n}"}, asked) for n in (0, 1)] == [False, True]  # who is asked
    while not (calls := browsers["agent"].get("/api/state").json["calls"]):
        pass  # the snapshot of 0.1 s ago still serves
    assert [call["data"] for call in calls] == [{}, {"account": "1234"}] and "note" not in calls[0]["note"]
    assert browsers["quality"].get("/api/state").json["calls"][0]["data"] == {"account": "1234"}


def test_a_place_that_somebody_has_left_is_his_no_more_once_a_colleague_has_it(
    engine: StandIn, browsers: dict[str | None, Browser]
) -> None:
    agents, ann = engine.snapshot["agents"], Sight("ann", whole=False)
    engine.snapshot["calls"] = [
        {"id": "c1", "with": "browser", "rings": [], "data": {"pin": "1"}, "note": ""}
    ]
    agents["ann"] |= {"station": "browser", "status": "available"}
    assert ann.sees("DigitHeard", {"call": "c1"}, engine.snapshot)  # also where the page was open before
    agents["ann"]["status"] = "off"
    agents["ben"] |= {"station": "browser", "status": "available"}
    assert not ann.sees("DigitHeard", {"call": "c1"}, engine.snapshot)
    while browsers["agent"].get("/api/me").json["station"] is not None:
        pass  # the snapshot of 0.1 s ago still serves
    offer = {"sdp": "v=0", "take_over": True}
    for path, fields in (("/api/leg/offer", offer), ("/api/leg/close", {})):
        answer = browsers["agent"].post(path, fields)
        assert answer.status == 409 and "no telephone" in answer.json["sentence"]


def test_the_town_is_open_at_its_own_computer_only(engine: StandIn, house: House) -> None:
    here, there = Browser(house, "127.0.0.1"), Browser(house)
    assert here.get("/api/state").status == 200 and there.get("/api/state").status == 401
    assert here.post("/api/orders/town.call").status == 200
    assert there.post("/api/orders/town.call").status == 401
    assert there.post("/api/town/enter", {"who": "ann"}).status == 401
    entered = here.post("/api/town/enter", {"who": "ann"})
    assert (entered.status, entered.json["name"], entered.json["role"]) == (200, "ann", "agent")
    assert here.get("/api/me").json["station"] == "phone1"
    assert here.post("/api/town/enter", {"who": "nobody"}).status == 409
    del engine.snapshot["town"]
    Browser(house, "127.0.0.1")
    while here.post("/api/town/enter", {"who": "ann"}).status == 200:
        pass  # the snapshot of 0.1 s ago still serves
    house.close()
    house.put_away()
