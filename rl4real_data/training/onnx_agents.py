"""The four agents of a checkpoint as ONNX models, by the names that compilers look for.

A model takes one flat observation, in the order in which RLlib flattens the dictionaries of RL4ReAl (see the plugin's
`AgentState.cpp`), and tells a number for each action; what the mask forbids has the lowest.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path
from uuid import uuid4

from rl4real_data.core.atomic_files import publish_folder
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.extras import required_by
from rl4real_data.live.policies.onnx_agents import CHECKPOINTS
from rl4real_data.training.agents import AGENT_FILES, AgentName, action_count
from rl4real_data.training.checkpoints import read_checkpoint
from rl4real_data.training.networks import AgentNetwork
from rl4real_data.training.sizes import (
    ANNOTATIONS,
    PROPERTIES_OF_COLOUR,
    PROPERTIES_OF_TASK,
    PROPERTIES_OF_USE,
    AgentSizes,
)
from rl4real_data.training.weights import read_networks

with required_by("export --to onnx", extra="rllib"):
    import torch
    from torch import Tensor, nn

_OPSET = 17
"""ONNX Runtime 1.13, which RL4ReAl uses, knows it."""

Layout = tuple[tuple[str, tuple[int, ...]], ...]


def layout_of(agent: AgentName, sizes: AgentSizes) -> Layout:
    """The parts of the flat observation, in their order, with their shapes; "" is what no network looks at."""
    mask = ("action_mask", (action_count(agent, sizes),))
    state = ("state", (sizes.dimension,))
    if agent is AgentName.SELECT_NODE:
        # how many edges there are, the edges, and the numbers of edges and nodes as one of many
        graph = 1 + 2 * sizes.edges + sizes.edges + sizes.nodes
        notes = ("annotations", (sizes.nodes, ANNOTATIONS))
        weights = ("spill_weights", (sizes.nodes,))
        return (mask, ("", (graph,)), notes, weights, ("state", (sizes.nodes, sizes.dimension)))
    if agent is AgentName.SELECT_TASK:
        return (mask, ("node_properties", (PROPERTIES_OF_TASK,)), state)
    if agent is AgentName.COLOUR_NODE:
        return (mask, ("node_properties", (PROPERTIES_OF_COLOUR,)), state)
    return (mask, state, ("usepoint_properties", (sizes.uses, PROPERTIES_OF_USE)))


class FlatAgent(nn.Module):
    """A network that takes its observation as one row."""

    def __init__(self, network: AgentNetwork, layout: Layout) -> None:
        super().__init__()
        self.network = network
        self._layout = [(name, shape, _size(shape)) for name, shape in layout]

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return sum(size for _, _, size in self._layout)

    def forward(self, rows: Tensor) -> Tensor:
        """(batch, actions)."""
        observation, first = {}, 0
        for name, shape, size in self._layout:
            if name:
                observation[name] = rows[:, first : first + size].reshape(-1, *shape)
            first += size
        return AgentNetwork.masked(self.network, observation)  # of all rows, few or many


def export_agents(checkpoint: Path, output: Path) -> None:
    """Writes OUTPUT/regalloc/onnx-checkpoint/*.onnx; that folder appears whole or not at all.

    DatasetError if it is there already, UsageError for a folder that is no checkpoint.
    """
    models = output.absolute() / CHECKPOINTS
    if models.exists():
        raise DatasetError(f"{models}: is there already", hint="name another folder, or remove this one")
    sizes = read_checkpoint(checkpoint).sizes
    networks = read_networks(checkpoint)
    draft = models.with_name(f".{models.name}.{uuid4().hex}")
    try:
        draft.mkdir(parents=True)
        for agent, network in networks.items():
            model = onnx_model(FlatAgent(network, layout_of(agent, sizes)).eval())
            (draft / f"{AGENT_FILES[agent]}.onnx").write_bytes(model)
        publish_folder(draft, models)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def onnx_model(agent: FlatAgent) -> bytes:
    """By tracing: torch's newer exporter asks for a further package."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of its own deprecation
        torch.onnx.export(
            agent,
            (torch.zeros(1, agent.width),),
            Path(folder, "model.onnx"),
            dynamo=False,
            opset_version=_OPSET,
            input_names=["obs"],
            output_names=["logits"],
        )
        return Path(folder, "model.onnx").read_bytes()


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size
