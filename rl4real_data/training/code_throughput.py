"""RL4ReAl's second reward, for which llvm-mca looks at the code.

All instructions of a function are one block, as in RL4ReAl: how often each is executed does not count.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Self

from rl4real_data.allocation.answer_backend import AnswerCosts
from rl4real_data.allocation.split_allocation import SplitAllocation
from rl4real_data.core.environment import load_environment
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.live.compiler_backend import CompilerBackend
from rl4real_data.live.report import FunctionReport
from rl4real_data.reading.episode import Episode
from rl4real_data.toolchain.block_cycles import MachineCodeAnalyzer, instructions_in
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.process import Completed, Limits, run

THROUGHPUT: Final = "throughput"
GREEDY_THROUGHPUT: Final = "greedy_throughput"


class ThroughputBackend:
    """Costs of the compiler, and in the info the cycles of the answer's code by the resources of a processor and those
    of greedy's; None where llvm-mca knows none of the instructions.
    """

    def __init__(self, compiler: CompilerBackend, analyzer: MachineCodeAnalyzer, *, opt_level: str) -> None:
        self._compiler, self._analyzer, self._opt_level = compiler, analyzer, opt_level
        self._greedy: dict[str, float | None] = {}

    @classmethod
    def find(
        cls, target: str, cpu: str, opt_level: str, limits: Limits, *, start: Callable[..., Completed] = run
    ) -> Self:
        """With the compiler that `rl4real-data` finds and its llvm-mca. ToolchainError if one of them is not there."""
        clang = Installation.of(load_environment()).clang()
        analyzer = MachineCodeAnalyzer.of(clang, TARGETS[TargetName(target)], cpu, limits, start=start)
        analyzer = replace(analyzer, iterations=1)  # the throughput is that of many
        return cls(CompilerBackend.find(limits=limits, start=start), analyzer, opt_level=opt_level)

    def costs_of(self, episode: Episode, allocation: SplitAllocation) -> AnswerCosts:
        """The costs of the whole answer."""
        report, throughput = self._look_at(episode, allocation.decisions(episode.register_table.names))
        if episode.episode_id not in self._greedy:
            self._greedy[episode.episode_id] = self._look_at(episode, [])[1]
        info = {"score": report.score, "report": report, THROUGHPUT: throughput}
        return AnswerCosts(costs=report.costs, info={**info, GREEDY_THROUGHPUT: self._greedy[episode.episode_id]})

    def _look_at(self, episode: Episode, decisions: list[Any]) -> tuple[FunctionReport, float | None]:
        with tempfile.TemporaryDirectory() as scratch:
            report, assembly = self._compiler.code_of(episode, decisions, opt_level=self._opt_level)
            (figures,) = self._analyzer.figures([instructions_in(assembly.splitlines())], Path(scratch))
        return report, None if figures is None else figures.throughput
