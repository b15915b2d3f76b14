"""The names of MLGO's three tasks, for whoever needs no arrays."""

from __future__ import annotations

__all__ = ["Task"]

from enum import StrEnum


class Task(StrEnum):
    """Whose decisions a trace holds."""

    INLINING = "inlining"
    EVICTION = "eviction"
    PRIORITY = "priority"
