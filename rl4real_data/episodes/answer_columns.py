"""The columns of the expert's answer.

What LLVM's allocator did with each node, and what that costs. Version 0 has one word a node and the counts of the
optimisation remarks; version 1 has all of it, which is where each node lies at every position (see `problem_columns`),
what was inserted and changed, and the costs by kind.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from rl4real_data.episodes.column_kinds import INTS, SHORTS, STRING, Column
from rl4real_data.episodes.column_values import ChangeFlag, Fate, MoveKind, Outcome

_REGISTER_OR_SLOT: Final = "a register's reg_id, or -1 - s for spill slot s"


def _named(values: type[Outcome] | type[Fate] | type[MoveKind] | type[ChangeFlag]) -> str:
    return ", ".join(f"{value.value} {(value.name or '').lower().replace('_', ' ')}" for value in values)


OUTCOME: Final[tuple[Column, ...]] = (
    (
        "node_outcome",
        SHORTS,
        "0 assigned, 1 split, 2 spilled, 3 rematerialized, 4 eliminated (found dead)",
    ),
    ("node_assigned", SHORTS, "reg_id that an assigned node got, else 0"),
    ("spills", pa.int32(), "stores to spill slots"),
    ("reloads", pa.int32(), "loads from spill slots"),
    ("folded_spills", pa.int32(), "writes of spill slots by other instructions"),
    ("folded_reloads", pa.int32(), "reads of spill slots by other instructions"),
    ("copies", pa.int32(), "copies of virtual registers that assignment leaves in place"),
    (
        "spill_cost",
        pa.float64(),
        "expected executions of spills and reloads, folded ones too, relative to the entry",
    ),
    ("copy_cost", pa.float64(), "expected executions of copies, relative to the entry"),
)

PARTS: Final[tuple[Column, ...]] = (
    (
        "node_fate",
        SHORTS,
        f"all that happened to each node, where `node_outcome` is one word: sum of {_named(Fate)}; 0 for a node that "
        "has one register all its life, which is where `node_outcome` is 0. A spilled node has outcome 2, whatever "
        "else happened to it",
    ),
    (
        "part_node",
        INTS,
        "node of each part of a live range, ascending; a node whose fate is 0 has no row: all of its life is one part "
        "in `node_assigned`",
    ),
    ("part_first", INTS, "position at which the part begins; ascending within a node"),
    ("part_last", INTS, "position at which it ends, half open"),
    (
        "part_place",
        INTS,
        f"where the node lies there: {_REGISTER_OR_SLOT}, or 0 for nowhere: it is computed anew where it is needed. "
        "A slot counts where the value has been stored in it, and a register before a slot. Parts in two registers may "
        "overlap, behind a copy between them",
    ),
    (
        "choice_operand",
        INTS,
        "entries of `operand_inst` for which the parts of the node leave a choice of registers; the instruction is as "
        "it was, and the operand no undefined read",
    ),
    ("choice_place", SHORTS, "reg_id of the part that each of these names"),
)

MOVES: Final[tuple[Column, ...]] = (
    (
        "move_kind",
        SHORTS,
        f"instructions that the allocator inserted, in the order of the code: {_named(MoveKind)}. A copy from a "
        "register to itself leaves no code",
    ),
    ("move_inst", INTS, "original instruction in front of which each lies; the next block's start at a block's end"),
    ("move_block", INTS, "its block"),
    ("move_node", INTS, "node whose value it moves or computes, -1 if it cannot be told"),
    ("move_from", INTS, f"what it reads: {_REGISTER_OR_SLOT}; 0 for a rematerialisation"),
    (
        "move_to",
        INTS,
        f"what it writes: {_REGISTER_OR_SLOT}; a rematerialisation may write a slot, as a constant is stored",
    ),
    ("move_value", INTS, "instruction whose result a rematerialisation computes anew, else -1"),
    ("changed_inst", INTS, "original instructions that are gone or others now, ascending"),
    ("changed_flags", SHORTS, f"what became of each: sum of {_named(ChangeFlag)}"),
)

DECISIONS: Final[tuple[Column, ...]] = (
    (
        "decider",
        STRING,
        "who decided in front of the allocator (`flow --policy`, `flow --decisions`), whose answer this is: file, "
        "random, policy or inference-onnx; empty for a function about which nobody was asked, null, as the next "
        "columns, in a dataset where nobody decided",
    ),
    ("decisions_made", pa.int32(), "decisions that were carried out"),
    ("decisions_illegal", pa.int32(), "decisions that were not, since they are not legal: the allocator decided"),
    ("decisions_kept", pa.int32(), "registers that were assigned and are, in the end, where they were put"),
    ("decisions_moved", pa.int32(), "of these, how many are in another register"),
    ("decisions_lost", pa.int32(), "how many are spilled, split or gone"),
    ("decisions_forced_away", pa.int32(), "how often one gave way to a register that cannot be spilled"),
)
"""What became of decisions. Empty of meaning where the expert is LLVM's allocator alone: null there."""

COSTS: Final[tuple[Column, ...]] = (
    ("spills_cost", pa.float64(), "expected executions of `spills`, relative to the entry, as all of these costs"),
    ("reloads_cost", pa.float64(), "of `reloads`"),
    ("folded_spills_cost", pa.float64(), "of `folded_spills`"),
    ("folded_reloads_cost", pa.float64(), "of `folded_reloads`"),
    (
        "cheap_remats",
        pa.int32(),
        "inserted rematerialisations that are as cheap as a move; those into a slot count as spills, plain or folded",
    ),
    ("cheap_remats_cost", pa.float64(), "of these"),
    ("dear_remats", pa.int32(), "inserted rematerialisations that are not"),
    ("dear_remats_cost", pa.float64(), "of these"),
    (
        "callee_saved_used",
        SHORTS,
        "entries of `callee_saved` of which the allocated code writes a unit, in that order: by what the allocator "
        "assigned, by instructions of the problem (a call writes its return address) and inline assembly, not by the "
        "masks of calls",
    ),
    (
        "callee_saved_cost",
        pa.float64(),
        "of saving each of these at the entry (once) and restoring it in each block that returns: no shrink wrapping, "
        "no pushes in pairs. Where nothing returns only the saving counts, also for a function that never returns nor "
        "unwinds, where LLVM saves nothing",
    ),
    (
        "score_counts",
        pa.list_(pa.float64()),
        "the six sums of LLVM's RegAllocScore over all of the function's instructions behind the rewriter: copies, "
        "loads, stores, loads with a store, cheap and expensive rematerialisable ones",
    ),
    ("score", pa.float64(), "LLVM's RegAllocScore: these, weighted by 0.2, 4, 1, 5, 0.2 and 1"),
)
