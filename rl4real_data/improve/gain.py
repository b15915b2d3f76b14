"""The gain of a search so far.

How many functions became better, by how much, with which kinds of decisions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from rl4real_data.episodes.label_values import LabelStatus
from rl4real_data.improve.objective import is_less
from rl4real_data.labels.decisions import Decisions
from rl4real_data.labels.label import Label


@dataclass(slots=True)
class Gain:
    """`log_ratio` sums the logarithms of best over greedy, of the `compared` functions that have both;
    `improved` of them are better.

    `kinds`: in how many best answers a kind of decision occurs; `reasons`: why functions have none.
    """

    statuses: Counter[LabelStatus] = field(default_factory=Counter)
    log_ratio: float = 0.0
    compared: int = 0
    improved: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, label: Label) -> None:
        """Counts one more function."""
        self.statuses[label.status] += 1
        if label.reason is not None:
            self.reasons[label.reason] += 1
        self.count(label.value, label.greedy_value, label.decisions or ())

    def count(self, value: float | None, greedy: float | None, decisions: Decisions) -> None:
        """Counts the figures of one that has both, and the decisions of the best."""
        if value is not None and greedy:
            self.log_ratio += math.log(value / greedy)
            self.compared += 1
            self.improved += is_less(value, greedy)
        self.kinds.update(sorted({kind_of(one) for one in decisions}))

    @property
    def geometric_mean(self) -> float:
        """Best over greedy; 1 for no function at all."""
        return math.exp(self.log_ratio / self.compared) if self.compared else 1.0

    def __str__(self) -> str:
        share = self.improved / self.compared if self.compared else 0.0
        return f"{share:.0%} better, {self.geometric_mean:.3f} of greedy's"


def kind_of(decision: Sequence[str | int | float]) -> str:
    """Its word, the option that it sets, and which side it spills."""
    word = str(decision[0])
    if word == "set":
        return f"set {decision[1]}"
    side = decision[3] if len(decision) > 3 else ""
    return f"{word} {side}".strip()
