"""The stage that traces a module and writes its part."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rl4real_data.core.failure import Failure
from rl4real_data.stages.job import ModuleJob
from rl4real_data.stages.part import FunctionFacts, Part
from rl4real_data.traces.traced_function import TracedFunction
from rl4real_data.tracing.part_file import write_part_table
from rl4real_data.tracing.tasks import TraceTask
from rl4real_data.tracing.trajectory_rows import part_table


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStage:
    """A module becomes `<key>.arrow` and the marker, which the caller publishes."""

    task: TraceTask

    def __call__(self, job: ModuleJob, before: Any) -> Part | Failure:
        """`before` is the scratch folder."""
        scratch = Path(before)
        traced = self.task.trace(job, scratch)
        if isinstance(traced, Failure):
            return traced
        written = write_part_table(job.parts, job.key, part_table(self.task.task, traced.functions))
        base = f"{job.module.root}/"
        return Part(
            key=job.key,
            source_sha256=job.source_sha256,
            headers=tuple(
                (name, job.hashes.of(name if name[0] == "/" else base + name) or "") for name in traced.headers
            ),
            functions=tuple(_facts(function) for function in traced.functions),
            size=written.size,
            sha256=written.sha256,
            seconds=round(traced.seconds, 3),
        )


def _facts(function: TracedFunction) -> FunctionFacts:
    """Of a trajectory only its content counts: what episodes are filtered by it does not have."""
    digest = hashlib.sha256()
    for name in sorted(function.columns):
        digest.update(function.columns[name].tobytes())
    content = digest.hexdigest()[:32]
    return FunctionFacts(content_hash=content, nodes=0, max_uses=0, eh_pads=False, optnone=False)
