"""How fast a DATA_DIR is read: `python tests/bench/reading.py DATA_DIR` measures and says whether the bars are met.

DATA_DIR should be the dataset of `make demo`. Rates are episodes per second of processor time of one thread, so that
other work on the machine does not count; two workers against one is wall time, in turns, and the median of the pairs.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # one core; before numpy is imported

from rl4real_data import Episode, EpisodeDataset  # noqa: E402
from rl4real_data.episodes.file_names import INDEX_NAME  # noqa: E402
from rl4real_data.episodes.schema import EPISODES  # noqa: E402

REPEATED_EPISODES = 1_000_000
ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One promise: what was measured, and what it must reach (`at_least`) or stay below."""

    name: str
    measured: float
    limit: float
    unit: str
    at_least: bool

    @property
    def is_met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured < self.limit

    def __str__(self) -> str:
        sign = "at least" if self.at_least else "below"
        verdict = "ok" if self.is_met else "MISSED"
        return f"{self.name:45} {self.measured:12,.2f} {self.unit:12} ({sign} {self.limit:,g})  {verdict}"


def repeat_dataset(data_dir: Path, folder: Path, episodes: int) -> int:
    """A dataset of at least `episodes` episodes that names the shards of `data_dir` again and again; their number."""
    index = json.loads((data_dir / INDEX_NAME).read_text(encoding="utf-8"))
    shards = {name: entry for name, entry in index["files"].items() if name.startswith("data/train-")}
    copies = -(-episodes // sum(entry["rows"] for entry in shards.values()))
    total = copies * len(shards)
    files = {name: entry for name, entry in index["files"].items() if not name.startswith("data/")}
    for name in ("data", "vocab"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name in files:
        os.link(data_dir / name, folder / name)
    for number in range(total):
        source, entry = list(shards.items())[number % len(shards)]
        name = f"data/train-{number:05d}-of-{total:05d}.parquet"
        os.link(data_dir / source, folder / name)
        files[name] = entry
    index["files"] = files
    del index["sha256"]  # of the index as it was
    rows = sum(entry["rows"] for name, entry in files.items() if name.startswith("data/"))
    index["splits"] = {"train": {**index["splits"]["train"], "episodes": rows}}
    (folder / INDEX_NAME).write_text(json.dumps(index), encoding="utf-8")
    return rows


def opening_ms(data_dir: Path) -> float:
    """Milliseconds until the length is known; median of the rounds."""
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        len(EpisodeDataset(data_dir))
        times.append(1000 * (time.perf_counter() - begin))
    return statistics.median(times)


def as_arrays(episode: Episode) -> tuple[Any, ...]:
    """Edges, node vectors and features, what a policy starts from."""
    features = (episode.node_class, episode.node_spill_weight, episode.node_size, episode.node_outcome)
    return episode.edges, episode.node_vectors(), features


def all_columns(episode: Episode) -> None:
    """Every column, as numpy has it."""
    for name in EPISODES.names:
        getattr(episode, name)


def peak_memory_mb(data_dir: Path) -> float:
    """Peak resident MB of a process of its own that takes all arrays of all episodes."""
    reading, writing = os.pipe()
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, __file__, "--iterate", str(data_dir), "--report", str(writing)],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, writing, writing)],
    )
    os.close(writing)
    with os.fdopen(reading) as report:
        text = report.read()
    os.waitpid(child, 0)
    return float(text)


def iterate_and_report(data_dir: Path, descriptor: int) -> None:
    """Body of that process: writes its peak memory in MB."""
    seen = 0
    dataset = EpisodeDataset(data_dir)
    for episode in dataset:
        as_arrays(episode)
        seen += 1
    if seen != len(dataset):
        raise RuntimeError(f"{seen} of {len(dataset)} episodes")
    # not getrusage: its peak counts that of the process that started this one
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))) / 1024
    with os.fdopen(descriptor, "w") as report:
        report.write(str(peak))


def episodes_per_second(episodes: Iterable[Any], take: Callable[[Any], Any]) -> float:
    """The best of the rounds, in processor seconds of this process."""
    rates = []
    for _ in range(ROUNDS):
        begin, count = time.process_time(), 0
        for episode in episodes:
            take(episode)
            count += 1
        rates.append(count / (time.process_time() - begin))
    return max(rates)


def speedup_of_two_workers(data_dir: Path) -> float:
    """Wall time of one torch worker by that of two, PyG batches of 256 graphs; median of the pairs.

    The dataset is the given one, so often that a run takes seconds: starting workers takes part of one.
    """
    from torch_geometric.loader import DataLoader

    from rl4real_data.reading.pyg import PYG_COLUMNS, to_pyg
    from rl4real_data.reading.torch_episodes import TorchEpisodes

    dataset = EpisodeDataset(data_dir).select(PYG_COLUMNS)

    def seconds(workers: int) -> float:
        loader = DataLoader(TorchEpisodes(dataset, to_pyg), batch_size=256, num_workers=workers)
        begin = time.perf_counter()
        graphs = sum(batch.num_graphs for batch in loader)
        if graphs != len(dataset):
            raise RuntimeError(f"{graphs} of {len(dataset)} graphs")
        return time.perf_counter() - begin

    return statistics.median(seconds(1) / seconds(2) for _ in range(ROUNDS))


def measure(data_dir: Path, *, repeated: int = REPEATED_EPISODES) -> list[Bar]:
    """All bars of the reading side."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import torch

        from rl4real_data.reading.pyg import PYG_COLUMNS, to_pyg
    torch.set_num_threads(1)
    dataset = EpisodeDataset(data_dir)
    graphs, whole = dataset.select(PYG_COLUMNS), dataset.select(EPISODES.names)
    bars = [
        Bar(name="episodes as numpy arrays", measured=episodes_per_second(dataset, as_arrays),
            limit=5000, unit="1/s", at_least=True),
        Bar(name="episodes as PyG graphs", measured=episodes_per_second(graphs, to_pyg),
            limit=2500, unit="1/s", at_least=True),
        Bar(name="episodes with all columns", measured=episodes_per_second(whole, all_columns),
            limit=2500, unit="1/s", at_least=True),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        large, medium = Path(scratch, "large"), Path(scratch, "medium")
        rows = repeat_dataset(data_dir, large, repeated)
        repeat_dataset(data_dir, medium, min(25_000, repeated))
        bars += [
            Bar(name=f"opening {rows:,} episodes", measured=opening_ms(large), limit=100, unit="ms", at_least=False),
            Bar(name="two torch workers against one", measured=speedup_of_two_workers(medium),
                limit=1.7, unit="times", at_least=True),
            Bar(name=f"peak memory while iterating {rows:,}", measured=peak_memory_mb(large),
                limit=300, unit="MB", at_least=False),
        ]  # fmt: skip
    return bars


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", type=Path, nargs="?")
    parser.add_argument("--episodes", type=int, default=REPEATED_EPISODES, help="of the large dataset")
    parser.add_argument("--iterate", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--report", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.iterate:
        iterate_and_report(options.iterate, options.report)
        return 0
    bars = measure(options.data_dir, repeated=options.episodes)
    print("\n".join(map(str, bars)))
    return 0 if all(bar.is_met for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
