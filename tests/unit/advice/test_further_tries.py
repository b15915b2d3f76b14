"""The order of further tries: what adds most to those in front of it, by hand."""

from __future__ import annotations

from dataclasses import replace

import torch
from advice_examples import make_example

from rl4real_data.advice.examples import Example
from rl4real_data.advice.further_tries import order_of_tries


def example(*gains: float, forbidden: int | None = None) -> Example:
    allowed = torch.tensor([plan != forbidden for plan in range(len(gains))])
    return replace(make_example(1), gain=torch.tensor(gains), allowed=allowed)


def test_what_gains_elsewhere_comes_before_a_neighbour_that_gains_more() -> None:
    """Plan 1 gains nearly what plan 0 does, in the same function; plan 2 gains less, in another one."""
    examples = [example(0.30, 0.29, 0.00), example(0.00, 0.00, 0.10)]

    assert order_of_tries(examples, best=[0, 0]) == (2, 0, 1)


def test_it_begins_behind_what_the_network_holds_best() -> None:
    """Plan 0 is best of all, and is tried already where it helps."""
    examples = [example(0.3, 0.1), example(0.0, 0.1)]

    assert order_of_tries(examples, best=[0, 0])[0] == 1
    assert order_of_tries(examples, best=[1, 1])[0] == 0


def test_gains_that_are_not_allowed_count_for_nothing() -> None:
    assert order_of_tries([example(0.0, 0.3, 0.1, forbidden=1)], best=[0])[0] == 2


def test_harm_costs_nothing_where_greedy_alone_is_kept() -> None:
    assert order_of_tries([example(0.0, -0.9), example(0.0, 0.2)], best=[0, 0])[0] == 1


def test_what_was_not_tried_gains_nothing() -> None:
    assert order_of_tries([example(0.0, float("nan"), 0.1)], best=[0])[0] == 2
