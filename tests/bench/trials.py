"""Candidates that a compiler tries in a second of one core's time.

    python tests/bench/trials.py DATA_DIR        of `flow x86 train mlra --corpus demo`, with MIR text

Of functions of about 20, 50, 150 and 400 nodes, three each, that greedy split or spilled: one spilled node a candidate.
The marks are what a prototype reached on an idle machine. The median function counts, by processor time, which a busy
machine makes longer, too.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rl4real_data import Episode, EpisodeDataset
from rl4real_data.live.trial import CompilerTool, TrialCompiler, Until, trial_of_mir

MARKS: Final = {20: (940, 583), 50: (661, 417), 150: (221, 157), 400: (212, 158)}
"""By nodes: candidates a second to the end of the allocation, and of the back end."""

CANDIDATES: Final = 300
FUNCTIONS: Final = 3
NEAR: Final = 0.1
TICKS_A_SECOND: Final = 100


def processor_s(pid: int) -> float:
    """Of the process and all its children that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS_A_SECOND


def rate(trial: TrialCompiler, candidates: list[list[list[str | int]]], until: Until) -> float:
    function = next(iter(trial))
    begin = processor_s(trial.pid)
    done = sum(result.ok for result in function.try_many(candidates, until=until))
    return done / (processor_s(trial.pid) - begin)


def rates(tool: CompilerTool, episode: Episode) -> Iterator[float]:
    nodes = [int(v) for v, weight in zip(episode.node_vreg, episode.node_spill_weight, strict=True) if weight < 1e30]
    candidates: list[list[list[str | int]]] = [
        [["spill", node]] for node in itertools.islice(itertools.cycle(nodes), CANDIDATES)
    ]
    for until in ("allocation", "code"):
        with trial_of_mir(tool, episode.mir) as trial:
            yield rate(trial, candidates, "code" if until == "code" else "allocation")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", type=Path)
    dataset = EpisodeDataset(parser.parse_args().data_dir)
    tool = CompilerTool.found(announce=print)
    for size, marks in MARKS.items():
        near = (one for one in dataset if abs(one.n_nodes - size) <= NEAR * size and one.node_fate.any())
        found = [tuple(rates(tool, episode)) for episode in itertools.islice(near, FUNCTIONS)]
        medians = [statistics.median(column) for column in zip(*found, strict=True)]
        print(f"about {size:3} nodes: {medians[0]:4.0f} (mark {marks[0]}) a second to the allocation,", end=" ")
        print(f"{medians[1]:4.0f} (mark {marks[1]}) to the code")


if __name__ == "__main__":
    main()
