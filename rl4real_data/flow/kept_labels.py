"""The labels of a dataset that is packed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.core.counted import counted
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.comparison import require_listed
from rl4real_data.episodes.file_names import LABELS_NAME
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.flow.label_files import LabelRows, read_label_rows, read_unlisted_rows, write_label_rows
from rl4real_data.flow.working_folder import WorkDir
from rl4real_data.labels.files import SCHEMAS, episode_places
from rl4real_data.labels.origin import require_same_llvm


def keep_labels(work: WorkDir, index: DatasetIndex, say: Callable[[str], None]) -> DatasetIndex:
    """The new dataset in `work.next`, with the labels that the old one has for episodes which are still there.

    They were sought for hours and cost a second to keep: an episode of the same id is the same, down to its bytes.
    What cannot be kept is said: labels of episodes that are gone, of another LLVM, or in a damaged file.
    """
    try:
        rows = _old_rows(work)
        if rows is None:
            return index
        require_same_llvm(rows.origins, index, name=LABELS_NAME)
    except DatasetError as error:
        say(f"all labels are dropped: {error}")
        return index
    places = episode_places(work.next, index)
    kept = LabelRows(rows.origins, {name: _of(table, places) for name, table in rows.tables.items()})
    gone = rows.tables[LABELS_NAME].num_rows - kept.tables[LABELS_NAME].num_rows
    if gone:
        say(f"{counted(gone, 'label')} of episodes that are gone, or others now, are dropped")
    return replace(index, files={**index.files, **write_label_rows(work.next, kept, places, index)})


def _old_rows(work: WorkDir) -> LabelRows | None:
    """None if there are none. A folder whose index was deleted, so that it is made anew, still has its labels."""
    old = work.index()
    if old is None:
        return read_unlisted_rows(work.data_dir)
    if LABELS_NAME not in old.files:
        return None
    require_listed(work.data_dir, old, [name for name in SCHEMAS if name in old.files])
    return read_label_rows(work.data_dir, old)


def _of(table: pa.Table, places: dict[str, int]) -> pa.Table:
    return table.filter(pc.is_in(table["episode_id"], value_set=pa.array(places, pa.string())))
