"""The time of two programs with the same work, in interleaved pairs."""

from __future__ import annotations

import statistics
from pathlib import Path

from rl4real_data.benchmarks.workload_run import WorkloadFolder


def time_ratio(folder: WorkloadFolder, program: Path, greedy: Path, *, pairs: int) -> float | None:
    """The median of the pairs' ratios of processor time; None if there is nothing to be measured.

    In turns, so that what else the machine does falls on both; who is first changes from pair to pair.
    """
    ratios = []
    for number in range(pairs):
        order = (program, greedy) if number % 2 else (greedy, program)
        seconds = {one: folder.run(one).processor_s for one in order}
        if seconds[greedy] > 0:
            ratios.append(seconds[program] / seconds[greedy])
    return statistics.median(ratios) if ratios else None
