"""`rl4real-data vocab …`: parse, call the library, render."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from rl4real_data.core.environment import load_environment
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.module import Split

vocab_app = typer.Typer(help="Learn, see and judge MIR2Vec vocabularies.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="Vocabulary: Parquet, LLVM's JSON, text; or x86, aarch64.")]


@vocab_app.command("train")
def train(
    data_dirs: Annotated[list[Path], typer.Argument(metavar="DATA_DIR...", help="Datasets to learn from.")],
    target: Annotated[TargetName, typer.Option(help="Target of the datasets.")],
    split: Annotated[Split, typer.Option(help="Split to learn from; test keeps every function.")] = Split.TRAIN,
    dim: Annotated[int, typer.Option(min=1, max=4096, help="Dimensions of the vectors.")] = 100,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over all triplets.")] = 600,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same file.")] = 1,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="[vocab-TARGET-DIMd.parquet]")] = None,
    triplets: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="For OpenKE's files. [beside the output]")
    ] = None,
) -> None:
    """Learn vectors of opcodes and operands from the episodes of datasets (needs the extra `vocab`)."""
    from rl4real_data.commands import vocab_report as report

    output = output or Path(f"vocab-{target.value}-{dim}d.parquet")
    request = report.TrainRequest(
        data_dirs=tuple(data_dirs),
        target=target,
        split=split,
        dimension=dim,
        epochs=epochs,
        seed=seed,
        output=output,
        triplets=triplets or output.with_name(f"{output.stem}-triplets"),
        command=shlex.join(
            ["rl4real-data", "vocab", "train", *(path.absolute().name for path in data_dirs)]
            + [
                "--target",
                target.value,
                "--split",
                split.value,
                "--dim",
                str(dim),
                "--epochs",
                str(epochs),
                "--seed",
                str(seed),
            ]
        ),
    )
    print(report.train(request, show_bar=sys.stderr.isatty()), file=sys.stderr)
    print(output)


@vocab_app.command("info")
def info(
    file: File,
    data_dir: Annotated[
        Path | None, typer.Argument(metavar="[DATA_DIR]", help="Dataset to measure the coverage on.")
    ] = None,
    near: Annotated[str | None, typer.Option(metavar="OPCODE", help="Show its nearest neighbours.")] = None,
    as_json: Json = False,
) -> None:
    """Show what a vocabulary holds, where it comes from, and how much of a dataset it knows."""
    from rl4real_data.commands import vocab_report as report

    found = report.info(file, data_dir, near)
    print(json.dumps(found, indent=2) if as_json else report.info_text(found))


@vocab_app.command("evaluate")
def evaluate(
    file: File,
    data_dir: Annotated[Path, typer.Argument(metavar="DATA_DIR", help="Dataset whose opcodes are looked at.")],
    as_json: Json = False,
) -> None:
    """Measure how well a linear probe tells properties of opcodes from their vectors, against random vectors."""
    from rl4real_data.commands import vocab_report as report

    found = report.evaluate(file, data_dir, load_environment(), announce=_say)
    print(json.dumps(found, indent=2) if as_json else report.evaluation_text(found))


@vocab_app.command("convert")
def convert(
    file: File,
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="New file: .parquet, or .json for LLVM's tools.")],
) -> None:
    """Write a vocabulary in another form."""
    from rl4real_data.commands import vocab_report as report

    report.convert(file, output)
    print(output)


def _say(text: str) -> None:
    print(f"rl4real-data: {text}", file=sys.stderr)
