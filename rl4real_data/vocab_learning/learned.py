"""A vocabulary learned from datasets, with its origin written into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from rl4real_data import __version__
from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.index import read_index
from rl4real_data.mir2vec.vocabulary import Vocabulary, make_vocabulary
from rl4real_data.vocab_learning.training import Kept, Trained, TrainingSettings, train
from rl4real_data.vocab_learning.triplets import CountedShapes, Triplets, count_shapes, make_triplets

_LIBRARIES: Final = ("torch", "torch_geometric")
_LOSS_DIGITS: Final = 5


def read_triplets(
    data_dirs: Sequence[Path], target: str, split: str, *, watch: Callable[[int, int], object]
) -> tuple[Triplets, list[CountedShapes]]:
    """Of all datasets together; `watch` is called with (episodes read, episodes in total).

    DatasetError for a dataset of another target.
    """
    all_books = [read_index(data_dir).splits.get(split) for data_dir in data_dirs]
    total = sum(books.episodes for books in all_books if books)
    done = 0

    def count(episodes: int) -> None:
        nonlocal done
        done += episodes
        watch(done, total)

    datasets = []
    for data_dir in data_dirs:
        interruption.check()
        dataset = count_shapes(data_dir, split, watch=count)
        if dataset.index.target != target:
            raise DatasetError(f"{data_dir}: a dataset for {dataset.index.target}, not for {target}")
        datasets.append(dataset)
    triplets = make_triplets(datasets)
    if not len(triplets.rows):
        raise DatasetError(f"{data_dirs[0]}: its functions give no triplets", hint="name a dataset of more functions")
    return triplets, datasets


def learn(
    triplets: Triplets,
    datasets: Sequence[CountedShapes],
    settings: TrainingSettings,
    *,
    target: str,
    command: str,
    keep: Vocabulary | None = None,
    checkpoint: Path,
    watch: Callable[[int, float], None],
) -> Vocabulary:
    """The vocabulary of the triplets' entities. `command` is what the user typed; it goes into the origin.

    `keep`: a vocabulary, all of whose entities are in the new one, with their vectors.
    """
    kept = _kept(triplets, keep) if keep else None
    trained = train(triplets, settings, kept=kept, checkpoint=checkpoint, watch=watch)
    learned = make_vocabulary(
        "the trained vocabulary",
        triplets.entities,
        trained.vectors,
        target=target,
        counts=triplets.occurrences.tolist(),
        origin=_origin(triplets, datasets, settings, trained, command),
    )
    return _joined(learned, keep) if keep else learned


def _joined(learned: Vocabulary, keep: Vocabulary) -> Vocabulary:
    """With the entities of `keep` that the datasets lack, and its origin."""
    known = set(learned.entities)
    lacking = [row for row, entity in enumerate(keep.entities) if entity not in known]
    entities = [*learned.entities, *(keep.entities[row] for row in lacking)]
    vectors = np.concatenate([learned.vectors, keep.vectors[lacking]])
    counts = np.concatenate([learned.counts, keep.counts[lacking]])
    order = sorted(range(len(entities)), key=lambda row: entities[row].sort_key)
    return make_vocabulary(
        "the trained vocabulary",
        tuple(entities[row] for row in order),
        vectors[order],
        target=learned.target,
        counts=counts[order].tolist(),
        origin={**learned.origin, "kept": {"entities": len(keep.entities), **keep.origin}},
    )


def _kept(triplets: Triplets, keep: Vocabulary) -> Kept:
    """Those of the triplets' entities that `keep` has."""
    row_of = {entity: row for row, entity in enumerate(keep.entities)}
    rows = [row for row, entity in enumerate(triplets.entities) if entity in row_of]
    vectors = keep.vectors[[row_of[triplets.entities[row]] for row in rows]]
    return Kept(rows=np.array(rows, np.int64), vectors=np.ascontiguousarray(vectors, np.float32))


def _origin(
    triplets: Triplets, datasets: Sequence[CountedShapes], settings: TrainingSettings, trained: Trained, command: str
) -> dict[str, Any]:
    indices = [dataset.index for dataset in datasets]
    books = [dataset.index.splits[dataset.split] for dataset in datasets]
    corpora = {corpus.name: corpus.license for one in books for corpus in one.corpora}
    return {
        "command": command,
        "corpora": dict(sorted(corpora.items())),
        "functions": triplets.functions,
        "triplets": len(triplets.rows),
        "llvm_version": sorted({index.toolchain.get("llvm_version", "") for index in indices}),
        "opt_level": sorted({str(index.recipe.get("opt_level")) for index in indices}),
        "cpu": sorted({str(index.recipe.get("cpu")) for index in indices}),
        "settings": asdict(settings),
        "losses": [round(loss, _LOSS_DIGITS) for loss in trained.losses],
        "made_with": {"rl4real-data": __version__, **{name: version(name) for name in _LIBRARIES}},
    }
