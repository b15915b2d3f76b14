"""Shapes of a run: each has one number, whichever part it came with."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from rl4real_data.stages.part import Part
from rl4real_data.stages.part_functions import PART_SCHEMA, Shapes, write_functions
from rl4real_data.stages.shape_numbers import ShapeNumbers


def write_part(folder: Path, key: str, *opcodes: str) -> Part:
    shapes = Shapes(opcodes=opcodes, operands=(("VirtReg_GR32",),) * len(opcodes))
    written = write_functions(folder, key, pa.Table.from_pylist([], schema=PART_SCHEMA), shapes)
    return Part(
        key=key, source_sha256="", headers=(), functions=(), size=written.size, sha256=written.sha256, seconds=0.0
    )


def test_shapes_are_numbered_as_they_come(tmp_path: Path) -> None:
    first = write_part(tmp_path, "first", "RET", "ADD")
    second = write_part(tmp_path, "second", "MUL", "ADD", "RET")
    numbers = ShapeNumbers()

    assert numbers.of_part(tmp_path, first).tolist() == [0, 1]
    assert numbers.of_part(tmp_path, second).tolist() == [2, 1, 0]
    assert numbers.shapes == tuple((name, ("VirtReg_GR32",)) for name in ("RET", "ADD", "MUL"))


def test_part_is_read_once(tmp_path: Path) -> None:
    part = write_part(tmp_path, "part", "RET")
    numbers = ShapeNumbers()
    first = numbers.of_part(tmp_path, part)
    (tmp_path / "part.arrow").unlink()

    assert numbers.of_part(tmp_path, part) is first


def test_part_without_instructions(tmp_path: Path) -> None:
    part = write_part(tmp_path, "part")

    assert ShapeNumbers().of_part(tmp_path, part).tolist() == []


def test_part_that_was_just_written_is_not_read(tmp_path: Path) -> None:
    part = write_part(tmp_path, "part", "RET", "ADD")
    (tmp_path / "part.arrow").unlink()
    numbers = ShapeNumbers()
    added = numbers.add("part", Shapes(opcodes=("RET", "ADD"), operands=(("VirtReg_GR32",),) * 2))

    assert added.tolist() == [0, 1]
    assert numbers.of_part(tmp_path, part) is added
