"""A run's folder, as a run finds it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from rl4real_data.core.errors import UsageError
from rl4real_data.training.checkpoint_folder import newest_checkpoint, remove_drafts


def checkpoint_to_go_on_from(out: Path, *, is_resumed: bool) -> Path | None:
    """The newest checkpoint in it, None for a run that begins. UsageError for a folder that holds another run."""
    newest = newest_checkpoint(out) if out.is_dir() else None
    if newest is None:
        if is_resumed and not out.is_dir():
            raise UsageError(
                f"{out}: no run to go on with", hint="leave --resume out, or name a run's folder with --out"
            )
        return None
    if not is_resumed:
        raise UsageError(f"{out}: holds a run already", hint="add --resume to go on with it, or name another --out")
    remove_drafts(out)
    return newest


def require_same_settings(
    checkpoint: Path, now: Mapping[str, Any], then: Mapping[str, Any], *, may_change: Collection[str]
) -> None:
    """UsageError that names the first setting with which the checkpoint was not made."""
    other = sorted(name for name in now if name not in may_change and then[name] != now[name])
    if other:
        name = other[0]
        raise UsageError(
            f"{checkpoint}: was made with {name} = {then[name]}, not {now[name]}",
            hint="go on with the same settings, or begin anew in another --out",
        )
