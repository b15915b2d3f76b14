"""The episodes of the split that a run makes, one table a row group.

Which functions a row group holds is known before any is read. So the next ones are made ready while one is written:
Arrow reads, copies and compresses outside the interpreter's lock.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from rl4real_data.core import interruption
from rl4real_data.episodes.inst_ids import with_inst_ids
from rl4real_data.stages.draft import Draft
from rl4real_data.stages.identity import with_identity
from rl4real_data.stages.part_functions import read_functions
from rl4real_data.stages.selection import Selected

_THREADS: Final = 2
_AHEAD: Final = 2
"""Row groups that are ready, or being made so, while one is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Functions of one module, by position, that stand together in a row group."""

    selected: Selected
    rows: tuple[int, ...]


def cut(modules: Iterable[Selected], sizes: Iterable[int]) -> Iterator[tuple[Piece, ...]]:
    """All functions of the selection in their order, as many in each group as `sizes` says."""
    pieces = ((selected, row) for selected in modules for row in selected.rows)
    for size in sizes:
        by_module: dict[int, tuple[Selected, list[int]]] = {}
        for selected, row in itertools.islice(pieces, size):
            by_module.setdefault(id(selected), (selected, []))[1].append(row)
        yield tuple(Piece(selected=selected, rows=tuple(rows)) for selected, rows in by_module.values())


def own_episodes(draft: Draft, sizes: Iterable[int]) -> Iterator[pa.Table]:
    """Tables of `sizes` rows in the schema, with the instruction numbers of the dataset. DamagedPart.

    A row group waits only for parts whose reading was begun before it, so there is always a thread that goes on.
    """
    ready: deque[Future[pa.Table]] = deque()
    last: tuple[Selected, Future[pa.Table]] | None = None  # a row group may begin in the middle of a module
    with ThreadPoolExecutor(max_workers=_THREADS) as pool:
        for group in cut(draft.selection.modules, sizes):
            interruption.check()
            parts = []
            for piece in group:
                selected = piece.selected
                if last is None or last[0] is not selected:
                    last = selected, pool.submit(read_functions, draft.parts, selected.entry.part)
                parts.append(last[1])
            ready.append(pool.submit(_row_group, draft, group, parts))
            if len(ready) > _AHEAD:
                yield ready.popleft().result()
        while ready:
            yield ready.popleft().result()


def _row_group(draft: Draft, group: Sequence[Piece], parts: Sequence[Future[pa.Table]]) -> pa.Table:
    assert draft.numbering is not None
    slices = [_slices(part.result(), piece.rows) for piece, part in zip(group, parts, strict=True)]
    functions = pa.concat_tables(itertools.chain.from_iterable(slices)).combine_chunks()
    counts = [len(piece.rows) for piece in group]
    numbers = [draft.numbering[draft.shapes.of_part(draft.parts, piece.selected.entry.part)] for piece in group]
    firsts = np.cumsum([0, *map(len, numbers[:-1])])
    functions = with_inst_ids(functions, np.concatenate(numbers), firsts=np.repeat(firsts, counts))
    modules = [piece.selected.entry.module for piece in group for _ in piece.rows]
    return with_identity(functions, modules, draft.identity)


def _slices(functions: pa.Table, rows: Sequence[int]) -> Iterator[pa.Table]:
    """The rows, which are in order: a slice for each run of neighbours, since that copies nothing."""
    runs = itertools.groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0])
    for _, run in runs:
        neighbours = [row for _, row in run]
        yield functions.slice(neighbours[0], len(neighbours))
