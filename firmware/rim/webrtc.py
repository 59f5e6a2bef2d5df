"""One browser at the end of one WebRTC connection, by aiortc: the only module that knows its insides.

aiortc agrees on addresses and keys; the sound goes past it. Packets are taken where the network hands
them in, for its own buffer grows to 281 ms at the first loss and stays there, and they are written at
the tick. That stands on attributes which are nobody's promise: aiortc is pinned, tests/test_webrtc.py
fails when one of them changes, and `plainleg.Plain` is the same by its public interface alone.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from aioice import ice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription, clock
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtcrtpreceiver import StreamStatistics
from pylibsrtp import Error as SrtpError

from firmware.base.ports import FRAME, RATE
from firmware.rim.legbuffer import LegBuffer
from firmware.rim.rtp import PCMU, KeyEvents, Packet, clean, event_kind, packet, parsed, with_events

SOUND = range(128, 192)  # the first byte of SRTP and SRTCP, RFC 7983
CONTROL = range(192, 224)  # the second of SRTCP, RFC 5761
CHECK = range(0, 4)  # the first of STUN
LONGEST = 1_400  # bytes of a datagram: longer ones are none of ours
ROOM = 2_048  # bytes that a datagram is read into
REPORTED = 50  # packets between two times that our report says
KEPT_KEYS = 20


class Malformed(ValueError):
    """What was offered is no sound that we could answer."""


class Wire(Protocol):
    """A connected browser, as the process has it."""

    buffer: LegBuffer

    async def answer(self, sdp: str) -> str: ...
    def send(self, frame: bytes) -> None: ...
    def read(self) -> bytes: ...
    def heard(self) -> bool: ...
    def key(self) -> bytes: ...
    async def close(self) -> None: ...


class Connection:
    """What both paths share. `closed` is called once, when the far end has gone."""

    def __init__(self, closed: Callable[[], None], addresses: list[str] | None = None) -> None:
        """`addresses` are ours to be reached at; all that the computer has if None."""
        self.buffer = LegBuffer()
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._closed, self._addresses = closed, addresses
        self._came = 0
        self._keys: deque[str] = deque(maxlen=KEPT_KEYS)
        self._peer.on("connectionstatechange", self._changed)

    async def answer(self, sdp: str) -> str:
        """The answer to a browser's offer. Malformed: it is none that we can take."""
        try:
            offer = clean(sdp)
            self._want()
            await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            self._prepare()
            await self._peer.setLocalDescription(await self._peer.createAnswer())
        except Exception as fault:
            # aiortc reads offers with ValueError, KeyError, AssertionError, InvalidStateError and more.
            await self.close()
            raise Malformed("that is no offer of one sound as telephones have it") from fault
        return with_events(self._peer.localDescription.sdp, event_kind(offer))

    def _want(self) -> None:
        """Sound both ways, as PCMU and nothing else."""
        transceiver = self._peer.addTransceiver(self._track(), "sendrecv")
        codecs: Any = RTCRtpReceiver.getCapabilities("audio")
        transceiver.setCodecPreferences([each for each in codecs.codecs if each.mimeType == "audio/PCMU"])

    def _prepare(self) -> None:
        [transceiver] = self._peer.getTransceivers()
        if self._peer.sctp is not None:
            raise ValueError("more than sound")
        transport: Any = transceiver.receiver.transport
        self._gather(transport.transport._connection)

    def _gather(self, connection: Any) -> None:
        """Offer our addresses; the loopback one too, for a browser on this computer."""
        ours, found = self._addresses, connection.get_component_candidates

        async def candidates(component: int, addresses: list[str], timeout: int = 5) -> Any:
            return await found(component, ours or ["127.0.0.1", *addresses], timeout)

        connection.get_component_candidates = candidates

    def _track(self) -> MediaStreamTrack:
        raise NotImplementedError

    def _changed(self) -> None:
        if self._peer.connectionState in ("closed", "failed"):
            self._closed()

    @property
    def connected(self) -> bool:
        return bool(self._peer.connectionState == "connected")

    def read(self) -> bytes:
        """The frame of this tick, µ-law."""
        return self.buffer.read()

    def heard(self) -> bool:
        """Did packets come since it was asked last?"""
        came, self._came = self._came, 0
        return came > 0

    def key(self) -> bytes:
        """The next key that was sent by name; b"": none."""
        return self._keys.popleft().encode() if self._keys else b""

    async def close(self) -> None:
        await self._peer.close()


class Mute(MediaStreamTrack):
    """A track that has nothing to say: aiortc waits for it, and we write beside it."""

    kind = "audio"

    async def recv(self) -> Any:
        await asyncio.get_running_loop().create_future()


