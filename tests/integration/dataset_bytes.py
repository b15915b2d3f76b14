"""What two datasets have to agree in: every byte of every file but for the working folder."""

from __future__ import annotations

import hashlib
from pathlib import Path


def dataset_bytes(data_dir: Path) -> dict[str, str]:
    """Name -> sha256 of every file of a dataset."""
    return {
        str(path.relative_to(data_dir)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(data_dir.rglob("*"))
        if path.is_file() and ".work" not in path.relative_to(data_dir).parts
    }
