"""Ten gigabytes on stdout, and one on stderr: they cost no memory and no disk."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from rl4real_data.toolchain.process import Limits, run

pytestmark = pytest.mark.soak

MOST_GROWTH_KB = 8 << 10


def test_ten_gigabytes_cost_nothing(tmp_path: Path) -> None:
    (scratch := tmp_path / "scratch").mkdir()
    script = "head -c 10G /dev/zero; head -c 1G /dev/zero >&2; echo end; echo end >&2"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = run(("sh", "-c", script), cwd=tmp_path, limits=Limits(timeout_s=600), scratch=scratch, is_confined=True)

    assert done.ok
    assert done.stdout.endswith("\0end\n")
    assert done.stderr.endswith("\0end\n")
    assert list(scratch.iterdir()) == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_GROWTH_KB