class Raw(Connection):
    """The path past aiortc's buffers and tasks: a packet costs two calls of C and a few of ours."""

    def __init__(self, closed: Callable[[], None], addresses: list[str] | None = None) -> None:
        super().__init__(closed, addresses)
        self._events = KeyEvents()
        self._event_kind: int | None = None
        self._source: int | None = None
        self._sequence = np.random.default_rng().integers(1 << 15).item()
        self._stamp = np.random.default_rng().integers(1 << 31).item()
        self._sent = 0
        self._dtls: Any = None
        self._sender: Any = None
        self._streams: Any = {}
        self._ice: Any = None
        self._proved: set[Any] = set()  # addresses

    async def answer(self, sdp: str) -> str:
        self._event_kind = event_kind(sdp)
        return await super().answer(sdp)

    def _track(self) -> MediaStreamTrack:
        return Mute()

    def _prepare(self) -> None:
        super()._prepare()
        [transceiver] = self._peer.getTransceivers()
        receiver: Any = transceiver.receiver
        self._sender, self._dtls = transceiver.sender, receiver.transport
        self._ice = self._dtls.transport._connection
        self._streams = receiver._RTCRtpReceiver__remote_streams

    def _gather(self, connection: Any) -> None:
        """Every socket that is opened for it hands its datagrams to us first."""
        super()._gather(connection)
        offered = connection.get_component_candidates

        async def candidates(component: int, addresses: list[str], timeout: int = 5) -> Any:
            found = await offered(component, addresses, timeout)
            for protocol in connection._protocols:
                protocol.transport.max_size = ROOM  # asyncio's own 256 KiB are taken anew for each packet
                protocol.datagram_received = self._sorted(protocol.datagram_received)
            return found

        connection.get_component_candidates = candidates

    def _sorted(self, pass_on: Callable[[bytes, Any], None]) -> Callable[[bytes, Any], None]:
        """What comes in at a socket: checks are for all, everything else is the one far end's alone."""

        def received(data: bytes, sender: Any) -> None:
            if not data or len(data) > LONGEST:
                return
            if data[0] in CHECK:
                pass_on(data, sender)
            elif self._is_far_end(sender):
                if data[0] in SOUND and not (len(data) > 1 and data[1] in CONTROL):
                    self._sound(data)
                else:
                    pass_on(data, sender)

        return received

    def _is_far_end(self, sender: Any) -> bool:
        """Is it one of the places that have proved to be the browser that made the offer?"""
        if sender not in self._proved:
            proved = ice.CandidatePair.State.SUCCEEDED
            pairs = [*self._ice._nominated.values(), *self._ice._check_list]
            if not any(pair.remote_addr == sender[:2] and pair.state is proved for pair in pairs):
                return False
            self._proved.add(sender)
        return True

    def _sound(self, data: bytes) -> None:
        session = self._dtls._rx_srtp
        if session is None:
            return
        try:
            found = parsed(session.unprotect(data))
        except (SrtpError, ValueError):
            return  # not from whom the keys are known to
        if found is not None:
            self._take(found)

    def _take(self, found: Packet) -> None:
        if found.kind == self._event_kind:
            if (key := self._events.key(found)) is not None:
                self._keys.append(key)
        elif found.kind == PCMU:
            if found.source != self._source:
                self._source = found.source
                self._streams.clear()
                self._streams[found.source] = StreamStatistics(RATE)
            self._streams[found.source].add(_Told(found.sequence, found.timestamp))
            self.buffer.put(found.timestamp, found.payload, asyncio.get_running_loop().time())
        self._came += 1

    def send(self, frame: bytes) -> None:
        """A packet of 20 ms, now."""
        self._stamp = (self._stamp + FRAME) & 0xFFFFFFFF
        if self._dtls is None or self._dtls._tx_srtp is None:
            return
        for pair in self._ice._nominated.values():
            data = packet(self._sequence, self._stamp, self._sender._ssrc, frame, self._sent == 0)
            pair.protocol.transport.sendto(self._dtls._tx_srtp.protect(data), pair.remote_addr)
            self._sequence = (self._sequence + 1) & 0xFFFF
            self._sent += 1
        if self._sent % REPORTED == 1:
            self._report()

    def _report(self) -> None:
        """What aiortc's own sender reports say of us."""
        self._sender._RTCRtpSender__ntp_timestamp = clock.current_ntp_time()
        self._sender._RTCRtpSender__rtp_timestamp = self._stamp
        self._sender._RTCRtpSender__packet_count = self._sent
        self._sender._RTCRtpSender__octet_count = self._sent * FRAME


class _Told:
    """As much of a packet as aiortc's statistics look at."""

    def __init__(self, sequence: int, timestamp: int) -> None:
        self.sequence_number, self.timestamp = sequence, timestamp
