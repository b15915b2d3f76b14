"""The record of one episode in a run's log.

Its label, and where the compiler differs from the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from rl4real_data.episodes.label_values import LabelSource
from rl4real_data.episodes.schema import LABELS
from rl4real_data.labels.label import Label
from rl4real_data.labels.rules import faults_of_label
from rl4real_data.labels.tables import label_table, labels_of

_DIFFERENCES: Final = b"differences"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRecord:
    """`differences`: of the compiler's costs from the model's, in words."""

    label: Label
    differences: tuple[str, ...] = ()


def record_bytes(record: LabelRecord) -> bytes:
    """An Arrow stream of one row."""
    table = label_table([record.label])
    words = "\n".join(record.differences).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), _DIFFERENCES: words})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def read_record(content: pa.Buffer, episode_id: str, source: LabelSource) -> LabelRecord | None:
    """What was written; None for what is no label of that episode, since the log may have come with the dataset."""
    try:
        table = pa.ipc.open_stream(content).read_all()
        words = (table.schema.metadata or {}).get(_DIFFERENCES, b"").decode()
        (label,) = labels_of(table.cast(LABELS))
    except (pa.ArrowException, ValueError, TypeError, KeyError, OSError):
        return None
    if label.episode_id != episode_id or label.source is not source or any(True for _ in faults_of_label(label)):
        return None
    return LabelRecord(label=label, differences=tuple(words.splitlines()))
