"""What of a build's compiler command stays with a module."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.corpus.paths.driver_words import (
    Place,
    drop_launchers,
    is_cxx_driver,
    module_flags,
    stated_language,
)

PLACE = Place(folder=Path("/p/build"), root=Path("/p"))


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("gcc -c a.c", "gcc -c a.c"),
        ("/usr/bin/ccache /usr/bin/gcc -c a.c", "/usr/bin/gcc -c a.c"),
        ("ccache distcc gcc a.c", "gcc a.c"),
        ("sccache --no-daemon clang a.c", "clang a.c"),
        ("env CCACHE_DIR=/x LANG=C ccache gcc -DA=b a.c", "gcc -DA=b a.c"),
        ("cmake -E env A=1 -- ccache cc a.c", "cc a.c"),
        ("cmake -E time cc a.c", "cc a.c"),
        ("libtool --tag=CC --mode=compile gcc a.c", "gcc a.c"),
    ],
)
def test_launchers_go(line: str, rest: str) -> None:
    assert drop_launchers(line.split()) == rest.split()


@pytest.mark.parametrize(
    "dropped",
    [
        *(
            "-c",
            "-o a.o",
            "-oa.o",
            "-MD",
            "-MMD",
            "-MP",
            "-MF a.d",
            "-MFa.d",
            "-MT a.o",
            "-MQ a.o",
            "-MJ x",
            "-E",
            "-S",
        ),
        *(
            "-O",
            "-O0",
            "-O2",
            "-Os",
            "-Og",
            "-mtune=x",
            "--target=arm-linux",
            "-target arm",
        ),
        *("-m64", "-arch x86_64", "--sysroot=/x", "--sysroot /x", "-isysroot /x", "--gcc-toolchain=/x"),
        *("-g", "-g3", "-ggdb", "-gdwarf-4", "-Wall", "-Werror=all", "-Wno-x", "-w", "-pedantic", "-Wl,-z,now"),
        *("-Wa,--noexecstack", "-Wp,-MMD,a.d", "-Xlinker -x", "-Xassembler -y", "-L/x", "-L x", "-lm", "-l m", "-pipe"),
        *("-flto", "-flto=thin", "-fno-lto", "-fwhole-program-vtables", "-fembed-bitcode=all", "--coverage", "-pg"),
        *("-fprofile-arcs", "-ftest-coverage", "-fprofile-use=x", "-wrapper x"),
        *("-x c", "-xc", "-include-pch a.pch", "-Xclang -include-pch -Xclang a.pch", "-fdiagnostics-color=always"),
        *(
            "-ffile-prefix-map=a=b",
            "-Xpreprocessor -MD",
            "a.c",
            "/p/a.c",
            "b.o",
            "-- a.c",
            "-fdebug-prefix-map=a=b",
        ),
    ],
)
def test_what_does_not_decide_the_code_goes(dropped: str) -> None:
    words = ["-DBEFORE", *dropped.split()]
    if "--" not in words:
        words.append("-DAFTER")
    assert module_flags(words, PLACE) == tuple(word for word in words if word in ("-DBEFORE", "-DAFTER"))


@pytest.mark.parametrize(
    "kept",
    [
        *(
            "-DX",
            "-D X=1",
            "-UX",
            "-U X",
            "-std=c99",
            "-fPIC",
            "-fno-pic",
            "-fno-strict-aliasing",
            "-mavx2",
            "-msse4.2",
        ),
        *(
            "-fno-exceptions",
            "-pthread",
            "-ffast-math",
            "-nostdinc",
            "-mllvm -inline-threshold=3",
            "-fsanitize=address",
        ),
        *("-m32", "-march=native", "-mcpu=x", "-fno-ipa-sra", "-mno-fancy-math-387", "-fno-canonical-system-headers"),
        *("-Xclang -disable-llvm-passes", "-ffunction-sections", "-mcmodel=large", "-trigraphs", "--param=x=1"),
    ],
)
def test_what_decides_the_code_stays(kept: str) -> None:
    assert module_flags([*kept.split(), "a.c"], PLACE) == tuple(kept.split())


def test_fast_optimisation_leaves_fast_math() -> None:
    assert module_flags(["-Ofast"], PLACE) == ("-ffast-math",)


def test_preprocessor_words_are_unwrapped() -> None:
    words = ["-Wp,-D_FORTIFY_SOURCE=2,-MD,x.d", "-Xpreprocessor", "-DY"]
    assert module_flags(words, PLACE) == ("-D_FORTIFY_SOURCE=2", "-DY")


@pytest.mark.parametrize(
    ("words", "moved"),
    [
        ("-I.", "-Ibuild"),
        ("-I ../include", "-Iinclude"),
        ("-I/p/include", "-Iinclude"),
        ("-I/p", "-I."),
        ("-I/usr/x", "-I/usr/x"),
        ("-I../../q", "-I/q"),
        ("-isystem /p/third", "-isystem third"),
        ("-isystem../third", "-isystem third"),
        ("-iquote .", "-iquote build"),
        ("-idirafter /opt/x", "-idirafter /opt/x"),
        ("-I=/inside", "-I=/inside"),
    ],
)
def test_folders_are_relative_to_where_our_compiler_runs(words: str, moved: str) -> None:
    assert module_flags(words.split(), PLACE) == tuple(moved.split())


def test_included_file_is_moved_if_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build/config.h").write_text("")
    place = Place(folder=tmp_path / "build", root=tmp_path)
    words = "-include config.h -include other.h -imacros config.h -Xclang -include -Xclang config.h"

    expected = "-include build/config.h -include other.h -imacros build/config.h -include build/config.h"
    assert module_flags(words.split(), place) == tuple(expected.split())


@pytest.mark.parametrize(
    ("line", "language"),
    [("-c a.c", ""), ("-x c++ a.c", "c++"), ("-xc++ a.c", "c++"), ("-x c a.c -x none", ""), ("-x c -xc++", "c++")],
)
def test_stated_language(line: str, language: str) -> None:
    assert stated_language(line.split()) == language


@pytest.mark.parametrize(("compiler", "answer"), [("/usr/bin/g++-12", True), ("clang++", True), ("/c++/cc", False)])
def test_compilers_of_cxx(compiler: str, answer: bool) -> None:
    assert is_cxx_driver(compiler) is answer
