"""The merge stage.

Which functions of a run's parts become episodes, and why the others do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.recipe import Filters
from rl4real_data.corpus.module import Module
from rl4real_data.stages.part import FunctionFacts, Part

IN_TRAIN: Final = "in the train split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One module of the run with its part and the command that makes it again.

    `left_out`: why the module was not compiled; its part is empty then.
    """

    module: Module
    part: Part
    command: str
    left_out: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """One module's functions that are episodes, by position."""

    entry: Entry
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What the split will hold, in order, and the account of the rest."""

    modules: tuple[Selected, ...]
    functions: int
    filtered: Mapping[str, int]
    duplicates: int
    content_hashes: Set[str]

    @property
    def episodes(self) -> int:
        return sum(len(selected.rows) for selected in self.modules)


def filter_reason(facts: FunctionFacts, filters: Filters | None) -> str | None:
    """Why the recipe leaves the function out; None if it does not. `filters` is None for the test split."""
    if filters is None:
        return None
    if facts.nodes > filters.max_nodes:
        return f"more than {filters.max_nodes} nodes"
    if facts.max_uses > filters.max_uses:
        return f"more than {filters.max_uses} use points in one register"
    if facts.nodes == 0 and filters.needs_nodes:
        return "no virtual register"
    if facts.eh_pads and not filters.eh_pads:
        return "exception-handling pads"
    if facts.optnone and not filters.optnone:
        return "not to be optimised (optnone)"
    return None


def select_functions(
    entries: Iterable[Entry], *, filters: Filters | None, train_hashes: Set[str] = frozenset()
) -> Selection:
    """Goes over the modules in their order; the first of equal functions stays. `train_hashes` never get into test.

    A duplicate counts as one also when its original is in train: test's books are then the same whichever split came
    first.
    """
    seen: set[str] = set()
    kept: set[str] = set()
    filtered: Counter[str] = Counter()
    modules = []
    functions = duplicates = 0
    for entry in entries:
        interruption.check()
        rows = []
        for row, facts in enumerate(entry.part.functions):
            functions += 1
            reason = filter_reason(facts, filters)
            if reason:
                filtered[reason] += 1
                continue
            if facts.content_hash in seen:
                duplicates += 1
            elif facts.content_hash in train_hashes:
                filtered[IN_TRAIN] += 1
            else:
                kept.add(facts.content_hash)
                rows.append(row)
            seen.add(facts.content_hash)
        modules.append(Selected(entry=entry, rows=tuple(rows)))
    return Selection(
        modules=tuple(modules),
        functions=functions,
        filtered=dict(sorted(filtered.items())),
        duplicates=duplicates,
        content_hashes=kept,
    )
