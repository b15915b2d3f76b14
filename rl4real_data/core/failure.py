"""A module that could not be turned into episodes.

It is data, not an exception.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """What happened to a module; the values of `kind` in `modules.parquet`."""

    REJECTED = "rejected"  # the compiler refused the source
    CRASH = "crash"  # the compiler died of a signal, or reported an error of its own
    TIMEOUT = "timeout"
    MEMORY = "memory"
    VERIFY = "verify"  # -mlra-verify found a difference
    BAD_RECORD = "bad-record"  # the dump is cut off or not what the plugin writes
    SOURCE = "source"  # the source file is gone or cannot be read
    BUG = "bug"  # an error of this program; the end of its trace stands in `stderr`


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a module failed: one line for a person, and the end of what the compiler said."""

    kind: FailureKind
    reason: str
    stderr: str = ""
