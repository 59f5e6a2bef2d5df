"""Browsers that are real, as telephones: sound and keys both ways, reloading, two tabs, a failing network."""

import os
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from firefox import FREQUENCY, firefox

from firmware.base.events import CallAnswered, CallEnded
from firmware.base.ports import Work
from tools.live_office import LiveOffice, share, tone

SPOKEN = 400  # Hz that Chromium's microphone hears
SOUND = (
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)

PAGE = """async (who, takeOver = false) => {
  const send = async (path, body, token) => {
    const headers = { "Content-Type": "application/json", ...(token ? { "X-Bellwire-Token": token } : {}) };
    const reply = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(path + " " + (await reply.text()));
    return reply.json();
  };
  const known = await (await fetch("/api/me")).json();
  const me = known.name === who ? known : await send("/api/town/enter", { who });
  window.order = (name, fields = {}) => send("/api/orders/agent." + name, fields, me.csrf);
  const { attach } = await import("/pages/leg.js");
  window.states = [];
  window.leg = attach({
    takeOver,
    headers: () => ({ "X-Bellwire-Token": me.csrf }),
    onState: (state) => states.push(state),
  });
  window.energy = async () => {
    const rows = [...(await leg.peer.getStats()).values()];
    return rows.find((row) => row.type === "inbound-rtp").totalAudioEnergy ?? 0;
  };
  window.peak = async () => {
    const context = (window.context ??= new AudioContext());
    const source = context.createMediaStreamSource(leg.audio.srcObject);
    const ear = context.createAnalyser();
    ear.fftSize = 8192;
    source.connect(ear);
    await new Promise((done) => setTimeout(done, 180));
    const found = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(found);
    const loudest = found.indexOf(Math.max(...found));
    return { hertz: (loudest * context.sampleRate) / ear.fftSize, decibels: found[loudest] };
  };
}"""


def microphone(path: Path) -> Path:
    """A tone without end for Chromium, which plays it again and again."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        sound = 0.4 * np.sin(2 * np.pi * SPOKEN * np.arange(48_000) / 48_000)
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveOffice]:
    with LiveOffice(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture(scope="module")
def chromium_with_microphone(
    launch: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    heard = microphone(tmp_path_factory.mktemp("sound") / "microphone.wav")
    browser = launch(*SOUND, f"--use-file-for-fake-audio-capture={heard}", "--no-proxy-server")
    yield browser
    browser.close()


@pytest.fixture
def tab(office: LiveOffice, chromium_with_microphone: Any) -> Iterator[Any]:
    """Dan's page in Chromium, connected."""
    context = chromium_with_microphone.new_context()
    page = context.new_page()
    sit(office, page)
    yield page
    hung_up(office)
    context.close()


@pytest.fixture
def fox(office: LiveOffice, tmp_path: Path) -> Iterator[Any]:
    """The same in Firefox."""
    try:
        with firefox(tmp_path) as browser:
            page = browser.new_page()
            office.relay.only = False
            sit(office, page)
            yield page
            hung_up(office)
            office.relay.only = True
    except FileNotFoundError:
        if os.environ.get("CI"):
            raise
        pytest.skip("no Firefox here: sudo apt install firefox-esr")


def sit(office: LiveOffice, page: Any) -> None:
    """Step into dan's shoes, and make the page his telephone."""
    page.goto(f"{office.url}/sign-in")
    page.evaluate(f"() => ({PAGE})('dan', true)")
    office.until(lambda: page.evaluate("() => states.at(-1)") == "live" and state(office) == "idle", 8)
    page.evaluate("() => order('sign_in', { station: 'browser' })")


def state(office: LiveOffice) -> str:
    """Of dan's browser."""
    return str(office.ask(lambda: office.box.exchange.phones["browser"].state.value))


def hung_up(office: LiveOffice) -> None:
    """The next test finds the office as at first."""
    office.phone("phone1").hang_up()
    office.until(lambda: not office.ask(lambda: office.box.exchange.calls))
    office.ask(lambda: office.box.ports["browser"].do(Work("hang_up")))
    office.until(lambda: state(office) in ("idle", "out"))


def talk(office: LiveOffice, page: Any) -> None:
    """Phone 1 rings dan, who answers on his page."""
    phone, answered = office.phone("phone1"), len(office.saw(CallAnswered))
    phone.lift()
    office.until(lambda: office.ask(phone.hears) == "dial")
    phone.press("104")
    office.until(lambda: state(office) == "ringing")
    page.evaluate("() => order('answer')")
    office.until(lambda: len(office.saw(CallAnswered)) > answered)


