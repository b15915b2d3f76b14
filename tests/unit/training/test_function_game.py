"""RL4ReAl's game on small functions: what agents see, what their actions do, and the expert's answer as actions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from training_data_builder import make_source, played_by_expert

from rl4real_data.allocation.allocation import UNDECIDED
from rl4real_data.training.agents import AgentName
from rl4real_data.training.function_game import FunctionGame, Turn
from rl4real_data.training.sizes import AgentSizes


def act(game: FunctionGame, *actions: int) -> list[Turn]:
    return [game.act(action) for action in actions]


def allowed(game: FunctionGame) -> list[int]:
    return np.flatnonzero(game.observe()["action_mask"]).tolist()


def test_agents_take_turns_until_all_nodes_are_decided(tmp_path: Path) -> None:
    _, game = make_source(tmp_path).next()
    agents = []
    while not game.view.is_over:
        agents.append(game.agent)
        game.act(allowed(game)[0])

    assert agents[:3] == [AgentName.SELECT_NODE, AgentName.SELECT_TASK, AgentName.COLOUR_NODE]
    assert agents == agents[:3] * (len(agents) // 3)
    assert not (game.allocation.choice[: len(game.allocation.nodes)] == UNDECIDED).any()


def test_observations_have_rl4real_s_names_and_shapes(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    _, game = source.next()
    seen: dict[AgentName, dict[str, Any]] = {}
    while not game.view.is_over:
        seen[game.agent] = {name: array.shape for name, array in game.observe().items()}
        assert {array.dtype for array in game.observe().values()} == {np.dtype(np.float32)}
        game.act(allowed(game)[-1])

    colours, dimension = source.colours.size, game.facts.means.shape[1]
    assert seen[AgentName.SELECT_NODE] == {
        "action_mask": (600,),
        "annotations": (600, 3),
        "spill_weights": (600,),
        "state": (600, dimension),
    }
    assert seen[AgentName.SELECT_TASK] == {"action_mask": (2,), "node_properties": (4,), "state": (dimension,)}
    assert seen[AgentName.COLOUR_NODE] == {"action_mask": (colours,), "node_properties": (3,), "state": (dimension,)}


def test_physical_registers_stand_in_front_with_their_colours(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    _, game = source.next()
    seen = game.observe()
    physical = game.facts.physical

    assert len(physical)
    assert seen["annotations"][: len(physical), 1].tolist() == source.colours.table.colour[physical].tolist()
    assert not seen["action_mask"][: len(physical)].any()
    assert not seen["spill_weights"][: len(physical)].any()


def test_there_is_no_room_where_physical_registers_do_not_fit(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    _, game = source.next()
    nodes = game.facts.problem.problem.n_nodes
    sizes = AgentSizes(colours=source.colours.size, dimension=game.facts.means.shape[1], nodes=nodes)

    assert not FunctionGame(game.facts, source.colours, sizes).view.has_room


def test_a_colour_is_the_register_that_has_it(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    _, game = source.next()
    act(game, allowed(game)[0], 0)
    node, colour = game.node, allowed(game)[-1]
    (turn,) = act(game, colour)

    column = int(game.allocation.choice[node]) - 1
    assert source.colours.of_column[column] == colour
    assert turn.is_decision
    assert 0 < turn.reward <= 1
    assert game.observe()["annotations"][game.view.place_of(node)].tolist() == [0, colour, 0]


@pytest.mark.parametrize("before", [0, 1, 2])
def test_what_the_mask_forbids_is_refused(tmp_path: Path, before: int) -> None:
    _, game = make_source(tmp_path).next()
    for _ in range(before):
        act(game, allowed(game)[0])
    mask = game.observe()["action_mask"]

    for action in (-1, len(mask), *np.flatnonzero(mask == 0).tolist()):
        with pytest.raises(ValueError, match=r"no node at|is decided|not allowed|no register"):
            act(game, action)


def test_the_expert_s_answer_is_played(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    _, game = source.next()
    played_by_expert(game, source.colours)

    episode = game.facts.episode
    columns = source.colours.registers.reg_ids
    whole = np.flatnonzero((episode.node_fate == 0) & (episode.node_assigned > 0))
    assert len(whole)
    assert [int(columns[game.allocation.choice[node] - 1]) for node in whole] == episode.node_assigned[whole].tolist()


def test_each_pass_plays_every_function_once_in_an_order_of_its_own(tmp_path: Path) -> None:
    functions = 300  # more than are kept ready
    source = make_source(tmp_path, functions=functions)
    first, second = ([source.next()[0] for _ in range(functions)] for _ in range(2))

    assert sorted(first) == sorted(second) == list(range(functions))
    assert first != second
    assert first[:50] != sorted(first[:50])
