"""The parts that a batch became, and their marker, which is written last.

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

from rl4real_data.cluster.archive import make_archive, read_archive
from rl4real_data.cluster.layout import archive_name, marker_name
from rl4real_data.cluster.store import Store
from rl4real_data.core.errors import StoreError
from rl4real_data.stages.part import Part, arrow_path, parse_marker, sealed_marker


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchMarker:
    """What was made of a batch: `archive` holds the parts, `failures` counts those of modules by kind."""

    batch: str
    archive: str
    sha256: str
    modules: int
    functions: int
    failures: Mapping[str, int]


def store_parts(store: Store, batch: str, parts: Iterable[Part], folder: Path) -> BatchMarker:
    """Writes the parts, whose Arrow files lie in `folder`, then the marker."""
    files: dict[str, bytes] = {}
    made = []
    for part in parts:
        told = replace(part, seconds=0.0)
        files[f"{part.key}.json"] = sealed_marker(told)
        if part.size:
            files[f"{part.key}.arrow"] = arrow_path(folder, part.key).read_bytes()
        made.append(told)
    data = make_archive(files)
    sha256 = hashlib.sha256(data).hexdigest()
    failures = Counter(part.failure.kind.value for part in made if part.failure)
    marker = BatchMarker(
        batch=batch,
        archive=archive_name(batch, sha256),
        sha256=sha256,
        modules=len(made),
        functions=sum(len(part.functions) for part in made),
        failures=dict(sorted(failures.items())),
    )
    store.write(marker.archive, data)
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


def load_parts(store: Store, marker: BatchMarker) -> dict[str, tuple[Part, bytes]]:
    """Key -> part and its Arrow file (empty for a failed module). StoreError for what is not what was written."""
    name = f"{store}/{marker.archive}"
    try:
        data = store.read(marker.archive)
    except FileNotFoundError as error:
        raise StoreError(f"{name}: is gone") from error
    if hashlib.sha256(data).hexdigest() != marker.sha256:
        raise StoreError(f"{name}: is not what was written")
    files = read_archive(data, name=name)
    found = {}
    for member, content in files.items():
        if member.endswith(".json"):
            part = parse_marker(content)
            if part is None or f"{part.key}.json" != member:
                raise StoreError(f"{name}: {member} is no part")
            found[part.key] = part, files.get(f"{part.key}.arrow", b"")
    return found
