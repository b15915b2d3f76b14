"""The embed stage: a vector for each instruction shape.

The column of `instructions.parquet` and the stage's place in the flow are fixed; without a vocabulary the vectors stay
null, which readers tell apart from zero vectors.
"""

from __future__ import annotations

from rl4real_data.stages.pack import Draft


def embed_instructions(draft: Draft) -> Draft:
    """Leaves the vectors null: this version ships no vocabulary."""
    assert draft.instructions is not None
    return draft
