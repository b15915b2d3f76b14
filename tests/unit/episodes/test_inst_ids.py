"""References to instruction shapes: all of them are found, and renumbered, by function and by node."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rl4real_data.episodes.inst_ids import INST_COLUMNS, inst_ids_of, with_inst_ids
from rl4real_data.episodes.schema import EPISODES

SCHEMA = pa.schema([EPISODES.field(name) for name in INST_COLUMNS])


def table_of(*rows: tuple[Any, Any]) -> pa.Table:
    """`inst` and `node_inst` of each row."""
    return pa.Table.from_pylist([dict(zip(INST_COLUMNS, row, strict=True)) for row in rows], schema=SCHEMA)


def renumbered(table: pa.Table, *ids: int) -> list[Any]:
    found = with_inst_ids(table, np.array(ids, np.int32))
    assert found.schema.equals(SCHEMA, check_metadata=True)
    return list(zip(*(found[name].to_pylist() for name in INST_COLUMNS), strict=True))


def test_instructions_of_functions_are_renumbered() -> None:
    table = table_of(([0, 2, 2], None), ([], None), ([1], None))
    assert renumbered(table, 10, 20, 30) == [([10, 30, 30], None), ([], None), ([20], None)]


def test_instructions_of_nodes_are_renumbered() -> None:
    table = table_of((None, [[0, 2], [], [1]]), (None, []), (None, [[1, 1]]))
    assert renumbered(table, 10, 20, 30) == [(None, [[10, 30], [], [20]]), (None, []), (None, [[20, 20]])]


def test_rows_of_both_kinds_are_renumbered() -> None:
    assert renumbered(table_of(([1, 0], None), (None, [[0], [1]])), 5, 6) == [([6, 5], None), (None, [[5], [6]])]


def test_references_of_several_modules_are_renumbered_at_once() -> None:
    """Each module counts its shapes from 0: its own begin at `firsts` among the numbers of all."""
    table = table_of(([1, 0], None), ([], None), (None, [[0], [], [1, 1]]), ([2], None), (None, None))
    found = with_inst_ids(table, np.array([10, 20, 30, 40, 50], np.int32), firsts=np.array([0, 0, 0, 2, 2]))

    assert found["inst"].to_pylist() == [[20, 10], [], None, [50], None]
    assert found["node_inst"].to_pylist() == [None, None, [[10], [], [20, 20]], None, None]


def test_a_slice_is_renumbered() -> None:
    table = table_of(([1, 1], None), ([0], None), (None, [[1], [0, 1]])).slice(1)
    assert renumbered(table, 5, 6) == [([5], None), (None, [[6], [5, 6]])]


@pytest.mark.parametrize("count", [0, 3])
def test_what_is_null_everywhere_stays_so(count: int) -> None:
    assert renumbered(table_of(*[(None, None)] * count)) == [(None, None)] * count


def test_all_references_are_found() -> None:
    table = table_of(([1, 0, 1], None), (None, [[4], [], [3, 4]]), ([2], None), (None, None))
    assert sorted(inst_ids_of(table).tolist()) == [0, 1, 1, 2, 3, 4, 4]
    assert sorted(inst_ids_of(table.slice(1, 2)).tolist()) == [2, 3, 4, 4]
    assert sorted(inst_ids_of(table.to_batches()[0]).tolist()) == [0, 1, 1, 2, 3, 4, 4]
    assert inst_ids_of(table.slice(3)).tolist() == []
