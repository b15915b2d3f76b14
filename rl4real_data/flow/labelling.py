"""The labels of one source, put into a finished dataset beside those of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pyarrow as pa

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.card import with_card
from rl4real_data.episodes.comparison import require_listed
from rl4real_data.episodes.croissant import with_croissant
from rl4real_data.episodes.index import DatasetIndex, read_index
from rl4real_data.episodes.schema_version import SCHEMA_VERSION
from rl4real_data.flow.label_files import read_label_rows, write_label_rows
from rl4real_data.flow.working_folder import WorkDir
from rl4real_data.labels.checked_rows import checked_tables
from rl4real_data.labels.files import SCHEMAS, episode_places
from rl4real_data.labels.label import Label
from rl4real_data.labels.origin import Origin, require_same_llvm
from rl4real_data.labels.trial import Trial


def write_labels(
    work: WorkDir, origin: Origin, labels: Iterable[Label], *, trials: Iterable[Trial] = ()
) -> DatasetIndex:
    """Replaces the labels and candidates of the origin's source and objective, and keeps all others, all at once.

    `work` is the opened DATA_DIR (`open_workdir`). Rows come in any order, of all episodes or of some; the same rows
    give the same bytes. ValueError for a row that breaks a rule, or is not of the origin; DatasetError for one of an
    episode that the dataset does not have, for another LLVM than the dataset's, and for a dataset that is damaged.
    """
    index = require_labellable(work)
    require_same_llvm((origin,), index, name=str(work.data_dir))
    require_listed(work.data_dir, index)
    places = episode_places(work.data_dir, index)
    tables = checked_tables(origin, labels, trials)
    rows = read_label_rows(work.data_dir, index).without(origin.key).joined(origin, tables)
    _require_known(rows.tables, places)
    others = {name: entry for name, entry in index.files.items() if name not in SCHEMAS}
    new = replace(index, files={**others, **write_label_rows(work.next, rows, places, index)})
    new = with_croissant(with_card(new, work.next), work.next)
    interruption.check()
    work.publish(new, states={})
    return new


def require_labellable(work: WorkDir) -> DatasetIndex:
    """The index of the dataset. DatasetError if there is none, or one of an older version of the format."""
    index = read_index(work.data_dir)
    if index.schema_version != SCHEMA_VERSION or index.fingerprint is None:
        raise DatasetError(
            f"{work.data_dir}: is of version {index.schema_version} of the dataset format, labels are of version "
            f"{SCHEMA_VERSION}",
            hint=f"`rl4real-data upgrade {work.data_dir}` brings it there",
        )
    return index


def _require_known(tables: Mapping[str, pa.Table], places: Mapping[str, int]) -> None:
    for name, table in tables.items():
        for episode_id in table["episode_id"].unique().to_pylist():
            if episode_id not in places:
                raise DatasetError(
                    f"{name}: no episode of the dataset is called {episode_id}",
                    hint="labels belong to the dataset for whose episodes they were sought: seek them there",
                )
