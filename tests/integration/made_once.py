"""Folders that are made once a run of the tests, by whichever of its processes needs one first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from rl4real_data.core.atomic_files import exclusive


@dataclass(frozen=True, slots=True)
class MadeOnce:
    """A folder that all processes of one run of the tests share."""

    root: Path

    def folder(self, name: str, make: Callable[[Path], None]) -> Path:
        """The folder `name`, for reading only; `make` fills it, and who comes meanwhile waits."""
        final, whole = self.root / name, self.root / f"{name}.whole"
        with exclusive(self.root / f"{name}.lock", wait=True):
            if not whole.exists():
                shutil.rmtree(final, ignore_errors=True)  # what a test that failed has left
                make(final)
                whole.touch()
        return final


def shared_by_workers(factory: pytest.TempPathFactory) -> MadeOnce:
    """pytest-xdist gives each worker a folder of its own inside the run's."""
    base = factory.getbasetemp()
    return MadeOnce((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made-once")
