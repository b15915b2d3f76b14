"""What of a build's compiler command stays with a module."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.corpus.paths.driver_words import is_cxx_driver, module_flags, stated_language
from rl4real_data.corpus.paths.path_names import PathNames
from rl4real_data.corpus.places import Place

HERE = PathNames(ran_in=Path("/p/build"), root=Path("/p"))
MOVED = PathNames(ran_in=Path("/p/build"), root=Path("/p"), is_kept=False)


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
        *("-x c", "-xc", "-fdiagnostics-color=always"),
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
    assert module_flags(words, HERE) == tuple(word for word in words if word in ("-DBEFORE", "-DAFTER"))


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
    assert module_flags([*kept.split(), "a.c"], HERE) == tuple(kept.split())


def test_fast_optimisation_leaves_fast_math() -> None:
    assert module_flags(["-Ofast"], HERE) == ("-ffast-math",)


def test_preprocessor_words_are_unwrapped() -> None:
    words = ["-Wp,-D_FORTIFY_SOURCE=2,-MD,x.d", "-Xpreprocessor", "-DY"]
    assert module_flags(words, HERE) == ("-D_FORTIFY_SOURCE=2", "-DY")


@pytest.mark.parametrize(
    ("words", "kept", "moved"),
    [
        ("-I.", "-I.", "-Ibuild"),
        ("-I ../include", "-I../include", "-Iinclude"),
        ("-I/p/include", "-I../include", "-Iinclude"),
        ("-I/p", "-I..", "-I."),
        ("-I/pq", "-I/pq", "-I/pq"),
        ("-I/usr/x", "-I/usr/x", "-I/usr/x"),
        ("-I../../q", "-I../../q", "-I/q"),
        ("-isystem /p/third", "-isystem ../third", "-isystem third"),
        ("-isystem../third", "-isystem ../third", "-isystem third"),
        ("-iquote .", "-iquote .", "-iquote build"),
        ("-idirafter /opt/x", "-idirafter /opt/x", "-idirafter /opt/x"),
        ("-I=/inside", "-I=/inside", "-I=/inside"),
        ('-DHERE="/p/share"', '-DHERE="../share"', '-DHERE="share"'),
        ("-fsanitize-ignorelist=/p/i.txt", "-fsanitize-ignorelist=../i.txt", "-fsanitize-ignorelist=i.txt"),
        ("-fmodule-file=m=/p/build/m.pcm", "-fmodule-file=m=m.pcm", "-fmodule-file=m=build/m.pcm"),
    ],
)
def test_paths_in_the_folder_of_the_build_and_where_that_is_gone(words: str, kept: str, moved: str) -> None:
    assert module_flags(words.split(), HERE) == tuple(kept.split())
    assert module_flags(words.split(), MOVED) == tuple(moved.split())


def test_folders_elsewhere_have_names() -> None:
    places = (Place(name="/elsewhere/g", path=Path("/usr/src/g")), Place(name="/elsewhere/b", path=Path("/b")))
    names = PathNames(ran_in=Path("/p"), root=Path("/p"), places=places)
    words = ["-I/usr/src/g/include", "-I/usr/src/gg", "-isystem", "/b", '-DX="/b/data"', "-I/p/b", "-I/p"]

    expected = ["-I/elsewhere/g/include", "-I/usr/src/gg", "-isystem", "/elsewhere/b", '-DX="/elsewhere/b/data"']
    assert module_flags(words, names) == (*expected, "-Ib", "-I.")


def test_a_build_outside_of_its_project_calls_it_the_project() -> None:
    names = PathNames(ran_in=Path("/tmp/b"), root=Path("/p"), places=(Place(name="/elsewhere/b", path=Path("/tmp/b")),))
    assert str(names.folder) == "/elsewhere/b"
    assert module_flags(["-I/p/include", "-I."], names) == ("-I/project/include", "-I.")


def test_included_file_is_moved_if_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build/config.h").write_text("")
    words = "-include config.h -include other.h -imacros config.h -Xclang -include -Xclang config.h"

    moved = PathNames(ran_in=tmp_path / "build", root=tmp_path, is_kept=False)
    expected = "-include build/config.h -include other.h -imacros build/config.h -include build/config.h"
    assert module_flags(words.split(), moved) == tuple(expected.split())
    here = PathNames(ran_in=tmp_path / "build", root=tmp_path)
    assert module_flags(words.split(), here) == tuple(words.replace("-Xclang ", "").split())


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("-include-pch all.h.pch", "-include all.h"),
        ("-Xclang -include-pch -Xclang all.h.gch", "-include all.h"),
        ("-include-pch all.h.pch -include all.h", "-include all.h"),
        ("-include-pch gone.h.pch -include all.h", "-include all.h"),
        ("-include-pch gone.h.pch", "-include-pch gone.h.pch"),
    ],
)
def test_a_precompiled_header_is_the_header(tmp_path: Path, words: str, kept: str) -> None:
    (tmp_path / "all.h").write_text("")
    assert module_flags(words.split(), PathNames(ran_in=tmp_path, root=tmp_path)) == tuple(kept.split())


@pytest.mark.parametrize(
    ("line", "language"),
    [("-c a.c", ""), ("-x c++ a.c", "c++"), ("-xc++ a.c", "c++"), ("-x c a.c -x none", ""), ("-x c -xc++", "c++")],
)
def test_stated_language(line: str, language: str) -> None:
    assert stated_language(line.split()) == language


@pytest.mark.parametrize(("compiler", "answer"), [("/usr/bin/g++-12", True), ("clang++", True), ("/c++/cc", False)])
def test_compilers_of_cxx(compiler: str, answer: bool) -> None:
    assert is_cxx_driver(compiler) is answer
