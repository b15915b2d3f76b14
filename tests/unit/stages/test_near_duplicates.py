"""Near-duplicates: same opcodes, blocks and edges, whatever the names, operands and module."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

from rl4real_data.stages.near_duplicates import near_hashes

OPCODES = ("MOV32rr", "ADD32rr", "RET")
FUNCTION: dict[str, Any] = {
    "inst": [0, 1, 0, 2],
    "block_start": [0, 2],
    "block_succ": [[1], []],
    "edge_u": [0, 0],
    "edge_v": [1, 2],
}
INTS = pa.list_(pa.int32())
TYPES = {**dict.fromkeys(FUNCTION, INTS), "block_succ": pa.list_(INTS)}


def hashes(*functions: dict[str, Any], opcodes: tuple[str, ...] = OPCODES) -> list[str]:
    columns = {name: pa.array([function[name] for function in functions], TYPES[name]) for name in FUNCTION}
    return near_hashes(pa.record_batch(columns), opcodes)


def test_same_function_in_another_module_and_place() -> None:
    other = {**FUNCTION, "inst": [3, 0, 2, 1]}  # the same opcodes in a module that numbers them otherwise
    first = {**FUNCTION, "inst": [1], "block_start": [0], "block_succ": [[]], "edge_u": [], "edge_v": []}

    assert hashes(FUNCTION) == hashes(other, opcodes=("ADD32rr", "RET", "MOV32rr", "MOV32rr"))
    assert hashes(first, FUNCTION)[1:] == hashes(FUNCTION)


@pytest.mark.parametrize(
    "change",
    [
        {"inst": [0, 0, 1, 2]},
        {"inst": [0, 1, 0]},
        {"block_start": [0, 3]},
        {"block_succ": [[], [1]]},
        {"block_succ": [[1], [0]]},
        {"edge_v": [1, 3]},
        {"edge_u": [0], "edge_v": [1]},
        {"edge_u": [0, 0, 1], "edge_v": [2]},  # the same numbers, cut elsewhere
    ],
    ids=json.dumps,
)
def test_another_function(change: dict[str, Any]) -> None:
    assert hashes(FUNCTION) != hashes({**FUNCTION, **change})


def test_opcode_of_another_name_is_another_one() -> None:
    assert hashes(FUNCTION) != hashes(FUNCTION, opcodes=("MOV32rr", "SUB32rr", "RET"))


def test_no_functions_and_empty_ones() -> None:
    empty: dict[str, Any] = {name: [] for name in FUNCTION}

    assert hashes() == []
    assert hashes(empty, opcodes=()) == hashes(empty) != hashes(FUNCTION)
    assert len(hashes(empty)[0]) == 32
