"""Trace datasets as the trace files of MLGO's trainers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.atomic_files import publish
from rl4real_data.core.errors import DatasetError
from rl4real_data.mlgo.sequence_example import sequence_example
from rl4real_data.mlgo.tfrecord import write_record
from rl4real_data.traces.features import Task
from rl4real_data.traces.trajectory import Trajectory

LEAST_STEPS: Final = 3
"""MLGO's reader skips what is shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceExport:
    """What was written: `too_short` are among the `trajectories`, though MLGO's reader skips them."""

    trajectories: int
    steps: int
    too_short: int


def write_trace_file(
    task: Task,
    trajectories: Iterable[Trajectory],
    path: Path,
    *,
    progress: Callable[[int], object] = lambda _done: None,
) -> TraceExport:
    """The new file `path`, one record a trajectory with steps; it appears whole or not at all.

    DatasetError if it is there already, or nothing was decided.
    """
    if path.exists():
        raise DatasetError(f"{path}: is there already", hint="name a new file")
    written = steps = too_short = 0
    with publish(path) as draft:
        with draft.open("wb") as stream:
            for trajectory in trajectories:
                if not trajectory.steps:
                    continue
                write_record(stream, sequence_example(task, trajectory))
                written += 1
                steps += trajectory.steps
                too_short += trajectory.steps < LEAST_STEPS
                progress(written)
        if not written:
            raise DatasetError(f"no {task} decision is there to be exported", hint="trace a corpus that has some")
    return TraceExport(trajectories=written, steps=steps, too_short=too_short)
