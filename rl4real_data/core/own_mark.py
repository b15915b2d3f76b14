"""The mark that tells what this user's program has written from what came with a download.

It is a keyed hash. The key lies in the user's own state folder, was made there by chance, and is in no dataset: nobody
else can make the mark, whatever files they hand out. A copy of one's own files keeps it.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from rl4real_data.core.atomic_files import sync
from rl4real_data.core.environment import state_dir

_NAME: Final = "mark.key"
_BYTES: Final = 32


def mark_of(content: bytes) -> str:
    """The mark of a file with that content; empty where there is no place for a key: then nothing is our own."""
    key = _key(make=True)
    return hmac.digest(key, content, "sha256").hex() if key else ""


def is_own(content: bytes, mark: str) -> bool:
    """Whether `mark_of` made the mark for that content, here and for this user."""
    key = _key(make=False)
    return bool(key) and hmac.compare_digest(hmac.digest(key, content, "sha256").hex().encode(), mark.encode())


def _key(*, make: bool) -> bytes:
    folder = state_dir()
    if folder is None:
        return b""
    with contextlib.suppress(OSError):
        key = (folder / _NAME).read_bytes()
        if len(key) == _BYTES:
            return key
    return _new_key(folder) if make else b""


def _new_key(folder: Path) -> bytes:
    """Written down for good before the first mark is made with it; the one of whoever was first."""
    draft = folder / f".{_NAME}.{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(secrets.token_bytes(_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, folder / _NAME)
        sync(folder)
        sync(folder.parent)
        key = (folder / _NAME).read_bytes()
    except OSError:
        return b""
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
    return key if len(key) == _BYTES else b""
