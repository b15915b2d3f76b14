"""The index of a dataset as somebody wrote it who knows how: changed, and with a checksum that fits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rl4real_data.episodes.index import file_entry
from rl4real_data.episodes.index_values import canonical_text, own_sha256

INDEX_NAME = "dataset.json"


def change_index(data_dir: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Lets `change` alter the parsed index in its place."""
    path = data_dir / INDEX_NAME
    raw = json.loads(path.read_text(encoding="utf-8"))
    change(raw)
    path.unlink()  # it may be a link to where it came from
    try:
        path.write_text(canonical_text({**raw, "sha256": own_sha256(raw)}), encoding="utf-8")
    except UnicodeEncodeError:  # half a character has no checksum
        path.write_text(json.dumps(raw))


def relist(data_dir: Path, name: str, *, rows: int | None = None) -> None:
    """Makes the index agree with the bytes of a file that a test has changed; `rows` None: as many as it says."""

    def change(raw: dict[str, Any]) -> None:
        before = raw["files"].get(name, {"rows": 0})
        entry = file_entry(data_dir / name, rows=before["rows"] if rows is None else rows)
        raw["files"][name] = {"rows": entry.rows, "size": entry.size, "sha256": entry.sha256}

    change_index(data_dir, change)
