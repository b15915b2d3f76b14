"""How much of the instructions that occur a vocabulary knows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rl4real_data.mir2vec.coverage import Coverage, measure_coverage
from rl4real_data.mir2vec.shape_vectors import ShapeVectors


def shapes(count: int, missing: Sequence[tuple[int, str]], empty: Sequence[int] | None = None) -> ShapeVectors:
    """`missing`: shape and entity of each lookup that found nothing; `empty`: empty operands of each shape."""
    names = list(dict.fromkeys(name for _, name in missing))
    return ShapeVectors(
        vectors=np.zeros((count, 2), np.float32),
        missing_names=tuple(names),
        missing_shape=np.array([shape for shape, _ in missing], np.int64),
        missing_entity=np.array([names.index(name) for _, name in missing], np.int64),
        empty_operands=np.array([0] * count if empty is None else empty, np.int64),
    )


def measure(found: ShapeVectors, *occurrences: int) -> Coverage:
    return measure_coverage(found, np.array(occurrences, np.int64))


def test_shapes_weigh_as_often_as_they_occur() -> None:
    coverage = measure(shapes(3, [(1, "SUB")], empty=[0, 2, 1]), 1000, 200, 50)

    assert coverage.instructions == 1250
    assert coverage.incomplete == 200
    assert coverage.missing == {"SUB": 200}
    assert coverage.empty_operands == 450  # 2 · 200 + 1 · 50
    assert coverage.share == pytest.approx(0.84)


def test_an_instruction_that_lacks_two_entities_is_one_incomplete_instruction() -> None:
    coverage = measure(shapes(2, [(0, "SUB"), (0, "MBB"), (0, "MBB")]), 3, 7)

    assert coverage.incomplete == 3
    assert coverage.missing == {"SUB": 3, "MBB": 6}
    assert coverage.share == pytest.approx(0.7)


def test_the_most_frequent_first_then_by_name() -> None:
    lookups = [(0, "B"), (1, "C"), (2, "A"), (3, "D"), (4, "E")]
    coverage = measure(shapes(5, lookups), 5, 9, 5, 2, 0)

    assert list(coverage.missing.items()) == [("C", 9), ("A", 5), ("B", 5), ("D", 2)]  # E does not occur


def test_nothing_that_occurs() -> None:
    assert measure(shapes(0, [])).share == 1
    never = measure(shapes(2, [(0, "SUB")]), 0, 0)
    assert (never.share, never.incomplete, never.missing) == (1, 0, {})
    assert not never.is_short(0)


def test_all_or_nothing_is_known() -> None:
    assert measure(shapes(2, []), 4, 5).share == 1
    assert measure(shapes(2, [(0, "SUB"), (1, "ADD")]), 4, 5).share == 0


@pytest.mark.parametrize(("allowed", "short"), [(0, True), (0.24, True), (0.25, False), (0.5, False), (1, False)])
def test_as_much_missing_as_allowed_is_enough(allowed: float, short: bool) -> None:
    coverage = Coverage(instructions=8, incomplete=2, missing={"SUB": 2}, empty_operands=0)

    assert coverage.is_short(allowed) == short


def test_what_is_missing_is_explained_by_a_list() -> None:
    coverage = Coverage(instructions=8000, incomplete=2000, missing={"SUB": 1999, "MBB": 7}, empty_operands=0)

    head, *rows = coverage.explained(0.1).splitlines()

    assert head.startswith("2,000 of 8,000 instructions (25.00%, allowed are 10.00%) have ")
    assert [row.split() for row in rows] == [["1,999", "SUB"], ["7", "MBB"]]


@pytest.mark.parametrize(("count", "rest"), [(10, ""), (11, "  and 1 more"), (250, "  and 240 more")])
def test_a_long_list_is_cut(count: int, rest: str) -> None:
    missing = {f"OP_{chr(97 + i % 26)}{i}": 1000 - i for i in range(count)}
    coverage = Coverage(instructions=10, incomplete=10, missing=missing, empty_operands=0)

    lines = coverage.explained(0.5).splitlines()

    assert [line.split()[1] for line in lines[1:11]] == list(missing)[:10]
    assert lines[11:] == ([rest] if rest else [])


def test_as_json() -> None:
    coverage = Coverage(instructions=4, incomplete=1, missing={"SUB": 1}, empty_operands=2)

    assert coverage.to_json() == {"instructions": 4, "incomplete": 1, "missing": {"SUB": 1}, "empty_operands": 2}
    assert Coverage.from_json(coverage.to_json()) == coverage
