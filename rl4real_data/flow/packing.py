"""The packing of a run's parts into a published dataset.

The dataset stages, the books, the index.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from rl4real_data import __version__
from rl4real_data.core import interruption
from rl4real_data.core.split import Split
from rl4real_data.episodes.card import with_card
from rl4real_data.episodes.comparison import differences, require_listed
from rl4real_data.episodes.croissant import with_croissant
from rl4real_data.episodes.file_names import MODULES_NAME
from rl4real_data.episodes.footer import belonging
from rl4real_data.episodes.index import DatasetIndex, SplitBooks
from rl4real_data.episodes.register_tables import register_tables
from rl4real_data.episodes.schema import MODULES
from rl4real_data.episodes.writer import write_table
from rl4real_data.flow.books import books_of
from rl4real_data.flow.kept_labels import keep_labels
from rl4real_data.flow.packing_order import PackingOrder
from rl4real_data.flow.pipeline import Flow
from rl4real_data.flow.splits import Remainder, content_hashes, files_of, other_of, remainder
from rl4real_data.flow.working_folder import WorkDir
from rl4real_data.mir2vec.coverage import Coverage
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.stages.draft import Draft
from rl4real_data.stages.module_rows import module_rows
from rl4real_data.stages.selection import Selection, select_functions


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


def pack_dataset(
    work: WorkDir, order: PackingOrder, flow: Flow, *, say: Callable[[str], None] = lambda _: None
) -> DatasetIndex:
    """Runs the dataset stages and publishes what they made; `say` hears which labels cannot be kept."""
    fingerprint = _fingerprint(work, order, flow)
    selection, rest = _select(work, order)
    draft = _first_draft(work, order, selection, rest)
    for stage in flow.dataset:
        interruption.check()
        draft = stage.run(draft)
    index = keep_labels(work, _finish(draft, order, _books(order, selection), rest), say)
    index = with_croissant(with_card(index, draft.folder), draft.folder)
    interruption.check()
    work.publish(index, states={order.split.value: fingerprint})
    return index


def _select(work: WorkDir, order: PackingOrder) -> tuple[Selection, Remainder | None]:
    """This split's functions, and what stays of the other split beside them."""
    old, other = work.index(), other_of(order.split)
    if old is not None and other.value not in old.splits:
        old = None
    is_train = order.split is Split.TRAIN
    train: frozenset[str] = frozenset()
    if old is not None:
        require_listed(work.data_dir, old, files_of(old, other))
    if old is not None and not is_train:
        train = frozenset(row[0] for row in content_hashes(work.data_dir, old, other))
    filters = order.compilation.recipe.filters if is_train else None
    selection = select_functions(order.entries, filters=filters, train_hashes=train)
    if old is None:
        return selection, None
    taken = frozenset(selection.content_hashes) if is_train else frozenset[str]()
    return selection, remainder(work.data_dir, old, other, train_hashes=taken)


def _first_draft(work: WorkDir, order: PackingOrder, selection: Selection, rest: Remainder | None) -> Draft:
    recipe = order.compilation.recipe
    return Draft(
        folder=work.next,
        parts=work.parts,
        split=order.split,
        recipe=recipe,
        selection=selection,
        identity=order.identity,
        footer={
            **order.identity,
            **order.compilation.toolchain,
            **belonging(_dataset_fingerprint(order, selection, rest)),
            "recipe": json.dumps(recipe.as_dict(), sort_keys=True),
        },
        shapes=order.shapes,
        register_tables=register_tables(order.identity["target"], order.registers),
        vocabulary=order.vocabulary,
        other=rest.shards if rest else None,
        files={},
    )


def _finish(draft: Draft, order: PackingOrder, books: SplitBooks, rest: Remainder | None) -> DatasetIndex:
    """Writes the module table, and makes the index of all files but the card and the description."""
    splits = {draft.split.value: books}
    if rest is not None:
        splits[rest.shards.split.value] = rest.books
    modules = write_table(
        draft.folder / MODULES_NAME,
        _module_table(draft.split, draft.selection, rest),
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


def _module_table(split: Split, selection: Selection, rest: Remainder | None) -> pa.Table:
    """The rows of `modules.parquet`, train first."""
    rows = {split.value: module_rows(split, selection)}
    if rest is not None:
        rows[rest.shards.split.value] = rest.module_rows
    return pa.concat_tables([rows[name] for name in sorted(rows, reverse=True)])


def _dataset_fingerprint(order: PackingOrder, selection: Selection, rest: Remainder | None) -> str:
    hashes = {order.split.value: sorted(selection.content_hashes)}
    if rest is not None:
        hashes[rest.shards.split.value] = sorted(rest.content_hashes)
    return dataset_fingerprint(
        recipe=order.compilation.recipe.as_dict(),
        identity=order.identity,
        toolchain=order.compilation.toolchain,
        modules=_module_table(order.split, selection, rest),
        hashes=hashes,
    )


def dataset_fingerprint(
    *,
    recipe: Mapping[str, Any],
    identity: Mapping[str, str],
    toolchain: Mapping[str, str],
    modules: pa.Table,
    hashes: Mapping[str, Sequence[str]],
) -> str:
    """Hash of what a dataset is made of, which stands in the footers of its files; `hashes`: of each split's contents.

    The vectors are no part of it, since `embed` replaces them and leaves the shards alone.
    """
    parts = (__version__, recipe, identity, toolchain, modules.to_pylist(), hashes)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _books(order: PackingOrder, selection: Selection) -> SplitBooks:
    return books_of(
        [selected.entry for selected in selection.modules],
        order.corpora,
        skipped=order.skipped,
        functions=selection.functions,
        episodes=selection.episodes,
        filtered=selection.filtered,
        duplicates=selection.duplicates,
    )


def _fingerprint(work: WorkDir, order: PackingOrder, flow: Flow) -> str:
    """Hash of all that the split's files depend on; test depends on train, which it must not share functions with."""
    depends_on = (work.state(Split.TRAIN.value) or "") if order.split is Split.TEST else ""
    rows = [
        (
            entry.module.corpus,
            entry.module.name,
            entry.module.license,
            entry.part.key,
            entry.part.headers,
        )
        for entry in order.entries
    ]
    parts = (
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
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
