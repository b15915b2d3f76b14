"""The sizes of RL4ReAl's agents.

They are part of a model: what was trained with others cannot be asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from rl4real_data.live.policies.onnx_agents import MOST_EDGES, MOST_NODES, MOST_SPLITS, MOST_USES

PROPERTIES_OF_TASK = 4
PROPERTIES_OF_COLOUR = 3
PROPERTIES_OF_USE = 2
ANNOTATIONS = 3
TASKS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSizes:
    """`colours`: those of the target, and 0 for no register. `dimension`: of an instruction's vector.

    `nodes` counts the physical registers that interfere, too, `edges` each interference once. `splits`: of a function.
    """

    colours: int
    dimension: int
    nodes: int = MOST_NODES
    edges: int = MOST_EDGES
    uses: int = MOST_USES
    splits: int = MOST_SPLITS
