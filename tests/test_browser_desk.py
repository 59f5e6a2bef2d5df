"""The desk in a real browser: a call from ringing to its reason by keys alone, and what it must never do."""

from collections.abc import Iterator
from typing import Any

import pytest
from desk_states import LOOKS, STATES, in_call, rings, signed_in
from firefox import firefox
from stand_in import StandIn
from test_abuse import CORPUS

from firmware.base.events import CallMoved, ReasonGiven
from firmware.base.orders import Reply
from firmware.base.people import CallNoted
from tools.live_office import LiveOffice

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
SETTINGS: dict[str, Any] = {
    "lines": {"line2": {"to": "sales"}},
    "queues": {
        "sales": {"members": ["cleo"], "reasons": ["order", "complaint"], "reason_must": True, "wrap_s": 60}
    },
}
HEADSET = """
  const item = (usage, reportSize) => ({ usages: [usage], reportSize, reportCount: 1, isArray: false });
  const device = Object.assign(new EventTarget(), {
    productName: "Jabra", opened: false, sent: [],
    collections: [{ usagePage: 11, usage: 5, children: [],
      inputReports: [{ reportId: 2, items: [item(0xb0020, 1), item(0xb002f, 1),
        { usages: [], reportSize: 6, reportCount: 1 }] }],
      outputReports: [{ reportId: 2, items: [item(0x80017, 1), item(0x80009, 1), item(0x80018, 1)] }] }],
    open() { this.opened = true; return Promise.resolve(); },
    sendReport(id, bytes) { this.sent.push([...bytes]); return Promise.resolve(); },
  });
  window.device = device;
  window.press = (byte) => device.dispatchEvent(
    Object.assign(new Event("inputreport"), { reportId: 2, data: new DataView(Uint8Array.of(byte).buffer) }));
  Object.defineProperty(navigator, "hid", { value: { getDevices: async () => [device] } });
"""

NO_MICROPHONE = """
  navigator.mediaDevices.getUserMedia =
    async () => new AudioContext().createMediaStreamDestination().stream;
"""

KEYS = {  # in a state: what is pressed, and the order that it gives
    "talks": {
        **{
            "h": "hold",
            "p": "park",
            "c": "record",
            "e": "hang_up",
            "k 5": "press",
            "Escape s Enter": "inform",
        },
        **{"n 7 Enter": "conference", "b 2": "break"},
    },
    "asks": {"u": "complete", "n": "conference", "y": "swap", "q": "resume", "m": "mute"},
    "rings": {"x": "reject"},
    "wraps up": {"l": "extend", "2": "reason", "r": "ready"},
}
HIDDEN = """
  window.told = [];
  window.Notification = class {
    static permission = "granted";
    constructor(title, { body }) { told.push([title, body]); }
    close() { told.push("closed"); }
  };
  Object.defineProperty(document, "hidden", { value: true });
"""


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda said: (
            complaints.append(said.text) if said.type == "error" and "Security" in said.text else None
        ),
    )
    opened.set_default_timeout(8_000)
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def desk(page: Any, port: int, engine: StandIn) -> Any:
    """Ann's, on an engine that does what it is told."""
    signed_in(engine)
    return enter(page, f"http://localhost:{port}", "ann")


def enter(page: Any, url: str, who: str) -> Any:
    answer = page.context.request.post(f"{url}/api/town/enter", data={"who": who})
    assert answer.ok, answer.text()
    page.goto(f"{url}/desk")
    return page


def ordered(page: Any, name: str) -> Any:
    return page.expect_response(f"**/api/orders/agent.{name}")


def test_a_call_from_ringing_to_its_reason_by_keys_alone(page: Any, tmp_path: Any) -> None:
    with LiveOffice(tmp_path, SETTINGS) as office:
        enter(page, office.url, "cleo")
        page.get_by_text("My voice is").wait_for()
        page.keyboard.press("Enter")  # at the USB handset, which is hers
        page.locator(".state.ready").wait_for()
        caller = office.caller("+4533120001")
        caller.dial(line=2)
        takes(page)
        page.keyboard.press("h")
        page.locator(".state.held").wait_for()
        assert office.until(lambda: office.ask(caller.hears) == "music") < 5
        page.keyboard.press("h")
        page.locator(".state.talking").wait_for()
        hands_on(page, office)
        sorts(page, office)
        page.keyboard.press("f")
        page.keyboard.type("0001")
        page.locator(".history").get_by_text("+45 33 12 00 01").wait_for()


