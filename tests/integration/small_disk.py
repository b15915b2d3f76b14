"""A command of the program on a disk that fills, and again when there is room.

The disk is a tmpfs in a mount namespace of its own.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from interrupted_flow import flow_command

from .dataset_bytes import dataset_bytes

_ROOM: str = "size=1g,nr_inodes=100000"

_SCRIPT = f"""
disk=$1 small=$2 kept=$3
shift 3
mount -t tmpfs -o "$small" tmpfs "$disk" || exit 99
mkdir "$disk/d"
TMPDIR=$disk "$@" 2> "$kept/first.stderr"
echo $? > "$kept/first.code"
ls -A "$disk/d" > "$kept/first.names"
mount -o remount,{_ROOM} "$disk" || exit 99
TMPDIR=$disk "$@" 2> "$kept/second.stderr"
echo $? > "$kept/second.code"
cp -r "$disk/d" "$kept/d"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledDisk:
    """What the command said on the small disk and with room, by exit code and stderr; the finished folder.

    `names`: what was in it while there was no room.
    """

    first: tuple[int, str]
    second: tuple[int, str]
    names: tuple[str, ...]
    data_dir: Path


def flow_on_small_disk(folder: Path, small: str, *options: str) -> FilledDisk:
    """A `flow` whose DATA_DIR is on the disk."""
    return on_small_disk(folder, small, lambda data_dir: flow_command(data_dir, *options))


def on_small_disk(folder: Path, small: str, command: Callable[[Path], Sequence[str | Path]]) -> FilledDisk:
    """`small` are options of a tmpfs, such as `size=1m`; TMPDIR is on it, and the folder that `command` is given.

    `folder` is emptied.
    """
    shutil.rmtree(folder, ignore_errors=True)
    disk, kept = folder / "disk", folder / "kept"
    disk.mkdir(parents=True)
    kept.mkdir()
    words = command(disk / "d")
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _SCRIPT, "sh", disk, small, kept, *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=600,
    )
    if not (kept / "second.code").exists():
        pytest.fail(f"no small disk can be made here: user namespaces (`unshare -rm`) are needed: {done.stderr}")

    def run(name: str) -> tuple[int, str]:
        return int((kept / f"{name}.code").read_text()), (kept / f"{name}.stderr").read_text()

    names = (kept / "first.names").read_text().splitlines()
    return FilledDisk(first=run("first"), second=run("second"), names=tuple(names), data_dir=kept / "d")


def check_filled_disk(filled: FilledDisk, expected: dict[str, str]) -> bool:
    """Nothing half done was called done, and with room everything is as if there had been room all along.

    Whether the disk was too small.
    """
    code, said = filled.first
    assert "Traceback" not in said, said
    if code != 0:
        assert code == 1, said
        assert "No space left on device" in said
        assert "  next: " in said
    assert filled.second[0] == 0, filled.second[1]
    assert dataset_bytes(filled.data_dir) == expected
    return code != 0
