"""The exchange's end of a line: what it puts on the wires, and when."""

import itertools

import pytest

from firmware.base import Refused
from firmware.base.clock import SECOND
from firmware.base.ports import CallerHeard
from hostsim.exchange import ExchangeLine, LineInfo
from hostsim.town import Town

HANSEN = "+4533120001"


def town_of(country: str = "DK") -> Town:
    lines = {f"line{place}": LineInfo(f"+453210000{place}", country) for place in (1, 2)}
    return Town(lines, ("phone1",), copper=False)


def bursts(town: Town, line: ExchangeLine, seconds: float) -> list[tuple[float, float]]:
    """When ringing began and ended, by what the line itself names as its next changes."""
    seen: list[tuple[float, float]] = []
    since, end = None, town.clock.now + round(seconds * SECOND)
    while town.clock.now < end:
        town.clock.advance_to(min(end, line.next_change(town.clock.now) or town.clock.next_due() or end))
        if line.ringing(town.clock.now) is not None:
            since = town.clock.seconds if since is None else since
        elif since is not None:
            seen.append((round(since, 3), round(town.clock.seconds, 3)))
            since = None
    return seen


def seized(town: Town, place: int = 1, seconds: float = 1.0) -> ExchangeLine:
    line = town.line(place)
    line.hook(town.clock.now, True)
    town.clock.advance(round(seconds * SECOND))
    return line


def dialled(line: ExchangeLine, digits: str) -> None:
    for digit in digits:
        line.key(digit)


def pulse(town: Town, line: ExchangeLine, digits: str) -> None:
    for digit in digits:
        for _ in range(int(digit) or 10):
            line.hook(town.clock.now, False)
            town.clock.advance(60_000)
            line.hook(town.clock.now, True)
            town.clock.advance(40_000)
        town.clock.advance(700_000)


@pytest.mark.parametrize(
    ("country", "pattern"),
    [
        ("US", (2.0, 4.0)),
        ("UK", (0.4, 0.2, 0.4, 2.0)),
        ("DK", (1.0, 4.0)),
        ("FR", (1.5, 3.5)),
        ("KR", (1.0, 2.0)),
    ],
)
def test_a_line_rings_with_its_countrys_cadence(country: str, pattern: tuple[float, ...]) -> None:
    town = town_of(country)
    town.person(HANSEN).dial(line=1)
    rung = bursts(town, town.line(1), 15)
    parts = [end - begin for begin, end in rung]
    pauses = [after[0] - before[1] for before, after in itertools.pairwise(rung)]
    assert parts[:2] == pytest.approx([pattern[0], pattern[2 % len(pattern)]])
    assert pauses[0] == pytest.approx(pattern[1])


def test_the_chip_sees_48_volts_idle_7_seized_and_what_another_telephone_leaves() -> None:
    town = town_of()
    line = town.line(1)
    assert (line.volts(0), line.milliamps(0)) == (-48, 0)
    line.hook(0, True)
    assert line.volts(0) == -7 and 20 < line.milliamps(0) < 60
    alone = line.milliamps(0)
    line.parallel(True)
    assert 5 <= -line.volts(0) <= 20 and line.milliamps(0) == alone / 2
    line.hook(0, False)
    assert 5 <= -line.volts(0) <= 20 and line.state == "in_use"


def test_a_reading_of_a_moment_ago_is_still_there_and_the_next_change_is_known() -> None:
    town = town_of("US")
    line = town.line(1)
    line.ring_noise(0.1, 25.0)
    assert line.next_change(0) == 100_000
    town.clock.advance(150_000)
    assert line.ringing(50_000) == (25.0, 75.0)
    assert line.ringing(150_000) is None
    assert (line.changed_at(50_000), line.changed_at(150_000)) == (0, 100_000)


def test_dial_tone_comes_after_300_ms_and_stops_at_the_first_digit() -> None:
    town = town_of()
    line = seized(town, seconds=0.28)
    assert line.word == "silence"
    town.clock.advance(40_000)
    assert line.word == "dial"
    line.key("3")
    assert line.word == "silence"


def test_a_known_number_rings_as_soon_as_it_is_complete() -> None:
    town = town_of()
    person = town.person(HANSEN)
    line = seized(town)
    dialled(line, "33120001")
    town.clock.advance(SECOND)
    assert (person.ringing, line.word) == (True, "ringback")
    person.answer()
    assert (line.state, line.word, person.state) == ("talking", "silence", "talking")


