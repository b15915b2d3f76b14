"""The runner of module jobs.

It shows how far they are, and leaves nothing running when it is interrupted.

Threads by default: a worker waits for its compiler nearly all the time, and Arrow works outside the interpreter's lock.
`joblib.parallel_config(backend="loky" | "dask" | "ray")` around the call takes the same jobs to processes or a cluster.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import joblib
from tqdm import tqdm

from rl4real_data.core import interruption
from rl4real_data.stages.job import ModuleJob
from rl4real_data.stages.module import process_module
from rl4real_data.stages.part import Part
from rl4real_data.stages.stage import ModuleStage
from rl4real_data.toolchain.process import kill_all

_SWITCH_INTERVAL_S: Final = 0.0005
"""How long a thread may keep the interpreter while others wait. Python's own 5 ms keep a core idle whose compiler has
ended; ours do little between two calls that give it back anyway."""


@dataclass(slots=True)
class Progress:
    """What the bar says: modules done and failed, functions, rate."""

    total: int
    done: int = 0
    failed: int = 0
    functions: int = 0
    begin: float = field(default_factory=time.monotonic)

    def add(self, part: Part) -> None:
        self.failed += part.failure is not None
        self.done += part.failure is None
        self.functions += len(part.functions)

    def text(self) -> str:
        rate = self.functions / max(time.monotonic() - self.begin, 1e-9)
        return f"{self.done} done, {self.failed} failed, {self.functions} functions, {rate:.0f}/s"


def run_jobs(
    jobs: Sequence[ModuleJob], stages: tuple[ModuleStage, ...], *, workers: int, show_bar: bool
) -> Iterator[tuple[ModuleJob, Part]]:
    """Yields every job with its part, in the order of the jobs."""
    parallel = joblib.Parallel(n_jobs=workers, prefer="threads", return_as="generator", batch_size=1)
    progress = Progress(total=len(jobs))
    bar = tqdm(total=len(jobs), unit="module", disable=not show_bar, file=sys.stderr, dynamic_ncols=True)
    results = parallel(joblib.delayed(process_module)(job, stages) for job in jobs)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    try:
        for job, part in zip(jobs, results, strict=True):
            interruption.check()
            progress.add(part)
            bar.set_postfix_str(progress.text(), refresh=False)
            bar.update()
            yield job, part
    finally:
        sys.setswitchinterval(interval)
        bar.close()
        kill_all()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # joblib's, that it cancels what an interrupted run had begun
            results.close()
