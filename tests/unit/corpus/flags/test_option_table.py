"""Command lines are read as clang reads them."""

from __future__ import annotations

import pytest

from rl4real_data.corpus.flags.option_table import CC1, DRIVER, Said, option_table


def read(line: str, reader: str = DRIVER) -> list[tuple[str, tuple[str, ...], str]]:
    said = option_table(reader).read(line.split())
    return [(each.option.root if each.option else "", each.words, each.value) for each in said]


@pytest.mark.parametrize(
    ("line", "root", "value"),
    [
        ("-fPIC", "-fPIC", ""),
        ("-DX=1", "-D", "X=1"),
        ("-D X=1", "-D", "X=1"),
        ("--define-macro=X", "-D", "X"),
        ("-o a.o", "-o", "a.o"),
        ("-oa.o", "-o", "a.o"),
        ("-Wextra", "-W", "extra"),
        ("-Wl,-z,now", "-Wl,", "-z,now"),
        ("-std=c99", "-std=", "c99"),
        ("--std c99", "-std=", "c99"),
        ("-fplugin=x.so", "-fplugin=", "x.so"),
        ("-fplugin-arg-a-b", "-fplugin-arg-", "a-b"),
        ("-mllvm -x", "-mllvm", "-x"),
        ("-mllvm=-x", "-mllvm", "-x"),
        ("-sectcreate a b c", "-sectcreate", "a"),
        ("-- a.c -fplugin=x", "--", "a.c"),
        ("-O3", "-O", "3"),
        ("-Xarch_arm64 -x", "-Xarch_", "arm64"),
    ],
)
def test_one_option_with_its_words(line: str, root: str, value: str) -> None:
    assert read(line) == [(root, tuple(line.split()), value)]


@pytest.mark.parametrize("word", ["a.c", "-", "-funknown-to-anybody", "@words"])
def test_what_is_no_option(word: str) -> None:
    assert read(word) == [("", (word,), "")]


def test_the_longest_spelling_counts() -> None:
    assert [root for root, _, _ in read("-fprofile-use=x -fprofile -F x -Fx")] == [
        *("-fprofile-use=", "-fprofile", "-F", "-F")
    ]


def test_a_value_is_no_option() -> None:
    assert read("-D -fplugin=x.so -include -o") == [
        ("-D", ("-D", "-fplugin=x.so"), "-fplugin=x.so"),
        ("-include", ("-include", "-o"), "-o"),
    ]


def test_what_is_cut_off() -> None:
    (said,) = option_table(DRIVER).read(["-D"])
    assert said.is_cut_off
    assert said.words == ("-D",)


def test_the_compiler_proper_knows_other_options() -> None:
    assert read("-load x.so", CC1) == [("-load", ("-load", "x.so"), "x.so")]
    assert [root for root, _, _ in read("-load x.so")] == ["-l", ""]  # the library `oad`


def test_groups_and_places_are_those_of_clang() -> None:
    option = next(option_table(DRIVER).read(["-ffast-math"])).option
    assert isinstance(next(option_table(DRIVER).read(["-x"])), Said)
    assert option is not None
    assert (option.groups, option.where, option.value) == (("f", "CompileOnly"), "LANG", "flag")
