"""The Arrow schema of trajectories.

One row is one trajectory. A feature is a list with a value a step; of eviction's 33 columns the live ones alone are
kept, one step behind the other: `live_count` says how many a step has, `live_column` which. What is not live is zero in
every feature.
"""

from __future__ import annotations

__all__ = ["LIVE_COLUMN", "LIVE_COUNT", "advice_type", "trajectory_schema"]

import json
from typing import Final

import pyarrow as pa

from rl4real_data.episodes.column_kinds import STRING, Column, schema_of
from rl4real_data.traces.features import ADVICE, EVICTION_COLUMNS, FEATURES, FeatureSpec, Task

SPECIFICATION_KEY: Final = b"rl4real_data.features"
LIVE_COUNT: Final = "live_count"
LIVE_COLUMN: Final = "live_column"

_IDENTITY: Final[tuple[Column, ...]] = (
    ("context", STRING, "whose decisions these are: the function's symbol; for inlining the module's path"),
    ("module", STRING, "path of the source, relative to its corpus"),
    ("corpus", STRING, "name of the corpus"),
    ("license", STRING, "SPDX expression"),
    ("redistributable", pa.bool_(), "false for a source that must not be passed on"),
    ("target", STRING, "x86 or aarch64"),
    ("cpu", STRING, "processor, as clang calls it"),
    ("opt_level", STRING, "optimisation level, such as O3"),
    ("llvm_version", STRING, "release of the compiler"),
    ("policy", STRING, "who decided: default is LLVM itself"),
    ("steps", pa.int32(), "decisions, in the order in which they were made"),
)
_LIVE: Final[tuple[Column, ...]] = (
    (LIVE_COUNT, pa.list_(pa.uint8()), "how many of the 33 columns are live, a step"),
    (LIVE_COLUMN, pa.list_(pa.uint8()), "which columns these are, one step behind the other"),
)
_OUTCOME: Final[tuple[Column, ...]] = (
    (
        "score",
        pa.float64(),
        "what came out: LLVM's score of the allocation, or bytes of text and constants; less is better",
    ),
    ("baseline", pa.float64(), "the same of LLVM's own decisions"),
    ("reward", pa.float64(), "MLGO's, of every step: 1 - (score + 0.01) / (baseline + 0.01)"),
)


def advice_type(task: Task) -> pa.DataType:
    """Of a decision as it is stored: a priority is kept in all of its 32 bits, which a float does not hold."""
    return pa.uint32() if task is Task.PRIORITY else pa.from_numpy_dtype(ADVICE[task].numpy_type)


def trajectory_schema(task: Task) -> pa.Schema:
    """Its metadata holds the features' specification as JSON, as LLVM's header names them."""
    advice = advice_type(task)
    columns = (
        *_IDENTITY,
        *(_LIVE if task is Task.EVICTION else ()),
        *((spec.name, pa.list_(pa.from_numpy_dtype(spec.numpy_type)), _description(spec)) for spec in FEATURES[task]),
        ("decision", pa.list_(advice), f"what was decided, a step: {_decided(task)}"),
        ("default_decision", pa.list_(advice), "what LLVM's own heuristic would have decided there"),
        *_OUTCOME,
    )
    schema = schema_of(columns)
    return schema.with_metadata({**schema.metadata, SPECIFICATION_KEY: specification(task).encode()})


def specification(task: Task) -> str:
    """Features and advice of the task, in LLVM's words."""
    features = [_in_llvm(spec) for spec in FEATURES[task]]
    return json.dumps({"task": task.value, "features": features, "advice": _in_llvm(ADVICE[task])})


def _in_llvm(spec: FeatureSpec) -> dict[str, object]:
    return {"name": spec.name, "type": spec.llvm_type, "port": 0, "shape": list(spec.llvm_shape)}


def _description(spec: FeatureSpec) -> str:
    of = "a live column" if spec.shape == (EVICTION_COLUMNS,) else "a step"
    return f"LLVM's feature of this name, {of}"


def _decided(task: Task) -> str:
    return {
        Task.INLINING: "1 to inline the call",
        Task.EVICTION: "the column to evict; 32 evicts nothing",
        Task.PRIORITY: "the priority in greedy's queue, the largest first",
    }[task]
