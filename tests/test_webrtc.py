"""Browsers' legs from offer to sound and end, aiortc to aiortc over loopback, among strangers."""

import asyncio
import os
import random
import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from leg_talk import Talk, run

import firmware.rim.webrtc as webrtc
from firmware.rim.legbuffer import SILENCE
from firmware.rim.rtp import parsed
from tools.browser_ends import FarEnd, tone

OURS, THEIRS = tone(8)(0), tone(6)(0)


async def both_hear(talk: Talk, far: FarEnd, leg: str = "browser") -> None:
    """Speech gets through in both directions."""
    heard: list[bytes] = []
    far.hear, far.speak = heard.append, lambda n: THEIRS
    talk.hear[leg] = OURS
    talk.said.clear()
    await talk.until(lambda: heard.count(OURS) > 5 and talk.said.get(leg, []).count(THEIRS) > 5)


@pytest.mark.parametrize("path", ["raw", "plain"])
def test_what_is_said_is_heard_at_the_other_end_bit_by_bit_on_either_path(path: str) -> None:
    async def act(talk: Talk) -> None:
        far = await talk.join()
        await both_hear(talk, far)
        await far.close()

    run(act, path)


def test_the_insides_of_aiortc_are_as_we_use_them() -> None:
    """Fails by name when another aiortc has other insides; take the plain path meanwhile."""

    async def act(talk: Talk) -> None:
        far = await talk.join()
        await talk.until(lambda: talk.desk.legs["browser"].ever)
        wire: Any = talk.desk.legs["browser"].wire
        assert callable(wire._dtls._tx_srtp.protect) and callable(wire._dtls._rx_srtp.unprotect)
        [pair] = wire._ice._nominated.values()
        assert callable(pair.protocol.transport.sendto) and len(pair.remote_addr) == 2
        assert wire._ice._check_list and wire._ice._protocols
        assert hasattr(wire._sender, "_ssrc")
        for name in ("ntp_timestamp", "rtp_timestamp", "packet_count", "octet_count"):
            assert hasattr(wire._sender, f"_RTCRtpSender__{name}")
        assert wire._streams is wire._peer.getReceivers()[0]._RTCRtpReceiver__remote_streams
        await far.close()

    run(act)


def test_the_browser_is_told_how_we_hear_it() -> None:
    """Our receiver reports go on although aiortc sees no packet: the page shows loss and delay by them."""

    async def act(talk: Talk) -> None:
        far = await talk.join()
        await talk.until(lambda: talk.desk.legs["browser"].ever)
        wire: Any = talk.desk.legs["browser"].wire
        [stream] = wire._streams.values()
        assert stream.packets_received > 0 and stream.packets_lost == 0
        await far.close()

    run(act)


def test_only_pcmu_is_answered() -> None:
    async def act(talk: Talk) -> None:
        far = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        far.addTransceiver("audio")
        await far.setLocalDescription(await far.createOffer())
        told = await talk.ask(do="offer", leg="browser", sdp=far.localDescription.sdp)
        assert "a=rtpmap:0 PCMU/8000" in told["sdp"] and "opus" not in told["sdp"]
        assert "a=ptime:20" in told["sdp"]
        await far.close()

    run(act)


def test_a_browser_whose_addresses_are_hidden_is_found_by_its_own_checks() -> None:
    """Chromium without a microphone gives names ending in .local alone; nobody here looks them up."""

    async def act(talk: Talk) -> None:
        far = FarEnd()
        sdp = (await far.offer()).replace(" 127.0.0.1 ", " 0a1b.local ")
        told = await talk.ask(do="offer", leg="browser", sdp=sdp)
        await far.connect(told["sdp"])
        far.begin()
        await both_hear(talk, far)
        await far.close()

    run(act)


def test_who_comes_second_is_refused_unless_he_takes_over_and_the_first_is_told() -> None:
    async def act(talk: Talk) -> None:
        first = await talk.join(holder="one")
        await talk.until(lambda: talk.desk.legs["browser"].ever)
        refused = await talk.offer(second := FarEnd(), holder="two")
        assert "Take it over" in refused["elsewhere"]
        await second.close()
        gone = asyncio.Event()
        first._closed = gone.set
        third = await talk.join(holder="three", take_over=True)
        await asyncio.wait_for(gone.wait(), 3)
        await both_hear(talk, third)
        await asyncio.gather(first.close(), third.close())

    run(act)


def test_a_page_that_is_loaded_anew_has_its_telephone_back_without_asking() -> None:
    async def act(talk: Talk) -> None:
        first = await talk.join(holder="mine")
        await talk.until(lambda: talk.desk.legs["browser"].ever)
        second = await talk.join(holder="mine")
        await both_hear(talk, second)
        await asyncio.gather(first.close(), second.close())

    run(act)


