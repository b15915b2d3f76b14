"""LLVM's static compiler, which takes machine IR."""

from __future__ import annotations

from pathlib import Path

from rl4real_data.core.errors import ToolchainError
from rl4real_data.toolchain.clang import Clang


def llc_of(clang: Clang) -> Path:
    """The llc of clang's own installation: another release reads another machine IR. ToolchainError if it has none."""
    path = clang.bin_dir / "llc"
    if not path.is_file():
        raise ToolchainError(f"{path} does not exist", hint=f"apt-get install llvm-{clang.major}")
    return path
