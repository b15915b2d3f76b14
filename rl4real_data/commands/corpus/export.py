"""The command `rl4real-data corpus export`.

Corpora in the form of another project.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rl4real_data.commands.completion import complete_corpora
from rl4real_data.commands.console import fetch_progress, say, work_progress, write_note, write_path
from rl4real_data.commands.options import DEFAULT_MAX_FAILED, DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_S, Jobs, Mirror
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import TooManyFailures
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.export.exporters import EXPORTERS, ExportFormat, Needs, choose_exporter

if TYPE_CHECKING:
    from rl4real_data.corpus.module import Corpus
    from rl4real_data.corpus.resolve import Skipped
    from rl4real_data.export.mlgo import Exported
    from rl4real_data.stages.job import Compilation

_FAILURES_SHOWN: Final = 5
_FORMS: Final = "; ".join(f"{row.format}: {row.writes}" for row in EXPORTERS.values() if row.needs is Needs.CORPORA)


def export(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME...", help="What `flow --corpus` takes.", autocompletion=complete_corpora),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="New folder for the exported corpus.")],
    to: Annotated[ExportFormat, typer.Option("--to", help=_FORMS)] = ExportFormat.MLGO,
    target: Annotated[TargetName, typer.Option(help="Target to compile for.")] = TargetName.X86,
    jobs: Jobs = None,
    mirror: Mirror = None,
) -> None:
    """Write corpora as MLGO's tools read them: bitcode from before optimisation, and clang's arguments."""
    from rl4real_data.commands.corpus.supply import supply_of
    from rl4real_data.corpus.resolve import resolve_available

    choose_exporter(to, needs=Needs.CORPORA, given=())
    environment = load_environment()
    jobs = jobs or environment.jobs
    compilation = _compilation(target)
    with fetch_progress() as progress:
        supply = supply_of(environment, mirror=mirror, progress=progress, jobs=jobs)
        found = resolve_available(names, supply, target=target)
    for skipped in found.skipped:
        say(f"skipped: {skipped.reason}")
    reasons = Counter(module.left_out for corpus in found.corpora for module in corpus.modules if module.left_out)
    for reason, count in sorted(reasons.items()):
        say(f"left out: {counted(count, 'module')}: {reason}")
    exported = _write(found.corpora, compilation, output, jobs=jobs)
    write_note(_text(exported))
    write_path(output)
    if _is_less_than_asked(exported, found.skipped):
        raise TooManyFailures(f"{output}: less than asked", hint="the folder holds the rest")


def _compilation(target: TargetName) -> Compilation:
    from rl4real_data.core.recipe import load_recipe
    from rl4real_data.stages.job import Compilation
    from rl4real_data.toolchain.installation import Installation
    from rl4real_data.toolchain.process import Limits

    return Compilation(
        clang=Installation.of(load_environment()).clang(),
        plugin=None,  # nothing is recorded
        target=TARGETS[target],
        allocator=ALLOCATORS[AllocatorName.MLRA],
        recipe=load_recipe(target),
        limits=Limits(timeout_s=DEFAULT_TIMEOUT_S, memory_bytes=DEFAULT_MEMORY_MB << 20),
    )


def _write(corpora: Sequence[Corpus], compilation: Compilation, output: Path, *, jobs: int) -> Exported:
    from rl4real_data.corpus.flags.acceptance import Inquiry, accept_corpora
    from rl4real_data.corpus.module import modules_of
    from rl4real_data.export.mlgo import export_mlgo

    inquiry = Inquiry(clang=compilation.clang, target=compilation.target)
    accepted, notes = accept_corpora(corpora, inquiry, jobs=jobs)
    for note in notes:
        say(note)
    modules = tuple(module for module in modules_of(accepted) if not module.left_out)
    with work_progress("exporting", "module") as watch:
        return export_mlgo(modules, compilation, output, jobs=jobs, progress=watch)


def _is_less_than_asked(exported: Exported, skipped: Sequence[Skipped]) -> bool:
    """A corpus could not be had, or too many modules failed."""
    undeclared = [corpus for corpus in skipped if not corpus.is_declared]
    share = len(exported.failed) / (exported.modules + len(exported.failed))
    return bool(undeclared) or share > DEFAULT_MAX_FAILED


def _text(exported: Exported) -> str:
    failed = exported.failed
    lines = [f"{counted(exported.modules, 'module')}, {len(failed)} failed"]
    lines += [f"  failed  {m.corpus}/{m.name}: {failure.reason}" for m, failure in failed[:_FAILURES_SHOWN]]
    lines += [f"  and {len(failed) - _FAILURES_SHOWN} more"] if len(failed) > _FAILURES_SHOWN else []
    return "\n".join(lines)