@pytest.mark.parametrize(
    ("digits", "word"),
    [("33120099", "busy"), ("33120002", "sit"), ("*#", "congestion"), ("33120001", "ringback")],
)
def test_numbers_lead_where_they_lead(digits: str, word: str) -> None:
    town = town_of()
    town.person(HANSEN)
    line = seized(town)
    dialled(line, digits)
    town.clock.advance(SECOND)
    assert line.word == word


def test_a_network_without_a_free_path_gives_congestion() -> None:
    town = town_of()
    town.paths = 1
    town.person(HANSEN).dial(line=2)
    line = seized(town)
    dialled(line, "33120002")
    town.clock.advance(SECOND)
    assert line.word == "congestion"


def test_pulses_are_digits_by_their_breaks() -> None:
    town = town_of()
    person = town.person(HANSEN)
    line = seized(town)
    pulse(town, line, "33120001")
    town.clock.advance(SECOND)
    assert line.dialled.digits == "33120001" and person.ringing


@pytest.mark.parametrize(("country", "number"), [("DK", "112"), ("US", "911"), ("UK", "999"), ("UK", "112")])
def test_an_emergency_number_is_answered_by_an_operator_who_speaks(country: str, number: str) -> None:
    town = town_of(country)
    line = seized(town)
    dialled(line, number)
    spoke = []
    for _ in range(50):
        town.clock.advance(100_000)
        spoke.append(line.brings)
    assert "ringback" in spoke and "speech" in spoke
    assert town.operators[0].state == "talking"


def test_a_flash_keeps_the_call_and_a_second_on_hook_ends_it() -> None:
    town = town_of()
    person = town.person(HANSEN)
    person.dial(line=1)
    town.clock.advance(8 * SECOND)
    line = seized(town)
    line.hook(town.clock.now, False)
    town.clock.advance(600_000)
    assert line.state == "guard"
    line.hook(town.clock.now, True)
    town.clock.advance(SECOND)
    assert (line.state, person.state) == ("talking", "talking")
    line.hook(town.clock.now, False)
    town.clock.advance(2 * SECOND)
    assert (line.state, person.state, person.hears()) == ("idle", "dropped", "busy")


