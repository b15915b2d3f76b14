"""The words that columns of `labels.parquet` and `trials.parquet` hold."""

from __future__ import annotations

__all__ = ["Effect", "LabelSource", "LabelStatus", "Objective"]

from enum import StrEnum


class LabelSource(StrEnum):
    """Who found a label; in this order they lie in the file."""

    IMPROVE = "improve"
    """Search over decisions in front of greedy, each carried out in the compiler."""
    STATIC = "static"
    """A solver, in the model in which each node has one place for its whole life."""
    SPLIT = "split"
    """A solver, in the model in which a node may change its place."""


class Objective(StrEnum):
    """What a label minimises."""

    FINAL = "final"
    """Expected executions of instructions, loads and stores of the code that would be printed.

    By the block frequencies before allocation, which no candidate can shift.
    """
    SCORE = "score"
    """LLVM's RegAllocScore and `callee_saved_cost`."""
    COST = "cost"
    """The cost of the solver's model."""


class LabelStatus(StrEnum):
    """What became of an episode that a label was sought for."""

    BETTER = "better"
    """The search found something better than greedy."""
    EQUAL = "equal"
    """It found nothing better: the decisions are none, and the figures greedy's."""
    OPTIMAL = "optimal"
    """The solver proved that the model has nothing better."""
    FEASIBLE = "feasible"
    """It found an answer, and `bound` says how much better another one could be."""
    NONE = "none"
    """It found no answer within its limits, or was not asked; `reason` says why."""
    FAILED = "failed"
    """The episode could not be carried out, or the compiler or the solver failed; `reason` says how."""


class Effect(StrEnum):
    """What a candidate did to the objective, beside greedy."""

    BETTER = "better"
    EQUAL = "equal"
    WORSE = "worse"
    FAILED = "failed"
    """There is no code: it crashed, or took more than it may."""
