"""The agents' networks, and their models in ONNX: what is chosen is the same however an observation is told."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from training_data_builder import make_source

from rl4real_data.training.agent_view import Observation
from rl4real_data.training.agents import AgentName, action_count
from rl4real_data.training.networks import LOWEST, AgentNetwork, network_of
from rl4real_data.training.onnx_agents import FlatAgent, layout_of, onnx_model
from rl4real_data.training.sizes import AgentSizes

SIZES = AgentSizes(colours=7, dimension=5, nodes=20, edges=30, uses=12)
SPREAD = {"state": 0.1, "spill_weights": 0.01, "usepoint_properties": 1.0}
"""About what there is in a function; of all others a hundred."""
DECISIONS = 250
"""Of each of four agents: 1,000."""


def random_observations(agent: AgentName, count: int) -> list[Observation]:
    chance = np.random.default_rng(1)
    found = []
    for _ in range(count):
        seen = {
            name: (chance.standard_normal(shape) * SPREAD.get(name, 100)).astype(np.float32)
            for name, shape in layout_of(agent, SIZES)
            if name
        }
        seen["action_mask"] = (chance.random(action_count(agent, SIZES)) < 0.4).astype(np.float32)
        seen["action_mask"][0] = 1
        found.append(seen)
    return found


def flat(agent: AgentName, seen: Observation) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    parts = [seen[name].ravel() if name else np.zeros(shape, np.float32) for name, shape in layout_of(agent, SIZES)]
    return np.concatenate(parts)[None]


def logits_of(network: AgentNetwork, *seen: Observation) -> torch.Tensor:
    with torch.no_grad():
        return network.masked({name: torch.from_numpy(np.stack([one[name] for one in seen])) for name in seen[0]})


@pytest.mark.parametrize("agent", AgentName)
def test_a_network_chooses_what_the_mask_allows(agent: AgentName) -> None:
    network = network_of(agent, SIZES)
    for seen in random_observations(agent, 20):
        logits = logits_of(network, seen)[0]
        assert logits.shape == (action_count(agent, SIZES),)
        assert ((logits > LOWEST).numpy() == (seen["action_mask"] > 0)).all()


@pytest.mark.parametrize("agent", AgentName)
def test_an_observation_is_judged_alike_alone_and_among_others(agent: AgentName) -> None:
    network = network_of(agent, SIZES)
    seen = random_observations(agent, 16)
    seen[0]["action_mask"][3:] = 0  # fewer rows are needed for this one
    together = logits_of(network, *seen)

    for row, one in zip(together, seen, strict=True):
        torch.testing.assert_close(logits_of(network, one)[0], row, rtol=1e-4, atol=1e-3)


def test_places_that_are_left_out_change_nothing() -> None:
    network = network_of(AgentName.SELECT_NODE, SIZES)
    (seen,) = random_observations(AgentName.SELECT_NODE, 1)
    seen["action_mask"][8:] = 0
    whole, part = (logits_of(network, {name: array[:rows] for name, array in seen.items()}) for rows in (None, 8))

    torch.testing.assert_close(whole[:, :8], part)
    torch.testing.assert_close(network.values(whole), network.values(part))


@pytest.mark.parametrize("agent", AgentName)
def test_the_model_decides_as_the_network(agent: AgentName) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    network = network_of(agent, SIZES).eval()
    session = onnxruntime.InferenceSession(onnx_model(FlatAgent(network, layout_of(agent, SIZES))))
    (wanted,) = session.get_inputs()

    assert wanted.shape == [1, flat(agent, random_observations(agent, 1)[0]).shape[1]]
    for seen in random_observations(agent, DECISIONS):
        (told,) = session.run(None, {wanted.name: flat(agent, seen)})
        own = logits_of(network, seen)[0].numpy()
        np.testing.assert_allclose(told[0], own, rtol=1e-4, atol=1e-3)
        assert int(told[0].argmax()) == int(own.argmax())


def test_layouts_are_those_of_the_plugin() -> None:
    """The fork's, with vectors of 100 and its 113 colours (X86)."""
    sizes = AgentSizes(colours=113, dimension=100)
    widths = {agent: FlatAgent(network_of(agent, sizes), layout_of(agent, sizes)).width for agent in AgentName}

    assert list(widths.values()) == [153601, 106, 216, 700]


def test_networks_take_what_games_show(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    _, game = source.next()
    sizes = AgentSizes(colours=source.colours.size, dimension=game.facts.means.shape[1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        while not game.view.is_over:
            logits = logits_of(network_of(game.agent, sizes), game.observe())
            game.act(int(logits[0].argmax()))


def test_the_heaviest_node_is_learned_from_weights_as_llvm_has_them() -> None:
    torch.manual_seed(0)
    network = network_of(AgentName.SELECT_NODE, SIZES)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)

    def situations(count: int) -> dict[str, torch.Tensor]:
        weights = 10 ** (-5 + 3 * torch.rand(count, 8))  # a hundred-thousandth to a hundredth
        return {
            "action_mask": torch.ones(count, 8),
            "spill_weights": weights,
            "state": torch.zeros(count, 8, SIZES.dimension),
        }

    for _ in range(150):
        seen = situations(64)
        loss = torch.nn.functional.cross_entropy(network.masked(seen), seen["spill_weights"].argmax(dim=-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    seen = situations(200)
    found = network.masked(seen).argmax(dim=-1)
    assert (found == seen["spill_weights"].argmax(dim=-1)).float().mean() > 0.9
