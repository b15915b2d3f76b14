"""The plugin's file on the final code of each function (`-mlra-final`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rl4real_data.live.trial_result import FinalCode

_FIGURES: Final = ("spills_cost", "folded_spills_cost", "reloads_cost", "folded_reloads_cost", "copies_cost")


class FinalFileError(ValueError):
    """The text is not what the plugin writes, or is cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCode:
    """What came of one function. All but `nodes…` and `callee_saved` are expected executions relative to the entry.

    `content_hash`: of its allocation problem. `nodes_split` and `nodes_spilled` of the `nodes` are. `stores` and
    `reloads` are those of spill slots, folded ones too. `hottest_block`: number of the block in which most instructions
    are executed, -1 without any; `hot_cycles`: what llvm-mca says of that block, None where it was not asked.
    """

    function: str
    content_hash: str
    nodes: int
    nodes_split: int
    nodes_spilled: int
    score: float
    stores: float
    reloads: float
    copies: float
    callee_saved: int
    callee_saved_cost: float
    hottest_block: int
    final: FinalCode
    hot_cycles: float | None = None

    @property
    def is_edited(self) -> bool:
        """Whether the allocator split or spilled a register."""
        return self.nodes_split > 0 or self.nodes_spilled > 0


def read_final_file(text: str) -> tuple[FunctionCode, ...]:
    """All functions, in the order in which they were printed. FinalFileError for a file that is none."""
    try:
        rows = [json.loads(line) for line in text.splitlines()]
        if not rows or rows[-1].get("functions") != len(rows) - 1 or "function" in rows[-1]:
            raise FinalFileError("it ends too early")
        return tuple(map(_function, rows[:-1]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise FinalFileError(f"no file of final code: {error}") from error


def _function(row: Mapping[str, Any]) -> FunctionCode:
    costs = row["costs"]
    spills, folded_spills, reloads, folded_reloads, copies = (float(costs[name]) for name in _FIGURES)
    return FunctionCode(
        function=str(row["function"]),
        content_hash=str(row["content_hash"]),
        nodes=int(row["nodes"]),
        nodes_split=int(row["nodes_split"]),
        nodes_spilled=int(row["nodes_spilled"]),
        score=float(row["score"]),
        stores=spills + folded_spills,
        reloads=reloads + folded_reloads,
        copies=copies,
        callee_saved=int(costs["callee_saved"]),
        callee_saved_cost=float(costs["callee_saved_cost"]),
        hottest_block=int(row["hottest_block"]),
        final=FinalCode.of(row["final"]),
    )
