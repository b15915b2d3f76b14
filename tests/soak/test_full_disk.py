"""Disks that fill up at twelve sizes and seven numbers of inodes: with room the same command makes the same bytes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from interrupted_flow import finished_flow

from tests.integration.small_disk import check_filled_disk, flow_on_small_disk

pytestmark = [pytest.mark.clang, pytest.mark.soak]

SIZES = 12
INODE_LEVELS = 7
LIMIT = ("--limit", "24")


@pytest.mark.timeout(3600)
def test_full_disks_of_all_sizes(tmp_path: Path) -> None:
    expected = finished_flow(tmp_path / "undisturbed", *LIMIT)
    used = subprocess.run(["du", "-sk", tmp_path / "undisturbed"], capture_output=True, text=True, check=True)
    kilobytes = int(used.stdout.split()[0])
    inodes = sum(1 for _ in (tmp_path / "undisturbed").rglob("*"))
    disks = [f"size={kilobytes * (i + 1) // (SIZES + 1)}k" for i in range(SIZES)]
    disks += [f"size=1g,nr_inodes={inodes * (i + 1) // (INODE_LEVELS + 1)}" for i in range(INODE_LEVELS)]
    too_small = 0
    for disk in disks:
        filled = flow_on_small_disk(tmp_path / "small", disk, *LIMIT)
        too_small += check_filled_disk(filled, expected)
        print(f"{disk}: {filled.first[0]}, then {filled.second[0]}")
    assert too_small >= SIZES + INODE_LEVELS - 4  # the largest are large enough
