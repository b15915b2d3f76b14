"""The table of what holds for every episode that tells the whole problem and the whole answer.

Its tiers stand behind those of `table`; rows that do not tell are not looked at.
"""

from __future__ import annotations

from typing import Final

from rl4real_data.episodes.column_values import BlockFlag, ChangeFlag, Fate, MoveKind, OperandFlag, UseFlag, ValueFlag
from rl4real_data.validation.invariants import answer, code, fixed, placement, shape, values
from rl4real_data.validation.invariants.invariant import Invariant

_LENGTHS: Final = (
    *((f"operand_{name}", "operand_inst") for name in ("index", "node", "subreg", "flags")),
    *((f"copy_{name}", "copy_inst") for name in ("to", "from", "to_subreg", "from_subreg")),
    ("mask_id", "mask_inst"),
    ("fixed_live", "fixed_unit"),
    *((name, "node_vreg") for name in ("value_def", "value_flags")),
    *((f"part_{name}", "part_node") for name in ("first", "last", "place")),
    ("choice_place", "choice_operand"),
    *((f"move_{name}", "move_kind") for name in ("inst", "block", "node", "from", "to", "value")),
    ("changed_flags", "changed_inst"),
)
_INNER_LENGTHS: Final = (
    ("block_succ_prob", "block_succ"),
    ("use_flags", "use_inst"),
    ("value_flags", "value_def"),
)

SHAPES: Final = (
    *(Invariant(f"{one} and {other} have different lengths", shape.differs(one, other)) for one, other in _LENGTHS),
    Invariant("score_counts are not six, or negative", answer.score_counts_wrong),
)

INNER_SHAPES: Final = (
    *(
        Invariant(f"entry {{place}}: {one} and {other} have different lengths", shape.differs_inside(one, other))
        for one, other in _INNER_LENGTHS
    ),
    Invariant("unit {place}: fixed_live is no list of pairs", fixed.odd_fixed_range),
)

_INSIDE: Final = (
    *((name, 0, code.instructions_of) for name in ("operand_inst", "copy_inst", "mask_inst", "changed_inst")),
    ("operand_node", 0, code.nodes_of),
    *((name, 0, code.positions_of) for name in ("part_first", "part_last")),
    ("part_node", 0, code.nodes_of),
    ("choice_operand", 0, code.operands_of),
    ("move_inst", 0, code.behind_instructions),
    ("move_block", 0, code.blocks_of),
    ("move_node", -1, code.nodes_of),
)
_BITS: Final = (
    ("block_flags", BlockFlag),
    ("operand_flags", OperandFlag),
    ("use_flags", UseFlag),
    ("value_flags", ValueFlag),
    ("node_fate", Fate),
    ("changed_flags", ChangeFlag),
)
_ORDERED: Final = (
    ("operand_inst", False),
    ("copy_inst", True),
    ("mask_inst", True),
    ("part_node", False),
    ("choice_operand", True),
    ("changed_inst", True),
)

VALUES: Final = (
    *(
        Invariant(f"{name} {{place}}: {name} is out of range", code.outside(name, first, limit))
        for name, first, limit in _INSIDE
    ),
    *(
        Invariant(f"{name} has a bit at {{place}} that means nothing", code.unknown_bits(name, all_))
        for name, all_ in _BITS
    ),
    *(Invariant(f"{name} {{place}}: {name} is not ascending", code.unsorted(name, strict=s)) for name, s in _ORDERED),
    *(
        Invariant(f"{name} {{place}}: {name} is negative", values.negative(name))
        for name in ("operand_subreg", "copy_to_subreg", "copy_from_subreg")
    ),
    Invariant("move {place}: move_kind is none of 0..4", code.outside("move_kind", 0, answer.kinds_of)),
    Invariant("value {place}: a value of the node is defined nowhere in the function", code.value_outside),
    Invariant("unit {place}: a fixed range is empty, out of order or outside the function", fixed.fixed_range_wrong),
    *(Invariant(f"{name} is negative", values.count_negative(name)) for name in answer.COUNTS),
    *(Invariant(f"{name} is no cost", values.cost_invalid(name)) for name in answer.COSTS),
)

