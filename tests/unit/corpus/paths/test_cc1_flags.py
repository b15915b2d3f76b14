"""What of clang's inner command line decides the code of a module that is bitcode already."""

from __future__ import annotations

import pytest

from rl4real_data.corpus.paths.cc1_flags import driver_flags, split_command


@pytest.mark.parametrize(
    ("line", "flags"),
    [
        ("", ""),
        ("-cc1 -triple x86_64-linux -O2 -target-cpu haswell -tune-cpu generic -I x -disable-free", ""),
        ("-mrelocation-model static", "-fno-pic"),
        ("-mrelocation-model pic -pic-level 2", "-fPIC"),
        ("-mrelocation-model pic -pic-level 1", "-fpic"),
        ("-mrelocation-model pic -pic-level 2 -pic-is-pie", "-fPIE"),
        ("-mrelocation-model pic -pic-level 2 -mrelocation-model static", "-fno-pic"),
        ("-mcmodel=large -ffp-contract=fast -fveclib=libmvec", "-mcmodel=large -ffp-contract=fast -fveclib=libmvec"),
        (
            "-ffunction-sections -fno-builtin-memcpy -ffreestanding",
            "-ffunction-sections -fno-builtin-memcpy -ffreestanding",
        ),
        ("-mllvm -unroll-count=2 -mllvm -regalloc=basic -mllvm -thinlto-assume-merged", "-mllvm -unroll-count=2"),
        ("-disable-llvm-passes", "-Xclang -disable-llvm-passes"),
        ("-main-file-name -ffunction-sections.c", ""),
    ],
)
def test_flags_for_the_driver(line: str, flags: str) -> None:
    assert driver_flags(line.split()) == tuple(flags.split())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ()),
        (b"-cc1\0-O2", ("-cc1", "-O2")),
        (b"-cc1\0a b\0", ("-cc1", "a b")),
        (b"-cc1\0-O2\0\n", ("-cc1", "-O2")),
    ],
)
def test_words_end_with_nul(content: bytes, words: tuple[str, ...]) -> None:
    assert split_command(content) == words
