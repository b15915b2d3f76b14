"""The loss: what is told too high or too low, harm that nobody foresaw, and the worth of the best scores, by hand."""

from __future__ import annotations

import math

import pytest
import torch

from rl4real_data.advice.losses import loss_of
from rl4real_data.advice.network import Predictions

SURE = 30.0


def loss(gain: list[float], harm: list[float], told: list[float]) -> float:
    return float(loss_of(Predictions(torch.tensor([gain]), torch.tensor([harm])), torch.tensor([told])))


def test_a_foreseen_gain_costs_nothing_and_is_worth_what_it_gains() -> None:
    """Its score stands 0.5 / 0.02 above greedy's alone, so that it is as good as always taken."""
    assert loss([0.5], [-SURE], [0.5]) == pytest.approx(-20 * 0.5, abs=1e-4)


def test_greedy_alone_is_taken_where_harm_is_foreseen() -> None:
    assert loss([-0.3], [SURE], [-0.3]) == pytest.approx(0.0, abs=1e-3)


def test_harm_that_nobody_foresaw_costs_three_times() -> None:
    """Off by 0.6, of which smooth L1 with 0.05 makes 0.575; a logit of 30 for what did happen; carried out always."""
    assert loss([0.5], [-SURE], [-0.1]) == pytest.approx(20 * 0.575 + 0.5 * 30 + 20 * (0.1 + 0.05), rel=1e-4)


def test_chance_is_shared_among_equal_scores() -> None:
    """Two plans and greedy alone have a third each."""
    even = loss([0.0, 0.0], [-SURE, -SURE], [0.3, 0.0])

    assert even == pytest.approx(20 * (0.275 + 0.0) / 2 - 20 * 0.3 / 3, rel=1e-4)


def test_what_was_not_tried_counts_as_no_gain_where_it_is_chosen() -> None:
    """The second plan takes all chance from the first one."""
    known = loss([0.5], [-SURE], [0.5])
    beside = loss([0.5, 0.9], [-SURE, -SURE], [0.5, math.nan])

    assert known == pytest.approx(-10.0, abs=1e-4)
    assert beside == pytest.approx(0.0, abs=1e-4)


def test_nothing_is_learned_of_a_batch_without_trials() -> None:
    assert loss([0.5], [0.0], [math.nan]) == 0.0