def left(release: str, country: str = "DK") -> tuple[Town, ExchangeLine, float]:
    """A talking line whose caller has just been gone for half a second; and its volts before."""
    town = town_of(country)
    line = town.line(1)
    line.exchange(release=release)
    person = town.person(HANSEN)
    person.dial(line=1)
    town.clock.advance(8 * SECOND)
    line.hook(town.clock.now, True)
    town.clock.advance(2 * SECOND)
    volts = line.volts(town.clock.now)
    person.hang_up()
    town.clock.advance(SECOND // 2)
    return town, line, volts


@pytest.mark.parametrize(
    ("release", "word"), [("busy_tone", "busy"), ("dial_tone", "dial"), ("silence", "silence")]
)
def test_a_far_end_that_left_is_told_by_a_tone_or_by_nothing(release: str, word: str) -> None:
    town, line, volts = left(release)
    assert (line.word, line.volts(town.clock.now)) == (word, volts)


def test_a_far_end_that_left_is_told_by_a_loop_break_of_600_ms() -> None:
    town, line, volts = left("loop_break", "US")
    broke = line.changed_at(town.clock.now)
    assert (line.volts(town.clock.now), line.milliamps(town.clock.now)) == (0, 0)
    assert line.next_change(town.clock.now) == broke + 600_000
    town.clock.advance(SECOND)
    assert line.volts(town.clock.now) == volts


def test_a_far_end_that_left_is_told_by_a_reversal_which_ends_with_the_call() -> None:
    town, line, volts = left("reversal")
    assert line.volts(town.clock.now) == -volts
    line.hook(town.clock.now, False)
    town.clock.advance(2 * SECOND)
    assert line.volts(town.clock.now) == -48


def test_the_countrys_way_holds_until_told_otherwise() -> None:
    ways = {country: town_of(country).line(1).customs.release for country in ("US", "UK", "DK", "FR")}
    assert ways == {"US": "loop_break", "UK": "dial_tone", "DK": "busy_tone", "FR": "busy_tone"}


def test_an_answer_reverses_where_the_exchange_says_answers_so() -> None:
    town = town_of()
    town.line(1).exchange(reversal_on_answer=True)
    person = town.person(HANSEN)
    line = seized(town)
    dialled(line, "33120001")
    town.clock.advance(2 * SECOND)
    before = line.volts(town.clock.now)
    person.answer()
    assert line.volts(town.clock.now) == -before


def test_a_caller_who_gives_up_stops_the_ring_at_once() -> None:
    town = town_of("US")
    person = town.person(HANSEN)
    person.dial(line=1)
    town.clock.advance(SECOND)
    assert town.line(1).ringing(town.clock.now)
    person.hang_up()
    assert town.line(1).ringing(town.clock.now) is None
    assert (town.line(1).state, bursts(town, town.line(1), 10)) == ("idle", [])


def test_a_line_that_is_taken_gives_the_second_caller_busy() -> None:
    town = town_of()
    town.person(HANSEN).dial(line=1)
    town.clock.advance(SECOND)
    second = town.person("+4533120002")
    second.dial(line=1)
    town.clock.advance(SECOND)
    assert (second.state, second.hears()) == ("busy", "busy")


@pytest.mark.parametrize(("before", "who_talks"), [(3.5, True), (0.5, True), (4.5, False)])
def test_seizing_in_the_silence_before_a_ring_meets_the_caller(before: float, who_talks: bool) -> None:
    town = town_of("US")
    line = town.line(1)
    line.glare_at(10.0)
    town.clock.advance_to(round((10 - before) * SECOND))
    line.hook(town.clock.now, True)
    town.clock.advance(SECOND)
    assert (line.state == "talking", line.word == "dial") == (who_talks, not who_talks)


@pytest.mark.parametrize("country", ["US", "UK", "DK"])
def test_glare_rings_at_its_very_second(country: str) -> None:
    town = town_of(country)
    town.line(1).glare_at(10.0)
    assert bursts(town, town.line(1), 12)[0][0] == 10.0


@pytest.mark.parametrize(
    ("country", "number", "name", "after_ring"),
    [("DK", "33120001", None, False), ("UK", "004533120001", "Hansen A/S", False),
     ("US", "0114533120001", "Hansen A/S", True), ("FR", "004533120001", "Hansen A/S", True)],
)  # fmt: skip
def test_the_caller_is_shown_in_the_countrys_way(
    country: str, number: str, name: str | None, after_ring: bool
) -> None:
    town = town_of(country)
    shown: list[CallerHeard] = []
    town.line(1).shown = shown.append
    town.person(HANSEN, "Hansen A/S").dial(line=1)
    rung = bursts(town, town.line(1), 7)
    assert [(each.number, each.name, each.reason) for each in shown] == [(number, name, None)]
    assert (shown[0].at / SECOND > rung[0][1]) == after_ring


def test_a_caller_who_withholds_his_number_is_shown_so_and_none_is_shown_where_none_is_sent() -> None:
    town = town_of()
    shown: list[CallerHeard] = []
    for line in town.lines.values():
        line.shown = shown.append
    town.person(HANSEN).reason = "withheld"
    town.person(HANSEN).dial(line=1)
    town.line(2).exchange(caller_id="none")
    town.person("+4533120002").dial(line=2)
    town.clock.advance(10 * SECOND)
    assert [(each.number, each.reason) for each in shown] == [(None, "withheld")]


def test_an_unknown_word_is_refused_and_says_which_there_are() -> None:
    with pytest.raises(Refused, match='release: "bang" is not one of loop_break, reversal'):
        town_of().line(1).exchange(release="bang")
    with pytest.raises(Refused, match='caller_id: "morse"'):
        town_of().line(1).exchange(caller_id="morse")


def test_an_unplugged_line_has_no_volts_and_a_short_break_ends_no_call() -> None:
    town = town_of()
    person = town.person(HANSEN)
    person.dial(line=1)
    town.clock.advance(8 * SECOND)
    line = seized(town)
    line.cut(0.6)
    assert (line.volts(town.clock.now), line.milliamps(town.clock.now)) == (0, 0)
    town.clock.advance(SECOND)
    assert person.state == "talking"
    line.unplug()
    assert (line.volts(town.clock.now), line.state) == (0, "out")
    town.clock.advance(2 * SECOND)
    assert person.state == "dropped"


def test_a_line_of_the_office_may_ring_another() -> None:
    town = town_of()
    line = seized(town)
    dialled(line, "32100002")
    town.clock.advance(6 * SECOND)
    assert town.line(2).ringing(town.clock.now) or town.line(2).state == "ringing"
    seized(town, 2)
    assert (line.state, town.line(2).state) == ("talking", "talking")
