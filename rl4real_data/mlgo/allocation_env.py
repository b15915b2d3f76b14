"""The environments of eviction and priority.

The plugin asks over its pipe: its score of each function is what MLGO's reward is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import ToolchainError
from rl4real_data.core.extras import required_by
from rl4real_data.core.failure import Failure
from rl4real_data.mlgo.advice_rules import LARGEST_PRIORITY, AdviceRule, plugin_rule
from rl4real_data.mlgo.allocation import AllocatedModule, Tracer, allocate_module
from rl4real_data.mlgo.conversation import Compiler
from rl4real_data.mlgo.module_env import LIMITS, MlgoEnv, ModuleCommand
from rl4real_data.mlgo.stepwise import Waiting
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.installation import Installation
from rl4real_data.traces.features import EVICTION_COLUMNS, Task
from rl4real_data.traces.trajectory import mlgo_reward

with required_by("the environments of MLGO's tasks", extra="env"):
    from gymnasium import spaces


class AllocationEnv(MlgoEnv):
    """What both have in common: `info["context"]` is the function that is decided on.

    The score is the sum of LLVM's scores of the functions with decisions. At the end `info["functions"]` has `context`,
    `steps`, `score`, `baseline` and `reward` of each, MLGO's, in the order of the steps. A policy that lets registers
    evict each other without end is left, which truncates the episode. ToolchainError for the RL4ReAl fork, and where
    the plugin cannot be built.
    """

    def _prepare(self) -> None:
        if self._clang.is_fork:
            raise ToolchainError(
                f"{self._clang.path} is the RL4ReAl fork, whose advisors cannot be asked",
                hint="set BUILD_DIR to a stock LLVM 22 or 19",
            )
        self._plugin = Installation.of(load_environment()).plugin(self._clang, announce=lambda _text: None)

    def _new_rule(self) -> AdviceRule:
        return plugin_rule(self.task)

    def _compile(self, module: ModuleCommand, policy: Waiting) -> AllocatedModule | Failure:
        compiler = Compiler(clang=self._clang.path, cwd=module.cwd or Path.cwd(), scratch=self._scratch, limits=LIMITS)
        tracer = Tracer(compiler=compiler, plugin=self._plugin.path)
        arguments = (*module.arguments, "-o", str(self._scratch / "unit.o"))
        return allocate_module(tracer, self.task, arguments, policy, entered=policy.enter)

    def _info(self) -> dict[str, Any]:
        return {**super()._info(), "context": self._context}

    def _details(self, outcome: AllocatedModule) -> dict[str, Any]:
        functions = [
            {
                "context": each.context,
                "steps": each.steps,
                "score": each.score,
                "baseline": each.baseline,
                "reward": mlgo_reward(each.score, each.baseline),
            }
            for each in outcome.functions
        ]
        return {"functions": functions}


class EvictionEnv(AllocationEnv):
    """Which live range greedy evicts: a column whose `mask` is 1; 32 evicts nothing."""

    task = Task.EVICTION

    def __init__(self, modules: Sequence[ModuleCommand], *, clang: Clang | None = None, shuffle: bool = False) -> None:
        super().__init__(modules, clang=clang, shuffle=shuffle)
        self.action_space = spaces.Discrete(EVICTION_COLUMNS)


class PriorityEnv(AllocationEnv):
    """The priority with which a register enters greedy's queue, the largest first; its whole part counts."""

    task = Task.PRIORITY

    def __init__(self, modules: Sequence[ModuleCommand], *, clang: Clang | None = None, shuffle: bool = False) -> None:
        super().__init__(modules, clang=clang, shuffle=shuffle)
        self.action_space = spaces.Box(0, LARGEST_PRIORITY, ())
