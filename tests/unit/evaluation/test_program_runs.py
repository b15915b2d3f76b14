"""Programs of an evaluation: built with each allocator, compared with greedy's, and counted."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from evaluation_builder import make_module
from small_tools import shell

from rl4real_data.benchmarks.callgrind import Callgrind, Counts
from rl4real_data.benchmarks.program import CompileSource, ProgramSources
from rl4real_data.benchmarks.workload_run import WorkloadFolder
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.corpus.benchmark import Benchmark, Invoked, Workload
from rl4real_data.evaluation import program_runs
from rl4real_data.evaluation.contender import Contender
from rl4real_data.evaluation.program_runs import ProgramRunner, WorkloadResult
from rl4real_data.evaluation.workloads_text import render_workloads, wrong_results
from rl4real_data.stages.job import Compilation

COUNTS = {"greedy": Counts(instructions=1000, reads=300, writes=100)}
BROKEN = Failure(kind=FailureKind.CRASH, reason="a.c: the compiler died of SIGSEGV")


class FakeCallgrind:
    """Counts by the name of the folder that a program was built in."""

    def count(self, _folder: WorkloadFolder, program: Path) -> Counts:
        if "cannot" in program.read_text():
            raise ValueError("callgrind cannot run it")
        return COUNTS["greedy"] if program.parent.name == "greedy" else replace(COUNTS["greedy"], reads=150)


def results(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lines: Mapping[str, str | Failure]
) -> tuple[WorkloadResult, ...]:
    """With programs that are these lines of shell, by the name of who allocates."""
    names = iter(lines.values())

    def build(
        _sources: ProgramSources, _compile: CompileSource, _clang: object, _target: object, folder: Path
    ) -> object:
        line = next(names)
        if isinstance(line, Failure):
            return line
        folder.mkdir(parents=True)
        return Path(shell(folder, line)).rename(folder / "toy")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where a unit test may start what it wrote
    monkeypatch.setattr(program_runs, "build_program", build)
    work = Workload(name="work", call=Invoked())
    benchmark = Benchmark(program="toy", sources=("*.c",), workloads=(work,))
    sources = ProgramSources(corpus="corpus", benchmark=benchmark, root=tmp_path, modules=(make_module(),))
    runner = ProgramRunner(
        compilation=cast(Compilation, SimpleNamespace(clang=None, target=None)),
        callgrind=cast(Callgrind, FakeCallgrind()),
        contenders=tuple(Contender(name=name) for name in list(lines)[1:]),
    )
    return runner.run_all([sources], jobs=1, progress=lambda _done, _total: None)


def test_what_a_program_executes_is_compared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (found,) = results(monkeypatch, tmp_path, {"greedy": "echo right", "policy": "echo right"})

    assert (found.allocator, found.program, found.workload) == ("policy", "corpus/toy", "work")
    assert (found.ratio("instructions"), found.ratio("reads"), found.ratio("writes")) == (1.0, 0.5, 1.0)
    assert not found.is_wrong


def test_a_policy_that_makes_wrong_code_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (found,) = results(monkeypatch, tmp_path, {"greedy": "echo right", "policy": "echo wrong"})

    assert found.is_wrong
    assert found.counts is None
    said = "corpus/toy work with policy: another output than with greedy"
    assert wrong_results([found]) == [said]
    assert f"WRONG CODE: {said}" in render_workloads([found])


def test_one_that_cannot_be_built_is_named_and_not_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    built, broken = results(monkeypatch, tmp_path, {"greedy": "echo a", "pbqp": "echo a", "policy": BROKEN})

    assert built.counts is not None
    assert (broken.problem, broken.is_wrong) == (BROKEN.reason, False)
    assert "a.c: the compiler died of SIGSEGV" in render_workloads([built, broken])


def test_without_greedys_program_there_is_nothing_to_compare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = results(monkeypatch, tmp_path, {"greedy": BROKEN, "policy": "echo a"})

    assert [one.problem for one in found] == [BROKEN.reason]


def test_one_that_callgrind_cannot_run_has_no_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (found,) = results(monkeypatch, tmp_path, {"greedy": "echo a", "policy": "echo a # cannot"})

    assert (found.problem, found.counts, found.is_wrong) == ("callgrind cannot run it", None, False)
