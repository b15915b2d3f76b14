"""The models against an exhaustive search on problems that are small enough for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from proof_problem import best_value, dataset_of, straight_line

from rl4real_data.episodes.label_values import LabelStatus
from rl4real_data.proof.split_proof import prove_split
from rl4real_data.proof.static_proof import prove_static

SMALL = {
    "one register is enough": straight_line(["d0", "", "u0"]),
    "over a call: a callee-saved register": straight_line(["d0", "", "u0"], calls=[1], frequency=4.0),
    "over a call: the slot": straight_line(["d0", "", "u0"], calls=[1], frequency=0.5),
    "over a call: a slot in the register's place": straight_line(["d0", "", "f0"], calls=[1], frequency=0.25),
    "a register is taken behind": straight_line(["d0", "", "u0"], fixed_unit=[10, 20], fixed_live=[[1, 6], [3, 6]]),
    "registers are taken in turns": straight_line(
        ["d0", "", "u0"], fixed_unit=[10, 20, 30], fixed_live=[[3, 6], [0, 3], [0, 6]]
    ),
    "nothing is free behind": straight_line(["d0", "", "f0"], fixed_unit=[10, 20, 30], fixed_live=[[3, 6]] * 3),
}


@pytest.mark.parametrize("name", SMALL)
def test_the_model_with_splits_finds_what_trying_all_finds(tmp_path: Path, name: str) -> None:
    dataset = dataset_of(tmp_path, SMALL[name])

    proof = prove_split(dataset[0], dataset.register_classes, steps=1000)

    assert proof.status is LabelStatus.OPTIMAL
    assert proof.value == pytest.approx(best_value(dataset[0]))
    assert proof.bound == proof.value


@pytest.mark.parametrize("name", SMALL)
def test_without_splits_nothing_is_better_than_with_them(tmp_path: Path, name: str) -> None:
    dataset = dataset_of(tmp_path, SMALL[name])

    still = prove_static(dataset[0], dataset.register_classes, steps=1000)

    split = prove_split(dataset[0], dataset.register_classes, steps=1000)
    assert still.status is LabelStatus.OPTIMAL
    assert split.value is not None
    assert still.value is not None
    assert still.value >= split.value - 1e-9


def test_two_nodes_and_one_register(tmp_path: Path) -> None:
    """r1 alone is free: node 0 needs it at its read, so that node 1 is written, stored, and read from its slot."""
    dataset = dataset_of(
        tmp_path, straight_line(["d0", "d1", "u0 f1"], fixed_unit=[20, 30], fixed_live=[[0, 6], [0, 6]])
    )

    proof = prove_split(dataset[0], dataset.register_classes, steps=1000)

    assert proof.status is LabelStatus.OPTIMAL
    assert proof.value == pytest.approx(best_value(dataset[0]))


def test_without_any_register_there_is_no_answer(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path, straight_line(["d0", "u0"], fixed_unit=[10, 20, 30], fixed_live=[[0, 4]] * 3))

    for prove in (prove_split, prove_static):
        proof = prove(dataset[0], dataset.register_classes, steps=1000)

        assert (proof.status, proof.answer) == (LabelStatus.NONE, None)
        assert proof.reason == "the rules of the model allow no answer"


def test_a_value_that_is_computed_anew_needs_no_slot(tmp_path: Path) -> None:
    row = straight_line(["d0", "", "u0"], calls=[1], value_flags=[[12]])  # rematerializable and cheap
    dataset = dataset_of(tmp_path, row)

    for prove in (prove_split, prove_static):
        proof = prove(dataset[0], dataset.register_classes, steps=1000)

        assert (proof.status, proof.value) == (LabelStatus.OPTIMAL, pytest.approx(0.2))


def test_the_answers_without_splits_are_decisions(tmp_path: Path) -> None:
    slot, register = (straight_line(["d0", "", "u0"], calls=[1], frequency=f) for f in (0.5, 4.0))
    slots, registers = (dataset_of(tmp_path / name, row) for name, row in (("a", slot), ("b", register)))

    assert prove_static(slots[0], slots.register_classes, steps=1000).decisions == [["spill", 0]]
    assert prove_static(registers[0], registers.register_classes, steps=1000).decisions == [["assign", 0, "r3"]]
