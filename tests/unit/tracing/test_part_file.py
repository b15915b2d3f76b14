"""The Arrow file of a module's trace, and what becomes of a damaged one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from trace_builder import part, priorities

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.stages.part import arrow_path, marker_path
from rl4real_data.stages.part_functions import DamagedPart
from rl4real_data.traces.features import Task
from rl4real_data.tracing.part_file import read_part_table, write_part_table
from rl4real_data.tracing.trajectory_rows import part_schema, part_table

SCHEMA = part_schema(Task.PRIORITY)


def test_a_part_is_read_as_it_was_written(tmp_path: Path) -> None:
    functions = [priorities("f", 3, 4), priorities("g", 5)]
    written = part(tmp_path, "a.c", functions)

    assert read_part_table(tmp_path, written, SCHEMA) == part_table(Task.PRIORITY, functions)
    assert written.size == arrow_path(tmp_path, written.key).stat().st_size


def test_equal_functions_are_equal_bytes(tmp_path: Path) -> None:
    table = part_table(Task.PRIORITY, [priorities("f", 3)])
    assert write_part_table(tmp_path, "one", table) == write_part_table(tmp_path, "two", table)
    assert arrow_path(tmp_path, "one").read_bytes() == arrow_path(tmp_path, "two").read_bytes()


def test_a_failed_module_has_no_functions(tmp_path: Path) -> None:
    failed = part(tmp_path, "a.c", [], failure=Failure(kind=FailureKind.CRASH, reason="SIGSEGV"))
    assert read_part_table(tmp_path, failed, SCHEMA) == SCHEMA.empty_table()


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        flipped,
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes() + b"\n"),
    ],
)
def test_a_damaged_part_loses_its_marker(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    written = part(tmp_path, "a.c", [priorities("f", 3, 4)])
    damage(arrow_path(tmp_path, written.key))

    with pytest.raises(DamagedPart, match="damaged") as caught:
        read_part_table(tmp_path, written, SCHEMA)
    assert "compiles that module anew" in caught.value.hint
    assert not marker_path(tmp_path, written.key).exists()


def test_a_whole_file_that_was_not_written_here_is_damaged(tmp_path: Path) -> None:
    written = part(tmp_path, "a.c", [priorities("f", 3, 4)])
    other = part(tmp_path, "b.c", [priorities("f", 3, 5)])
    arrow_path(tmp_path, other.key).replace(arrow_path(tmp_path, written.key))

    with pytest.raises(DamagedPart, match="it is not what was written"):
        read_part_table(tmp_path, written, SCHEMA)
    assert not marker_path(tmp_path, written.key).exists()


def test_a_part_of_another_task_is_damaged(tmp_path: Path) -> None:
    written = part(tmp_path, "a.c", [priorities("f", 3)])

    with pytest.raises(DamagedPart, match="it has other columns"):
        read_part_table(tmp_path, written, part_schema(Task.EVICTION))
    assert not marker_path(tmp_path, written.key).exists()
