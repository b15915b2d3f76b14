"""Programs that stand before the compiler."""

from __future__ import annotations

import pytest

from rl4real_data.corpus.paths.launchers import drop_launchers, program_name


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("gcc -c a.c", "gcc -c a.c"),
        ("/usr/bin/ccache /usr/bin/gcc -c a.c", "/usr/bin/gcc -c a.c"),
        ("ccache distcc gcc a.c", "gcc a.c"),
        ("sccache --no-daemon clang a.c", "clang a.c"),
        ("env CCACHE_DIR=/x LANG=C ccache gcc -DA=b a.c", "gcc -DA=b a.c"),
        ("CCACHE_DIR=/x ccache gcc -c a.c", "gcc -c a.c"),
        ("env -u FOO gcc -c a.c", "gcc -c a.c"),
        ("cmake -E env A=1 -- ccache cc a.c", "cc a.c"),
        ("cmake -E time cc a.c", "cc a.c"),
        ("libtool --tag=CC --mode=compile gcc a.c", "gcc a.c"),
        ("taskset -c 1 gcc -c a.c", "gcc -c a.c"),
        ("/bin/sh -c gcc -c a.c", "gcc -c a.c"),
        ("python3 wrap.py gcc -DW -c a.c", "gcc -DW -c a.c"),
        ("ours/wrapper aarch64-linux-gnu-gcc-12 -c a.c", "aarch64-linux-gnu-gcc-12 -c a.c"),
        ("zig cc -c a.c", "cc -c a.c"),
        ("fastbuild.exe gcc -c a.c", "gcc -c a.c"),
        ("ccache -DX -c f.c", "cc -DX -c f.c"),
        ("ccache max_size=1G -DX -c f.c", "cc -DX -c f.c"),
        ("ccache -- gcc -c a.c", "gcc -c a.c"),
        ("ccache ourcc -c a.c", "ourcc -c a.c"),
        ("env A=1 ourcc -c a.c", "ourcc -c a.c"),
        ("ourcc -I gcc -c a.c", "ourcc -I gcc -c a.c"),
        ("ccache", ""),
    ],
)
def test_launchers_go(line: str, rest: str) -> None:
    assert drop_launchers(line.split()) == rest.split()


def test_the_command_of_a_shell() -> None:
    assert drop_launchers(["sh", "-c", "ccache gcc '-DA=b c' -c a.c"]) == ["gcc", "-DA=b c", "-c", "a.c"]


@pytest.mark.parametrize("word", [r"C:\\mingw\\bin\\g++.exe", "/usr/bin/g++", "g++"])
def test_names_of_programs(word: str) -> None:
    assert program_name(word) == "g++"
