"""Ctrl-C at every phase of a real `flow`; tests/soak has fifty moments more."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
from pathlib import Path

import pytest
from interrupted_flow import (
    Moment,
    Watched,
    after,
    check_interrupted,
    check_nothing_runs,
    finished_flow,
    interrupted,
    interrupted_flow,
    processes_of,
)

from .conftest import Run
from .dataset_bytes import dataset_bytes

pytestmark = pytest.mark.clang

LIMIT = ("--limit", "24")


def with_parts(count: int) -> Moment:
    return lambda run: len(list((run.data_dir / ".work" / "parts").glob("*.json"))) >= count


def with_file(name: str) -> Moment:
    return lambda run: (run.data_dir / ".work" / name).exists()


def packing_for(seconds: float) -> Moment:
    begin: list[float] = []

    def is_time(run: Watched) -> bool:
        if not begin and "packing" in run.log.read_text():
            begin.append(run.seconds)
        return bool(begin) and run.seconds - begin[0] >= seconds

    return is_time


def test_interrupted_in_every_phase_and_resumed(tmp_path: Path) -> None:
    expected = finished_flow(tmp_path / "undisturbed", *LIMIT)
    moments = random.Random(10)
    data_dir = tmp_path / "interrupted"
    early = [after(moments.uniform(0.1, 0.4)), with_file("lock")]
    compiling = [with_parts(count) for count in sorted(moments.sample(range(1, 24), 4))]
    packing = [packing_for(0), packing_for(moments.uniform(0.02, 0.2)), with_file("next/modules.parquet")]
    for moment in (*early, *compiling, *packing):
        check_interrupted(interrupted_flow(data_dir, moment, *LIMIT), data_dir)
    assert not (data_dir / "dataset.json").exists()

    assert finished_flow(data_dir, *LIMIT) == expected


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_ways_to_end_a_run_leave_no_compiler_either(tmp_path: Path, number: signal.Signals) -> None:
    data_dir = tmp_path / "d"

    check_interrupted(interrupted_flow(data_dir, with_parts(1), *LIMIT, number=number), data_dir, code=128 + number)


BUILDER = """#!/bin/sh
# A CMake that never ends, with a compiler of its own that writes on.
while :; do date > "$4/CMakeCache.txt"; sleep 0.01; done &
while :; do sleep 1; done
"""


def builds(run: Watched) -> bool:
    return any((run.data_dir.parent / "cache").glob("plugins/.build-*/CMakeCache.txt"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_of_the_plugin_that_is_ended_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    cmake = tmp_path / "bin" / "cmake"
    for folder in (cmake.parent, tmp_path / "tmp"):
        folder.mkdir()
    cmake.write_text(BUILDER)
    cmake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{cmake.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setenv("RL4REAL_DATA_CACHE", str(tmp_path / "cache"))
    ended = interrupted_flow(tmp_path / "d", builds, *LIMIT, number=number)

    check_interrupted(ended, tmp_path / "cache", code=128 + number)
    assert processes_of(tmp_path / "bin") == []
    assert list((tmp_path / "tmp").iterdir()) == []
    assert list((tmp_path / "cache").glob("plugins/.build-*")) == []
    assert "building the plugin for LLVM" in ended.stderr


def test_killed_run_leaves_no_compiler_and_is_resumed_at_once(tmp_path: Path) -> None:
    """Two compilers hang when it is killed."""
    corpus = tmp_path / "src"
    corpus.mkdir()
    for number in range(24):
        (corpus / f"m{number:02}.c").write_text(f"int f{number}(int *p) {{ return *p + {number}; }}\n")
    for name in ("a.c", "z.c"):
        (corpus / name).write_text(f'#include "{name}.h"\nint {name[0]};\n')
        os.mkfifo(corpus / f"{name}.h")  # nobody writes into it
    options = ("--corpus", str(corpus))
    ended = interrupted_flow(tmp_path / "killed", with_parts(24), *options, number=signal.SIGKILL)

    assert ended.code == 128 + signal.SIGKILL
    check_nothing_runs(tmp_path)
    for name in ("a.c", "z.c"):
        (corpus / f"{name}.h").unlink()
        (corpus / f"{name}.h").touch()
    assert finished_flow(tmp_path / "killed", *options) == finished_flow(tmp_path / "undisturbed", *options)


def has_found(name: str) -> Moment:
    """Whether the log of that name holds something, while the next function is under way."""
    return lambda run: (run.data_dir / ".work" / name).is_file() and (run.data_dir / ".work" / name).stat().st_size > 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("label", ("--model", "split", "--nodes", "12", "--seconds", "1", "--limit", "30")),
        ("improve", ("--limit", "6", "--candidates", "150")),
    ],
)
def test_interrupted_labels_go_on(
    rl4real: Run, sample_dataset: Path, tmp_path: Path, name: str, words: tuple[str, ...]
) -> None:
    """A solver and a compiler end at once, and what they found before is found once."""
    for folder in ("whole", "cut"):
        shutil.copytree(sample_dataset, tmp_path / folder)
    rl4real(name, tmp_path / "whole", *words, "--jobs", "2")
    command = [sys.executable, "-m", "rl4real_data", name, str(tmp_path / "cut"), *words, "--jobs", "2"]
    check_interrupted(interrupted(command, tmp_path / "cut", has_found(name)), tmp_path / "cut")
    assert not (tmp_path / "cut" / "labels.parquet").exists()

    rl4real(name, tmp_path / "cut", *words, "--jobs", "2")
    assert dataset_bytes(tmp_path / "cut") == dataset_bytes(tmp_path / "whole")
