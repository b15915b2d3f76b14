"""Folders whose own build system is asked, with build tools that are scripts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from rl4real_data.core.errors import Rl4realError, SourceError, ToolchainError
from rl4real_data.corpus.catalog import Catalog
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.resolve import resolve_available
from rl4real_data.corpus.sources.source import Supply

EMPTY = Catalog(manifests={}, groups={})

TOOL = """#!{python}
import json, os, pathlib, sys
with open({log!r}, "a") as log:
    print(json.dumps([os.path.basename(sys.argv[0]), sys.argv[1:], os.getcwd(), os.environ.get("CC")]), file=log)
here = pathlib.Path.cwd()
text = pathlib.Path("a.c").read_text()
if "--build" in sys.argv:
    (here / "made.c").write_text("int made;")
    sys.exit("the build is broken" if "fail" in text else 0)
if text.startswith("fail"):
    print("checking", file=sys.stdout)
    sys.exit("the build is broken")
command = f"cc -I{{here}}/inc -DV=1 -c {{here}}/a.c"
entry = {{"directory": str(here / "sub"), "file": str(here / "a.c"), "command": command}}
folder = here / "rl4real-build" if "-B" in sys.argv else here
folder.mkdir(exist_ok=True)
if "silent" not in text:
    made = {{**entry, "file": str(here / "made.c")}} if "generate" in text else entry
    (folder / "compile_commands.json").write_text(json.dumps([entry, made]))
"""


class Machine:
    """A project and the tools that are installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "my project"
        (self.project / ".git").mkdir(parents=True)
        (self.project / ".git/big").write_text("history")
        (self.project / "a.c").write_text("int a;\n")
        self.said: list[str] = []
        (folder / "bin").mkdir()

    def install(self, *tools: str) -> None:
        for tool in tools:
            path = self.folder / "bin" / tool
            path.write_text(TOOL.format(python=sys.executable, log=str(self.folder / "log")))
            path.chmod(0o755)

    def resolve(self, *, allow_build: bool = True) -> Corpus:
        supply = Supply(
            cache=self.folder / "cache",
            search_path=str(self.folder / "bin"),
            jobs=3,
            allow_build=allow_build,
            say=self.said.append,
        )
        return resolve_available([str(self.project)], supply, catalog=EMPTY).corpora[0]

    def calls(self) -> list[list[object]]:
        log = self.folder / "log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_nothing_is_run_unless_allowed(machine: Machine) -> None:
    machine.install("cmake", "bear", "make")
    (machine.project / "CMakeLists.txt").write_text("")
    corpus = machine.resolve(allow_build=False)

    assert ([m.flags for m in corpus.modules], corpus.root, machine.calls()) == ([()], machine.project, [])


def test_cmake_is_configured_in_a_copy(machine: Machine) -> None:
    machine.install("cmake", "clang-22", "clang++-22")
    (machine.project / "CMakeLists.txt").write_text("")
    corpus = machine.resolve()

    ((tool, words, folder, compiler),) = machine.calls()
    assert tool == "cmake"
    assert words == [
        "-S",
        ".",
        "-B",
        "rl4real-build",
        "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
        "-DCMAKE_BUILD_TYPE=Release",
    ]
    assert str(folder).startswith(str(machine.folder / "cache"))
    assert compiler == str(machine.folder / "bin/clang-22")
    assert (corpus.name, [(m.name, m.flags) for m in corpus.modules]) == ("my project", [("a.c", ("-Iinc", "-DV=1"))])
    assert corpus.root.is_relative_to(machine.folder / "cache")
    assert corpus.modules[0].source.read_text() == "int a;\n"
    assert not (corpus.root / ".git").exists()
    assert sorted(path.name for path in machine.project.iterdir()) == [".git", "CMakeLists.txt", "a.c"]
    assert machine.said == [f"my project: cmake {' '.join(words)}"]


@pytest.mark.parametrize("outcome", ["generate", "generate, then fail"])
def test_sources_that_the_build_generates(machine: Machine, outcome: str) -> None:
    machine.install("cmake")
    (machine.project / "CMakeLists.txt").write_text("")
    (machine.project / "a.c").write_text(outcome)
    corpus = machine.resolve()

    called = [words for _, words, *_ in machine.calls()]
    assert called[1:] == [["--build", "rl4real-build", "--parallel", "3"]]
    assert [(m.name, m.source.is_file()) for m in corpus.modules] == [("a.c", True), ("made.c", True)]
    assert any("cmake failed (1)" in text for text in machine.said) is ("fail" in outcome)


def test_it_is_built_once_and_again_when_a_file_changes(machine: Machine) -> None:
    machine.install("cmake")
    (machine.project / "CMakeLists.txt").write_text("")
    machine.resolve()
    machine.resolve()
    assert len(machine.calls()) == 1

    (machine.project / "a.c").write_text("int another;\n")
    assert machine.resolve().modules[0].source.read_text() == "int another;\n"
    assert len(machine.calls()) == 2


@pytest.mark.parametrize("with_configure", [False, True])
def test_bear_watches_make(machine: Machine, with_configure: bool) -> None:
    machine.install("bear", "make")
    (machine.project / "Makefile").write_text("")
    if with_configure:
        machine.install("configure")
        (machine.folder / "bin/configure").rename(machine.project / "configure")
    corpus = machine.resolve()

    called = [(tool, words) for tool, words, *_ in machine.calls()]
    watched = ("bear", ["--", str(machine.folder / "bin/make"), "-j3"])
    assert called == ([("configure", []), watched] if with_configure else [watched])
    assert [m.flags for m in corpus.modules] == [("-Iinc", "-DV=1")]


def test_folder_without_a_build_system_is_a_plain_one(machine: Machine) -> None:
    assert machine.resolve().root == machine.project


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("fail", r"the build of .*my project: cmake failed \(1\)\nchecking\nthe build is broken"),
        ("silent", r"the build of .*my project wrote no compile_commands\.json"),
    ],
)
def test_build_that_fails_says_its_last_words(machine: Machine, text: str, problem: str) -> None:
    machine.install("cmake")
    (machine.project / "CMakeLists.txt").write_text("")
    (machine.project / "a.c").write_text(text)
    with pytest.raises(SourceError, match=problem):
        machine.resolve()
    assert [path.name for path in (machine.folder / "cache/corpora").iterdir()] == []


@pytest.mark.parametrize(
    ("file", "installed", "tool"),
    [("CMakeLists.txt", (), "cmake"), ("Makefile", ("make",), "bear"), ("configure", ("bear",), "make")],
)
def test_missing_tool_is_named(machine: Machine, file: str, installed: tuple[str, ...], tool: str) -> None:
    machine.install(*installed)
    (machine.project / file).write_text("")
    with pytest.raises(ToolchainError, match=f"{tool} is not found") as raised:
        machine.resolve()
    error: Rl4realError = raised.value
    assert error.hint == f"apt-get install {tool}"
