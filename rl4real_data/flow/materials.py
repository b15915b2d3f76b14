"""The materials that packing needs besides the parts, made ready while the compilers run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from rl4real_data.flow import packing  # noqa: F401 - imported here, so that nobody waits for it after the last compiler
from rl4real_data.flow.plan import Plan, commands_of
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.mir2vec.vocabulary_parquet import encode_parquet
from rl4real_data.stages.shape_numbers import ShapeNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
    """`vocabulary` is None for a dataset without vectors; `commands` by key of a job; `shapes` grows with the parts."""

    vocabulary: Vocabulary | None
    commands: Mapping[str, str]
    shapes: ShapeNumbers = field(default_factory=ShapeNumbers)


def make_ready(plan: Plan, read_vocabulary: Callable[[], Vocabulary | None]) -> Materials:
    """Before the first part is read or written. VocabularyError as `read_vocabulary` raises it."""
    _keep_buffers()
    vocabulary = read_vocabulary()
    if vocabulary is not None:  # what is kept of it once it was asked for
        encode_parquet(vocabulary)
        _ = vocabulary.digest
    return Materials(vocabulary=vocabulary, commands=commands_of(plan))


def _keep_buffers() -> None:
    """Lets Arrow use jemalloc where it has it: a flow allocates the same few megabytes for every module, and mimalloc
    (Arrow's default) gives them back and faults them in again each time."""
    with contextlib.suppress(NotImplementedError):  # raised by builds without jemalloc
        pa.set_memory_pool(pa.jemalloc_memory_pool())
