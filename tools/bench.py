"""`python -m tools.bench [NAME …] --json FILE`: measure, print a table, write the figures down.

Every figure is what was measured in this run, also where it falls short of its reach.
"""

import argparse
import importlib
import json
import operator
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

BENCHES = ("call", "desk", "browser")
_REACHES = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True)
class Figure:
    """One measured value; `reach` is a string like `<= 40` in the same unit."""

    bench: str
    figure: str
    value: float
    unit: str
    reach: str
    peer: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool:
        sign, limit = self.reach.split()
        return bool(_REACHES[sign](self.value, float(limit)))

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "holds": self.holds}


def figure(name: str, value: float, unit: str, reach: str, note: str = "", bench: str = "call") -> Figure:
    return Figure(bench, name, round(value, 4), unit, reach, None, note)


def timed(act: Callable[[], object]) -> float:
    """Seconds that `act` takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def measure(names: Iterable[str]) -> Iterator[Figure]:
    """Run the benches of `names`, one after another."""
    for name in names:
        yield from importlib.import_module(f"tools.bench_{name}").figures()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(BENCHES)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    chosen = parser.parse_args(argv)
    if unknown := set(chosen.names) - set(BENCHES):
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    found = []
    for figure in measure(chosen.names or BENCHES):
        found.append(figure)
        print(_row(figure), flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps([each.as_json() for each in found], indent=1) + "\n", "utf-8")
    return 0


def _row(figure: Figure) -> str:
    mark = "holds" if figure.holds else "FALLS SHORT"
    peer = "" if figure.peer is None else f"  peer {figure.peer:g}"
    note = f"  ({figure.note})" if figure.note else ""
    return f"{figure.figure:<74} {figure.value:>9.3f} {figure.unit:<10} {figure.reach:<9} {mark}{peer}{note}"


if __name__ == "__main__":
    sys.exit(main())
