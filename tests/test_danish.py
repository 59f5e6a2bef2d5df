"""Danish, as somebody would say it."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as some

from firmware.base.amounts import CURRENCIES, said
from firmware.base.spoken import LANGUAGES, choice, closed, lasting, place, received, waited, welcome
from firmware.sound.prompts import read_phrases
from tools.prompts import PROMPTS

PHRASES = {language: read_phrases(PROMPTS, language) for language in LANGUAGES}
SUNDAY = datetime(2026, 1, 11, 11)


def words(*prompts: str) -> str:
    return " ".join(PHRASES["da"][name].text for name in prompts)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "nul"),
        ("1", "et"),
        ("12", "tolv"),
        ("21", "enogtyve"),
        ("50", "halvtreds"),
        ("55", "femoghalvtreds"),
        ("61", "enogtres"),
        ("78", "otteoghalvfjerds"),
        ("84", "fireogfirs"),
        ("99", "nioghalvfems"),
        ("100", "et hundrede"),
        ("342", "tre hundrede og toogfyrre"),
        ("1001", "et tusind og et"),
        ("1100", "et tusind et hundrede"),
        ("20017", "tyve tusind og sytten"),
        ("1000000", "en million"),
        ("2000050", "to millioner og halvtreds"),
        ("-5", "minus fem"),
        ("2,50", "to komma fem nul"),
        ("1234567890", "et to tre fire fem seks syv otte ni nul"),
    ],
)
def test_a_number(value: str, text: str) -> None:
    assert words(*said("da", "number", value, "DK")) == text


@pytest.mark.parametrize(
    ("value", "country", "text"),
    [
        ("1", "DK", "en krone"),
        ("21.50", "DK", "enogtyve kroner og halvtreds øre"),
        ("0.01", "DK", "en øre"),
        ("101", "DK", "et hundrede og en kroner"),
        ("1.01", "UK", "et pund og en penny"),
        ("-3.20", "DE", "minus tre euro og tyve cent"),
        ("1500.75", "KR", "et tusind fem hundrede won"),
    ],
)
def test_money(value: str, country: str, text: str) -> None:
    assert words(*said("da", "money", value, country)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-01-18", "den attende januar to tusind og seksogtyve"),
        ("1905-06-01", "den første juni nitten hundrede og fem"),
        ("1999-12-31", "den enogtredivte december nitten hundrede og nioghalvfems"),
        ("2100-03-03", "den tredje marts enogtyve hundrede"),
        ("1066-10-14", "den fjortende oktober et tusind og seksogtres"),
    ],
)
def test_a_date(value: str, text: str) -> None:
    assert words(*said("da", "date", value, "DK")) == text


@pytest.mark.parametrize(
    ("opens", "text"),
    [
        ("2026-01-11 13:00", "i dag klokken tretten"),
        ("2026-01-12 09:05", "i morgen klokken ni nul fem"),
        ("2026-01-13 14:30", "på tirsdag klokken fjorten tredive"),
        ("2026-01-18 12:00", "den attende januar klokken tolv"),
        ("2026-01-12 00:00", "i dag ved midnat"),
        ("2026-01-12 00:45", "i morgen klokken nul femogfyrre"),
    ],
)
def test_when_we_open(opens: str, text: str) -> None:
    then = datetime.fromisoformat(opens)
    assert words(*closed("da", then, SUNDAY)) == f"Vi har lukket i øjeblikket. Vi åbner {text}"


def test_whether_nobody_knows_when_we_open() -> None:
    assert words(*closed("da", None, SUNDAY)).startswith("Vores kontor har lukket")


@pytest.mark.parametrize(
    ("prompts", "text"),
    [
        (place(1), "Du er den næste."),
        (place(4), "Du er nummer fire i køen."),
        (place(30), "Der er mindst ti opkald foran dig."),
        (waited("da", 1), "har ventet i et minut"),
        (waited("da", 21), "har ventet i enogtyve minutter"),
        (waited("da", 75), "har ventet i mere end en time"),
        (lasting("da", 45), "femogfyrre sekunder lang."),
        (lasting("da", 130), "to minutter lang."),
        (choice("da", "operator", "0"), "For at tale med omstillingen, tryk nul"),
        (choice("da", "goodbye", "*"), "For Tak for dit opkald. Farvel. tryk stjerne"),
        (welcome("da", "key.star"), "Velkommen igen, stjerne"),
        (received("da", datetime(2026, 1, 10, 9), SUNDAY), "i går klokken ni"),
        (received("da", datetime(2026, 1, 9, 18, 5), SUNDAY), "i fredags klokken atten nul fem"),
        (received("da", datetime(2025, 12, 31, 0, 0), SUNDAY), "den enogtredivte december ved midnat"),
    ],
)
def test_a_sentence(prompts: tuple[str, ...], text: str) -> None:
    assert words(*prompts) == text


@examples(max_examples=60)
@given(
    some.integers(-(10**10), 10**10),
    some.integers(0, 99),
    some.sampled_from(sorted(CURRENCIES)),
    some.dates(),
)
def test_every_amount_and_date_has_its_phrases(whole: int, part: int, country: str, day: date) -> None:
    value = f"{whole}.{part:02}"
    told = {*said("da", "money", value, country), *said("da", "number", value, country)}
    assert told | {*said("da", "date", day.isoformat(), "DK")} <= PHRASES["da"].keys()


def test_danish_has_no_phrase_of_its_own_that_it_never_says() -> None:
    own = PHRASES["da"].keys() - PHRASES["en"].keys()
    hours = [timedelta(hours=hour) for hour in range(1, 8 * 24)]
    half, midweek = timedelta(minutes=30), timedelta(days=3)
    told = {
        prompt
        for now in (SUNDAY, SUNDAY + midweek)
        for ago in hours
        for prompt in received("da", now - ago - half, now)
    }
    told |= {prompt for many in range(100) for prompt in said("da", "number", str(many), "DK")}
    told |= {*said("da", "money", "1", "DK"), *said("da", "number", "2000000", "DK")}
    assert own <= told
