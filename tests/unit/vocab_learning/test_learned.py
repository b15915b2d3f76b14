"""A vocabulary learned beside another one, with a stand-in for the training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rl4real_data.mir2vec.entities import Section
from rl4real_data.mir2vec.vocabulary import Entity, Vocabulary, make_vocabulary
from rl4real_data.vocab_learning import learned
from rl4real_data.vocab_learning.training import Kept, Trained, TrainingSettings
from rl4real_data.vocab_learning.triplets import CountedShapes, Triplets

ADD, JMP, MOV = (Entity(Section.OPCODES, name) for name in ("ADD", "JMP", "MOV"))
SETTINGS = TrainingSettings(dimension=2, epochs=1, seed=1)


def triplets() -> Triplets:
    """Two opcodes that follow each other."""
    return Triplets(
        entities=(ADD, MOV),
        rows=np.array([[0, 0, 1]]),
        counts=np.array([5]),
        occurrences=np.array([6, 7]),
        functions=1,
    )


def vocabulary(vectors: dict[Entity, list[float]]) -> Vocabulary:
    rows = np.array(list(vectors.values()), np.float32)
    return make_vocabulary("v", tuple(vectors), rows, target="x86", counts=[3] * len(rows), origin={"command": "first"})


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[Kept | None]:
    """What the training was told to keep; it puts 9 into all vectors, also those."""
    found: list[Kept | None] = []

    def train(what: Triplets, _settings: object, *, kept: Kept | None = None, **_: object) -> Trained:
        found.append(kept)
        vectors = np.full((len(what.entities), 2), 9, np.float32)
        if kept is not None:
            vectors[kept.rows] = kept.vectors
        return Trained(vectors=vectors, losses=(0.5,))

    monkeypatch.setattr(learned, "train", train)
    monkeypatch.setattr(learned, "_LIBRARIES", ())
    return found


def learn(keep: Vocabulary | None) -> Vocabulary:
    datasets: list[CountedShapes] = []
    return learned.learn(
        *(triplets(), datasets, SETTINGS),
        target="x86",
        command="second",
        keep=keep,
        checkpoint=Path("none"),
        watch=lambda *_: None,
    )


def test_entities_of_the_kept_vocabulary_stay_and_new_ones_are_beside_them(given: list[Kept | None]) -> None:
    found = learn(vocabulary({JMP: [1, 2], MOV: [3, 4]}))

    (kept,) = given
    assert kept is not None
    assert (kept.rows.tolist(), kept.vectors.tolist()) == ([1], [[3, 4]])
    assert found.entities == (ADD, JMP, MOV)
    assert found.vectors.tolist() == [[9, 9], [1, 2], [3, 4]]
    assert found.counts.tolist() == [6, 3, 7]
    assert (found.origin["command"], found.origin["kept"]) == ("second", {"entities": 2, "command": "first"})


def test_nothing_is_kept_of_nothing(given: list[Kept | None]) -> None:
    found = learn(None)

    assert given == [None]
    assert found.entities == (ADD, MOV)
    assert "kept" not in found.origin
