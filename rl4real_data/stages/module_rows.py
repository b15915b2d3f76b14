"""The rows of `modules.parquet`."""

from __future__ import annotations

import pyarrow as pa

from rl4real_data.core.split import Split
from rl4real_data.episodes.schema import MODULES
from rl4real_data.stages.selection import Selection


def module_rows(split: Split, selection: Selection) -> pa.Table:
    """One split's, in the order of the run."""
    rows = []
    for selected in selection.modules:
        module, part = selected.entry.module, selected.entry.part
        failure = part.failure
        rows.append(
            {
                "split": split.value,
                "corpus": module.corpus,
                "module": module.name,
                "language": module.language.value,
                "license": module.license,
                "redistributable": module.redistributable,
                "sha256": part.source_sha256,
                "status": "failed" if failure else "filtered" if selected.entry.left_out else "done",
                "kind": failure.kind.value if failure else None,
                "reason": failure.reason if failure else selected.entry.left_out,
                "stderr": failure.stderr if failure else None,
                "command": None if module.left_out else selected.entry.command,
                "flags_left_out": list(module.flags_left_out),
                "functions": len(part.functions),
                "episodes": len(selected.rows),
            }
        )
    return pa.Table.from_pylist(rows, schema=MODULES)
