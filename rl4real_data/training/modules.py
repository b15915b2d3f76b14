"""RLlib's modules of RL4ReAl's four agents."""

from __future__ import annotations

from typing import Any

from rl4real_data.core.extras import required_by
from rl4real_data.training.agents import AgentName
from rl4real_data.training.networks import network_of
from rl4real_data.training.sizes import AgentSizes
from rl4real_data.training.spaces import action_space, observation_space

with required_by("training", extra="rllib"):
    from ray.rllib.core.columns import Columns
    from ray.rllib.core.rl_module.apis.value_function_api import ValueFunctionAPI
    from ray.rllib.core.rl_module.multi_rl_module import MultiRLModuleSpec
    from ray.rllib.core.rl_module.rl_module import RLModuleSpec
    from ray.rllib.core.rl_module.torch.torch_rl_module import TorchRLModule
    from torch import Tensor


class AgentModule(TorchRLModule, ValueFunctionAPI):
    """One agent; its network is built from the model's configuration, `agent` and `sizes`."""

    def setup(self) -> None:
        """Builds the network."""
        self.network = network_of(AgentName(self.model_config["agent"]), AgentSizes(**self.model_config["sizes"]))

    def _forward(self, batch: dict[str, Any], **_: Any) -> dict[str, Any]:
        logits = self.network.masked(batch[Columns.OBS])
        return {Columns.ACTION_DIST_INPUTS: logits, Columns.EMBEDDINGS: logits}

    def compute_values(self, batch: dict[str, Any], embeddings: Any = None) -> Tensor:
        """(batch,): what the situations are worth; `embeddings` are the logits, if they are known."""
        return self.network.values(self.network.masked(batch[Columns.OBS]) if embeddings is None else embeddings)


def modules_of(sizes: AgentSizes) -> MultiRLModuleSpec:
    """The four modules, by the agents' names."""
    return MultiRLModuleSpec(
        rl_module_specs={
            agent.value: RLModuleSpec(
                module_class=AgentModule,
                observation_space=observation_space(agent, sizes, with_edges=False),
                action_space=action_space(agent, sizes),
                model_config={"agent": agent.value, "sizes": sizes_as_dict(sizes)},
            )
            for agent in AgentName
        }
    )


def sizes_as_dict(sizes: AgentSizes) -> dict[str, int]:
    """As JSON has them."""
    return {name: getattr(sizes, name) for name in AgentSizes.__slots__}
