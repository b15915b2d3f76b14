"""Candidates tried in the compiler.

A compiler with the plugin stops in front of the allocator and forks for each candidate, so that hundreds are tried a
second; the last word is carried out for real.

    tool = CompilerTool.found()
    with trial_of_mir(tool, episode.mir) as compiler:
        for function in compiler:
            greedy = function.try_decisions([])
            better = function.try_decisions([["spill", 7]], until="code")
            function.choose([["spill", 7]])
"""

from __future__ import annotations

__all__ = [
    "CompilerTool",
    "Decisions",
    "TrialCompiler",
    "TrialFunction",
    "TrialLimits",
    "trial_of_mir",
    "trial_of_source",
]

import contextlib
import json
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Literal, Self

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import ToolchainError
from rl4real_data.labels.decisions import Decisions
from rl4real_data.live.trial_result import TrialResult
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.llc import llc_level, llc_of
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.process import Background, start_conversation

Until = Literal["allocation", "code"]

_LATE_S: Final = 30.0
"""How long an answer may take beyond the time that a candidate has, and the compiler for what it does between two
functions, on a machine that does other things."""

_BETWEEN_FUNCTIONS_S: Final = 600.0
_AHEAD: Final = 16
_AHEAD_BYTES: Final = 32 << 10
"""Less than a socket holds, in messages and in bytes, so that both sides never wait for each other. It holds 277 small
messages."""

