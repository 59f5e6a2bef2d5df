"""What comes from a browser is put in order: what is missing is covered up, and the delay goes back."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firmware.base.ports import FRAME
from firmware.rim.legbuffer import DEEPEST, SILENCE, START, WRAP, LegBuffer, faded
from firmware.rim.rtp import KeyEvents, clean, event_kind, packet, parsed, with_events
from firmware.sound.frame import from_ulaw, level


def loud(n: int) -> bytes:
    """A frame that is known by its sound."""
    return bytes([n % 100]) * FRAME


class Talk:
    """A far end that sends a packet every 20 ms from a timestamp of its own."""

    def __init__(self, first: int = 12345) -> None:
        self.buffer = LegBuffer()
        self.first = first

    def send(self, n: int, at: float | None = None) -> None:
        stamp = (self.first + n * FRAME) % WRAP
        self.buffer.put(stamp, loud(n), n * 0.02 if at is None else at)

    def read(self, times: int = 1) -> list[bytes]:
        return [self.buffer.read() for _ in range(times)]


def power(frame: bytes) -> float:
    return level(from_ulaw(np.frombuffer(frame, np.uint8)))


def test_it_begins_with_two_frames_in_hand_and_then_says_each_in_its_tick() -> None:
    talk = Talk()
    talk.send(0)
    assert talk.read() == [SILENCE]
    talk.send(1)
    heard = []
    for n in range(2, 30):
        heard += talk.read()
        talk.send(n)
    assert heard == [loud(n) for n in range(28)]
    assert talk.buffer.depth == START


def test_what_comes_in_another_order_is_said_in_its_own() -> None:
    talk = Talk()
    for n in (1, 0, 3, 2):
        talk.send(n)
    assert talk.read(3) == [loud(1), loud(2), loud(3)]  # 1 came first: it began there


def test_a_hole_is_the_frame_before_it_a_little_softer() -> None:
    talk = Talk()
    for n in (0, 1, 3, 4):
        talk.send(n)
    first, second, hole, after = talk.read(4)
    assert (first, second, after) == (loud(0), loud(1), loud(3))
    assert -3 < power(hole) - power(second) < 0
    assert talk.buffer.counts.lost == 1


def test_while_nothing_comes_the_last_frame_fades_away_within_100_ms() -> None:
    talk = Talk()
    talk.send(0)
    talk.send(1)
    levels = [power(each) for each in talk.read(8)]
    assert levels[1:6] == sorted(levels[1:6], reverse=True)
    assert talk.buffer.read() == SILENCE


def test_what_is_late_is_waited_for_once_and_then_nothing_is_missing_any_more() -> None:
    talk = Talk()
    talk.send(0)
    talk.send(1)
    talk.read(3)  # the third has nothing
    for n in range(2, 40):  # each now comes one tick later than at first
        talk.send(n)
        assert talk.read() == [loud(n)]
    assert talk.buffer.counts.lost == 0


def test_what_was_waited_for_and_is_lost_costs_no_delay() -> None:
    talk = Talk()
    talk.send(0)
    talk.send(1)
    talk.read(3)  # the third is waited for
    talk.send(3)  # and never comes
    assert talk.read() == [loud(3)]
    assert talk.buffer.counts.lost == 1


def test_more_in_hand_than_needed_is_given_back_one_frame_in_a_second() -> None:
    talk = Talk()
    for n in range(6):
        talk.send(n)
    depths = []
    for n in range(6, 406):
        talk.read()
        depths.append(talk.buffer.depth)
        talk.send(n)
    assert depths[-1] == START - 1
    assert talk.buffer.counts.merged == 4


def test_a_far_clock_that_is_faster_is_followed_without_a_hole() -> None:
    talk = Talk()
    n = 0
    for tick in range(20_000):  # 400 s; the far end is 0.05 % fast, ten times as much as crystals are
        while n <= tick * 1.0005 + 2:
            talk.send(n)
            n += 1
        talk.read()
    counts = talk.buffer.counts
    assert counts.lost == counts.skipped == 0
    assert counts.merged == 10
    assert talk.buffer.depth <= 3


def test_a_far_clock_that_is_slower_is_waited_for() -> None:
    talk = Talk()
    n = 0
    for tick in range(20_000):
        while n <= tick * 0.9995 + 2:
            talk.send(n)
            n += 1
        talk.read()
    assert talk.buffer.counts.lost == 0
    assert 8 <= talk.buffer.counts.waited <= 14


def test_after_a_network_that_stood_still_only_the_newest_is_said() -> None:
    talk = Talk()
    for n in range(3):
        talk.send(n)
    talk.read(30)
    for n in range(3, 33):
        talk.send(n)
    assert talk.read() == [loud(30)]
    assert talk.buffer.counts.skipped == 27


def test_with_loss_and_jitter_the_delay_stays_small_and_goes_back_afterwards() -> None:
    """3 % loss and 30 ms of jitter for a minute, as the figure of the browser's sound has it."""
    talk, chance = Talk(), random.Random(7)
    on_the_way: list[tuple[float, int]] = []
    delays = []
    for tick in range(6_000):
        bad = 500 <= tick < 3_500
        if not (bad and chance.random() < 0.03):
            on_the_way.append((tick + (chance.random() * 1.5 if bad else 0.1), tick))
        for at, n in sorted(on_the_way):
            if at <= tick + 0.5:
                talk.send(n, at * 0.02)
                on_the_way.remove((at, n))
        frame = talk.read()[0]
        spoken = [n for n in range(tick - 20, tick + 1) if frame == loud(n)]
        delays += [(tick, tick - spoken[-1])] if spoken else []
    assert {delay for tick, delay in delays if 600 < tick < 3_500} == {1}
    assert {delay for tick, delay in delays if tick > 5_500} == {1}
    assert talk.buffer.counts.jitter < 3


