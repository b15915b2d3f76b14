"""The search over corpora, with a compiler that is no process: one file, resume, the same bytes for any jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from fake_trial import BEST, FakeFunction, make_tool

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.errors import HostError, ToolchainError, UsageError
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Language, Module
from rl4real_data.improve import module_search
from rl4real_data.improve.choices import Known
from rl4real_data.improve.corpus_improving import ImprovedCorpora, improve_corpora
from rl4real_data.improve.function_search import SearchSettings
from rl4real_data.improve.greedy_alone import GreedysFunction
from rl4real_data.improve.module_search import ModuleSearch
from rl4real_data.live.decisions_file import read_decisions
from rl4real_data.stages.interfaces import Interfaces
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.process import Limits
from rl4real_data.toolchain.profile import Profile

KNOWN = Known(callee_saved={"rbx", "rbp"}, greedy={})


@dataclass
class Compilers:
    """Modules by their source's name, with their functions. `ends_at`: so many are searched before there is no room."""

    modules: Mapping[str, tuple[str, ...]]
    untouched: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    dies_at: str = ""
    ends_at: int = 99
    met: list[FakeFunction] = field(default_factory=list)
    words: list[tuple[str, ...]] = field(default_factory=list)

    def functions_of_module(self, _tool: object, words: tuple[str, ...], **_: Any) -> tuple[GreedysFunction, ...]:
        source = self._source(words)
        if source in self.broken:
            raise ToolchainError(f"{source}:1: error: no")
        return tuple(
            GreedysFunction(name=name, digest=f"{source} {name}", known=KNOWN, is_edited=name not in self.untouched)
            for name in self.modules[source]
        )

    @contextmanager
    def trial_of_source(self, _tool: object, words: tuple[str, ...], **_: Any) -> Iterator[Iterator[FakeFunction]]:
        self.words.append(words)
        yield self._waiting(self.modules[self._source(words)])

    def _waiting(self, names: tuple[str, ...]) -> Iterator[FakeFunction]:
        for name in names:
            if name == self.dies_at:
                raise ToolchainError("the compiler that tries candidates failed: it ended with 1\nclang: x")
            if sum(bool(one.tried) for one in self.met) >= self.ends_at:
                raise HostError("no room")
            self.met.append(FakeFunction(name=name))
            yield self.met[-1]

    def _source(self, words: tuple[str, ...]) -> str:
        return next(word for word in words if word.endswith(".c"))


@pytest.fixture
def compilers(monkeypatch: pytest.MonkeyPatch) -> Compilers:
    fake = Compilers({"src/a.c": ("f", "g"), "src/b.c": ("f", "h", "idle")})
    monkeypatch.setattr(module_search, "functions_of_module", fake.functions_of_module)
    monkeypatch.setattr(module_search, "trial_of_source", fake.trial_of_source)
    return fake


def profile(**executions: int) -> Profile:
    return Profile(path=Path("/p.profdata"), sha256="0", executions=executions)


