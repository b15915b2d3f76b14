"""The taking of parts out of the store, into the working folder of whoever packs them.

Here two hosts are found that read one header with two contents: what a part says of its headers must be what they are
on the driver, which has the last word on what the dataset is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rl4real_data.cluster.laying_out import LaidOut
from rl4real_data.cluster.made_parts import BatchMarker, load_parts
from rl4real_data.cluster.store import Store
from rl4real_data.core.atomic_files import publish
from rl4real_data.core.errors import StoreError
from rl4real_data.stages.job import ModuleJob
from rl4real_data.stages.part import Part, arrow_path, write_marker


class OtherHeaders(Exception):
    """A part was made with a header that says another thing than the driver's."""


def take_parts(store: Store, marker: BatchMarker, batch: LaidOut) -> dict[str, Part]:
    """The parts of the batch by key, as this machine would have made them.

    They lie among the run's own now, but for failures of modules that were shipped. OtherHeaders; StoreError for what
    is not what was written.
    """
    found = load_parts(store, marker)
    for job in batch.jobs:
        if job.key not in found:
            raise StoreError(f"{store}/{marker.archive}: lacks a module")
        if job.key not in batch.headers:
            _compare_headers(job, found[job.key][0].headers)
    return {job.key: _take(job, batch, *found[job.key]) for job in batch.jobs}


def _compare_headers(job: ModuleJob, headers: Sequence[tuple[str, str]]) -> None:
    for name, digest in headers:
        path = name if name.startswith("/") else f"{job.module.root}/{name}"
        if job.hashes.of(path) != digest:
            raise OtherHeaders(f"{job.module.corpus}/{job.module.name} reads another {name} there than the driver has")


def _take(job: ModuleJob, batch: LaidOut, told: Part, arrow: bytes) -> Part:
    is_shipped = job.key in batch.headers
    headers = batch.headers[job.key] if is_shipped and told.failure is None else told.headers
    part = replace(told, source_sha256=job.source_sha256, headers=headers)
    if part.failure is not None and is_shipped:
        return part
    if part.size:
        with publish(arrow_path(job.parts, part.key), is_sealed=True) as draft:
            draft.write_bytes(arrow)
    write_marker(job.parts, part)
    return part
