"""The frozen Arrow schemas of dataset format v0.

What each file of a DATA_DIR holds, column by column.

Every field carries a description in its metadata, and every Parquet footer names `SCHEMA_VERSION`. A change of a
column is a new version, which older readers refuse; one that is null where it is absent may be added (see
`later_columns`). Null means "the source does not tell" (the fork's DOT files have
no instructions, for one), never zero and never empty.
"""

from __future__ import annotations

__all__ = ["EPISODES", "MODULES", "REGISTERS", "SCHEMA_VERSION", "Outcome", "descriptions", "instructions_schema"]

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final

import pyarrow as pa

from rl4real_data.core.allocators import ALLOCATORS
from rl4real_data.core.failure import FailureKind
from rl4real_data.core.targets import TARGETS
from rl4real_data.episodes.schema_version import SCHEMA_VERSION

_TARGETS: Final = " or ".join(TARGETS)
_CPU_FLAGS: Final = " or ".join(f"{row.cpu_flag.rstrip('=')} ({row.name})" for row in TARGETS.values())
VERSION_KEY: Final = b"rl4real_data.schema_version"


class Outcome(IntEnum):
    """What LLVM's allocator did with a virtual register; the values of `node_outcome`."""

    ASSIGNED = 0
    SPLIT = 1
    SPILLED = 2
    REMATERIALIZED = 3
    ELIMINATED = 4


def _ints(bits: int = 32) -> pa.DataType:
    return pa.list_({16: pa.int16(), 32: pa.int32()}[bits])


def _schema(columns: Iterable[tuple[str, pa.DataType, str]]) -> pa.Schema:
    fields = [pa.field(name, kind, metadata={"description": text}) for name, kind, text in columns]
    return pa.schema(fields, metadata={VERSION_KEY: str(SCHEMA_VERSION).encode()})


_STRING: Final = pa.string()
_WEIGHTS: Final = pa.list_(pa.float32())

_IDENTITY: Final = (
    (
        "episode_id",
        _STRING,
        "128-bit hash of everything that makes the episode: content, function, module, compiler",
    ),
    (
        "pair_id",
        _STRING,
        "128-bit hash of corpus, module and function: joins the episodes of one function for several targets",
    ),
    ("function", _STRING, 'symbol name; one that is no UTF-8 as LLVM prints it in quotes ("caf\\E9")'),
    (
        "function_id",
        pa.int32(),
        "index among the module's functions that reach the allocator, from 1, as in the fork",
    ),
    ("module", _STRING, "path of the source, relative to its corpus"),
    ("corpus", _STRING, "name of the corpus"),
    ("license", _STRING, "SPDX expression"),
    ("redistributable", pa.bool_(), "false for episodes of sources that must not be passed on"),
    ("target", _STRING, _TARGETS),
    (
        "cpu",
        _STRING,
        f"value of {_CPU_FLAGS}; a function of an IR module that names a processor keeps its own",
    ),
    ("opt_level", _STRING, "optimisation level, such as O3"),
    ("allocator", _STRING, f"the expert: {' or '.join(row.llvm_name for row in ALLOCATORS.values())}"),
    ("llvm_version", _STRING, "release of the compiler"),
    (
        "content_hash",
        _STRING,
        "128-bit hash of the allocation problem without symbol names; equal for duplicates",
    ),
    (
        "near_hash",
        _STRING,
        "128-bit hash of opcodes, blocks and edges alone; equal for functions that differ in constants and names",
    ),
)

_MACHINE_IR: Final = (
    ("mir", _STRING, "MIR text that stands alone: `llc -start-before=greedy` accepts it"),
    ("inst", _ints(), "inst_id of each instruction, in layout order, debug instructions left out"),
    ("block_start", _ints(), "index of each block's first instruction, blocks in layout order"),
    ("block_freq", _WEIGHTS, "expected executions of each block relative to the entry block"),
    ("block_loop_depth", _ints(16), "number of loops around each block"),
    ("block_succ", pa.list_(_ints()), "indices of each block's successors, ascending"),
)

_NODES: Final = (
    (
        "node_vreg",
        _ints(),
        "number of each virtual register, ascending; node i is entry i of every node_ column",
    ),
    ("node_class", _ints(16), "class_id of each node's register class (registers.parquet)"),
    ("node_spill_weight", _WEIGHTS, "LLVM's spill weight; +inf for a register that cannot be spilled"),
    ("node_size", _ints(), "LiveInterval::getSize(): length of the live interval, 16 an instruction slot"),
    (
        "node_live",
        pa.list_(_ints()),
        "live ranges of each node: first, last, first, last, …; instruction i is in [first, last) if the node holds a "
        "value right behind i, or i writes it in vain; empty for a node that is only read, as undef",
    ),
    (
        "node_inst",
        pa.list_(_ints()),
        "inst_id of each instruction in the live ranges of each node, one range behind the other, where the source "
        "tells them a node and not a function (the fork's graphs); else null: `inst` and `node_live` say it",
    ),
    (
        "node_hint",
        pa.list_(_ints()),
        "hints of each node, the preferred first: a register's reg_id, or -1 - i for node i",
    ),
    (
        "node_forbidden",
        pa.list_(_ints(16)),
        "reg_ids of each node's class that fixed live ranges or call clobbers take away, in class order",
    ),
    (
        "reserved",
        _ints(16),
        "reg_ids of allocatable classes that nobody may have in this function, ascending",
    ),
)

