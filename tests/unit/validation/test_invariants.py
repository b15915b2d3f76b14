"""Each invariant of an episode is broken alone, and gives exactly the finding that names it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import episode_builder as build
import pytest

from rl4real_data.episodes.schema import EPISODES
from rl4real_data.validation import whole_dataset as validate_module
from rl4real_data.validation.finding import Finding
from rl4real_data.validation.whole_dataset import validate

SHARD = "data/train-00000-of-00001.parquet"


def findings_for(data_dir: Path, **changes: Any) -> list[Finding]:
    """Findings for a dataset whose second episode has the changes."""
    rows = [build.make_episode(1), build.make_episode(2, **changes), build.make_spilled_episode(3)]
    build.write_dataset(data_dir, {"train": [rows]})
    return list(validate(data_dir))


def test_columns_that_the_fork_does_not_tell_are_no_finding(tmp_path: Path) -> None:
    build.write_dataset(
        tmp_path, {"train": [[build.make_fork_episode(1), build.make_fork_episode(2)]]}, instructions=[]
    )
    assert validate(tmp_path) == ()


def test_told_and_untold_columns_may_stand_side_by_side(tmp_path: Path) -> None:
    rows = [
        build.make_fork_episode(1),
        build.make_episode(2),
        build.make_fork_episode(3),
        build.make_spilled_episode(4),
    ]
    build.write_dataset(tmp_path, {"train": [rows]})
    assert validate(tmp_path) == ()


def test_a_dataset_without_an_episode_is_sound(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[]]})
    assert validate(tmp_path) == ()


def test_functions_may_have_no_node_and_nodes_no_live_range(tmp_path: Path) -> None:
    no_node: list[Any] = []
    names = [field.name for field in EPISODES if field.name.startswith(("node_", "use_", "split_", "edge_"))]
    names.remove("node_inst")
    empty = build.make_episode(1, **{**dict.fromkeys(names, no_node), **build.UNTOLD})
    undefined = build.make_episode(
        2,
        **build.UNTOLD,
        **{"node_live": [[], [1, 3], [3, 5]], "node_spill_weight": [math.inf, 0.5, math.inf]},
        **{
            "use_inst": [[], [1, 3], [3, 5]],
            "use_distance": [[], [0, 8], [0, 8]],
            "split_points": [[], [], [0]],
        },
        **{"use_spill_weight": [[], [1.0, 1.5], [math.inf, math.inf]], "edge_u": no_node, "edge_v": no_node},
    )
    build.write_dataset(tmp_path, {"train": [[empty, undefined]]})
    assert validate(tmp_path) == ()


def test_an_early_clobber_definition_touches(tmp_path: Path) -> None:
    # Node 2 is written at instruction 3 before node 1 is read there: an edge, although [1, 3) ends there.
    assert (
        findings_for(
            tmp_path,
            edge_u=[0, 0, 1],
            edge_v=[1, 2, 2],
            node_assigned=[1, 3, 2],
            node_forbidden=[[], [1], []],
        )
        == []
    )


def test_a_use_at_the_first_instruction_of_a_block_touches(tmp_path: Path) -> None:
    # Node 0 lives into block 1 and ends at its first instruction, 4: its range there, [4, 4), is left out.
    changes = {"node_live": [[0, 2], [1, 3], [4, 5]], "use_inst": [[0, 2, 4], [1, 3], [4, 5]], **build.UNTOLD}
    assert findings_for(tmp_path, **changes) == []


DAMAGES: list[tuple[dict[str, Any], str]] = [
    ({"target": None}, "target is null"),
    ({"node_vreg": None}, "node_vreg is null"),
    ({"node_size": [64, None, 32]}, "node_size holds a null at 1"),
    ({"use_inst": [[0, 2, 4], [1, None], [3, 5]]}, "use_inst holds a null at 1"),
    ({"block_succ": [[1], None]}, "block_succ holds a null at 1"),
    ({"block_freq": None}, "columns of the machine IR group are null, others are not"),
    ({"copies": None}, "columns of the expert group are null, others are not"),
    ({"node_class": [0, 0]}, "node_class and node_vreg have different lengths"),
    ({"node_live": [[0, 4], [1, 3]]}, "node_live and node_vreg have different lengths"),
    ({"split_points": [[1], [], [0], []]}, "split_points and node_vreg have different lengths"),
    ({"block_loop_depth": [0]}, "block_loop_depth and block_start have different lengths"),
    ({"block_succ": [[1]]}, "block_succ and block_start have different lengths"),
    ({"edge_v": [1]}, "edge_v and edge_u have different lengths"),
    ({"node_live": [[0, 4], [1, 3, 4], [3, 5]]}, "node 1: node_live is no list of pairs"),
    ({"node_vreg": [0, 3, 3]}, "node 2: node_vreg is not ascending, or negative"),
    ({"node_vreg": [-1, 1, 3]}, "node 0: node_vreg is not ascending, or negative"),
    ({"node_spill_weight": [0.25, -1.0, math.inf]}, "node 1: node_spill_weight is not above 0"),
    ({"node_spill_weight": [math.nan, 0.5, math.inf]}, "node 0: node_spill_weight is not above 0"),
    ({"node_size": [64, 32, -1]}, "node 2: node_size is negative"),
    ({"node_live": [[0, 4], [1, 3], [3, 3, 3, 5]]}, "node 2: an empty live range"),
    ({"node_live": [[2, 4, 0, 1], [1, 3], [3, 5]]}, "node 0: live ranges are not ascending"),
    ({"node_live": [[0, 4], [1, 3], [3, 7]]}, "node 2: a live range outside the function"),
    ({"use_inst": [[0, 2, 2], [1, 3], [3, 5]]}, "node 0: use_inst is not ascending"),
    ({"use_inst": [[0, 2, 4], [1, 3], [3, 6]]}, "node 2: a use point outside the function"),
    ({"use_distance": [[0, 8, 16], [4, 8], [0, 8]]}, "node 1: use_distance does not start at 0"),
    ({"use_distance": [[0, 8, 8], [0, 8], [0, 8]]}, "node 0: use_distance is not ascending"),
    ({"use_spill_weight": [[1.0, 2.0, 3.0], [1.0, 0.0], [math.inf] * 2]},
     "node 1: a use_spill_weight is not above 0"),
    ({"split_points": [[1, 1], [], [0]]}, "node 0: split_points are not ascending"),
    ({"split_points": [[1], [2], [0]]}, "node 1: a split point that is no use point"),
    ({"edge_u": [0, 2], "edge_v": [1, 2]}, "edge 1: not two nodes u < v of the episode"),
    ({"edge_u": [0, 0], "edge_v": [1, 3]}, "edge 1: not two nodes u < v of the episode"),
    ({"edge_u": [0, 0], "edge_v": [2, 1]}, "edge 1: edges are not sorted, or one is there twice"),
    ({"edge_u": [0, 0, 0], "edge_v": [1, 2, 2]}, "edge 2: edges are not sorted, or one is there twice"),
    ({"block_start": [1, 4]}, "block 0: block_start does not begin at 0, or descends"),
    ({"block_start": [0, 7]}, "block 1: block_start outside the function"),
    ({"block_freq": [0.5, 0.5]}, "block 0: block_freq of the entry is not 1"),
    ({"block_freq": [1.0, -0.5]}, "block 1: block_freq is no positive number"),
    ({"block_loop_depth": [0, -1]}, "block 1: block_loop_depth is negative"),
    ({"block_succ": [[2], []]}, "block 0: a successor that is no block"),
    ({"block_succ": [[1, 0], []]}, "block 0: block_succ is not ascending"),
    ({"reloads": -1}, "reloads is negative"),
    ({"copy_cost": -0.5}, "copy_cost is no cost"),
    ({"spill_cost": math.nan}, "spill_cost is no cost"),
    ({"node_outcome": [0, 5, 0], "node_assigned": [1, 0, 2]}, "node 1: node_outcome is none of 0..4"),
    ({"node_assigned": [1, 0, 2]}, "node 1: node_assigned does not fit node_outcome"),
    ({"node_outcome": [1, 0, 0]}, "node 0: node_assigned does not fit node_outcome"),
    ({"inst": [0, 1, 4, 2, 0, 3]}, "instruction 2: inst is not in instructions.parquet"),
    ({"node_inst": [[0], [], [1]]}, "node_inst beside inst and node_live, which say the same"),
    ({"node_class": [0, 2, 0]}, "node 1: node_class is not in registers.parquet"),
    ({"node_hint": [[1], [-4], []]}, "node 1: node_hint is neither a register nor a node"),
    ({"node_hint": [[6], [-1], []]}, "node 0: node_hint is neither a register nor a node"),
    ({"node_hint": [[0], [-1], []]}, "node 0: node_hint is neither a register nor a node"),
    ({"reserved": [4, 3]}, "reserved is not ascending, or not in registers.parquet"),
    ({"reserved": [9]}, "reserved is not ascending, or not in registers.parquet"),
    ({"node_forbidden": [[5], [1, 3], [3]]}, "node 0: node_forbidden is not in the order of its class"),
    ({"node_forbidden": [[], [3, 1], [3]]}, "node 1: node_forbidden is not in the order of its class"),
    ({"node_forbidden": [[4], [1, 3], [3]]}, "node 0: node_forbidden names a reserved register"),
    ({"node_assigned": [1, 2, 5]}, "node 2: node_assigned is not in its class"),
    ({"node_assigned": [1, 2, 3]}, "node 2: node_assigned is forbidden"),
    ({"node_assigned": [4, 2, 2]}, "node 0: node_assigned is reserved"),
    (
        {"node_outcome": [0, 2, 0], "node_assigned": [1, 0, 2]},
        "spilled nodes without spill code, or the other way round",
    ),
    ({"folded_spills": 1}, "spilled nodes without spill code, or the other way round"),
    ({"edge_u": [0], "edge_v": [1]}, "node 0: overlaps a later node without an edge"),
    ({"node_live": [[0, 3], [1, 3], [4, 5]], "use_inst": [[0, 2], [1], [5]],
      "use_distance": [[0, 8], [0], [0]], "use_spill_weight": [[1.0, 2.0], [1.0], [math.inf]]},
     "edge 1: its nodes are never live at once"),
    ({"node_assigned": [2, 2, 3], "node_forbidden": [[], [], []]},
     "edge 0: both nodes are assigned and share a register unit"),
    (
        {"node_class": [0, 0, 1], "node_assigned": [1, 2, 5], "node_forbidden": [[], [], []]},
        "edge 1: both nodes are assigned and share a register unit",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "what"), DAMAGES, ids=[what for _, what in DAMAGES])
def test_a_damaged_episode_gives_one_finding(tmp_path: Path, changes: dict[str, Any], what: str) -> None:
    assert findings_for(tmp_path, **changes) == [Finding(SHARD, 1, what)]


@pytest.mark.parametrize(
    ("node_inst", "what"),
    [
        ([[0], [0, 2], [1]], "node 1: node_inst is not in instructions.parquet"),
        ([[0], [-1], [1]], "node 1: node_inst is not in instructions.parquet"),
        ([[0], [1]], "node_inst and node_vreg have different lengths"),
    ],
)
def test_damaged_instructions_of_nodes(tmp_path: Path, node_inst: list[list[int]], what: str) -> None:
    rows = [
        build.make_fork_episode(1, node_inst=[[0, 1], [], [1]]),
        build.make_fork_episode(2, node_inst=node_inst),
    ]
    shapes = build.make_vector_instructions([1.0, 0.0, 0.5], [0.0, 1.0, 0.5])
    build.write_dataset(tmp_path, {"train": [rows]}, instructions=shapes)
    assert validate(tmp_path) == (Finding(SHARD, 1, what),)


def test_use_columns_need_the_same_shape(tmp_path: Path) -> None:
    found = findings_for(tmp_path, use_inst=[[0, 2, 4], [1], [3, 5]])
    assert found == [
        Finding(SHARD, 1, "node 1: use_inst and use_distance have different lengths"),
        Finding(SHARD, 1, "node 1: use_inst and use_spill_weight have different lengths"),
    ]


def test_the_limits_of_the_recipe_hold_for_train_only(tmp_path: Path) -> None:
    recipe = {**build.RECIPE, "filters": {"max_nodes": 2, "max_uses": 2}}
    rows = {"train": [[build.make_episode(1)]], "test": [[build.make_episode(2)]]}
    build.write_dataset(tmp_path, rows, recipe=recipe)
    assert validate(tmp_path) == (
        Finding(SHARD, 0, "more nodes than the recipe's filter lets into train"),
        Finding(SHARD, 0, "node 0: more use points than the recipe's filter lets into train"),
    )


def test_many_rows_with_one_damage_are_counted(tmp_path: Path) -> None:
    rows = [build.make_episode(i, reloads=-1) for i in range(1, 14)]
    build.write_dataset(tmp_path, {"train": [rows]})
    assert validate_module.MAX_FINDINGS_A_KIND == 10
    assert validate(tmp_path) == (
        *(Finding(SHARD, row, "reloads is negative") for row in range(10)),
        Finding(SHARD, None, "3 rows more: reloads is negative"),
    )
