"""The commands in `modules.parquet`, pasted into a shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import MOST_SECONDS, Run

pytestmark = pytest.mark.clang

SOURCE = '#include "own.h"\nint sum(int n, const int *v) { int s = 0; while (n--) s += v[n] * OWN; return s; }\n'
MANIFEST = """
name = "own"
summary = "A project of one's own"
license = "MIT"
license_evidence = "written for this test"
split = "train"
[source]
kind = "folder"
path = "{folder}"
[modules]
globs = ["**/*.c"]
includes = ["include $x"]
flags = ["-DTEXT=\\"two words\\""]
needs_libc = false
"""


def test_command_of_a_manifest_of_ones_own_compiles_with_the_clang_of_build_dir(
    rl4real: Run, toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path
) -> None:
    """As it stands but for the file that it writes into; that clang is not the one on PATH. The source's name begins
    with a dash, which neither flow's compiler nor the shell's takes for an option.
    """
    (tmp_path / "project/include $x").mkdir(parents=True)
    (tmp_path / "project/include $x/own.h").write_text("#define OWN 3\n")
    (tmp_path / "project/-it's.c").write_text(SOURCE)
    (tmp_path / "own.toml").write_text(MANIFEST.format(folder=tmp_path / "project"))
    build_dir = str(toolchains[19][0].bin_dir.parent)
    rl4real(
        *("flow", "x86", "test", "mlra", "--corpus", "own.toml", "--data-dir", "d", "--no-embed"), BUILD_DIR=build_dir
    )
    (command,) = pq.read_table(tmp_path / "d/modules.parquet")["command"].to_pylist()

    done = subprocess.run(
        ["bash", "-c", command.replace("-mlra-dump-columns=/dev/null", f"-mlra-dump={tmp_path}/records")],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "BUILD_DIR": build_dir},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert '"function":"sum"' in (tmp_path / "records").read_text()
    assert str(tmp_path) not in command
