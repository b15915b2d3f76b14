"""Transitions for RLlib's offline algorithms.

The expert's decisions replayed, one table a policy of RL4ReAl.

RLlib reads no multi-agent offline data, so each policy becomes a single-agent problem of its own:

    OUT/select_node/transitions.parquet     one row = one node selected
    OUT/select_task/transitions.parquet     one row = colour it, or split it
    OUT/colour/transitions.parquet          one row = a register, or spilled
    OUT/split/transitions.parquet           one row = the use point to cut at
    OUT/views.json                          sizes, names of the features, books; written last
"""

from __future__ import annotations

__all__ = ["Policy", "RllibRequest", "RllibSummary", "export_rllib"]

import contextlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.allocation import Allocation
from rl4real_data.allocation.cuts import CUT_COLUMNS, split_cuts
from rl4real_data.allocation.expert import Task, expert_decisions
from rl4real_data.allocation.problem import COLUMNS, problem_of
from rl4real_data.allocation.register_file import RegisterFile, register_file_of
from rl4real_data.core import interruption
from rl4real_data.core.atomic_files import publish_folder
from rl4real_data.core.errors import DatasetError
from rl4real_data.export.policy_views import (
    COLOUR_TASK,
    SPLIT_TASK,
    Policy,
    PolicyViews,
    ViewShape,
    view_shapes,
)
from rl4real_data.export.transition_tables import TransitionTable
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.reading.episode import Episode

VIEWS_NAME: Final = "views.json"
TABLE_NAME: Final = "transitions.parquet"
VERSION: Final = 0
Progress = Callable[[int, int], object]
"""Called with (functions done, functions in total)."""

TOO_LARGE: Final = "functions with more nodes than --max-nodes"
NO_NODE: Final = "functions without a node"
NO_OUTCOME: Final = "functions without an expert's outcome"
NO_POINT: Final = "nodes split where RL4ReAl's rules know no split point"
NO_CUT: Final = "nodes split nowhere that RL4ReAl's rules allow"
RECORDED: Final = "recorded"
INFERRED: Final = "inferred"
_NO_CUTS: Final = np.zeros(0, np.int64)
_ORIGINS: Final = {
    RECORDED: "the first use point behind which the expert cut, of those that the rules allow",
    INFERRED: "the allowed point with the longest way to the next use; the dataset does not tell where it was cut",
}

