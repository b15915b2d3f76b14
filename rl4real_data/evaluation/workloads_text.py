"""The benchmarks of an evaluation as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rl4real_data.evaluation.figures import geometric_mean
from rl4real_data.evaluation.program_runs import WorkloadResult

KINDS: Final = ("instructions", "reads", "writes")


def render_workloads(results: Sequence[WorkloadResult]) -> str:
    """What the programs executed, over greedy's: one block an allocator, and what is wrong in capitals."""
    lines = ["", "programs: executed instructions, reads and writes over greedy's (callgrind)"]
    names = [f"{one.program} {one.workload}" for one in results]
    wide = max(map(len, (*names, "geometric mean"))) + 2
    for allocator in dict.fromkeys(one.allocator for one in results):
        own = [one for one in results if one.allocator == allocator]
        lines += ["", f"{allocator:<{wide}}" + "".join(f"{head:>14}" for head in (*KINDS, "time"))]
        lines += [_line(one, wide) for one in own]
        means = (_mean(own, kind) for kind in KINDS)
        lines.append(f"{'geometric mean':<{wide}}" + "".join(f"{mean:14.4f}" for mean in means))
    lines += _wrong(results)
    return "\n".join(lines)


def wrong_results(results: Sequence[WorkloadResult]) -> list[str]:
    """One line for each program that does not do what it should."""
    return [f"{one.program} {one.workload} with {one.allocator}: {one.problem}" for one in results if one.is_wrong]


def _wrong(results: Sequence[WorkloadResult]) -> Iterator[str]:
    for line in wrong_results(results):
        yield f"WRONG CODE: {line}"


def _line(one: WorkloadResult, wide: int) -> str:
    name = f"{one.program} {one.workload}"
    if one.problem:
        return f"{name:<{wide}}  {'WRONG: ' * one.is_wrong}{one.problem}"
    ratios = (*(one.ratio(kind) for kind in KINDS), one.time)
    return f"{name:<{wide}}" + "".join(f"{'-' if ratio is None else f'{ratio:.4f}':>14}" for ratio in ratios)


def _mean(results: Sequence[WorkloadResult], kind: str) -> float:
    return geometric_mean([ratio for one in results if (ratio := one.ratio(kind)) is not None])
