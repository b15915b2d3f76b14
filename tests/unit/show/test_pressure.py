"""Register pressure, against counts by hand and against one that asks each node at each instruction."""

from __future__ import annotations

import episode_builder as build
import hypothesis.strategies as st
import pytest
from hypothesis import given

from rl4real_data.show.pressure import BankPressure, ClassFile, measure_pressure
from rl4real_data.show.view import RegisterNames, view_episode

NAMES = RegisterNames.from_rows(build.make_registers(), "x86")
TUPLES = ClassFile(
    units={1: frozenset({1}), 2: frozenset({2}), 3: frozenset({3}), 12: frozenset({1, 2}), 23: frozenset({2, 3})},
    members={0: (1, 2, 3), 1: (12, 23)},
)


def measure(row: build.Row) -> tuple[BankPressure, ...]:
    return view_episode(row, NAMES, split="train").pressure


def test_pressure_of_the_drawing() -> None:
    """Node 0 is live behind 0 to 3, node 1 behind 1 and 2, node 2 behind 3 and 4; r4 of four registers is reserved."""
    (bank,) = measure(build.make_episode())

    assert bank.live == (1, 2, 2, 2, 1, 0)
    assert (bank.peak, bank.registers, bank.instructions_over) == (2, 3, 0)
    assert bank.classes == (0,)


def test_classes_that_share_registers_are_one_bank() -> None:
    """`pair` is r1 and r2, both of `gr`: a node of it takes two registers."""
    (bank,) = measure(build.make_episode(node_class=[0, 0, 1], reserved=[2, 4]))

    assert bank.live == (1, 2, 2, 3, 2, 0)
    assert (bank.classes, bank.registers, bank.instructions_over) == ((0, 1), 2, 1)


def test_classes_that_share_nothing_are_banks_of_their_own() -> None:
    apart = [{**row, "units": [row["reg_id"]]} for row in build.make_registers()]
    view = view_episode(build.make_episode(node_class=[1, 0, 0]), RegisterNames.from_rows(apart, "x86"), split="train")

    assert [(bank.classes, bank.nodes, bank.live) for bank in view.pressure] == [
        ((0,), (1, 2), (0, 1, 1, 1, 1, 0)),
        ((1,), (0,), (1, 1, 1, 1, 0, 0)),
    ]


def test_tuples_that_overlap_each_other_are_no_measure() -> None:
    """Most nodes are pairs, and still registers are counted."""
    (bank,) = measure_pressure([[0, 2], [0, 1], [1, 2]], [1, 1, 0], 2, [], TUPLES)

    assert (bank.classes, bank.live, bank.registers) == ((0, 1), (4, 3), 3)


def test_a_class_that_no_file_tells_has_no_number_of_registers() -> None:
    banks = measure(build.make_episode(node_class=[7, 0, None]))

    assert {bank.classes: bank.registers for bank in banks} == {(0,): 3, (7,): None, (None,): None}


def test_no_pressure_where_the_source_tells_no_live_ranges() -> None:
    assert measure(build.make_fork_episode()) == ()


@pytest.mark.parametrize("live", [[[0, 7]], [[-1, 2]], [[3, 2]], [[0]]])
def test_a_range_outside_the_function_is_an_error(live: list[list[int]]) -> None:
    with pytest.raises(ValueError, match=r"live range|argument"):
        measure_pressure(live, [0], 6, [], TUPLES)


@pytest.mark.parametrize("changes", [{"reg_id": -1}, {"reg_id": 5000}])
def test_an_id_that_no_target_has_is_an_error(changes: build.Row) -> None:
    """The tables over them grow with the square."""
    with pytest.raises(ValueError, match=r"none of 0 to 4,095"):
        RegisterNames.from_rows([{**build.make_registers()[0], **changes}], "x86")


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[list[int]], int]:
    instructions = draw(st.integers(1, 12))
    cuts = st.lists(st.integers(0, instructions), max_size=6, unique=True).map(sorted)
    live = [points[: len(points) // 2 * 2] for points in draw(st.lists(cuts, min_size=1, max_size=8))]
    return live, instructions


@given(problems())
def test_pressure_is_the_number_of_nodes_that_are_live(problem: tuple[list[list[int]], int]) -> None:
    live, instructions = problem
    sets = [{i for first, last in zip(r[0::2], r[1::2], strict=True) for i in range(first, last)} for r in live]

    (bank,) = measure_pressure(live, [0] * len(live), instructions, [], TUPLES)

    assert list(bank.live) == [sum(i in own for own in sets) for i in range(instructions)]
