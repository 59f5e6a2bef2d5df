"""The owner lets people and programs in and out; a shared page is locked (RELIABILITY 1, I-04)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PASSWORD, Browser
from stand_in import StandIn

from firmware.base.orders import Reply
from firmware.rim.books import Book, open_book
from web.house import House
from web.sessions import Sessions
from web.shapes import User
from web.users import USERS, Users


@pytest.fixture
def box(engine: StandIn, house: House) -> Iterator[House]:
    del engine.snapshot["town"]
    house.users.add(User("olga", "owner"), PASSWORD)
    yield house
    house.close()
    house.put_away()


@pytest.fixture
def owner(box: House) -> Browser:
    browser = Browser(box)
    assert browser.sign_in("olga").status == 200
    return browser


def enter(box: House, invitation: dict[str, str]) -> Browser:
    """Somebody follows his invitation."""
    browser = Browser(box, "192.168.1.30")
    answer = browser.post("/api/welcome", {"code": invitation["code"], "password": PASSWORD})
    assert answer.status == 200
    browser.csrf = answer.json["csrf"]
    return browser


def test_an_invitation_lets_somebody_choose_a_password_once(box: House, owner: Browser) -> None:
    told = owner.post("/api/users", {"name": "Ann", "role": "agent"}).json
    ann = enter(box, told)
    assert ann.get("/api/me").json["station"] == "phone1"  # the person of that name
    again = Browser(box).post("/api/welcome", {"code": told["code"], "password": PASSWORD})
    assert again.status == 403
    first = owner.post("/api/users/ann/invite").json
    second = owner.post("/api/users/ann/invite").json
    assert Browser(box).post("/api/welcome", {"code": first["code"], "password": PASSWORD}).status == 403
    assert ann.get("/api/state").status == 200
    enter(box, second)
    assert ann.get("/api/state").status == 401  # a new password ends what was open


def test_whoever_is_disabled_is_out_and_his_calls_go_to_others(
    engine: StandIn, box: House, owner: Browser
) -> None:
    ann = enter(box, owner.post("/api/users", {"name": "ann", "role": "agent"}).json)
    assert owner.post("/api/users/ann", {"disabled": True}).status == 200
    assert ann.get("/api/state").status == 401
    assert engine.orders[-1] == ("agent.sign_out", {"who": "ann"})
    assert Browser(box).sign_in("ann").status == 403
    assert owner.post("/api/users/ann", {"disabled": False, "role": "supervisor"}).status == 200
    assert Browser(box).sign_in("ann").json["role"] == "supervisor"
    assert owner.post("/api/users/ann/remove").json["users"][0]["name"] == "olga"
    assert Browser(box, "192.168.1.31").sign_in("ann").status == 403


def test_the_box_keeps_an_owner_and_knows_its_people(owner: Browser) -> None:
    assert owner.post("/api/users/olga", {"disabled": True}).status == 409
    assert owner.post("/api/users/olga", {"role": "agent"}).status == 409
    assert owner.post("/api/users/olga/remove").status == 409
    for wrong in (
        {"name": "x y", "role": "agent"},
        {"name": "olga", "role": "agent"},
        {"name": "eve", "role": "root"},
        {"name": "eve", "role": "agent", "person": "nobody"},
    ):
        assert owner.post("/api/users", wrong).status == 409, wrong
    assert owner.post("/api/users/nobody", {"role": "agent"}).status == 409
    assert owner.post("/api/users/olga", {"password": "x"}).status == 400


def test_in_a_simulator_without_owner_agents_are_disabled_all_the_same(house: House) -> None:
    house.users.add(User("ann", "agent"))
    house.users.change("ann", disabled=True)
    house.users.remove("ann")
    assert house.users.all() == []
    house.close()
    house.put_away()


def test_a_locked_page_shows_nothing_until_the_pin(engine: StandIn, box: House, owner: Browser) -> None:
    ann = enter(box, owner.post("/api/users", {"name": "ann", "role": "agent"}).json)
    assert ann.post("/api/lock").status == 200
    assert ann.get("/api/me").json["locked"]
    assert ann.get("/api/state").status == ann.post("/api/orders/agent.hold").status == 401
    engine.replies["pin.check"] = Reply("done", {"right": False, "locked_s": 0.0})
    assert ann.post("/api/unlock", {"pin": "000000"}).status == 403
    engine.replies["pin.check"] = Reply("refused", sentence="ann: too many wrong PINs; try again in 15 min")
    assert "too many" in ann.post("/api/unlock", {"pin": "739164"}).json["sentence"]
    engine.replies["pin.check"] = Reply("done", {"right": True, "locked_s": 0.0})
    assert ann.post("/api/unlock", {"pin": "739164"}).status == 200
    assert ann.get("/api/state").status == 200
    assert engine.orders[-1] == ("pin.check", {"who": "ann", "pin": "739164"})
    assert Browser(box).post("/api/unlock", {"pin": "739164"}).status == 401  # the PIN alone opens nothing


def test_a_page_that_nobody_touches_is_locked_where_the_owner_wants_it(box: House) -> None:
    now = 0.0
    sessions = Sessions(box.users, lambda: now, "boot")
    token = sessions.begin(User("ann", "agent", person="ann", lock_min=10))
    for minute in range(0, 30, 6):
        now = minute * 60.0
        session = sessions.find(token)
        assert session is not None and not session.locked and sessions.lives(session)
        sessions.touch(session)
    now += 600
    assert not sessions.lives(session)
    found = sessions.find(token)
    assert found is not None and found.locked


def test_a_token_is_shown_once_and_may_what_its_role_may(box: House, owner: Browser) -> None:
    token = owner.post("/api/tokens", {"name": "wallboard", "role": "auditor"}).json["token"]
    program = Browser(box)
    sent = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    assert program.get("/api/calls", **sent).status == 200
    assert program.post("/api/orders/agent.hold", {"who": "ann"}, **sent).status == 403
    assert program.get("/api/users", **sent).status == 403
    leads = owner.post("/api/tokens", {"name": "robot", "role": "supervisor"}).json["token"]
    order = program.post("/api/orders/agent.hold", {"who": "ann"}, HTTP_AUTHORIZATION=f"Bearer {leads}")
    assert order.status == 200  # a program needs no page's token
    rows = {row["name"]: row for row in owner.get("/api/tokens").json["tokens"]}
    row = rows["wallboard"]
    assert token not in str(rows) and set(rows) == {"robot", "wallboard"}
    assert owner.post("/api/tokens/revoke", {"key": row["key"]}).status == 200
    assert program.get("/api/calls", **sent).status == 401
    assert owner.post("/api/tokens/revoke", {"key": row["key"]}).status == 409


def test_nothing_that_opens_a_door_is_kept_as_it_is(box: House, owner: Browser) -> None:
    token = owner.post("/api/tokens", {"name": "wallboard", "role": "auditor"}).json["token"]
    code = owner.post("/api/users", {"name": "ann", "role": "agent"}).json["code"]
    secrets = (token, code, PASSWORD, owner.cookies["__Host-bellwire"], owner.csrf)
    kept = "\n".join(box.users.file.iterdump())
    assert not any(secret in kept for secret in secrets) and "$argon2id$" in kept


def test_the_list_of_the_version_before_is_brought_forward(tmp_path: Path) -> None:
    old = open_book(tmp_path / "users.db", Book(USERS.name, USERS.steps[:1]))
    old.execute("INSERT INTO user VALUES ('olga', 'x', 'owner', NULL, NULL, 0)")
    old.close()
    users = Users(tmp_path)
    assert users.all() == [User("olga", "owner")]
    users.close()
