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
        ("build/generated.c", Language.C, ("-Ibuild",)),
        ("src/a.c", Language.C, ("-DX=1", "-Isrc")),
        ("src/b.cpp", Language.CXX, ("-Isrc", "-std=c++17")),
    ]
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

    assert corpus(path).modules[0].flags == ("-DFROM_FILE", "-Ilib")


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
    assert (module.root, module.name) == (project / "src", "a.c")
    assert module.flags == ("-I/far/away/build", "-I/far/away/inc")


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
