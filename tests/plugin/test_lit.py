"""Runs the plugin's lit tests under the LLVM releases that it is built for."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import ToolchainError
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, discover_clang
from rl4real_data.toolchain.plugin import ensure_plugin

TOOLS = ("llc", "FileCheck", "not", "count")


def missing(reason: str) -> None:
    """Skips here, fails in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.mark.clang
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_lit(major: int, tmp_path: Path) -> None:
    if importlib.util.find_spec("lit") is None:
        missing("lit is missing: pip install 'rl4real-data[dev]'")
    environment = load_environment()
    try:
        clang = discover_clang(build_dir=Path(f"/usr/lib/llvm-{major}"), search_path=environment.search_path)
        plugin = ensure_plugin(clang, cache_dir=environment.cache_dir, announce=lambda _: None)
    except ToolchainError as error:
        missing(f"{error} ({error.hint})")
    absent = [tool for tool in TOOLS if not (clang.bin_dir / tool).is_file()]
    if absent:
        missing(f"{', '.join(absent)} of LLVM {major} missing: apt-get install llvm-{major} llvm-{major}-tools")

    parameters = {"llvm_bin": clang.bin_dir, "plugin": plugin.path, "work": tmp_path}
    options = [word for name, value in parameters.items() for word in ("--param", f"{name}={value}")]
    run_lit = "from lit.main import main; main()"  # the module's own entry points differ between its releases
    done = subprocess.run(
        [sys.executable, "-c", run_lit, "-v", *options, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,  # 5 s on two idle cores
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Unresolved" not in done.stdout
