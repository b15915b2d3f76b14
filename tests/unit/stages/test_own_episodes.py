"""Row groups of a run's own split: every selected function once, in order, whatever the cuts."""

from __future__ import annotations

import itertools
from pathlib import Path, PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from rl4real_data.corpus.module import Language, Module
from rl4real_data.episodes.writer import row_group_sizes
from rl4real_data.stages.own_episodes import ChosenRows, cut
from rl4real_data.stages.part import Part


def selected(name: str, *rows: int) -> ChosenRows:
    module = Module(corpus="c", root=Path("/c"), path=PurePosixPath(name), language=Language.C, license="MIT")
    part = Part(key=name, source_sha256="", headers=(), functions=(), size=1, seconds=0.0)
    return ChosenRows(origin=module, part=part, rows=rows)


def groups_of(modules: list[ChosenRows], *sizes: int) -> list[list[tuple[str, tuple[int, ...]]]]:
    return [[(piece.chosen.part.key, piece.rows) for piece in group] for group in cut(modules, sizes)]


def test_a_row_group_may_begin_and_end_within_a_module() -> None:
    modules = [selected("a", 0, 2, 3, 4), selected("b"), selected("c", 1)]

    assert groups_of(modules, 3, 2) == [[("a", (0, 2, 3))], [("a", (4,)), ("c", (1,))]]


def test_modules_that_are_equal_are_still_two() -> None:
    modules = [selected("a", 0, 1, 2), selected("a", 0, 1)]

    assert groups_of(modules, 5) == [[("a", (0, 1, 2)), ("a", (0, 1))]]


@given(st.lists(st.integers(0, 7), max_size=6), st.integers(1, 6), st.integers(1, 9))
def test_every_function_is_there_once_and_in_order(counts: list[int], per_row_group: int, per_shard: int) -> None:
    modules = [selected(str(number), *range(count)) for number, count in enumerate(counts)]
    sizes = list(row_group_sizes(sum(counts), per_shard=per_shard, per_row_group=per_row_group))
    groups = groups_of(modules, *sizes)

    assert [sum(len(rows) for _, rows in group) for group in groups] == sizes
    found = [(name, row) for name, rows in itertools.chain.from_iterable(groups) for row in rows]
    assert found == [(str(number), row) for number, count in enumerate(counts) for row in range(count)]
