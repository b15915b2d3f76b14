"""The rules of the plugin's source tree: which room includes which, where files lie, how long they are."""

from __future__ import annotations

import re
from enum import IntFlag
from pathlib import Path

import pytest

from rl4real_data.episodes.column_values import BlockFlag, OperandFlag, UseFlag, ValueFlag

PLUGIN = Path(__file__).parents[3] / "preprocessing" / "v0" / "mlra"
FILES = sorted(path for pattern in ("*", "*/*") for path in PLUGIN.glob(pattern) if path.suffix in {".cpp", ".h"})
NAMES = [path.relative_to(PLUGIN).as_posix() for path in FILES]

HEADERS_ALONE = {"LLVMCompat", "decide/AdvisorsOfLLVM19", "decide/Sway", "record/Flags", "write/NestedArray"}
"""What is numbers, inline functions or a template, and nothing else."""

ON_TOP = {
    *("CMakeLists.txt", "README.md", "LLVMCompat.h"),
    *("Plugin.cpp", "Allocator.cpp", "Allocator.h", "Flags.cpp", "Flags.h"),
}
OWN_LIBRARIES = {"onnx", "run"}
"""Rooms that any pass can link, each with a build of its own that names its files."""
ROW = re.compile(r"^\| `(\w+)/` \| .+ \| (.*?) ?\|$", re.MULTILINE)
INCLUDE = re.compile(r'^ *# *include *"((?!llvm/).*)"', re.MULTILINE)


def includes_of_rooms() -> dict[str, set[str]]:
    """The table of the plugin's README.md: for each room, in order, the other rooms that it may include."""
    table = (PLUGIN / "README.md").read_text(encoding="utf-8")
    return {room: set(re.findall(r"`(\w+)/`", included)) for room, included in ROW.findall(table)}


def room_of(name: str) -> str:
    """The room of a file; empty for one on top."""
    return name.rpartition("/")[0]


def visible(path: Path) -> bool:
    return not path.name.startswith(".")


def test_there_are_files_to_look_at() -> None:
    assert {"Plugin.cpp", "record/Problem.h", "text/MachineIRText.cpp", "write/RecordWriter.cpp"} <= set(NAMES)
    assert "record/Problem.h" in INCLUDE.findall((PLUGIN / "Allocator.cpp").read_text(encoding="utf-8"))


def test_rooms_are_those_of_the_table() -> None:
    assert {room_of(name) for name in NAMES} - {""} == set(includes_of_rooms())


def test_table_points_one_way() -> None:
    above: set[str] = set()
    for room, included in includes_of_rooms().items():
        assert included <= above, f"{room}/ includes a room that is not above it"
        above.add(room)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_includes_follow_the_table(path: Path) -> None:
    rooms = includes_of_rooms()
    room = room_of(path.relative_to(PLUGIN).as_posix())
    allowed = {"": {"", *rooms}}.get(room, {room, *rooms.get(room, ())})
    included = INCLUDE.findall(path.read_text(encoding="utf-8"))

    assert {name for name in included if name not in NAMES} == set(), "includes begin with the room"
    assert {name for name in included if name != "LLVMCompat.h" and room_of(name) not in allowed} == set()


def test_differences_between_releases_include_nothing_of_ours() -> None:
    assert INCLUDE.findall((PLUGIN / "LLVMCompat.h").read_text(encoding="utf-8")) == []


def test_nothing_lies_loose() -> None:
    on_top = {path.name for path in PLUGIN.iterdir() if path.is_file() and visible(path)}
    in_rooms = {
        path.relative_to(PLUGIN).as_posix()
        for room in includes_of_rooms()
        for path in (PLUGIN / room).iterdir()
        if visible(path)
    }

    assert on_top == ON_TOP
    builds = {f"{room}/CMakeLists.txt" for room in OWN_LIBRARIES}
    assert in_rooms == {name for name in NAMES if room_of(name)} | builds


def test_builds_name_every_source_once() -> None:
    named = []
    for room in ("", *OWN_LIBRARIES):
        build = (PLUGIN / room / "CMakeLists.txt").read_text(encoding="utf-8")
        files = re.findall(r"[\w/]+\.cpp", build)
        assert files == sorted(files)
        named += [f"{room}/{name}".lstrip("/") for name in files]

    assert sorted(named) == sorted(name for name in NAMES if name.endswith(".cpp"))


def test_headers_have_their_source() -> None:
    headers = {name.removesuffix(".h") for name in NAMES if name.endswith(".h")} - HEADERS_ALONE
    sources = {name.removesuffix(".cpp") for name in NAMES if name.endswith(".cpp")} - {"Plugin"}

    assert headers == sources


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_files_say_what_they_hold_and_are_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()

    assert re.match(rf"//===- {re.escape(path.name)} - \S.*\S -+===//$", lines[0])
    assert len(lines) <= 400


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".h")])
def test_guards_follow_the_path(name: str) -> None:
    guard = "MLRA_" + re.sub(r"[/.]", "_", name.removesuffix(".h")).upper() + "_H"

    assert re.findall(r"^#(?:ifndef|define) (MLRA_\w+_H)$", (PLUGIN / name).read_text(), re.MULTILINE) == [guard] * 2


@pytest.mark.parametrize("flags", [OperandFlag, UseFlag, ValueFlag, BlockFlag], ids=lambda flags: flags.__name__)
def test_bits_are_those_of_the_columns(flags: type[IntFlag]) -> None:
    header = (PLUGIN / "record" / "Flags.h").read_text(encoding="utf-8")
    (space,) = re.findall(rf"namespace {flags.__name__} {{\n(.*?)}}", header, re.DOTALL)
    bits = {name.upper(): int(bit) for name, bit in re.findall(r"constexpr unsigned (\w+) = (\d+);", space)}

    assert bits == {flag.name.replace("_", ""): flag.value for flag in flags if flag.name}
