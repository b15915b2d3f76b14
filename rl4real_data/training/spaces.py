"""The spaces of RL4ReAl's observations and actions."""

from __future__ import annotations

import numpy as np

from rl4real_data.core.extras import required_by
from rl4real_data.training.agents import AgentName, action_count
from rl4real_data.training.sizes import (
    ANNOTATIONS,
    PROPERTIES_OF_COLOUR,
    PROPERTIES_OF_TASK,
    PROPERTIES_OF_USE,
    AgentSizes,
)

with required_by("training", extra="rllib"):
    from gymnasium import spaces


def observation_space(agent: AgentName, sizes: AgentSizes, *, with_edges: bool) -> spaces.Dict:
    """`with_edges`: the graph, too, which the networks do not look at; edges are padded with -1."""
    shapes: dict[AgentName, dict[str, tuple[int, ...]]] = {
        AgentName.SELECT_NODE: {
            "annotations": (sizes.nodes, ANNOTATIONS),
            "spill_weights": (sizes.nodes,),
            "state": (sizes.nodes, sizes.dimension),
        },
        AgentName.SELECT_TASK: {"node_properties": (PROPERTIES_OF_TASK,), "state": (sizes.dimension,)},
        AgentName.COLOUR_NODE: {"node_properties": (PROPERTIES_OF_COLOUR,), "state": (sizes.dimension,)},
        AgentName.SPLIT_NODE: {
            "state": (sizes.dimension,),
            "usepoint_properties": (sizes.uses, PROPERTIES_OF_USE),
        },
    }
    found: dict[str, spaces.Space[object]] = {
        name: spaces.Box(-np.inf, np.inf, shape, np.float32) for name, shape in shapes[agent].items()
    }
    found["action_mask"] = spaces.Box(0, 1, (action_count(agent, sizes),), np.float32)
    if with_edges and agent is AgentName.SELECT_NODE:
        found["adjacency_lists"] = spaces.Dict(
            {
                "data": spaces.Box(-1, sizes.nodes - 1, (sizes.edges, 2), np.int32),
                "edge_num": spaces.Discrete(sizes.edges),
                "node_num": spaces.Discrete(sizes.nodes + 1),
            }
        )
    return spaces.Dict(found)


def action_space(agent: AgentName, sizes: AgentSizes) -> spaces.Discrete:
    """All actions, of which the mask allows some."""
    return spaces.Discrete(action_count(agent, sizes))
