"""Ten SIGKILLs; tests/soak has five hundred."""

from __future__ import annotations

from pathlib import Path

import pytest

from .killed_often import check_kills
from .warm_program import warm_program

pytestmark = pytest.mark.clang


def test_the_same_command_gives_the_same_bytes_after_ten_kills(tmp_path: Path) -> None:
    words = ("flow", "x86", "train", "mlra", "--limit", "2", "--data-dir", "d")
    with warm_program() as program:
        check_kills(program, tmp_path, *words, kills=10, seed=10)
