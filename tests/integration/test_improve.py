"""The search over a dataset with real compilers."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.episodes.label_values import Effect, LabelStatus
from rl4real_data.labels.files import read_labels, read_trials
from rl4real_data.live.trial import CompilerTool, trial_of_mir
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Run, Sample, run_program
from .dataset_bytes import dataset_bytes
from .live_compiler import SOURCE

pytestmark = pytest.mark.clang

WORDS = ("--limit", "4", "--candidates", "60", "--trials", "6")

KILLED = """
import os, signal, sys
from rl4real_data.__main__ import run
from rl4real_data.flow.replay_log import ReplayLog

plain = ReplayLog.add

def add(self, key, record):
    plain(self, key, record)
    os.kill(os.getpid(), signal.SIGKILL)

ReplayLog.add = add
sys.argv = ["rl4real-data", "improve", *sys.argv[1:]]
run()
"""


@pytest.fixture(scope="module")
def improved(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four functions searched by one job."""
    folder = tmp_path_factory.mktemp("improve")
    shutil.copytree(sample("x86", "train"), folder / "d")
    run_program(folder, "improve", "d", *WORDS, "--jobs", "1")
    return folder / "d"


def test_killed_search_goes_on_to_the_same_bytes(
    rl4real: Run, sample_dataset: Path, improved: Path, tmp_path: Path
) -> None:
    """With another number of jobs, too; what was searched is not searched again."""
    shutil.copytree(sample_dataset, tmp_path / "d")
    for _ in range(2):
        words = (sys.executable, "-c", KILLED, str(tmp_path / "d"), *WORDS, "--jobs", "2")
        killed = subprocess.run(words, capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL
    said = rl4real("improve", tmp_path / "d", *WORDS, "--jobs", "2").stderr

    assert "4 functions (2 searched now, " in said
    assert dataset_bytes(tmp_path / "d") == dataset_bytes(improved)
    assert "(0 searched now, " in rl4real("improve", tmp_path / "d", *WORDS).stderr


def test_what_was_found_is_what_the_compiler_does(improved: Path, toolchains: dict[int, tuple[Clang, Plugin]]) -> None:
    """Best answers and candidates, carried out again, have the figures that stand there."""
    clang, plugin = toolchains[max(SUPPORTED_MAJORS)]
    texts = {episode.episode_id: episode.mir for episode in EpisodeDataset(improved)}
    labels, trials = read_labels(improved), read_trials(improved)
    assert LabelStatus.BETTER in {label.status for label in labels}
    assert len(labels) == 4
    for label in labels:
        kept = [one for one in trials if one.episode_id == label.episode_id and one.effect is not Effect.FAILED]
        assert label.decisions is not None
        with trial_of_mir(CompilerTool(clang=clang, plugin=plugin), texts[label.episode_id]) as compiler:
            (figures,) = [
                [
                    result.final and result.final.counted()
                    for result in function.try_many(
                        [[], label.decisions, *(one.decisions for one in kept)], until="code"
                    )
                ]
                for function in compiler
            ]
        assert figures == [label.greedy_final, label.final, *(one.final for one in kept)]


def test_labels_leave_the_dataset_sound(rl4real: Run, improved: Path) -> None:
    assert rl4real("validate", improved).stdout == f"{improved}: sound\n"


def test_search_in_clang_makes_the_object_of_its_own_decisions(rl4real: Run, tmp_path: Path) -> None:
    """And a program that does what it did."""
    (tmp_path / "a.c").write_text(SOURCE)
    clang = f"clang-{max(SUPPORTED_MAJORS)}"
    said = rl4real(
        "compile", "--search", "60", "--report", "r", "--", clang, "-O3", "-c", "a.c", "-o", "found.o"
    ).stderr
    rl4real("compile", "--decisions", "r", "--", clang, "-O3", "-c", "a.c", "-o", "told.o")
    assert (tmp_path / "found.o").read_bytes() == (tmp_path / "told.o").read_bytes()
    assert "rl4real-data: 3 functions: " in said

    rl4real("compile", "--search", "30", "--", clang, "-O3", "a.c", "-o", "found")
    subprocess.run([clang, "-O3", "a.c", "-o", "stock"], cwd=tmp_path, check=True)
    ran = [subprocess.run([tmp_path / name], check=False).returncode for name in ("found", "stock")]
    assert ran[0] == ran[1]