def test_whoever_is_silent_for_two_seconds_has_left_his_place() -> None:
    async def act(talk: Talk) -> None:
        first = await talk.join()
        await talk.until(lambda: talk.desk.legs["browser"].ever)
        first.pause()
        talk.late += 2.1
        second = await talk.join()
        await both_hear(talk, second)
        await asyncio.gather(first.close(), second.close())

    run(act)


def test_a_tab_that_is_closed_frees_its_leg_at_once() -> None:
    async def act(talk: Talk) -> None:
        far = await talk.join()
        await far.close()
        await talk.until(lambda: not talk.desk.legs)

    run(act)


def test_what_was_never_connected_is_forgotten() -> None:
    async def act(talk: Talk) -> None:
        far = FarEnd()
        await talk.offer(far)
        talk.late += 16
        talk.desk.sweep()
        assert not talk.desk.legs
        await far.close()

    run(act)


def test_a_page_may_let_go_only_of_its_own() -> None:
    async def act(talk: Talk) -> None:
        far = await talk.join(holder="mine")
        await talk.ask(do="close", leg="browser", holder="yours")
        assert "browser" in talk.desk.legs
        assert await talk.ask(do="close", leg="browser", holder="mine") == {"closed": True}
        assert (await talk.ask(do="stats", leg="browser")) == {"live": False}
        await far.close()

    run(act)


def test_several_legs_are_heard_apart() -> None:
    async def act(talk: Talk) -> None:
        legs = ["browser", *(f"browser{n}" for n in range(2, 6))]
        fars = [await talk.join(leg) for leg in legs]
        for n, (leg, far) in enumerate(zip(legs, fars, strict=True)):
            far.speak, talk.hear[leg] = tone(4 + n), tone(20 + n)(0)
            far.heard_all = []  # type: ignore[attr-defined]
            far.hear = far.heard_all.append  # type: ignore[attr-defined]
        await talk.pass_by(0.5)
        for n, (leg, far) in enumerate(zip(legs, fars, strict=True)):
            assert talk.said[leg][-3:] == [tone(4 + n)(0)] * 3
            assert far.heard_all[-3:] == [tone(20 + n)(0)] * 3  # type: ignore[attr-defined]
        await asyncio.gather(*(far.close() for far in fars))

    run(act)


def test_keys_that_are_sent_by_name_are_heard_once_each() -> None:
    async def act(talk: Talk) -> None:
        far = FarEnd()
        sdp = (await far.offer()).replace("RTP/SAVPF", "RTP/SAVPF 101", 1)
        sdp = sdp.replace("a=rtpmap:0 ", "a=rtpmap:101 telephone-event/8000\r\na=rtpmap:0 ", 1)
        told = await talk.ask(do="offer", leg="browser", sdp=sdp)
        assert "a=rtpmap:101 telephone-event/8000" in told["sdp"]
        await far.connect(told["sdp"])
        for n, event in enumerate((1, 1, 1, 11)):
            event_packet(far, n, event)
        await talk.until(lambda: talk.keys == "1#")
        await far.close()

    run(act)


def event_packet(far: Any, n: int, event: int) -> None:
    head = bytes([0x80, 101, 9, n, 0, 0, 9, event]) + far._sender._ssrc.to_bytes(4, "big")
    [pair] = far._ice._nominated.values()
    pair.protocol.transport.sendto(
        far._dtls._tx_srtp.protect(head + bytes([event, 10, 0, 160])), pair.remote_addr
    )


# Strangers


MANGLE: list[Callable[[str, random.Random], str]] = [
    lambda sdp, chance: sdp[: chance.randrange(len(sdp))],
    lambda sdp, chance: "".join(c for c in sdp if chance.random() > 0.02),
    lambda sdp, chance: "\r\n".join(chance.sample(lines := sdp.splitlines(), len(lines))),
    lambda sdp, chance: sdp.replace(chance.choice(sdp.split()), "\x00"),
    lambda sdp, chance: sdp.replace(chance.choice("0123456789"), "99999999999"),
    lambda sdp, chance: "".join(chance.choice(sdp) for _ in range(chance.randrange(500))),
    lambda sdp, chance: sdp.replace("m=audio", "m=video"),
    lambda sdp, chance: sdp + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:9\r\n",
]


