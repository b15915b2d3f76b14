"""The program behind the RL4ReAl fork's scripts.

Needs nothing but Python itself.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

NOT_INSTALLED = 5


def become(script: str, words: Sequence[str], *, extra: str) -> NoReturn:
    """Goes on as `rl4real-data` with these words; `extra` is what has to be installed for them."""
    found = program()
    if not found:
        print(f"{script}: rl4real-data is not installed\n  next: pip install 'rl4real-data[{extra}]'", file=sys.stderr)
        raise SystemExit(NOT_INSTALLED)
    os.execv(found[0], [*found, *words])


def program() -> list[str]:
    """The program of this Python, of this checkout, or on PATH; empty if there is none."""
    if importlib.util.find_spec("rl4real_data"):
        return [sys.executable, "-m", "rl4real_data"]
    own = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "rl4real-data"
    found = str(own) if os.access(own, os.X_OK) else shutil.which("rl4real-data")
    return [found] if found else []
