"""A stock clang in the place of one built with TensorFlow in development mode.

It takes the development mode's flags, compiles with LLVM's own decisions or those of a model under training, and writes
the training log that MLGO's scripts read. Without such flags it is clang.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import ToolchainError
from rl4real_data.mlgo.allocation import Tracer
from rl4real_data.mlgo.conversation import Compiler
from rl4real_data.mlgo.development_allocation import compile_allocation
from rl4real_data.mlgo.development_flags import read_development_flags
from rl4real_data.mlgo.development_inlining import compile_inlining
from rl4real_data.mlgo.development_result import DevelopmentResult
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.process import Limits, run_attached
from rl4real_data.traces.features import Task

LIMITS: Final = Limits(timeout_s=3600)
"""Whoever calls has limits of his own; MLGO's is a minute."""


def compile_in_development_mode(
    words: Sequence[str],
    installation: Installation,
    scratch: Path,
    *,
    announce: Callable[[str], None] = lambda _text: None,
) -> DevelopmentResult:
    """What the words say. UsageError for a model that does not fit, HostError for a log that cannot be written.

    ToolchainError for a compiler that has no plugin, where registers are decided on; `announce` tells of its building.
    """
    call = read_development_flags(words)
    clang = installation.clang()
    tasks = [each for each in call.tasks if each.log or each.model]
    if not tasks:
        return DevelopmentResult(returncode=run_attached((str(clang.path), *call.words)))
    compiler = Compiler(clang=clang.path, cwd=Path.cwd(), scratch=scratch, limits=LIMITS, is_confined=False)
    if tasks[0].task is Task.INLINING:
        return compile_inlining(compiler, clang.major, call.words, tasks[0])
    if clang.is_fork:
        raise ToolchainError(
            f"{clang.path} is the RL4ReAl fork, whose advisors cannot be logged",
            hint="set BUILD_DIR to a stock LLVM 22 or 19",
        )
    plugin = installation.plugin(clang, announce=announce)
    return compile_allocation(Tracer(compiler=compiler, plugin=plugin.path), call.words, tasks)
