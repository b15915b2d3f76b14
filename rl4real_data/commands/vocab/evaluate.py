"""The command `rl4real-data vocab evaluate`.

What a linear probe tells from vectors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rl4real_data.commands.console import say, work_progress, write_json, write_result
from rl4real_data.commands.options import DataDir, Json, VocabularyFile
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment


def evaluate(file: VocabularyFile, data_dir: DataDir, as_json: Json = False) -> None:
    """Measure how well a linear probe tells properties of opcodes from their vectors, against random vectors."""
    from rl4real_data.toolchain.installation import Installation
    from rl4real_data.vocab_learning.evaluation import evaluate_on_dataset

    installation = Installation.of(load_environment())
    with work_progress("measuring", "property", "properties") as watch:
        found = evaluate_on_dataset(file, data_dir, installation, announce=say, progress=watch)
    if as_json:
        write_json(json.dumps(found, indent=2))
    else:
        write_result(_text(found))


def _text(found: Mapping[str, Any]) -> str:
    lines = [
        f"balanced accuracy of a linear probe on held-out opcodes ({counted(found['opcodes'], 'opcode')})",
        f"  {'property':<10} {'opcodes':>8} {'vocabulary':>11} {'random':>8}",
    ]
    for name, row in found["properties"].items():
        if row["vocabulary"] is None:
            lines.append(f"  {name:<10} {row['opcodes']:>8,} {'too few':>11}")
        else:
            lines.append(f"  {name:<10} {row['opcodes']:>8,} {row['vocabulary']:>11.3f} {row['random']:>8.3f}")
    if found["mean"]:
        lines.append(f"  {'mean':<10} {'':>8} {found['mean']['vocabulary']:>11.3f} {found['mean']['random']:>8.3f}")
    return "\n".join(lines)
