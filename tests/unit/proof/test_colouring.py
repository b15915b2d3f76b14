"""Colours for webs."""

from __future__ import annotations

import itertools

from rl4real_data.proof.colouring import Webs, colour


def test_a_circle_of_five_needs_three() -> None:
    circle = [(one, (one + 1) % 5) for one in range(5)]

    assert colour(5, circle, [range(2)] * 5) is None
    found = colour(5, circle, [range(3)] * 5)
    assert found is not None
    assert all(found[one] != found[other] for one, other in circle)


def test_each_has_its_own_colours() -> None:
    assert colour(2, [(0, 1)], [range(1), range(2)]) == [0, 1]
    assert colour(2, [(0, 1)], [range(1), range(1)]) is None


def test_what_is_tied_is_one_and_cannot_exclude_itself() -> None:
    assert Webs(range(3), [(0, 1)]).coloured([(1, 2)], lambda _thing: 2) == {0: 0, 1: 0, 2: 1}
    assert Webs(range(2), [(0, 1)]).coloured([(0, 1)], lambda _thing: 2) is None


def test_many_without_end() -> None:
    """A clique of eight in seven colours: the search gives up, or is through, and says that there is none."""
    assert colour(8, list(itertools.combinations(range(8), 2)), [range(7)] * 8) is None


def test_nothing() -> None:
    assert colour(0, [], []) == []
