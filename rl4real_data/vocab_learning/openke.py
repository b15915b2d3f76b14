"""OpenKE's files of a knowledge graph.

`entity2id.txt`, `relation2id.txt`, `train2id.txt`.

The first line of each is the number of its rows. A row of `train2id.txt` is head, tail, relation, in this order.
"""

from __future__ import annotations

from pathlib import Path

from rl4real_data.core.atomic_files import publish
from rl4real_data.vocab_learning.triplets import Triplets


def write_openke(folder: Path, triplets: Triplets) -> None:
    """Each file whole or not at all; triplets once each, as OpenKE trains on them."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "entity2id.txt", [f"{entity.name}\t{i}" for i, entity in enumerate(triplets.entities)])
    _write(folder / "relation2id.txt", [f"{name}\t{i}" for i, name in enumerate(triplets.relations)])
    _write(folder / "train2id.txt", [f"{head}\t{tail}\t{name}" for head, name, tail in triplets.rows.tolist()])


def _write(path: Path, rows: list[str]) -> None:
    with publish(path) as draft:
        draft.write_text("\n".join([str(len(rows)), *rows]) + "\n", encoding="utf-8")
