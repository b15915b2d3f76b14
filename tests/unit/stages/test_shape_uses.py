"""Shapes that functions use: those of the ones that are asked for, of both kinds of references."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from rl4real_data.episodes.inst_ids import INST_COLUMNS
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.stages.shape_uses import ShapeUses

SCHEMA = pa.schema([EPISODES.field(name) for name in INST_COLUMNS])


def table_of(*rows: tuple[Any, Any]) -> pa.Table:
    """`inst` and `node_inst` of each function."""
    return pa.Table.from_pylist([dict(zip(INST_COLUMNS, row, strict=True)) for row in rows], schema=SCHEMA)


BY_FUNCTION = table_of(([4, 0, 4], None), ([], None), ([2, 0], None), ([3], None))
BY_NODE = table_of((None, [[4, 0], [], [4]]), (None, []), (None, [[2], [0]]), (None, [[3]]))
MIXED = table_of(([4, 0, 4], None), (None, None), (None, [[2], [0]]), ([3], None))


@pytest.mark.parametrize("table", [BY_FUNCTION, BY_NODE, MIXED])
@pytest.mark.parametrize(
    ("functions", "shapes"), [((0,), {0, 4}), ((1,), set()), ((0, 3), {0, 3, 4}), ((2,), {0, 2}), ((), set())]
)
def test_shapes_of_some_functions(table: pa.Table, functions: tuple[int, ...], shapes: set[int]) -> None:
    assert set(ShapeUses.of(table).by(functions).tolist()) == shapes


def test_every_use_counts_once() -> None:
    assert ShapeUses.of(BY_FUNCTION).by((0, 1, 2, 3)).tolist() == [0, 4, 0, 2, 3]


def test_a_batch_and_a_table_in_pieces_are_the_same() -> None:
    expected = ShapeUses.of(BY_FUNCTION).by((0, 2)).tolist()
    pieces = pa.concat_tables([BY_FUNCTION.slice(0, 1), BY_FUNCTION.slice(1)])

    assert ShapeUses.of(pieces).by((0, 2)).tolist() == expected
    assert ShapeUses.of(BY_FUNCTION.to_batches()[0]).by((0, 2)).tolist() == expected


@pytest.mark.parametrize("table", [table_of(), table_of((None, None))])
def test_no_instructions_use_nothing(table: pa.Table) -> None:
    assert ShapeUses.of(table).by((0,)).tolist() == []
