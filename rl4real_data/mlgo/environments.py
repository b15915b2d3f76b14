"""Gymnasium environments of MLGO's tasks, with the compiler in the loop.

An episode is one module: a step is one decision, and the reward comes at its end, MLGO's: the part of the baseline that
was saved. Nothing is recorded beforehand, so each `reset` starts a clang, which waits for each action.
"""

from __future__ import annotations

__all__ = ["EvictionEnv", "InliningEnv", "MlgoEnv", "ModuleCommand", "PriorityEnv"]

from collections.abc import Sequence

from rl4real_data.core.extras import required_by
from rl4real_data.core.failure import Failure
from rl4real_data.mlgo.allocation_env import EvictionEnv, PriorityEnv
from rl4real_data.mlgo.inlining import trace_module
from rl4real_data.mlgo.module_env import LIMITS, MlgoEnv, ModuleCommand
from rl4real_data.mlgo.stepwise import Waiting
from rl4real_data.toolchain.clang import Clang
from rl4real_data.traces.features import Task
from rl4real_data.traces.trajectory import Trajectory

with required_by("the environments of MLGO's tasks", extra="env"):
    from gymnasium import spaces


class InliningEnv(MlgoEnv):
    """Inlining for size: 1 inlines. The score is the module's bytes of code and constants, as `llvm-size` counts."""

    task = Task.INLINING

    def __init__(self, modules: Sequence[ModuleCommand], *, clang: Clang | None = None, shuffle: bool = False) -> None:
        super().__init__(modules, clang=clang, shuffle=shuffle)
        self.action_space = spaces.Discrete(2)

    def _compile(self, module: ModuleCommand, policy: Waiting) -> Trajectory | Failure:
        return trace_module(
            self._clang, module.arguments, self._scratch, policy, LIMITS, context=module.name, cwd=module.cwd
        )
