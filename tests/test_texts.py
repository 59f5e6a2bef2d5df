"""What the pages say: every sentence in every language, and none outside the catalogues."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

WEB = Path(__file__).parents[1] / "web"
FILES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((WEB / "texts").glob("*.json"))}
LANGUAGES = ("en", "da")
PARTS = sorted({stem.rpartition(".")[0] for stem in FILES})  # "": what every page loads; the others by `also`
ENGLISH = {key: text for stem, texts in FILES.items() if stem.endswith("en") for key, text in texts.items()}
PAGES = {
    path.name: path.read_text("utf-8")
    for path in sorted((WEB / "pages").glob("*.js"))
    if '"./texts.js"' in path.read_text("utf-8")
}
NAMES = {"Bellwire", "Esc", "dB", "nbsp", ""}  # the same in every language


def forms(text: Any) -> dict[str, str]:
    return text if isinstance(text, dict) else {"other": text}


def blanks(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def of(part: str, language: str) -> dict[str, Any]:
    return dict(FILES[f"{part}.{language}".lstrip(".")])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_every_language_has_the_same_sentences_with_the_same_blanks(part: str, language: str) -> None:
    english, texts = of(part, "en"), of(part, language)
    assert list(texts) == list(english)
    for key, text in texts.items():
        wanted = blanks(forms(english[key])["other"])
        assert forms(text).keys() == forms(english[key]).keys(), key
        assert all(blanks(each) <= wanted for each in forms(text).values()), key
        assert blanks(forms(text)["other"]) == wanted, key


@pytest.mark.parametrize("part", PARTS)
def test_another_language_is_not_english_again(part: str) -> None:
    english, danish = of(part, "en"), of(part, "da")
    same = [key for key in english if danish[key] == english[key] and not key.endswith(".name")]
    assert len(same) <= max(3, len(english) // 20), same


def test_every_sentence_that_a_page_asks_for_is_there() -> None:
    asked = {key for text in PAGES.values() for key in re.findall(r'\bt\("([\w.]+)"', text)}
    assert len(asked) > 100
    assert asked - ENGLISH.keys() == set()


def test_no_page_holds_a_sentence_of_its_own() -> None:
    """Between tags, and in what a screen reader or a hint says."""
    said = [
        (name, words)
        for name, text in PAGES.items()
        for words in [
            *re.findall(r"[\w\"'}/]>([^<>{}$`=();]*[A-Za-z]{2,}[^<>{}$`=();]*)<", text),
            *re.findall(r'(?:aria-label|placeholder|title|alt)="([^"$]*[A-Za-z]{2,}[^"$]*)"', text),
        ]
        if words.strip() not in NAMES
    ]
    assert said == []
