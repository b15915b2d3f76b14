"""A user's own clang command whose calls a model inlines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rl4real_data.core.failure import Failure
from rl4real_data.mlgo.conversation import Compiler, llvm_words
from rl4real_data.mlgo.inlining import growth_flags
from rl4real_data.mlgo.policies.onnx_model import OnnxPolicy
from rl4real_data.toolchain.process import Completed
from rl4real_data.traces.features import Task


def compile_inlined(compiler: Compiler, words: Sequence[str], model: Path) -> Completed | Failure:
    """How the compiler ended, with what it said. UsageError for a model that does not fit.

    A Failure if a second compiler spoke on the channel: one command compiles one source.
    """
    policy = OnnxPolicy.opened(model, Task.INLINING)
    spoken = compiler.ask(Task.INLINING, (*words, *llvm_words(*growth_flags(words))), policy)
    return spoken if isinstance(spoken, Failure) else spoken.done
