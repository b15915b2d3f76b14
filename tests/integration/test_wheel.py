"""A wheel built from the repository works from an empty folder, without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from rl4real_data.toolchain.plugin import source_hash

pytestmark = pytest.mark.clang

REPOSITORY = Path(__file__).resolve().parents[2]


def test_wheel_works_elsewhere(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(REPOSITORY)],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    # The dependencies are those of this test's own environment; the package itself comes from the wheel alone.
    site = next((environment / "lib").glob("python3*/site-packages"))
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)], check=True
    )
    own = [path for path in sys.path if path.endswith("site-packages")]
    (site / "dependencies.pth").write_text("\n".join(own) + "\n")
    plugin = Path("v0", "mlra")  # whole, with every room: a dataset names the same plugin as one made in the checkout
    assert source_hash(site / "rl4real_data" / "_preprocessing" / plugin) == source_hash(
        REPOSITORY / "preprocessing" / plugin
    )
    empty = tmp_path / "empty"
    empty.mkdir()

    def run(*words: str) -> str:
        command = [str(environment / "bin" / "python"), "-m", "rl4real_data", *words]
        env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        return subprocess.run(command, cwd=empty, env=env, check=True, capture_output=True, text=True).stdout

    assert str(site) in run("path", "corpus", "sample")
    run("flow", "x86", "train", "mlra", "--limit", "5")
    assert "5" in run("stats", "data/x86-mlra")
