"""The parts that a batch became, their facts, and their marker, which is written last.

Two hosts may make the same batch. What they write is the same: an archive is named by its content, and a marker tells
neither who made it nor how long it took.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rl4real_data.cluster.archive import make_archive, offsets_in
from rl4real_data.cluster.batch_facts import BatchFacts, MadePart, facts_of
from rl4real_data.cluster.layout import archive_name, facts_name, marker_name
from rl4real_data.cluster.store import Store
from rl4real_data.core.errors import StoreError
from rl4real_data.core.recipe import Filters
from rl4real_data.stages.part import arrow_path, sealed_marker


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchMarker:
    """What was made of a batch: `archive` holds the parts, `failures` counts those of modules by kind.

    `facts`: the sha256 of what a driver reads of it.
    """

    batch: str
    archive: str
    sha256: str
    facts: str
    modules: int
    functions: int
    failures: Mapping[str, int]


def store_parts(store: Store, batch: str, parts: Iterable[MadePart], folder: Path, filters: Filters) -> BatchMarker:
    """Writes the parts, whose Arrow files lie in `folder`, then the marker; `filters`: those of train."""
    files: dict[str, bytes] = {}
    made = []
    for each in parts:
        part = told = replace(each.part, seconds=0.0)
        files[f"{part.key}.json"] = sealed_marker(told)
        if part.size:
            files[f"{part.key}.arrow"] = arrow_path(folder, part.key).read_bytes()
        made.append(MadePart(part=told, shapes=each.shapes))
    data = make_archive(files)
    sha256 = hashlib.sha256(data).hexdigest()
    offsets = {name.removesuffix(".arrow"): place for name, place in offsets_in(data).items()}
    facts = facts_of(made, offsets, filters).to_bytes()
    failures = Counter(each.part.failure.kind.value for each in made if each.part.failure)
    marker = BatchMarker(
        batch=batch,
        archive=archive_name(batch, sha256),
        sha256=sha256,
        facts=hashlib.sha256(facts).hexdigest(),
        modules=len(made),
        functions=sum(len(each.part.functions) for each in made),
        failures=dict(sorted(failures.items())),
    )
    store.write(marker.archive, data)
    store.write(facts_name(marker.archive), facts)
    text = json.dumps({name: getattr(marker, name) for name in BatchMarker.__slots__}, sort_keys=True)
    store.write(marker_name(batch), text.encode())
    return marker


def read_batch_marker(store: Store, batch: str) -> BatchMarker | None:
    """None for a batch that is not made, or whose marker is none."""
    data = store.read_if_there(marker_name(batch))
    if data is None:
        return None
    try:
        marker = BatchMarker(**json.loads(data))
        is_sound = marker.archive == archive_name(batch, marker.sha256) and isinstance(marker.functions, int)
        return marker if is_sound else None
    except (ValueError, TypeError):
        return None


def load_facts(store: Store, marker: BatchMarker) -> BatchFacts:
    """StoreError for what is not what was written."""
    name = facts_name(marker.archive)
    try:
        data = store.read(name)
    except FileNotFoundError as error:
        raise StoreError(f"{store}/{name}: is gone") from error
    if hashlib.sha256(data).hexdigest() != marker.facts:
        raise StoreError(f"{store}/{name}: is not what was written")
    return BatchFacts.of_bytes(data, name=f"{store}/{name}")
