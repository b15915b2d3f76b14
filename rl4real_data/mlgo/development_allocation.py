"""The development mode of eviction and priority.

As in LLVM's own log there is a score behind each decision: that of the function's allocation behind its last one, and 0
behind all others.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.mlgo.advice_rules import LARGEST_PRIORITY
from rl4real_data.mlgo.allocation import NOTHING_ALLOCATED, Traced, Tracer, left_policy
from rl4real_data.mlgo.channel_host import Answer
from rl4real_data.mlgo.development_flags import DevelopmentTask
from rl4real_data.mlgo.development_result import DevelopmentResult
from rl4real_data.mlgo.policies.tflite_model import TflitePolicy
from rl4real_data.mlgo.tensors import Header, Layout, Tensor, header_of
from rl4real_data.mlgo.training_log import REWARD, LoggedContext, write_log_file
from rl4real_data.traces.columns import dense_features
from rl4real_data.traces.features import Task
from rl4real_data.traces.traced_function import TracedFunction

_SCORE: Final = struct.Struct("=f")


def compile_allocation(tracer: Tracer, words: Sequence[str], asked: Sequence[DevelopmentTask]) -> DevelopmentResult:
    """One module, once for each log; the object file of the last one stays, and they are the same.

    UsageError for a model that does not fit, HostError for a log that cannot be written.
    """
    said = ""
    for each in asked:
        model = _Logged(each.task, TflitePolicy(each.model)) if each.model is not None else None
        traced = tracer.trace(each.task, words, model)
        failure = traced if isinstance(traced, Failure) else left_policy(traced) or _lost(traced, model)
        if failure:
            return DevelopmentResult.of(failure)
        assert isinstance(traced, Traced), "else it is a failure"
        if each.log is not None:
            write_log_file(each.log, _tensors(each.task, model), _contexts(each.task, traced, model), score=REWARD)
        said = traced.stderr
        if not traced.functions:
            said += f"rl4real-data: {NOTHING_ALLOCATED}: a log without contexts\n"
    return DevelopmentResult(returncode=0, stderr=said)


class _Logged:
    """A model's policy that keeps what the model answered: a priority is logged as it is, and sent as LLVM can take it.

    LLVM casts it to an unsigned number, which C++ leaves undefined for one that does not fit.
    """

    def __init__(self, task: Task, policy: TflitePolicy) -> None:
        self._task, self.policy = task, policy
        self.answers: list[float] = []

    def begin(self, header: Header) -> Answer:
        asked = self.policy.begin(header)

        def answer(observation: bytes) -> float:
            decision = asked(observation)
            self.answers.append(decision)
            return min(max(decision, 0.0), LARGEST_PRIORITY) if self._task is Task.PRIORITY else decision

        return answer


def _lost(traced: Traced, model: _Logged | None) -> Failure | None:
    """A failure if the plugin wrote down other decisions than the model made."""
    steps = sum(each.steps for each in traced.functions)
    if model is None or steps == len(model.answers):
        return None
    reason = f"the model decided {len(model.answers):,} times, and {steps:,} decisions are written down"
    return Failure(kind=FailureKind.BAD_RECORD, reason=reason)


def _tensors(task: Task, model: _Logged | None) -> list[Tensor]:
    """Features, a model's other outputs, the decision, as LLVM orders them."""
    header = header_of(task)
    return [*header.layout.tensors, *(model.policy.extras if model else ()), header.advice]


def _contexts(task: Task, traced: Traced, model: _Logged | None) -> Iterator[LoggedContext]:
    """The functions with decisions."""
    advice = header_of(task).advice.dtype
    answers = iter(model.answers if model else ())
    extras = iter(model.policy.extra_values if model else ())
    for each in traced.functions:
        if not each.steps:
            continue
        decided = np.array(list(islice(answers, each.steps)) if model else each.columns["decision"], advice)
        others = list(islice(extras, each.steps)) or [b""] * each.steps
        parts = zip(_observations(task, each), others, decided, strict=True)
        rows = [features + extra + decision.tobytes() for features, extra, decision in parts]
        scores = [_SCORE.pack(0.0)] * (each.steps - 1) + [_SCORE.pack(each.score)]
        yield LoggedContext(name=each.context, rows=rows, scores=scores)


def _observations(task: Task, function: TracedFunction) -> Iterator[bytes]:
    """The features of each step as they lie in LLVM's memory."""
    layout: Layout = header_of(task).layout
    rows: npt.NDArray[Any] = np.zeros(function.steps, layout.row)
    for name, values in dense_features(task, function.columns).items():
        rows[name] = values
    return (row.tobytes() for row in rows)
