"""The validation of a trace dataset.

Files, books, and what holds of every trajectory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.open_folder import OpenFolder
from rl4real_data.episodes.comparison import differences
from rl4real_data.episodes.file_names import INDEX_NAME, MODULES_NAME, SHARD_NAME
from rl4real_data.episodes.footer import with_words
from rl4real_data.episodes.shards import MALFORMED, arrow_file, reason_of
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import EVICTION_COLUMNS, Task
from rl4real_data.traces.index import TraceIndex, read_trace_index
from rl4real_data.traces.schema import trajectory_schema
from rl4real_data.traces.trajectory import Trajectory
from rl4real_data.validation.finding import Finding

DEFAULT = "default"


def validate_traces(data_dir: Path) -> tuple[Finding, ...]:
    """All that is wrong with the dataset; empty for a sound one."""
    try:
        index = read_trace_index(data_dir)
    except DatasetError as error:
        return (Finding(INDEX_NAME, None, str(error).removeprefix(f"{data_dir / INDEX_NAME}: ")),)
    findings = [Finding(INDEX_NAME, None, imbalance) for imbalance in index.books.imbalances()]
    findings += [Finding(name, None, what) for name, what in differences(data_dir, index).items()]
    if findings:
        return tuple(findings)  # rows of a damaged file would be findings without end
    for name in sorted(filter(SHARD_NAME.fullmatch, index.files)):
        findings += _check_schema(data_dir, name, index)
    if findings:
        return tuple(findings)
    try:
        return (*_check_rows(data_dir, index), *_check_modules(data_dir, index))
    except DatasetError as error:
        return (Finding(INDEX_NAME, None, str(error)),)


def _check_schema(data_dir: Path, name: str, index: TraceIndex) -> Iterator[Finding]:
    try:
        found = _schema_of(data_dir, name)
    except MALFORMED as error:
        yield Finding(name, None, f"cannot be read ({reason_of(error)})")
        return
    expected = with_words(trajectory_schema(index.task), {"dataset": index.fingerprint})
    if not found.remove_metadata().equals(expected.remove_metadata()):
        yield Finding(name, None, f"its columns are not those of a trace of {index.task}")
    for key, value in expected.metadata.items():
        if (found.metadata or {}).get(key) != value:
            yield Finding(name, None, f"its footer says another {key.decode()} than {INDEX_NAME}")


def _schema_of(data_dir: Path, name: str) -> pa.Schema:
    with OpenFolder(data_dir) as folder, folder.opened(name) as descriptor, arrow_file(descriptor) as stream:
        return pq.ParquetFile(stream).schema_arrow


def _check_rows(data_dir: Path, index: TraceIndex) -> Iterator[Finding]:
    dataset = TraceDataset(data_dir, verify=False)
    if len(dataset) != index.books.episodes:
        yield Finding(INDEX_NAME, None, f"{len(dataset):,} trajectories, the books say {index.books.episodes:,}")
    told = dataset.table("steps", "reward").to_pydict()
    for row, trajectory in enumerate(dataset):
        interruption.check()
        for what in _violations(index, trajectory, told["steps"][row], told["reward"][row]):
            yield Finding("data", row, f"{trajectory.context}: {what}")


def _violations(index: TraceIndex, trajectory: Trajectory, steps: int, reward: float) -> Iterator[str]:
    lengths = {name: len(values) for name, values in trajectory.features.items()}
    lengths |= {"decision": trajectory.steps, "default_decision": len(trajectory.default_decision)}
    if not steps:
        yield "it has no step"
    for name, length in lengths.items():
        if length != steps:
            yield f"{name} has {length:,} steps, not {steps:,}"
            return
    if reward != trajectory.reward:
        yield f"its reward is {reward}, not {trajectory.reward}"
    if index.policy == DEFAULT:
        if not np.array_equal(trajectory.decision, trajectory.default_decision):
            yield "LLVM decided otherwise than LLVM"
        if trajectory.score != trajectory.baseline:
            yield "its score is not the baseline, though LLVM decided"
    if index.task is Task.EVICTION:
        yield from _illegal(trajectory)


def _illegal(trajectory: Trajectory) -> Iterator[str]:
    for name in ("decision", "default_decision"):
        columns = getattr(trajectory, name)
        if ((columns < 0) | (columns >= EVICTION_COLUMNS)).any():
            yield f"{name} names no column"
        elif (trajectory.features["mask"][np.arange(len(columns)), columns] != 1).any():
            yield f"{name} names a column that is masked"


def _check_modules(data_dir: Path, index: TraceIndex) -> Iterator[Finding]:
    """The table of modules against the books, and against the rows."""
    with OpenFolder(data_dir) as folder, folder.opened(MODULES_NAME) as descriptor, arrow_file(descriptor) as stream:
        rows = pq.ParquetFile(stream).read(["corpus", "module", "status", "functions", "episodes"]).to_pylist()
    books = index.books
    status = Counter(row["status"] for row in rows)
    sums = {
        "modules": (len(rows), books.modules),
        "modules that are done": (status["done"], books.modules_done),
        "modules that failed": (status["failed"], books.modules_failed),
        "functions": (sum(row["functions"] for row in rows), books.functions),
        "trajectories": (sum(row["episodes"] for row in rows), books.episodes),
    }
    for what, (found, expected) in sums.items():
        if found != expected:
            yield Finding(MODULES_NAME, None, f"{found:,} {what}, the books say {expected:,}")
    table = TraceDataset(data_dir, verify=False).table("corpus", "module")
    there = Counter(zip(table["corpus"].to_pylist(), table["module"].to_pylist(), strict=True))
    for row in rows:
        if there[row["corpus"], row["module"]] != row["episodes"]:
            yield Finding(MODULES_NAME, None, f"{row['module']}: not as many trajectories as it says")
