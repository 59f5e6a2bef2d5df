"""The card of codes: nothing that a telephone can key is missing on it, and it prints on one sheet."""

from typing import Any

from firmware.base.card import CARD, ROWS
from firmware.calls.codes import ASKING, CODES, UNKNOWN
from hostsim.office import Office


def test_every_code_is_one_plain_sentence_and_something_that_the_box_does() -> None:
    with Office(fidelity="signal") as office:
        services = office.box.exchange.services
    assert set(CODES.values()) <= services.keys()
    assert len(CODES) == sum(len(row.codes) for row in ROWS)  # none of them twice
    assert all(row.words.endswith(".") and len(row.words) <= 90 for row in ROWS)


def test_a_number_follows_where_the_card_says_so() -> None:
    assert {code for row in ROWS if "number" in row.then for code in row.codes} == ASKING


def test_no_service_of_a_telephone_is_left_without_a_code() -> None:
    with Office(fidelity="signal") as office:
        assert office.box.exchange.services.keys() - {UNKNOWN} == {row.service for row in ROWS}


def test_the_card_is_reached_from_the_live_page_and_back(chromium: Any, port: int) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.set_default_timeout(5_000)
    page.goto(f"http://localhost:{port}/")
    page.get_by_role("link", name="codes").click()
    page.get_by_role("heading", name="The codes of your telephone").wait_for()
    for name, rows in CARD.items():
        section = page.locator("section", has=page.get_by_role("heading", name=name, exact=True))
        told = " ".join(section.inner_text().split())
        assert all(row.words in told and all(code in told for code in row.codes) for row in rows)
    assert page.locator("script").count() == 0
    page.get_by_role("link", name="Back to the office").click()
    page.locator("header.top nav").wait_for()
    assert complaints == []
    page.close()


def test_it_prints_on_one_sheet_and_fits_a_telephone(chromium: Any, port: int) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"http://localhost:{port}/card")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    sheet = page.pdf(prefer_css_page_size=True)
    assert sheet.count(b"/Type /Page\n") == 1
    page.close()
