"""The search inside a clang call, with a compiler that is no process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from fake_trial import BEST, DESCRIBED, FakeFunction, make_tool

from rl4real_data.core.errors import ToolchainError, UsageError
from rl4real_data.improve import source_search
from rl4real_data.improve.choices import guessed
from rl4real_data.improve.function_search import SearchSettings
from rl4real_data.improve.source_search import SearchedCompile, compile_searched, report_of
from rl4real_data.labels.decisions import Decisions
from rl4real_data.live.clang_call import ClangCall
from rl4real_data.live.decisions_file import read_decisions

SETTINGS = SearchSettings(candidates=150, trials=0)


class Clang:
    """What is asked of it. `breaks_at`: the function at which it ends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, breaks_at: int = 9) -> None:
        self.chosen: list[Decisions] = []
        self.started: list[tuple[str, ...]] = []
        self._breaks_at = breaks_at
        monkeypatch.setattr(source_search, "trial_of_source", self._trial)

    @contextmanager
    def _trial(self, _tool: object, _words: object, *, errors: IO[bytes], **_: Any) -> Iterator[Iterator[object]]:
        errors.write(b"a.c:1: warning: unused\n")
        yield self._functions()

    def _functions(self) -> Iterator[object]:
        for number in range(2):
            if number == self._breaks_at:
                raise ToolchainError("the compiler that tries candidates failed: it ended with 1\na.c:1: error")
            yield FakeFunction(name=f"f{number}", chosen=self.chosen)

    def compile(self, *words: str, compiles: int = 1) -> SearchedCompile:
        tool = make_tool()
        call = ClangCall(clang=tool.clang, words=words, compiles=compiles, target=None)
        return compile_searched(call, tool, SETTINGS, cwd=Path(), start=self._start)

    def _start(self, command: tuple[str, ...], **_: object) -> int:
        self.started.append(command)
        return 4


def test_best_is_carried_out_in_the_same_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clang = Clang(monkeypatch)
    done = clang.compile("-O3", "-c", "a.c")

    assert [set(map(tuple, one)) for one in clang.chosen] == [BEST, BEST]
    assert (done.returncode, done.said, done.problem, clang.started) == (0, b"a.c:1: warning: unused\n", "", [])
    (tmp_path / "report").write_text("".join(report_of(done)))
    assert list(read_decisions(tmp_path / "report")) == ["f0", "f1"]
    first = json.loads((tmp_path / "report").read_text().splitlines()[0])
    assert (first["value"], first["greedy_value"], first["candidates"], first["reason"]) == (85.0, 100.0, 150, None)


def test_compiler_that_fails_runs_once_more_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It then says itself what is wrong with the source; and a search that fails costs nobody an object file."""
    clang = Clang(monkeypatch, breaks_at=1)
    done = clang.compile("-O3", "-c", "a.c")

    assert (done.returncode, done.functions, done.said) == (4, (), b"")
    assert done.problem == "the compiler that tries candidates failed: it ended with 1"
    assert clang.started == [("clang", "-O3", "-c", "a.c")]


def test_call_that_compiles_nothing_runs_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    clang = Clang(monkeypatch)

    assert clang.compile("a.o", "-o", "a", compiles=0) == SearchedCompile(returncode=4)
    assert clang.started == [("clang", "a.o", "-o", "a")]


def test_terminal_is_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="goes through this terminal"):
        Clang(monkeypatch).compile("-O3", "-c", "-x", "c", "-")


def test_callee_saved_registers_are_what_calls_leave() -> None:
    crossing = {**DESCRIBED["nodes"][0], "registers": ["rbx", "rbp"]}
    other = {**DESCRIBED["nodes"][1], "registers": ["rax", "rcx", "rdx", "rbx", "rbp"]}

    assert guessed({"nodes": [crossing, other]}).callee_saved == {"rbx", "rbp"}
    assert guessed({"nodes": []}).callee_saved == set()
