"""A disk that fills up while a real `flow` compiles; tests/soak has nineteen."""

from __future__ import annotations

from pathlib import Path

import pytest
from interrupted_flow import finished_flow

from .small_disk import check_filled_disk, flow_on_small_disk

pytestmark = pytest.mark.clang

LIMIT = ("--limit", "8")


def test_full_disk_costs_no_module(tmp_path: Path) -> None:
    expected = finished_flow(tmp_path / "undisturbed", *LIMIT)
    for disk in ("size=400k", "size=1g,nr_inodes=15"):
        assert check_filled_disk(flow_on_small_disk(tmp_path / "small", disk, *LIMIT), expected)
