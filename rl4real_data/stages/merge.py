"""The merge stage.

The instruction shapes that a dataset's episodes use become one table.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

import numpy as np

from rl4real_data.core import interruption
from rl4real_data.episodes.inst_ids import inst_ids_of
from rl4real_data.episodes.instructions import InstructionTable, Shape
from rl4real_data.stages.draft import Draft
from rl4real_data.stages.other_split import kept_episodes, known_shapes


def merge_instructions(draft: Draft) -> Draft:
    """Numbers the shapes of all episodes; nothing else that was compiled gets into the table."""
    assert draft.selection is not None
    numbers: set[int] = set()
    for selected in draft.selection.modules:
        interruption.check()
        if selected.rows:
            numbers.update(draft.shapes.used_by(draft.parts, selected.entry.part, selected.rows).tolist())
    known = draft.shapes.shapes
    merged = with_shapes(draft, {known[number] for number in numbers})
    assert merged.table is not None
    return replace(merged, numbering=merged.table.remap(known))


def with_shapes(draft: Draft, own: Set[Shape]) -> Draft:
    """The table of these shapes, which the split's own episodes use, and of those of the other split."""
    shapes = set(own)
    if draft.other is not None:
        others = known_shapes(draft.other)
        for episodes in kept_episodes(draft.other):
            shapes.update(others[number] for number in np.unique(inst_ids_of(episodes)))
    table = InstructionTable.of(shapes)
    return replace(draft, table=table, instructions=table.to_arrow(draft.recipe.dimension))
