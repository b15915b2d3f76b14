"""The figures of a trace dataset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow.compute as pc

from rl4real_data.core.counted import counted
from rl4real_data.core.shown_text import shown
from rl4real_data.episodes.index import SplitBooks
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import EVICTION_COLUMNS, Task
from rl4real_data.traces.schema import LIVE_COLUMN


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStats:
    """`as_default`: steps at which LLVM would have decided the same. `declined`: evictions that evict nothing.

    `live_columns`: of all steps of eviction, one after the other. Scores are sums over all trajectories.
    """

    task: str
    target: str
    policy: str
    books: SplitBooks
    size_bytes: int
    trajectories: int
    steps: int
    longest: int
    as_default: int
    declined: int | None
    live_columns: int | None
    score: float
    baseline: float
    mean_reward: float | None

    def to_json(self) -> str:
        """For machines."""
        return json.dumps(asdict(self), indent=2, sort_keys=True)


def collect_trace_stats(data_dir: Path) -> TraceStats:
    """DatasetError for what is no trace dataset, or a damaged one."""
    dataset = TraceDataset(data_dir)
    table = dataset.table("steps", "decision", "default_decision", "score", "baseline", "reward")
    decided, default = (table[name].combine_chunks().flatten() for name in ("decision", "default_decision"))
    is_eviction = dataset.task is Task.EVICTION
    index = dataset.index
    return TraceStats(
        task=index.task.value,
        target=index.target,
        policy=index.policy,
        books=index.books,
        size_bytes=sum(entry.size for entry in index.files.values()),
        trajectories=len(dataset),
        steps=pc.sum(table["steps"]).as_py() or 0,
        longest=pc.max(table["steps"]).as_py() or 0,
        as_default=pc.sum(pc.equal(decided, default)).as_py() or 0,
        declined=(pc.sum(pc.equal(decided, EVICTION_COLUMNS - 1)).as_py() or 0) if is_eviction else None,
        live_columns=len(dataset.table(LIVE_COLUMN)[LIVE_COLUMN].combine_chunks().flatten()) if is_eviction else None,
        score=pc.sum(table["score"]).as_py() or 0.0,
        baseline=pc.sum(table["baseline"]).as_py() or 0.0,
        mean_reward=pc.mean(table["reward"]).as_py(),
    )


def trace_text(found: TraceStats) -> str:
    """For a person."""
    books = found.books
    lines = [
        f"traces of {found.task} for {found.target}, by {shown(found.policy)} ({found.size_bytes / 1e6:.1f} MB)",
        f"  modules       {books.modules:,}: {books.modules_done:,} done, {books.modules_failed:,} failed"
        + _counts(books.modules_filtered),
        *(f"                {count:,} failed: {kind}" for kind, count in books.failures.items()),
        f"  functions     {books.functions:,}: {counted(books.episodes, 'trajectory', 'trajectories')}"
        + _counts(books.filtered),
        f"  steps         {found.steps:,}, at most {found.longest:,} a trajectory",
    ]
    if found.steps:
        lines.append(f"  as LLVM       {found.as_default / found.steps:.1%} of the steps")
    if found.steps and found.declined is not None and found.live_columns is not None:
        lines.append(f"  evict nothing {found.declined / found.steps:.1%} of the steps")
        lines.append(f"  live columns  {found.live_columns / found.steps:.1f} a step, of {EVICTION_COLUMNS}")
    if found.mean_reward is not None:
        lines.append(
            f"  score         {found.score:,.1f}, LLVM's own decisions {found.baseline:,.1f}; "
            f"mean reward {found.mean_reward:+.4f}"
        )
    return "\n".join(lines)


def _counts(reasons: Mapping[str, int]) -> str:
    return "".join(f", {count:,} {shown(reason)}" for reason, count in reasons.items())
