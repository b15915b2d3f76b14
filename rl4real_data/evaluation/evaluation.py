"""An evaluation, from the words of a command to its figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from rl4real_data.benchmarks.callgrind import Callgrind
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import ToolchainError, UsageError
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.evaluation.chosen_code import find_code, require_programs
from rl4real_data.evaluation.comparison import Comparison
from rl4real_data.evaluation.contender import BASIC, PBQP, Contender
from rl4real_data.evaluation.evaluating import Progress, evaluate
from rl4real_data.evaluation.figures import Standing
from rl4real_data.evaluation.labelled import labelled
from rl4real_data.evaluation.policy_contender import policy_contender
from rl4real_data.evaluation.program_runs import ProgramRunner, WorkloadResult
from rl4real_data.flow.preparation import Recording, prepare_compilation
from rl4real_data.flow.request import CorpusChoice
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.block_cycles import MachineCodeAnalyzer
from rl4real_data.toolchain.installation import Installation

Watch = Callable[[str], AbstractContextManager[Progress]]
"""Makes what is told how many of the things that the word names are done."""

VERSION: Final = 1
"""Of the JSON form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be evaluated: `policy` as it was named, on which code, with what.

    `labels`: a dataset whose labels are a row; `settings`: `OPTION=VALUE` of LLVM's, a row each; `has_others`: rows of
    LLVM's basic and PBQP allocators. `asks_analyzer`: what llvm-mca says of hot blocks is compared. `runs_programs`:
    the benchmarks of the corpora are run, too, each timed in so many `pairs` with greedy's.
    """

    policy: str
    tries: int
    labels: Path | None
    settings: tuple[str, ...]
    corpora: CorpusChoice
    supply: Supply
    recording: Recording
    installation: Installation
    has_others: bool = True
    jobs: int = 1
    is_timed: bool = True
    asks_analyzer: bool = False
    runs_programs: bool = False
    pairs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What came of it. `comparisons` and `standings` are in one order."""

    policy: str
    target: str
    cpu: str
    opt_level: str
    llvm_version: str
    corpora: tuple[str, ...]
    modules: int
    comparisons: tuple[Comparison, ...]
    standings: tuple[Standing, ...]
    workloads: tuple[WorkloadResult, ...] = ()

    @classmethod
    def of(cls, request: Request, *, say: Callable[[str], None], watch: Watch) -> Self:
        """Runs it. Errors are those of the command."""
        callgrind = Callgrind.found(request.installation.search_path) if request.runs_programs else None
        compilation = _compilation(request, say)
        analyzer = _analyzer(compilation) if request.asks_analyzer else None
        jobs = 1 if ":" in request.policy else request.jobs
        with _contenders(request, compilation, say) as contenders:
            code = find_code(request.corpora, request.supply, compilation, jobs=request.jobs, say=say)
            programs = require_programs(code) if callgrind else ()
            with watch("module") as progress:
                found = evaluate(
                    code.modules,
                    contenders,
                    compilation,
                    jobs=jobs,
                    is_timed=request.is_timed,
                    analyzer=analyzer,
                    progress=progress,
                )
            workloads: tuple[WorkloadResult, ...] = ()
            if callgrind is not None:
                runner = ProgramRunner(
                    compilation=compilation, callgrind=callgrind, contenders=contenders, pairs=request.pairs
                )
                with watch("program") as progress:
                    workloads = runner.run_all(programs, jobs=jobs, progress=progress)
        return cls(
            policy=request.policy,
            target=compilation.target.name.value,
            cpu=compilation.recipe.cpu,
            opt_level=compilation.recipe.opt_level,
            llvm_version=compilation.clang.version,
            corpora=tuple(sorted({module.corpus for module in code.modules})),
            modules=found.modules,
            comparisons=found.comparisons,
            standings=tuple(map(Standing.of, found.comparisons)),
            workloads=workloads,
        )

    @property
    def title(self) -> str:
        """What was compared."""
        functions = max((one.all.functions for one in self.standings), default=0)
        code = f"{', '.join(self.corpora)}: {counted(self.modules, 'module')}, {counted(functions, 'function')}"
        return f"{code}; {self.target} ({self.cpu}), -{self.opt_level}, LLVM {self.llvm_version}"

    def to_json(self) -> str:
        """All figures, and the ratio of every function."""
        head: dict[str, Any] = {
            "version": VERSION,
            "policy": self.policy,
            "target": self.target,
            "cpu": self.cpu,
            "opt_level": self.opt_level,
            "llvm_version": self.llvm_version,
            "corpora": self.corpora,
            "modules": self.modules,
            "standings": [one.to_json() for one in self.standings],
            "workloads": [one.to_json() for one in self.workloads],
            "functions": [row for one in self.comparisons for row in _functions(one)],
        }
        return json.dumps(head, indent=1, ensure_ascii=False) + "\n"


def _functions(comparison: Comparison) -> Iterator[dict[str, Any]]:
    for pair in comparison.pairs:
        yield {
            "allocator": comparison.name,
            "corpus": pair.corpus,
            "module": pair.module,
            "function": pair.own.function,
            "content_hash": pair.own.content_hash,
            "edited": pair.greedy.is_edited,
            "ratio": pair.ratio,
        }


def _compilation(request: Request, say: Callable[[str], None]) -> Compilation:
    compilation, _ = prepare_compilation(request.recording, request.installation, announce=say)
    if compilation.plugin is None:
        raise ToolchainError(
            f"{compilation.clang.path} is the RL4ReAl fork, which does not tell of its final code",
            hint="use a stock clang: leave BUILD_DIR and --build-dir out",
        )
    return compilation


def _analyzer(compilation: Compilation) -> MachineCodeAnalyzer:
    recipe = compilation.recipe
    return MachineCodeAnalyzer.of(compilation.clang, compilation.target, recipe.cpu, compilation.limits)


@contextmanager
def _contenders(
    request: Request, compilation: Compilation, say: Callable[[str], None]
) -> Iterator[tuple[Contender, ...]]:
    """LLVM's own, the policy, and the labels."""
    assert compilation.plugin is not None, "a stock clang"
    settings = tuple(map(_setting, request.settings))
    best = () if request.labels is None else (labelled(request.labels, compilation.target.name),)
    with policy_contender(
        request.policy,
        tries=request.tries,
        target=compilation.target,
        clang=compilation.clang,
        plugin=compilation.plugin,
        cache_dir=request.installation.cache_dir,
        say=say,
    ) as policy:
        others = (BASIC, PBQP) if request.has_others else ()
        found = (*others, *settings, *(() if policy is None else (policy,)), *best)
        if not found:
            raise UsageError(
                "--no-others: nothing is left to compare greedy with", hint="name a policy or --set, or leave it out"
            )
        yield found


def _setting(word: str) -> Contender:
    """Greedy with an option of LLVM's for all functions."""
    option, equals, value = word.lstrip("-").partition("=")
    if not option or not equals or not value:
        raise UsageError(f"--set {word}: no OPTION=VALUE", hint="such as --set regalloc-csr-first-time-cost=100")
    return Contender(name=f"{option}={value}", flags=(f"-{option}={value}",))
