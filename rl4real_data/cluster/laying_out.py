"""The laying out of a run in its store.

Record, plugin, tasks, and the plan last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from rl4real_data.cluster.archive import make_archive
from rl4real_data.cluster.grouping import group_jobs
from rl4real_data.cluster.layout import TASKS, sources_name, task_name
from rl4real_data.cluster.plan_file import PlannedBatch, read_plan
from rl4real_data.cluster.run_record import RunRecord, read_run_record, write_run_record
from rl4real_data.cluster.shipped_plugin import ship_plugin
from rl4real_data.cluster.shipped_source import ShippedSource, ship_source
from rl4real_data.cluster.store import Store
from rl4real_data.cluster.task import BatchTask, TaskModule
from rl4real_data.core import interruption
from rl4real_data.core.errors import ToolchainError
from rl4real_data.corpus.catalog import load_catalog
from rl4real_data.corpus.module import Module
from rl4real_data.stages.job import Compilation, ModuleJob
from rl4real_data.toolchain.system_headers import header_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut:
    """One batch that lies in the store. `sources` and `headers`, by key: hashes of what was sent, and of the headers of
    the modules whose source was shipped.
    """

    name: str
    jobs: tuple[ModuleJob, ...]
    sources: Mapping[str, str]
    headers: Mapping[str, tuple[tuple[str, str], ...]]

    @property
    def planned(self) -> PlannedBatch:
        keys = tuple(job.key for job in self.jobs)
        return PlannedBatch(name=self.name, keys=keys, content=_content((key, self.sources[key]) for key in keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All batches of a run, and the jobs that only the driver can do."""

    batches: tuple[LaidOut, ...]
    own: tuple[ModuleJob, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kit:
    """What laying out needs for every batch."""

    store: Store
    mirror: str | None
    there: frozenset[str]
    names: Mapping[str, str]  # of the batches of the run before, by what was wanted of them
    salt: str


def begin_run(store: Store, compilation: Compilation) -> None:
    """Writes down with what the run's parts are made. StoreError if they are made with something else already."""
    if compilation.plugin is None:
        raise ToolchainError(
            f"{compilation.clang.path} is the RL4ReAl fork, which does not work for a run on several hosts",
            hint="leave --run out, or use a stock clang",
        )
    record = RunRecord.of(compilation, headers=header_digest(compilation.clang, compilation.target))
    if read_run_record(store) is None:
        ship_plugin(store, compilation.plugin)
    write_run_record(store, record)


def lay_out(store: Store, jobs: Sequence[ModuleJob], *, mirror: str | None, workers: int, salt: str = "") -> Layout:
    """Writes the tasks of all jobs, but for those that are there.

    With a `salt` that is new, nothing that was made before is found.
    """
    earlier = () if salt else read_plan(store) or ()
    groups = group_jobs(jobs, [batch.keys for batch in earlier])
    names = {batch.content: batch.name for batch in earlier}
    kit = _Kit(store=store, mirror=mirror, there=store.names(TASKS), names=names, salt=salt)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        made = list(pool.map(partial(_lay_out_batch, kit), groups))
    batches = tuple(batch for batch, _ in made if batch is not None)
    return Layout(batches=batches, own=tuple(job for _, own in made for job in own))


def _lay_out_batch(kit: _Kit, jobs: Iterable[ModuleJob]) -> tuple[LaidOut | None, tuple[ModuleJob, ...]]:
    """The batch, and its jobs that cannot be in it."""
    modules, shipped, own = [], {}, []
    taken = []
    for job in jobs:
        interruption.check()
        if is_pinned(job.module):
            assert job.module.whereabouts is not None
            word = job.module.whereabouts.word
            modules.append(TaskModule.of(job.module, key=job.key, source_sha256=job.source_sha256, manifest=word))
        elif (source := ship_source(job)) is not None:
            shipped[job.key] = source
            digest = hashlib.sha256(source.text).hexdigest()
            modules.append(TaskModule.of(source.module, key=job.key, source_sha256=digest))
        else:
            own.append(job)
            continue
        taken.append(job)
    if not taken:
        return None, tuple(own)
    task = BatchTask(modules=tuple(modules), limits=taken[0].compilation.limits, mirror=kit.mirror)
    sources = {each.key: each.source_sha256 for each in modules}
    name = _write(kit, task, _content(sources.items()), shipped)
    headers = {key: source.headers for key, source in shipped.items()}
    return LaidOut(name=name, jobs=tuple(taken), sources=sources, headers=headers), tuple(own)


def _content(sources: Iterable[tuple[str, str]]) -> str:
    """The same for the same modules with the same sources, whatever their limits."""
    return hashlib.sha256(json.dumps([*sources]).encode()).hexdigest()[:32]


def _write(kit: _Kit, task: BatchTask, content: str, shipped: Mapping[str, ShippedSource]) -> str:
    """The name of the batch."""
    if content in kit.names:
        return kit.names[content]
    name = hashlib.sha256(f"{kit.salt}{content}".encode()).hexdigest()[:32]
    if shipped and sources_name(name).rpartition("/")[2] not in kit.there:
        kit.store.write(sources_name(name), make_archive({key: each.text for key, each in shipped.items()}))
    kit.store.write(task_name(name), task.to_bytes())
    return name


def is_pinned(module: Module) -> bool:
    """Whether every host can fetch its source for itself, by the manifest that comes with the program."""
    told = module.whereabouts
    if told is None or not told.is_shipped or told.within or module.places or module.imports:
        return False
    return told.word in load_catalog().manifests
