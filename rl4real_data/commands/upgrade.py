"""The command `rl4real-data upgrade`.

The newest version of the format for a dataset of an older one.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rl4real_data.commands.console import say, work_progress, write_note, write_path
from rl4real_data.commands.options import DataDir, Jobs
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import LessThanAsked

if TYPE_CHECKING:
    from rl4real_data.flow.upgrading import Upgraded

_SHOWN: Final = 20


def upgrade(data_dir: DataDir, jobs: Jobs = None) -> None:
    """Bring a dataset of an older format version to the newest, without its sources."""
    from rl4real_data.flow.upgrade_tools import find_tools
    from rl4real_data.flow.upgrading import upgrade_dataset
    from rl4real_data.toolchain.installation import Installation

    environment = load_environment()
    installation = Installation.of(environment)
    begin = time.monotonic()
    with work_progress("replaying", "episode") as watch:
        done = upgrade_dataset(
            data_dir,
            lambda index: find_tools(data_dir, index, installation, announce=say),
            jobs=jobs or environment.jobs,
            progress=watch,
        )
    write_note(_text(data_dir, done, seconds=time.monotonic() - begin))
    write_path(data_dir)
    if done.kept:
        raise LessThanAsked(
            f"{data_dir}: {counted(len(done.kept), 'episode')} of {done.episodes:,} have their old columns alone",
            hint="the new ones are null there; `rl4real-data flow` makes them anew where the sources are at hand",
        )


def _text(data_dir: Path, done: Upgraded, *, seconds: float) -> str:
    if done.was_finished:
        return f"{data_dir}: nothing to do: it is of the newest version of the format"
    lines = [
        f"{data_dir}: {counted(done.episodes, 'episode')} ({seconds:.1f} s)",
        f"  upgraded   {done.upgraded:,} ({done.replayed:,} replayed now)",
        f"  without    {done.without_text:,} have no MIR text: their new columns are null",
        f"  kept       {len(done.kept):,} as they were: their new columns are null",
    ]
    lines += [
        f"             {episode.module}: {episode.function}: {episode.reason or ', '.join(episode.columns) + ' differ'}"
        for episode in done.kept[:_SHOWN]
    ]
    if len(done.kept) > _SHOWN:
        lines.append(f"             and {len(done.kept) - _SHOWN:,} more")
    return "\n".join(lines)
