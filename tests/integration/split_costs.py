"""Answers with splits, made at random, and what both backends of the environment say that they cost.

What can be compared: an answer in which every node and every piece has a register, with splits or without, of which the
compiler carried every decision out and kept it. Then both must say the same, of every kind of cost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.allocation.allocation import SPILLED
from rl4real_data.env import SplitRegisterAllocationEnv
from rl4real_data.live.compiler_backend import CompilerBackend
from rl4real_data.reading.episode import Episode

SIZES: dict[str, Any] = {"max_nodes": 1500, "max_edges": 60_000, "max_points": 200, "max_splits": 10}
MOST_NODES = 400


@dataclass(slots=True)
class Comparison:
    """`refused`: decisions that the model allows and the compiler does not, by the compiler's reason."""

    functions: int = 0
    compared: int = 0
    splits: int = 0
    decisions: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    differing: list[str] = field(default_factory=list)


def compare(dataset: EpisodeDataset, backend: CompilerBackend, *, every: int, share_split: float) -> Comparison:
    """Plays every so many episodes: a node is split with that probability, else it gets a random legal register."""
    env = SplitRegisterAllocationEnv(dataset, shuffle=False, **SIZES)
    found = Comparison()
    for number in range(0, len(dataset), every):
        episode = dataset[number]
        if 0 < episode.n_nodes <= MOST_NODES:
            info = play(env, number, share_split)
            compare_one(env, episode, info, backend, found)
    return found


def play(env: SplitRegisterAllocationEnv, number: int, share_split: float) -> dict[str, Any]:
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
        else:
            action = int(chance.choice(registers)) if len(registers) else spill
        _, _, terminated, _, info = env.step(action)
    return info


def compare_one(
    env: SplitRegisterAllocationEnv, episode: Episode, info: dict[str, Any], backend: CompilerBackend, to: Comparison
) -> None:
    allocation = env.allocation
    to.functions += 1
    if (allocation.choice[: len(allocation.nodes)] == SPILLED).any():
        return
    report = backend.carry_out(episode, info["decisions"])
    to.decisions += len(info["decisions"])
    to.splits += len(allocation.splits)
    for reason, count in report.illegal.items():
        to.refused[reason] = to.refused.get(reason, 0) + count
    if report.illegal or report.kept != report.made.get("assign", 0):
        return
    to.compared += 1
    if info["costs"] != pytest.approx(dict(report.costs), rel=1e-4, abs=1e-6):
        to.differing.append(f"{episode.function}: {info['costs']} and {dict(report.costs)}")
