"""The figures of browsers as telephones and of the pages; each part is a function in a file of its own.

A part gives figures of the bench `browser`; whoever measures another adds it to `PARTS`.
"""

from collections.abc import Callable, Iterator

from tools import bench_desk_page, bench_leg_load, bench_legs, bench_web
from tools.bench import Figure

PARTS: list[Callable[[], Iterator[Figure]]] = [
    bench_legs.answered,
    bench_legs.delay,
    bench_leg_load.load,
    bench_desk_page.offered,
    bench_desk_page.first_page,
    bench_desk_page.accessible,
    bench_web.watched,
    bench_web.held_up,
]


def figures() -> Iterator[Figure]:
    for part in PARTS:
        yield from part()
