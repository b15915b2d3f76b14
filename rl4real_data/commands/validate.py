"""The command `rl4real-data validate`.

Whether a dataset is what it promises.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rl4real_data.commands.console import during, say, work_progress, write_json, write_result
from rl4real_data.commands.data_dir import takes_urls
from rl4real_data.commands.options import DataDir, Jobs, Json
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import UsageError, ValidationFailed
from rl4real_data.core.shown_text import shown

if TYPE_CHECKING:
    from rl4real_data.validation.label_replay import LabelReplay
    from rl4real_data.validation.replay import ReplayReport
    from rl4real_data.validation.report import ValidationReport

_SHOWN: Final = 20


@takes_urls()
def validate(
    data_dir: DataDir,
    replay: Annotated[
        bool,
        typer.Option("--replay", help="Feed every episode's MIR to llc, and carry labels out, expect the same again."),
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Replay only so many episodes, and the labels of as many, evenly spread.")
    ] = None,
    jobs: Jobs = None,
    as_json: Json = False,
) -> None:
    """Check a dataset: checksums, schemas, books, and the invariants of every episode."""
    from rl4real_data.validation.report import ValidationReport
    from rl4real_data.validation.whole_dataset import validate as validate_dataset

    if limit is not None and not replay:
        raise UsageError("--limit: says how many episodes are replayed", hint="add --replay, or leave it out")
    with during("checking"):
        findings = validate_dataset(data_dir)
    replayed, labels = _replay(data_dir, limit=limit, jobs=jobs) if replay else (None, None)
    report = ValidationReport(data_dir=data_dir, findings=findings, replay=replayed, labels=labels)
    if as_json:
        write_json(report.to_json())
    else:
        write_result(_text(report))
    if not report.ok:
        raise ValidationFailed(f"{data_dir}: {report.verdict}", hint=report.advice)


def _replay(data_dir: Path, *, limit: int | None, jobs: int | None) -> tuple[ReplayReport, LabelReplay | None]:
    """The episodes, and the labels of a dataset that has some."""
    from rl4real_data.labels.files import read_origins
    from rl4real_data.toolchain.installation import Installation
    from rl4real_data.validation.label_replay import replay_labels
    from rl4real_data.validation.replay import replay
    from rl4real_data.validation.replay_tool import find_label_tool, find_replay_tool

    environment = load_environment()
    installation, jobs = Installation.of(environment), jobs or environment.jobs
    tool = find_replay_tool(data_dir, installation, announce=say)
    with tempfile.TemporaryDirectory() as scratch, work_progress("replaying", "episode") as watch:
        episodes = replay(data_dir, tool, scratch=Path(scratch), jobs=jobs, limit=limit, progress=watch)
    if not read_origins(data_dir):
        return episodes, None
    compiler = find_label_tool(data_dir, installation, announce=say)
    with work_progress("replaying labels", "episode") as watch:
        return episodes, replay_labels(data_dir, compiler, jobs=jobs, limit=limit, progress=watch)


def _text(report: ValidationReport) -> str:
    lines = [str(finding) for finding in report.findings]
    lines.append(f"{report.data_dir}: {report.verdict or 'sound'}")
    if report.replay is not None:
        lines.append(
            f"replayed {counted(report.replay.total, 'episode')}: {report.replay.equal:,} the same "
            f"({report.replay.share_equal:.2%}), {len(report.replay.differing):,} differ, "
            f"{len(report.replay.refused):,} refused by llc"
        )
        for episode in (*report.replay.refused, *report.replay.differing)[:_SHOWN]:
            what = episode.reason or ", ".join(episode.columns)
            lines.append(shown(f"  {episode.module}: {episode.function}: {what}"))
    return "\n".join([*lines, *_label_lines(report.labels)])


def _label_lines(found: LabelReplay | None) -> list[str]:
    if found is None:
        return []
    rows = f"{counted(found.labels, 'label')} and {counted(found.candidates, 'candidate')}"
    head = f"carried out {rows} again: {found.share_equal:.2%} have the figures of their rows"
    return [head, *(shown(f"  {one.episode_id}: {one.row}: {one.what}") for one in found.differing[:_SHOWN])]
