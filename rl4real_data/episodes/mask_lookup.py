"""The call-preserved masks of a dataset as a lookup table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rl4real_data.episodes.file_names import REGISTER_MASKS_NAME
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.ragged import Flags, Ints
from rl4real_data.episodes.register_lookup import MAX_IDS
from rl4real_data.episodes.shards import open_table, read_columns


@dataclass(frozen=True, slots=True)
class MaskFacts:
    """`ids` (masks,) ascending; `preserved` (masks, registers) True where the register survives."""

    ids: Ints
    preserved: Flags


def load_masks(data_dir: Path, index: DatasetIndex, registers: int) -> MaskFacts:
    """Those of the dataset's target; `registers` is one more than the largest reg_id. DatasetError for a bad file."""
    with open_table(data_dir, index, REGISTER_MASKS_NAME) as file:
        rows: list[dict[str, Any]] = read_columns(file, ("target", "mask_id", "preserved")).to_pylist()
        masks = {row["mask_id"]: row["preserved"] for row in rows if row["target"] == index.target}
        ids = sorted(masks)
        preserved = np.zeros((len(ids), min(registers, MAX_IDS)), np.bool_)
        for place, mask in enumerate(ids):
            kept = np.array(masks[mask], np.int64)
            if not 0 <= kept.min(initial=0) <= kept.max(initial=0) < preserved.shape[1]:
                raise ValueError(f"mask {mask} names a register that the target does not have")
            preserved[place, kept] = True
    return MaskFacts(np.array(ids, np.int64), preserved)
