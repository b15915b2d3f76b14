"""The end of a command of the development mode."""

from __future__ import annotations

from dataclasses import dataclass

from rl4real_data.core.failure import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentResult:
    """clang's exit code, and what it said."""

    returncode: int
    stdout: str = ""
    stderr: str = ""

    @classmethod
    def of(cls, failure: Failure) -> DevelopmentResult:
        """What the compiler said of its failure, else the reason."""
        return cls(returncode=1, stderr=failure.stderr or f"rl4real-data: {failure.reason}\n")
