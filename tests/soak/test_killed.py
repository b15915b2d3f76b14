"""Five hundred SIGKILLs, before every change of a name and at random moments."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.killed_often import check_kills
from tests.integration.warm_program import warm_program

pytestmark = [pytest.mark.clang, pytest.mark.soak]


@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("target", "limit", "kills"), [("x86", "4", 300), ("aarch64", "12", 200)])
def test_the_same_command_gives_the_same_bytes(tmp_path: Path, target: str, limit: str, kills: int) -> None:
    words = ("flow", target, "train", "mlra", "--limit", limit, "--data-dir", "d")
    with warm_program() as program:
        check_kills(program, tmp_path, *words, kills=kills, seed=kills)
