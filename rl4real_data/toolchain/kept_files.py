"""The files of the cache that a run trusts, each with its sha256 beside it.

A file without its checksum, or with another one, is no file: whoever needs it makes it again.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rl4real_data.core.atomic_files import publish

_SUFFIX: Final = ".sha256"


def checksum_path(file: Path) -> Path:
    return file.with_name(file.name + _SUFFIX)


@contextlib.contextmanager
def keep(final: Path) -> Iterator[Path]:
    """Yields a draft beside `final`, which becomes `final` with its checksum only if the body did not raise."""
    with publish(final) as draft:
        yield draft
        digest = _sha256(draft)
    keep_checksum(final, digest)


def keep_checksum(file: Path, digest: str) -> None:
    """Writes down what the file holds from now on."""
    with publish(checksum_path(file)) as draft:
        draft.write_text(f"{digest}  {file.name}\n", encoding="utf-8")  # as `sha256sum --check` reads it


def sha256_if_whole(file: Path) -> str | None:
    """The file's hash if it is there and what it was when it was kept, else None."""
    try:
        digest = _sha256(file)
        kept = checksum_path(file).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    return digest if kept == f"{digest}  {file.name}\n" else None


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
