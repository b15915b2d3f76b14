"""The grouping of a run's modules into batches.

A batch takes some seconds, so that its way to a host and back costs little, and nothing much is lost with it. Groups
depend on the modules alone, and on those of the run before: so a run that goes on finds what was made of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rl4real_data.stages.job import ModuleJob

MOST_MODULES: Final = 64
_BATCH_S: Final = 10.0
_LEAST_BATCHES: Final = 16
"""A small run is cut this fine, so that several hosts have something to do."""
_START_S: Final = 0.05
_BYTES_A_SECOND: Final = 350_000
"""sqlite3.c: 9 MB in 27 s."""


def group_jobs(jobs: Sequence[ModuleJob], earlier: Iterable[Sequence[str]] = ()) -> list[tuple[ModuleJob, ...]]:
    """Groups of jobs, the longest first. A group of `earlier` (keys) whose jobs are all there stays as it is."""
    by_key = {job.key: job for job in jobs}
    kept = [tuple(by_key.pop(key) for key in keys) for keys in earlier if keys and all(key in by_key for key in keys)]
    seconds = {key: _seconds(job) for key, job in by_key.items()}
    return [*kept, *_cut(by_key, seconds)]


def _cut(jobs: Mapping[str, ModuleJob], seconds: Mapping[str, float]) -> list[tuple[ModuleJob, ...]]:
    """Each in turn takes the longest job that is left, so that all take about as long."""
    total = sum(seconds.values())
    most_s = max(min(_BATCH_S, total / _LEAST_BATCHES), max(seconds.values(), default=0.0))
    count = max(-(-len(jobs) // MOST_MODULES), round(total / most_s) if most_s else 0)
    if not count:
        return []
    order = sorted(jobs, key=lambda key: (-seconds[key], key))
    rows = [order[row : row + count] for row in range(0, len(order), count)]
    groups: list[list[ModuleJob]] = [[] for _ in range(count)]
    for number, row in enumerate(rows):
        for place, key in enumerate(row if number % 2 == 0 else reversed([*row])):
            groups[place if number % 2 == 0 else count - 1 - place].append(jobs[key])
    return [tuple(group) for group in groups if group]


def _seconds(job: ModuleJob) -> float:
    """About how long it takes."""
    try:
        return _START_S + job.module.source.stat().st_size / _BYTES_A_SECOND
    except OSError:
        return _START_S
