"""The programs that use the model runners' library, built together."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from .hello import write_hello_code

SOURCES: Final = Path(__file__).parent / "runner_programs"
RUNNERS: Final = Path(__file__).parents[2] / "preprocessing" / "v0" / "mlra" / "run"


def build_runner_programs(folder: Path, *, bin_dir: Path) -> None:
    """Builds the pass that counts instructions, and the program that asks models, in `folder`."""
    configure = ("cmake", "-S", SOURCES, "-B", folder, f"-DMLRUN={RUNNERS}", f"-DLLVM_CONFIG={bin_dir}/llvm-config")
    for command in (configure, ("cmake", "--build", folder, "--parallel", "2")):
        done = subprocess.run(command, capture_output=True, text=True, timeout=1800)
        assert done.returncode == 0, done.stdout + done.stderr
    write_hello_code(folder)
