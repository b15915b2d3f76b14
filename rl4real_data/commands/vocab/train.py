"""The command `rl4real-data vocab train`.

A vocabulary learned from datasets.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rl4real_data.commands.completion import complete_vocabularies
from rl4real_data.commands.console import work_progress, write_note, write_path
from rl4real_data.commands.vocab.loss_curve import loss_curve
from rl4real_data.core.counted import counted
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TargetName

if TYPE_CHECKING:
    from rl4real_data.mir2vec.vocabulary import Vocabulary
    from rl4real_data.vocab_learning.training import TrainingSettings
    from rl4real_data.vocab_learning.triplets import CountedShapes, Triplets


def train(
    data_dirs: Annotated[list[Path], typer.Argument(metavar="DATA_DIR...", help="Datasets to learn from.")],
    target: Annotated[TargetName, typer.Option(help="Target of the datasets.")],
    split: Annotated[Split, typer.Option(help="Split to learn from; test keeps every function.")] = Split.TRAIN,
    dim: Annotated[int, typer.Option(min=1, max=4096, help="Dimensions of the vectors.")] = 100,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over all triplets.")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same file.")] = 1,
    keep: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Vocabulary whose entities keep their vectors; new ones are learned beside them.",
            autocompletion=complete_vocabularies,
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="[vocab-TARGET-DIMd.parquet]")] = None,
    triplets: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="For OpenKE's files. [beside the output]")
    ] = None,
) -> None:
    """Learn vectors of opcodes and operands from the episodes of datasets (needs the extra `vocab`)."""
    from rl4real_data.mir2vec.vocabulary_file import write_vocabulary
    from rl4real_data.vocab_learning.openke import write_openke
    from rl4real_data.vocab_learning.training import TrainingSettings

    output = output or Path(f"vocab-{target.value}-{dim}d.parquet")
    triplets = triplets or output.with_name(f"{output.stem}-triplets")
    kept = _read_kept(keep, target, dim) if keep else None
    found, datasets = _read(data_dirs, target, split)
    write_openke(triplets, found)
    checkpoint = output.with_name(f".{output.name}.checkpoint")
    settings = TrainingSettings(dimension=dim, epochs=epochs, seed=seed)
    command = _command(data_dirs, target, split, settings, keep)
    vocabulary = _learn(found, datasets, settings, target=target, command=command, keep=kept, checkpoint=checkpoint)
    write_vocabulary(output, vocabulary)
    checkpoint.unlink(missing_ok=True)
    write_note(
        f"{counted(len(vocabulary.entities), 'entity', 'entities')} from {counted(len(found.rows), 'triplet')} "
        f"of {counted(found.functions, 'function')}\n"
        f"loss {loss_curve(vocabulary.origin['losses'])}\ntriplets in {triplets}"
    )
    write_path(output)


def _read_kept(word: str, target: TargetName, dim: int) -> Vocabulary:
    from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, vocabulary_path

    vocabulary = read_vocabulary(vocabulary_path(word))
    vocabulary.require(target=target.value, dimension=dim, name=word)
    return vocabulary


def _read(data_dirs: Sequence[Path], target: TargetName, split: Split) -> tuple[Triplets, list[CountedShapes]]:
    from rl4real_data.vocab_learning.learned import read_triplets

    with work_progress("reading", "episode") as watch:
        return read_triplets(tuple(data_dirs), target.value, split.value, watch=watch)


def _learn(
    triplets: Triplets,
    datasets: list[CountedShapes],
    settings: TrainingSettings,
    *,
    target: TargetName,
    command: str,
    keep: Vocabulary | None,
    checkpoint: Path,
) -> Vocabulary:
    """A killed run is resumed by the same call."""
    from rl4real_data.vocab_learning.learned import learn

    with work_progress("training", "epoch") as show:

        def watch(epoch: int, loss: float) -> None:
            show(epoch, settings.epochs, f"loss {loss:.4f}")

        return learn(
            triplets,
            datasets,
            settings,
            target=target.value,
            command=command,
            keep=keep,
            checkpoint=checkpoint,
            watch=watch,
        )


def _command(
    data_dirs: Sequence[Path], target: TargetName, split: Split, settings: TrainingSettings, keep: str | None
) -> str:
    """The command line as the vocabulary's origin tells it, without paths of this machine."""
    options = {
        "--target": target.value,
        "--split": split.value,
        "--dim": settings.dimension,
        "--epochs": settings.epochs,
        "--seed": settings.seed,
        **({"--keep": Path(keep).name} if keep else {}),
    }
    names = [path.absolute().name for path in data_dirs]
    words = [word for name, value in options.items() for word in (name, str(value))]
    return shlex.join(["rl4real-data", "vocab", "train", *names, *words])
