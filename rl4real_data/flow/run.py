"""One run of `flow`: from settings to a published dataset. `run_flow` is its table of contents.

What needs Arrow is imported where it is used: the first compilers are at work by then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.recipe import Recipe, load_recipe
from rl4real_data.corpus.catalog import Catalog, load_catalog
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.resolve import Resolution, Skipped, resolve_available
from rl4real_data.corpus.sources.source import Progress, Supply, ignore_progress
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.flow.pipeline import FLOW, Flow
from rl4real_data.flow.plan import Plan, entries_of, make_plan, modules_of, needs_headers
from rl4real_data.flow.preparation import prepare_compilation
from rl4real_data.flow.runner import run_jobs
from rl4real_data.flow.settings import RunSettings
from rl4real_data.flow.working_folder import WorkDir, open_workdir, refuse_foreign
from rl4real_data.stages.job import Compilation
from rl4real_data.stages.part import Part
from rl4real_data.stages.selection import Entry
from rl4real_data.toolchain.clang import require_headers

if TYPE_CHECKING:
    from rl4real_data.flow.materials import Materials
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
    fetch_progress: Progress = ignore_progress


def run_flow(settings: RunSettings, console: Console, *, flow: Flow = FLOW) -> RunReport:
    """Makes the split `settings` asks for. Raises an error of `rl4real_data.core.errors` when it cannot even start."""
    refuse_foreign(settings.data_dir)
    settings = settings.with_absolute_paths()
    recipe = load_recipe(settings.target, mir=settings.mir)
    preparing = _beside(lambda: prepare_compilation(settings, recipe, announce=console.say))  # it waits for clang
    catalog = load_catalog()
    compilation, registers = preparing.result()
    found = _resolve(settings, console, catalog)
    with open_workdir(settings.data_dir) as work:
        _refuse_other_dataset(work, settings, recipe, compilation)
        plan = _plan(settings, found.corpora, compilation, work, flow)
        _refuse_shrinking(work, settings, plan)
        materials = _materials(plan, settings, recipe, work)
        compiled = _compile(plan, settings, console, flow, materials)
        entries = entries_of(plan, {**plan.ready, **compiled}, materials.result().commands)
        index, was_finished = _pack(
            work,
            flow,
            console,
            split=settings.split,
            compilation=compilation,
            registers=registers,
            corpora=found.corpora,
            skipped=tuple(sorted(skipped.corpus for skipped in found.skipped)),
            vocabulary=materials.result().vocabulary,
            shapes=materials.result().shapes,
            entries=entries,
        )
        failed = tuple(entry for entry in entries if entry.part.failure)
        return RunReport(
            plan=plan,
            index=index,
            failed=failed,
            skipped=found.skipped,
            compiled=len(compiled),
            was_finished=was_finished,
        )


def plan_flow(settings: RunSettings, console: Console, *, flow: Flow = FLOW) -> RunReport:
    """What `run_flow` would do (a dry run): fetches the corpora and looks, but compiles and writes no dataset."""
    refuse_foreign(settings.data_dir)
    settings = settings.with_absolute_paths()
    recipe = load_recipe(settings.target, mir=settings.mir)
    compilation, _ = prepare_compilation(settings, recipe, announce=console.say)
    found = _resolve(settings, console, load_catalog())
    work = WorkDir(data_dir=settings.data_dir)
    _refuse_other_dataset(work, settings, recipe, compilation)
    return RunReport(plan=_plan(settings, found.corpora, compilation, work, flow), skipped=found.skipped)


def _beside(function: Callable[[], T]) -> Future[T]:
    """The result of `function`, which runs in a thread of its own."""
    pool = ThreadPoolExecutor(max_workers=1)
    future = pool.submit(function)
    pool.shutdown(wait=False)
    return future


def _resolve(settings: RunSettings, console: Console, catalog: Catalog) -> Resolution:
    """The corpora on the disk. What is skipped is said at once: a user may rather stop than compile the rest."""
    supply = Supply(
        cache=settings.cache_dir,
        mirror=settings.mirror,
        pypi=settings.pypi,
        npm=settings.npm,
        search_path=settings.search_path,
        jobs=settings.jobs,
        allow_build=settings.allow_build,
        progress=console.fetch_progress,
        say=console.say,
    )
    found = resolve_available(settings.corpora, supply, catalog=catalog, target=settings.target)
    for skipped in found.skipped:
        console.say(f"skipped: {skipped.reason}")
    return found


def _materials(plan: Plan, settings: RunSettings, recipe: Recipe, work: WorkDir) -> Future[Materials]:
    """Made ready beside the first compilers; before them if the user names a vocabulary: it may be no good."""

    def read() -> Vocabulary | None:
        from rl4real_data.flow.vocabulary import choose_vocabulary

        if not settings.embed:
            return None
        return choose_vocabulary(settings.vocab, target=settings.target.value, recipe=recipe, data_dir=work.data_dir)

    def make() -> Materials:
        from rl4real_data.flow.materials import make_ready

        return make_ready(plan, read)

    materials = _beside(make)
    if settings.vocab is not None:
        materials.result()
    return materials


def _plan(
    settings: RunSettings, corpora: tuple[Corpus, ...], compilation: Compilation, work: WorkDir, flow: Flow
) -> Plan:
    return make_plan(
        modules_of(corpora, settings.limit),
        compilation,
        flow,
        parts=work.parts,
        scratch=work.scratch,
        retry_failed=settings.retry_failed,
        licenses=settings.licenses,
    )


def _compile(
    plan: Plan, settings: RunSettings, console: Console, flow: Flow, materials: Future[Materials]
) -> Mapping[str, Part]:
    """The parts by key. An error in `materials` ends the run at once."""
    jobs = plan.to_compile
    if not jobs:
        return {}
    compilation = jobs[0].compilation
    libc, libcxx = needs_headers(jobs)
    if libc:
        require_headers(compilation.clang, compilation.target, cxx=libcxx)
    parts = {}
    with contextlib.closing(run_jobs(jobs, flow.modules, workers=settings.jobs, show_bar=console.show_bar)) as results:
        for job, part in results:
            parts[job.key] = part
            if part.size:
                materials.result().shapes.of_part(job.parts, job.key)
    return parts


def _pack(work: WorkDir, flow: Flow, console: Console, **order: Any) -> tuple[DatasetIndex, bool]:
    """The index of the packed dataset, and whether it was packed before."""
    from rl4real_data.flow.packing import PackingOrder, is_packed, pack_dataset

    packing_order = PackingOrder(**order)
    if is_packed(work, packing_order, flow):
        index = work.index()
        assert index is not None
        return index, True
    console.say("packing")
    return pack_dataset(work, packing_order, flow), False


def _refuse_other_dataset(work: WorkDir, settings: RunSettings, recipe: Recipe, compilation: Compilation) -> None:
    """DatasetError when the DATA_DIR holds episodes made another way: mixing them would be silent nonsense."""
    index = work.index()
    if index is None:
        return
    wanted = {"target": settings.target.value, "model": settings.model.value, **_flat(recipe.as_dict())}
    found = {"target": index.target, "model": index.model, **_flat(index.recipe)}
    if set(index.splits) - {settings.split.value}:  # the other one, which this run leaves as it is
        wanted |= compilation.toolchain
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


def _refuse_shrinking(work: WorkDir, settings: RunSettings, plan: Plan) -> None:
    """DatasetError when the split holds modules that this run would drop, unless the user said so."""
    index = work.index()
    if index is None or settings.split.value not in index.splits or settings.replace:
        return
    from rl4real_data.flow.splits import recorded_modules

    asked = {(job.module.corpus, job.module.name) for job in plan.jobs if job.key not in plan.left_out}
    lost = sorted(recorded_modules(work.data_dir, settings.split) - asked)
    if lost:
        raise DatasetError(
            f"{work.data_dir}: its {settings.split.value} split holds {len(lost)} modules that this run leaves out "
            f"(the first: {lost[0][0]}/{lost[0][1]})",
            hint="name all of its corpora, choose another --data-dir, or say --replace",
        )
