"""Each invariant of the whole problem and the whole answer is broken alone, and gives exactly the finding of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import episode_builder as build
import pytest

from rl4real_data.episodes.file_names import REGISTER_MASKS_NAME
from rl4real_data.episodes.schema import REGISTER_MASKS
from rl4real_data.validation.finding import Finding
from rl4real_data.validation.invariants.whole_table import WHOLE_TIERS
from rl4real_data.validation.whole_dataset import validate

SHARD = "data/train-00000-of-00001.parquet"
BASE = build.make_spilled_episode(1)


def changed(name: str, *path: int, to: Any) -> dict[str, Any]:
    """The base's column with one number replaced."""

    def replace(value: Any, rest: tuple[int, ...]) -> Any:
        if not rest:
            return to
        return [replace(one, rest[1:]) if place == rest[0] else one for place, one in enumerate(value)]

    return {name: replace(BASE[name], path)}


def findings_for(data_dir: Path, **changes: Any) -> list[str]:
    build.write_dataset(data_dir, {"train": [[build.make_spilled_episode(1, **changes)]]})
    found = validate(data_dir)
    assert all(isinstance(finding, Finding) and (finding.file, finding.row) == (SHARD, 0) for finding in found)
    return [finding.what for finding in found]


def test_sound_episodes_have_no_finding(tmp_path: Path) -> None:
    assert findings_for(tmp_path / "spilled") == []
    build.write_dataset(tmp_path / "plain", {"train": [[build.make_episode(1), build.make_spilled_episode(2)]]})
    assert validate(tmp_path / "plain") == ()


def test_a_register_may_hold_a_stored_node_all_the_time(tmp_path: Path) -> None:
    """Then no part is a slot, though the node is stored and loaded."""
    assert findings_for(tmp_path, part_node=[1], part_first=[3], part_last=[7], part_place=[2]) == []


def test_an_episode_that_does_not_tell_fails_nothing(tmp_path: Path) -> None:
    assert findings_for(tmp_path, **build.UNTOLD) == []


