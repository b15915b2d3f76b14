"""Compilations of modules with a policy, several at once, and what each of them was worth."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from rl4real_data.core import interruption
from rl4real_data.core.failure import Failure
from rl4real_data.corpus.elf import ElfError, text_size
from rl4real_data.mlgo.allocation import Tracer
from rl4real_data.mlgo.conversation import Compiler
from rl4real_data.mlgo.inlining import ask_module
from rl4real_data.mlgo_training.live_modules import LiveModule, Loop
from rl4real_data.mlgo_training.live_policy import LivePolicy
from rl4real_data.toolchain.process import Limits
from rl4real_data.traces.features import Task
from rl4real_data.traces.trajectory import mlgo_reward

WORST: Final = -1.0
"""The reward of code twice as bad, and of none at all."""
_Job = TypeVar("_Job")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A module's rewards: of the whole, and by context. `failure`: why it has the worst, or nothing."""

    reward: float
    contexts: dict[str, float]
    steps: int
    failure: str = ""


class Player:
    """Compiles modules of a loop; `play` may be called from several threads."""

    def __init__(self, task: Task, loop: Loop, limits: Limits, scratch: Path) -> None:
        self._task, self._loop, self._limits, self._scratch = task, loop, limits, scratch

    def play(self, module: LiveModule, policy: LivePolicy) -> Played:
        """With the policy's decisions. UsageError for one that does not fit the compiler."""
        with tempfile.TemporaryDirectory(dir=self._scratch) as folder:
            compiler = Compiler(clang=self._loop.clang.path, cwd=module.cwd, scratch=Path(folder), limits=self._limits)
            found = (self._size if self._task is Task.INLINING else self._scores)(compiler, module, policy)
        if isinstance(found, Failure):
            return Played(
                reward=WORST, contexts=dict.fromkeys(module.baselines, WORST), steps=policy.count, failure=found.reason
            )
        common = [name for name in found if name in module.baselines]
        contexts = {name: _reward(found[name], module.baselines[name]) for name in common}
        whole = _reward(sum(found[name] for name in common), sum(module.baselines[name] for name in common))
        return Played(reward=whole, contexts=contexts, steps=policy.count)

    def _size(self, compiler: Compiler, module: LiveModule, policy: LivePolicy) -> dict[str, float] | Failure:
        made = compiler.scratch / "unit.o"
        told = ask_module(compiler, (*module.arguments, "-o", str(made)), policy)
        if isinstance(told, Failure):
            return told
        try:
            return dict.fromkeys(module.baselines, float(text_size(made.read_bytes())))
        except (ElfError, FileNotFoundError) as error:
            raise AssertionError("what was traced gives an object file") from error

    def _scores(self, compiler: Compiler, module: LiveModule, policy: LivePolicy) -> dict[str, float] | Failure:
        tracer = Tracer(compiler=compiler, plugin=self._loop.plugin)
        arguments = (*module.arguments, "-o", str(compiler.scratch / "unit.o"))
        traced = tracer.trace(self._task, arguments, policy, entered=policy.enter)
        if isinstance(traced, Failure):
            return traced
        return {each.context: math.inf if each.failure else each.score for each in traced.functions}


def _reward(score: float, baseline: float) -> float:
    """MLGO's, but none is worse than the worst."""
    return max(WORST, mlgo_reward(score, baseline))


@contextmanager
def workers(count: int) -> Iterator[Callable[[Callable[[_Job], _Result], Sequence[_Job]], list[_Result]]]:
    """What does jobs, `count` at once, and tells the results in their order. What one raises ends all."""
    with ThreadPoolExecutor(max_workers=max(1, count)) as pool:

        def do(work: Callable[[_Job], _Result], jobs: Sequence[_Job]) -> list[_Result]:
            futures: list[Future[_Result]] = [pool.submit(work, job) for job in jobs]
            try:
                return [_result(future) for future in futures]
            finally:
                for future in futures:
                    future.cancel()

        yield do


def _result(future: Future[_Result]) -> _Result:
    interruption.check()
    return future.result()
