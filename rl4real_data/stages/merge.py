"""The merge stage.

The instruction shapes that a dataset's episodes use become one table.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rl4real_data.core import interruption
from rl4real_data.episodes.inst_ids import inst_ids_of
from rl4real_data.episodes.instructions import InstructionTable, Shape
from rl4real_data.stages.draft import Draft
from rl4real_data.stages.other_split import kept_episodes, known_shapes


def merge_instructions(draft: Draft) -> Draft:
    """Numbers the shapes of all episodes; nothing else that was compiled gets into the table."""
    numbers: set[int] = set()
    for selected in draft.selection.modules:
        interruption.check()
        if selected.rows:
            numbers.update(draft.shapes.used_by(draft.parts, selected.entry.part, selected.rows).tolist())
    known = draft.shapes.shapes
    shapes: set[Shape] = {known[number] for number in numbers}
    if draft.other is not None:
        others = known_shapes(draft.other)
        for episodes in kept_episodes(draft.other):
            shapes.update(others[number] for number in np.unique(inst_ids_of(episodes)))
    table = InstructionTable.of(shapes)
    instructions = table.to_arrow(draft.recipe.dimension)
    return replace(draft, table=table, numbering=table.remap(known), instructions=instructions)
