"""The work of a host on one batch.

Its modules become parts in the store.

It can be done twice, at once or later, by anybody: who finds the marker does nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rl4real_data.cluster.archive import read_archive
from rl4real_data.cluster.batch_facts import MadePart
from rl4real_data.cluster.host import Host, forget_host, host_of
from rl4real_data.cluster.host_report import HostReports
from rl4real_data.cluster.layout import sources_name, task_name
from rl4real_data.cluster.made_parts import BatchMarker, read_batch_marker, store_parts
from rl4real_data.cluster.store import Store
from rl4real_data.cluster.task import BatchTask, TaskModule
from rl4real_data.core import interruption
from rl4real_data.core.errors import HostError, MissingExtra, SourceError, StoreError, ToolchainError
from rl4real_data.core.failure import FailureKind
from rl4real_data.corpus.module import Module
from rl4real_data.engines.engine import Unfit
from rl4real_data.flow.pipeline import FLOW
from rl4real_data.stages.job import ModuleJob
from rl4real_data.stages.module import process_module
from rl4real_data.stages.part import FileHashes
from rl4real_data.stages.source_hash import source_sha256

_reports = HostReports()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchWork:
    """The task that an engine carries out: it travels to every worker, and takes the name of a batch."""

    run: str

    def __call__(self, batch: str) -> BatchMarker | Unfit:
        """StoreError, which is nobody's fault here, if the store does not do its part."""
        try:
            store = Store(self.run)
        except MissingExtra as error:
            return Unfit(reason=f"{error} ({error.hint})")
        _reports.begin(store)
        found = read_batch_marker(store, batch)
        if found is not None:
            return found
        try:
            marker = _make(store, host_of(store), batch)
        except (HostError, SourceError, ToolchainError) as error:
            forget_host(store)
            _reports.tell_unfit(store, str(error))
            return Unfit(reason=str(error))
        _reports.tell(store, marker)
        return marker


def _make(store: Store, host: Host, batch: str) -> BatchMarker:
    data = store.read_if_there(task_name(batch))
    if data is None:
        raise StoreError(f"{store}: {task_name(batch)} is gone")
    task = BatchTask.of_bytes(data, name=f"{store}/{task_name(batch)}")
    try:
        with tempfile.TemporaryDirectory(dir=host.scratch) as name:
            folder = Path(name)
            for each in ("parts", "scratch", "sources"):
                (folder / each).mkdir()
            _unpack_sources(store, batch, task, folder / "sources")
            return _stored(store, host, batch, task, folder)
    except InterruptedError:
        raise
    except OSError as error:
        raise HostError.of(error, doing="the scratch folder cannot be used") from error


def _stored(store: Store, host: Host, batch: str, task: BatchTask, folder: Path) -> BatchMarker:
    filters = host.compilation.recipe.filters
    return store_parts(store, batch, _parts(host, task, folder), folder / "parts", filters)


def _parts(host: Host, task: BatchTask, folder: Path) -> Iterator[MadePart]:
    compilation = host.compilation_within(task.limits)
    hashes = FileHashes()
    for each in task.modules:
        interruption.check()
        module = _module(host, task, each, folder / "sources")
        hashes.expect(module.root)
        if source_sha256(module, hashes) != each.source_sha256:
            raise HostError(f"{module.corpus}/{module.stored_path}: is not the source that the driver has")
        job = ModuleJob(
            module=module,
            key=each.key,
            source_sha256=each.source_sha256,
            compilation=compilation,
            parts=folder / "parts",
            scratch=folder / "scratch",
            hashes=hashes,
        )
        part = process_module(job, FLOW.modules)
        if part.failure is not None and part.failure.kind is FailureKind.SOURCE:
            raise HostError(part.failure.reason)
        yield MadePart(part=part, shapes=job.shapes.pop(job.key, None))


def _module(host: Host, task: BatchTask, each: TaskModule, sources: Path) -> Module:
    root = host.root_of(each.manifest, task.mirror) if each.manifest else sources / each.key
    return each.module_in(root)


def _unpack_sources(store: Store, batch: str, task: BatchTask, folder: Path) -> None:
    """Writes the sources that came with the batch, each into a folder of its own."""
    shipped = [each for each in task.modules if not each.manifest]
    if not shipped:
        return
    name = sources_name(batch)
    data = store.read_if_there(name)
    if data is None:
        raise StoreError(f"{store}: {name} is gone")
    files = read_archive(data, name=f"{store}/{name}")
    for each in shipped:
        module = each.module_in(folder / each.key)
        if each.key not in files or module.source.parent != module.root:
            raise StoreError(f"{store}: {name} lacks the source of {each.key}")
        module.root.mkdir()
        module.source.write_bytes(files[each.key])
