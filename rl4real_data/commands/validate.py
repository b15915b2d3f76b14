"""What `rl4real-data validate` does and shows."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, NoReturn

from tqdm import tqdm

from rl4real_data.commands.flow import say
from rl4real_data.core.allocators import MODELS, ModelName
from rl4real_data.core.environment import Environment
from rl4real_data.core.errors import ToolchainError
from rl4real_data.episodes.index import read_index
from rl4real_data.toolchain.clang import discover_clang
from rl4real_data.toolchain.plugin import ensure_plugin
from rl4real_data.validation.finding import Finding
from rl4real_data.validation.replay import ReplayReport, ReplayTool, replay
from rl4real_data.validation.whole_dataset import validate

REPLAY_SHARE: Final = 0.99
"""Share of episodes that must replay to the same. The rest meets differences that MIR text cannot carry: the order of
use lists (sums of float weights round otherwise) and the numbers of blocks, by which the allocator breaks ties."""

_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """What was found; `replay` only where it was asked for."""

    data_dir: Path
    findings: tuple[Finding, ...]
    replay: ReplayReport | None

    @property
    def replays(self) -> bool:
        return self.replay is None or self.replay.share_equal >= REPLAY_SHARE

    @property
    def ok(self) -> bool:
        return not self.findings and self.replays

    @property
    def verdict(self) -> str:
        found = [f"{len(self.findings)} findings"] if self.findings else []
        if self.replay is not None and not self.replays:
            found.append(f"only {self.replay.share_equal:.2%} of the episodes replay to the same")
        return " and ".join(found)

    @property
    def advice(self) -> str:
        if self.findings:
            return "a damaged file is made again by the `rl4real-data flow` command that made it, after deleting it"
        return "see the list above; the compiler must be the one that made the dataset"

    @property
    def text(self) -> str:
        lines = [str(finding) for finding in self.findings]
        lines.append(f"{self.data_dir}: {self.verdict or 'sound'}")
        if self.replay is not None:
            lines.append(
                f"replayed {self.replay.total:,} episodes: {self.replay.equal:,} the same "
                f"({self.replay.share_equal:.2%}), {len(self.replay.differing):,} differ, "
                f"{len(self.replay.refused):,} refused by llc"
            )
            for episode in (*self.replay.refused, *self.replay.differing)[:_SHOWN]:
                what = episode.reason or ", ".join(episode.columns)
                lines.append(f"  {episode.module}: {episode.function}: {what}")
        return "\n".join(lines)

    def to_json(self) -> str:
        replayed = self.replay.as_dict() if self.replay else None
        return json.dumps(
            {"ok": self.ok, "findings": [asdict(finding) for finding in self.findings], "replay": replayed}, indent=2
        )


def execute(
    data_dir: Path, environment: Environment, *, with_replay: bool, limit: int | None, jobs: int, show_bar: bool
) -> ValidationReport:
    """Validates the dataset, and replays its episodes if asked."""
    findings = validate(data_dir)
    replayed = _replay(data_dir, environment, limit=limit, jobs=jobs, show_bar=show_bar) if with_replay else None
    return ValidationReport(data_dir=data_dir, findings=findings, replay=replayed)


def _replay(data_dir: Path, environment: Environment, *, limit: int | None, jobs: int, show_bar: bool) -> ReplayReport:
    index = read_index(data_dir)
    clang = discover_clang(build_dir=environment.build_dir, search_path=environment.search_path)
    wanted = index.toolchain["llvm_version"]
    if clang.version != wanted:
        raise ToolchainError(
            f"{data_dir} was made with LLVM {wanted}, {clang.path} is {clang.version}",
            hint=f"set BUILD_DIR to an installation of LLVM {wanted}",
        )
    llc = clang.bin_dir / "llc"
    if not llc.is_file():
        raise ToolchainError(f"{llc} does not exist", hint=f"apt-get install llvm-{clang.major}")
    plugin = ensure_plugin(clang, cache_dir=environment.cache_dir, announce=say)
    model = MODELS[ModelName(index.model)]
    tool = ReplayTool(llc=llc, plugin=plugin.path, allocator=model.plugin_allocator)
    bar: tqdm[NoReturn] = tqdm(unit="episode", disable=not show_bar, file=sys.stderr)

    def progress(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    with tempfile.TemporaryDirectory() as scratch, bar:
        return replay(data_dir, tool, scratch=Path(scratch), jobs=jobs, limit=limit, progress=progress)
