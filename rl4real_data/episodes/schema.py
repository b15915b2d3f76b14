"""The frozen Arrow schemas of dataset format v1.

What each file of a DATA_DIR holds, column by column.

Every field carries a description in its metadata, and every Parquet footer names `SCHEMA_VERSION`. A change of a
column is a new version, which older readers refuse; one that is null where it is absent may be added (see
`later_columns`). Null means "the source does not tell" (the fork's DOT files have
no instructions, for one), never zero and never empty.
"""

from __future__ import annotations

__all__ = [
    "EPISODES",
    "LABELS",
    "MODULES",
    "REGISTERS",
    "REGISTER_CLASSES",
    "REGISTER_MASKS",
    "SCHEMA_VERSION",
    "TRIALS",
    "Outcome",
    "descriptions",
    "instructions_schema",
]

from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from rl4real_data.core.allocators import ALLOCATORS
from rl4real_data.core.failure import FailureKind
from rl4real_data.core.targets import TARGETS
from rl4real_data.episodes.answer_columns import COSTS, DECISIONS, MOVES, OUTCOME, PARTS
from rl4real_data.episodes.column_kinds import FLOATS, INTS, SHORTS, STRING, schema_of
from rl4real_data.episodes.column_values import Outcome
from rl4real_data.episodes.label_columns import LABELS, TRIALS
from rl4real_data.episodes.problem_columns import BLOCKS, COPIES, FIXED, OPERANDS, USE_FLAGS, VALUES
from rl4real_data.episodes.schema_version import SCHEMA_VERSION

_TARGETS: Final = " or ".join(TARGETS)
_CPU_FLAGS: Final = " or ".join(f"{row.cpu_flag.rstrip('=')} ({row.name})" for row in TARGETS.values())
_IDENTITY: Final = (
    (
        "episode_id",
        STRING,
        "128-bit hash of everything that makes the episode: content, function, module, compiler",
    ),
    (
        "pair_id",
        STRING,
        "128-bit hash of corpus, module and function: joins the episodes of one function for several targets",
    ),
    ("function", STRING, 'symbol name; one that is no UTF-8 as LLVM prints it in quotes ("caf\\E9")'),
    (
        "function_id",
        pa.int32(),
        "index among the module's functions that reach the allocator, from 1, as in the fork",
    ),
    ("module", STRING, "path of the source, relative to its corpus"),
    ("corpus", STRING, "name of the corpus"),
    ("license", STRING, "SPDX expression"),
    ("redistributable", pa.bool_(), "false for episodes of sources that must not be passed on"),
    ("target", STRING, _TARGETS),
    (
        "cpu",
        STRING,
        f"value of {_CPU_FLAGS}; a function of an IR module that names a processor keeps its own",
    ),
    ("opt_level", STRING, "optimisation level, such as O3"),
    ("allocator", STRING, f"the expert: {' or '.join(row.llvm_name for row in ALLOCATORS.values())}"),
    ("llvm_version", STRING, "release of the compiler"),
    (
        "content_hash",
        STRING,
        "128-bit hash of the allocation problem without symbol names; equal for duplicates",
    ),
    (
        "near_hash",
        STRING,
        "128-bit hash of opcodes, blocks and edges alone; equal for functions that differ in constants and names",
    ),
)

_MACHINE_IR: Final = (
    ("mir", STRING, "MIR text that stands alone: `llc -start-before=greedy` accepts it"),
    ("inst", INTS, "inst_id of each instruction, in layout order, debug instructions left out"),
    ("block_start", INTS, "index of each block's first instruction, blocks in layout order"),
    ("block_freq", FLOATS, "expected executions of each block relative to the entry block"),
    ("block_loop_depth", SHORTS, "number of loops around each block"),
    ("block_succ", pa.list_(INTS), "indices of each block's successors, ascending"),
)

_NODES: Final = (
    (
        "node_vreg",
        INTS,
        "number of each virtual register, ascending; node i is entry i of every node_ column",
    ),
    ("node_class", SHORTS, "class_id of each node's register class (registers.parquet)"),
    ("node_spill_weight", FLOATS, "LLVM's spill weight; +inf for a register that cannot be spilled"),
    ("node_size", INTS, "LiveInterval::getSize(): length of the live interval, 16 an instruction slot"),
    (
        "node_live",
        pa.list_(INTS),
        "live ranges of each node: first, last, first, last, …; instruction i is in [first, last) if the node holds a "
        "value right behind i, or i writes it in vain; empty for a node that is only read, as undef",
    ),
    (
        "node_inst",
        pa.list_(INTS),
        "inst_id of each instruction in the live ranges of each node, one range behind the other, where the source "
        "tells them a node and not a function (the fork's graphs); else null: `inst` and `node_live` say it",
    ),
    (
        "node_hint",
        pa.list_(INTS),
        "hints of each node, the preferred first: a register's reg_id, or -1 - i for node i",
    ),
    (
        "node_forbidden",
        pa.list_(SHORTS),
        "reg_ids of each node's class that fixed live ranges or call clobbers take away, in class order",
    ),
    (
        "reserved",
        SHORTS,
        "reg_ids of allocatable classes that nobody may have in this function, ascending",
    ),
)

_USES: Final = (
    ("use_inst", pa.list_(INTS), "instruction index of each use point of each node, ascending"),
    (
        "use_distance",
        pa.list_(INTS),
        "distance of each use point from the node's first one, in the fork's unit (4 a slot index step)",
    ),
    (
        "use_spill_weight",
        pa.list_(FLOATS),
        "expected spill weight of the part that ends at each use point; +inf if it cannot be spilled",
    ),
    (
        "split_points",
        pa.list_(INTS),
        "indices into the node's use points at which the fork's rules allow a split",
    ),
)

