"""The coverage of a vocabulary over the instructions that occur."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.mir2vec.shape_vectors import ShapeVectors

_SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Counts of instructions as they occur: a shape that occurs thousand times counts thousand times.

    `incomplete` of `instructions` lack at least one entity; `missing` counts the lookups that found nothing, by
    entity, the most frequent first; `empty_operands` are zero on purpose (no register, or one without a class).
    """

    instructions: int
    incomplete: int
    missing: Mapping[str, int]
    empty_operands: int

    @property
    def share(self) -> float:
        """Instructions that have all their entities, of all; 1 if there are none."""
        return 1 - self.incomplete / self.instructions if self.instructions else 1.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Coverage:
        """The one of which `to_json` was told."""
        return cls(**{field.name: found[field.name] for field in fields(cls)})

    def is_short(self, max_missing: float) -> bool:
        """Whether more than this share of the instructions is incomplete."""
        return self.incomplete > max_missing * self.instructions

    def explained(self, max_missing: float) -> str:
        """How much is missing and what, the most frequent first; a line an entity."""
        rows = [f"  {count:>10,}  {entity}" for entity, count in list(self.missing.items())[:_SHOWN]]
        more = len(self.missing) - _SHOWN
        return (
            f"{self.incomplete:,} of {self.instructions:,} instructions ({1 - self.share:.2%}, allowed are "
            f"{max_missing:.2%}) have an opcode or operand that the vocabulary lacks:\n"
            + "\n".join([*rows, *([f"  and {more} more"] if more > 0 else [])])
        )


def measure_coverage(shapes: ShapeVectors, occurrences: npt.NDArray[np.int64]) -> Coverage:
    """`occurrences` (shapes,): how often each shape occurs."""
    lookups = occurrences[shapes.missing_shape]
    sums = np.zeros(len(shapes.missing_names), np.int64)
    np.add.at(sums, shapes.missing_entity, lookups)
    found = {name: int(count) for name, count in zip(shapes.missing_names, sums, strict=True) if count}
    return Coverage(
        instructions=int(occurrences.sum()),
        incomplete=int(occurrences[np.unique(shapes.missing_shape)].sum()),
        missing=dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))),
        empty_operands=int((occurrences * shapes.empty_operands).sum()),
    )