_USE_COLUMNS: Final = ("use_spill_weight", "use_distance", "split_points")
_ALL_COLUMNS: Final = tuple(dict.fromkeys((*COLUMNS, *_USE_COLUMNS, *CUT_COLUMNS)))
_VECTOR_COLUMNS: Final = ("inst",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RllibRequest:
    """What to export. `max_nodes` and `max_uses` are the room of an observation, `vectors` adds the node's vector."""

    data_dir: str | os.PathLike[str]
    output: Path
    split: str = "train"
    max_nodes: int = 128
    max_uses: int = 200
    vectors: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RllibSummary:
    """What was written: `rows` a policy, `functions`, and what was `left_out`, by reason.

    `split_actions`: how many rows of the split table are `recorded`, and how many `inferred`, since datasets of version
    0 do not tell where the expert cut.
    """

    functions: int
    rows: Mapping[Policy, int]
    left_out: Mapping[str, int]
    split_actions: Mapping[str, int]


def export_rllib(request: RllibRequest, *, progress: Progress = lambda _done, _total: None) -> RllibSummary:
    """Write the four views of a split; the folder appears whole or not at all, and the same input gives the same bytes.

    DatasetError if the output is there already, for a dataset without machine IR, and, with `vectors`, without these.
    """
    output = request.output.absolute()
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise DatasetError(f"{output}: is there already", hint="name a new folder")
    dataset = EpisodeDataset(request.data_dir, request.split)
    registers = register_file_of(dataset.registers)
    dimension = dataset.instruction_table.require_vectors().shape[1] if request.vectors else 0
    shapes = view_shapes(
        max_nodes=request.max_nodes, max_uses=request.max_uses, registers=registers.size, dimension=dimension
    )
    columns = (*_ALL_COLUMNS, *(_VECTOR_COLUMNS if request.vectors else ()))
    draft = output.with_name(f".{output.name}.{uuid4().hex}")
    try:
        summary = _write_tables(draft, dataset.select(columns), registers, shapes, request, progress)
        description = _description(dataset, registers, shapes, summary)
        (draft / VIEWS_NAME).write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
        publish_folder(draft, output)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return summary


def _write_tables(
    folder: Path,
    dataset: EpisodeDataset,
    registers: RegisterFile,
    shapes: Mapping[Policy, ViewShape],
    request: RllibRequest,
    progress: Progress,
) -> RllibSummary:
    left_out: Counter[str] = Counter()
    split_actions: Counter[str] = Counter({RECORDED: 0, INFERRED: 0})
    functions = 0
    with contextlib.ExitStack() as stack:
        tables = {
            policy: stack.enter_context(
                TransitionTable(
                    folder / policy.value / TABLE_NAME,
                    shape.observation_size,
                    {"rl4real_data.view": policy.value, "rl4real_data.actions": str(shape.actions)},
                )
            )
            for policy, shape in shapes.items()
        }
        total = len(dataset)
        for done, episode in enumerate(dataset):
            interruption.check()
            progress(done, total)
            reason = _reason_to_leave_out(episode, request.max_nodes)
            if reason is not None:
                left_out[reason] += 1
                continue
            replayed = _replay(episode, registers, shapes, tables, with_vectors=request.vectors)
            left_out.update(replayed.untold)
            split_actions.update(replayed.split_actions)
            functions += 1
        progress(total, total)
    rows = {policy: table.rows for policy, table in tables.items()}
    left = {reason: count for reason, count in sorted(left_out.items()) if count}
    return RllibSummary(functions=functions, rows=rows, left_out=left, split_actions=dict(split_actions))


def _reason_to_leave_out(episode: Episode, max_nodes: int) -> str | None:
    if episode.node_outcome is None:
        return NO_OUTCOME
    if not episode.n_nodes:
        return NO_NODE
    return TOO_LARGE if episode.n_nodes > max_nodes else None


@dataclass(frozen=True, slots=True)
class _Replayed:
    """Of one function: nodes that no view can tell, by reason; split actions by where they come from."""

    untold: Counter[str]
    split_actions: Counter[str]


def _replay(
    episode: Episode,
    registers: RegisterFile,
    shapes: Mapping[Policy, ViewShape],
    tables: Mapping[Policy, TransitionTable],
    *,
    with_vectors: bool,
) -> _Replayed:
    """Add one function's transitions."""
    problem = problem_of(episode, registers)
    allocation = Allocation(problem)
    vectors = episode.node_vectors() if with_vectors else np.zeros((problem.n_nodes, 0), np.float32)
    views = PolicyViews(episode, allocation, shapes, vectors)
    cuts = split_cuts(episode)
    replayed = _Replayed(Counter(), Counter())
    for decision in expert_decisions(episode, allocation):
        node = decision.node
        is_split = decision.task is Task.SPLIT
        point = _split_point(views, node, cuts, replayed) if is_split else None
        if is_split and point is None:
            allocation.leave(node)
            continue
        # as the fork's local reward: what the last policy earns, the two before it earn too; splits earn nothing
        reward = 0.0 if is_split else allocation.reward(node, decision.choice)
        tables[Policy.SELECT_NODE].add(views.select_node(), node, reward)
        tables[Policy.SELECT_TASK].add(views.select_task(node), SPLIT_TASK if is_split else COLOUR_TASK, reward)
        if point is not None:
            tables[Policy.SPLIT].add(views.split(node), point, reward)
            allocation.leave(node)
        else:
            tables[Policy.COLOUR].add(views.colour(node), decision.choice, reward)
            allocation.decide(node, decision.choice)
    for policy, table in tables.items():
        table.end(episode.episode_id, views.select_node() if policy is Policy.SELECT_NODE else None)
    return replayed


def _split_point(
    views: PolicyViews, node: int, cuts: Mapping[int, npt.NDArray[np.int64]] | None, replayed: _Replayed
) -> int | None:
    """The use point behind which the node is cut, noted in `replayed`; None if the split view has no such action."""
    allowed = views.split_mask(node)
    if not allowed.any():
        replayed.untold[NO_POINT] += 1
        return None
    if cuts is None:
        replayed.split_actions[INFERRED] += 1
        return views.likely_split_point(node)
    recorded = [point for point in cuts.get(node, _NO_CUTS).tolist() if point < len(allowed) and allowed[point]]
    if not recorded:
        replayed.untold[NO_CUT] += 1
        return None
    replayed.split_actions[RECORDED] += 1
    return int(recorded[0])


def _description(
    dataset: EpisodeDataset, registers: RegisterFile, shapes: Mapping[Policy, ViewShape], summary: RllibSummary
) -> dict[str, Any]:
    return {
        "format": "rl4real-data transitions for RLlib",
        "version": VERSION,
        "target": dataset.registers.target,
        "split": dataset.split,
        "functions": summary.functions,
        "left_out": dict(summary.left_out),
        "registers": [dataset.registers.names[reg_id] for reg_id in registers.reg_ids.tolist()],
        "split_points": "; ".join(
            f"{origin}: {_ORIGINS[origin]}" for origin, count in summary.split_actions.items() if count
        ),
        "split_actions": dict(summary.split_actions),
        "views": {
            policy.value: {
                "path": f"{policy.value}/{TABLE_NAME}",
                "rows": summary.rows[policy],
                "actions": shape.actions,
                "observation_size": shape.observation_size,
                "action_mask": [0, shape.actions],
                "features": list(shape.features),
            }
            for policy, shape in shapes.items()
        },
    }
