"""Answers with splits, made at random, and what both backends of the environment say that they cost.

What can be compared: an answer of which the compiler carried every decision out and kept it. If every node and every
piece has a register, with splits or without, both must say the same, of every kind of cost. If something is spilled,
the episode does not tell all that LLVM does: then the differences are counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.allocation.allocation import SPILLED
from rl4real_data.allocation.answer_costs import COST_WEIGHTS, weighted_cost
from rl4real_data.env import SplitRegisterAllocationEnv
from rl4real_data.live.compiler_backend import CompilerBackend
from rl4real_data.reading.episode import Episode

SIZES: dict[str, Any] = {"max_nodes": 1500, "max_edges": 60_000, "max_points": 200, "max_splits": 10}
MOST_NODES = 400


@dataclass(frozen=True, slots=True)
class SpilledAnswer:
    """`differing`: kinds of cost of which the backends say something else."""

    function: str
    differing: tuple[str, ...]
    difference: float


@dataclass(slots=True)
class Comparison:
    """`refused`: decisions that the model allows and the compiler does not, by the compiler's reason.

    `left_out`: answers with spills that the compiler carried out in part. LLVM spills short pieces beside a spilled one
    with it, and removes pieces whose value nobody needs any more: nothing is left of these.
    """

    functions: int = 0
    compared: int = 0
    splits: int = 0
    decisions: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    differing: list[str] = field(default_factory=list)
    spilled: list[SpilledAnswer] = field(default_factory=list)

    def share_equal(self, *left_out: str) -> float:
        """Of the answers in which something is spilled, those with equal costs of all other kinds."""
        return float(np.mean([set(answer.differing) <= set(left_out) for answer in self.spilled]))

    def difference(self, quantile: float) -> float:
        """Of these answers, of the weighted costs, relative to the compiler's."""
        return float(np.quantile([answer.difference for answer in self.spilled], quantile))


def compare(
    dataset: EpisodeDataset, backend: CompilerBackend, *, every: int, share_split: float, share_spilled: float = 0.0
) -> Comparison:
    """Plays every so many episodes: a node is split or spilled with these probabilities, else it gets a random legal
    register.
    """
    env = SplitRegisterAllocationEnv(dataset, shuffle=False, **SIZES)
    found = Comparison()
    for number in range(0, len(dataset), every):
        episode = dataset[number]
        if 0 < episode.n_nodes <= MOST_NODES:
            info = play(env, number, share_split, share_spilled)
            compare_one(env, episode, info, backend, found, spills_count=share_spilled > 0)
    return found


def play(
    env: SplitRegisterAllocationEnv, number: int, share_split: float, share_spilled: float = 0.0
) -> dict[str, Any]:
    """The info at the end. Heaviest nodes come first: what cannot be spilled must find a register."""
    chance = np.random.default_rng(number)
    spill, last = SIZES["max_nodes"], SIZES["max_nodes"] + env.registers.size
    _, info = env.reset(options={"episode": number})
    terminated = False
    while not terminated:
        allowed = np.flatnonzero(info["action_mask"])
        registers = allowed[(allowed > spill) & (allowed <= last)]
        points = allowed[allowed > last]
        if allowed[0] < spill:
            action = max(allowed.tolist(), key=lambda node: env.allocation.nodes[node].weight)
        elif len(points) and chance.random() < share_split:
            action = int(chance.choice(points))
        elif share_spilled and spill in allowed and chance.random() < share_spilled:
            action = spill
        else:
            action = int(chance.choice(registers)) if len(registers) else spill
        _, _, terminated, _, info = env.step(action)
    return info


def compare_one(
    env: SplitRegisterAllocationEnv,
    episode: Episode,
    info: dict[str, Any],
    backend: CompilerBackend,
    to: Comparison,
    *,
    spills_count: bool,
) -> None:
    allocation = env.allocation
    to.functions += 1
    is_spilled = bool((allocation.choice[: len(allocation.nodes)] == SPILLED).any())
    if is_spilled and not spills_count:
        return
    report = backend.carry_out(episode, info["decisions"])
    to.decisions += len(info["decisions"])
    to.splits += len(allocation.splits)
    is_whole = not report.illegal and report.kept == report.made.get("assign", 0)
    if is_spilled and not is_whole:
        to.left_out += 1
    elif not is_spilled:
        for reason, count in report.illegal.items():
            to.refused[reason] = to.refused.get(reason, 0) + count
    if not is_whole:
        return
    differing = tuple(kind for kind in COST_WEIGHTS if info["costs"][kind] != close_to(report.costs[kind]))
    if is_spilled:
        true = weighted_cost(report.costs)
        difference = abs(weighted_cost(info["costs"]) - true) / true if true else float(bool(differing))
        to.spilled.append(SpilledAnswer(episode.function, differing, difference))
        return
    to.compared += 1
    if differing:
        to.differing.append(f"{episode.function}: {info['costs']} and {dict(report.costs)}")


def close_to(cost: float) -> Any:
    return pytest.approx(cost, rel=1e-4, abs=1e-6)
