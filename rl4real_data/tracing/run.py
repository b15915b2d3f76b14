"""One run of `trace`, from a request to a published dataset.

The machinery is that of `flow`: corpora, plan, parts, limits, publication.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rl4real_data.core.counted import counted
from rl4real_data.core.errors import DatasetError, ToolchainError
from rl4real_data.corpus.catalog import load_catalog
from rl4real_data.corpus.module import Module, modules_of
from rl4real_data.corpus.resolve import Skipped
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.flow.accepted_corpora import accepted_corpora
from rl4real_data.flow.common_fault import refuse_common_fault
from rl4real_data.flow.pipeline import CHECK, Flow
from rl4real_data.flow.plan import Plan, PlanRequest, commands_of, entries_of, make_plan, needs_headers
from rl4real_data.flow.preparation import Recording, prepare_compilation
from rl4real_data.flow.request import CorpusChoice
from rl4real_data.flow.run import Console
from rl4real_data.flow.runner import run_jobs
from rl4real_data.flow.working_folder import WorkDir, open_workdir, refuse_foreign
from rl4real_data.stages.job import Compilation, Decider, ModuleJob
from rl4real_data.stages.part import Part
from rl4real_data.stages.part_functions import DamagedPart
from rl4real_data.stages.selection import Entry
from rl4real_data.stages.stage import ModuleStage
from rl4real_data.toolchain.clang import require_headers
from rl4real_data.toolchain.installation import Installation
from rl4real_data.traces.index import TraceIndex, read_trace_index
from rl4real_data.tracing.packing import TraceOrder, pack_traces, packed_index
from rl4real_data.tracing.policies import TracePolicy
from rl4real_data.tracing.stage import TraceStage
from rl4real_data.tracing.tasks import TraceTask

TRACE_VERSION = 1
"""Of the stage: raise it when it writes other bytes for the same input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRequest:
    """What to trace, with which toolchain and recipe, and where to. `tracer` is the task, `policy` who decides."""

    tracer: TraceTask
    policy: TracePolicy
    corpora: CorpusChoice
    supply: Supply
    recording: Recording
    installation: Installation
    data_dir: Path
    jobs: int = 1
    retry_failed: bool = False
    replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceReport:
    """What a run did."""

    plan: Plan
    index: TraceIndex
    failed: tuple[Entry, ...]
    skipped: tuple[Skipped, ...]
    compiled: int


def run_trace(request: TraceRequest, console: Console) -> TraceReport:
    """Makes the dataset. Raises an error of `rl4real_data.core.errors` when it cannot even start."""
    refuse_foreign(request.data_dir)
    compilation = _compilation(request, console)
    found = accepted_corpora(
        request.corpora.words,
        request.supply,
        catalog=load_catalog(),
        clang=compilation.clang,
        target=compilation.target,
        jobs=request.jobs,
        say=console.say,
    )
    modules = modules_of(found.corpora, request.corpora.limit)
    with open_workdir(request.data_dir) as work:
        _refuse_other_trace(work, request, modules)
        planned = replace_modules(request, compilation, work)
        plan = make_plan(replace(planned, modules=modules, units=modules_of(found.corpora)))
        parts = {**plan.ready, **_trace(plan.to_compile, request, planned.flow, console)}
        order = TraceOrder(
            task=request.tracer.task,
            policy=(request.policy.name, request.policy.sha256),
            compilation=compilation,
            corpora=found.corpora,
            skipped=tuple(sorted(skipped.corpus for skipped in found.skipped)),
            entries=entries_of(plan, parts, commands_of(plan)),
        )
        refuse_common_fault(work, compilation, order.entries)
        index = packed_index(work, order) or _pack(work, order, console)
    return TraceReport(
        plan=plan,
        index=index,
        failed=tuple(entry for entry in order.entries if entry.part.failure),
        skipped=found.skipped,
        compiled=len(parts) - len(plan.ready),
    )


def replace_modules(request: TraceRequest, compilation: Compilation, work: WorkDir) -> PlanRequest:
    """The plan's request, without its modules."""
    stage = ModuleStage(name="trace", version=TRACE_VERSION, run=TraceStage(task=request.tracer))
    return PlanRequest(
        modules=(),
        compilation=compilation,
        flow=Flow(modules=(CHECK, stage), dataset=()),
        parts=work.parts,
        scratch=work.scratch,
        retry_failed=request.retry_failed,
        licenses=request.corpora.licenses,
    )


def _compilation(request: TraceRequest, console: Console) -> Compilation:
    """The compiler of the run; that it traces is part of what makes a part."""
    compilation, _ = prepare_compilation(request.recording, request.installation, announce=console.say)
    if compilation.plugin is None:
        raise ToolchainError(
            f"{compilation.clang.path} is the RL4ReAl fork, whose advisors cannot be traced",
            hint="set BUILD_DIR to a stock LLVM 22 or 19",
        )
    name = f"trace of {request.tracer.task}: {request.policy.name}"
    decider = Decider(name=name, sha256=request.policy.sha256, flags=(), shown=request.tracer.shown)
    return replace(compilation, decider=decider)


def _refuse_other_trace(work: WorkDir, request: TraceRequest, modules: Sequence[Module]) -> None:
    """DatasetError when the DATA_DIR holds another dataset than this run would make."""
    if not (work.data_dir / INDEX_NAME).exists():
        return
    index = read_trace_index(work.data_dir)
    recipe = request.recording.recipe
    found = {
        "task": index.task.value,
        "target": index.target,
        "policy": (index.policy, index.policy_sha256),
        "opt_level": index.recipe.get("opt_level"),
        "cpu": index.recipe.get("cpu"),
    }
    wanted = {
        "task": request.tracer.task.value,
        "target": request.recording.target.name.value,
        "policy": (request.policy.name, request.policy.sha256),
        "opt_level": recipe.opt_level,
        "cpu": recipe.cpu,
    }
    for name in found:
        if found[name] != wanted[name]:
            is_there, asked = (value[0] if isinstance(value, tuple) else value for value in (found[name], wanted[name]))
            told = f"is {is_there}, not {asked}" if is_there != asked else f"is another one of the name {asked}"
            raise DatasetError(
                f"{work.data_dir}: holds another trace: its {name} {told}",
                hint="choose another --data-dir",
            )
    if index.books.modules > len(modules) and not request.replace:
        raise DatasetError(
            f"{work.data_dir}: holds {counted(index.books.modules, 'module')}, this run names {len(modules):,}",
            hint="name all of its corpora, choose another --data-dir, or say --replace",
        )


def _trace(jobs: Sequence[ModuleJob], request: TraceRequest, flow: Flow, console: Console) -> Mapping[str, Part]:
    """The parts by key."""
    if not jobs:
        return {}
    libc, libcxx = needs_headers(jobs)
    if libc:
        require_headers(jobs[0].compilation.clang, jobs[0].compilation.target, cxx=libcxx)
    console.say(f"tracing {counted(len(jobs), 'module')}")
    say: Callable[[str], None] = console.say
    with contextlib.closing(
        run_jobs(jobs, flow.modules, workers=request.jobs, show_bar=console.show_bar, say=say)
    ) as results:
        return {job.key: part for job, part in results}


def _pack(work: WorkDir, order: TraceOrder, console: Console) -> TraceIndex:
    console.say("packing")
    try:
        with console.during("packing"):
            return pack_traces(work, order)
    except DamagedPart as error:
        raise DatasetError(str(error), hint=error.hint) from error