_USES: Final = (
    ("use_inst", pa.list_(_ints()), "instruction index of each use point of each node, ascending"),
    (
        "use_distance",
        pa.list_(_ints()),
        "distance of each use point from the node's first one, in the fork's unit (4 a slot index step)",
    ),
    (
        "use_spill_weight",
        pa.list_(_WEIGHTS),
        "expected spill weight of the part that ends at each use point; +inf if it cannot be spilled",
    ),
    (
        "split_points",
        pa.list_(_ints()),
        "indices into the node's use points at which the fork's rules allow a split",
    ),
)

_EDGES: Final = (
    ("edge_u", _ints(), "first node of each interference, sorted by (u, v)"),
    ("edge_v", _ints(), "second node of each interference, u < v: both are live at once somewhere"),
)

_EXPERT: Final = (
    (
        "node_outcome",
        _ints(16),
        "0 assigned, 1 split, 2 spilled, 3 rematerialized, 4 eliminated (found dead)",
    ),
    ("node_assigned", _ints(16), "reg_id that an assigned node got, else 0"),
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

EPISODES: Final = _schema((*_IDENTITY, *_MACHINE_IR, *_NODES, *_USES, *_EDGES, *_EXPERT))
"""One row = one episode = one function. Shards `data/train-*.parquet` and `data/test-*.parquet`."""

REQUIRED: Final = ("episode_id", "module", "corpus", "target", "node_vreg", "edge_u", "edge_v")
"""What every source tells, the fork's DOT files too: never null."""

MODULES: Final = _schema(
    (
        ("split", _STRING, "train or test"),
        ("corpus", _STRING, "name of the corpus"),
        ("module", _STRING, "path of the source, relative to its corpus"),
        ("language", _STRING, "as clang's -x calls it: c, c++ or ir; another one is filtered"),
        ("license", _STRING, "SPDX expression"),
        ("redistributable", pa.bool_(), "false for a source that must not be passed on"),
        (
            "sha256",
            _STRING,
            "of the source file; where that names folders of the corpus, with the corpus's names for them",
        ),
        ("status", _STRING, "done, failed or filtered"),
        ("kind", _STRING, f"for a failed module, what happened: {', '.join(FailureKind)}"),
        ("reason", _STRING, "for a failed or filtered module: one line for a person"),
        ("stderr", _STRING, "for a failed module: end of what the compiler said"),
        (
            "command",
            _STRING,
            "what compiled it; paste it into a shell (in the corpus's folder if it goes to none) to see the same; null "
            "for an input that is no module",
        ),
        (
            "flags_left_out",
            pa.list_(_STRING),
            "flags that came with it and that the compiler was not given: it does not take them, they load code or "
            "decide no code",
        ),
        ("functions", pa.int32(), "functions that reached the allocator"),
        ("episodes", pa.int32(), "of these, how many are in the split"),
    )
)
"""One row = one module that a run was asked for. `modules.parquet`."""

REGISTERS: Final = _schema(
    (
        ("target", _STRING, _TARGETS),
        ("reg_id", pa.int16(), "LLVM's register number in this release"),
        ("name", _STRING, "LLVM's name"),
        ("units", _ints(16), "register units; two registers alias if they share one"),
        ("aliases", _ints(16), "reg_ids of all registers that share a unit, this one left out"),
        ("reserved", pa.bool_(), "reserved in a plain function, if it belongs to an allocatable class"),
        ("colour", pa.int16(), "the fork's colour: 1… over the registers that may be given out, else 0"),
        (
            "classes",
            pa.list_(pa.struct([("class_id", pa.int16()), ("name", _STRING), ("order", pa.int16())])),
            "allocatable classes that hold it, with its place in the class's allocation order",
        ),
    )
)
"""One row = one register of the target. `registers.parquet`."""


def instructions_schema(dimension: int) -> pa.Schema:
    """`instructions.parquet`: one row = one distinct instruction shape; `dimension` is that of the vectors."""
    return _schema(
        (
            ("inst_id", pa.int32(), "what `inst` of an episode refers to: the row number"),
            ("opcode", _STRING, "LLVM's name of the opcode, such as ADD32rr; null where only the vector is known"),
            (
                "operands",
                pa.list_(_STRING),
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