_EDGES: Final = (
    ("edge_u", INTS, "first node of each interference, sorted by (u, v)"),
    ("edge_v", INTS, "second node of each interference, u < v: both are live at once somewhere"),
)

VERSION_0: Final = (*_IDENTITY, *_MACHINE_IR, *_NODES, *_USES, *_EDGES, *OUTCOME)
PROBLEM: Final = (*BLOCKS, *OPERANDS, *USE_FLAGS, *VALUES, *COPIES, *FIXED)
ANSWER: Final = (*PARTS, *MOVES, *COSTS)
VERSION_1: Final = (*PROBLEM, *ANSWER)

EPISODES: Final = schema_of((*VERSION_0, *VERSION_1, *DECISIONS))
"""One row = one episode = one function. Shards `data/train-*.parquet` and `data/test-*.parquet`."""

REQUIRED: Final = ("episode_id", "module", "corpus", "target", "node_vreg", "edge_u", "edge_v")
"""What every source tells, the fork's DOT files too: never null."""

MODULES: Final = schema_of(
    (
        ("split", STRING, "train or test"),
        ("corpus", STRING, "name of the corpus"),
        ("module", STRING, "path of the source, relative to its corpus"),
        ("language", STRING, "as clang's -x calls it: c, c++ or ir; another one is filtered"),
        ("license", STRING, "SPDX expression"),
        ("redistributable", pa.bool_(), "false for a source that must not be passed on"),
        (
            "sha256",
            STRING,
            "of the source file; where that names folders of the corpus, with the corpus's names for them",
        ),
        ("status", STRING, "done, failed or filtered"),
        ("kind", STRING, f"for a failed module, what happened: {', '.join(FailureKind)}"),
        ("reason", STRING, "for a failed or filtered module: one line for a person"),
        ("stderr", STRING, "for a failed module: end of what the compiler said"),
        (
            "command",
            STRING,
            "what compiled it; paste it into a shell (in the corpus's folder if it goes to none) to see the same; null "
            "for an input that is no module",
        ),
        (
            "flags_left_out",
            pa.list_(STRING),
            "flags that came with it and that the compiler was not given: it does not take them, they load code or "
            "decide no code",
        ),
        ("functions", pa.int32(), "functions that reached the allocator"),
        ("episodes", pa.int32(), "of these, how many are in the split"),
    )
)
"""One row = one module that a run was asked for. `modules.parquet`."""

REGISTERS: Final = schema_of(
    (
        ("target", STRING, _TARGETS),
        ("reg_id", pa.int16(), "LLVM's register number in this release"),
        ("name", STRING, "LLVM's name"),
        ("units", SHORTS, "register units; two registers alias if they share one"),
        ("aliases", SHORTS, "reg_ids of all registers that share a unit, this one left out"),
        ("reserved", pa.bool_(), "reserved in a plain function, if it belongs to an allocatable class"),
        ("colour", pa.int16(), "the fork's colour: 1… over the registers that may be given out, else 0"),
        (
            "classes",
            pa.list_(pa.struct([("class_id", pa.int16()), ("name", STRING), ("order", pa.int16())])),
            "allocatable classes that hold it, with its place in the class's allocation order",
        ),
        (
            "subregs",
            pa.list_(pa.struct([("index", pa.int16()), ("name", STRING), ("reg_id", pa.int16())])),
            "its sub-registers, by LLVM's index",
        ),
        ("cost", pa.int16(), "cost per use that allocators count, such as that of a longer encoding"),
    )
)
"""One row = one register of the target. `registers.parquet`."""


REGISTER_CLASSES: Final = schema_of(
    (
        ("target", STRING, _TARGETS),
        ("class_id", pa.int16(), "LLVM's register class number in this release"),
        ("name", STRING, "LLVM's name"),
        ("order", SHORTS, "reg_ids of its registers in allocation order"),
        ("spill_size", pa.int32(), "bytes of a spill slot"),
        ("spill_align", pa.int32(), "alignment of a spill slot in bytes"),
        ("copy_cost", pa.int16(), "LLVM's cost of a copy within the class; -1 for one that is hard or impossible"),
        ("priority", pa.int16(), "AllocationPriority: greedy allocates live ranges of higher ones first"),
    )
)
"""One row = one allocatable register class. `register_classes.parquet`."""

REGISTER_MASKS: Final = schema_of(
    (
        ("target", STRING, _TARGETS),
        (
            "mask_id",
            pa.int16(),
            "what `mask_id` of an episode refers to: LLVM's number in this release",
        ),
        ("name", STRING, "LLVM's name, such as csr_64"),
        ("preserved", SHORTS, "reg_ids that survive a call with this mask, ascending"),
    )
)
"""One row = one call-preserved mask of the target. `register_masks.parquet`."""


def instructions_schema(dimension: int) -> pa.Schema:
    """`instructions.parquet`: one row = one distinct instruction shape; `dimension` is that of the vectors."""
    return schema_of(
        (
            ("inst_id", pa.int32(), "what `inst` of an episode refers to: the row number"),
            ("opcode", STRING, "LLVM's name of the opcode, such as ADD32rr; null where only the vector is known"),
            (
                "operands",
                pa.list_(STRING),
                "MIR2Vec entity of each operand, empty for no register, and for one without a class; null with opcode",
            ),
            (
                "embedding",
                pa.list_(pa.float32(), dimension),
                "MIR2Vec vector; null until vectors are computed; that of the source where there is no opcode",
            ),
        )
    )


def descriptions(schema: pa.Schema) -> Mapping[str, str]:
    """Column name -> description."""
    return {field.name: field.metadata[b"description"].decode() for field in schema}
