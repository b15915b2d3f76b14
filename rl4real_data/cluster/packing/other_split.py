"""The split that a run does not make, beside one whose functions are chosen out of core."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from typing import Final

import pyarrow as pa

from rl4real_data.cluster.batch_facts import hash_halves
from rl4real_data.cluster.packing.choosing import OTHERS, Choosing
from rl4real_data.cluster.packing.fact_tables import TableFile
from rl4real_data.core import interruption
from rl4real_data.core.split import Split
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.flow.splits import Remainder, content_hashes, remainder_without

_AT_ONCE: Final = 4096


def write_others(path: Path, data_dir: Path, index: DatasetIndex, split: Split) -> None:
    """The table of what the split's episodes are. DatasetError as `content_hashes`."""
    rows = content_hashes(data_dir, index, split)
    with TableFile(path, OTHERS) as table:
        while some := list(itertools.islice(rows, _AT_ONCE)):
            interruption.check()
            hashes, corpora, modules = zip(*some, strict=True)
            halves = hash_halves(hashes)
            columns = [pa.array(halves[:, 0]), pa.array(halves[:, 1]), pa.array(corpora), pa.array(modules)]
            table.add(pa.table(columns, schema=OTHERS))


def rest_beside(choosing: Choosing, data_dir: Path, index: DatasetIndex, split: Split) -> Remainder:
    """What stays of it: all of train, and of test what is not in train."""
    is_test = split is Split.TEST
    dropped = choosing.dropped_others() if is_test else []
    return remainder_without(
        data_dir,
        index,
        split,
        Counter((corpus, module) for _, corpus, module in dropped),
        hashes=frozenset(content_hash for content_hash, _, _ in dropped),
        content_hashes=lambda: choosing.other_hashes(without_kept=is_test),
    )
