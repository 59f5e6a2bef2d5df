"""Long random walks through the office: nothing is ever left behind, and no cry for help is lost."""

import pytest
from walk import Walk

pytestmark = pytest.mark.gate


@pytest.mark.parametrize("block", range(20))
def test_three_hundred_walks_of_two_hundred_steps(block: int) -> None:
    for seed in range(1000 + 15 * block, 1015 + 15 * block):
        _walked(Walk(seed), 200)


@pytest.mark.parametrize("seed", range(6))
def test_walks_with_sound(seed: int) -> None:
    _walked(Walk(seed, "copper"), 100)


def _walked(walk: Walk, steps: int) -> None:
    walk.go(steps)
    walk.drain()
    walk.office.close()
