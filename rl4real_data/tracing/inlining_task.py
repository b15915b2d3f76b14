"""The task `inlining`.

LLVM asks over its interactive channel about each call, and one module is one trajectory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rl4real_data.core.errors import UsageError
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.corpus.module import Language, Module
from rl4real_data.live.policies.function import load_function
from rl4real_data.mlgo.channel_host import ChannelPolicy
from rl4real_data.mlgo.inlining import trace_module
from rl4real_data.mlgo.policies.simple import ReplayPolicy
from rl4real_data.mlgo.policy_words import policy_named
from rl4real_data.stages.compile import CompilerPlace, attempt_with, failure_of, module_command
from rl4real_data.stages.job import ModuleJob
from rl4real_data.traces.features import Task
from rl4real_data.traces.traced_function import TracedFunction
from rl4real_data.traces.trajectory import Trajectory
from rl4real_data.tracing.policies import REPLAY, PlainPolicy, ReplayedTrace, digest_of, replayed, source_of
from rl4real_data.tracing.tasks import TracedModule


@dataclass(frozen=True, slots=True, kw_only=True)
class InliningTask:
    """`channel` decides in every module; None: the decisions of `recorded`."""

    channel: ChannelPolicy | None
    recorded: ReplayedTrace | None = None
    task: Task = Task.INLINING
    shown: tuple[str, ...] = ()

    def trace(self, job: ModuleJob, scratch: Path) -> TracedModule | Failure:
        """The plain compilation first, which tells what files the compiler reads."""
        asked = module_command(job)
        if isinstance(asked, Failure):
            return asked
        module = job.module
        plain = attempt_with(
            job.compilation,
            asked.command,
            lambda _records: (),
            place=CompilerPlace(folder=module.working_folder, scratch=scratch, output=scratch / "plain.o"),
            reads_headers=module.language is not Language.IR,
            needs_records=False,
        )
        if not plain.done.ok:
            return failure_of(plain, job, scratch)
        found = self._trace(job, asked.command[1:], scratch)
        if isinstance(found, Failure):
            return found
        functions = [TracedFunction.of(self.task, found)]
        return TracedModule(functions=functions, headers=asked.headers(plain, module), seconds=plain.done.seconds)

    def _trace(self, job: ModuleJob, arguments: Sequence[str], scratch: Path) -> Trajectory | Failure:
        module, compilation = job.module, job.compilation
        try:
            return trace_module(
                compilation.clang,
                arguments,
                scratch,
                self._policy(module),
                compilation.limits,
                context=module.name,
                cwd=module.working_folder,
            )
        except UsageError as error:
            if self.recorded is None:
                raise
            return Failure(kind=FailureKind.REJECTED, reason=f"the recorded decisions do not fit: {error}")

    def _policy(self, module: Module) -> ChannelPolicy:
        """A module of which no decision is recorded had none to take."""
        if self.recorded is None:
            assert self.channel is not None, "one of the two decides"
            return self.channel
        return ReplayPolicy(self.recorded.decisions.get((module.corpus, module.name), {}).get(module.name, ()))


def inlining_task(word: str, *, seed: int) -> tuple[InliningTask, PlainPolicy | ReplayedTrace]:
    """UsageError for a word that names no policy, MissingExtra without what runs a model."""
    if word.startswith(REPLAY) or word == REPLAY.rstrip(":"):
        recorded = replayed(word, Task.INLINING)
        return InliningTask(channel=None, recorded=recorded), recorded
    channel = policy_named(word, Task.INLINING, seed=seed)
    path = Path(word).expanduser()
    name = path.name if path.exists() else word
    if word == "random":
        name = f"random, seed {seed}"
    return InliningTask(channel=channel), PlainPolicy(name=name, sha256=digest_of(name, *_content(word, path)))


def _content(word: str, path: Path) -> list[bytes]:
    """All that decides: another file is another policy."""
    if path.is_dir():
        return [each.read_bytes() for each in sorted(path.rglob("*")) if each.is_file()]
    if path.is_file():
        return [path.read_bytes()]
    return [source_of(load_function(word))] if ":" in word else []
