"""The taking of a batch.

What its parts are, as the driver would have made them; they stay in the store.

Here two hosts are found that read one header with two contents: what a part says of its headers must be what they are
on the driver, which has the last word on what the dataset is made of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from rl4real_data.cluster.batch_facts import BatchFacts
from rl4real_data.cluster.laying_out import LaidOut
from rl4real_data.cluster.made_parts import BatchMarker, load_facts
from rl4real_data.cluster.store import Store
from rl4real_data.core.errors import StoreError
from rl4real_data.stages.job import ModuleJob
from rl4real_data.stages.part import Part

Headers: TypeAlias = dict[tuple[str, str], tuple[str, str]]


class OtherHeaders(Exception):
    """A part was made with a header that says another thing than the driver's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBatch:
    """What a driver knows of a batch: its parts by key, which lie in `archive`, and the facts of their functions."""

    archive: str
    facts: BatchFacts
    parts: dict[str, Part]


def take_parts(store: Store, marker: BatchMarker, batch: LaidOut, known: Headers) -> TakenBatch:
    """OtherHeaders; StoreError for what is not what was written. `known`: what `distant_parts` takes."""
    facts = load_facts(store, marker)
    found = {part.key: part for part in facts.distant_parts(known)}
    compared: set[tuple[str, str]] = set()
    for job in batch.jobs:
        if job.key not in found:
            raise StoreError(f"{store}/{marker.archive}: lacks a module")
        if job.key not in batch.headers:
            _compare_headers(job, found[job.key].headers, compared)
    parts = {job.key: _as_made_here(job, batch, found[job.key]) for job in batch.jobs}
    return TakenBatch(archive=marker.archive, facts=facts, parts=parts)


def _compare_headers(job: ModuleJob, headers: Iterable[tuple[str, str]], compared: set[tuple[str, str]]) -> None:
    """`compared`: those of the batch that are the same here."""
    for name, digest in headers:
        path = name if name.startswith("/") else f"{job.module.root}/{name}"
        if (path, digest) in compared:
            continue
        if job.hashes.of(path) != digest:
            raise OtherHeaders(f"{job.module.corpus}/{job.module.name} reads another {name} there than the driver has")
        compared.add((path, digest))


def _as_made_here(job: ModuleJob, batch: LaidOut, told: Part) -> Part:
    is_shipped = job.key in batch.headers
    headers = batch.headers[job.key] if is_shipped and told.failure is None else told.headers
    return replace(told, source_sha256=job.source_sha256, headers=headers)
