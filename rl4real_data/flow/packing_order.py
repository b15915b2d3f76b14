"""The order to pack one split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rl4real_data.core.split import Split
from rl4real_data.corpus.module import Corpus
from rl4real_data.stages.job import Compilation
from rl4real_data.stages.part import Part
from rl4real_data.stages.selection import Entry

if TYPE_CHECKING:
    from rl4real_data.mir2vec.vocabulary import Vocabulary
    from rl4real_data.stages.shape_numbers import ShapeNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingOrder:
    """What is packed: one split's modules with their parts, and what all of its episodes have in common."""

    split: Split
    compilation: Compilation
    registers: Mapping[str, Any]
    corpora: tuple[Corpus, ...]
    entries: tuple[Entry, ...]
    vocabulary: Vocabulary | None
    shapes: ShapeNumbers  # of the parts; what it lacks, it reads
    skipped: tuple[str, ...] = ()

    @property
    def identity(self) -> dict[str, str]:
        """Constant columns of the episodes."""
        compilation = self.compilation
        return {
            "target": compilation.target.name.value,
            "cpu": compilation.recipe.cpu,
            "opt_level": compilation.recipe.opt_level,
            "allocator": compilation.allocator.llvm_name,
            "llvm_version": compilation.clang.version,
            **compilation.expert,  # no column, but part of what makes an episode
        }

    def with_parts(self, parts: Mapping[str, Part]) -> PackingOrder:
        """The order with other parts, by key, of some of its modules."""
        entries = tuple(replace(entry, part=parts.get(entry.part.key, entry.part)) for entry in self.entries)
        return replace(self, entries=entries)
