"""The direction that perturbed policies show."""

from __future__ import annotations

import numpy as np

from rl4real_data.mlgo_training.evolution import centred_ranks, way_of


def test_ranks_do_not_depend_on_how_much() -> None:
    assert centred_ranks(np.array([5.0, -1000.0, 6.0])).tolist() == [0.0, -0.5, 0.5]


def test_equal_rewards_share_their_rank() -> None:
    assert centred_ranks(np.array([1.0, 1.0, 2.0])).tolist() == [-0.25, -0.25, 0.5]


def test_equal_rewards_show_no_direction() -> None:
    assert not way_of(np.ones((2, 3), np.float32), np.zeros(4)).any()


def test_the_better_of_a_pair_shows_the_way() -> None:
    """The first weight helps, the second harms, whatever the third."""
    noise = np.random.default_rng(0).standard_normal((200, 3)).astype(np.float32)
    both = np.stack([noise, -noise], axis=1).reshape(-1, 3)
    found = way_of(noise, both @ np.array([1.0, -1.0, 0.0]))

    assert found[0] > 0.1
    assert found[1] < -0.1
    assert abs(found[2]) < 0.1
