"""The words of a training run's settings."""

from __future__ import annotations

__all__ = ["Algorithm", "FinalReward"]

from enum import StrEnum


class Algorithm(StrEnum):
    """How a policy learns: from the expert's decisions, by playing, or one after the other."""

    BC = "bc"
    PPO = "ppo"
    BC_PPO = "bc+ppo"


class FinalReward(StrEnum):
    """What all agents are given at the end of a function.

    `cost`: RL4ReAl's, +10 for less than the best so far, 0 for as much, -10 for more; greedy's answer is the first
    best. `greedy`: the same against greedy's alone. `ratio`: 10 times the logarithm of greedy's cost by the answer's,
    from -10 to 10. `progress`: 10 times by how much that logarithm is above its moving average of the function. `mca`:
    RL4ReAl's second one, +10 for code that llvm-mca takes for faster than greedy's, 0 for the same, -10 for slower;
    only with the compiler. `none`: nothing.
    """

    COST = "cost"
    GREEDY = "greedy"
    RATIO = "ratio"
    PROGRESS = "progress"
    MCA = "mca"
    NONE = "none"
