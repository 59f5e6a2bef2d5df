"""Signing in and out, guessing, and the first owner (RELIABILITY I-01 to I-04, I-11, section 1)."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import product
from time import perf_counter, thread_time
from typing import Any

import pytest
from browser import PASSWORD, Browser
from stand_in import StandIn

from firmware.base.orders import Reply
from web.attempts import FREE, LONGEST, Attempts, pause
from web.house import House
from web.sessions import BITS, Sessions
from web.sessions import LONGEST as SESSION
from web.shapes import User

FIRST = ("admin", "root", "bellwire", "user", "owner", "ann", "olga", "pi")
COMMON = ("", "admin", "password", "12345678", "bellwire", "raspberry", "739164", "changeme")


@pytest.fixture
def box(engine: StandIn, house: House) -> Iterator[House]:
    """A real box with an owner and an agent."""
    del engine.snapshot["town"]
    house.users.add(User("olga", "owner", person="olga"), PASSWORD)
    house.users.add(User("ann", "agent", person="ann"), PASSWORD)
    yield house
    house.close()
    house.put_away()


def test_a_session_begins_by_name_and_password_and_ends_for_good(box: House) -> None:
    browser = Browser(box)
    assert browser.get("/api/state").status == 401
    answer = browser.sign_in("Ann ")
    assert (answer.status, answer.json["role"], answer.json["station"]) == (200, "agent", "phone1")
    assert browser.get("/api/state").status == 200
    old = dict(browser.cookies)
    assert browser.post("/api/sign-out").status == 200
    browser.cookies = old
    assert browser.get("/api/state").status == 401


def test_the_cookie_is_long_hidden_and_new_each_time(box: House) -> None:
    browser = Browser(box)
    kept = [browser.sign_in("ann").cookies[0] for _ in range(3)]
    for cookie in kept:
        assert re.fullmatch(
            r"__Host-bellwire=[\w-]{43}; Max-Age=\d+; Path=/; HttpOnly; SameSite=Strict; Secure", cookie
        )
    assert BITS >= 128 and len(set(kept)) == 3


def test_a_session_that_was_planted_is_not_taken_over(box: House) -> None:
    browser = Browser(box)
    browser.show("planted" * 6)
    browser.sign_in("ann")
    assert browser.cookies["__Host-bellwire"] != "planted" * 6
    for csrf in (browser.csrf, ""):
        before, browser.csrf = dict(browser.cookies), csrf
        browser.sign_in("olga")
        browser.cookies, after = before, browser.cookies
        assert browser.get("/api/me").json["name"] is None  # his session before has ended with it
        browser.cookies = after


def test_what_others_of_this_computer_have_set_as_cookies_harms_nobody(box: House) -> None:
    browser = Browser(box)
    browser.sign_in("ann")
    token = f"__Host-bellwire={browser.cookies['__Host-bellwire']}"
    for other in ("a/b=1", "a,b=1", "=", ";;", "expires=3", 'x="\\', "bellwire=1"):
        assert browser.get("/api/me", HTTP_COOKIE=f"{other}; {token}").json["name"] == "ann"
        assert browser.post("/api/lock", HTTP_COOKIE=other).status == 401


def test_a_session_ends_by_the_clock_and_outlives_a_new_start_of_the_pages(box: House) -> None:
    now = 1000.0
    sessions = Sessions(box.users, lambda: now, "this boot")
    token = sessions.begin(User("ann", "agent", person="ann"))
    found = Sessions(box.users, lambda: now, "this boot").find(token)
    assert found is not None and found.name == "ann"
    assert Sessions(box.users, lambda: now, "another boot").find(token) is None
    token = sessions.begin(User("ann", "agent", person="ann"))
    now += SESSION
    assert sessions.find(token) is None


def test_whoever_is_disabled_or_has_a_new_role_is_out_at_once(box: House) -> None:
    for change in (
        lambda: box.users.change("ann", disabled=True),
        lambda: box.users.change("ann", role="supervisor", disabled=False),
        lambda: box.users.set_password("ann", PASSWORD),
        lambda: box.users.remove("ann"),
    ):
        browser = Browser(box)
        token = box.sessions.begin(User("ann", "agent", person="ann"))
        browser.show(token)
        assert browser.get("/api/state").status == 200
        change()
        assert browser.get("/api/state").status == 401


def test_unknown_names_and_wrong_passwords_cannot_be_told_apart(box: House) -> None:
    def tried(name: str) -> float:
        began = thread_time()  # of the processor: what else this computer does counts for neither
        answer = Browser(box, f"10.0.0.{len(times)}").sign_in(f"{name}", "wrong wrong")
        assert (answer.status, answer.json) == (403, {"sentence": "Name or password is wrong."})
        return thread_time() - began

    times: list[float] = []
    for turn in range(6):
        box.users.change("ann", language=None)
        times.append(tried("ann" if turn % 2 else f"nobody{turn}"))
    known, unknown = min(times[1::2]), min(times[0::2])
    assert 0.6 < known / unknown < 1.6  # a look-up without Argon2 is a hundredth


def test_guessing_is_slowed_down_and_never_locks_the_owner_out_of_his_own_computer() -> None:
    now = 0.0
    attempts = Attempts(lambda: now)
    tried = 0
    while now < 3600:
        wait = attempts.begin(("name", "olga", False), ("from", f"10.0.{tried % 50}.1"))
        tried += not wait
        now += wait or 0.001
    assert tried <= 100 and pause(FREE - 1) == 0.0 and pause(60) == LONGEST
    assert attempts.begin(("name", "olga", True), ("from", "127.0.0.1")) == 0.0


def test_who_was_not_heard_in_a_crowd_has_not_guessed(box: House) -> None:
    places, browser = box.users._passwords._places, Browser(box)
    while places.acquire(blocking=False):
        pass
    assert {browser.sign_in("ann").status for _ in range(FREE + 2)} == {429}
    places.release()
    assert browser.sign_in("ann").status == 200


def test_after_three_wrong_ones_the_page_says_how_long_to_wait(box: House) -> None:
    browser = Browser(box)
    assert [browser.sign_in("ann", f"wrong {n}").status for n in range(4)] == [403, 403, 403, 429]
    told = browser.sign_in("ann")
    assert (
        told.status == 429
        and int(told.headers["Retry-After"]) >= 1
        and "try again in" in told.json["sentence"]
    )
    assert Browser(box, "192.168.1.21").sign_in("olga").status == 200


def test_a_new_box_knows_no_password(engine: StandIn, house: House) -> None:
    del engine.snapshot["town"]
    tried = [house.users.check(*pair) for pair in list(product(FIRST, COMMON))[::9]]
    assert tried and not any(tried) and not house.users.claimed
    house.close()
    house.put_away()


def test_the_first_owner_has_the_code_and_a_lost_password_is_set_in_the_same_way(
    engine: StandIn, house: House
) -> None:
    del engine.snapshot["town"]
    browser = Browser(house)
    claim = {"code": "12345678", "name": "Olga", "password": PASSWORD}
    engine.replies["claim.check"] = Reply("done", {"right": False, "locked_s": 0.0})
    assert browser.post("/api/claim", claim).status == 403
    assert not house.users.claimed
    engine.replies["claim.check"] = Reply("refused", sentence="The claim code is good for half an hour.")
    assert browser.post("/api/claim", claim).json["sentence"].startswith("The claim code is good")
    engine.replies["claim.check"] = Reply("done", {"right": True, "locked_s": 0.0})
    answer = browser.post("/api/claim", claim)
    assert (answer.status, answer.json["role"], answer.json["claimed"]) == (200, "owner", True)
    told = len(engine.orders)
    assert browser.post("/api/claim", {**claim, "name": "mallory"}).status == 409
    assert browser.post("/api/claim", {**claim, "name": "no name"}).status == 409
    assert len(engine.orders) == told + 1  # no try is spent
    engine.replies["claim.check"] = Reply("done", {"right": False, "locked_s": 0.0})
    wrong = {browser.post("/api/claim", {**claim, "name": name}).body for name in ("olga", "mallory")}
    assert len(wrong) == 1  # nothing tells who the owner is
    engine.replies["claim.check"] = Reply("done", {"right": True, "locked_s": 0.0})
    assert browser.post("/api/claim", {**claim, "password": "another password"}).status == 200
    assert browser.sign_in("olga", "another password").status == 200
    house.close()
    house.put_away()


def test_signing_out_cuts_the_streams_of_that_session(engine: StandIn, house: House, port: int) -> None:
    browser = Browser(house, "127.0.0.1")
    browser.csrf = browser.post("/api/town/enter", {"who": "ann"}).json["csrf"]
    cookie = f"bellwire={browser.cookies['bellwire']}"
    with closing(socket.create_connection(("127.0.0.1", port), timeout=2)) as page:
        page.sendall(f"GET /api/events HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
        assert b"200 OK" in page.recv(100_000)
        assert browser.post("/api/sign-out").status == 200
        began = perf_counter()
        while page.recv(100_000):
            pass
        assert perf_counter() - began < 2.0  # RELIABILITY I-04; at once, on a quiet computer


def changed(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**body, **more}


def test_no_field_slips_in_that_a_route_does_not_name(box: House) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "/api/sign-in": {"name": "ann", "password": PASSWORD},
        "/api/claim": {"code": "1", "name": "ann", "password": PASSWORD},
    }
    adding: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = (
        lambda body: changed(body, role="owner"),
        lambda body: changed(body, owner=True),
        lambda body: changed(body, id=1),
        lambda body: changed(body, name=["ann"]),
    )
    for (path, body), add in product(bodies.items(), adding):
        assert Browser(box).post(path, add(body)).status == 400
