"""The tasks of `trace`.

What each does with one module, which is runs of the compiler and what is read out of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.corpus.module import Language
from rl4real_data.stages.compile import (
    Attempt,
    CompilerPlace,
    ModuleCommand,
    attempt_with,
    failure_of,
    module_command,
)
from rl4real_data.stages.job import ModuleJob
from rl4real_data.traces.features import Task
from rl4real_data.traces.trace_file import BadTrace, read_trace_file
from rl4real_data.traces.traced_function import TracedFunction
from rl4real_data.tracing.policies import DEFAULT, TracePolicy

OTHER_OBJECT: Final = "with a trace of LLVM's own decisions the object file is another one than without"


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedModule:
    """What came of a module."""

    functions: Sequence[TracedFunction]
    headers: tuple[str, ...]
    seconds: float


class TraceTask(Protocol):
    """Traces one module; what is wrong with it is a Failure."""

    @property
    def task(self) -> Task: ...
    @property
    def shown(self) -> tuple[str, ...]:
        """The plugin's flags, for a command that a person pastes."""
        ...

    def trace(self, job: ModuleJob, scratch: Path) -> TracedModule | Failure: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationTask:
    """Eviction or priority: the plugin's advisors write a file beside the object file."""

    task: Task
    policy: TracePolicy

    @property
    def shown(self) -> tuple[str, ...]:
        """Those of a default trace."""
        return (f"-mlra-trace={self.task}", "-mlra-trace-file=/dev/null")

    def trace(self, job: ModuleJob, scratch: Path) -> TracedModule | Failure:
        """LLVM's own decisions first: they are the baseline of every other."""
        asked = module_command(job)
        if isinstance(asked, Failure):
            return asked
        run = _Run(job=job, asked=asked, scratch=scratch)
        first = run.compile(self._flags(job, ()), scratch / "traced.o")
        functions = self._functions(run, first)
        if isinstance(functions, Failure):
            return functions
        if self.policy.name != DEFAULT:
            functions = self._with_policy(run, {each.context: each for each in functions})
        elif failure := run.compare(scratch / "traced.o"):
            functions = failure
        if isinstance(functions, Failure):
            return functions
        headers = asked.headers(first, job.module)
        return TracedModule(functions=functions, headers=headers, seconds=first.done.seconds)

    def _with_policy(self, run: _Run, baselines: Mapping[str, TracedFunction]) -> list[TracedFunction] | Failure:
        flags = self._flags(run.job, self.policy.flags(run.job, run.scratch))
        functions = self._functions(run, run.compile(flags, run.scratch / "decided.o"))
        self.policy.check()
        if isinstance(functions, Failure):
            return functions
        if [each.context for each in functions] != list(baselines):
            return Failure(kind=FailureKind.BAD_RECORD, reason="the functions are others than without the policy")
        return [replace(each, baseline=baselines[each.context].score) for each in functions]

    def _flags(self, job: ModuleJob, more: Sequence[str]) -> tuple[str, ...]:
        verify = ("-mlra-verify",) if job.compilation.verify else ()
        return (f"-mlra-trace={self.task}", *verify, *more)

    def _functions(self, run: _Run, attempt: Attempt) -> list[TracedFunction] | Failure:
        if not attempt.done.ok:
            return failure_of(attempt, run.job, run.scratch)
        try:
            return read_trace_file(attempt.records.path.read_bytes(), self.task)
        except BadTrace as error:
            return Failure(kind=FailureKind.BAD_RECORD, reason=str(error)[:300])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """The compiler's runs over one module."""

    job: ModuleJob
    asked: ModuleCommand
    scratch: Path

    def compile(self, flags: Sequence[str] | None, output: Path) -> Attempt:
        """With the plugin's `flags`; None: without the plugin."""
        compilation, module = self.job.compilation, self.job.module
        assert compilation.plugin is not None, "a run without the plugin is refused before"
        plugin = compilation.plugin.path

        def recording(records: Path) -> tuple[str, ...]:
            if flags is None:
                return ()
            words = (word for flag in (*flags, f"-mlra-trace-file={records}") for word in ("-mllvm", flag))
            return (f"-fplugin={plugin}", *words)

        return attempt_with(
            compilation,
            self.asked.command,
            recording,
            place=CompilerPlace(folder=module.working_folder, scratch=self.scratch, output=output),
            reads_headers=module.language is not Language.IR,
            needs_records=flags is not None,
        )

    def compare(self, traced: Path) -> Failure | None:
        """A failure if the object file is another one than that of the compiler alone."""
        stock = self.scratch / "stock.o"
        plain = self.compile(None, stock)
        if not plain.done.ok:
            return failure_of(plain, self.job, self.scratch)
        if stock.read_bytes() != traced.read_bytes():
            return Failure(kind=FailureKind.VERIFY, reason=OTHER_OBJECT)
        return None