def takes(page: Any) -> None:
    page.get_by_role("article", name="+45 33 12 00 01").wait_for(timeout=15_000)
    assert "not verified" in page.locator(".card").inner_text()
    assert page.title() == "☎ +45 33 12 00 01 – Bellwire"
    page.keyboard.press("a")
    page.locator(".state.talking").wait_for()


def hands_on(page: Any, office: LiveOffice) -> None:
    """Notes something, asks Ben, and puts the caller through to him."""
    page.keyboard.press("w")
    page.keyboard.type("Has asked for Ben: hold, mute, end")  # which are no orders while one types
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.keyboard.type("202")
    page.keyboard.press("Enter")
    page.locator(".state.consulting").wait_for()
    ben = office.phone("phone2")
    office.until(lambda: office.ask(lambda: ben.ringing))
    ben.lift()
    page.get_by_role("button", name="Swap").wait_for()
    page.keyboard.press("u")


def sorts(page: Any, office: LiveOffice) -> None:
    """Says what it was about, and is ready again."""
    page.get_by_text("What was it about? (needed)").wait_for()
    page.keyboard.press("1")
    page.get_by_role("radio", name="order", checked=True).wait_for()
    page.keyboard.press("r")
    page.locator(".state.ready").wait_for()
    noted, given, moved = (
        office.ask(lambda kind=kind: office.saw(kind)) for kind in (CallNoted, ReasonGiven, CallMoved)
    )
    assert noted[-1].text.startswith("Has asked for Ben")
    assert [told.reason for told in given] == ["order"]
    assert moved[-1].to in ("phone2", "ben")


def test_a_name_full_of_script_is_text_and_nothing_runs(engine: StandIn, desk: Any) -> None:
    engine.snapshot["settings"]["breaks"] = [HOSTILE]
    keyed = {"x": HOSTILE, **{f"k{n}": each for n, each in enumerate(CORPUS)}}
    rings(engine, name=HOSTILE, label=HOSTILE, note=HOSTILE, script="\n".join(CORPUS), data=keyed)
    desk.get_by_role("article", name=HOSTILE).wait_for()
    desk.wait_for_function("text => document.body.innerText.includes(text)", arg=CORPUS[-1][:20].strip())
    assert desk.locator("main img[src=x], script:not([src]), main iframe, main [onerror]").count() == 0
    assert desk.evaluate("window.ran") is None
    assert desk.title() == f"☎ {HOSTILE} – Bellwire"


def test_a_phone_is_lifted_by_hand_and_a_refusal_is_read_beside_the_button(
    engine: StandIn, desk: Any
) -> None:
    rings(engine)
    desk.get_by_text("Lift Phone 1 to answer").wait_for()
    engine.replies["agent.reject"] = Reply("refused", sentence="nothing rings here")
    desk.keyboard.press("x")
    assert desk.locator(".stage").get_by_role("alert").inner_text() == "nothing rings here"
    assert ("agent.reject", {"who": "ann"}) in engine.orders


def test_no_key_is_an_order_while_somebody_types_or_reads_the_list_of_keys(
    engine: StandIn, desk: Any
) -> None:
    in_call(engine, "usb1")
    desk.locator(".state.talking").wait_for()
    desk.get_by_label("Search", exact=True).fill("")
    desk.keyboard.type("ehmpx")
    desk.locator("h3").click()
    desk.keyboard.press("?")
    desk.get_by_role("dialog", name="Keys").wait_for()
    desk.keyboard.type("ehmp")
    desk.keyboard.press("Escape")
    desk.get_by_role("dialog").wait_for(state="detached")
    desk.keyboard.press("Control+e")
    with ordered(desk, "mute"):
        desk.keyboard.press("m")
    assert [name for name, _ in engine.orders] == ["agent.mute"]