def test_a_far_end_that_begins_anew_is_heard_after_three_packets() -> None:
    talk = Talk()
    for n in range(10):
        talk.send(n)
        talk.read()
    talk.first = 4_000_000_000
    for n in range(6):
        talk.send(n)
    assert loud(2) in talk.read(4)


def test_timestamps_that_wrap_are_no_hole() -> None:
    talk = Talk(WRAP - 5 * FRAME)
    for n in range(20):
        talk.send(n)
        if n > 1:
            assert talk.read() == [loud(n - 2)]


def test_a_packet_of_several_frames_is_so_many_frames() -> None:
    buffer = LegBuffer()
    buffer.put(0, loud(1) + loud(2) + loud(3), 0.0)
    assert [buffer.read() for _ in range(3)] == [loud(1), loud(2), loud(3)]


@given(st.lists(st.tuples(st.integers(0, WRAP - 1), st.integers(0, 700), st.booleans()), max_size=60))
def test_whatever_comes_a_frame_comes_out_and_little_is_kept(
    packets: list[tuple[int, int, bool]],
) -> None:
    buffer = LegBuffer()
    for at, (stamp, size, reads) in enumerate(packets):
        buffer.put(stamp, bytes(size), at * 0.02)
        if reads:
            assert len(buffer.read()) == FRAME
            assert buffer.depth <= DEEPEST + 4


def test_two_frames_made_one_begin_as_the_first_and_end_as_the_second() -> None:
    both = faded(loud(10), loud(90))
    assert (both[0], both[-1]) == (10, 90)


# Packets and their texts


def test_our_packet_is_read_as_it_was_written() -> None:
    found = parsed(packet(65535, 12, 99, loud(5), marker=True))
    assert found is not None
    assert (found.kind, found.marker, found.sequence, found.timestamp, found.source) == (
        0,
        True,
        65535,
        12,
        99,
    )
    assert found.payload == loud(5)


def test_extensions_and_padding_are_no_sound() -> None:
    head = bytes([0xB1, 0x00, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]) + b"csrc" + bytes([0xBE, 0xDE, 0, 1]) + b"ext."
    found = parsed(head + b"sound" + bytes([0, 0, 3]))
    assert found is not None and found.payload == b"sound"


@given(st.binary(max_size=200))
def test_whatever_bytes_come_are_a_packet_or_none(data: bytes) -> None:
    found = parsed(data)
    assert found is None or len(found.payload) <= len(data)


def test_a_key_that_is_told_many_times_is_one_key() -> None:
    keys = KeyEvents()
    head = [
        bytes([0x80, 101, 0, n, 0, 0, stamp, 0, 0, 0, 0, 1]) for n, stamp in enumerate((1, 1, 1, 2, 2, 3))
    ]
    told = [
        parsed(each + bytes([event, 10, 0, 160]))
        for each, event in zip(head, (5, 5, 5, 5, 5, 99), strict=True)
    ]
    assert [keys.key(each) for each in told if each] == ["5", None, None, "5", None, None]


OFFER = """v=0
m=audio 9 UDP/TLS/RTP/SAVPF 0 126
a=candidate:1 1 udp 2113937151 4e2a.local 51000 typ host generation 0
a=candidate:2 1 udp 2113937151 127.0.0.1 51001 typ host generation 0
a=end-of-candidates
a=rtpmap:126 telephone-event/8000
"""


def test_candidates_that_only_multicast_could_find_are_taken_out_of_an_offer() -> None:
    cleaned = clean(OFFER)
    assert ".local" not in cleaned and "end-of-candidates" not in cleaned
    assert "127.0.0.1 51001" in cleaned


def test_the_answer_takes_keys_by_name_where_they_are_offered() -> None:
    assert event_kind(OFFER) == 126
    answer = with_events("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=rtpmap:0 PCMU/8000\r\n", 126)
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 0 126\r\n" in answer
    assert "a=rtpmap:126 telephone-event/8000\r\n" in answer
    assert event_kind(OFFER.replace("126", "12")) is None