def page_hears(office: LiveOffice, page: Any, hertz: float) -> None:
    """Somebody speaks at phone 1, and the page hears it."""
    office.phone("phone1").say(tone(hertz, 0.9))
    office.until(lambda: at_ear(page, hertz), 2.5)


def at_ear(page: Any, *tones: float) -> bool:
    loudest = page.evaluate("() => peak()")
    return loudest["decibels"] > -50 and any(abs(loudest["hertz"] - hertz) < 12 for hertz in tones)


def telephone_hears(office: LiveOffice, low: float, high: float) -> bool:
    """A key of two tones."""
    heard = office.ask(lambda: office.phone("phone1").heard(0.06))
    return share(heard, low) > 0.25 and share(heard, high) > 0.25


def test_a_page_in_chromium_and_a_telephone_hear_each_other_and_each_others_keys(
    office: LiveOffice, tab: Any
) -> None:
    talk(office, tab)
    office.hears("phone1", SPOKEN)
    page_hears(office, tab, 1_000)
    tab.evaluate("leg.mute(true)")
    tab.evaluate("order('press', { keys: '555' })")
    office.until(lambda: telephone_hears(office, 770, 1_336))
    office.phone("phone1").press("777777")
    office.until(lambda: at_ear(tab, 852, 1_209))
    assert tab.evaluate("states") == ["asking", "connecting", "live"]


def test_a_page_that_is_loaded_anew_in_a_call_and_one_that_takes_it_over_go_on_talking(
    office: LiveOffice, tab: Any
) -> None:
    ended = len(office.saw(CallEnded))
    talk(office, tab)
    tab.reload()
    tab.evaluate(f"() => ({PAGE})('dan')")
    office.until(lambda: tab.evaluate("states.at(-1)") == "live")
    page_hears(office, tab, 1_000)
    other = tab.context.new_page()
    other.goto(f"{office.url}/sign-in")
    other.evaluate(f"() => ({PAGE})('dan')")
    office.until(lambda: other.evaluate("states.at(-1)") == "elsewhere")
    page_hears(office, tab, 1_500)
    other.evaluate("leg.takeOver()")
    office.until(lambda: other.evaluate("states.at(-1)") == "live")
    page_hears(office, other, 700)
    office.until(lambda: tab.evaluate("states.at(-1)") == "elsewhere")
    office.hears("phone1", SPOKEN)
    assert len(office.saw(CallEnded)) == ended


def test_a_page_in_firefox_and_a_telephone_hear_each_other(office: LiveOffice, fox: Any) -> None:
    """Its ear is measured by its own figures: without a sound device its WebAudio stands still."""
    talk(office, fox)
    office.hears("phone1", FREQUENCY)
    before = fox.evaluate("() => energy()")
    office.phone("phone1").say(tone(1_000, 2.0))
    office.until(lambda: fox.evaluate("() => energy()") > before + 0.005)
    fox.evaluate("() => leg.mute(true)")
    fox.evaluate("() => order('press', { keys: '555' })")
    office.until(lambda: telephone_hears(office, 770, 1_336))


def fails(office: LiveOffice, page: Any, seconds: float) -> None:
    """The network is gone for so long in the middle of a call; then both hear each other again."""
    ended = len(office.saw(CallEnded))
    talk(office, page)
    page_hears(office, page, 1_000)
    office.relay.cut = True
    office.wait_here(seconds)
    office.relay.cut = False
    office.until(lambda: page.evaluate("() => states.at(-1)") == "live" and state(office) != "out", 12)
    assert len(office.saw(CallEnded)) == ended
    page_hears(office, page, 1_500)
    office.hears("phone1", SPOKEN)


@pytest.mark.gate
@pytest.mark.parametrize("seconds", [2, 8])
def test_a_network_that_fails_for_a_while_costs_nobody_his_call(
    office: LiveOffice, tab: Any, seconds: float
) -> None:
    fails(office, tab, seconds)


@pytest.mark.gate
def test_a_network_that_fails_for_40_s_costs_the_call_and_the_page_comes_back_by_itself(
    office: LiveOffice, tab: Any
) -> None:
    ended = len(office.saw(CallEnded))
    talk(office, tab)
    office.relay.cut = True
    office.until(lambda: len(office.saw(CallEnded)) > ended, 45)
    office.wait_here(5)
    office.relay.cut = False
    office.until(lambda: tab.evaluate("states.at(-1)") == "live" and state(office) == "idle", 12)
    hung_up(office)
    tab.evaluate("order('ready')")  # who was lost in a call gets none until he says so
    talk(office, tab)
    office.hears("phone1", SPOKEN)
