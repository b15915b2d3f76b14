"""A stock clang in the place of one built with TensorFlow in development mode.

It takes the development mode's flags, compiles with LLVM's own decisions or those of a model under training, and writes
the training log that MLGO's scripts read. Without such flags it is clang.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import HostError, UsageError
from rl4real_data.core.failure import Failure
from rl4real_data.mlgo.conversation import Compiler
from rl4real_data.mlgo.development_flags import DevelopmentCall, read_development_flags
from rl4real_data.mlgo.inlining import NOTHING_ASKED, Decided, decide_module
from rl4real_data.mlgo.policies.simple import INLINING_DEFAULT, DefaultPolicy
from rl4real_data.mlgo.policies.tflite_model import TflitePolicy
from rl4real_data.mlgo.tensors import Tensor
from rl4real_data.mlgo.training_log import LoggedContext, write_log
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.process import Limits, run_attached
from rl4real_data.traces.features import ADVICE, Task

LIMITS: Final = Limits(timeout_s=3600)
"""Whoever calls has limits of his own; MLGO's is a minute."""
_MODULE: Final = "default"
"""What LLVM calls the context of a module; MLGO reads a log of exactly one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentResult:
    """clang's exit code, and what it said."""

    returncode: int
    stdout: str = ""
    stderr: str = ""


def compile_in_development_mode(words: Sequence[str], installation: Installation, scratch: Path) -> DevelopmentResult:
    """What the words say. UsageError for a model that does not fit, HostError for a log that cannot be written."""
    call = read_development_flags(words)
    clang = installation.clang()
    if call.task is None or (call.log is None and call.model is None):
        return DevelopmentResult(returncode=run_attached((str(clang.path), *call.words)))
    if call.task is Task.INLINING:
        return compile_inlining(clang, call, scratch)
    raise UsageError(
        f"a training log of {call.task}: this release writes those of inlining alone",
        hint=f"rl4real-data trace {call.task} x86 --corpus … --data-dir D; rl4real-data export D trace --to mlgo",
    )


def compile_inlining(clang: Clang, call: DevelopmentCall, scratch: Path) -> DevelopmentResult:
    """One module. UsageError for a model that does not fit, HostError for a log that cannot be written."""
    compiler = Compiler(clang=clang.path, cwd=Path.cwd(), scratch=scratch, limits=LIMITS, is_confined=False)
    policy = TflitePolicy(call.model) if call.model is not None else DefaultPolicy()
    decided = decide_module(compiler, clang.major, call.words, policy)
    if isinstance(decided, Failure) and decided.reason == NOTHING_ASKED:
        return _without_questions(call)
    if isinstance(decided, Failure):
        said = decided.stderr or f"{decided.reason}\n"
        return DevelopmentResult(returncode=1, stderr=said)
    if call.log is not None:
        _log_inlining(call.log, decided, policy if isinstance(policy, TflitePolicy) else None)
    return DevelopmentResult(returncode=0)


def _without_questions(call: DevelopmentCall) -> DevelopmentResult:
    """What was compiled is as good as clang's; the log has nobody to tell of."""
    if call.log is not None:
        call.log.touch()
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
    try:
        with path.open("wb") as stream:
            write_log(stream, tensors, [LoggedContext(name=_MODULE, rows=rows)])
    except OSError as error:
        raise HostError.of(error, doing=f"writing the training log {path}") from error


def _int64(number: float) -> bytes:
    return int(number).to_bytes(8, "little", signed=True)
