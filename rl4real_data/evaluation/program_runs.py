"""The benchmarks of corpora, built and run with each allocator of an evaluation."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import joblib

from rl4real_data.benchmarks.callgrind import Callgrind, Counts
from rl4real_data.benchmarks.pairs import time_ratio
from rl4real_data.benchmarks.program import ProgramSources, build_program
from rl4real_data.benchmarks.workload_run import Ran, WorkloadFolder
from rl4real_data.core import interruption
from rl4real_data.core.failure import Failure
from rl4real_data.corpus.benchmark import Workload
from rl4real_data.corpus.module import Module
from rl4real_data.evaluation.contender import GREEDY, Contender
from rl4real_data.evaluation.module_code import ModuleCode, ModuleCompiler
from rl4real_data.stages.interfaces import Interfaces
from rl4real_data.stages.job import Compilation

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadResult:
    """One workload with one allocator. `problem`: why nothing is counted.

    `is_wrong`: the program does something else than with greedy; somebody made wrong code. `time`: over greedy's.
    """

    allocator: str
    program: str
    workload: str
    counts: Counts | None = None
    greedy: Counts | None = None
    time: float | None = None
    problem: str = ""
    is_wrong: bool = False

    def ratio(self, kind: str) -> float | None:
        """`instructions`, `reads` or `writes` over greedy's."""
        if self.counts is None or self.greedy is None:
            return None
        base = getattr(self.greedy, kind)
        return getattr(self.counts, kind) / base if base else None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What the program does that greedy made."""

    folder: WorkloadFolder
    program: Path
    ran: Ran
    counts: Counts | str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramRunner:
    """Builds and runs programs. `pairs`: how often each is timed beside greedy's."""

    compilation: Compilation
    callgrind: Callgrind
    contenders: tuple[Contender, ...]
    pairs: int = 0

    def run_all(
        self, programs: Sequence[ProgramSources], *, jobs: int, progress: Progress
    ) -> tuple[WorkloadResult, ...]:
        """All workloads with all allocators, in their order. Timed programs run one after the other."""
        found: list[WorkloadResult] = []
        with tempfile.TemporaryDirectory(prefix="rl4real-data-") as scratch:
            modules = [module for program in programs for module in program.modules]
            compiler = ModuleCompiler(
                compilation=self.compilation, interfaces=Interfaces(modules, Path(scratch)), is_timed=False
            )
            todo = (
                joblib.delayed(self._run)(compiler, program, Path(scratch) / str(n))
                for n, program in enumerate(programs)
            )
            results: Iterator[tuple[WorkloadResult, ...]]
            results = joblib.Parallel(n_jobs=1 if self.pairs else jobs, prefer="threads", return_as="generator")(todo)
            progress(0, len(programs))
            for done, result in enumerate(results, start=1):
                interruption.check()
                found += result
                progress(done, len(programs))
        return tuple(found)

    def _run(self, compiler: ModuleCompiler, sources: ProgramSources, folder: Path) -> tuple[WorkloadResult, ...]:
        greedy_codes: dict[Module, ModuleCode] = {}
        greedy = self._build(compiler, sources, GREEDY, folder / "greedy", greedy_codes)
        programs = [
            self._build(compiler, sources, contender, folder / f"program-{number}", greedy_codes)
            for number, contender in enumerate(self.contenders)
        ]
        found: list[WorkloadResult] = []
        for number, workload in enumerate(sources.benchmark.workloads):
            if isinstance(greedy, Failure):
                found += (self._named(one, sources, workload, problem=greedy.reason) for one in self.contenders)
                continue
            place = WorkloadFolder.made(sources, workload, folder / f"run-{number}", preparing=greedy)
            base = _Base(folder=place, program=greedy, ran=place.run(greedy), counts=self._count(place, greedy))
            for contender, program in zip(self.contenders, programs, strict=True):
                interruption.check()
                result = self._named(contender, sources, workload)
                found.append(self._compare(result, program, base))
        return tuple(found)

    @staticmethod
    def _named(
        contender: Contender, sources: ProgramSources, workload: Workload, *, problem: str = ""
    ) -> WorkloadResult:
        return WorkloadResult(allocator=contender.name, program=sources.name, workload=workload.name, problem=problem)

    def _build(
        self,
        compiler: ModuleCompiler,
        sources: ProgramSources,
        contender: Contender,
        folder: Path,
        greedy_codes: dict[Module, ModuleCode],
    ) -> Path | Failure:
        def compile_source(module: Module, object_file: Path) -> Failure | None:
            interruption.check()
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                code = compiler.compile(module, contender, Path(scratch), greedy=greedy_codes.get(module))
                if isinstance(code, Failure):
                    return code
                if contender is GREEDY:
                    greedy_codes[module] = code
                (Path(scratch) / "unit.o").replace(object_file)
            return None

        compilation = self.compilation
        return build_program(sources, compile_source, compilation.clang, compilation.target, folder)

    def _compare(self, result: WorkloadResult, program: Path | Failure, base: _Base) -> WorkloadResult:
        if isinstance(program, Failure):
            return replace(result, problem=program.reason)
        if wrong := base.folder.run(program).difference(base.ran):
            return replace(result, problem=wrong, is_wrong=True)
        counts = self._count(base.folder, program)
        if isinstance(counts, str) or isinstance(base.counts, str):
            return replace(result, problem=str(counts if isinstance(counts, str) else base.counts))
        ratio = time_ratio(base.folder, program, base.program, pairs=self.pairs)
        return replace(result, counts=counts, greedy=base.counts, time=ratio)

    def _count(self, folder: WorkloadFolder, program: Path) -> Counts | str:
        """Why not, where callgrind cannot run it."""
        try:
            return self.callgrind.count(folder, program)
        except ValueError as error:
            return str(error)
