"""Whether vectors mean something: the probe, the properties that it tells, and neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.mir2vec.entities import Section
from rl4real_data.mir2vec.vocabulary import Entity, Vocabulary, make_vocabulary
from rl4real_data.vocab_learning.neighbours import nearest
from rl4real_data.vocab_learning.probe import FOLDS, MIN_OPCODES, balanced_accuracy, random_vectors
from rl4real_data.vocab_learning.properties import PROPERTIES, base_properties


def labels(having: int, lacking: int) -> npt.NDArray[np.bool_]:
    return np.array([True] * having + [False] * lacking, np.bool_)


def shifted(flags: npt.NDArray[np.bool_], shift: float) -> npt.NDArray[np.float64]:
    """Normal noise in eight dimensions, and `shift` in the third one for rows with the property."""
    vectors = np.random.default_rng(5).standard_normal((len(flags), 8))
    vectors[:, 2] += shift * flags
    return vectors


# --- the probe


@pytest.mark.parametrize(("having", "lacking"), [(60, 60), (8, 200), (200, 8), (30, 30)])
def test_separable_vectors_are_told_apart(having: int, lacking: int) -> None:
    flags = labels(having, lacking)

    assert balanced_accuracy(shifted(flags, 50), flags) == pytest.approx(1, abs=0.02)


def test_a_place_far_from_zero_and_a_large_scale_do_not_matter() -> None:
    flags = labels(50, 70)
    vectors = shifted(flags, 2)

    first = balanced_accuracy(vectors, flags)

    assert first is not None
    assert 0.7 < first < 1
    assert balanced_accuracy(vectors * 1024 + 2**20, flags) == pytest.approx(first, abs=0.01)


def test_a_dimension_that_is_constant_does_no_harm() -> None:
    flags = labels(30, 30)
    vectors = np.hstack((shifted(flags, 50), np.full((60, 1), 7.0)))

    assert balanced_accuracy(vectors, flags) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("having", "lacking"), [(60, 60), (20, 180)])
def test_random_vectors_tell_nothing(having: int, lacking: int) -> None:
    flags = labels(having, lacking)

    found = [balanced_accuracy(random_vectors(len(flags), 16, seed=seed), flags, seed=seed) for seed in range(20)]

    assert np.mean([figure for figure in found if figure is not None]) == pytest.approx(0.5, abs=0.1)
    assert None not in found


def test_more_dimensions_than_rows_tell_nothing_by_heart() -> None:
    """A probe that is judged on the rows that it was fitted on would tell all of these."""
    flags = labels(20, 20)

    found = [balanced_accuracy(random_vectors(40, 100, seed=seed), flags, seed=seed) for seed in range(10)]

    assert np.mean([figure for figure in found if figure is not None]) == pytest.approx(0.5, abs=0.1)


def test_the_rare_class_counts_as_much_as_the_other() -> None:
    """Vectors of which the property's are half of them like the others: 0.75, though 95 of 100 rows are told."""
    flags = labels(20, 180)
    vectors = np.zeros((200, 1))
    vectors[:10] = 1

    assert balanced_accuracy(vectors, flags) == pytest.approx(0.75)


def test_the_border_is_in_the_middle_however_rare_a_class_is() -> None:
    flags = labels(8, 192)
    vectors = np.where(flags, 1.0, 0.0)[:, None]
    vectors[-20:] = 0.35  # nearer to the others of its class, which are at 0

    assert balanced_accuracy(vectors, flags) == 1


@pytest.mark.parametrize(
    ("having", "lacking"), [(MIN_OPCODES - 1, 50), (50, MIN_OPCODES - 1), (0, 50), (50, 0), (0, 0)]
)
def test_too_few_rows_of_a_class_say_nothing(having: int, lacking: int) -> None:
    flags = labels(having, lacking)

    assert balanced_accuracy(shifted(flags, 50), flags) is None


def test_just_enough_rows_of_a_class() -> None:
    flags = labels(MIN_OPCODES, 50)

    assert balanced_accuracy(np.where(flags, 1.0, 0.0)[:, None], flags) == 1


def test_same_seed_same_figure() -> None:
    flags = labels(30, 50)
    vectors = shifted(flags, 1)

    figures = [balanced_accuracy(vectors, flags, seed=seed) for seed in range(10)]

    assert figures == [balanced_accuracy(vectors, flags, seed=seed) for seed in range(10)]
    assert balanced_accuracy(vectors, flags) == figures[0]
    assert len(set(figures)) > 1  # other seeds hold out other rows


def test_every_row_is_held_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    flags = labels(23, 34)

    def guess(
        features: npt.NDArray[np.float64], known: npt.NDArray[np.bool_], held_out: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.bool_]:
        assert not set(features[:, 0]) & set(held_out[:, 0])
        assert len(features) == len(known) == 57 - len(held_out)
        assert 2 <= (held_out[:, 0] < 23).sum() <= 3  # each fold has its share of both classes
        assert 3 <= (held_out[:, 0] >= 23).sum() <= 4
        asked.extend(held_out[:, 0])
        return np.ones(len(held_out), bool)

    monkeypatch.setattr("rl4real_data.vocab_learning.probe._fit_and_guess", guess)

    assert balanced_accuracy(np.arange(57.0)[:, None], flags) == 0.5  # all of the one class, none of the other
    assert sorted(asked) == list(range(57))
    assert FOLDS == 10


