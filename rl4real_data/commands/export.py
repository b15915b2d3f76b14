"""The command `rl4real-data export`.

A dataset in the form of another project.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from rl4real_data.commands.console import work_progress, write_note, write_path
from rl4real_data.core.counted import counted, noun
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import UsageError
from rl4real_data.core.split import Split
from rl4real_data.export.exporters import EXPORTERS, ExportFormat, Needs, choose_exporter
from rl4real_data.mlgo_training.checkpoints import is_task_checkpoint

if TYPE_CHECKING:
    from rl4real_data.export.rl4real import Exported
    from rl4real_data.export.rllib import RllibSummary

_FORMS: Final = "; ".join(
    [f"{row.format}: {row.writes}" for row in EXPORTERS.values() if row.needs is Needs.DATASET]
    + ["mlgo: a dataset of `trace` as the trace file that MLGO's trainers read"]
)


def export_dataset(
    to: Annotated[ExportFormat, typer.Option("--to", help=_FORMS)],
    data_dir: Annotated[
        Path | None,
        typer.Argument(
            metavar="DATA_DIR",
            help="Folder of a dataset; with --to onnx a checkpoint of `train`. [--to onnx: MODEL_PATH]",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Argument(
            metavar="OUT",
            help="New folder; with --to mlgo a new file, of a checkpoint of --task FILE.onnx. [--to onnx: MODEL_DIR]",
            show_default=False,
        ),
    ] = None,
    split: Annotated[Split | None, typer.Option(help="Split to export. [train, if there is one]")] = None,
    sources: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[CORPUS=]FOLDER",
            help="rl4real: where a corpus's files lie, which the fork's scripts compile; may repeat.",
        ),
    ] = None,
    max_nodes: Annotated[
        int | None, typer.Option(min=1, help="rllib: leave out functions with more nodes. [128]")
    ] = None,
    max_uses: Annotated[
        int | None, typer.Option(min=1, help="rllib: use points that the split policy sees. [200]")
    ] = None,
    vectors: Annotated[
        bool | None, typer.Option("--vectors/--no-vectors", help="rllib: the node's vector in each row. [vectors]")
    ] = None,
) -> None:
    """Write a dataset as the RL4ReAl fork's training scripts read it, or for RLlib; or a checkpoint as ONNX models."""
    sizes: dict[str, Any] = {"max_nodes": max_nodes, "max_uses": max_uses, "vectors": vectors}
    sizes = {name: value for name, value in sizes.items() if value is not None}
    given = [f"--{name.replace('_', '-')}" for name in sizes] + (["--sources"] if sources else [])
    data_dir, output = _places(to, data_dir, output)
    if to is ExportFormat.MLGO:
        write_note(_export_traces(data_dir, output, given=[*given, *(["--split"] if split else [])]))
        write_path(output)
        return
    choose_exporter(to, needs=Needs.DATASET, given=given)
    if to is ExportFormat.ONNX and is_task_checkpoint(data_dir):
        text, output = _export_task(data_dir, output, split=split)
    elif to is ExportFormat.ONNX:
        text = _export_onnx(data_dir, output, split=split)
    elif to is ExportFormat.RL4REAL:
        text = _export_rl4real(data_dir, output, split=split, sources=sources or [])
    else:
        from rl4real_data.export.rllib import RllibRequest, export_rllib

        request = RllibRequest(data_dir=str(data_dir), output=output, split=(split or Split.TRAIN).value, **sizes)
        with work_progress("exporting", "function") as watch:
            summary = export_rllib(request, progress=watch)
        text = _rllib_text(summary)
    write_note(text)
    write_path(output)


def _places(to: ExportFormat, data_dir: Path | None, output: Path | None) -> tuple[Path, Path]:
    """From where, and to where. RL4ReAl's `.env` names both for a checkpoint. UsageError for what nothing names."""
    environment, is_checkpoint = load_environment(), to is ExportFormat.ONNX
    data_dir = data_dir or (environment.model_path if is_checkpoint else None)
    output = output or (environment.model_dir if is_checkpoint else None)
    if data_dir is None or output is None:
        missing = ("DATA_DIR", "MODEL_PATH") if data_dir is None else ("OUT", "MODEL_DIR")
        instead = f", nor is {missing[1]} set" if is_checkpoint else ""
        raise UsageError(
            f"{missing[0]} is missing{instead}", hint=f"rl4real-data export DATA_DIR OUT --to {to}; see --help"
        )
    return data_dir, output


