"""RL4ReAl's four networks.

Layers and widths are the fork's; its graph convolution is left out, as its output is not used there. Weights, distances
and counts go through sign(x) ln(1 + |x|) first, since the raw ones differ by many orders of magnitude: spill weights in
units of 1e-5, which is about the least that there is. Vectors are made sixteen times as long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rl4real_data.core.extras import required_by
from rl4real_data.training.agents import AgentName
from rl4real_data.training.sizes import (
    PROPERTIES_OF_COLOUR,
    PROPERTIES_OF_USE,
    TASKS,
    AgentSizes,
)

with required_by("training", extra="rllib"):
    import torch
    from torch import Tensor, nn

LOWEST: Final = -1e9
"""The logit of an action that the mask forbids: no network says less, and a softmax makes 0 of it."""
_WIDE, _MIDDLE, _NARROW = 256, 128, 64
_WEIGHTS: Final = 1e5
_VECTORS: Final = 16.0
"""The numbers of a vocabulary's vectors are about as much smaller than what a layer of fresh weights tells apart."""
_TASK_SCALE: Final = (1.0, 1.0, _WEIGHTS, 1.0)
_COLOUR_SCALE: Final = (1.0,) * PROPERTIES_OF_COLOUR
_USE_SCALE: Final = (_WEIGHTS, 1.0)


class AgentNetwork(nn.Module):
    """Logits of an agent's actions, not masked, and the value of its situation."""

    def __init__(self, actions: int) -> None:
        super().__init__()
        self.value = nn.Linear(actions, 1)

    def masked(self, observation: Mapping[str, Tensor]) -> Tensor:
        """(batch, actions): LOWEST where the mask forbids an action."""
        logits: Tensor = self(observation)
        return torch.where(observation["action_mask"] > 0, logits, LOWEST)

    def values(self, masked: Tensor) -> Tensor:
        """(batch,): one linear layer on the logits of what is allowed, through which no gradient goes.

        Logits that are left out at the end are of nothing that is allowed.
        """
        known = masked.detach()
        known = nn.functional.pad(torch.where(known > LOWEST, known, 0.0), (0, self.value.in_features - known.shape[1]))
        found: Tensor = self.value(known).squeeze(-1)
        return found


class SelectNodeNetwork(AgentNetwork):
    """A logit of each node, by its vector and spill weight alone."""

    def __init__(self, sizes: AgentSizes) -> None:
        super().__init__(sizes.nodes)
        self.state = nn.Linear(sizes.dimension, _WIDE)
        self.weighed = nn.Linear(_WIDE + 1, _MIDDLE)
        self.narrow = nn.Linear(_MIDDLE, _NARROW)
        self.logit = nn.Linear(_NARROW, 1)

    def masked(self, observation: Mapping[str, Tensor]) -> Tensor:
        """As of any agent; nodes that cannot be selected, most of those that there is room for, are not computed."""
        is_open = observation["action_mask"] > 0
        logits = self({name: observation[name][is_open] for name in ("spill_weights", "state")})
        return torch.full_like(observation["action_mask"], LOWEST).masked_scatter(is_open, logits)

    def forward(self, observation: Mapping[str, Tensor]) -> Tensor:
        hidden = self.state(_VECTORS * observation["state"]).relu()
        weights = scaled(_WEIGHTS * observation["spill_weights"]).unsqueeze(-1)
        hidden = self.weighed(torch.cat((hidden, weights), dim=-1)).relu()
        found: Tensor = self.logit(self.narrow(hidden).relu()).squeeze(-1)
        return found


class PropertiesNetwork(AgentNetwork):
    """Logits by a node's vector, and its properties in the second layer."""

    def __init__(self, sizes: AgentSizes, scale: Sequence[float], actions: int) -> None:
        super().__init__(actions)
        self._scale = tuple(scale)
        self.state = nn.Linear(sizes.dimension, _NARROW)
        self.described = nn.Linear(_NARROW + len(scale), _NARROW)
        self.logits = nn.Linear(_NARROW, actions)

    def forward(self, observation: Mapping[str, Tensor]) -> Tensor:
        hidden = self.state(_VECTORS * observation["state"]).relu()
        properties = observation["node_properties"]
        hidden = torch.cat((hidden, scaled(properties * properties.new_tensor(self._scale))), dim=-1)
        found: Tensor = self.logits(self.described(hidden).relu())
        return found


class SplitNodeNetwork(AgentNetwork):
    """A logit of each use point, which attends to the others."""

    def __init__(self, sizes: AgentSizes) -> None:
        super().__init__(sizes.uses)
        self.state = nn.Linear(sizes.dimension, _NARROW)
        self.described = nn.Linear(_NARROW + PROPERTIES_OF_USE, _NARROW)
        self.asked, self.known, self.told = (nn.Linear(_NARROW, _NARROW) for _ in range(3))
        self.logit = nn.Linear(_NARROW, 1)

    def masked(self, observation: Mapping[str, Tensor]) -> Tensor:
        """As of any agent; use points behind the last one that there is in the batch are not computed."""
        is_point = _is_point(observation).any(dim=0).nonzero()
        last = int(is_point.max()) + 1 if len(is_point) else 1
        kept = {name: observation[name][:, :last] for name in ("action_mask", "usepoint_properties")}
        logits = super().masked({**kept, "state": observation["state"]})
        return nn.functional.pad(logits, (0, observation["action_mask"].shape[1] - last), value=LOWEST)

    def forward(self, observation: Mapping[str, Tensor]) -> Tensor:
        points = observation["usepoint_properties"]
        points = scaled(points * points.new_tensor(_USE_SCALE))
        state = self.state(_VECTORS * observation["state"]).relu().unsqueeze(1).expand(-1, points.shape[1], -1)
        hidden = self.described(torch.cat((state, points), dim=-1)).relu()
        attention = self.asked(hidden) @ self.known(hidden).transpose(1, 2) / _NARROW**0.5
        attention = torch.where(_is_point(observation).unsqueeze(1), attention, LOWEST).softmax(dim=-1)
        found: Tensor = self.logit(hidden + attention @ self.told(hidden)).squeeze(-1)
        return found


def network_of(agent: AgentName, sizes: AgentSizes) -> AgentNetwork:
    """A fresh network of the agent."""
    if agent is AgentName.SELECT_NODE:
        return SelectNodeNetwork(sizes)
    if agent is AgentName.SPLIT_NODE:
        return SplitNodeNetwork(sizes)
    if agent is AgentName.SELECT_TASK:
        return PropertiesNetwork(sizes, _TASK_SCALE, TASKS)
    return PropertiesNetwork(sizes, _COLOUR_SCALE, sizes.colours)


def scaled(numbers: Tensor) -> Tensor:
    """sign(x) ln(1 + |x|)."""
    return numbers.sign() * numbers.abs().log1p()


def _is_point(observation: Mapping[str, Tensor]) -> Tensor:
    """(batch, use points) bool: those that there are."""
    return (observation["action_mask"] > 0) | (observation["usepoint_properties"] != 0).any(dim=-1)
