"""The driver of a run.

Gives its batches to an engine, and takes the facts of their parts out of the store.

To the flow it is a runner of jobs like the one of a single machine: what is planned before is the same, and so are the
bytes of the dataset. The parts stay in the store until shards are made of them; whatever the driver has in its own
folders can be made again from there.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from rl4real_data.cluster.batch_work import BatchWork
from rl4real_data.cluster.laying_out import LaidOut, Layout, begin_run, lay_out
from rl4real_data.cluster.layout import PARTS, SHARD_LIST, marker_name
from rl4real_data.cluster.made_parts import BatchMarker, read_batch_marker
from rl4real_data.cluster.packing.fact_tables import FactTables
from rl4real_data.cluster.packing.store_packer import StorePacker
from rl4real_data.cluster.plan_file import write_plan
from rl4real_data.cluster.store import Store
from rl4real_data.cluster.taking_parts import Headers, OtherHeaders, TakenBatch, take_parts
from rl4real_data.core import interruption
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import LessThanAsked, StoreError
from rl4real_data.core.progress_lines import still_at
from rl4real_data.engines.dispatch import run_batches
from rl4real_data.engines.engine import Unfit
from rl4real_data.engines.engines import EngineName, open_engine
from rl4real_data.flow.runner import Progress, progress_shown, run_jobs
from rl4real_data.flow.working_folder import WorkDir
from rl4real_data.stages.job import ModuleJob
from rl4real_data.stages.part import Part
from rl4real_data.stages.stage import ModuleStage


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterChoice:
    """Who does the work of a run, and where its state lies; `mirror` is the distribution's, for all hosts.

    `is_new`: what was made before of the modules that are compiled now is not asked for (`--retry-failed`).
    `destination`: the URL of the dataset, whose shards the hosts write there; nothing for a folder of the driver.
    """

    run: str
    engine: EngineName
    address: str | None = None
    mirror: str | None = None
    destination: str = ""
    is_new: bool = False


class ClusterRunner:
    """A runner of module jobs on the hosts of an engine."""

    def __init__(self, choice: ClusterChoice) -> None:
        self._choice = choice
        self._store = Store(choice.run)
        self._headers: Headers = {}
        self._workers = 1
        self._tables: FactTables | None = None

    def __call__(
        self,
        jobs: Sequence[ModuleJob],
        stages: tuple[ModuleStage, ...],
        *,
        workers: int,
        show_bar: bool,
        say: Callable[[str], None] = lambda _: None,
    ) -> Generator[tuple[ModuleJob, Part]]:
        """Yields every job with its part, as they get done."""
        self._workers = workers
        layout = self.lay_out(jobs, workers=workers, say=say)
        doubted = list(layout.own)
        with progress_shown(len(jobs), show_bar=show_bar, say=say, more=time_left) as show:
            for batch, parts in self._made(layout, self._open_tables(jobs[0].scratch), workers, say):
                for job in batch.jobs:
                    interruption.check()
                    part = parts[job.key]
                    if part.failure is not None and job.key in batch.headers:
                        doubted.append(job)  # it may want files that were not shipped: they are here
                        continue
                    show(part)
                    yield job, part
        if doubted:
            say(f"{counted(len(doubted), 'module')} of folders of this machine: compiled here")
            yield from run_jobs(doubted, stages, workers=workers, show_bar=show_bar, say=say)

    def lay_out(self, jobs: Sequence[ModuleJob], *, workers: int, say: Callable[[str], None]) -> Layout:
        """Writes to the store what hosts need to begin."""
        with still_at("laying out the run", say):
            begin_run(self._store, jobs[0].compilation)
            layout = lay_out(self._store, jobs, mirror=self._choice.mirror, workers=workers)
            if self._choice.is_new:
                layout = self._without_failures(layout, workers)
            self._store.remove(SHARD_LIST)  # of the run before
            write_plan(self._store, tuple(batch.planned for batch in layout.batches))
        say(f"{self._store}: {counted(len(layout.batches), 'batch', 'batches')}")
        return layout

    def _without_failures(self, layout: Layout, workers: int) -> Layout:
        """With other batches for the modules that failed in those that are there."""
        keys = {
            key for _, there in self._there(layout) for key, part in there.parts.items() if part.failure is not None
        }
        if not keys:
            return layout
        failed = [job for batch in layout.batches for job in batch.jobs if job.key in keys]
        left = [replace(each, jobs=tuple(job for job in each.jobs if job.key not in keys)) for each in layout.batches]
        kept = [batch for batch in left if batch.jobs]
        more = lay_out(self._store, failed, mirror=self._choice.mirror, workers=workers, salt=uuid4().hex)
        return Layout(batches=(*kept, *more.batches), own=(*layout.own, *more.own))

    def packer(self, work: WorkDir) -> StorePacker:
        """Of what was taken, and of the parts that lie in the working folder."""
        return StorePacker(
            store=self._store,
            tables=self._open_tables(work.scratch),
            engine=self._choice.engine,
            address=self._choice.address,
            workers=self._workers,
            destination=self._choice.destination,
        )

    def _open_tables(self, scratch: Path) -> FactTables:
        """Those of the run, which are begun once."""
        if self._tables is None:
            self._tables = FactTables(Path(tempfile.mkdtemp(prefix="facts-", dir=scratch)))
        return self._tables

    def _made(
        self, layout: Layout, tables: FactTables, workers: int, say: Callable[[str], None]
    ) -> Iterator[tuple[LaidOut, dict[str, Part]]]:
        """Each batch with its parts: first what is there, then what the engine's workers make."""
        missing = {batch.name: batch for batch in layout.batches}
        for batch, there in self._there(layout):
            tables.add(there.archive, there.facts)
            del missing[batch.name]
            yield batch, there.parts
        if not missing:
            return
        if self._choice.engine is EngineName.BATCH:
            raise _to_be_made(self._store, len(missing))
        taken: dict[str, dict[str, Part]] = {}

        def accept(marker: BatchMarker) -> Unfit | None:
            try:
                made = take_parts(self._store, marker, missing[marker.batch], self._headers)
            except OtherHeaders as error:
                self._store.remove(marker_name(marker.batch))
                return Unfit(reason=str(error))
            tables.add(made.archive, made.facts)
            taken[marker.batch] = made.parts
            return None

        work = BatchWork(run=self._store.url)
        engine = open_engine(self._choice.engine, work, address=self._choice.address, workers=workers)
        if dashboard := getattr(engine, "dashboard", ""):
            say(f"Dask's dashboard: {dashboard}")
        with contextlib.closing(run_batches(engine, tuple(missing), accept=accept, say=say)) as markers:
            for marker in markers:
                yield missing[marker.batch], taken.pop(marker.batch)

    def _there(self, layout: Layout) -> Iterator[tuple[LaidOut, TakenBatch]]:
        """The batches that were made before. What is damaged, or was made with other headers, is forgotten."""
        there = self._store.names(PARTS)
        for batch in layout.batches:
            if marker_name(batch.name).rpartition("/")[2] not in there:
                continue
            marker = read_batch_marker(self._store, batch.name)
            try:
                if marker is not None and marker.archive.rpartition("/")[2] in there:
                    yield batch, take_parts(self._store, marker, batch, self._headers)
                    continue
            except (OtherHeaders, StoreError):
                pass  # a store that cannot be reached says so again when the marker is removed
            self._store.remove(marker_name(batch.name))


def time_left(progress: Progress) -> str:
    """How long it takes at the rate so far."""
    done = progress.done + progress.failed
    left = progress.total - done
    if not done or not left:
        return ""
    seconds = (time.monotonic() - progress.begin) * left / done
    return f", about {seconds:.0f} s left" if seconds < 120 else f", about {seconds / 60:.0f} min left"


def _to_be_made(store: Store, batches: int) -> LessThanAsked:
    return LessThanAsked(
        f"{store}: {counted(batches, 'batch', 'batches')} are still to be made; there is no dataset yet",
        hint=f"`rl4real-data work --shard I/N {store}` in each of N jobs makes them; then the same command packs them",
    )
