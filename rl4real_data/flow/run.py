"""One run of `flow`, from a request to a published dataset.

`run_flow` is its table of contents.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.split import Split
from rl4real_data.corpus.module import Corpus, modules_of
from rl4real_data.corpus.resolve import Resolution, Skipped, resolve_available
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.flow.packing import PackingOrder, is_packed, pack_dataset, toolchain_of
from rl4real_data.flow.pipeline import FLOW, Flow
from rl4real_data.flow.plan import Plan, entries_of, make_plan, needs_headers
from rl4real_data.flow.preparation import prepare_compilation
from rl4real_data.flow.request import Destination, FlowRequest
from rl4real_data.flow.runner import run_jobs
from rl4real_data.flow.splits import other_of, recorded_modules
from rl4real_data.flow.working_folder import WorkDir, open_workdir, refuse_foreign
from rl4real_data.stages.job import Compilation
from rl4real_data.stages.part import Part
from rl4real_data.stages.selection import Entry
from rl4real_data.toolchain.clang import require_headers


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


def run_flow(request: FlowRequest, console: Console, *, flow: Flow = FLOW) -> RunReport:
    """Makes the split that is asked for. Raises an error of `rl4real_data.core.errors` when it cannot even start."""
    destination = request.destination
    refuse_foreign(destination.data_dir)
    _keep_buffers()
    compilation, registers = prepare_compilation(request.recording, request.installation, announce=console.say)
    found = _resolve(request, console)
    with open_workdir(destination.data_dir) as work:
        _refuse_other_dataset(work, destination.split, compilation)
        # Read before anything is compiled: a file that is no good ends the run at once.
        vocabulary = request.vocabulary.read(
            target=compilation.target, recipe=compilation.recipe, data_dir=work.data_dir
        )
        plan = _plan(request, found.corpora, compilation, work, flow)
        _refuse_shrinking(work, destination, plan)
        compiled = _compile(plan, compilation, console, flow, jobs=request.jobs)
        entries = entries_of(plan, {**plan.ready, **compiled})
        order = PackingOrder(
            split=destination.split,
            compilation=compilation,
            registers=registers,
            corpora=found.corpora,
            skipped=tuple(sorted(skipped.corpus for skipped in found.skipped)),
            vocabulary=vocabulary,
            entries=entries,
        )
        was_finished = is_packed(work, order, flow)
        if was_finished:
            index = work.index()
        else:
            console.say("packing")
            index = pack_dataset(work, order, flow)
        failed = tuple(entry for entry in entries if entry.part.failure)
        return RunReport(
            plan=plan,
            index=index,
            failed=failed,
            skipped=found.skipped,
            compiled=len(compiled),
            was_finished=was_finished,
        )


def plan_flow(request: FlowRequest, console: Console, *, flow: Flow = FLOW) -> RunReport:
    """What `run_flow` would do (a dry run): fetches the corpora and looks, but compiles and writes no dataset."""
    destination = request.destination
    refuse_foreign(destination.data_dir)
    compilation, _ = prepare_compilation(request.recording, request.installation, announce=console.say)
    found = _resolve(request, console)
    work = WorkDir(data_dir=destination.data_dir.absolute())
    _refuse_other_dataset(work, destination.split, compilation)
    return RunReport(plan=_plan(request, found.corpora, compilation, work, flow), skipped=found.skipped)


def _keep_buffers() -> None:
    """Lets Arrow use jemalloc where it has it: a flow allocates the same few megabytes for every module, and mimalloc
    (Arrow's default) gives them back and faults them in again each time."""
    with contextlib.suppress(NotImplementedError):  # raised by builds without jemalloc
        pa.set_memory_pool(pa.jemalloc_memory_pool())


def _resolve(request: FlowRequest, console: Console) -> Resolution:
    """The corpora on the disk. What is skipped is said at once: a user may rather stop than compile the rest."""
    found = resolve_available(request.corpora.words, request.supply, target=request.recording.target.name)
    for skipped in found.skipped:
        console.say(f"skipped: {skipped.reason}")
    return found


def _plan(
    request: FlowRequest, corpora: tuple[Corpus, ...], compilation: Compilation, work: WorkDir, flow: Flow
) -> Plan:
    return make_plan(
        modules_of(corpora, request.corpora.limit),
        compilation,
        flow,
        parts=work.parts,
        scratch=work.scratch,
        retry_failed=request.retry_failed,
        licenses=request.corpora.licenses,
    )


def _compile(plan: Plan, compilation: Compilation, console: Console, flow: Flow, *, jobs: int) -> Mapping[str, Part]:
    if not plan.to_compile:
        return {}
    libc, libcxx = needs_headers(plan.to_compile)
    if libc:
        require_headers(compilation.clang, compilation.target, cxx=libcxx)
    results = run_jobs(plan.to_compile, flow.modules, workers=jobs, show_bar=console.show_bar)
    return {job.key: part for job, part in results}


def _refuse_other_dataset(work: WorkDir, split: Split, compilation: Compilation) -> None:
    """DatasetError when the DATA_DIR holds episodes made another way: mixing them would be silent nonsense."""
    index = work.index()
    if index is None:
        return
    target, model = compilation.target.name.value, compilation.allocator.name.value
    wanted = {"target": target, "model": model, **_flat(compilation.recipe.as_dict())}
    found = {"target": index.target, "model": index.model, **_flat(index.recipe)}
    if other_of(split).value in index.splits:  # which this run leaves as it is
        wanted |= toolchain_of(compilation)
        found |= index.toolchain
    differing = sorted(key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key))
    if differing:
        what = "; ".join(f"{key} is {found.get(key)!r}, not {wanted.get(key)!r}" for key in differing)
        raise DatasetError(
            f"{work.data_dir}: holds a dataset of another recipe: {what}", hint="choose another --data-dir"
        )


def _flat(recipe: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in recipe.items():
        flat |= _flat(value, f"{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def _refuse_shrinking(work: WorkDir, destination: Destination, plan: Plan) -> None:
    """DatasetError when the split holds modules that this run would drop, unless the user said so."""
    index = work.index()
    split = destination.split
    if index is None or split.value not in index.splits or destination.replace:
        return
    asked = {(job.module.corpus, job.module.name) for job in plan.jobs if job.key not in plan.left_out}
    lost = sorted(recorded_modules(work.data_dir, split) - asked)
    if lost:
        raise DatasetError(
            f"{work.data_dir}: its {split.value} split holds {len(lost)} modules that this run leaves out "
            f"(the first: {lost[0][0]}/{lost[0][1]})",
            hint="name all of its corpora, choose another --data-dir, or say --replace",
        )
