"""One run of `flow`, from a request to a published dataset.

`run_flow` is its table of contents. What needs Arrow is imported where it is used: the first compilers are at work by
then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from rl4real_data.core.counted import counted
from rl4real_data.core.progress_lines import ProgressLines, still_at
from rl4real_data.corpus.catalog import Catalog, load_catalog
from rl4real_data.corpus.module import Corpus, modules_of
from rl4real_data.corpus.resolve import Resolution, Skipped
from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.flow.accepted_corpora import accepted_corpora
from rl4real_data.flow.common_fault import refuse_common_fault
from rl4real_data.flow.packing_order import PackingOrder
from rl4real_data.flow.pipeline import FLOW, Flow
from rl4real_data.flow.plan import Plan, PlanRequest, damaged_jobs, entries_of, make_plan, needs_headers
from rl4real_data.flow.preparation import prepare_compilation
from rl4real_data.flow.refusals import refuse_other_dataset, refuse_shrinking
from rl4real_data.flow.request import FlowRequest
from rl4real_data.flow.runner import JobRunner, run_jobs
from rl4real_data.flow.working_folder import WorkDir, open_workdir, refuse_foreign
from rl4real_data.stages.job import Compilation, ModuleJob
from rl4real_data.stages.part import Part
from rl4real_data.stages.selection import Entry
from rl4real_data.toolchain.clang import require_headers
from rl4real_data.toolchain.compiler_server import begin_to_load

if TYPE_CHECKING:
    from rl4real_data.flow.materials import Materials
    from rl4real_data.flow.packing import Packer
    from rl4real_data.mir2vec.vocabulary import Vocabulary

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run did; `plan` alone is there for a dry run."""

    plan: Plan
    index: DatasetIndex | None = None
    failed: tuple[Entry, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    compiled: int = 0
    was_finished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """How a run speaks to whoever watches it; all of it is for stderr."""

    say: Callable[[str], None]
    show_bar: bool = False

    def during(self, what: str) -> ProgressLines:
        """What is going on, said again and again if it takes long."""
        return still_at(what, self.say)


def run_flow(
    request: FlowRequest,
    console: Console,
    *,
    flow: Flow = FLOW,
    runner: JobRunner | None = None,
    packer: Callable[[WorkDir], Packer] | None = None,
) -> RunReport:
    """Makes the split that is asked for. Raises an error of `rl4real_data.core.errors` when it cannot even start.

    `runner` compiles the modules; None: threads of this process. `packer` packs them in the working folder; None: in
    memory.
    """
    destination = request.destination
    refuse_foreign(destination.data_dir)
    preparing = _beside(lambda: _prepare(request, console))  # it waits for clang
    catalog = load_catalog()
    compilation, registers = preparing.result()
    found = _resolve(request, console, catalog, compilation)
    with open_workdir(destination.data_dir) as work:
        refuse_other_dataset(work, destination.split, compilation)
        with console.during("comparing sources with what was compiled before"):
            plan = _plan(request, found.corpora, compilation, work, flow)
        refuse_shrinking(work, destination, plan)
        materials = _materials(plan, request, work)
        compile_ = partial(
            _compile,
            compilation=compilation,
            console=console,
            flow=flow,
            materials=materials,
            jobs=request.jobs,
            runner=runner or run_jobs,
        )
        compiled = compile_(plan.to_compile)
        order = PackingOrder(
            split=destination.split,
            compilation=compilation,
            registers=registers,
            corpora=found.corpora,
            skipped=tuple(sorted(skipped.corpus for skipped in found.skipped)),
            vocabulary=materials.result().vocabulary,
            shapes=materials.result().shapes,
            entries=entries_of(plan, {**plan.ready, **compiled}, materials.result().commands),
        )
        refuse_common_fault(work, compilation, order.entries)
        with console.during("comparing the dataset with its checksums"):
            finished = _finished(work, order, flow)
        if finished is None:
            compiled |= compile_(damaged_jobs(plan, order.shapes, say=console.say))
            order = order.with_parts(compiled)
        return RunReport(
            plan=plan,
            index=finished or _pack(work, order, flow, console, packer),
            failed=tuple(entry for entry in order.entries if entry.part.failure),
            skipped=found.skipped,
            compiled=len(compiled),
            was_finished=finished is not None,
        )


def plan_flow(request: FlowRequest, console: Console, *, flow: Flow = FLOW) -> RunReport:
    """What `run_flow` would do (a dry run): fetches the corpora and looks, but compiles and writes no dataset."""
    destination = request.destination
    refuse_foreign(destination.data_dir)
    compilation, _ = prepare_compilation(request.recording, request.installation, announce=console.say)
    found = _resolve(request, console, load_catalog(), compilation)
    work = WorkDir(data_dir=destination.data_dir.absolute())
    refuse_other_dataset(work, destination.split, compilation)
    return RunReport(plan=_plan(request, found.corpora, compilation, work, flow), skipped=found.skipped)


def _prepare(request: FlowRequest, console: Console) -> tuple[Compilation, Mapping[str, Any]]:
    """As `prepare_compilation`. Where there is no dataset yet there is something to compile, and a server for it."""
    prepared = prepare_compilation(request.recording, request.installation, announce=console.say)
    if not (request.destination.data_dir / INDEX_NAME).exists():
        begin_to_load(prepared[0].server)
    return prepared


def _beside(function: Callable[[], T]) -> Future[T]:
    """The result of `function`, which runs in a thread of its own."""
    pool = ThreadPoolExecutor(max_workers=1)
    future = pool.submit(function)
    pool.shutdown(wait=False)
    return future


def _resolve(request: FlowRequest, console: Console, catalog: Catalog, compilation: Compilation) -> Resolution:
    return accepted_corpora(
        request.corpora.words,
        request.supply,
        catalog=catalog,
        clang=compilation.clang,
        target=compilation.target,
        jobs=request.jobs,
        say=console.say,
    )


def _materials(plan: Plan, request: FlowRequest, work: WorkDir) -> Future[Materials]:
    """Made ready beside the first compilers; before them if the user names a vocabulary: it may be no good."""
    recording = request.recording

    def read() -> Vocabulary | None:
        return request.vocabulary.read(target=recording.target, recipe=recording.recipe, data_dir=work.data_dir)

    def make() -> Materials:
        from rl4real_data.flow.materials import make_ready

        return make_ready(plan, read)

    materials = _beside(make)
    if request.vocabulary.named is not None:
        materials.result()
    return materials


def _plan(
    request: FlowRequest, corpora: tuple[Corpus, ...], compilation: Compilation, work: WorkDir, flow: Flow
) -> Plan:
    return make_plan(
        PlanRequest(
            modules=modules_of(corpora, request.corpora.limit),
            compilation=compilation,
            flow=flow,
            parts=work.parts,
            scratch=work.scratch,
            retry_failed=request.retry_failed,
            licenses=request.corpora.licenses,
            units=modules_of(corpora),
        )
    )


def _compile(
    jobs_to_do: Sequence[ModuleJob],
    *,
    compilation: Compilation,
    console: Console,
    flow: Flow,
    materials: Future[Materials],
    jobs: int,
    runner: JobRunner,
) -> dict[str, Part]:
    """The parts by key. An error in `materials` ends the run at once."""
    if not jobs_to_do:
        return {}
    libc, libcxx = needs_headers(jobs_to_do)
    if libc:
        require_headers(compilation.clang, compilation.target, cxx=libcxx)
    console.say(f"compiling {counted(len(jobs_to_do), 'module')}")
    parts = {}
    with contextlib.closing(
        runner(jobs_to_do, flow.modules, workers=jobs, show_bar=console.show_bar, say=console.say)
    ) as results:
        for job, part in results:
            parts[job.key] = part
            if shapes := job.shapes.pop(job.key, None):
                materials.result().shapes.add(job.key, *shapes)
    return parts


def _finished(work: WorkDir, order: PackingOrder, flow: Flow) -> DatasetIndex | None:
    """The index of the dataset if it was packed before."""
    from rl4real_data.flow.packing import is_packed

    return work.index() if is_packed(work, order, flow) else None


def _pack(
    work: WorkDir,
    order: PackingOrder,
    flow: Flow,
    console: Console,
    packer: Callable[[WorkDir], Packer] | None,
) -> DatasetIndex:
    from rl4real_data.flow.packing import pack_dataset

    pack = packer(work) if packer is not None else pack_dataset
    console.say("packing")
    with console.during("packing"):
        return pack(work, order, flow, say=console.say)
