"""A vocabulary of MIR2Vec entities.

A vector for each entity of one target.
"""

from __future__ import annotations

__all__ = ["Entity", "Section", "Vocabulary", "make_vocabulary"]

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core.errors import VocabularyError
from rl4real_data.mir2vec.entities import ANY_PHYSICAL, PHYSICAL_PREFIX, Section

Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

MAX_ENTITIES: Final = 50_000
"""More than any target has (x86: 2,000); what is larger is no vocabulary, and would not fit into memory."""

_SECTIONS: Final = tuple(Section)


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """An opcode's base name or an operand's entity, with its section: the two might share a name."""

    section: Section
    name: str

    @property
    def sort_key(self) -> tuple[int, str]:
        """LLVM's order: by section, then by name."""
        return _SECTIONS.index(self.section), self.name


@dataclass(frozen=True, kw_only=True, eq=False)
class Vocabulary:
    """`vectors` (entities, dimension) float32; `counts` (entities,) occurrences in training, -1 where nobody knows.

    `target` is None, and `origin` empty, for a file that does not tell. Make one with `make_vocabulary`, which checks.
    """

    target: str | None
    entities: tuple[Entity, ...]
    vectors: Vectors
    counts: Ids
    origin: Mapping[str, Any] = field(default_factory=dict)

    @property
    def dimension(self) -> int:
        return int(self.vectors.shape[1])

    @cached_property
    def _opcodes(self) -> dict[str, int]:
        return {entity.name: i for i, entity in enumerate(self.entities) if entity.section is Section.OPCODES}

    @cached_property
    def _operands(self) -> dict[str, int]:
        return {entity.name: i for i, entity in enumerate(self.entities) if entity.section is not Section.OPCODES}

    def opcode_row(self, base_name: str) -> int:
        """Row of an opcode's vector, -1 if the vocabulary lacks it."""
        return self._opcodes.get(base_name, -1)

    def operand_row(self, entity: str) -> int:
        """Row of an operand's vector, -1 if the vocabulary lacks it."""
        row = self._operands.get(entity, -1)
        if row < 0 and entity.startswith(PHYSICAL_PREFIX):
            return self._operands.get(ANY_PHYSICAL, -1)
        return row

    @cached_property
    def digest(self) -> str:
        """sha256 of all that it holds: equal for equal vocabularies, in whatever form they were stored."""
        head = json.dumps(
            [self.target, self.dimension, [(e.section.value, e.name) for e in self.entities], dict(self.origin)],
            sort_keys=True,
        )
        content = hashlib.sha256(head.encode())
        content.update(np.ascontiguousarray(self.vectors, "<f4").tobytes())
        content.update(np.ascontiguousarray(self.counts, "<i8").tobytes())
        return content.hexdigest()

    def require(self, *, target: str, dimension: int, name: str) -> None:
        """VocabularyError unless it was made for `target` (or does not tell) and has `dimension`."""
        if self.target is not None and self.target != target:
            raise VocabularyError(
                f"{name}: a vocabulary for {self.target}, not for {target}", hint="name one for the dataset's target"
            )
        if self.dimension != dimension:
            raise VocabularyError(
                f"{name}: its vectors have {self.dimension} dimensions, the recipe says {dimension}",
                hint=f"train one with `rl4real-data vocab train … --dim {dimension}`",
            )


def make_vocabulary(
    name: str,
    entities: Iterable[Entity],
    vectors: npt.ArrayLike,
    *,
    target: str | None = None,
    counts: Iterable[int] | None = None,
    origin: Mapping[str, Any] | None = None,
) -> Vocabulary:
    """Sorted by section and name. VocabularyError, with `name` in it, for what cannot be one."""
    listed = list(entities)
    matrix = np.asarray(vectors, np.float64)
    _check(name, listed, matrix)
    order = sorted(range(len(listed)), key=lambda i: listed[i].sort_key)
    numbers = np.full(len(listed), -1, np.int64) if counts is None else np.asarray(list(counts), np.int64)
    return Vocabulary(
        target=target,
        entities=tuple(listed[i] for i in order),
        vectors=matrix[order].astype(np.float32),
        counts=numbers[order],
        origin=dict(origin or {}),
    )


def _check(name: str, entities: list[Entity], vectors: npt.NDArray[np.float64]) -> None:
    if not entities or vectors.ndim != 2 or not vectors.shape[1]:
        raise VocabularyError(f"{name}: holds no vectors")
    if len(entities) > MAX_ENTITIES:
        raise VocabularyError(f"{name}: {len(entities):,} entities are more than any target has ({MAX_ENTITIES:,})")
    seen: set[Entity] = set()
    for entity in entities:
        if entity in seen:
            raise VocabularyError(f"{name}: {entity.name} of {entity.section} is there twice")
        if not entity.name or not entity.name.isprintable():
            raise VocabularyError(f"{name}: {entity.name!a} of {entity.section} is no name")
        seen.add(entity)
    with np.errstate(over="ignore"):
        wrong = np.flatnonzero(~np.isfinite(vectors.astype(np.float32)).all(axis=1))
    if len(wrong):
        raise VocabularyError(f"{name}: the vector of {entities[wrong[0]].name} holds a number that is not finite")
