"""What `rl4real-data corpus export` does and shows: corpora in the form of other projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tqdm import tqdm

from rl4real_data.commands.flow import fetch_progress, say
from rl4real_data.core.allocators import MODELS, ExportFormat, ModelName
from rl4real_data.core.environment import Environment
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.resolve import Skipped, resolve_available
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.export.mlgo import Exported, export_mlgo
from rl4real_data.flow.plan import modules_of
from rl4real_data.flow.settings import DEFAULT_MAX_FAILED, DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_S
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.clang import discover_clang
from rl4real_data.toolchain.process import Limits

_FAILURES_SHOWN: Final = 5
_EXPORTERS: Final = {ExportFormat.MLGO: export_mlgo}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """`words` are those that `--corpus` takes; `folder` must be new."""

    words: tuple[str, ...]
    folder: Path
    form: ExportFormat
    target: TargetName
    jobs: int
    mirror: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSummary:
    """The closing words of an export."""

    exported: Exported
    skipped: Sequence[Skipped]

    @property
    def is_over_limit(self) -> bool:
        """True if less came out than was asked for: a corpus that cannot be had, or too many failed modules."""
        undeclared = [skipped for skipped in self.skipped if not skipped.is_declared]
        share = len(self.exported.failed) / (self.exported.modules + len(self.exported.failed))
        return bool(undeclared) or share > DEFAULT_MAX_FAILED

    @property
    def text(self) -> str:
        failed = self.exported.failed
        lines = [f"{self.exported.modules} modules, {len(failed)} failed"]
        lines += [f"  failed  {m.corpus}/{m.name}: {failure.reason}" for m, failure in failed[:_FAILURES_SHOWN]]
        lines += [f"  and {len(failed) - _FAILURES_SHOWN} more"] if len(failed) > _FAILURES_SHOWN else []
        return "\n".join(lines)


def export(request: ExportRequest, environment: Environment, *, show_bar: bool) -> ExportSummary:
    """Fetches the corpora and writes them to the folder."""
    clang = discover_clang(build_dir=environment.build_dir, search_path=environment.search_path)
    with fetch_progress(show_bar) as progress:
        mirror = request.mirror or environment.mirror
        supply = Supply.of(environment, mirror=mirror, jobs=request.jobs, progress=progress, say=say)
        found = resolve_available(request.words, supply, target=request.target)
    for skipped in found.skipped:
        say(f"skipped: {skipped.reason}")
    compilation = Compilation(
        clang=clang,
        plugin=None,  # nothing is recorded
        target=TARGETS[request.target],
        model=MODELS[ModelName.MLRA],
        recipe=load_recipe(request.target),
        limits=Limits(timeout_s=DEFAULT_TIMEOUT_S, memory_bytes=DEFAULT_MEMORY_MB << 20),
    )
    modules = modules_of(found.corpora, None)
    with tqdm(total=len(modules), unit="module", disable=not show_bar) as bar:
        exported = _EXPORTERS[request.form](
            modules, compilation, request.folder, jobs=request.jobs, progress=lambda done, _: bar.update(done - bar.n)
        )
    return ExportSummary(exported=exported, skipped=found.skipped)
