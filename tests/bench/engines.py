"""What an engine costs beside one machine: `python tests/bench/engines.py [ENGINE...] [--corpus C] [--rounds N]`.

First the way of a batch there and back: two workers sleep a second for each, and whatever passes beyond that, once both
have begun, is the engine's.

Then a flow by this machine alone and the same flow by two workers of each engine, in turns, each into folders of its
own; the medians of the pairs. A run costs something once and something a batch, whatever is in it: workers start, hosts
are examined, tasks and parts go through the store. That is seen on a corpus of a few small modules, which is cut into
sixteen batches, too. What a larger corpus costs beyond that grows with the work.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import JOBS, Cost, measure

from rl4real_data.engines.dispatch import run_batches
from rl4real_data.engines.engines import EngineName, open_engine

NAP_S = 1.0
NAPS = 10
SMALL = "sample"
BATCH_S = 10.0
MOST_PERCENT = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One machine alone, and an engine that makes the same dataset in so many batches."""

    alone: Cost
    engine: Cost
    batches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nap:
    """A task that takes a known time."""

    seconds: float

    def __call__(self, batch: int) -> int:
        time.sleep(self.seconds)
        return batch


def way_of_a_batch(engine: EngineName) -> float:
    """Seconds a batch beyond its own; those that the first ones wait for workers do not count."""
    ends: list[float] = []
    opened = open_engine(engine, Nap(seconds=NAP_S), address=None, workers=JOBS)
    with contextlib.closing(run_batches(opened, range(JOBS * (NAPS + 1)))) as results:
        ends.extend(time.monotonic() for _ in results)
    return (ends[-1] - ends[JOBS - 1]) / NAPS - NAP_S


def flow(corpus: str, folder: Path, *words: str) -> Cost:
    """The cost of a dataset in `folder`, which nothing is known of yet."""
    command = (sys.executable, "-m", "rl4real_data", "flow", "x86", "train", "mlra", "--corpus", corpus)
    where = ("--data-dir", str(folder), "--jobs", str(JOBS), "--no-mir", *words)

    def run() -> None:
        done = subprocess.run((*command, *where), capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(words)}: {done.stderr}")

    return measure(run)


def measured_pair(engine: EngineName, corpus: str, scratch: Path) -> Pair:
    """Both into new folders; exits where the datasets are not the same bytes."""
    alone, together = scratch / "alone", scratch / "together"
    run = scratch / "run"
    first = flow(corpus, alone)
    second = flow(corpus, together, "--engine", engine.value, "--run", str(run))
    if (alone / "dataset.json").read_bytes() != (together / "dataset.json").read_bytes():
        sys.exit(f"{engine} makes another dataset than one machine alone")
    return Pair(alone=first, engine=second, batches=len(json.loads((run / "plan.json").read_text())))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("engines", nargs="*", type=EngineName, default=[EngineName.LOCAL, EngineName.DASK])
    parser.add_argument("--corpus", default="demo")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    for engine in given.engines:
        way_s = way_of_a_batch(engine)
        way = f"{way_s * 1000:.0f} ms a batch there and back, {way_s / BATCH_S:.2%} of one of ten seconds"
        print(f"{engine}: {way}", flush=True)
    for engine in given.engines:
        small, large = [], []
        for _ in range(given.rounds):
            for corpus, pairs in ((SMALL, small), (given.corpus, large)):
                with tempfile.TemporaryDirectory() as name:
                    pairs.append(measured_pair(engine, corpus, Path(name)))
        show(engine, small, large)


def show(engine: EngineName, small: list[Pair], large: list[Pair]) -> None:
    for what, workers in (("wall", JOBS), ("cpu", 1)):
        alone, ratio = (median(figures) for figures in zip(*(figures_of(one, what) for one in large), strict=True))
        once = median([extra(one, what) for one in small])
        batch_s = max(once, 0.0) / small[0].batches * workers
        rest = (median([extra(one, what) for one in large]) - once) / alone
        print(
            f"{engine}, {what}: {ratio:.3f} of one machine's {alone:.1f} s, {large[0].batches} batches; "
            f"{once:.2f} s of it for as many batches of next to nothing, {rest:.1%} of the work; "
            f"of batches of ten seconds {batch_s / BATCH_S + rest:.1%} (at most {MOST_PERCENT} %)",
            flush=True,
        )


def figures_of(pair: Pair, what: str) -> tuple[float, float]:
    """What one machine took, and how many times that the engine did."""
    alone = getattr(pair.alone, what)
    return alone, getattr(pair.engine, what) / alone


def extra(pair: Pair, what: str) -> float:
    return float(getattr(pair.engine, what) - getattr(pair.alone, what))


if __name__ == "__main__":
    main()
