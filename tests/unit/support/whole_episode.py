"""The tiny episode with all columns of version 1, and one in which the expert edited two nodes.

To the drawing in `episode_builder` come: instruction 0 is a copy from r1 to node 0; instruction 2 is a call whose mask
7 leaves r2 and r3 alone; unit 30 (r3) is taken at the positions [5, 8); one mask of the function's own leaves r1 alone,
at instruction 4.

    positions      0 1 2 3 4 5 6 7 | 8 9 10 11
    node 0           [- - - - - -- | -)             [1, 9)
    node 1               [- - - -)                  [3, 7)
    node 2                       [ | - - -- )       [7, 11)

In the edited episode node 0 is split (r1, then r3 behind a copy in front of instruction 4), node 1 is spilled behind
instruction 1 and reloaded in front of instruction 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from episode_builder import Row, make_episode, write_dataset, write_table

from rl4real_data.episodes.column_values import (
    BlockFlag,
    ChangeFlag,
    Fate,
    MoveKind,
    OperandFlag,
    Outcome,
    UseFlag,
    ValueFlag,
)
from rl4real_data.episodes.file_names import INDEX_NAME, REGISTER_CLASSES_NAME, REGISTER_MASKS_NAME
from rl4real_data.episodes.index import DatasetIndex, file_entry
from rl4real_data.episodes.schema import REGISTER_CLASSES, REGISTER_MASKS

READ, WRITE = int(OperandFlag.READ), int(OperandFlag.WRITE)
SUBREG_LOW = 1
"""LLVM's index of the first half of `r1r2`."""


def make_whole_episode(number: int = 1, **changes: Any) -> Row:
    """`make_episode` with the whole problem and an answer in which each node has one register."""
    problem = {
        "block_succ_prob": [[1.0], []],
        "block_flags": [0, int(BlockFlag.RETURN)],
        "block_first_split": [0, 4],
        "block_last_split": [3, 5],
        "operand_inst": [0, 1, 2, 3, 3, 4, 5],
        "operand_index": [0, 0, 1, 0, 1, 0, 0],
        "operand_node": [0, 1, 0, 2, 1, 0, 2],
        "operand_subreg": [0] * 7,
        "operand_flags": [WRITE, WRITE, READ, WRITE, READ, READ, READ],
        "use_flags": [
            [int(UseFlag.WRITE | UseFlag.COPY), int(UseFlag.READ | UseFlag.FOLDABLE), int(UseFlag.READ)],
            [int(UseFlag.WRITE), int(UseFlag.READ)],
            [int(UseFlag.WRITE), int(UseFlag.READ | UseFlag.TERMINATOR)],
        ],
        "value_def": [[0], [1], [3]],
        "value_flags": [[0], [int(ValueFlag.REMATERIALIZABLE | ValueFlag.CHEAP)], [0]],
        "copy_inst": [0],
        "copy_to": [-1],
        "copy_from": [1],
        "copy_to_subreg": [0],
        "copy_from_subreg": [0],
        "fixed_unit": [30],
        "fixed_live": [[5, 8]],
        "mask_inst": [2, 4],
        "mask_id": [7, -1],
        "mask_preserved": [[1]],
        "callee_saved": [3],
    }
    lists = ("part_node", "part_first", "part_last", "part_place", "choice_operand", "choice_place")
    moves = ("kind", "inst", "block", "node", "from", "to", "value")
    answer = {
        "node_fate": [0, 0, 0],
        **{name: [] for name in (*lists, *(f"move_{word}" for word in moves), "changed_inst", "changed_flags")},
        **{f"{kind}_cost": 0.0 for kind in ("spills", "reloads", "folded_spills", "folded_reloads", "callee_saved")},
        **{"cheap_remats": 0, "cheap_remats_cost": 0.0, "dear_remats": 0, "dear_remats_cost": 0.0},
        "callee_saved_used": [],
        "score_counts": [1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        "score": 0.2,
    }
    return make_episode(number, **{**problem, **answer, **changes})


def make_edited_episode(number: int = 1, **changes: Any) -> Row:
    """The one of the module docstring in which two nodes were edited."""
    answer = {
        "node_outcome": [int(Outcome.SPLIT), int(Outcome.SPILLED), 0],
        "node_assigned": [0, 0, 2],
        "node_fate": [int(Fate.SPLIT), int(Fate.SPILLED), 0],
        "part_node": [0, 0, 1, 1, 1],
        "part_first": [1, 8, 3, 4, 6],
        "part_last": [8, 9, 4, 6, 7],
        "part_place": [1, 3, 2, -1, 2],
        "move_kind": [int(MoveKind.STORE), int(MoveKind.RELOAD), int(MoveKind.COPY)],
        "move_inst": [2, 3, 4],
        "move_block": [0, 0, 0],
        "move_node": [1, 1, 0],
        "move_from": [2, -1, 1],
        "move_to": [-1, 2, 3],
        "move_value": [-1, -1, -1],
        "changed_inst": [0],
        "changed_flags": [int(ChangeFlag.GONE)],
        **{"spills": 1, "reloads": 1, "spill_cost": 2.0, "spills_cost": 1.0, "reloads_cost": 1.0},
        **{"copies": 1, "copy_cost": 1.0, "callee_saved_used": [3], "callee_saved_cost": 1.5},
        "score_counts": [1.0, 1.0, 1.0, 0.0, 0.0, 0.0],
        "score": 5.2,
    }
    return make_whole_episode(number, **{**answer, **changes})


def make_register_classes() -> list[Row]:
    orders = {0: ("gr", [1, 2, 3, 4]), 1: ("pair", [5])}
    return [
        {
            "target": "x86",
            **{"class_id": class_id, "name": name, "order": order, "spill_size": 8, "spill_align": 8},
            **{"copy_cost": 1, "priority": class_id},
        }
        for class_id, (name, order) in orders.items()
    ]


def make_register_masks() -> list[Row]:
    return [{"target": "x86", "mask_id": 7, "name": "csr", "preserved": [2, 3]}]


def write_whole_dataset(data_dir: Path, episodes: Mapping[str, Sequence[Sequence[Row]]], **more: Any) -> DatasetIndex:
    """`write_dataset` with the tables that version 1 has beside the shards."""
    index = write_dataset(data_dir, episodes, **more)
    files = dict(index.files)
    tables = {
        REGISTER_CLASSES_NAME: (make_register_classes(), REGISTER_CLASSES),
        REGISTER_MASKS_NAME: (make_register_masks(), REGISTER_MASKS),
    }
    for name, (rows, schema) in tables.items():
        write_table(data_dir / name, rows, schema)
        files[name] = file_entry(data_dir / name, rows=len(rows))
    index = replace(index, files=files)
    (data_dir / INDEX_NAME).write_text(index.to_json(), encoding="utf-8")
    return index
