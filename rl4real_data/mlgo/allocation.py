"""Traces of eviction and priority, of a command of one's own.

The plugin records what LLVM's advisors decide, with LLVM's features and its score of each function; a policy in their
place is asked over the plugin's pipe.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.mlgo.channel_host import ChannelPolicy
from rl4real_data.mlgo.conversation import Compiler, failure_of, llvm_words
from rl4real_data.mlgo.pipe_host import PipeHost
from rl4real_data.mlgo.pipe_pair import opened_pipes
from rl4real_data.mlgo.tensors import FormatError
from rl4real_data.toolchain.process import Completed
from rl4real_data.traces.features import Task
from rl4real_data.traces.trace_file import BadTrace, read_trace_file
from rl4real_data.traces.traced_function import TracedFunction
from rl4real_data.traces.trajectory import mlgo_reward

NOTHING_ALLOCATED: Final = "greedy allocates no register here: the command makes no code, or not with -O1 or more"
_CC1: Final = "-cc1"
_NO_ERROR: Final = "-Wno-error=backend-plugin"
"""What the plugin has to say is no error where warnings are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """The functions in the order of their allocation; `decisions` are the policy's, as they were sent."""

    functions: Sequence[TracedFunction]
    decisions: Sequence[float] = ()
    stderr: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracer:
    """A compiler with the plugin."""

    compiler: Compiler
    plugin: Path

    def trace(
        self,
        task: Task,
        arguments: Sequence[str],
        policy: ChannelPolicy | None = None,
        *,
        entered: Callable[[str], object] = lambda _context: None,
    ) -> Traced | Failure:
        """What was decided; without a policy, by LLVM. `arguments` are a driver's or `-cc1` ones, with `-o`.

        `entered` is told each function before the policy decides on it. UsageError for a policy that does not fit, or
        answers what may not be sent.
        """
        if policy is None:
            return self._read(task, self.compiler.compile(self._command(task, arguments)), ())
        base = self.compiler.scratch / "pipe"
        patience = f"-mlra-time-limit={self.compiler.limits.timeout_s * 1000:.0f}"
        command = self._command(task, arguments, f"-mlra-trace-pipe={base}", patience)
        with opened_pipes(base) as (inward, outward):
            host = PipeHost(inward, outward, policy, task, entered=entered)
            try:
                done = self.compiler.compile(command, listener=host)
                if done.ok:
                    host.finish()
            except FormatError as error:
                return Failure(kind=FailureKind.BAD_RECORD, reason=str(error))
        return self._read(task, done, host.decisions)

    @property
    def _records(self) -> Path:
        return self.compiler.scratch / "trace"

    def _command(self, task: Task, arguments: Sequence[str], *flags: str) -> tuple[str, ...]:
        self._records.unlink(missing_ok=True)
        # Behind the user's own, so that ours hold: what LLVM hides of the features after so many evictions, for one.
        words = llvm_words(f"-mlra-trace={task}", f"-mlra-trace-file={self._records}", *flags)
        if tuple(arguments[:1]) == (_CC1,):  # the compiler proper, which knows no -fplugin
            return (_CC1, "-load", str(self.plugin), *arguments[1:], _NO_ERROR, *words)
        return (f"-fplugin={self.plugin}", *arguments, _NO_ERROR, *words)

    def _read(self, task: Task, done: Completed, decisions: Sequence[float]) -> Traced | Failure:
        if not done.ok:
            return failure_of(done, self.compiler.limits)
        try:
            functions = read_trace_file(self._records.read_bytes(), task)
        except FileNotFoundError:
            functions = []
        except BadTrace as error:
            return Failure(kind=FailureKind.BAD_RECORD, reason=str(error))
        return Traced(functions=functions, decisions=decisions, stderr=done.stderr)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocatedModule:
    """A module's functions with decisions; `score` and `baseline` are sums over them."""

    functions: tuple[TracedFunction, ...]

    @property
    def score(self) -> float:
        return sum(each.score for each in self.functions)

    @property
    def baseline(self) -> float:
        return sum(each.baseline for each in self.functions)

    @property
    def steps(self) -> int:
        return sum(each.steps for each in self.functions)

    @property
    def reward(self) -> float:
        """MLGO's, of the module as a whole."""
        return mlgo_reward(self.score, self.baseline)


def allocate_module(
    tracer: Tracer,
    task: Task,
    arguments: Sequence[str],
    policy: ChannelPolicy,
    *,
    entered: Callable[[str], object] = lambda _context: None,
) -> AllocatedModule | Failure:
    """One module with the policy, after LLVM's own decisions, whose scores are the baselines."""
    default = tracer.trace(task, arguments)
    if isinstance(default, Failure):
        return default
    if not any(each.steps for each in default.functions):
        return AllocatedModule(functions=())
    decided = tracer.trace(task, arguments, policy, entered=entered)
    if isinstance(decided, Failure):
        return decided
    if failure := left_policy(decided):
        return failure
    baselines = {each.context: each.score for each in default.functions}
    if [each.context for each in decided.functions] != list(baselines):
        return Failure(kind=FailureKind.BAD_RECORD, reason="the functions are others than without the policy")
    functions = (replace(each, baseline=baselines[each.context]) for each in decided.functions if each.steps)
    return AllocatedModule(functions=tuple(functions))


def left_policy(traced: Traced) -> Failure | None:
    """Why LLVM decided in the policy's place."""
    for each in traced.functions:
        if each.failure:
            reason = f"{each.context}: the policy was left: {each.failure}"
            return Failure(kind=FailureKind.REJECTED, reason=reason)
    return None
