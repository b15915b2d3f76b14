"""The choice of the functions that become a split's episodes, as packing sees it.

It may be larger than the memory: what there is of each module and of each function comes in pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from rl4real_data.core.split import Split
from rl4real_data.flow.pipeline import Flow
from rl4real_data.flow.splits import Remainder
from rl4real_data.stages.module_rows import module_rows
from rl4real_data.stages.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The account of one split. `module_rows` are those of `modules.parquet`; `content_hashes` come sorted."""

    split: Split
    functions: int
    episodes: int
    filtered: Mapping[str, int]
    duplicates: int
    module_rows: Callable[[], Iterable[pa.Table]]
    content_hashes: Callable[[], Iterable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is packed, and the stages that do it.

    `selection` is None where the stages have another way to the episodes. `is_apart`: the shards lie in a folder whose
    name is the dataset's fingerprint.
    """

    choice: Choice
    rest: Remainder | None
    flow: Flow
    selection: Selection | None = None
    is_apart: bool = False


def choice_of(split: Split, selection: Selection) -> Choice:
    """Of a selection in memory."""
    return Choice(
        split=split,
        functions=selection.functions,
        episodes=selection.episodes,
        filtered=selection.filtered,
        duplicates=selection.duplicates,
        module_rows=lambda: module_rows(split, ((each.entry, len(each.rows)) for each in selection.modules)),
        content_hashes=lambda: sorted(selection.content_hashes),
    )
