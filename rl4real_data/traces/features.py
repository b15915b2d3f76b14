"""The features of MLGO's three tasks.

Names, types and order are those that LLVM's interactive channel sends in its header, on LLVM 19 and 22 alike.
"""

from __future__ import annotations

__all__ = ["ADVICE", "EVICTION", "EVICTION_COLUMNS", "FEATURES", "INLINING", "PRIORITY", "FeatureSpec", "Task"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from rl4real_data.traces.task_name import Task

EVICTION_COLUMNS: Final = 33  # 32 of the allocation order, and the register that seeks a place
INT64: Final = "int64"
FLOAT: Final = "float32"
LLVM_TYPES: Final = MappingProxyType({INT64: "int64_t", FLOAT: "float"})


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """A feature, or an advice: numpy's name of its type, and the shape that it has at one step."""

    name: str
    dtype: str
    shape: tuple[int, ...] = ()

    @property
    def numpy_type(self) -> np.dtype[np.generic]:
        """The type of its values."""
        return np.dtype(self.dtype)

    @property
    def llvm_type(self) -> str:
        """What LLVM's logs and channel call its type."""
        return LLVM_TYPES[self.dtype]

    @property
    def llvm_shape(self) -> tuple[int, ...]:
        """The shape that LLVM gives it: a 1 more, except for a single number, which is [1]."""
        return (1, *self.shape)


def _named(words: str, dtype: str, shape: tuple[int, ...] = ()) -> tuple[FeatureSpec, ...]:
    return tuple(FeatureSpec(name, dtype, shape) for name in words.split())


INLINING: Final = _named(
    "sroa_savings sroa_losses load_elimination call_penalty call_argument_setup load_relative_intrinsic"
    " lowered_call_arg_setup indirect_call_penalty jump_table_penalty case_cluster_penalty switch_default_dest_penalty"
    " switch_penalty unsimplified_common_instructions num_loops dead_blocks simplified_instructions constant_args"
    " constant_offset_ptr_args callsite_cost cold_cc_penalty last_call_to_static_bonus is_multiple_blocks"
    " nested_inlines nested_inline_cost_estimate threshold callee_basic_block_count callsite_height node_count"
    " nr_ctant_params cost_estimate edge_count caller_users caller_conditionally_executed_blocks"
    " caller_basic_block_count callee_conditionally_executed_blocks callee_users is_callee_avail_external"
    " is_caller_avail_external",
    INT64,
)

_COLUMNS: Final = (EVICTION_COLUMNS,)
EVICTION: Final = (
    *_named("mask is_free", INT64, _COLUMNS),
    *_named("nr_urgent nr_broken_hints", FLOAT, _COLUMNS),
    *_named("is_hint is_local", INT64, _COLUMNS),
    *_named(
        "nr_rematerializable nr_defs_and_uses weighed_reads_by_max weighed_writes_by_max weighed_read_writes_by_max"
        " weighed_indvars_by_max hint_weights_by_max start_bb_freq_by_max end_bb_freq_by_max hottest_bb_freq_by_max"
        " liverange_size use_def_density",
        FLOAT,
        _COLUMNS,
    ),
    *_named("max_stage min_stage", INT64, _COLUMNS),
    *_named("progress", FLOAT),
)

PRIORITY: Final = (*_named("li_size stage", INT64), *_named("weight", FLOAT))

FEATURES: Final[Mapping[Task, Sequence[FeatureSpec]]] = MappingProxyType(
    {Task.INLINING: INLINING, Task.EVICTION: EVICTION, Task.PRIORITY: PRIORITY}
)
ADVICE: Final[Mapping[Task, FeatureSpec]] = MappingProxyType(
    {
        Task.INLINING: FeatureSpec("inlining_decision", INT64),
        Task.EVICTION: FeatureSpec("index_to_evict", INT64),
        Task.PRIORITY: FeatureSpec("priority", FLOAT),
    }
)
