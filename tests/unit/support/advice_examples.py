"""Training examples made of nothing: what a plan gains follows from one column."""

from __future__ import annotations

import math

import torch
from random_problem import random_problem

from rl4real_data.advice.examples import Example
from rl4real_data.advice.graph import graph_of
from rl4real_data.advice.menu import PLANS


def make_example(seed: int, *, corpus: str = "a", module: str = "a.c") -> Example:
    """The first plan gains a tenth where something lives across a call, and loses as much elsewhere."""
    graph = graph_of({name: torch.from_numpy(values.copy()) for name, values in random_problem(seed).items()})
    gains = torch.full((len(PLANS),), math.nan)  # the others were not tried
    gains[0] = 0.1 if len(graph.crossing_node) else -0.1
    return Example(
        episode_id=f"{seed:032x}",
        corpus=corpus,
        module=module,
        is_edited=seed % 2 == 0,
        graph=graph,
        gain=gains,
        allowed=torch.ones(len(PLANS), dtype=torch.bool),
    )
