"""The examples on functions of the real compiler, each in a process of its own, as a user runs them."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import MOST_SECONDS

pytestmark = pytest.mark.clang


def run(name: str, *words: str | Path, cwd: Path) -> str:
    """What the example prints."""
    done = subprocess.run(
        [sys.executable, "-m", f"rl4real_data.examples.{name}", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "RAY_DATA_DISABLE_PROGRESS_BARS": "1"},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["duckdb_queries", "polars_queries"])
def test_queries(sample_dataset: Path, tmp_path: Path, name: str) -> None:
    told = run(name, sample_dataset, cwd=tmp_path)

    assert re.search(r"assigned +[│┆] +8\d\d\d ", told)
    assert "weighted_27_point" in told


def test_figure(sample_dataset: Path, tmp_path: Path) -> None:
    output = tmp_path / "pressure.png"
    told = run("pressure_figure", sample_dataset, output, cwd=tmp_path)

    assert re.search(r"\d{3} dots, \d+ of them with more live registers", told)
    assert output.read_bytes().startswith(b"\x89PNG")
    assert output.stat().st_size > 20_000


def test_a_network_learns_more_than_the_most_frequent_outcome(sample_dataset: Path, tmp_path: Path) -> None:
    told = run("node_outcome_gnn", sample_dataset, cwd=tmp_path)
    scores = {
        what: (float(accuracy), float(mean))
        for what, accuracy, mean in re.findall(r"^(.+): accuracy ([\d.]+), mean F1 ([\d.]+)", told, re.MULTILINE)
    }
    baseline, network = scores["most frequent outcome"], scores["graph network"]

    # measured with three seeds: accuracy 0.935 to 0.941 against 0.887, mean F1 0.41 to 0.43 against 0.235
    assert network[0] > baseline[0] + 0.02
    assert network[1] > baseline[1] + 0.1


def test_behaviour_cloning_learns_from_the_expert(sample_dataset: Path, tmp_path: Path) -> None:
    told = run("behaviour_cloning", sample_dataset, "--policy", "colour", "--iterations", "3", cwd=tmp_path)
    (guess,) = re.findall(r"has a loss of ([\d.]+)", told)
    learned = re.findall(r"^iteration \d: loss ([\d.]+) on (\d+) decisions", told, re.MULTILINE)

    assert [int(rows) for _, rows in learned] == [256] * 3
    assert math.isclose(float(learned[0][0]), float(guess), rel_tol=0.1), "an untrained network guesses evenly"
    assert float(learned[-1][0]) < float(learned[0][0])
