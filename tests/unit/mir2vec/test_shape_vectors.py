"""Vectors of instruction shapes: the formula, and the lookups that found nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl4real_data.core.recipe import Weights
from rl4real_data.mir2vec import shape_vectors
from rl4real_data.mir2vec.entities import ANY_PHYSICAL, Section, base_opcode, operand_section
from rl4real_data.mir2vec.shape_vectors import ShapeVectors, embed_shapes
from rl4real_data.mir2vec.vocabulary import Entity, Vocabulary, make_vocabulary

Shapes = Sequence[tuple[str, Sequence[str]]]

HALF = Weights(opcode=1.0, operand=0.5)
VECTORS = {
    "ADD": [1.0, 0.0],
    "MOV": [2.0, -1.0],
    "Immediate": [0.0, 4.0],
    "PhyReg_GR32": [8.0, 8.0],
    "VirtReg_GR32": [2.0, 2.0],
}
OPCODES = frozenset({"ADD", "MOV"})


def make(vectors: Mapping[str, Sequence[float]] = VECTORS) -> Vocabulary:
    entities = [Entity(Section.OPCODES if name in OPCODES else operand_section(name), name) for name in vectors]
    return make_vocabulary("a test", entities, list(vectors.values()))


def embed(shapes: Shapes, vocabulary: Vocabulary | None = None, weights: Weights = HALF) -> ShapeVectors:
    opcodes = pa.array([opcode for opcode, _ in shapes], pa.string())
    operands = pa.array([list(operands) for _, operands in shapes], pa.list_(pa.string()))
    return embed_shapes(opcodes, operands, make() if vocabulary is None else vocabulary, weights)


def lost(found: ShapeVectors) -> Counter[tuple[int, str]]:
    """How often a lookup of a name found nothing in a shape."""
    pairs = zip(found.missing_shape.tolist(), found.missing_entity.tolist(), strict=True)
    return Counter((shape, found.missing_names[entity]) for shape, entity in pairs)


def test_by_hand() -> None:
    found = embed(
        [
            ("ADD32ri", ["VirtReg_GR32", "VirtReg_GR32", "Immediate"]),  # [1, 0] + ½ · [4, 8]
            ("RET", []),
            ("MOV8rm", ["PhyReg_GR32"]),  # [2, -1] + ½ · [8, 8]
            ("MOV64rr", []),
        ]
    )

    assert found.vectors.dtype == np.float32
    assert found.vectors.tolist() == [[3, 4], [0, 0], [6, 3], [2, -1]]
    assert lost(found) == {(1, "RET"): 1}
    assert found.missing_names == ("RET",)
    assert found.empty_operands.tolist() == [0, 0, 0, 0]


def test_weights_of_opcode_and_operands() -> None:
    shapes = [("ADD32ri", ["VirtReg_GR32", "Immediate"])]  # [1, 0] and [2, 6]

    assert embed(shapes, weights=Weights(opcode=3, operand=0)).vectors.tolist() == [[3, 0]]
    assert embed(shapes, weights=Weights(opcode=0, operand=2)).vectors.tolist() == [[4, 12]]


def test_what_is_missing_is_zero_and_counted_by_shape_and_entity() -> None:
    found = embed(
        [
            ("SUB32rr", ["VirtReg_GR8", "VirtReg_GR32", "VirtReg_GR8"]),  # ½ · [2, 2]
            ("ADD32rr", ["MBB"]),
            ("SUB8i", ["MBB", "Immediate"]),  # ½ · [0, 4]
        ]
    )

    assert found.vectors.tolist() == [[1, 1], [1, 0], [0, 2]]
    assert lost(found) == {(0, "SUB"): 1, (0, "VirtReg_GR8"): 2, (1, "MBB"): 1, (2, "SUB"): 1, (2, "MBB"): 1}
    assert found.missing_names == ("MBB", "SUB", "VirtReg_GR8")


def test_empty_operands_are_zero_and_not_missing() -> None:
    found = embed([("ADD32rr", ["", "Immediate", ""]), ("MOV32rr", ["Immediate"]), ("ADD8i", [""])])

    assert found.vectors.tolist() == [[1, 2], [2, 1], [1, 0]]
    assert found.empty_operands.tolist() == [2, 0, 1]
    assert not lost(found)


def test_no_shapes_at_all() -> None:
    found = embed([])

    assert found.vectors.shape == (0, 2)
    assert found.missing_names == ()
    assert len(found.missing_shape) == len(found.missing_entity) == len(found.empty_operands) == 0


def test_only_shapes_without_operands() -> None:
    assert embed([("MOV", []), ("ADD", [])]).vectors.tolist() == [[2, -1], [1, 0]]


def test_an_opcode_and_an_operand_of_one_name_are_two_things() -> None:
    entities = [Entity(Section.OPCODES, "MBB"), Entity(Section.COMMON_OPERANDS, "MBB")]
    both = make_vocabulary("a test", entities, [[1.0], [10.0]])

    assert embed([("MBB", ["MBB"])], both).vectors.tolist() == [[6]]
    assert lost(embed([("Immediate", ["ADD"])])) == {(0, "Immediate"): 1, (0, "ADD"): 1}


def test_one_vector_for_all_physical_registers_that_have_none() -> None:
    vocabulary = make({**VECTORS, ANY_PHYSICAL: [0.0, 2.0]})
    found = embed([("ADD", ["PhyReg_GR32"]), ("ADD", ["PhyReg_VR128"]), ("ADD", ["VirtReg_VR128"])], vocabulary)

    assert found.vectors.tolist() == [[5, 4], [1, 1], [1, 0]]
    assert lost(found) == {(2, "VirtReg_VR128"): 1}
    assert lost(embed([("ADD", ["PhyReg_VR128"])])) == {(0, "PhyReg_VR128"): 1}


def test_more_shapes_than_are_summed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    operands = [["Immediate"] * count for count in (0, 0, 0, 2, 1, 0, 3)]  # the first three are one part, the last one
    monkeypatch.setattr(shape_vectors, "_SHAPES_AT_ONCE", 3)

    found = embed([("ADD", names) for names in operands])

    assert found.vectors.tolist() == [[1, 0], [1, 0], [1, 0], [1, 4], [1, 2], [1, 0], [1, 6]]


def test_a_slice_of_a_longer_table() -> None:
    opcodes = pa.array(["MOV", "ADD", "MOV"])
    operands = pa.array([["MBB", "MBB"], ["Immediate"], ["MBB"]], pa.list_(pa.string()))

    found = embed_shapes(opcodes.slice(1, 1), operands.slice(1, 1), make(), HALF)

    assert found.vectors.tolist() == [[1, 2]]
    assert not lost(found)


def naive(shapes: Shapes, vectors: Mapping[str, Sequence[float]], weights: Weights) -> npt.NDArray[np.float64]:
    """The formula, a shape at a time."""
    table = {name: np.array(vector) for name, vector in vectors.items()}
    result = np.zeros((len(shapes), 2))
    for row, (opcode, operands) in enumerate(shapes):
        base = base_opcode(opcode)
        if base in OPCODES:
            result[row] += weights.opcode * table[base]
        for operand in operands:
            if operand in table and operand not in OPCODES:
                result[row] += weights.operand * table[operand]
    return result


NAMES = st.sampled_from(["", "Immediate", "PhyReg_GR32", "PhyReg_GR8", "VirtReg_GR32", "VirtReg_GR8", "MBB"])
OPERATIONS = st.sampled_from(["ADD32rr", "ADD8i", "MOV64rm", "SUB32rr", "7"])


@given(
    shapes=st.lists(st.tuples(OPERATIONS, st.lists(NAMES, max_size=6)), max_size=20),
    at_once=st.integers(1, 8),
    operand=st.floats(-2, 2),
)
def test_same_as_shape_by_shape(shapes: list[tuple[str, list[str]]], at_once: int, operand: float) -> None:
    weights = Weights(opcode=1, operand=operand)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shape_vectors, "_SHAPES_AT_ONCE", at_once)
        found = embed(shapes, weights=weights)

    np.testing.assert_allclose(found.vectors, naive(shapes, VECTORS, weights), rtol=1e-6, atol=1e-6)
    expected = Counter((row, base_opcode(name)) for row, (name, _) in enumerate(shapes) if name in ("SUB32rr", "7"))
    unknown = {"PhyReg_GR8", "VirtReg_GR8", "MBB"}
    expected.update((row, name) for row, (_, names) in enumerate(shapes) for name in names if name in unknown)
    assert lost(found) == expected
    assert found.empty_operands.tolist() == [names.count("") for _, names in shapes]
