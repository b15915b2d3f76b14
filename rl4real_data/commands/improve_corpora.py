"""The search of `rl4real-data improve --corpus`."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rl4real_data.commands.console import fetch_progress, say, work_progress, write_note, write_path
from rl4real_data.commands.options import DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_S
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import LessThanAsked, UsageError
from rl4real_data.core.targets import TargetName

if TYPE_CHECKING:
    from rl4real_data.core.environment import Environment
    from rl4real_data.corpus.module import Module
    from rl4real_data.improve.corpus_improving import ImprovedCorpora
    from rl4real_data.improve.function_search import SearchSettings
    from rl4real_data.improve.module_search import ModuleSearch
    from rl4real_data.stages.job import Compilation

_SHOWN: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CorporaToImprove:
    """What is searched, and where the decisions go."""

    words: tuple[str, ...]
    target: TargetName
    decisions: Path | None
    profile: Path | None
    take_all: bool
    limit: int | None


def improve_words(asked: CorporaToImprove, settings: SearchSettings, *, jobs: int | None) -> None:
    """Searches corpora and says what was gained. UsageError without a file for the decisions."""
    from rl4real_data.improve.corpus_improving import improve_corpora

    if asked.decisions is None:
        raise UsageError("--corpus: where shall the decisions go?", hint="--decisions FILE")
    environment = load_environment()
    jobs = jobs or environment.jobs
    modules, compilation = _modules(asked, environment, jobs=jobs)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch, work_progress("searching", "function") as watch:
        done = improve_corpora(
            modules,
            _search(asked, settings, modules, compilation, scratch=Path(scratch)),
            asked.decisions,
            limit=asked.limit,
            jobs=jobs,
            progress=watch,
        )
    write_note(_text(asked.decisions, done, seconds=time.monotonic() - begin))
    write_path(asked.decisions)
    if shortfall := _shortfall(asked, done):
        raise shortfall


def _modules(asked: CorporaToImprove, environment: Environment, *, jobs: int) -> tuple[tuple[Module, ...], Compilation]:
    """The modules on the disk, and the compiler that takes them."""
    from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
    from rl4real_data.core.recipe import load_recipe
    from rl4real_data.core.targets import TARGETS
    from rl4real_data.corpus.catalog import load_catalog
    from rl4real_data.corpus.module import modules_of
    from rl4real_data.corpus.sources.source import Supply
    from rl4real_data.flow.accepted_corpora import accepted_corpora
    from rl4real_data.flow.preparation import Recording, prepare_compilation
    from rl4real_data.toolchain.installation import Installation
    from rl4real_data.toolchain.process import Limits

    target = TARGETS[asked.target]
    recording = Recording(
        target=target,
        allocator=ALLOCATORS[AllocatorName.MLRA],
        recipe=load_recipe(asked.target),
        limits=Limits(timeout_s=DEFAULT_TIMEOUT_S, memory_bytes=DEFAULT_MEMORY_MB << 20),
    )
    compilation, _ = prepare_compilation(recording, Installation.of(environment), announce=say)
    with fetch_progress() as progress:
        supply = Supply.of(environment, jobs=jobs, progress=progress, say=say)
        found = accepted_corpora(
            asked.words,
            supply,
            catalog=load_catalog(),
            clang=compilation.clang,
            target=target,
            jobs=jobs,
            say=say,
        )
    return modules_of(found.corpora), compilation


def _search(
    asked: CorporaToImprove,
    settings: SearchSettings,
    modules: tuple[Module, ...],
    compilation: Compilation,
    *,
    scratch: Path,
) -> ModuleSearch:
    from rl4real_data.core.errors import ToolchainError
    from rl4real_data.improve.module_search import ModuleSearch
    from rl4real_data.live.trial import CompilerTool
    from rl4real_data.stages.interfaces import Interfaces
    from rl4real_data.toolchain.profile import read_profile

    if compilation.plugin is None:
        raise ToolchainError(
            f"{compilation.clang.path} is the RL4ReAl fork, which tries no candidates", hint="use a stock clang"
        )
    return ModuleSearch(
        compilation=compilation,
        tool=CompilerTool(clang=compilation.clang, plugin=compilation.plugin),
        settings=settings,
        interfaces=Interfaces(modules, scratch),
        profile=None if asked.profile is None else read_profile(asked.profile, compilation.clang),
        take_all=asked.take_all,
    )


def _text(file: Path, done: ImprovedCorpora, *, seconds: float) -> str:
    gain = done.gain
    share = gain.improved / gain.compared if gain.compared else 0.0
    lines = [
        f"{file}: {counted(done.functions, 'function')} of {counted(done.modules, 'module')} "
        f"({done.searched:,} searched now, {seconds:.1f} s)",
        f"  better     {gain.improved:,} of {gain.compared:,} ({share:.1%})",
        f"  best       {gain.geometric_mean:.4f} of greedy's, geometric mean",
    ]
    for place, (kind, count) in enumerate(gain.kinds.most_common(_SHOWN)):
        lines.append(f"  {'' if place else 'with':10} {count:,} {kind}")
    for reason, count in gain.reasons.most_common(_SHOWN):
        lines.append(f"  {'without':10} {count:,} {reason}")
    for name, reason in done.failures[:_SHOWN]:
        lines.append(f"  {'failed':10} {name}: {reason}")
    if len(done.failures) > _SHOWN:
        lines.append(f"  {'':10} and {len(done.failures) - _SHOWN:,} more")
    return "\n".join(lines)


def _shortfall(asked: CorporaToImprove, done: ImprovedCorpora) -> LessThanAsked | None:
    if done.failures:
        return LessThanAsked(
            f"{counted(len(done.failures), 'module')} of {done.modules:,} could not be searched, or not wholly",
            hint="greedy stands for what is missing; the same command tries it again",
        )
    if done.functions:
        return None
    what = "that the profile saw executed and " if asked.profile else ""
    return LessThanAsked(
        f"{', '.join(asked.words)}: no function {what}that greedy split or spilled",
        hint="add --all to search the others",
    )
