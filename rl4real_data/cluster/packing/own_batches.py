"""The parts that only the driver has, put into the store as batches of their own, so that any host can pack them."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from rl4real_data.cluster.batch_facts import MadePart
from rl4real_data.cluster.layout import PARTS, facts_name, marker_name
from rl4real_data.cluster.made_parts import load_facts, read_batch_marker, store_parts
from rl4real_data.cluster.packing.fact_tables import FactTables
from rl4real_data.cluster.store import Store
from rl4real_data.core import interruption
from rl4real_data.core.recipe import Filters
from rl4real_data.core.regular_files import sha256_of_regular
from rl4real_data.episodes.inst_ids import INST_COLUMNS
from rl4real_data.stages.part import Part, arrow_path
from rl4real_data.stages.part_functions import read_functions, read_shapes
from rl4real_data.stages.shape_uses import ShapeUses

_BATCH: Final = 64


def store_own_parts(store: Store, parts: Iterable[Part], folder: Path, filters: Filters, tables: FactTables) -> None:
    """Writes those that are not there yet, and adds the facts of all. DamagedPart."""
    there = store.names(PARTS)
    rest = iter(parts)
    while some := list(itertools.islice(rest, _BATCH)):
        interruption.check()
        sealed = [part if part.sha256 else _sealed(folder, part) for part in some]
        content = [[part.key, part.sha256] for part in sealed]
        batch = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]
        marker = read_batch_marker(store, batch) if marker_name(batch).rpartition("/")[2] in there else None
        if marker is None or not {marker.archive.rpartition("/")[2], _last(facts_name(marker.archive))} <= there:
            marker = store_parts(store, batch, (_made(folder, part) for part in sealed), folder, filters)
        tables.add(marker.archive, load_facts(store, marker))


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _made(folder: Path, part: Part) -> MadePart:
    uses = ShapeUses.of(read_functions(folder, part, *INST_COLUMNS))
    return MadePart(part=part, shapes=(read_shapes(folder, part), uses))


def _sealed(folder: Path, part: Part) -> Part:
    """A part of an earlier release, with the sha256 that it lacks."""
    read_shapes(folder, part)  # which looks into it
    return replace(part, sha256=sha256_of_regular(str(arrow_path(folder, part.key))))
