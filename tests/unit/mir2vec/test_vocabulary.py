"""A vocabulary in memory: its order, its digest, and whether it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from vocabulary_builder import ENTITIES, OPCODES, ROWS, make_small, same_content

from rl4real_data.core.errors import VocabularyError
from rl4real_data.mir2vec.vocabulary import Entity, make_vocabulary


def test_rows_are_sorted_with_their_vectors_and_counts() -> None:
    vocabulary = make_vocabulary("a test", ENTITIES[::-1], ROWS[::-1], counts=[6, 5, 4, 3, 2, 1])

    assert same_content(vocabulary, make_small())
    assert vocabulary.counts.tolist() == [1, 2, 3, 4, 5, 6]


def test_digest_is_of_all_that_it_holds() -> None:
    one = make_small(target="x86")
    other_entities = (Entity(OPCODES, "ADC"), *ENTITIES[1:])
    changed = [
        replace(one, target="aarch64"),
        replace(one, entities=other_entities),
        replace(one, vectors=one.vectors + np.float32(1)),
        replace(one, counts=one.counts + 1),
        replace(one, origin={"a": 1}),
    ]

    assert make_small(target="x86").digest == one.digest
    assert replace(one, origin={"a": 1, "b": 2}).digest == replace(one, origin={"b": 2, "a": 1}).digest
    assert len({vocabulary.digest for vocabulary in [one, *changed]}) == 6


def test_a_vocabulary_fits_its_target_and_dimension() -> None:
    vocabulary = make_small(target="x86")

    vocabulary.require(target="x86", dimension=2, name="v.json")
    make_small().require(target="x86", dimension=2, name="v.json")  # a file that does not tell its target
    with pytest.raises(VocabularyError, match=r"(?m)^v\.json: a vocabulary for x86, not for aarch64$"):
        vocabulary.require(target="aarch64", dimension=2, name="v.json")
    with pytest.raises(
        VocabularyError, match=r"(?m)^v\.json: its vectors have 2 dimensions, the recipe says 300$"
    ) as info:
        vocabulary.require(target="x86", dimension=300, name="v.json")
    assert "--dim 300" in info.value.hint


@pytest.mark.parametrize(
    ("entities", "rows"),
    [
        ([], []),
        (ENTITIES[:1], [[]]),
        (ENTITIES[:1], [1.0]),
        (ENTITIES[:1], [[[1.0]]]),
    ],
    ids=["no entities", "no dimensions", "numbers", "matrices"],
)
def test_nothing_that_could_be_vectors(entities: Sequence[Entity], rows: Sequence[Any]) -> None:
    with pytest.raises(VocabularyError, match=r"(?m)^a test: holds no vectors$"):
        make_vocabulary("a test", entities, rows)