def improve(
    file: Path, *, seen: Profile | None = None, take_all: bool = False, jobs: int = 1, limit: int | None = None
) -> ImprovedCorpora:
    tool = make_tool()
    modules = [
        Module(corpus="c", root=Path("/c"), path=PurePosixPath(name), language=Language.C, license="MIT")
        for name in ("src/a.c", "src/b.c")
    ]
    search = ModuleSearch(
        compilation=Compilation(
            clang=tool.clang,
            plugin=tool.plugin,
            target=TARGETS[TargetName.X86],
            allocator=ALLOCATORS[AllocatorName.MLRA],
            recipe=load_recipe(TargetName.X86),
            limits=Limits(timeout_s=5),
        ),
        tool=tool,
        settings=SearchSettings(candidates=100, trials=0),
        interfaces=Interfaces(modules, file.parent),
        profile=seen,
        take_all=take_all,
    )
    return improve_corpora(modules, search, file, jobs=jobs, limit=limit)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_one_file_holds_the_decisions_of_all_modules(compilers: Compilers, tmp_path: Path) -> None:
    compilers.untouched = frozenset({"idle"})
    done = improve(tmp_path / "d")
    found = lines(tmp_path / "d")

    assert [(line["source"], line["function"]) for line in found] == [
        *(("src/a.c", "f"), ("src/a.c", "g")),
        *(("src/b.c", "f"), ("src/b.c", "h")),
    ]
    assert [{tuple(one) for one in line["decisions"]} for line in found] == [BEST] * 4
    assert {(line["value"], line["greedy_value"], line["reason"]) for line in found} == {(85.0, 100.0, None)}
    assert (done.modules, done.functions, done.searched, done.failures, done.gain.improved) == (2, 4, 4, (), 4)
    assert set(read_decisions(tmp_path / "d")) == {"f", "g", "h"}
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_functions_that_never_ran_are_left_to_greedy(compilers: Compilers, tmp_path: Path) -> None:
    """And the compiler is given the profile."""
    done = improve(tmp_path / "d", seen=profile(f=0, g=5, h=9, idle=1), take_all=True)

    assert [line["function"] for line in lines(tmp_path / "d")] == ["g", "h", "idle"]
    assert done.functions == 3
    assert all("-fprofile-use=/p.profdata" in words for words in compilers.words)


@pytest.mark.usefixtures("compilers")
def test_limit_takes_what_is_executed_most(tmp_path: Path) -> None:
    improve(tmp_path / "d", seen=profile(f=7, g=5, h=9, idle=1), limit=2)
    assert [(line["source"], line["function"]) for line in lines(tmp_path / "d")] == [
        ("src/a.c", "f"),
        ("src/b.c", "h"),
    ]
    improve(tmp_path / "e", limit=2)
    assert [line["function"] for line in lines(tmp_path / "e")] == ["f", "f"]


@pytest.mark.usefixtures("compilers")
def test_any_number_of_jobs_gives_the_same_bytes(tmp_path: Path) -> None:
    for jobs in (1, 3):
        improve(tmp_path / str(jobs), jobs=jobs)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "3").read_bytes()


@pytest.mark.parametrize("moment", [0, 1, 3])
def test_run_that_ends_early_goes_on(compilers: Compilers, tmp_path: Path, moment: int) -> None:
    """Function by function: one module may hold a whole program."""
    improve(tmp_path / "whole")
    compilers.met.clear()
    compilers.ends_at = moment
    with pytest.raises(HostError, match="no room"):
        improve(tmp_path / "cut")
    assert not (tmp_path / "cut").exists()
    compilers.ends_at = 99
    done = improve(tmp_path / "cut")

    assert (done.functions, done.searched) == (5, 5 - moment)
    assert (tmp_path / "cut").read_bytes() == (tmp_path / "whole").read_bytes()


def test_module_that_fails_costs_itself_alone(compilers: Compilers, tmp_path: Path) -> None:
    """Tried again, what was found is not searched again."""
    compilers.broken = frozenset({"src/b.c"})
    done = improve(tmp_path / "d")
    assert done.failures == (("c/src/b.c", "src/b.c:1: error: no"),)
    assert [line["function"] for line in lines(tmp_path / "d")] == ["f", "g"]

    compilers.broken, compilers.dies_at = frozenset(), "h"
    done = improve(tmp_path / "d")
    assert done.failures == (("c/src/b.c", "the compiler that tries candidates failed: it ended with 1"),)
    assert (done.functions, done.searched) == (5, 1)
    assert [line["function"] for line in lines(tmp_path / "d")] == ["f", "g", "f"]


@pytest.mark.usefixtures("compilers")
def test_file_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--decisions: .*: a folder"):
        improve(tmp_path)
    with pytest.raises(UsageError, match="absent: no such folder"):
        improve(tmp_path / "absent" / "d")
