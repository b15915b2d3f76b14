"""The targets, as rows.

A row and data of the target's name are all that differs: the processor in `recipe.toml`, the vocabulary
`vocab/NAME.parquet`, the keys of manifests (`manifest.schema.json`), the folder of lit tests. A test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class TargetName(StrEnum):
    """The first word of `flow`."""

    X86 = "x86"
    AARCH64 = "aarch64"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One row: how clang is told about the target, and what LLVM, Debian and the fork call it and its parts.

    `architectures` are the first words of triples that mean the target, the one of `triple` among them. `gcc_defaults`
    are GCC's words for what the target is anyway, which clang may not know. `tracks_parts`: LLVM may follow the live
    ranges of a register's parts apart.
    """

    name: TargetName
    triple: str
    architectures: tuple[str, ...]
    clang_flags: tuple[str, ...]
    cpu_flag: str
    llvm_backend: str
    libc_packages: tuple[str, ...]
    fork_name: str
    tracks_parts: bool
    gcc_defaults: tuple[str, ...]


TARGETS: Final[Mapping[TargetName, Target]] = MappingProxyType(
    {
        TargetName.X86: Target(
            name=TargetName.X86,
            triple="x86_64-linux-gnu",
            architectures=("x86_64", "amd64"),
            clang_flags=("--target=x86_64-linux-gnu",),
            cpu_flag="-march=",
            llvm_backend="X86",
            libc_packages=("libc6-dev", "libstdc++-12-dev"),
            fork_name="X86",
            tracks_parts=False,
            gcc_defaults=("-freg-struct-return", "-mabi=sysv"),
        ),
        TargetName.AARCH64: Target(
            name=TargetName.AARCH64,
            triple="aarch64-linux-gnu",
            architectures=("aarch64", "arm64"),
            # --sysroot alone breaks C++ (it hides Debian's cross libstdc++); --gcc-toolchain brings it back.
            clang_flags=(
                "--target=aarch64-linux-gnu",
                "--sysroot=/usr/aarch64-linux-gnu",
                "--gcc-toolchain=/usr",
            ),
            cpu_flag="-mcpu=",
            llvm_backend="AArch64",
            libc_packages=("libc6-dev-arm64-cross", "libstdc++-12-dev-arm64-cross"),
            fork_name="AArch64",
            tracks_parts=True,
            gcc_defaults=("-mabi=lp64", "-freg-struct-return"),
        ),
    }
)
