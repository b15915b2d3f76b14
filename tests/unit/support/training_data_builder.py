"""Small datasets to be trained on, and games of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from episode_builder import DIMENSION, make_episode, make_instructions
from whole_episode import write_whole_dataset

from rl4real_data import EpisodeDataset
from rl4real_data.training.expert_play import ExpertPlay
from rl4real_data.training.function_facts import ColourTable
from rl4real_data.training.function_game import FunctionGame
from rl4real_data.training.function_source import FunctionSource
from rl4real_data.training.sizes import AgentSizes


def write_training_data(folder: Path, *rows: dict[str, Any], functions: int = 1) -> Path:
    """A DATA_DIR of version 1 with vectors; `functions` small ones unless `rows` are given."""
    instructions = [{**row, "embedding": [float(row["inst_id"])] * DIMENSION} for row in make_instructions()]
    made = rows or tuple(make_episode(number) for number in range(1, functions + 1))
    write_whole_dataset(folder, {"train": [made]}, instructions=instructions)
    return folder


def make_source(folder: Path, *rows: dict[str, Any], functions: int = 1, **more: Any) -> FunctionSource:
    """All functions of such a dataset."""
    dataset = EpisodeDataset(write_training_data(folder / "data", *rows, functions=functions))
    sizes = AgentSizes(colours=dataset.registers.colours + 1, dimension=DIMENSION)
    return FunctionSource(dataset, range(len(dataset)), sizes, **{"seed": 0, **more})


def played_by_expert(game: FunctionGame, colours: ColourTable) -> None:
    """The whole game."""
    expert = ExpertPlay(game, colours)
    while not game.act(expert.action()).is_over:
        pass
