"""The run of an evaluation over modules and allocators."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import cast

import pytest
from evaluation_builder import make_code, make_function, make_module

from rl4real_data.core.errors import HostError
from rl4real_data.corpus.module import Module
from rl4real_data.evaluation.contender import BASIC, GREEDY, PBQP, Contender
from rl4real_data.evaluation.evaluating import evaluate
from rl4real_data.evaluation.module_code import ModuleCode, ModuleCompiler
from rl4real_data.stages.job import Compilation

TOTALS = {GREEDY.name: 10.0, BASIC.name: 12.0, PBQP.name: 11.0}
NOBODY = cast(Compilation, None)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, str, bool]]:
    """Module, allocator, and whether greedy's code was there, of each compilation."""
    compiled: list[tuple[str, str, bool]] = []

    def compile_(
        _self: ModuleCompiler, module: Module, contender: Contender, scratch: Path, *, greedy: ModuleCode | None = None
    ) -> ModuleCode:
        assert scratch.is_dir()
        compiled.append((module.name, contender.name, greedy is not None))
        return make_code(make_function(f"in {module.name}", TOTALS[contender.name]))

    monkeypatch.setattr(ModuleCompiler, "compile", compile_)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return compiled


def test_greedy_comes_first_and_the_others_know_its_code(asked: list[tuple[str, str, bool]]) -> None:
    evaluate([make_module()], [BASIC, PBQP], NOBODY)

    assert asked == [("a.c", "greedy", False), ("a.c", "basic", True), ("a.c", "pbqp", True)]


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("jobs", [1, 3])
def test_results_have_the_order_of_the_modules(jobs: int) -> None:
    modules = [make_module(f"{letter}.c") for letter in "dacb"]
    seen: list[tuple[int, int]] = []
    found = evaluate(modules, [BASIC, PBQP], NOBODY, jobs=jobs, progress=lambda done, of: seen.append((done, of)))

    assert [one.name for one in found.comparisons] == ["basic", "pbqp"]
    assert [pair.module for pair in found.comparisons[0].pairs] == ["d.c", "a.c", "c.c", "b.c"]
    assert [pair.ratio for pair in found.comparisons[1].pairs] == [pytest.approx(1.1)] * 4
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.usefixtures("asked")
def test_nothing_is_left_behind(tmp_path: Path) -> None:
    evaluate([make_module()], [BASIC], NOBODY)

    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_the_machines_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def compile_(*_words: object, **_more: object) -> ModuleCode:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ModuleCompiler, "compile", compile_)
    with pytest.raises(HostError, match=r"compiling a\.c: No space left on device"):
        evaluate([make_module()], [], NOBODY)
