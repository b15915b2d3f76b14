"""The command `rl4real-data clean`.

The room that a DATA_DIR takes for later runs, given back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rl4real_data.commands.console import write_result
from rl4real_data.commands.options import DataDir
from rl4real_data.core.counted import counted

if TYPE_CHECKING:
    from pathlib import Path

    from rl4real_data.flow.cleaning import Cleaned


def clean(
    data_dir: DataDir,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, remove nothing.")] = False,
) -> None:
    """Remove what a dataset keeps so that nothing is compiled twice; the dataset itself stays."""
    from rl4real_data.flow.cleaning import clean_workdir

    write_result(_text(data_dir, clean_workdir(data_dir, dry_run=dry_run), is_done=not dry_run))


def _text(data_dir: Path, cleaned: Cleaned, *, is_done: bool) -> str:
    work = data_dir / ".work"
    if not cleaned.size_bytes:
        return f"{work}: nothing to remove"
    what = f"what {counted(cleaned.modules, 'module')} compiled to" if cleaned.modules else "what a killed run left"
    lines = [f"{work}: {cleaned.size_bytes / 1e6:.1f} MB {'removed' if is_done else 'can be removed'}: {what}"]
    if cleaned.modules:
        lines.append("  the dataset stays as it is; the next `flow` compiles them again, and gives the same bytes")
    return "\n".join(lines)
