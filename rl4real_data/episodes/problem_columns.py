"""The columns of the allocation problem, which the dataset format has since version 1.

Nothing that an allocator may ask needs the MIR text: what each operand does, which values there are, what is copied
where, which registers are taken at which point, and where code can be placed.

Positions are instruction indices doubled: 2 i is the place right in front of instruction i and behind all that is
inserted there, 2 i + 1 the one right behind it. Ranges of positions are half open. A register that instruction i reads
last ends at 2 i + 1, one that it writes begins there, or at 2 i where it is written early.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from rl4real_data.episodes.column_kinds import FLOATS, INTS, SHORTS, Column
from rl4real_data.episodes.column_values import BlockFlag, OperandFlag, UseFlag, ValueFlag

_PLACE_OR_NODE: Final = "a register's reg_id, or -1 - i for node i"


def bits(flags: type[OperandFlag] | type[UseFlag] | type[ValueFlag] | type[BlockFlag]) -> str:
    """`1 read, 2 write, …`: what the bits mean."""
    return ", ".join(f"{flag.value} {(flag.name or '').lower().replace('_', ' ')}" for flag in flags)


BLOCKS: Final[tuple[Column, ...]] = (
    ("block_succ_prob", pa.list_(FLOATS), "probability of each successor, as `block_succ` has them"),
    ("block_flags", SHORTS, f"sum of {bits(BlockFlag)}"),
    (
        "block_first_split",
        INTS,
        "first instruction of each block in front of which code may be placed, behind labels that must lead; the "
        "next block's start if there is none",
    ),
    (
        "block_last_split",
        INTS,
        "last one: the first terminator, or the call or assembly that may leave for a landing pad or a label; the "
        "next block's start if there is none",
    ),
)

OPERANDS: Final[tuple[Column, ...]] = (
    ("operand_inst", INTS, "instruction of each operand that names a node, in the order of the code"),
    ("operand_index", SHORTS, "place of each such operand among its instruction's operands"),
    ("operand_node", INTS, "the node"),
    ("operand_subreg", SHORTS, "LLVM's index of the sub-register that it names (registers.parquet), 0 for all"),
    ("operand_flags", SHORTS, f"sum of {bits(OperandFlag)}"),
)

USE_FLAGS: Final[tuple[Column, ...]] = (
    ("use_flags", pa.list_(SHORTS), f"what happens at each use point of each node: sum of {bits(UseFlag)}"),
)

VALUES: Final[tuple[Column, ...]] = (
    (
        "value_def",
        pa.list_(INTS),
        "where each value of each node is defined: an instruction, or -1 - b for the start of block b; in the order "
        "of the code",
    ),
    ("value_flags", pa.list_(SHORTS), f"what defines each value: sum of {bits(ValueFlag)}"),
)

COPIES: Final[tuple[Column, ...]] = (
    ("copy_inst", INTS, "instruction of each copy from or to a node, ascending"),
    ("copy_to", INTS, f"what each copy writes: {_PLACE_OR_NODE}"),
    ("copy_from", INTS, f"what it reads: {_PLACE_OR_NODE}"),
    ("copy_to_subreg", SHORTS, "LLVM's index of the sub-register that it writes, 0 for all"),
    ("copy_from_subreg", SHORTS, "of the one that it reads"),
)

FIXED: Final[tuple[Column, ...]] = (
    (
        "fixed_unit",
        SHORTS,
        "register units that are taken somewhere before allocation, ascending; left out are units of reserved "
        "registers, and of registers that belong to no allocatable class (flags): nobody is given those",
    ),
    (
        "fixed_live",
        pa.list_(INTS),
        "positions at which each of these is taken: first, last, first, last, …; one range a value, so that two may "
        "touch; what the entry of block b writes in vain (a landing pad's register) takes 2 block_start[b] alone",
    ),
    (
        "mask_inst",
        INTS,
        "instructions that clobber registers by a mask (calls), at position 2 i + 1; the first one of a landing pad "
        "stands for its entry, which clobbers at 2 i",
    ),
    ("mask_id", INTS, "the mask of each: a row of register_masks.parquet, or -1 - k for mask k of `mask_preserved`"),
    (
        "mask_preserved",
        pa.list_(SHORTS),
        "masks of this function alone, as the reg_ids that survive each, ascending",
    ),
    ("callee_saved", SHORTS, "reg_ids that the function must hand back as it got them, in LLVM's order"),
)
