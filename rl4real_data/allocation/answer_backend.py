"""The costs of a finished allocation, as a backend tells them to the environment with splits.

Two backends have one interface: the episode alone (fast; what spills cost is nearly known) and the compiler (true
costs).
"""

from __future__ import annotations

__all__ = ["AnswerBackend", "AnswerCosts", "EpisodeBackend"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rl4real_data.allocation.answer_costs import answer_costs
from rl4real_data.allocation.split_allocation import SplitAllocation
from rl4real_data.reading.episode import Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCosts:
    """`costs`: expected executions relative to the entry, by the kinds of `ExpertOutcome.costs`. `info`: what else the
    backend tells; it goes into the environment's info.
    """

    costs: Mapping[str, float]
    info: Mapping[str, Any] = field(default_factory=dict)


class AnswerBackend(Protocol):
    """Tells what an allocation costs in which every node is decided."""

    def costs_of(self, episode: Episode, allocation: SplitAllocation) -> AnswerCosts:
        """The costs of the whole answer."""
        ...


class EpisodeBackend:
    """The costs that an episode alone tells; see `rl4real_data.allocation.answer_costs`."""

    def costs_of(self, episode: Episode, allocation: SplitAllocation) -> AnswerCosts:
        """The costs of the whole answer."""
        return AnswerCosts(costs=answer_costs(allocation, episode.register_table))
