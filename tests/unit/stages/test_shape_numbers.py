"""Shapes of a run: each has one number, whichever part it came with."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from rl4real_data.stages.part import FunctionFacts, Part
from rl4real_data.stages.part_functions import PART_SCHEMA, Shapes, write_functions
from rl4real_data.stages.shape_numbers import ShapeNumbers
from rl4real_data.stages.shape_uses import ShapeUses


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


def function(number: int, inst: list[int]) -> dict[str, object]:
    return {"function": f"f{number}", "function_id": number, "content_hash": f"h{number}", "inst": inst}


def write_three(folder: Path) -> tuple[Part, pa.Table, Shapes]:
    """A part of three functions that use the shapes 0 and 1, 1, and 2."""
    rows = [function(number, inst) for number, inst in enumerate([[0, 1], [1], [2, 2]])]
    functions = pa.Table.from_pylist(rows, schema=PART_SCHEMA)
    shapes = Shapes(opcodes=("RET", "ADD", "MUL"), operands=((),) * 3)
    written = write_functions(folder, "part", functions, shapes)
    facts = tuple(
        FunctionFacts(content_hash=f"h{number}", nodes=1, max_uses=1, eh_pads=False, optnone=False)
        for number in range(3)
    )
    return (
        Part(
            key="part",
            source_sha256="",
            headers=(),
            functions=facts,
            size=written.size,
            sha256=written.sha256,
            seconds=0.0,
        ),
        functions,
        shapes,
    )


@pytest.mark.parametrize(("rows", "used"), [((0, 1, 2), {0, 1, 2}), ((1,), {1}), ((0, 2), {0, 1, 2}), ((2,), {2})])
@pytest.mark.parametrize("just_written", [False, True])
def test_shapes_of_some_functions(tmp_path: Path, rows: tuple[int, ...], used: set[int], just_written: bool) -> None:
    """Read from the part, or known from when it was written, whoever has it."""
    part, functions, shapes = write_three(tmp_path)
    numbers = ShapeNumbers()
    if just_written:
        (tmp_path / "part.arrow").unlink()
        numbers.add("part", shapes, ShapeUses.of(functions))

    assert set(numbers.used_by(tmp_path, part, rows).tolist()) == used


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