def test_random_vectors_are_of_length_one_and_of_their_seed() -> None:
    vectors = random_vectors(500, 8, seed=3)

    assert vectors.shape == (500, 8)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(500))
    assert np.abs(vectors.mean(axis=0)).max() < 0.1  # no direction is preferred
    assert (vectors == random_vectors(500, 8, seed=3)).all()
    assert (vectors != random_vectors(500, 8, seed=4)).all()


# --- properties


def table(**properties: Sequence[str]) -> Mapping[str, Any]:
    return {"opcodes": [{"name": name, "properties": list(found)} for name, found in properties.items()]}


MOVES = table(MOV32rr=["move"], MOV32rm=["load"], MOV64mr=["store"], CALL64pcrel32=["call", "branch"], RET=[])


def having(found: tuple[list[str], Mapping[str, Sequence[bool]]], base: str) -> set[str]:
    bases, flags = found
    return {name for name in PROPERTIES if flags[name][bases.index(base)]}


def test_most_instructions_of_a_base_name_decide() -> None:
    occurring = [("MOV32rr", 3), ("MOV32rm", 8), ("MOV64mr", 4), ("CALL64pcrel32", 1), ("RET", 5)]

    found = base_properties(MOVES, occurring)

    assert found[0] == ["CALL", "MOV", "RET"]
    assert set(found[1]) == set(PROPERTIES)
    assert {len(flags) for flags in found[1].values()} == {3}
    assert having(found, "MOV") == {"load"}  # 8 of 15, though one opcode of three
    assert having(found, "CALL") == {"call", "branch"}
    assert having(found, "RET") == set()


def test_half_of_the_instructions_is_not_most() -> None:
    assert having(base_properties(MOVES, [("MOV32rm", 4), ("MOV32rr", 4)]), "MOV") == set()
    assert having(base_properties(MOVES, [("MOV32rm", 5), ("MOV32rr", 4)]), "MOV") == {"load"}


def test_an_opcode_that_comes_twice_adds_up() -> None:
    """Shapes of one opcode are rows of their own."""
    occurring = [("MOV32rm", 3), ("MOV32rr", 5), ("MOV32rm", 3)]

    assert having(base_properties(MOVES, occurring), "MOV") == {"load"}


def test_what_does_not_occur_or_is_in_no_table_has_no_row() -> None:
    assert base_properties(MOVES, [("MOV32rr", 0), ("RET", 1), ("BSWAP32r", 9)])[0] == ["RET"]
    assert base_properties(MOVES, []) == ([], {name: [] for name in PROPERTIES})


# --- neighbours

VECTORS = {
    "ADD": [1.0, 0.0],
    "SUB": [30.0, 40.0],  # cosine to ADD 0.6, however long it is
    "ADC": [4.0, 3.0],  # 0.8
    "MUL": [0.0, 2.0],  # 0
    "NEG": [-3.0, 0.0],  # -1
    "NOOP": [0.0, 0.0],  # no direction
}


def vocabulary() -> Vocabulary:
    entities = [Entity(Section.OPCODES, name) for name in VECTORS]
    operands = [Entity(Section.VIRTUAL_REGISTERS, "VirtReg_GR32"), Entity(Section.COMMON_OPERANDS, "Immediate")]
    return make_vocabulary("a test", [*entities, *operands], [*VECTORS.values(), [1.0, 0.0], [1.0, 0.0]])


def test_nearest_by_hand() -> None:
    found = nearest(vocabulary(), "ADD")

    assert [name for name, _ in found] == ["ADC", "SUB", "MUL", "NOOP", "NEG"]  # no operands, and not itself
    assert [cosine for _, cosine in found] == pytest.approx([0.8, 0.6, 0, 0, -1])


def test_nearest_of_a_full_name_and_only_a_few() -> None:
    assert nearest(vocabulary(), "ADD32rr", count=2) == nearest(vocabulary(), "ADD")[:2]
    assert [name for name, _ in nearest(vocabulary(), "MUL64r", count=1)] == ["SUB"]
    assert nearest(vocabulary(), "ADD", count=0) == []


def test_an_unknown_opcode_is_an_error_with_near_names() -> None:
    with pytest.raises(UsageError, match=r"(?m)^the vocabulary has no opcode 'ADDD32rr' \(ADDD\)$") as info:
        nearest(vocabulary(), "ADDD32rr")
    assert info.value.hint.startswith("near names: ADD")

    with pytest.raises(UsageError, match=r"(?m)^the vocabulary has no opcode 'XYZW'$") as info:
        nearest(vocabulary(), "XYZW")
    assert info.value.hint == ""


def test_an_operand_is_no_opcode() -> None:
    with pytest.raises(UsageError, match="has no opcode 'Immediate'"):
        nearest(vocabulary(), "Immediate")