def _export_traces(data_dir: Path, output: Path, *, given: list[str]) -> str:
    from rl4real_data.mlgo.trace_export import LEAST_STEPS, write_trace_file
    from rl4real_data.traces.dataset import TraceDataset

    if given:
        raise UsageError(f"{', '.join(given)}: no option of --to mlgo", hint="leave it out")
    dataset = TraceDataset(data_dir)
    with work_progress("exporting", "trajectory", "trajectories") as watch:
        told = write_trace_file(dataset.task, dataset, output, progress=lambda done: watch(done, len(dataset)))
    lines = [f"{told.trajectories:,} trajectories of {dataset.task}, {counted(told.steps, 'decision')}"]
    if told.too_short:
        lines.append(f"  MLGO's reader skips {told.too_short:,} of them: they have fewer than {LEAST_STEPS} decisions")
    return "\n".join(lines)


def _export_task(checkpoint: Path, output: Path, *, split: Split | None) -> tuple[str, Path]:
    """The words, and the file: one in a folder has the task's name."""
    from rl4real_data.mlgo_training.checkpoints import read_task_checkpoint
    from rl4real_data.mlgo_training.onnx_file import export_task_policy

    _refuse_split(split)
    if output.suffix != ".onnx":
        output = output / f"{read_task_checkpoint(checkpoint).task}.onnx"
    task = export_task_policy(checkpoint, output)
    return f"{output}: use it with  rl4real-data trace {task} x86 --policy {output}", output


def _refuse_split(split: Split | None) -> None:
    if split is not None:
        raise UsageError("--split: no option of --to onnx", hint="leave it out: a checkpoint has no splits")


def _export_onnx(checkpoint: Path, output: Path, *, split: Split | None) -> str:
    from rl4real_data.training.onnx_agents import export_agents

    _refuse_split(split)
    export_agents(checkpoint, output)
    return f"{output}: use it with  rl4real-data compile --policy {output} -- clang-22 -O3 -c file.c"


def _export_rl4real(data_dir: Path, output: Path, *, split: Split | None, sources: list[str]) -> str:
    from rl4real_data.export.rl4real import ForkExport, export_rl4real, parse_sources

    request = ForkExport(
        data_dir=data_dir, folder=output, split=split.value if split else None, sources=parse_sources(sources)
    )
    with work_progress("exporting", "function") as watch:
        exported = export_rl4real(request, progress=watch)
    return _rl4real_text(output, exported)


def _rl4real_text(folder: Path, exported: Exported) -> str:
    from rl4real_data.export.rl4real import GRAPHS, LARGE_GRAPHS, MAX_NODES
    from rl4real_data.rl4real_fork.formats.config import CONFIG

    lines = [
        f"{folder}: {counted(exported.graphs - exported.large, 'graph')} of {exported.split} in {GRAPHS}, "
        f"CONFIG_DIR is {folder / CONFIG}"
    ]
    if exported.large:
        lines.append(
            f"  {exported.large:,} more in {LARGE_GRAPHS}: with their physical nodes they have more than {MAX_NODES}, "
            "for which the fork's environment needs a larger max_number_nodes"
        )
    lines += [f"  left out {count:,}: {reason}" for reason, count in exported.left_out.items()]
    if exported.without_vectors:
        lines.append("  the dataset has no vectors: those of the graphs are 0 (see `rl4real-data embed`)")
    return "\n".join(lines)


def _rllib_text(summary: RllibSummary) -> str:
    lines = [f"{counted(summary.functions, 'function')} replayed"]
    lines += [f"  {policy.value:<12} {count:>9} {noun(count, 'transition')}" for policy, count in summary.rows.items()]
    lines += [f"  left out: {count} {reason}" for reason, count in summary.left_out.items()]
    return "\n".join(lines)
