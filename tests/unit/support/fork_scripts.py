"""The scripts beside `flow.sh`, which are in no package."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

FOLDER: Final = Path(__file__).parents[3] / "preprocessing" / "v0"


def load_script(name: str, patch: pytest.MonkeyPatch) -> ModuleType:
    """As Python finds it for a script of that folder."""
    patch.syspath_prepend(str(FOLDER))
    return importlib.import_module(name)
