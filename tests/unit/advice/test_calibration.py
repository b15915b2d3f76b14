"""What a network may decide: the threshold, by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from advice_examples import make_example

from rl4real_data.advice.calibration import calibrate
from rl4real_data.advice.examples import Example
from rl4real_data.advice.network import Predictions

SURE, UNSURE = 20.0, 0.0


def example(gain: float, *, is_edited: bool = True) -> Example:
    return replace(make_example(1), gain=torch.tensor([gain, 0.0]), is_edited=is_edited)


def predicted(gain: float, harm: float = -SURE) -> Predictions:
    return Predictions(torch.tensor([gain, -1.0]), torch.tensor([harm, harm]))


def test_threshold_keeps_the_share_made_worse_below_the_limit() -> None:
    """Of 20 functions one may become worse. Two would, those of which the network expects least."""
    examples = [example(0.1)] * 17 + [example(-0.5), example(0.1), example(-0.5)]
    found = calibrate(examples, [predicted(1.0 - 0.01 * n) for n in range(20)], most_worse=0.05)

    assert found.threshold == pytest.approx(1.0 - 0.19)
    assert found.figures.all_worse == found.figures.edited_worse == 1 / 20
    assert found.figures.all == pytest.approx(math.exp(-(18 * 0.1 - 0.5) / 20))
    assert found.figures.decided == 19 / 20


def test_limit_holds_among_those_that_greedy_split_or_spilled() -> None:
    others = [example(0.1, is_edited=False)] * 20
    found = calibrate([*others, example(-0.5)], [predicted(0.5)] * 20 + [predicted(0.4)], most_worse=0.05)

    assert found.figures.all_worse == 0
    assert found.threshold == pytest.approx(0.4)


def test_nothing_is_decided_where_nothing_is_expected_to_gain() -> None:
    found = calibrate([example(0.1)] * 3, [predicted(-0.2)] * 3)

    assert (found.threshold, found.figures.decided, found.figures.all) == (0.0, 0.0, 1.0)


def test_harm_weighs_where_that_tells_good_from_bad() -> None:
    """The gain alone cannot: it expects more of what harms."""
    examples = [example(0.1)] * 10 + [example(-0.5)] * 10
    found = calibrate(examples, [predicted(0.1)] * 10 + [predicted(0.15, SURE)] * 10)

    assert found.harm > 0.05
    assert (found.figures.decided, found.figures.all_worse) == (0.5, 0.0)


def test_all_may_be_decided() -> None:
    found = calibrate([example(0.1)] * 3, [predicted(0.2)] * 3)

    assert (found.threshold, found.figures.decided) == (0.0, 1.0)
    assert str(found.figures) == (
        "0.9048 of greedy's, 0.9048 where greedy splits or spills; worse 0.0%, 0.0%; 3 functions, 100% decided"
    )
