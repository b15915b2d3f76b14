"""The weights of the four agents in a checkpoint."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from rl4real_data.core.errors import UsageError
from rl4real_data.core.extras import required_by
from rl4real_data.training.agents import AgentName
from rl4real_data.training.checkpoint_folder import folder_of
from rl4real_data.training.checkpoints import AGENTS_NAME, read_checkpoint
from rl4real_data.training.networks import AgentNetwork, network_of

with required_by("training", extra="rllib"):
    import torch

Weights = dict[str, dict[str, Any]]
"""Agent -> name of a parameter in its module -> array."""
_PREFIX = "network."
_UNREADABLE = (
    *(OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, EOFError, ImportError),
    pickle.UnpicklingError,
)
"""What torch raises for a file that holds something else."""


def write_weights(checkpoint: Path, weights: Weights) -> None:
    """Writes those that RLlib tells."""
    (checkpoint / AGENTS_NAME).mkdir()
    for agent in AgentName:
        state = {name.removeprefix(_PREFIX): torch.as_tensor(value) for name, value in weights[agent.value].items()}
        torch.save(state, checkpoint / AGENTS_NAME / f"{agent.value}.pt")


def read_weights(path: Path) -> Weights:
    """As RLlib takes them. UsageError for a checkpoint that is damaged."""
    return {
        agent.value: {f"{_PREFIX}{name}": value.numpy() for name, value in network.state_dict().items()}
        for agent, network in read_networks(path).items()
    }


def read_networks(path: Path) -> dict[AgentName, AgentNetwork]:
    """The networks of a checkpoint. UsageError for one that is damaged."""
    sizes = read_checkpoint(path).sizes
    found = {}
    for agent in AgentName:
        file = folder_of(path) / AGENTS_NAME / f"{agent.value}.pt"
        network = network_of(agent, sizes)
        try:
            network.load_state_dict(torch.load(file, weights_only=True))
        except _UNREADABLE as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise UsageError(f"{file}: damaged: {said}", hint="take an earlier checkpoint of the run") from error
        found[agent] = network.eval()
    return found
