"""Files that a person asked for by name.

They appear whole or not at all.
"""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

from rl4real_data.core.errors import UsageError


def write_text(path: Path, text: str) -> None:
    """Replaces the file; a link is followed. UsageError if the place cannot be written."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder", hint="name a file")
    try:
        if path.exists() and not path.is_file():  # /dev/stdout, a pipe
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written ({error.strerror})", hint="name a file in a folder of yours"
        ) from error


def _replace(final: Path, text: str) -> None:
    draft = final.with_name(f".{final.name}.{uuid4().hex}")
    try:
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, final)
    finally:
        draft.unlink(missing_ok=True)