def mangled_offers(count: int) -> None:
    async def act(talk: Talk) -> None:
        far, chance = FarEnd(), random.Random(11)
        sdp = await far.offer()
        for n in range(count):
            text = MANGLE[n % len(MANGLE)](sdp, chance)
            told = await talk.ask(do="offer", leg="browser", sdp=text, take_over=True)
            assert set(told) in ({"malformed"}, {"sdp"}), told
        await far.close()
        real = await talk.join(take_over=True)
        await both_hear(talk, real)
        await real.close()

    run(act)


def test_an_offer_that_is_none_is_answered_and_the_next_one_is_served() -> None:
    mangled_offers(40)


@pytest.mark.gate
def test_two_thousand_offers_that_are_none_are_answered() -> None:
    mangled_offers(2_000)


def test_questions_that_are_none_are_answered() -> None:
    async def act(talk: Talk) -> None:
        for line in (
            b"\n",
            b"{}",
            b"[" * 9_000,
            b"\xff\xfe",
            b'{"do":"offer"}',
            b'{"do":"offer","leg":"x","sdp":""}',
        ):
            assert "malformed" in await talk.desk.asked(line)
        told = await talk.ask(do="offer", leg="browser", sdp="x" * 30_000)
        assert "malformed" in told

    run(act)


def garbage(chance: random.Random) -> bytes:
    first = chance.choice((0, 1, 20, 22, 23, 128, 129, 144, 191, 200, 255))
    return bytes([first]) + os.urandom(chance.randrange(1_600))


def strangers_send(talk: Talk, count: int) -> None:
    """DTLS, RTP, STUN and worse, from an address that has proved nothing."""
    wire: Any = talk.desk.legs["browser"].wire
    chance = random.Random(5)
    places = [protocol.transport.get_extra_info("sockname") for protocol in wire._ice._protocols]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.sendto(bytes([21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 0]), places[0])  # "DTLS ends"
        stranger.sendto(b"", places[0])
        for _ in range(count):
            stranger.sendto(garbage(chance), chance.choice(places))


def test_a_stranger_on_the_network_changes_nothing() -> None:
    async def act(talk: Talk) -> None:
        far = await talk.join()
        await both_hear(talk, far)
        received = talk.desk.legs["browser"].wire.buffer.counts.received
        strangers_send(talk, 300)
        await both_hear(talk, far)
        assert talk.desk.legs["browser"].wire.buffer.counts.received - received < 100
        await far.close()

    run(act)


def test_srtp_garbage_from_the_browsers_own_address_changes_nothing() -> None:
    async def act(talk: Talk) -> None:
        far: Any = await talk.join()
        await both_hear(talk, far)
        [pair] = far._ice._nominated.values()
        chance = random.Random(3)
        for _ in range(200):
            pair.protocol.transport.sendto(
                bytes([chance.choice((128, 144, 191))]) + os.urandom(170), pair.remote_addr
            )
            pair.protocol.transport.sendto(garbage(chance)[:1_400], pair.remote_addr)
        await both_hear(talk, far)
        await far.close()

    run(act)


def test_a_packet_that_is_said_again_by_a_stranger_is_heard_once() -> None:
    async def act(talk: Talk) -> None:
        far: Any = await talk.join()
        await talk.until(lambda: talk.desk.legs["browser"].ever)
        far.pause()
        wire: Any = talk.desk.legs["browser"].wire
        data = far._dtls._tx_srtp.protect(
            webrtc.packet(far._sequence, far._stamp, far._sender._ssrc, SILENCE)
        )
        before = wire.buffer.counts.received
        for _ in range(5):
            wire._sound(data)
        assert wire.buffer.counts.received == before + 1
        assert parsed(data) is not None  # its head is open, what it says is not
        await far.close()

    run(act)


# Many


def many_connect(count: int) -> None:
    """Connect and leave, again and again; open files, threads and tasks are as before."""

    async def act(talk: Talk) -> None:
        async def once() -> None:
            far = await talk.join()
            await talk.until(lambda: talk.desk.legs["browser"].ever)
            await far.close()
            await talk.until(lambda: not talk.desk.legs and not talk.desk._ends)

        for _ in range(1 + count // 10):
            await once()
        before, memory = held(), resident()
        for _ in range(count):
            await once()
        assert held() <= tuple(each + 2 for each in before)
        assert resident() - memory < 10_000

    run(act)


def resident() -> int:
    """kB of this process."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1])  # type: ignore[index]


def held() -> tuple[int, int, int]:
    return len(os.listdir("/proc/self/fd")), threading.active_count(), len(asyncio.all_tasks())


def test_browsers_that_come_and_go_leave_nothing_behind() -> None:
    many_connect(3)


@pytest.mark.gate
def test_a_thousand_browsers_that_come_and_go_leave_nothing_behind() -> None:
    many_connect(1_000)
