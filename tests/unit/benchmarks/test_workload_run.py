"""Runs of a program, which is a script here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from evaluation_builder import make_module
from small_tools import shell

from rl4real_data.benchmarks.pairs import time_ratio
from rl4real_data.benchmarks.program import ProgramSources
from rl4real_data.benchmarks.workload_run import WorkloadFolder
from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.benchmark import Benchmark, Invoked, Workload

COPY = Workload(name="copy", call=Invoked(stdin="in.txt"), inputs=("data/in.txt",))


def sources(root: Path, **files: str) -> ProgramSources:
    (root / "data").mkdir(parents=True, exist_ok=True)
    (root / "data/in.txt").write_text("three\nlittle\nwords\n")
    benchmark = Benchmark(
        program="toy", sources=("*.c",), files={name.replace("_", "."): t for name, t in files.items()}
    )
    return ProgramSources(corpus="corpus", benchmark=benchmark, root=root, modules=(make_module(root=root),))


def program(folder: Path, line: str) -> Path:
    folder.mkdir(exist_ok=True)
    return Path(shell(folder, line)).rename(folder / "toy")


@pytest.fixture
def copy(tmp_path: Path) -> WorkloadFolder:
    right = program(tmp_path / "greedy", "cat")
    return WorkloadFolder.made(sources(tmp_path / "root"), COPY, tmp_path / "run", preparing=right)


def test_the_same_output_is_no_difference(tmp_path: Path, copy: WorkloadFolder) -> None:
    right, other = program(tmp_path / "greedy", "cat"), program(tmp_path / "other", "cat; true")

    assert copy.run(other).difference(copy.run(right)) == ""


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("sed s/little/large/", "another output than with greedy"),
        ("cat; exit 3", "it ended with 3; with greedy it ended with 0"),
        ("kill -SEGV $$", "it died of SIGSEGV; with greedy it ended with 0"),
    ],
)
def test_a_broken_program_is_found(tmp_path: Path, copy: WorkloadFolder, line: str, why: str) -> None:
    right, wrong = program(tmp_path / "greedy", "cat"), program(tmp_path / "wrong", line)

    assert copy.run(wrong).difference(copy.run(right)) == why


def test_files_that_it_writes_are_compared_and_removed(tmp_path: Path, copy: WorkloadFolder) -> None:
    writing = replace(copy, workload=replace(COPY, outputs=("out.txt",)))
    right, wrong = program(tmp_path / "greedy", "cat > out.txt"), program(tmp_path / "wrong", "true")

    base = writing.run(right)
    assert not (writing.path / "out.txt").exists()
    assert writing.run(right).difference(base) == ""
    assert writing.run(wrong).difference(base) == "another output than with greedy"


def test_what_prepares_makes_input(tmp_path: Path) -> None:
    work = Workload(
        name="count",
        call=Invoked(stdin="made.txt"),
        inputs=("data/*.txt",),
        prepare=Invoked(arguments=("-x",), stdin="in.txt", stdout="made.txt"),
    )
    right = program(tmp_path / "greedy", "echo $1; cat")
    folder = WorkloadFolder.made(sources(tmp_path / "root"), work, tmp_path / "run", preparing=right)

    assert (folder.path / "made.txt").read_text() == "-x\nthree\nlittle\nwords\n"


def test_what_cannot_be_prepared_is_an_error_of_the_manifest(tmp_path: Path) -> None:
    work = replace(COPY, prepare=Invoked())
    with pytest.raises(SourceError, match="what prepares copy ended with 7"):
        WorkloadFolder.made(
            sources(tmp_path / "root"), work, tmp_path / "run", preparing=program(tmp_path / "bad", "exit 7")
        )


def test_input_that_is_not_there_is_an_error_of_the_manifest(tmp_path: Path) -> None:
    work = replace(COPY, inputs=("data/gone.*",))
    with pytest.raises(SourceError, match=r"the input data/gone\.\* matches no file"):
        WorkloadFolder.made(
            sources(tmp_path / "root"), work, tmp_path / "run", preparing=program(tmp_path / "greedy", "cat")
        )


def test_own_files_lie_beside_the_input(tmp_path: Path) -> None:
    right = program(tmp_path / "greedy", "cat")
    folder = WorkloadFolder.made(sources(tmp_path / "root", work_js="1"), COPY, tmp_path / "run", preparing=right)

    assert (folder.path / "work.js").read_text() == "1"


def test_time_is_compared_in_pairs(tmp_path: Path, copy: WorkloadFolder) -> None:
    order = tmp_path / "run/order"
    first, second = (program(tmp_path / name, f"echo {name} >> order; cat") for name in ("greedy", "own"))

    assert time_ratio(copy, second, first, pairs=0) is None
    time_ratio(copy, second, first, pairs=2)
    assert order.read_text().split() == ["greedy", "own", "own", "greedy"]
