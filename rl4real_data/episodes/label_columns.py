"""The columns of labels and of the candidates tried for them."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from rl4real_data.episodes.column_kinds import STRING, Column, schema_of
from rl4real_data.episodes.label_values import Effect, LabelSource, LabelStatus, Objective

_COUNT: Final = pa.int32()
_COST: Final = pa.float64()
_KINDS: Final = ("spills", "reloads", "folded_spills", "folded_reloads", "copies", "cheap_remats", "dear_remats")

COSTS: Final = pa.struct(
    [
        *(field for kind in _KINDS for field in ((kind, _COUNT), (f"{kind}_cost", _COST))),
        *(("spill_cost", _COST), ("callee_saved", _COUNT), ("callee_saved_cost", _COST)),
    ]
)
"""Numbers of instructions and their expected executions, named as the columns of an episode."""

CODE: Final = pa.struct(
    [("size", _COUNT), *((name, _COST) for name in ("instructions", "loads", "stores", "moved"))],
)
LABEL_PARTS: Final = pa.list_(
    pa.struct([(name, pa.int32()) for name in ("node", "first", "last", "place")]),
)

_COSTS_TEXT: Final = (
    "costs by kind, as the columns of an episode of the same names have them; `callee_saved` counts registers"
)
_CODE_TEXT: Final = (
    "the code that would be printed: `size` in instructions, expected executions of `instructions`, `loads` and "
    "`stores` by the block frequencies before allocation, and `moved`, by how much LLVM's frequencies of the final "
    "code differ from these, relative to `instructions`; null where only the allocation was tried"
)
_DECISIONS_TEXT: Final = 'a list of decisions in JSON, as a decisions file has it: `[["spill", 7]]`'

LABELS: Final = schema_of(
    (
        ("episode_id", STRING, "the episode"),
        ("source", STRING, f"who found it: {', '.join(LabelSource)}"),
        ("objective", STRING, f"what is minimised: {' or '.join(Objective)} (of the solver's model)"),
        (
            "status",
            STRING,
            f"of a search {LabelStatus.BETTER} or {LabelStatus.EQUAL}, of a solver {LabelStatus.OPTIMAL} or "
            f"{LabelStatus.FEASIBLE}, of both {LabelStatus.NONE} or {LabelStatus.FAILED}: without an answer",
        ),
        ("reason", STRING, "why there is no answer; null where there is one"),
        ("decisions", STRING, f"{_DECISIONS_TEXT}; null where the answer is none"),
        (
            "parts",
            LABEL_PARTS,
            "a solver's answer: where each node lies, `first`, `last` and `place` as `part_first`, `part_last` and "
            "`part_place` of an episode have them, for all nodes, ascending; null for a search",
        ),
        ("value", _COST, "the objective of the answer"),
        ("greedy_value", _COST, "that of greedy's in the same measure; null where the model cannot say it"),
        ("bound", _COST, "what no answer of the model goes below, as far as the solver has proven; null for a search"),
        ("score", _COST, "LLVM's RegAllocScore of the answer, carried out in the compiler"),
        ("greedy_score", _COST, "that of greedy's"),
        ("costs", COSTS, f"of the answer, carried out in the compiler: {_COSTS_TEXT}"),
        ("greedy_costs", COSTS, "of greedy's, likewise"),
        ("final", CODE, f"of the answer, {_CODE_TEXT}"),
        ("greedy_final", CODE, "of greedy's, likewise"),
        ("candidates", _COUNT, "candidates that were tried; null for a solver"),
        ("failed_candidates", _COUNT, "of these, how many gave no code"),
        ("seed", pa.int64(), "of the search or the solver; null where there is no chance in it"),
        ("solver", STRING, "name of the solver; null for a search"),
        ("solver_version", STRING, "its release"),
    )
)
"""One row = one episode, source and objective. `labels.parquet`."""

_TRIALS: Final[tuple[Column, ...]] = (
    ("episode_id", STRING, "the episode"),
    ("objective", STRING, f"of the search that tried it: {Objective.FINAL} or {Objective.SCORE}"),
    ("number", _COUNT, "which of the candidates of the episode it was, from 0"),
    ("decisions", STRING, _DECISIONS_TEXT),
    ("effect", STRING, f"beside greedy, by the objective: {', '.join(Effect)}"),
    ("value", _COST, "its objective; null, as the next ones, for one that failed"),
    ("score", _COST, "LLVM's RegAllocScore"),
    ("costs", COSTS, _COSTS_TEXT),
    ("final", CODE, _CODE_TEXT),
    ("reason", STRING, f"why there is no code; null unless the effect is {Effect.FAILED}"),
)
TRIALS: Final = schema_of(_TRIALS)
"""One row = one candidate that a search tried. `trials.parquet`."""
