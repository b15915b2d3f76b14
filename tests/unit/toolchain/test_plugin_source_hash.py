"""The hash of the plugin's sources: whatever the build reads changes it, whatever it does not read leaves it alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rl4real_data.toolchain.plugin import source_hash

SOURCES = Path(__file__).parents[3] / "preprocessing" / "v0" / "mlra"
READ_BY_THE_BUILD = sorted(
    path.relative_to(SOURCES).as_posix()
    for pattern in ("CMakeLists.txt", "onnx/CMakeLists.txt", "run/CMakeLists.txt", "*.cpp", "*.h", "*/*.cpp", "*/*.h")
    for path in SOURCES.glob(pattern)
)

STRAY = (
    "README.md",
    "Plugin.cpp.orig",
    ".#Plugin.cpp",
    "notes.txt",
    "record/README.md",
    "record/Problem.cpp.orig",
    "record/.Problem.cpp",
    "record/CMakeLists.txt",
    "build/CMakeCache.txt",
    "build/libmlra.so",
    "build/CMakeFiles/mlra.dir/record/Problem.cpp.o",
    "build/CMakeFiles/3.25.1/CompilerIdCXX/CMakeCXXCompilerId.cpp",
)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the plugin's sources."""
    return shutil.copytree(SOURCES, tmp_path / "mlra")


def test_there_are_rooms_to_look_at() -> None:
    assert {"CMakeLists.txt", "Plugin.cpp", "record/Problem.cpp", "write/RecordWriter.h"} <= set(READ_BY_THE_BUILD)


def test_hash_is_the_same_in_another_folder(sources: Path) -> None:
    assert source_hash(sources) == source_hash(SOURCES)


@pytest.mark.parametrize("name", READ_BY_THE_BUILD)
def test_change_in_any_room_changes_the_hash(sources: Path, name: str) -> None:
    with (sources / name).open("a") as file:
        file.write("\n")

    assert source_hash(sources) != source_hash(SOURCES)


def test_move_to_another_room_changes_the_hash(sources: Path) -> None:
    (sources / "record" / "Outcome.h").rename(sources / "write" / "Outcome.h")

    assert source_hash(sources) != source_hash(SOURCES)


def test_new_room_changes_the_hash(sources: Path) -> None:
    (sources / "further").mkdir()
    (sources / "further" / "Policy.cpp").write_text("int policy;\n")

    assert source_hash(sources) != source_hash(SOURCES)


@pytest.mark.parametrize("name", STRAY)
def test_stray_files_and_builds_leave_the_hash_alone(sources: Path, name: str) -> None:
    (sources / name).parent.mkdir(parents=True, exist_ok=True)
    (sources / name).write_text("int stray;\n")

    assert source_hash(sources) == source_hash(SOURCES)


def test_lock_file_of_an_editor_leaves_the_hash_alone(sources: Path) -> None:
    """A symbolic link to nowhere, with the source's suffix."""
    (sources / "record" / ".#Problem.cpp").symlink_to("nobody@nowhere.1")

    assert source_hash(sources) == source_hash(SOURCES)