_SHOWN_BYTES: Final = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLimits:
    """What one candidate may take. The kernel ends it, and that is its answer."""

    processor_s: float = 20.0
    wall_s: float = 60.0
    memory_mib: int = 4096

    def flags(self) -> tuple[str, ...]:
        return (
            f"-mlra-trial-cpu={self.processor_s}",
            f"-mlra-trial-wall={self.wall_s}",
            f"-mlra-trial-memory={self.memory_mib}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CompilerTool:
    """A clang with the plugin of its release.

    `opt_level` is clang's level at which an episode's text was made: its code is finished at the same one.
    """

    clang: Clang
    plugin: Plugin
    opt_level: str = "O3"

    @classmethod
    def found(cls, *, build_dir: Path | None = None, announce: Callable[[str], None] = lambda _said: None) -> Self:
        """What the environment names, or that of `build_dir`; the plugin is built if need be, which is announced.

        ToolchainError if there is none that can be used.
        """
        installation = Installation.of(load_environment(), build_dir=build_dir)
        clang = installation.clang()
        return cls(clang=clang, plugin=installation.plugin(clang, announce=announce))


class TrialFunction:
    """A function that the compiler holds in front of its allocator."""

    def __init__(self, compiler: TrialCompiler, announced: dict[str, Any]) -> None:
        self._compiler = compiler
        self.name = str(announced["function"])
        self.id = int(announced["id"])
        """Counts the functions that reach the allocator, from 1."""
        self.n_nodes = int(announced["nodes"])

    def __repr__(self) -> str:
        return f"<TrialFunction {self.name!r} with {self.n_nodes} nodes>"

    def describe(self) -> dict[str, Any]:
        """What there is to decide: blocks, loops, nodes with their use points, hints and free registers."""
        self._check()
        return self._compiler.ask({"describe": True})

    def try_decisions(self, decisions: Decisions, *, until: Until = "allocation") -> TrialResult:
        """What comes of them. Up to the allocation, or to the code that would be printed, which takes longer."""
        return next(self.try_many([decisions], until=until))

    def try_many(self, candidates: Iterable[Decisions], *, until: Until = "allocation") -> Iterator[TrialResult]:
        """The same of many, in their order; the compiler has always some to go on with."""
        self._check()
        return self._compiler.try_all({"try": list(map(list, each)), "until": until} for each in candidates)

    def choose(self, decisions: Decisions = ()) -> None:
        """Carries them out for real; the compiler goes on to the next function. Without any it is greedy's."""
        self._check()
        self._compiler.choose(decisions)

    def _check(self) -> None:
        if self._compiler.function is not self:
            raise ValueError(f"{self!r} has been chosen for already: the compiler is at another function")


class TrialCompiler:
    """A compiler under way. Iterate over its functions; one that nothing was chosen for is greedy's.

    ToolchainError where the compiler ends early, says what is no answer, or says nothing. Leaving the block ends it.
    """

    def __init__(self, process: Background, command: Sequence[str], errors: IO[bytes], limits: TrialLimits) -> None:
        self._process = process
        self._command = command
        self._errors = errors
        self._answer_s = limits.wall_s + _LATE_S if limits.wall_s else None
        self._received = process.connection.makefile("rb")
        self.function: TrialFunction | None = None
        """The one that the compiler waits at."""

    @property
    def pid(self) -> int:
        """Of the compiler's process, which leads a group of its own."""
        return self._process.process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the compiler, wherever it is."""
        self._received.close()
        self._process.end()

    def __iter__(self) -> Iterator[TrialFunction]:
        while True:
            if self.function is not None:
                self.choose(())
            announced = self._read(within_s=_BETWEEN_FUNCTIONS_S)
            if announced is None:
                return self._finish()
            try:
                self.function = function = TrialFunction(self, announced)
            except (KeyError, TypeError, ValueError):
                raise self._broken(f"it announced no function but {announced!r}") from None
            yield function

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self._send(request)
        return self._answer()

    def try_all(self, requests: Iterable[dict[str, Any]]) -> Iterator[TrialResult]:
        """Sends some ahead of their answers."""
        ahead: deque[int] = deque()
        for request in requests:
            size = len(json.dumps(request))
            while ahead and (len(ahead) >= _AHEAD or sum(ahead) + size > _AHEAD_BYTES):
                ahead.popleft()
                yield self._result()
            self._send(request)
            ahead.append(size)
        for _ in ahead:
            yield self._result()

    def choose(self, decisions: Decisions) -> None:
        self._send({"choose": [list(each) for each in decisions]})
        self.function = None

    def _result(self) -> TrialResult:
        answer = self._answer()
        if answer.get("status") == "refused":
            raise ValueError(f"the compiler does not take these decisions: {answer.get('reason')}")
        try:
            return TrialResult.of(answer)
        except (KeyError, TypeError, ValueError):
            raise self._broken(f"it answered {answer!r}") from None

    def _answer(self) -> dict[str, Any]:
        answer = self._read(within_s=self._answer_s)
        if answer is None:
            raise self._broken("it ended in front of an answer")
        return answer

    def _send(self, request: dict[str, Any]) -> None:
        try:
            self._process.connection.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise self._broken(f"it does not listen: {error.strerror or error}") from error

    def _read(self, *, within_s: float | None) -> dict[str, Any] | None:
        self._process.connection.settimeout(within_s)
        try:
            line = self._received.readline()
        except ConnectionResetError:
            return None
        except TimeoutError:
            raise self._broken(f"it said nothing for {within_s:.0f} s") from None
        except OSError as error:
            raise self._broken(f"it is gone: {error.strerror or error}") from error
        if not line:
            return None
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            raise self._broken(f"it said {line[:_SHOWN_BYTES]!r}")
        return message

    def _finish(self) -> None:
        """The compiler has closed the connection: it ends by itself, with its output written."""
        code = self._process.process.wait(timeout=_BETWEEN_FUNCTIONS_S)
        if code:
            raise self._broken(f"it ended with {code}")

    def _broken(self, what: str) -> ToolchainError:
        self._process.end()
        self._errors.seek(0)
        said = self._errors.read()[-_SHOWN_BYTES:].decode(errors="replace").strip()
        return ToolchainError(
            f"the compiler that tries candidates failed: {what}" + (f"\n{said}" if said else ""),
            hint=f"see what this says without -mlra-trial: {' '.join(self._command)}",
        )


@contextlib.contextmanager
def trial_of_mir(
    tool: CompilerTool,
    mir: str,
    *,
    limits: TrialLimits | None = None,
    output: Path | None = None,
    flags: Sequence[str] = (),
) -> Iterator[TrialCompiler]:
    """The compiler at the function of an episode's `mir`. It writes assembly to `output`, with `flags` for llc.

    ToolchainError without llc.
    """
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "function.mir"
        text.write_text(mir, encoding="utf-8")
        greedy = ALLOCATORS[AllocatorName.MLRA]
        start = (f"-regalloc={greedy.plugin_name}", f"-start-before={greedy.llvm_pass}")
        words = (llc_level(tool.opt_level), *start, str(text))
        written = ("-o", str(output or "/dev/null"))
        command = (str(llc_of(tool.clang)), "-load", str(tool.plugin.path), *words, *written, *flags)
        with (
            tempfile.TemporaryFile() as errors,
            _conversation(command, "", limits or TrialLimits(), errors, cwd=Path(folder)) as compiler,
        ):
            yield compiler


@contextlib.contextmanager
def trial_of_source(
    tool: CompilerTool,
    words: Sequence[str],
    *,
    cwd: Path,
    limits: TrialLimits | None = None,
    errors: IO[bytes] | None = None,
) -> Iterator[TrialCompiler]:
    """The compiler at the functions of a source, one after the other; `words` as for clang: `-O3 -c a.c -o a.o`.

    What it says on standard error goes to `errors`, a file that can be read, too.
    """
    command = (str(tool.clang.path), f"-fplugin={tool.plugin.path}", "-mllvm", "-mlra", *words)
    with contextlib.ExitStack() as stack:
        told = errors or stack.enter_context(tempfile.TemporaryFile())
        yield stack.enter_context(_conversation(command, "-mllvm", limits or TrialLimits(), told, cwd=cwd))


@contextlib.contextmanager
def _conversation(
    command: Sequence[str], before_flag: str, limits: TrialLimits, errors: IO[bytes], *, cwd: Path
) -> Iterator[TrialCompiler]:
    def whole(descriptor: int) -> tuple[str, ...]:
        flags = (f"-mlra-trial={descriptor}", *limits.flags())
        return (*command, *(word for flag in flags for word in (before_flag, flag) if word))

    process = start_conversation(whole, cwd=cwd, stderr=errors.fileno())
    with TrialCompiler(process, command, errors, limits) as compiler:
        yield compiler
