"""The plain play of RL4ReAl's game, its changes, and the search for one that costs less."""

from __future__ import annotations

from pathlib import Path

import pytest
from episode_builder import make_episode
from training_data_builder import make_source

from rl4real_data.allocation.allocation import SPILLED
from rl4real_data.allocation.answer_backend import AnswerCosts, EpisodeBackend
from rl4real_data.allocation.answer_costs import weighted_cost
from rl4real_data.allocation.split_allocation import SPLIT, SplitAllocation
from rl4real_data.reading.episode import Episode
from rl4real_data.training.agents import AgentName
from rl4real_data.training.function_game import FunctionGame
from rl4real_data.training.function_source import FunctionSource
from rl4real_data.training.plain_play import NO_CHANGES, Change, Changes, PlainPlay
from rl4real_data.training.play_search import PlaySearch
from rl4real_data.training.sizes import AgentSizes

SEEDS = range(8)


def make_dear_source(folder: Path) -> FunctionSource:
    """A function in which node 0 is copied to the register of the smallest colour, which heavier nodes take first."""
    return make_source(folder, make_episode(copy_to=[1]))


def sizes_of(source: FunctionSource, game: FunctionGame) -> AgentSizes:
    return AgentSizes(colours=source.colours.size, dimension=game.facts.means.shape[1])


def search_in(source: FunctionSource, game: FunctionGame, *, plays: int = 60, seed: int = 0) -> PlaySearch:
    return PlaySearch(colours=source.colours, sizes=sizes_of(source, game), plays=plays, seed=seed)


def played(source: FunctionSource, game: FunctionGame, changes: Changes) -> list[int]:
    """The nodes in the order of their turns; the game is over."""
    plain, turns = PlainPlay(game, source.colours, changes), []
    while not game.is_over:
        if game.agent is AgentName.SELECT_TASK:
            turns.append(game.node)
        game.act(plain.action())
    return turns


def cost_of(source: FunctionSource, game: FunctionGame, changes: Changes) -> float:
    fresh = FunctionGame(game.facts, source.colours, sizes_of(source, game))
    played(source, fresh, changes)
    return weighted_cost(EpisodeBackend().costs_of(fresh.facts.episode, fresh.allocation).costs)


def test_the_heaviest_node_comes_first_and_gets_the_smallest_free_colour(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    _, game = source.next()
    weights = [one.weight for one in game.allocation.nodes]
    fresh = FunctionGame(game.facts, source.colours, sizes_of(source, game))
    turns = played(source, game, NO_CHANGES)

    assert [weights[node] for node in turns] == sorted(weights, reverse=True)
    colours = source.colours.of_column
    for node in turns:
        allowed = [choice for choice in fresh.allocation.choices(node).nonzero()[0].tolist() if choice]
        assert game.allocation.choice[node] == min(allowed, key=lambda choice: colours[choice - 1])
        fresh.allocation.decide(node, int(game.allocation.choice[node]))


def test_a_node_becomes_what_the_change_says(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    _, game = source.next()
    spillable = [node for node in range(3) if game.allocation.choices(node)[SPILLED]]
    assert spillable
    for node in spillable:
        fresh = FunctionGame(game.facts, source.colours, sizes_of(source, game))
        played(source, fresh, {game.allocation.nodes[node].name: Change(choice=SPILLED)})
        assert fresh.allocation.choice[node] == SPILLED


def test_a_node_is_split_behind_the_point_of_the_change(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    _, game = source.next()
    (point,) = game.view.split_mask(0).nonzero()[0].tolist()
    played(source, game, {game.allocation.nodes[0].name: Change(point=point)})

    assert game.allocation.choice[0] == SPLIT
    assert game.allocation.splits == [(0, point)]


def test_what_is_not_allowed_counts_for_nothing(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    _, game = source.next()
    (forbidden, *_) = (~game.allocation.choices(0)).nonzero()[0].tolist()
    assert not game.view.split_mask(0)[0]
    name = game.allocation.nodes[0].name
    plain = FunctionGame(game.facts, source.colours, sizes_of(source, game))
    played(source, plain, NO_CHANGES)

    for change in (Change(point=0), Change(point=99), Change(choice=forbidden)):
        fresh = FunctionGame(game.facts, source.colours, sizes_of(source, game))
        played(source, fresh, {name: change})
        assert fresh.allocation.choice.tolist() == plain.allocation.choice.tolist()


def test_a_first_node_has_its_turn_before_the_others(tmp_path: Path) -> None:
    source = make_source(tmp_path, functions=2)
    (_, game), (_, other) = source.next(), source.next()
    usual = played(source, game, NO_CHANGES)
    last = usual[-1]

    turns = played(source, other, {other.allocation.nodes[last].name: Change(is_first=True)})
    assert turns == [last, *usual[:-1]]


def test_the_play_that_is_found_costs_less_than_the_plain_one(tmp_path: Path) -> None:
    source = make_dear_source(tmp_path)
    _, game = source.next()
    plain = cost_of(source, game, NO_CHANGES)
    costs = [cost_of(source, game, search_in(source, game, seed=seed).changes(game.facts)) for seed in SEEDS]

    assert max(costs) <= plain
    assert min(costs) < plain - 0.01


def test_more_passes_only_make_it_cheaper(tmp_path: Path) -> None:
    source = make_dear_source(tmp_path)
    _, game = source.next()
    for seed in SEEDS:
        search = search_in(source, game, plays=3, seed=seed)
        costs = [cost_of(source, game, search.changes(game.facts)) for _ in range(12)]
        assert costs == sorted(costs, reverse=True)
        assert search.cost(game.facts) == costs[-1]


def test_the_same_seed_finds_the_same_play(tmp_path: Path) -> None:
    source = make_dear_source(tmp_path)
    _, game = source.next()
    found = [search_in(source, game, seed=5).changes(game.facts) for _ in range(2)]
    others = [search_in(source, game, plays=2, seed=seed).changes(game.facts) for seed in range(40)]

    assert found[0] == found[1]
    assert any(one != others[0] for one in others)


def test_a_search_that_finds_nothing_better_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_dear_source(tmp_path)
    _, game = source.next()
    asked: list[str] = []
    true_costs = EpisodeBackend.costs_of

    def counted(backend: EpisodeBackend, episode: Episode, allocation: SplitAllocation) -> AnswerCosts:
        asked.append(episode.episode_id)
        return true_costs(backend, episode, allocation)

    monkeypatch.setattr(EpisodeBackend, "costs_of", counted)
    search = search_in(source, game, plays=100)
    counts = []
    for _ in range(15):
        search.changes(game.facts)
        counts.append(len(asked))

    assert counts[-1] == counts[-2] < 1500
    assert counts[3] > 400