CODE: Final = (
    Invariant("block {place}: block_succ_prob does not add up to 1", code.probability_wrong),
    Invariant("block {place}: block_first_split outside the block", code.split_place_outside("block_first_split")),
    Invariant("block {place}: block_last_split outside the block", code.split_place_outside("block_last_split")),
    Invariant("block {place}: block_flags do not fit block_succ", code.ending_differs),
    Invariant("operand {place}: operand_index does not ascend within its instruction", code.operand_order),
    Invariant("operand {place}: operand_flags say neither read nor write, or contradict themselves", code.idle_operand),
    Invariant("node {place}: a use point where no operand names it", code.use_without_operand),
    Invariant("operand {place}: no use point of its node", code.operand_without_use),
    Invariant("node {place}: use_flags are not those of the operands", code.use_flags_differ),
    Invariant("node {place}: value_def is not in the order of the code", code.value_order),
    Invariant("node {place}: a value of a block's start is no merge, or the other way round", code.merge_differs),
    Invariant("node {place}: values meet, and fewer than two instructions define it", code.merge_of_one_value),
    Invariant("node {place}: a value that no operand writes", code.value_without_write),
    Invariant("operand {place}: a write that is no value of its node", code.write_without_value),
    Invariant("copy {place}: copy_to is neither a register nor a node", fixed.unknown_end("copy_to")),
    Invariant("copy {place}: copy_from is neither a register nor a node", fixed.unknown_end("copy_from")),
    Invariant("copy {place}: neither end is a node", fixed.copy_without_node),
    Invariant("node {place}: use_flags do not fit the copies", fixed.copy_differs),
    Invariant("unit {place}: fixed_unit is not in registers.parquet, or not ascending", fixed.unknown_unit),
    Invariant("mask {place}: mask_id refers to no mask", fixed.unknown_mask),
    Invariant("mask {place}: mask_preserved names no registers in order", fixed.own_mask_wrong),
    Invariant("register {place}: callee_saved is not in registers.parquet", fixed.unknown_registers("callee_saved")),
    Invariant("node {place}: operands and blocks tell another live range", placement.liveness_differs),
    Invariant("node {place}: node_fate does not fit node_outcome", placement.fate_differs),
)

PARTS: Final = (
    Invariant("part {place}: parts are not sorted", placement.part_order),
    Invariant("part {place}: an empty part", placement.part_empty),
    Invariant("part {place}: of a node that has one register", placement.part_of_whole),
    Invariant("part {place}: part_place is no register", placement.part_place_unknown),
    Invariant("move {place}: moves a node that has one register", answer.move_of_whole_node),
)

PLACES: Final = (
    Invariant("node {place}: its parts do not cover its life", placement.cover_differs),
    Invariant("node {place}: lies in two places at once", placement.parts_overlap),
    Invariant("node {place}: lies in a slot and is not spilled, or the other way round", answer.slots_differ),
    Invariant("change {place}: accesses a slot in which no node lies there", answer.slot_access_unfounded),
    Invariant("choice {place}: no part of the node lies in that register there", answer.choice_unfounded),
    Invariant("node {place}: shares a register with another node", placement.shared_unit),
    Invariant("node {place}: lies where a register is taken", placement.on_fixed_range),
    Invariant("node {place}: lies in a register that a call clobbers", placement.on_mask),
    Invariant("node {place}: lies in a reserved register", placement.on_reserved),
)

COSTS: Final = (
    Invariant("move {place}: not in the order of the code, or outside its block", answer.move_order),
    Invariant("move {place}: move_from and move_to do not fit move_kind", answer.move_ends_wrong),
    Invariant("move {place}: move_value does not fit move_kind", answer.move_value_wrong),
    *(
        Invariant(f"{name}, plain and folded, are not the accesses of slots in the code", answer.accesses_differ(name))
        for name in ("spills", "reloads")
    ),
    *(
        Invariant(f"{name} are fewer than what was inserted", answer.fewer_than_moves(name, kind))
        for name, kind in (("spills", MoveKind.STORE), ("reloads", MoveKind.RELOAD))
    ),
    Invariant("rematerialisations are not those of the moves", answer.remats_differ),
    *(
        Invariant(f"{name} and its cost do not fit", answer.cost_without_count(name))
        for name in ("folded_spills", "folded_reloads", "cheap_remats", "dear_remats")
    ),
    Invariant("spill_cost is not the sum of its kinds", answer.sum_differs),
    Invariant("register {place}: callee_saved_used is not in callee_saved", answer.saved_outside),
    Invariant("callee_saved_cost is not that of saving and restoring", answer.saving_differs),
    Invariant("score is not that of score_counts", answer.score_differs),
)

WHOLE_TIERS: Final = (SHAPES, INNER_SHAPES, VALUES, CODE, PARTS, PLACES, COSTS)
