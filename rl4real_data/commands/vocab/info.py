"""The command `rl4real-data vocab info`.

What a vocabulary holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from rl4real_data.commands.console import write_json, write_result
from rl4real_data.commands.options import Json, VocabularyFile
from rl4real_data.commands.vocab.loss_curve import loss_curve
from rl4real_data.core.counted import counted


def info(
    file: VocabularyFile,
    data_dir: Annotated[
        Path | None, typer.Argument(metavar="[DATA_DIR]", help="Dataset to measure the coverage on.")
    ] = None,
    near: Annotated[str | None, typer.Option(metavar="OPCODE", help="Show its nearest neighbours.")] = None,
    as_json: Json = False,
) -> None:
    """Show what a vocabulary holds, where it comes from, and how much of a dataset it knows."""
    from rl4real_data.vocab_learning.description import describe

    found = describe(file, data_dir=data_dir, near=near)
    if as_json:
        write_json(json.dumps(found, indent=2))
    else:
        write_result(_text(found))


def _text(found: Mapping[str, Any]) -> str:
    origin = found["origin"]
    sections = ", ".join(f"{count:,} {name}" for name, count in found["entities"].items())
    lines = [f"{found['file']}: {found['dimension']} dimensions, for {found['target'] or 'a target it does not tell'}"]
    lines.append(f"  entities   {sections}")
    if origin:
        lines.append(f"  made by    {origin['command']}")
        lines.append(f"  from       {counted(origin['functions'], 'function')} of {', '.join(origin['corpora'])}")
        lines.append(f"  loss       {loss_curve(origin['losses'])}")
    if "kept" in origin:
        lines.append(f"  kept       {counted(origin['kept']['entities'], 'entity', 'entities')} with their vectors")
    if found["most_frequent"]:
        lines.append("  frequent   " + ", ".join(f"{name} {count:,}" for name, count in found["most_frequent"]))
    if "coverage" in found:
        lines += _coverage_lines(found["coverage"])
    if "near" in found:
        lines.append(f"  near {found['near']['opcode']}")
        lines += [f"    {cosine:6.3f}  {name}" for name, cosine in found["near"]["neighbours"]]
    return "\n".join(lines)


def _coverage_lines(coverage: Mapping[str, Any], shown: int = 10) -> list[str]:
    lines = [
        f"  coverage   {coverage['share']:.4%} of {counted(coverage['instructions'], 'instruction')} in "
        f"{coverage['data_dir']} have all their entities"
    ]
    lines += [f"    {count:>10,}  {entity} is missing" for entity, count in list(coverage["missing"].items())[:shown]]
    more = len(coverage["missing"]) - shown
    return [*lines, f"    and {more} more"] if more > 0 else lines
