"""The packing of a run's parts into a published dataset.

The dataset stages, the books, the index.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

import pyarrow as pa

from rl4real_data import __version__
from rl4real_data.core import interruption
from rl4real_data.core.json_hash import sha256_of_json
from rl4real_data.core.split import Split
from rl4real_data.episodes.card import with_card
from rl4real_data.episodes.comparison import differences, require_listed
from rl4real_data.episodes.croissant import with_croissant
from rl4real_data.episodes.file_names import MODULES_NAME, SHARDS
from rl4real_data.episodes.footer import belonging
from rl4real_data.episodes.index import DatasetIndex, SplitBooks
from rl4real_data.episodes.register_tables import register_tables
from rl4real_data.episodes.schema import MODULES
from rl4real_data.episodes.writer import write_tables
from rl4real_data.flow.books import books_of
from rl4real_data.flow.choice import Choice, Prepared, choice_of
from rl4real_data.flow.kept_labels import keep_labels
from rl4real_data.flow.packing_order import PackingOrder
from rl4real_data.flow.pipeline import Flow
from rl4real_data.flow.splits import content_hashes, files_of, other_of, remainder
from rl4real_data.flow.working_folder import WorkDir
from rl4real_data.mir2vec.coverage import Coverage
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.stages.draft import Draft
from rl4real_data.stages.selection import select_functions

_ROWS_AT_ONCE: Final = 1024


def vocabulary_entry(vocabulary: Vocabulary | None, coverage: Coverage | None) -> dict[str, Any] | None:
    """What `dataset.json` says of the vocabulary; None for a dataset without vectors."""
    if vocabulary is None or coverage is None:
        return None
    head = {"sha256": vocabulary.digest, "target": vocabulary.target, "entities": len(vocabulary.entities)}
    return {**head, "dimension": vocabulary.dimension, "coverage": coverage.to_json()}


def is_packed(work: WorkDir, order: PackingOrder, flow: Flow) -> bool:
    """Whether the dataset is there already, byte for byte."""
    index = work.index()
    if index is None or order.split.value not in index.splits:
        return False
    if work.state(order.split.value) != _fingerprint(work, order, flow):
        return False
    return not differences(work.data_dir, index)


class Packer(Protocol):
    """What makes a dataset of a run's parts."""

    def __call__(
        self, work: WorkDir, order: PackingOrder, flow: Flow, *, say: Callable[[str], None]
    ) -> DatasetIndex: ...


def pack_dataset(
    work: WorkDir,
    order: PackingOrder,
    flow: Flow,
    *,
    say: Callable[[str], None] = lambda _: None,
    prepare: Callable[[WorkDir, PackingOrder, Flow], Prepared] | None = None,
) -> DatasetIndex:
    """Runs the dataset stages and publishes what they made; `say` hears which labels cannot be kept.

    `prepare` chooses the functions; None: in memory.
    """
    fingerprint = _fingerprint(work, order, flow)
    prepared = (prepare or _prepare)(work, order, flow)
    draft = _first_draft(work, order, prepared)
    for stage in prepared.flow.dataset:
        interruption.check()
        draft = stage.run(draft)
    index = keep_labels(work, _finish(draft, order, prepared), say)
    index = with_croissant(with_card(index, draft.folder), draft.folder)
    interruption.check()
    work.publish(index, states={order.split.value: fingerprint})
    return index


def other_index(work: WorkDir, split: Split) -> DatasetIndex | None:
    """The index of the dataset as it is, if it has the split that the run does not make."""
    old, other = work.index(), other_of(split)
    if old is None or other.value not in old.splits:
        return None
    require_listed(work.data_dir, old, files_of(old, other))
    return old


def _prepare(work: WorkDir, order: PackingOrder, flow: Flow) -> Prepared:
    """This split's functions, and what stays of the other split beside them."""
    old, other = other_index(work, order.split), other_of(order.split)
    is_train = order.split is Split.TRAIN
    train: frozenset[str] = frozenset()
    if old is not None and not is_train:
        train = frozenset(row[0] for row in content_hashes(work.data_dir, old, other))
    filters = order.compilation.recipe.filters if is_train else None
    selection = select_functions(order.entries, filters=filters, train_hashes=train)
    taken = frozenset(selection.content_hashes) if is_train else frozenset[str]()
    rest = None if old is None else remainder(work.data_dir, old, other, train_hashes=taken)
    return Prepared(choice=choice_of(order.split, selection), rest=rest, flow=flow, selection=selection)


