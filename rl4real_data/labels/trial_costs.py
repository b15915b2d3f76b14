"""The costs of an allocation that was carried out in the compiler, by kind."""

from __future__ import annotations

__all__ = ["TrialCosts"]

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCosts:
    """Costs by kind, as the columns of an episode of the same names have them.

    Numbers of instructions, and with `_cost` their expected executions relative to the entry.
    """

    spills: int
    spills_cost: float
    reloads: int
    reloads_cost: float
    folded_spills: int
    folded_spills_cost: float
    folded_reloads: int
    folded_reloads_cost: float
    copies: int
    copies_cost: float
    cheap_remats: int
    cheap_remats_cost: float
    dear_remats: int
    dear_remats_cost: float
    spill_cost: float
    callee_saved: int
    callee_saved_cost: float
