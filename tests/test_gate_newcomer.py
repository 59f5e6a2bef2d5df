"""A newcomer's first two minutes, from `git clone` to hearing a call, with empty caches."""

from pathlib import Path

import pytest

from tools.newcomer import chromium, first_minutes

TWO_MINUTES = 120.0


@pytest.mark.gate
def test_a_newcomer_hears_a_call_within_two_minutes_of_cloning(tmp_path: Path) -> None:
    with chromium() as browser:
        figures = first_minutes(tmp_path, browser)
    assert figures["heard_s"] < figures["menu_s"] < TWO_MINUTES, figures
