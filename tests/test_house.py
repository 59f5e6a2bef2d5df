"""The house rules: who may know whom, how large a room and a file may be, what may lie where."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import board

ROOT = Path(__file__).parents[1]
PACKAGES = ("firmware", "board", "hostsim", "web", "tools", "tests")
TOP = {*PACKAGES, "prompts"}  # and no other folder
FETCHED = {"node_modules", "var", "pictures"}  # by make or by the box, never committed
LINES, TEST_LINES = 300, 400
ROOM = 40  # files: about eight would do for most; a verb and a step of `calls` each have their own

BASE, SETTINGS = (
    "firmware.base",
    tuple(
        (f"firmware.{file}" for file in ("settings", "tables", "checks", "rows", "steps", "ways_out")),
    ),
)
FIRMWARE = (
    "base",
    "sound",
    "calls",
    "trunk",
    "desk",
    "office",
    "rim",
    "mailroom",
    "parts",
    "picture",
    "standing",
    "taping",
    "box",
)
MAY_IMPORT = {  # the longest name that fits is the rule; a name allows what lies below it
    "firmware": (*SETTINGS, *(f"firmware.{room}" for room in FIRMWARE)),
    BASE: (BASE, *SETTINGS),
    **{file: (BASE, *SETTINGS) for file in SETTINGS},
    "firmware.sound": (BASE, *SETTINGS, "firmware.sound"),
    "firmware.calls": (BASE, *SETTINGS, "firmware.calls", "firmware.sound"),
    "firmware.trunk": (BASE, *SETTINGS, "firmware.trunk", "firmware.sound.frame"),
    "firmware.desk": (BASE, *SETTINGS, "firmware.desk", "firmware.calls"),
    "firmware.office": (BASE, *SETTINGS, "firmware.office"),
    "board": (BASE, "board"),
    "board.__main__": (BASE, "board", "firmware.box", "firmware.rim"),
    "web": (
        *(BASE, *SETTINGS, "web", "firmware.sound", "firmware.office"),
        *(f"firmware.rim.{file}" for file in ("mail", "books", "control", "control_schema", "leg_client")),
    ),
    "hostsim": ("hostsim", "board", "firmware"),
    "tools": PACKAGES,
    "tests": ("firmware", "board", "hostsim", "web", "tools", "tests"),
}


def files(*kinds: str) -> Iterator[Path]:
    """Our own files of those kinds."""
    for package in PACKAGES:
        yield from (
            path for path in sorted((ROOT / package).rglob("*")) if path.suffix in kinds and ours(path)
        )


def ours(path: Path) -> bool:
    return not {"__pycache__", "vendor"} & set(path.parts)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """Every module of ours that a file names, as deep as it names it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports say the whole name"
            yield from (whole(str(node.module), each.name) for each in node.names)


def whole(module: str, name: str) -> str:
    """`from firmware import settings` names a module, `from firmware.settings import read` does not."""
    inside = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if inside.is_dir() or inside.with_suffix(".py").exists() else module


def within(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")


def rule_for(name: str) -> tuple[str, ...]:
    return MAY_IMPORT[max((place for place in MAY_IMPORT if within(name, place)), key=len)]


def test_a_room_imports_only_the_rooms_that_its_line_names() -> None:
    strangers = [
        f"{name_of(path)} imports {imported}"
        for path in files(".py")
        for imported in imports(path)
        if imported.partition(".")[0] in PACKAGES
        and not any(within(imported, place) for place in rule_for(name_of(path)))
    ]
    assert strangers == []


def test_nothing_but_a_test_imports_tools() -> None:
    users = [path for path in files(".py") if any(within(each, "tools") for each in imports(path))]
    assert {path.relative_to(ROOT).parts[0] for path in users} <= {"tools", "tests"}


def test_no_file_is_longer_than_one_idea() -> None:
    long = {
        name_of(path): count
        for path in files(".py", ".js", ".css")
        if (count := len(path.read_text(encoding="utf-8").splitlines()))
        > (TEST_LINES if path.parent.name == "tests" else LINES)
    }
    assert long == {}


def test_a_room_of_firmware_is_a_handful_of_files_and_no_folder() -> None:
    for room in (path for path in (ROOT / "firmware").iterdir() if path.is_dir() and ours(path)):
        inside = [path for path in room.iterdir() if ours(path)]
        assert [path for path in inside if path.is_dir()] == []
        assert len([path for path in inside if path.name != "__init__.py"]) <= ROOM, room.name


def test_every_module_says_on_its_first_line_what_it_is() -> None:
    silent = [name_of(path) for path in files(".py") if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_the_top_level_holds_the_rooms_of_the_design_and_no_others() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert folders - FETCHED - {"__pycache__"} == TOP


def test_board_is_our_hat_and_not_a_package_of_that_name_from_elsewhere() -> None:
    assert Path(board.__file__).parent == ROOT / "board"


def test_no_file_leans_on_the_machine_or_the_folder_it_was_written_in() -> None:
    foreign = re.compile(
        "|".join((r"\.\./shared", r'["\s=]/(?:root|home|work)/\w', r'"resolved":', r"index-url"))
    )
    here = [
        *files(".py", ".js", ".css", ".toml", ".json", ".html", ".md"),
        *ROOT.glob("*.*"),
        ROOT / "Makefile",
    ]
    leaning = [
        str(path)
        for path in here
        if path.is_file() and path != Path(__file__) and foreign.search(path.read_text())
    ]
    assert leaning == []
