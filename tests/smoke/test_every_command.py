"""Every command once on the sample, as a user types it.

Needs pytest and hypothesis alone besides the package's own dependencies: `.ci/unit-tests` runs it, too.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.clang

COMMANDS = (
    "--help",
    "flow --help",
    "doctor",
    "path plugin",
    "flow x86 train mlra --limit 5 --data-dir d",
    "flow x86 test mlra --limit 9 --data-dir d",
    "flow x86 test mlra --limit 9 --data-dir d --dry-run",
    "stats d",
    "stats d --json",
    "stats d --html stats.html",
    "show d retain",
    "show d retain --html episode.html --svg graph.svg --json",
    "validate d",
    "validate d --replay --limit 3",
    "evaluate greedy --corpus sample --limit 2 --no-times --json evaluated.json --html evaluated.html",
    "embed d --vocab x86",
    "export d transitions --to rllib",
    "export d graphs --to rl4real",
    "import graphs imported --from rl4real --jobs 1",
    "validate imported",
    "corpus list demo",
    "corpus show sample --json",
    "corpus fetch sample",
    "corpus verify sample",
    "corpus shared sample --with sample",
    "corpus export sample -o mlgo",
    "path corpus sample",
    "vocab info x86 d --near ADD",
    "vocab evaluate x86 d",
    "vocab convert x86 x86.json",
)

READER = """
import pyarrow.compute as pc
from rl4real_data import EpisodeDataset, collect_stats, validate
from pathlib import Path

dataset = EpisodeDataset("d", split="train")
episodes = list(dataset.filter(pc.field("spills") >= 0).shuffle(seed=1).shard(rank=0, world_size=2))
assert 0 < len(episodes) < len(dataset)
assert len(dataset[0].node_vectors()) == dataset[0].to_networkx().number_of_nodes()
assert list(dataset.to_pandas(["function", "spills"]).columns) == ["function", "spills"]
assert "outcomes" in collect_stats(Path("d")).to_frames()
assert validate(Path("d")) == ()
"""


def test_every_command_and_the_reader(tmp_path: Path) -> None:
    for line in COMMANDS:
        words = [sys.executable, "-m", "rl4real_data", *line.split()]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"rl4real-data {line}\n{done.stderr}"
        assert "Traceback" not in done.stderr
    done = subprocess.run([sys.executable, "-c", READER], cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