def _first_draft(work: WorkDir, order: PackingOrder, prepared: Prepared) -> Draft:
    recipe, rest = order.compilation.recipe, prepared.rest
    fingerprint = _dataset_fingerprint(order, prepared)
    return Draft(
        folder=work.next,
        parts=work.parts,
        split=order.split,
        recipe=recipe,
        selection=prepared.selection,
        shard_folder=f"{SHARDS}/{fingerprint}" if prepared.is_apart else SHARDS,
        identity=order.identity,
        footer={
            **order.identity,
            **order.compilation.toolchain,
            **belonging(fingerprint),
            "recipe": json.dumps(recipe.as_dict(), sort_keys=True),
        },
        shapes=order.shapes,
        register_tables=register_tables(order.identity["target"], order.registers),
        vocabulary=order.vocabulary,
        other=rest.shards if rest else None,
        files={},
    )


def _finish(draft: Draft, order: PackingOrder, prepared: Prepared) -> DatasetIndex:
    """Writes the module table, and makes the index of all files but the card and the description."""
    rest = prepared.rest
    splits = {draft.split.value: _books(order, prepared.choice)}
    if rest is not None:
        splits[rest.shards.split.value] = rest.books
    modules = write_tables(
        draft.folder / MODULES_NAME,
        _module_tables(prepared),
        MODULES,
        compression_level=draft.recipe.compression_level,
        footer=belonging(draft.footer["dataset"]),
    )
    return DatasetIndex(
        target=order.identity["target"],
        model=order.compilation.allocator.name.value,
        recipe=draft.recipe.as_dict(),
        toolchain=order.compilation.toolchain,
        splits=splits,
        files={**draft.files, MODULES_NAME: modules},
        vocabulary=vocabulary_entry(order.vocabulary, draft.coverage),
        generator=f"rl4real-data {__version__}",
        fingerprint=draft.footer["dataset"],
    )


def _module_tables(prepared: Prepared) -> Iterator[pa.Table]:
    """The rows of `modules.parquet`, train first."""
    choice, rest = prepared.choice, prepared.rest
    rows: dict[str, Callable[[], Iterable[pa.Table]]] = {choice.split.value: choice.module_rows}
    if rest is not None:
        rows[rest.shards.split.value] = lambda: [rest.module_rows]
    for name in sorted(rows, reverse=True):
        yield from rows[name]()


def _dataset_fingerprint(order: PackingOrder, prepared: Prepared) -> str:
    choice, rest = prepared.choice, prepared.rest
    hashes = {choice.split.value: choice.content_hashes()}
    if rest is not None:
        hashes[rest.shards.split.value] = rest.content_hashes()
    return dataset_fingerprint(
        recipe=order.compilation.recipe.as_dict(),
        identity=order.identity,
        toolchain=order.compilation.toolchain,
        modules=_module_tables(prepared),
        hashes=hashes,
    )


def dataset_fingerprint(
    *,
    recipe: Mapping[str, Any],
    identity: Mapping[str, str],
    toolchain: Mapping[str, str],
    modules: Iterable[pa.Table],
    hashes: Mapping[str, Iterable[str]],
) -> str:
    """Hash of what a dataset is made of, which stands in the footers of its files.

    `hashes`: of each split's contents, sorted. The vectors are no part of it, since `embed` replaces them and leaves
    the shards alone.
    """
    rows = (row for table in modules for batch in table.to_batches(_ROWS_AT_ONCE) for row in batch.to_pylist())
    contents = {split: iter(each) for split, each in hashes.items()}
    return sha256_of_json(__version__, recipe, identity, toolchain, rows, contents)


def _books(order: PackingOrder, choice: Choice) -> SplitBooks:
    return books_of(
        order.entries,
        order.corpora,
        skipped=order.skipped,
        functions=choice.functions,
        episodes=choice.episodes,
        filtered=choice.filtered,
        duplicates=choice.duplicates,
    )


def _fingerprint(work: WorkDir, order: PackingOrder, flow: Flow) -> str:
    """Hash of all that the split's files depend on; test depends on train, which it must not share functions with."""
    depends_on = (work.state(Split.TRAIN.value) or "") if order.split is Split.TEST else ""
    rows = (
        (
            entry.module.corpus,
            entry.module.name,
            entry.module.license,
            entry.part.key,
            entry.part.headers,
        )
        for entry in order.entries
    )
    return sha256_of_json(
        __version__,
        flow.dataset_versions(),
        order.compilation.recipe.as_dict(),
        order.identity,
        order.compilation.toolchain,
        rows,
        order.skipped,
        order.vocabulary.digest if order.vocabulary else None,
        depends_on,
    )
