"""The limits of a process, and how it ended."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Final

STDERR_TAIL_CHARACTERS: Final = 4000
"""What a dataset keeps of it: a compiler's last dozen messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one process may use."""

    timeout_s: float
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a process ended: `returncode` is negative for a signal, as in `subprocess`.

    At no time had it more memory than `peak_memory_bytes`; it may have had less, since a child begins with the peak of
    the process that starts it. `processor_s` is what it used of a processor, and what the processes that it waited for
    did, in the kernel too.
    """

    returncode: int
    timed_out: bool
    seconds: float
    stdout: str
    stderr: str
    peak_memory_bytes: int = 0
    processor_s: float = 0.0

    @property
    def ok(self) -> bool:
        return self.returncode == 0 and not self.timed_out

    @property
    def stderr_tail(self) -> str:
        """The end of what the process said."""
        return tail_of(self.stderr)

    @property
    def signal_name(self) -> str:
        """Such as SIGSEGV; empty for a process that was not killed."""
        if self.returncode >= 0:
            return ""
        try:
            return signal.Signals(-self.returncode).name
        except ValueError:
            return f"signal {-self.returncode}"


def tail_of(stderr: str) -> str:
    """As much of its end as a dataset keeps."""
    return stderr if len(stderr) <= STDERR_TAIL_CHARACTERS else "…" + stderr[-STDERR_TAIL_CHARACTERS:]
