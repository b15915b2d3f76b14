"""The development mode of inlining."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rl4real_data.core.failure import Failure
from rl4real_data.mlgo.conversation import Compiler
from rl4real_data.mlgo.development_flags import DevelopmentTask
from rl4real_data.mlgo.development_result import DevelopmentResult
from rl4real_data.mlgo.inlining import NOTHING_ASKED, Decided, decide_module
from rl4real_data.mlgo.policies.simple import INLINING_DEFAULT, DefaultPolicy
from rl4real_data.mlgo.policies.tflite_model import TflitePolicy
from rl4real_data.mlgo.tensors import Tensor
from rl4real_data.mlgo.training_log import LoggedContext, write_log_file
from rl4real_data.traces.features import ADVICE, Task

_MODULE: Final = "default"
"""What LLVM calls the context of a module; MLGO reads a log of exactly one."""


def compile_inlining(compiler: Compiler, major: int, words: Sequence[str], asked: DevelopmentTask) -> DevelopmentResult:
    """One module. UsageError for a model that does not fit, HostError for a log that cannot be written."""
    policy = TflitePolicy(asked.model) if asked.model is not None else DefaultPolicy()
    decided = decide_module(compiler, major, words, policy)
    if isinstance(decided, Failure) and decided.reason == NOTHING_ASKED:
        return _without_questions(asked)
    if isinstance(decided, Failure):
        return DevelopmentResult.of(decided)
    if asked.log is not None:
        _log_inlining(asked.log, decided, policy if isinstance(policy, TflitePolicy) else None)
    return DevelopmentResult(returncode=0)


def _without_questions(asked: DevelopmentTask) -> DevelopmentResult:
    """What was compiled is as good as clang's; the log has nobody to tell of."""
    if asked.log is not None:
        asked.log.touch()
    said = f"rl4real-data: {NOTHING_ASKED}: an empty log\n"
    return DevelopmentResult(returncode=0, stderr=said)


def _log_inlining(path: Path, decided: Decided, model: TflitePolicy | None) -> None:
    """Features, a model's other outputs, LLVM's own decision and the one that was carried out, as LLVM orders them."""
    header = decided.host.header
    assert header is not None, "whoever was asked nothing is a Failure"
    features = [one for one in header.layout.tensors if one.name != INLINING_DEFAULT]
    extras = model.extras if model is not None else ()
    advice = ADVICE[Task.INLINING]
    tensors = [*features, *extras, Tensor(INLINING_DEFAULT, "int64_t"), Tensor(advice.name, advice.llvm_type)]
    size = sum(one.size_bytes for one in features)
    extra_values = model.extra_values if model is not None else [b""] * len(decided.decisions)
    answers = zip(decided.defaults, decided.decisions, strict=True)
    rows = [
        seen[:size] + extra + _int64(default) + _int64(decision)
        for seen, extra, (default, decision) in zip(decided.host.observations, extra_values, answers, strict=True)
    ]
    write_log_file(path, tensors, [LoggedContext(name=_MODULE, rows=rows)])


def _int64(number: float) -> bytes:
    return int(number).to_bytes(8, "little", signed=True)