BROKEN = [
    ({"part_place": None}, "columns of the whole answer group are null, others are not"),
    ({"operand_flags": None}, "columns of the whole problem group are null, others are not"),
    ({"block_flags": [0]}, "block_flags and block_start have different lengths"),
    ({"operand_node": [0, 1, 0, 2, 1, 0]}, "operand_node and operand_inst have different lengths"),
    ({"copy_to": []}, "copy_to and copy_inst have different lengths"),
    ({"mask_id": []}, "mask_id and mask_inst have different lengths"),
    ({"fixed_live": []}, "fixed_live and fixed_unit have different lengths"),
    ({"value_def": [[0], [1]]}, "value_def and node_vreg have different lengths"),
    ({"part_last": [4, 6]}, "part_last and part_node have different lengths"),
    ({"choice_place": [2]}, "choice_place and choice_operand have different lengths"),
    ({"move_from": [2]}, "move_from and move_kind have different lengths"),
    ({"changed_flags": [1]}, "changed_flags and changed_inst have different lengths"),
    ({"score_counts": [0.5, 1.0]}, "score_counts are not six, or negative"),
    (changed("score_counts", 3, to=-1.0), "score_counts are not six, or negative"),
    ({"block_succ_prob": [[], []]}, "entry 0: block_succ_prob and block_succ have different lengths"),
    ({"use_flags": [[2, 129, 33], [2, 1], [2]]}, "entry 2: use_flags and use_inst have different lengths"),
    ({"value_flags": [[12], [], [0]]}, "entry 1: value_flags and value_def have different lengths"),
    ({"fixed_live": [[9, 11, 11]]}, "unit 0: fixed_live is no list of pairs"),
    (changed("operand_inst", 6, to=6), "operand_inst 6: operand_inst is out of range"),
    (changed("operand_node", 6, to=3), "operand_node 6: operand_node is out of range"),
    (changed("copy_inst", 0, to=9), "copy_inst 0: copy_inst is out of range"),
    (changed("mask_inst", 0, to=-1), "mask_inst 0: mask_inst is out of range"),
    (changed("part_node", 2, to=3), "part_node 2: part_node is out of range"),
    (changed("part_last", 2, to=13), "part_last 2: part_last is out of range"),
    ({"choice_operand": [7], "choice_place": [2]}, "choice_operand 0: choice_operand is out of range"),
    (changed("move_inst", 1, to=7), "move_inst 1: move_inst is out of range"),
    (changed("move_block", 1, to=2), "move_block 1: move_block is out of range"),
    (changed("move_node", 0, to=-2), "move_node 0: move_node is out of range"),
    ({"changed_inst": [6], "changed_flags": [8]}, "changed_inst 0: changed_inst is out of range"),
    (changed("block_flags", 0, to=32), "block_flags has a bit at 0 that means nothing"),
    (changed("operand_flags", 3, to=258), "operand_flags has a bit at 3 that means nothing"),
    (changed("use_flags", 1, 0, to=258), "use_flags has a bit at 1 that means nothing"),
    (changed("value_flags", 2, 0, to=16), "value_flags has a bit at 2 that means nothing"),
    (changed("node_fate", 1, to=18), "node_fate has a bit at 1 that means nothing"),
    ({"changed_inst": [2], "changed_flags": [16]}, "changed_flags has a bit at 0 that means nothing"),
    (changed("operand_inst", 0, to=2), "operand_inst 1: operand_inst is not ascending"),
    ({"changed_inst": [2, 2], "changed_flags": [8, 8]}, "changed_inst 1: changed_inst is not ascending"),
    (changed("operand_subreg", 4, to=-1), "operand_subreg 4: operand_subreg is negative"),
    (changed("move_kind", 0, to=5), "move 0: move_kind is none of 0..4"),
    (changed("value_def", 2, 0, to=-3), "value 2: a value of the node is defined nowhere in the function"),
    (changed("fixed_live", 0, 1, to=13), "unit 0: a fixed range is empty, out of order or outside the function"),
    (changed("fixed_live", 0, 1, to=9), "unit 0: a fixed range is empty, out of order or outside the function"),
    ({"cheap_remats": -1}, "cheap_remats is negative"),
    ({"callee_saved_cost": -1.0}, "callee_saved_cost is no cost"),
    (changed("block_succ_prob", 0, 0, to=0.5), "block 0: block_succ_prob does not add up to 1"),
    (changed("block_first_split", 1, to=3), "block 1: block_first_split outside the block"),
    (changed("block_last_split", 0, to=5), "block 0: block_last_split outside the block"),
    (changed("block_flags", 0, to=2), "block 0: block_flags do not fit block_succ"),
    (changed("operand_index", 4, to=0), "operand 4: operand_index does not ascend within its instruction"),
    (changed("operand_flags", 2, to=65),
     "operand 2: operand_flags say neither read nor write, or contradict themselves"),
    ({"use_inst": [[0, 2, 4], [1, 2], [3, 5]]}, "node 1: a use point where no operand names it"),
    ({"use_inst": [[0, 2, 4], [1, 2], [3, 5]]}, "operand 4: no use point of its node"),
    (changed("operand_flags", 5, to=33), "node 0: operands and blocks tell another live range"),
    (changed("value_def", 1, 0, to=0), "node 1: a value that no operand writes"),
    (changed("value_def", 1, 0, to=0), "operand 1: a write that is no value of its node"),
    ({"value_def": [[0], [1], [3, -1]], "value_flags": [[12], [0], [0, 1]]},
     "node 2: value_def is not in the order of the code"),
    (changed("copy_from", 0, to=1), "copy 0: neither end is a node"),
    (changed("use_flags", 1, 1, to=3), "node 1: use_flags are not those of the operands"),
    (changed("use_flags", 0, 2, to=1), "node 0: use_flags do not fit the copies"),
    (changed("value_flags", 0, 0, to=1), "node 0: a value of a block's start is no merge, or the other way round"),
    ({"value_def": [[0], [1], [-2, 3]], "value_flags": [[12], [0], [1, 0]]},
     "node 2: values meet, and fewer than two instructions define it"),
    (changed("copy_to", 0, to=99), "copy 0: copy_to is neither a register nor a node"),
    (changed("copy_from", 0, to=-4), "copy 0: copy_from is neither a register nor a node"),
    (changed("fixed_unit", 0, to=31), "unit 0: fixed_unit is not in registers.parquet, or not ascending"),
    (changed("mask_id", 0, to=-2), "mask 0: mask_id refers to no mask"),
    (changed("mask_preserved", 0, 4, to=9), "mask 0: mask_preserved names no registers in order"),
    (changed("callee_saved", 0, to=9), "register 0: callee_saved is not in registers.parquet"),
    (changed("node_fate", 0, to=1), "node 0: node_fate does not fit node_outcome"),
    (changed("node_fate", 1, to=1), "node 1: node_fate does not fit node_outcome"),
    ({"part_first": [4, 3, 6], "part_place": [2, -1, 2]}, "part 1: parts are not sorted"),
    (changed("part_last", 0, to=3), "part 0: an empty part"),
    (changed("part_node", 0, to=0), "part 0: of a node that has one register"),
    (changed("part_place", 2, to=9), "part 2: part_place is no register"),
    (changed("part_last", 2, to=6 + 2), "node 1: its parts do not cover its life"),
    (changed("part_first", 2, to=5), "node 1: lies in two places at once"),
    ({"node_outcome": [2, 2, 0], "node_assigned": [0, 0, 2], "node_fate": [2, 2, 0], "part_node": [0, 1, 1, 1],
      "part_first": [1, 3, 4, 6], "part_last": [9, 4, 6, 7], "part_place": [1, 2, -1, 2]},
     "node 0: lies in a slot and is not spilled, or the other way round"),
    ({"changed_inst": [2], "changed_flags": [2]}, "change 0: accesses a slot in which no node lies there"),
    ({"changed_inst": [1], "changed_flags": [4]}, "change 0: accesses a slot in which no node lies there"),
    (changed("part_place", 2, to=1), "node 1: shares a register with another node"),
    (changed("part_place", 0, to=4), "node 1: lies in a reserved register"),
    ({"choice_operand": [3], "choice_place": [3]}, "choice 0: no part of the node lies in that register there"),
    (changed("mask_preserved", 0, to=[1, 3, 4]), "node 2: lies in a register that a call clobbers"),
    (changed("fixed_live", 0, 0, to=6) | {"part_place": [2, -1, 3], "move_to": [-1, 3]},
     "node 1: lies where a register is taken"),
    (changed("move_inst", 0, to=4), "move 1: not in the order of the code, or outside its block"),
    (changed("move_from", 0, to=-1), "move 0: move_from and move_to do not fit move_kind"),
    (changed("move_value", 0, to=1), "move 0: move_value does not fit move_kind"),
    (changed("move_node", 0, to=2), "move 0: moves a node that has one register"),
    ({"folded_spills": 1, "folded_spills_cost": 0.5},
     "spills, plain and folded, are not the accesses of slots in the code"),
    ({"reloads_cost": 1.1}, "reloads, plain and folded, are not the accesses of slots in the code"),
    ({"reloads": 0, "folded_reloads": 1, "reloads_cost": 0.0, "folded_reloads_cost": 1.0},
     "reloads are fewer than what was inserted"),
    *(({f"{name}_cost": 1.0}, f"{name} and its cost do not fit")
      for name in ("folded_spills", "folded_reloads", "cheap_remats", "dear_remats")),
    ({"spills": 0, "folded_spills": 1, "spills_cost": 0.0, "folded_spills_cost": 1.0},
     "spills are fewer than what was inserted"),
    ({"cheap_remats": 1, "cheap_remats_cost": 1.0}, "rematerialisations are not those of the moves"),
    ({"spill_cost": 1.5}, "spill_cost is not the sum of its kinds"),
    ({"callee_saved_used": [3]}, "register 0: callee_saved_used is not in callee_saved"),
    ({"callee_saved_cost": 2.0}, "callee_saved_cost is not that of saving and restoring"),
    ({"score": 5.0}, "score is not that of score_counts"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "what"), BROKEN, ids=[what for _, what in BROKEN])
