"""A checkpoint's folder, which appears whole or not at all, and the file in it that says what it is of.

OUT/checkpoint_000100/checkpoint.json     its kind, and what that kind tells
OUT/checkpoint_000100/…                   what the kind keeps
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import uuid4

from rl4real_data.core.atomic_files import publish_folder
from rl4real_data.core.errors import UsageError

CHECKPOINT_NAME: Final = "checkpoint.json"
_FOLDER: Final = re.compile(r"checkpoint_(\d{6,})")

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointKind:
    """`name`: in words. `maker`: the command that writes such ones."""

    format: str
    version: int
    name: str
    maker: str

    @property
    def hint(self) -> str:
        """What to name instead."""
        return f"name a folder checkpoint_… that `{self.maker}` wrote, or the folder of such a run"


def checkpoint_path(out: Path, total: int) -> Path:
    """Where the checkpoint of an iteration lies."""
    return out / f"checkpoint_{total:06}"


def newest_checkpoint(out: Path) -> Path | None:
    """The one of the latest iteration; None without any."""
    found = [(int(match[1]), path) for path in out.glob("checkpoint_*") if (match := _FOLDER.fullmatch(path.name))]
    return max(found)[1] if found else None


def folder_of(path: Path) -> Path:
    """The folder of a checkpoint; a run's folder stands for its newest one."""
    return path if (path / CHECKPOINT_NAME).is_file() else newest_checkpoint(path) or path


def remove_drafts(out: Path) -> None:
    """What a killed run left behind."""
    for draft in out.glob(".checkpoint_*"):
        shutil.rmtree(draft, ignore_errors=True)


def publish_checkpoint(
    out: Path, total: int, kind: CheckpointKind, told: Mapping[str, Any], fill: Callable[[Path], None]
) -> Path:
    """Writes one; `fill` puts what it keeps into the folder that it is given. One that is there stays."""
    final = checkpoint_path(out, total)
    if final.exists():
        return final
    draft = out / f".{final.name}.{uuid4().hex}"
    try:
        draft.mkdir(parents=True)
        fill(draft)
        text = json.dumps({"format": kind.format, "version": kind.version, **told}, indent=1)
        (draft / CHECKPOINT_NAME).write_text(f"{text}\n", encoding="utf-8")
        publish_folder(draft, final)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return final


def read_told(path: Path, kind: CheckpointKind, make: Callable[[dict[str, Any]], Told]) -> Told:
    """What `make` makes of what a checkpoint tells, where it ends in ValueError, KeyError or TypeError for what it must
    not be; a run's folder stands for its newest one. UsageError for anything else than one of that kind.
    """
    folder = folder_of(path)
    try:
        told = json.loads((folder / CHECKPOINT_NAME).read_text(encoding="utf-8"))
        is_of, version = told.pop("format"), told.pop("version")
        if is_of != kind.format:
            raise ValueError(f"its format is {is_of!r}")
        if version != kind.version:
            raise UsageError(
                f"{folder}: is of version {version} of the format, this release reads {kind.version}",
                hint="train anew, or use the release that wrote it",
            )
        return make(told)
    except OSError as error:
        raise UsageError(f"{path}: no checkpoint: {error.strerror} ({CHECKPOINT_NAME})", hint=kind.hint) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{folder}: no {kind.name}: {error}", hint=kind.hint) from error
