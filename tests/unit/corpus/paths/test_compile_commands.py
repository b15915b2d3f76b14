"""Compilation databases as corpora."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.module import Corpus, Language
from rl4real_data.corpus.paths.compile_commands import find_database


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "deep" / "project"
    for name in ("src/a.c", "src/b.cpp", "lib/c.c", "build/generated.c"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("int x;\n")
    return folder


def write(project: Path, *entries: Any) -> Path:
    path = project / "build" / "compile_commands.json"
    path.write_text(json.dumps(entries))
    return path


def entry(project: Path, command: str, *, file: str = "", folder: str = "build") -> dict[str, str]:
    file = file or command.split()[-1]
    return {"directory": str(project / folder), "file": file, "command": command}


def corpus(path: Path) -> Corpus:
    return find_database(path).corpus("toy", Cache(root=path.parent / "cache"))


def test_modules_with_their_flags(project: Path) -> None:
    path = write(
        project,
        entry(project, f"c++ -I{project}/src -std=c++17 -o b.o -c {project}/src/b.cpp"),
        entry(project, "cc -DX=1 -O1 -I../src -c ../src/a.c"),
        entry(project, "cc -I. -MD -c generated.c"),
    )
    found = corpus(path)

    assert find_database(path).name == "project"
    assert (found.root, found.license) == (project, "NOASSERTION")
    assert [(m.name, m.language, m.flags) for m in found.modules] == [
        ("build/generated.c", Language.C, ("-I.",)),
        ("src/a.c", Language.C, ("-DX=1", "-I../src")),
        ("src/b.cpp", Language.CXX, ("-I../src", "-std=c++17")),
    ]
    assert {m.working_folder for m in found.modules} == {project / "build"}
    assert [m.argument for m in found.modules] == ["generated.c", "../src/a.c", "../src/b.cpp"]
    assert all(module.source.is_file() for module in found.modules)


def test_arguments_are_taken_as_they_are(project: Path) -> None:
    arguments = ["/usr/bin/ccache", "gcc", '-DTEXT="a  b"', "-c", "a.c"]
    path = write(project, {"directory": "../src", "file": "a.c", "arguments": arguments})

    (module,) = corpus(path).modules
    assert (module.source, module.flags) == (project / "src/a.c", ('-DTEXT="a  b"',))


def test_absolute_file_and_relative_argument(project: Path) -> None:
    path = write(project, entry(project, "gcc -c -DB a.c", file=str(project / "src/a.c"), folder="src"))

    (module,) = corpus(path).modules
    assert (module.source, module.flags) == (project / "src/a.c", ("-DB",))


def test_one_file_with_several_sets_of_flags(project: Path) -> None:
    commands = ("cc -DONE -c ../src/a.c", "cc -DTWO -c ../src/a.c", "ccache cc -DONE -O2 -o x.o -c ../src/a.c")
    path = write(project, *(entry(project, command) for command in commands), entry(project, "cc -c ../lib/c.c"))

    found = corpus(path)
    assert [(m.name, m.flags) for m in found.modules] == [
        ("lib/c.c", ()),
        ("src/a.c", ("-DONE",)),
        ("src/a.c#2", ("-DTWO",)),
    ]


def test_response_file_is_relative_to_the_folder_of_the_entry(project: Path) -> None:
    (project / "build/flags.rsp").write_text("-DFROM_FILE -I'../lib' -O0")
    path = write(project, entry(project, "cc @flags.rsp -c ../src/a.c"))

    assert corpus(path).modules[0].flags == ("-DFROM_FILE", "-I../lib")


def test_language_by_option_compiler_and_suffix(project: Path) -> None:
    for name in ("up.C", "odd.inc"):
        (project / "src" / name).write_text("")
    commands = ("g++ -c ../src/a.c", "cc -x c++ -c ../lib/c.c", "c++ -c ../src/up.C", "cc -x c -c ../src/odd.inc")
    path = write(project, *(entry(project, command) for command in commands))

    languages = {m.name: m.language.value for m in corpus(path).modules}
    assert languages == {"src/a.c": "c++", "lib/c.c": "c++", "src/up.C": "c++", "src/odd.inc": "c"}


def test_other_languages_are_left_out(project: Path) -> None:
    others = (
        "cc -c ../src/start.S",
        "cc -x assembler -c ../src/a.c",
        "gfortran -c ../x.f90",
        "nvcc -x cuda -c ../x.cpp",
    )
    path = write(project, *(entry(project, command) for command in others), entry(project, "cc -c ../lib/c.c"))

    found = {m.name: m.left_out for m in corpus(path).modules}
    assert found == {
        "lib/c.c": "",
        "src/a.c": "no C, C++ or LLVM IR but assembler",
        "src/start.S": "no C, C++ or LLVM IR but assembler-with-cpp",
        "x.cpp": "no C, C++ or LLVM IR but cuda",
        "x.f90": "no C, C++ or LLVM IR but f95",
    }
    only_others = write(project, *(entry(project, command) for command in others))
    with pytest.raises(UsageError, match="none of its 4 entries is C"):
        find_database(only_others)


def test_build_folder_far_away_does_not_make_everything_the_root(project: Path) -> None:
    far = {"directory": "/far/away/build", "file": str(project / "src/a.c"), "command": "cc -I. -I../inc -c a.c"}
    path = write(project, far)

    (module,) = corpus(path).modules
    assert (module.root, module.name, module.working_folder) == (project, "src/a.c", project)
    assert module.flags == ("-I/elsewhere/away/build", "-I/elsewhere/away/inc")
    assert module.words == ("-I/far/away/build", "-I/far/away/inc")


def test_sources_outside_of_the_project_have_names_of_their_own(project: Path) -> None:
    outside = project.parent.parent / "packages" / "googletest"
    for name in ("src/all.cc", "include/g.h"):
        (outside / name).parent.mkdir(parents=True, exist_ok=True)
        (outside / name).write_text("")
    path = write(
        project,
        entry(project, f"c++ -I{outside}/include -c ../src/b.cpp"),
        entry(project, f"c++ -isystem {outside}/include -I{project}/src -c {outside}/src/all.cc"),
    )

    first, second = corpus(path).modules
    assert (first.name, first.source, first.argument) == (
        "elsewhere/googletest/src/all.cc",
        outside / "src/all.cc",
        "/elsewhere/googletest/src/all.cc",
    )
    assert first.flags == ("-isystem", "/elsewhere/googletest/include", "-I../src")
    assert first.words == ("-isystem", f"{outside}/include", "-I../src")
    assert (second.name, second.flags) == ("src/b.cpp", ("-I/elsewhere/googletest/include",))
    assert first.root == project


def test_headers_of_the_system_are_called_the_same_everywhere(project: Path) -> None:
    path = write(project, entry(project, "cc -I/usr/include/libxml2 -isystem /usr/local/include -c ../src/a.c"))

    (module,) = corpus(path).modules
    assert module.flags == ("-I/usr/include/libxml2", "-isystem", "/usr/local/include")


def test_a_compiler_proper_beside_its_driver_is_one_module(project: Path) -> None:
    inner = "/usr/bin/clang-22 -cc1 -triple x86_64-pc-linux-gnu -emit-obj -DX=1 -O2 -o a.o -x c ../src/a.c"
    gcc = "/usr/lib/gcc/x86_64-linux-gnu/12/cc1 -quiet -DX=1 ../src/a.c -quiet -dumpbase a.c -march=x86-64 -o a.s"
    assembler = "/usr/bin/clang-22 -cc1as -triple x86_64 -filetype obj a.s"
    lines = (inner, gcc, "clang -DX=1 -c ../src/a.c", assembler)
    path = write(project, *(entry(project, line, file="../src/a.c") for line in lines))

    (module,) = corpus(path).modules
    assert module.flags == ("-DX=1",)


def test_a_compiler_proper_alone_is_read_as_what_it_is(project: Path) -> None:
    words = "-relaxed-aliasing -stack-protector 2 -target-cpu x86-64 -target-feature +avx2 -mrelocation-model pic"
    line = f"clang -cc1 -triple x86_64 {words} -pic-level 2 -internal-isystem /x -I ../inc -O2 -o a.o -x c++ ../src/a.c"
    path = write(project, entry(project, line))

    (module,) = corpus(path).modules
    assert module.language is Language.CXX
    assert module.flags == (
        *("-fno-strict-aliasing", "-fstack-protector-strong", "-mavx2", "-I../inc", "-fPIC", "-fno-exceptions"),
    )


def test_microsoft_s_compiler(project: Path) -> None:
    words = rf'/nologo /TP /DW=7 /I"{project}/src" /O2 /Fobuild\a.obj /arch:AVX /c {project}/src/a.c'
    line = rf'"C:\Program Files\VC\cl.exe" {words}'
    path = write(
        project,
        entry(project, line, file=str(project / "src/a.c")),
        entry(project, f"clang-cl /DW=7 -DX /std:c17 -c -- {project}/lib/c.c", file=str(project / "lib/c.c")),
    )

    first, second = corpus(path).modules
    assert (first.name, first.language, first.flags) == (
        *("lib/c.c", Language.C),
        ("-fms-extensions", "-DW=7", "-DX", "-std=c17"),
    )
    assert (second.language, second.flags) == (Language.CXX, ("-fms-extensions", "-DW=7", "-I../src", "-mavx"))


def test_nvidia_s_compiler_for_the_host(project: Path) -> None:
    line = "nvcc -ccbin=gcc --compiler-options -fPIC,-Wall -Xcompiler=-fopenmp -arch sm_70 -dc -I../lib ../src/a.c"
    path = write(project, entry(project, line))

    assert corpus(path).modules[0].flags == ("-fPIC", "-fopenmp", "-I../lib")


def test_a_working_folder_and_a_configuration_of_clang_s(project: Path) -> None:
    (project / "src/my.cfg").write_text("# ours\n-DV=1 \\\n -DW\n")
    path = write(
        project,
        entry(project, f"clang -working-directory={project}/src -Iinc -c a.c", file=str(project / "src/a.c")),
        entry(project, "clang --config ../src/my.cfg -c ../lib/c.c"),
        entry(project, "clang --config=there.cfg -c ../src/b.cpp"),
    )

    modules = {m.name: m for m in corpus(path).modules}
    assert (modules["src/a.c"].working_folder, modules["src/a.c"].flags) == (project / "src", ("-Iinc",))
    assert modules["lib/c.c"].flags == ("-DV=1", "-DW")
    assert modules["src/b.cpp"].flags == ("--config=there.cfg",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_texts_of_other_systems(project: Path, encoding: str) -> None:
    path = write(project, entry(project, "cc -DÄ -c ../src/a.c"))
    path.write_bytes(path.read_text().encode(encoding))

    assert corpus(path).modules[0].flags == ("-DÄ",)


def test_commas_that_nothing_follows(project: Path) -> None:
    path = write(project, entry(project, "cc '-DX=,]' -c ../src/a.c"))
    path.write_text(path.read_text().replace("}]", ",\n},\n]"))

    assert corpus(path).modules[0].flags == ("-DX=,]",)


def test_all_problems_at_once(project: Path) -> None:
    good = entry(project, "cc -c ../src/a.c")
    path = write(
        project,
        good,
        "text",
        {"directory": "/x", "command": "cc"},
        {"directory": "/x", "file": "a.c"},
        {"directory": "/x", "file": "a.c", "arguments": ["cc", 1]},
        entry(project, "cc 'a.c", file="a.c"),
        {"directory": "/x", "file": "a.c", "command": " "},
    )
    with pytest.raises(UsageError, match="entry 1") as raised:
        find_database(path)

    assert [line.removeprefix(f"{path}: ") for line in str(raised.value).splitlines()] == [
        "entry 1: it is no object",
        'entry 2: "file" and "directory" must be texts',
        'entry 3: a.c needs "command", a text, or "arguments", a list of texts',
        'entry 4: a.c needs "command", a text, or "arguments", a list of texts',
        "entry 5: the quote ' is not closed",
        "entry 6: the command of a.c is empty",
    ]
    assert "CMAKE_EXPORT_COMPILE_COMMANDS" in raised.value.hint


@pytest.mark.parametrize(
    ("text", "problem"), [("{", "cannot be read"), ("{}", "must be a list"), ("[]", "of its 0 entr")]
)
def test_no_database(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "compile_commands.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=problem):
        find_database(path)
