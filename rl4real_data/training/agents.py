"""RL4ReAl's four agents and what each may do."""

from __future__ import annotations

__all__ = ["AgentName"]

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from rl4real_data.live.policies.onnx_agents import Agent
from rl4real_data.training.sizes import TASKS, AgentSizes


class AgentName(StrEnum):
    """The policies, in the order in which they act on a node."""

    SELECT_NODE = "select_node"
    SELECT_TASK = "select_task"
    COLOUR_NODE = "colour_node"
    SPLIT_NODE = "split_node"


AGENT_FILES: Final[Mapping[AgentName, Agent]] = MappingProxyType(
    {
        AgentName.SELECT_NODE: Agent.SELECT_NODE,
        AgentName.SELECT_TASK: Agent.SELECT_TASK,
        AgentName.COLOUR_NODE: Agent.COLOUR_NODE,
        AgentName.SPLIT_NODE: Agent.SPLIT_NODE,
    }
)
"""The name of each agent's ONNX file, as the compiler looks for it."""


def action_count(agent: AgentName, sizes: AgentSizes) -> int:
    """How many actions the agent chooses from; what is not allowed is masked."""
    return {
        AgentName.SELECT_NODE: sizes.nodes,
        AgentName.SELECT_TASK: TASKS,
        AgentName.COLOUR_NODE: sizes.colours,
        AgentName.SPLIT_NODE: sizes.uses,
    }[agent]
