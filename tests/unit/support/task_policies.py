"""Observations, traces and checkpoints of MLGO's tasks, made by chance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import trace_builder

from rl4real_data.flow.working_folder import open_workdir
from rl4real_data.mlgo.tensors import header_of
from rl4real_data.mlgo_training.checkpoints import TaskCheckpoint, write_task_checkpoint
from rl4real_data.mlgo_training.feature_rows import rows_of
from rl4real_data.mlgo_training.feature_scale import FeatureScale, sampled_values
from rl4real_data.mlgo_training.settings import MlgoSettings
from rl4real_data.mlgo_training.state import TrainState, ranks_of
from rl4real_data.stages.part import FunctionFacts, Part, write_marker
from rl4real_data.stages.selection import Entry
from rl4real_data.traces.features import FEATURES, Task
from rl4real_data.traces.traced_function import TracedFunction
from rl4real_data.traces.trajectory import Trajectory
from rl4real_data.tracing.packing import pack_traces
from rl4real_data.tracing.part_file import write_part_table
from rl4real_data.tracing.trajectory_rows import part_table


def chance_features(task: Task, steps: int, *, seed: int = 0) -> dict[str, npt.NDArray[Any]]:
    """A few columns of eviction are live, one of them the last; some densities are no number, some infinite."""
    chance = np.random.default_rng(seed)
    found: dict[str, npt.NDArray[Any]] = {}
    for spec in FEATURES[task]:
        values = chance.exponential(20.0, size=(steps, *spec.shape))
        found[spec.name] = (values - 3).astype(spec.dtype)
    if task is Task.EVICTION:
        mask = chance.random((steps, 33)) < 0.2
        mask[:, 32] = True
        found["mask"] = mask.astype(np.int64)
        found["use_def_density"][chance.random((steps, 33)) < 0.1] = np.inf
        found["use_def_density"][chance.random((steps, 33)) < 0.1] = np.nan
    return found


def observations_of(task: Task, features: dict[str, npt.NDArray[Any]]) -> list[bytes]:
    """As a compiler sends them."""
    names = header_of(task).layout.names
    steps = len(features[names[0]])
    return [b"".join(features[name][step].tobytes() for name in names) for step in range(steps)]


def chance_state(task: Task, *, seed: int = 0, quantiles: int = 100) -> TrainState:
    rows = rows_of(task, chance_features(task, 200, seed=seed + 1))
    scale = FeatureScale.of(task, sampled_values([rows], task), quantiles)
    return TrainState.fresh(task, scale, ranks_of(task, [1, 2, 3], quantiles), (16, 8), seed=seed)


def chance_checkpoint(task: Task, out: Path, *, seed: int = 0, total: int = 1) -> Path:
    told = TaskCheckpoint(task=task, algorithm="bc", total=total, settings=MlgoSettings().as_dict(), toolchain={})
    return write_task_checkpoint(out, told, chance_state(task, seed=seed).write)


def chance_dataset(
    folder: Path, data_dir: Path, task: Task, *, functions: int = 4, steps: int = 12, version: str = "22.1.8"
) -> Path:
    """A trace of one module. LLVM inlines what costs less than 20, evicts the first column that it may, and so on."""
    traced = [_traced(task, number, steps) for number in range(functions)]
    with open_workdir(data_dir) as work:
        key = trace_builder.key_of("a.c")
        written = write_part_table(work.parts, key, part_table(task, traced))
        facts = FunctionFacts(content_hash="", nodes=0, max_uses=0, eh_pads=False, optnone=False)
        part = Part(
            key=key,
            source_sha256=key,
            headers=(),
            functions=(facts,) * functions,
            size=written.size,
            sha256=written.sha256,
            seconds=0.0,
        )
        write_marker(work.parts, part)
        entry = Entry(module=trace_builder.module(folder, "a.c"), part=part, command="clang")
        compilation = trace_builder.compilation(folder)
        compilation = replace(compilation, clang=replace(compilation.clang, version=version))
        pack_traces(work, trace_builder.order(folder, [entry], task=task, compilation=compilation))
    return data_dir


def _traced(task: Task, number: int, steps: int) -> TracedFunction:
    features = chance_features(task, steps, seed=number)
    decided = _decided(task, features)
    trajectory = Trajectory(
        context=f"f{number}", features=features, decision=decided, default_decision=decided, score=100.0, baseline=100.0
    )
    return TracedFunction.of(task, trajectory)


def _decided(task: Task, features: dict[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
    if task is Task.INLINING:
        return (features["cost_estimate"] < 20).astype(np.int64)
    if task is Task.PRIORITY:
        return (features["li_size"] + 3).astype(np.uint32)
    return np.array([np.flatnonzero(mask)[0] for mask in features["mask"]], np.int64)
