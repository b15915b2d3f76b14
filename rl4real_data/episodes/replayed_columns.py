"""The columns that a replay of an episode's MIR text must give again, and an episode that did not.

Hints are left out: what they change, the outcome shows. So are hashes, which cover the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from rl4real_data.episodes.answer_columns import OUTCOME
from rl4real_data.episodes.schema import ANSWER, EPISODES, VERSION_1

TOLERANCE: Final = 1e-5
"""Relative: LLVM adds up frequencies and weights in another order after reading MIR."""

EXACT_0: Final = (
    *("block_start", "block_loop_depth", "block_succ"),
    *("node_vreg", "node_class", "node_size", "node_live", "node_forbidden", "reserved"),
    *("use_inst", "use_distance", "split_points", "edge_u", "edge_v"),
    *("node_outcome", "node_assigned", "spills", "reloads", "folded_spills", "folded_reloads", "copies"),
)
CLOSE_0: Final = ("block_freq", "node_spill_weight", "use_spill_weight", "spill_cost", "copy_cost")
"""Of version 0 of the format; besides these `inst`, whose numbers are those of a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedEpisode:
    """An episode that did not come out equal: `columns` that differ, or why llc gave no record (`reason`)."""

    episode_id: str
    module: str
    function: str
    columns: tuple[str, ...] = ()
    reason: str = ""


def _is_float(kind: pa.DataType) -> bool:
    while pa.types.is_list(kind):
        kind = kind.value_type
    return bool(pa.types.is_floating(kind))


_NEW: Final = tuple(name for name, _, _ in VERSION_1)
CLOSE: Final = (*CLOSE_0, *(name for name in _NEW if _is_float(EPISODES.field(name).type)))
EXACT: Final = (*EXACT_0, *(name for name in _NEW if name not in CLOSE))
"""Of version 1, which has all of the problem and of the answer."""
ANSWERED: Final = frozenset(name for name, _, _ in (*OUTCOME, *ANSWER))
"""Of these, the expert's answer: where somebody decided in front of LLVM's allocator, a replay gives LLVM's own."""
