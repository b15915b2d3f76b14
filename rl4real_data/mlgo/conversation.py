"""One run of a compiler that asks over the interactive channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.mlgo.advice_rules import rule_of
from rl4real_data.mlgo.channel_host import Channel, ChannelHost, ChannelPolicy
from rl4real_data.mlgo.tensors import FormatError
from rl4real_data.toolchain.output import Listener
from rl4real_data.toolchain.process import Completed, Limits, run
from rl4real_data.traces.features import Task

CHANNEL_FLAGS: Final[Mapping[Task, tuple[str, str]]] = MappingProxyType(
    {
        Task.INLINING: ("-enable-ml-inliner=release", "-inliner-interactive-channel-base="),
        Task.EVICTION: ("-regalloc-enable-advisor=release", "-regalloc-evict-interactive-channel-base="),
        Task.PRIORITY: ("-regalloc-enable-priority-advisor=release", "-regalloc-priority-interactive-channel-base="),
    }
)
"""The flag that sets an advisor up in any clang, and the one that names its channel."""

_CRASH_CODE: Final = 70
_CRASH_WORDS: Final = "PLEASE submit a bug report"
"""A driver's exit code for a compiler that crashed is this or 1; what the compiler said tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiler:
    """A clang that is run in `cwd` within `limits`; `scratch` is an existing folder, the only one that it can write."""

    clang: Path
    cwd: Path
    scratch: Path
    limits: Limits
    is_confined: bool = True

    def compile(self, arguments: Sequence[str], *, listener: Listener | None = None) -> Completed:
        """As it stands there. OSError if it cannot be started; what the listener raises ends it."""
        return run(
            (str(self.clang), *arguments),
            cwd=self.cwd,
            limits=self.limits,
            scratch=self.scratch,
            is_confined=self.is_confined,
            listener=listener,
        )

    def ask(self, task: Task, arguments: Sequence[str], policy: ChannelPolicy) -> Conversation | Failure:
        """The same with a policy in place of LLVM's decisions. A Failure if they do not understand each other.

        UsageError for a policy that does not fit, or answers what may not be sent.
        """
        channel = Channel.in_folder(self.scratch)
        advisor, named = CHANNEL_FLAGS[task]
        command = (*arguments, *llvm_words(advisor, f"{named}{channel.base}"))
        with channel.hosted(policy, rule_of(task)) as host:
            try:
                done = self.compile(command, listener=host)
                if done.ok:
                    host.finish()
            except FormatError as error:
                return Failure(kind=FailureKind.BAD_RECORD, reason=str(error))
        return Conversation(done=done, host=host)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """How the compiler ended, and all that was said."""

    done: Completed
    host: ChannelHost


def llvm_words(*flags: str) -> tuple[str, ...]:
    """LLVM's own flags for a driver as for `-cc1`."""
    return tuple(word for flag in flags for word in ("-mllvm", flag))


def failure_of(done: Completed, limits: Limits) -> Failure:
    """Why a compiler failed."""
    stderr = done.stderr_tail
    if done.timed_out:
        return Failure(kind=FailureKind.TIMEOUT, reason=f"not done after {limits.timeout_s:g} s", stderr=stderr)
    if done.signal_name:
        return Failure(kind=FailureKind.CRASH, reason=f"the compiler died of {done.signal_name}", stderr=stderr)
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    reason = errors[0][:300] if errors else f"exit code {done.returncode}"
    is_crash = done.returncode >= _CRASH_CODE or _CRASH_WORDS in done.stderr
    kind = FailureKind.CRASH if is_crash else FailureKind.REJECTED
    return Failure(kind=kind, reason=reason, stderr=stderr)
