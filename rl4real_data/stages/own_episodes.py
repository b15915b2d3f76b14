"""The episodes of the split that a run makes, one table a row group.

Which functions a row group holds is known before any is read. So the next ones are made ready while one is written:
Arrow reads, copies and compresses outside the interpreter's lock.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.core import interruption
from rl4real_data.episodes.inst_ids import with_inst_ids
from rl4real_data.stages.identity import Origin, with_identity
from rl4real_data.stages.part import Part
from rl4real_data.stages.part_functions import read_functions
from rl4real_data.stages.shape_numbers import ShapeNumbers

_THREADS: Final = 2
_AHEAD: Final = 2
"""Row groups that are ready, or being made so, while one is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenRows:
    """One module's functions that are episodes, by their position in its part."""

    origin: Origin
    part: Part
    rows: Sequence[int]


class PartSource(Protocol):
    """Where the parts come from. It is asked by several threads."""

    def functions(self, part: Part) -> pa.Table:
        """All columns of its functions. DamagedPart."""

    def inst_ids(self, part: Part) -> npt.NDArray[np.int32]:
        """(shapes of the part,) the number that each has in the dataset. DamagedPart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFolder:
    """A folder of parts; `numbering` (shapes,) int32: from a shape's number in `shapes` to its inst_id."""

    folder: Path
    shapes: ShapeNumbers
    numbering: npt.NDArray[np.int32]

    def functions(self, part: Part) -> pa.Table:
        """See `PartSource`."""
        return read_functions(self.folder, part)

    def inst_ids(self, part: Part) -> npt.NDArray[np.int32]:
        """See `PartSource`."""
        return self.numbering[self.shapes.of_part(self.folder, part)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Functions of one module, by position, that stand together in a row group."""

    chosen: ChosenRows
    rows: tuple[int, ...]


def cut(modules: Iterable[ChosenRows], sizes: Iterable[int]) -> Iterator[tuple[Piece, ...]]:
    """All functions of the selection in their order, as many in each group as `sizes` says."""
    pieces = ((chosen, row) for chosen in modules for row in chosen.rows)
    for size in sizes:
        by_module: dict[int, tuple[ChosenRows, list[int]]] = {}
        for chosen, row in itertools.islice(pieces, size):
            by_module.setdefault(id(chosen), (chosen, []))[1].append(row)
        yield tuple(Piece(chosen=chosen, rows=tuple(rows)) for chosen, rows in by_module.values())


def own_episodes(
    source: PartSource, modules: Iterable[ChosenRows], sizes: Iterable[int], identity: Mapping[str, str]
) -> Iterator[pa.Table]:
    """Tables of `sizes` rows in the schema, with the instruction numbers of the dataset. DamagedPart.

    A row group waits only for parts whose reading was begun before it, so there is always a thread that goes on.
    """
    ready: deque[Future[pa.Table]] = deque()
    last: tuple[ChosenRows, Future[pa.Table]] | None = None  # a row group may begin in the middle of a module
    with ThreadPoolExecutor(max_workers=_THREADS) as pool:
        for group in cut(modules, sizes):
            interruption.check()
            parts = []
            for piece in group:
                chosen = piece.chosen
                if last is None or last[0] is not chosen:
                    last = chosen, pool.submit(source.functions, chosen.part)
                parts.append(last[1])
            ready.append(pool.submit(_row_group, source, identity, group, parts))
            if len(ready) > _AHEAD:
                yield ready.popleft().result()
        while ready:
            yield ready.popleft().result()


def _row_group(
    source: PartSource, identity: Mapping[str, str], group: Sequence[Piece], parts: Sequence[Future[pa.Table]]
) -> pa.Table:
    slices = [_slices(part.result(), piece.rows) for piece, part in zip(group, parts, strict=True)]
    functions = pa.concat_tables(itertools.chain.from_iterable(slices)).combine_chunks()
    counts = [len(piece.rows) for piece in group]
    numbers = [source.inst_ids(piece.chosen.part) for piece in group]
    firsts = np.cumsum([0, *map(len, numbers[:-1])])
    functions = with_inst_ids(functions, np.concatenate(numbers), firsts=np.repeat(firsts, counts))
    origins = [piece.chosen.origin for piece in group for _ in piece.rows]
    return with_identity(functions, origins, identity)


def _slices(functions: pa.Table, rows: Sequence[int]) -> Iterator[pa.Table]:
    """The rows, which are in order: a slice for each run of neighbours, since that copies nothing."""
    runs = itertools.groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0])
    for _, run in runs:
        neighbours = [row for _, row in run]
        yield functions.slice(neighbours[0], len(neighbours))
