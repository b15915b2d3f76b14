"""The command `rl4real-data corpus list`.

A table of corpora.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rl4real_data.commands.console import write_json, write_result
from rl4real_data.commands.options import CorpusNames, Json
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.targets import TargetName

if TYPE_CHECKING:
    from rl4real_data.corpus.inventory import InventoryRow


def list_corpora(names: CorpusNames = None, as_json: Json = False) -> None:
    """List corpora: licence, split, modules, functions known, what is in the cache."""
    from rl4real_data.corpus.cache import Cache
    from rl4real_data.corpus.inventory import take_inventory
    from rl4real_data.corpus.named import manifests_for

    rows = take_inventory(manifests_for(names or ()), Cache(root=load_environment().cache_dir))
    if as_json:
        write_json(json.dumps([row.to_json() for row in rows], indent=2))
    else:
        write_result(_text(rows))


def _text(rows: Sequence[InventoryRow]) -> str:
    """A table with a line a corpus, and the sums."""
    targets = [target.value for target in TargetName]
    header = ["NAME", "LICENCE", "SPLIT", "MODULES", *(target.upper() for target in targets), "SIZE", "CACHE"]
    table = [header, *(_cells(row, targets) for row in rows), _sums(rows, targets)]
    widths = [max(len(line[column]) for line in table) for column in range(len(header))]
    right = set(range(3, len(header) - 1))
    return "\n".join(
        "  ".join(
            cell.rjust(width) if n in right else cell.ljust(width) for n, (cell, width) in enumerate(columns)
        ).rstrip()
        for columns in (list(zip(line, widths, strict=True)) for line in table)
    )


def _cells(row: InventoryRow, targets: Sequence[str]) -> list[str]:
    counts = (row.modules, *(row.functions.get(target) for target in targets))
    size = f"{row.download_bytes / 1e6:.1f} MB" if row.download_bytes else "-"
    return [row.name, row.license, row.split, *("-" if n is None else f"{n:,}" for n in counts), size, row.cache.value]


def _sums(rows: Sequence[InventoryRow], targets: Sequence[str]) -> list[str]:
    counts = [sum(row.modules or 0 for row in rows), *(sum(row.functions.get(t, 0) for row in rows) for t in targets)]
    size = sum(row.download_bytes for row in rows)
    return [
        counted(len(rows), "corpus", "corpora"),
        "",
        "",
        *(f"{count:,}" for count in counts),
        f"{size / 1e6:.1f} MB",
        "",
    ]
