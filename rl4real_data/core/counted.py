"""Counted things, as a person says them (`1 episode`, `2,340 episodes`)."""

from __future__ import annotations


def counted(count: int, thing: str, things: str = "") -> str:
    """The number with its noun; `things` is the plural where that is not the noun with an s."""
    return f"{count:,} {noun(count, thing, things)}"


def noun(count: float | None, thing: str, things: str = "") -> str:
    """The noun alone, for a number that is written some other way."""
    return thing if count == 1 else things or f"{thing}s"
