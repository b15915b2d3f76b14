"""One run of `flow`: from settings to a published dataset. `run_flow` is its table of contents."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from rl4real_data import __version__
from rl4real_data.corpus.module import Corpus, Split
from rl4real_data.corpus.resolve import resolve
from rl4real_data.corpus.sources.source import Progress, ignore_progress
from rl4real_data.episodes.card import dataset_card
from rl4real_data.episodes.index import CorpusEntry, DatasetIndex, SplitBooks, file_entry
from rl4real_data.episodes.registers import register_table
from rl4real_data.episodes.schema import MODULES
from rl4real_data.episodes.writer import write_table
from rl4real_data.errors import DatasetError, UsageError
from rl4real_data.flows import FLOW, Flow
from rl4real_data.plan import Plan, entries_of, make_plan, modules_of, needs_headers
from rl4real_data.recipe import Recipe, load_recipe
from rl4real_data.runner import run_jobs
from rl4real_data.settings import RunSettings
from rl4real_data.splits import Remainder, content_hashes, other_of, recorded_modules, remainder, shards_of
from rl4real_data.stages.job import Compilation
from rl4real_data.stages.pack import MODULES_NAME, Draft, module_rows
from rl4real_data.stages.part import Part
from rl4real_data.stages.selection import Entry, Selection, select_functions
from rl4real_data.targets import TARGETS
from rl4real_data.toolchain.clang import require_headers
from rl4real_data.compiler import prepare_compilation
from rl4real_data.workdir import WorkDir, open_workdir, refuse_foreign

README_NAME = "README.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run did; `plan` alone is there for a dry run."""

    plan: Plan
    index: DatasetIndex | None = None
    failed: tuple[Entry, ...] = ()
    compiled: int = 0
    was_finished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """How a run speaks to whoever watches it; all of it is for stderr."""

    say: Callable[[str], None]
    show_bar: bool = False
    fetch_progress: Progress = ignore_progress


def run_flow(settings: RunSettings, console: Console, *, flow: Flow = FLOW) -> RunReport:
    """Makes the split `settings` asks for. Raises an error of `rl4real_data.errors` when it cannot even start."""
    refuse_foreign(settings.data_dir)
    recipe = load_recipe(settings.target, mir=settings.mir)
    compilation, registers = prepare_compilation(settings, recipe, announce=console.say)
    corpora = resolve(
        settings.corpora, cache=settings.cache_dir, mirror=settings.mirror, progress=console.fetch_progress
    )
    with open_workdir(settings.data_dir) as work:
        _refuse_other_dataset(work, settings, recipe)
        plan = _plan(settings, corpora, compilation, work, flow)
        _refuse_shrinking(work, settings, plan)
        compiled = _compile(plan, settings, console, flow)
        entries = entries_of(plan, {**plan.ready, **compiled})
        index = _pack(work, settings, compilation, registers, corpora, entries, flow, console)
        failed = tuple(entry for entry in entries if entry.part.failure)
        finished = not compiled and index is None
        return RunReport(
            plan=plan,
            index=index or work.index(),
            failed=failed,
            compiled=len(compiled),
            was_finished=finished,
        )


def plan_flow(settings: RunSettings, console: Console, *, flow: Flow = FLOW) -> RunReport:
    """What `run_flow` would do (a dry run): fetches the corpora and looks, but compiles and writes no dataset."""
    refuse_foreign(settings.data_dir)
    recipe = load_recipe(settings.target, mir=settings.mir)
    compilation, _ = prepare_compilation(settings, recipe, announce=console.say)
    corpora = resolve(
        settings.corpora, cache=settings.cache_dir, mirror=settings.mirror, progress=console.fetch_progress
    )
    work = WorkDir(data_dir=settings.data_dir.absolute())
    _refuse_other_dataset(work, settings, recipe)
    return RunReport(plan=_plan(settings, corpora, compilation, work, flow))


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
    )


def _compile(plan: Plan, settings: RunSettings, console: Console, flow: Flow) -> Mapping[str, Part]:
    jobs = plan.to_compile
    if not jobs:
        return {}
    compilation = jobs[0].compilation
    libc, libcxx = needs_headers(jobs)
    if libc:
        require_headers(compilation.clang, compilation.target, cxx=libcxx)
    results = run_jobs(jobs, flow.modules, workers=settings.jobs, show_bar=console.show_bar)
    return {job.key: part for job, part in results}


def _refuse_other_dataset(work: WorkDir, settings: RunSettings, recipe: Recipe) -> None:
    """DatasetError when the DATA_DIR holds episodes made another way: mixing them would be silent nonsense."""
    index = work.index()
    if index is None:
        return
    wanted = {"target": settings.target.value, "model": settings.model.value, **_flat(recipe.as_dict())}
    found = {"target": index.target, "model": index.model, **_flat(index.recipe)}
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
    asked = {(job.module.corpus, str(job.module.path)) for job in plan.jobs}
    lost = sorted(recorded_modules(work.data_dir, settings.split) - asked)
    if lost:
        raise DatasetError(
            f"{work.data_dir}: its {settings.split.value} split holds {len(lost)} modules that this run leaves out "
            f"(the first: {lost[0][0]}/{lost[0][1]})",
            hint="name all of its corpora, choose another --data-dir, or say --replace",
        )