def test_each_key_gives_the_order_that_its_button_says(engine: StandIn, desk: Any) -> None:
    for state, keys in KEYS.items():
        STATES[state](engine)
        desk.get_by_text(LOOKS[state]).first.wait_for()
        for key, name in keys.items():
            *first, last = key.split()
            for each in first:
                desk.keyboard.press(each)
            with ordered(desk, name):
                desk.keyboard.press(last)
    given = [(name.removeprefix("agent."), {**fields, "who": ""}) for name, fields in engine.orders]
    assert [name for name, _ in given] == [name for keys in KEYS.values() for name in keys.values()]
    told = [fields for _, fields in given]
    assert {"who": "", "on": True} in told
    assert {"who": "", "topic": "hours"} in told
    assert {"who": "", "code": "meeting"} in told
    assert {"who": "", "reason": "complaint"} in told
    assert {"who": "", "whom": "7"} in told


def test_a_caller_is_handed_to_who_is_picked_with_the_arrows(engine: StandIn, desk: Any) -> None:
    in_call(engine, "usb1")
    desk.locator(".state.talking").wait_for()
    desk.keyboard.press("t")
    picks = desk.get_by_role("option")
    assert picks.first.inner_text().split("\n")[0] == "Ben"  # who is free comes first
    desk.keyboard.press("ArrowDown")
    assert picks.first.get_attribute("aria-selected") == "true"
    with ordered(desk, "transfer"):
        desk.keyboard.press("Shift+Enter")
    assert engine.orders == [("agent.transfer", {"who": "ann", "to": "ben", "attended": False})]
    desk.locator(".picker").wait_for(state="detached")
    desk.keyboard.press("t")
    STATES["wraps up"](engine)  # the caller has hung up meanwhile
    desk.get_by_text("Done, ready").wait_for()
    in_call(engine, "usb1", id="c9")
    desk.locator(".state.talking").wait_for()
    assert desk.locator(".picker").count() == 0


def test_the_buttons_of_a_headset_answer_and_mute_and_its_lamps_show_it(
    engine: StandIn, page: Any, port: int
) -> None:
    page.add_init_script(HEADSET)
    rings(engine, "usb1")
    enter(page, f"http://localhost:{port}", "ann")
    page.get_by_role("button", name="Answer").wait_for()
    lamp = "() => (device.sent.at(-1) ?? [0])[0]"
    assert page.evaluate(lamp) in (0, 4)
    with ordered(page, "answer"):
        page.evaluate("press(1)")
    in_call(engine, "usb1")
    page.locator(".state.talking").wait_for()
    with ordered(page, "mute"):
        page.evaluate("press(3)")
    assert page.evaluate(lamp) == 1
    with ordered(page, "hang_up"):
        page.evaluate("press(0)")


def test_a_hidden_page_tells_of_a_call_and_rings(engine: StandIn, page: Any, port: int) -> None:
    page.add_init_script(HIDDEN)
    signed_in(engine, "browser")
    engine.snapshot["phones"]["browser"] = {**engine.snapshot["phones"]["phone4"], "number": "104"}
    enter(page, f"http://localhost:{port}", "ann")
    page.locator(".state.ready").wait_for()
    page.keyboard.press("Tab")  # browsers let no page sound before somebody has touched it
    rings(engine, "browser")
    page.get_by_role("article", name="Hansen A/S").wait_for()
    assert page.evaluate("told") == [["☎ Hansen A/S – Bellwire", "sales, Line 1"]]
    assert page.evaluate("performance.getEntriesByName('ring').length") == 1
    in_call(engine, "browser")
    page.locator(".state.talking").wait_for()
    assert page.evaluate("told.at(-1)") == "closed"
    assert page.title() == "Bellwire"


def test_a_box_that_goes_away_is_announced_and_comes_back_by_itself(engine: StandIn, desk: Any) -> None:
    desk.locator(".state.ready").wait_for()
    engine.go(up=False)
    desk.get_by_text("Calls go on; this page comes back by itself.").wait_for()
    engine.go(up=True)
    desk.locator(".lost").wait_for(state="detached")
    engine.snapshot["town"] = {"power": {"on": False, "back_in": 6.0}}
    desk.get_by_text("The box has no power").wait_for()


def test_it_fits_a_telephone_and_a_large_print(engine: StandIn, desk: Any) -> None:
    for name, change in STATES.items():
        change(engine)
        for call in engine.snapshot["calls"]:
            call["name"] = "Averyveryverylongname " * 4 + "x" * 60
        desk.get_by_text(LOOKS[name]).first.wait_for()
        for width in (360, 640):  # 640: a window of 1280 at 200 %
            desk.set_viewport_size({"width": width, "height": 700})
            assert desk.evaluate("document.documentElement.scrollWidth") == width, name


