"""Every option that a corpus may pass, with every release: nothing is written beside the object, nothing started."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin
from tests.integration.flag_sweep import Bench, passed_lines

pytestmark = [pytest.mark.clang, pytest.mark.soak]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_what_may_be_passed_writes_and_starts_nothing(
    toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path, major: int
) -> None:
    lines = passed_lines()
    bench = Bench.make(tmp_path / "bench", toolchains[major][0].path)

    assert len(lines) >= 3000
    assert [problem for line in lines if (problem := bench.try_out(line))] == []