def test_one_wrong_number_is_named(tmp_path: Path, changes: dict[str, Any], what: str) -> None:
    assert what in findings_for(tmp_path, **changes)


def test_every_rule_is_broken_once() -> None:
    """But for those on lengths, ranges and orders, which are many of a kind."""
    for tier in WHOLE_TIERS[3:]:
        for invariant in tier:
            pattern = re.escape(invariant.what).replace(r"\{place\}", r"\d+")
            assert any(re.fullmatch(pattern, what) for _, what in BROKEN), invariant.what


def test_masks_of_the_target_are_looked_up(tmp_path: Path) -> None:
    rows = [{"target": "x86", "mask_id": 3, "name": "csr", "preserved": [2, 5]}]
    base = changed("mask_id", 0, to=3) | {"mask_preserved": []}

    def masks(number: int, preserved: list[int]) -> list[str]:
        data_dir = tmp_path / str(number)
        build.write_dataset(data_dir, {"train": [[build.make_spilled_episode(1, **base)]]})
        build.add_table(data_dir, REGISTER_MASKS_NAME, [{**rows[0], "preserved": preserved}], REGISTER_MASKS)
        return [finding.what for finding in validate(data_dir)]

    assert masks(1, [1, 2, 3]) == []
    assert masks(2, [1, 3]) == ["node 2: lies in a register that a call clobbers"]
    assert masks(3, [77]) == ["cannot be read (mask 3 names a register that the target does not have)"]


def test_mask_of_no_row(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[build.make_spilled_episode(1, **changed("mask_id", 0, to=4))]]})
    build.add_table(tmp_path, REGISTER_MASKS_NAME, [], REGISTER_MASKS)

    assert [finding.what for finding in validate(tmp_path)] == ["mask 0: mask_id refers to no mask"]