def _pack(
    work: WorkDir,
    settings: RunSettings,
    compilation: Compilation,
    registers: Mapping[str, Any],
    corpora: tuple[Corpus, ...],
    entries: tuple[Entry, ...],
    flow: Flow,
    console: Console,
) -> DatasetIndex | None:
    """Publishes the dataset; None if it is there already, byte for byte."""
    old = work.index()
    fingerprint = _fingerprint(work, settings.split, entries, compilation, flow)
    if old is not None and _is_current(work, old, settings.split, fingerprint):
        return None
    console.say("packing")
    recipe = compilation.recipe
    other = other_of(settings.split)
    has_other = old is not None and other.value in old.splits
    train: frozenset[str] = frozenset()
    if settings.split is Split.TEST and has_other and old is not None:
        train = frozenset(row[0] for row in content_hashes(work.data_dir, shards_of(old, other)))
    filters = recipe.filters if settings.split is Split.TRAIN else None
    selection = select_functions(entries, filters=filters, train_hashes=train)
    rest = None
    if has_other and old is not None:
        hashes = frozenset(selection.content_hashes) if settings.split is Split.TRAIN else frozenset[str]()
        rest = remainder(work.data_dir, old, other, train_hashes=hashes)
    draft = _first_draft(work, settings, compilation, registers, selection, rest)
    for stage in flow.dataset:
        draft = stage.run(draft)
    index = _finish(draft, settings, compilation, _books(corpora, selection), rest)
    work.publish(index, states={settings.split.value: fingerprint})
    return index


def _first_draft(
    work: WorkDir,
    settings: RunSettings,
    compilation: Compilation,
    registers: Mapping[str, Any],
    selection: Selection,
    rest: Remainder | None,
) -> Draft:
    identity = {
        "target": settings.target.value,
        "cpu": compilation.recipe.cpu,
        "opt_level": compilation.recipe.opt_level,
        "allocator": compilation.model.allocator,
        "llvm_version": compilation.clang.version,
    }
    return Draft(
        folder=work.next,
        parts=work.parts,
        split=settings.split,
        recipe=compilation.recipe,
        selection=selection,
        identity=identity,
        footer={**identity, "recipe": json.dumps(compilation.recipe.as_dict(), sort_keys=True), **_toolchain(compilation)},
        register_table=register_table(settings.target.value, registers),
        other=rest.shards if rest else None,
        files={},
    )


def _finish(
    draft: Draft, settings: RunSettings, compilation: Compilation, books: SplitBooks, rest: Remainder | None
) -> DatasetIndex:
    """Writes the module table and the card, and makes the index of all files."""
    rows = [(draft.split.value, module_rows(draft.split, draft.selection))]
    splits = {draft.split.value: books}
    if rest is not None:
        rows.append((rest.shards.split.value, rest.module_rows))
        splits[rest.shards.split.value] = rest.books
    table = pa.concat_tables([part for _, part in sorted(rows, key=lambda row: row[0], reverse=True)])
    path = draft.folder / MODULES_NAME
    modules = write_table(path, table, MODULES, compression_level=draft.recipe.compression_level)
    index = DatasetIndex(
        target=settings.target.value,
        model=settings.model.value,
        recipe=draft.recipe.as_dict(),
        toolchain=_toolchain(compilation),
        splits=splits,
        files={**draft.files, MODULES_NAME: modules},
        generator=f"rl4real-data {__version__}",
    )
    card = draft.folder / README_NAME
    card.write_text(dataset_card(index), encoding="utf-8")
    return replace(index, files={**index.files, README_NAME: file_entry(card, rows=0)})


def _books(corpora: tuple[Corpus, ...], selection: Selection) -> SplitBooks:
    counts = Counter(selected.entry.module.corpus for selected in selection.modules)
    failures = Counter(
        selected.entry.part.failure.kind.value for selected in selection.modules if selected.entry.part.failure
    )
    failed = sum(failures.values())
    return SplitBooks(
        corpora=tuple(
            CorpusEntry(name=corpus.name, license=corpus.license, modules=counts[corpus.name])
            for corpus in sorted(corpora, key=lambda corpus: corpus.name)
            if counts[corpus.name]
        ),
        modules=len(selection.modules),
        modules_done=len(selection.modules) - failed,
        modules_failed=failed,
        failures=dict(sorted(failures.items())),
        functions=selection.functions,
        episodes=selection.episodes,
        filtered=selection.filtered,
        duplicates=selection.duplicates,
    )


def _toolchain(compilation: Compilation) -> dict[str, str]:
    return {
        "llvm_version": compilation.clang.version,
        "clang": compilation.clang.banner,
        "plugin": compilation.plugin.source_hash if compilation.plugin else "none: the compiler has the flags itself",
    }


def _fingerprint(
    work: WorkDir, split: Split, entries: tuple[Entry, ...], compilation: Compilation, flow: Flow
) -> str:
    """Hash of all that the split's files depend on."""
    other_state = work.state_path(other_of(split).value)
    depends_on = other_state.read_text() if split is Split.TEST and other_state.exists() else ""
    rows = [
        (entry.module.corpus, str(entry.module.path), entry.module.license, entry.part.key, entry.part.headers)
        for entry in entries
    ]
    parts = (
        __version__,
        flow.dataset_versions(),
        compilation.recipe.as_dict(),
        TARGETS[compilation.target.name].name,
        _toolchain(compilation),
        rows,
        depends_on,
    )
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _is_current(work: WorkDir, index: DatasetIndex, split: Split, fingerprint: str) -> bool:
    state = work.state_path(split.value)
    if split.value not in index.splits or not state.exists() or state.read_text() != fingerprint:
        return False
    for name, entry in index.files.items():
        path = work.data_dir / name
        if not path.is_file() or path.stat().st_size != entry.size:
            return False
    return True


def check_share(settings: RunSettings, report: RunReport) -> float:
    """Share of the modules that failed."""
    if settings.limit is not None and settings.limit < 1:
        raise UsageError("--limit must be 1 or more")
    return len(report.failed) / max(1, len(report.plan.jobs))
