"""The run of an evaluation over all modules and allocators."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import joblib

from rl4real_data.core import interruption
from rl4real_data.core.errors import HostError
from rl4real_data.core.failure import Failure
from rl4real_data.corpus.module import Module
from rl4real_data.evaluation.comparison import Comparison
from rl4real_data.evaluation.contender import GREEDY, Contender
from rl4real_data.evaluation.module_code import ModuleCode, ModuleCompiler
from rl4real_data.stages.interfaces import Interfaces
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.block_cycles import MachineCodeAnalyzer

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What came of it: how many modules there were, and each allocator beside greedy, in the order asked for."""

    modules: int
    comparisons: tuple[Comparison, ...]


def evaluate(
    modules: Sequence[Module],
    contenders: Sequence[Contender],
    compilation: Compilation,
    *,
    jobs: int = 1,
    is_timed: bool = True,
    analyzer: MachineCodeAnalyzer | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Evaluated:
    """Compiles each module with greedy and with each of the others. The order of the results is that of the modules.

    HostError for what is no fault of a module.
    """
    comparisons = tuple(Comparison(name=contender.name) for contender in contenders)
    with tempfile.TemporaryDirectory(prefix="rl4real-data-") as folder:
        compiler = ModuleCompiler(
            compilation=compilation,
            interfaces=Interfaces(modules, Path(folder)),
            is_timed=is_timed,
            analyzer=analyzer,
        )
        todo = (joblib.delayed(_compile_all)(compiler, module, contenders, Path(folder)) for module in modules)
        # Threads: the work is the compilers'.
        results: Iterator[list[ModuleCode | Failure]]
        results = joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(todo)
        progress(0, len(modules))
        for done, (module, (greedy, *others)) in enumerate(zip(modules, results, strict=True), start=1):
            interruption.check()
            for comparison, own in zip(comparisons, others, strict=True):
                comparison.add(module, greedy, own)
            progress(done, len(modules))
    return Evaluated(modules=len(modules), comparisons=comparisons)


def _compile_all(
    compiler: ModuleCompiler, module: Module, contenders: Sequence[Contender], folder: Path
) -> list[ModuleCode | Failure]:
    """Greedy's code first, then each of the others'."""
    found: list[ModuleCode | Failure] = []
    for contender in (GREEDY, *contenders):
        interruption.check()
        greedy = found[0] if found and isinstance(found[0], ModuleCode) else None
        try:
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                found.append(compiler.compile(module, contender, Path(scratch), greedy=greedy))
        except InterruptedError:
            raise
        except OSError as error:
            raise HostError.of(error, doing=f"compiling {module.stored_path}") from error
    return found