def test_it_speaks_danish_to_who_reads_danish(engine: StandIn, chromium: Any, port: int) -> None:
    signed_in(engine)
    context = chromium.new_context(locale="da-DK")
    page = enter(context.new_page(), f"http://localhost:{port}", "ann")
    page.get_by_text("Klar til opkald").wait_for(timeout=8_000)
    assert page.evaluate("document.documentElement.lang") == "da"
    assert page.get_by_text("2 nye beskeder").count() == 1
    context.close()


def test_who_is_asked_sees_whom_it_is_about(engine: StandIn, desk: Any) -> None:
    rings(engine)
    caller, *_ = engine.snapshot["calls"]
    asks = {
        "direction": "inside",
        "line": None,
        "name": None,
        "number": "101",
        "from": "phone2",
        "to": "phone1",
    }
    held = {**caller, "id": "c9", "rings": [], "with": "phone2", "state": "held", "note": "wants a blue one"}
    engine.snapshot["calls"] = [{**caller, **asks}, held]
    engine.snapshot["phones"]["phone2"] |= {"call": "c1", "held": ["c9"]}
    asked = desk.get_by_role("article", name="asks about")
    asked.get_by_text("Hansen A/S").wait_for()
    assert "wants a blue one" in asked.inner_text() and "account" in asked.inner_text().lower()


def test_what_the_box_keeps_for_a_lost_telephone_offers_no_button_that_is_refused(
    engine: StandIn, desk: Any
) -> None:
    in_call(engine, "usb1", state="held")
    engine.snapshot["agents"]["ann"]["state"] = "offline"
    engine.snapshot["phones"]["usb1"] |= {"state": "out", "call": None, "held": ["c1"]}
    desk.locator(".state.offline").wait_for()
    assert desk.locator(".stage .verb").count() == 0
    engine.snapshot["agents"]["ann"]["state"] = "held"
    desk.get_by_role("button", name="Take back").wait_for()


def test_a_voice_that_another_tab_has_lost_comes_to_this_one_by_itself(
    engine: StandIn, page: Any, port: int
) -> None:
    asked: list[Any] = []
    refusal = {"sentence": "It is in another tab.", "elsewhere": True}
    page.add_init_script(NO_MICROPHONE)
    page.route(
        "**/api/leg/offer", lambda route: (asked.append(route), route.fulfill(status=409, json=refusal))
    )
    signed_in(engine, "browser")
    engine.snapshot["phones"]["browser"] = {**engine.snapshot["phones"]["phone4"], "number": "104"}
    enter(page, f"http://localhost:{port}", "ann")
    page.get_by_text("Your voice is in another tab or window.").wait_for()
    assert len(asked) == 1  # the other tab talks: only a click takes it away
    engine.snapshot["phones"]["browser"] |= {"state": "out"}
    with page.expect_response("**/api/leg/offer") as offered:
        pass
    assert offered.value.request.post_data_json["take_over"] is False


@pytest.mark.gate
def test_it_works_in_a_firefox_too(engine: StandIn, port: int, tmp_path: Any) -> None:
    (profile := tmp_path / "firefox").mkdir()
    rings(engine, "usb1")
    with firefox(profile) as browser:
        page = browser.new_page()
        page.goto(f"http://localhost:{port}/card")
        page.evaluate(ENTER)
        page.goto(f"http://localhost:{port}/desk")
        said = page.evaluate(f"({UNTIL})('article.card.ringing')")
        assert "Hansen A/S" in said
        page.evaluate("() => { dispatchEvent(new KeyboardEvent('keydown', { key: 'a' })); }")
        page.evaluate("new Promise((done) => setTimeout(done, 500))")
    assert ("agent.answer", {"who": "ann"}) in engine.orders


ENTER = """async () => {
  const headers = { "Content-Type": "application/json" };
  await fetch("/api/town/enter", { method: "POST", headers, body: JSON.stringify({ who: "ann" }) });
}"""
UNTIL = """async (wanted) => {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = document.querySelector(wanted);
    if (found) return found.innerText;
    await new Promise((done) => setTimeout(done, 100));
  }
  return document.body.innerText;
}"""
