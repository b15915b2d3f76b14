"""The tensors of an episode: names, types and shapes as an advice model takes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from label_builder import write_labellable
from random_problem import random_problem

from rl4real_data import EpisodeDataset
from rl4real_data.advice.problem_inputs import INPUT_COLUMNS, input_arrays, input_names
from rl4real_data.episodes.schema import ANSWER, PROBLEM, VERSION_0


def test_columns_are_tensors_and_lists_of_lists_two(tmp_path: Path) -> None:
    write_labellable(tmp_path / "d")
    found = input_arrays(EpisodeDataset(tmp_path / "d")[0])

    assert list(found) == list(input_names())
    assert found["block_freq"].tolist() == [1.0, 0.5]
    assert found["block_freq"].dtype == np.float32
    assert found["use_inst"].tolist() == [0, 2, 4, 1, 3, 3, 5]
    assert found["use_inst_offsets"].tolist() == [0, 3, 5, 7]
    assert found["node_spill_weight"].tolist() == [0.25, 0.5, np.inf]
    assert found["node_hint"].tolist() == [1, -1]
    assert found["node_hint_offsets"].tolist() == [0, 1, 2, 2]
    assert {values.dtype for values in found.values()} == {np.dtype(np.int64), np.dtype(np.float32)}
    assert {values.ndim for values in found.values()} == {1}


def test_no_column_of_the_answer_is_looked_at() -> None:
    answer = {name for name, *_ in ANSWER} | {"node_outcome", "node_assigned", "spills", "spill_cost", "copies"}
    problem = {name for name, *_ in (*VERSION_0, *PROBLEM)}

    assert not answer & set(INPUT_COLUMNS)
    assert set(INPUT_COLUMNS) <= problem
    assert "inst" not in INPUT_COLUMNS, "a dataset numbers the shapes of instructions, which a compiler does not know"


def test_problem_that_a_test_makes_up_has_the_same_tensors() -> None:
    assert set(random_problem(1)) == set(input_names())
