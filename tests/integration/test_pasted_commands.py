"""The commands in `modules.parquet`, pasted into a shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import MOST_SECONDS, Run, run_program

pytestmark = pytest.mark.clang

FLOW = ("flow", "x86", "test", "mlra", "--no-embed", "--data-dir")
SOURCE = '#include "own.h"\nint sum(int n, const int *v) { int s = 0; while (n--) s += v[n] * OWN; return s; }\n'
MANIFEST = """
name = "own"
summary = "A project of one's own"
license = "MIT"
license_evidence = "written for this test"
split = "train"
[source]
kind = "folder"
path = "{folder}"
[modules]
globs = {globs}
includes = ["include $x"]
flags = ["-DTEXT=\\"two words\\""]
needs_libc = false
"""


@dataclass(frozen=True)
class Place:
    """A user's folder, with the newest compiler; `elsewhere` is another one."""

    folder: Path
    elsewhere: Path
    bin_dir: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def bitcode(self, name: str, function: str, *words: str) -> Path:
        """Of a function by that name alone, which is a number in it, too."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = SOURCE.split("\n")[1].replace("sum(", f"{function}(").replace("OWN", str(sum(function.encode())))
        line = [
            self.bin_dir / "clang",
            "-O2",
            "-march=core2",
            *(words or ("-emit-llvm",)),
            "-xc",
            "-c",
            "-",
            "-o",
            path,
        ]
        subprocess.run(line, input=text, text=True, check=True, timeout=MOST_SECONDS)
        return path

    def archive(self, name: str, *members: Path) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([self.bin_dir / "llvm-ar", "rc", path, *members], check=True, timeout=MOST_SECONDS)
        for member in members:
            member.unlink()
        return path

    def project(self, name: str) -> None:
        self.write(f"{name}/include $x/own.h", "#define OWN 3\n")
        self.write(f"{name}/-it's.c", SOURCE)


def bash(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
    )


def make_folder(place: Place) -> str:
    """A source, and in folders bitcode of several modules and an archive with members of one name."""
    place.project("in")
    place.bitcode("in/caf\udce9 x.bc", "cafe")
    place.archive("in/deep/-lib.a", place.bitcode("one.o", "member", "-flto=thin"))
    twice = [place.bitcode(f"{name}.bc", name) for name in ("first", "second")]
    (place.folder / "in/deep/twice.bc").write_bytes(b"".join(file.read_bytes() for file in twice))
    return "in"


def make_list(place: Place) -> str:
    """It lies apart from its files."""
    make_folder(place)
    place.write("lists/of $them.txt", "../in/-it's.c\n../in/deep/twice.bc\n")
    place.write("in/own.h", "#define OWN 4\n")
    return "@lists/of $them.txt"


def make_database(place: Place) -> str:
    """One source of the project's, one of a library elsewhere on the machine, compiled in a build's folder."""
    place.project("in")
    library = place.elsewhere / "li b"
    (library / "src").mkdir(parents=True)
    (library / "src/say.h").write_text("void say(const char *);\ninline void in(void) { say(__FILE__); }\n")
    (library / "src/all.c").write_text('#include "say.h"\nvoid all(void) { say(__FILE__); in(); }\n')
    (place.folder / "in/build").mkdir()
    (place.folder / "in/.git").mkdir()
    include = place.folder / "in/include $x"
    entries = [
        {"directory": str(place.folder / "in/build"), "file": file, "arguments": ["cc", "-O1", *flags, "-c", file]}
        for file, flags in (
            ("../-it's.c", [f"-I{include}", f"-I{library}/src"]),
            (f"{library}/src/all.c", [f"-I{library}/src"]),
        )
    ]
    place.write("in/build/compile_commands.json", json.dumps(entries[::-1]))
    return "in/build/compile_commands.json"


def make_built(place: Place) -> str:
    place.project("in")
    (place.folder / "in/include $x").rename(place.folder / "in/include")  # CMake writes that dollar twice
    place.write(
        "in/CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.18)\nproject(toy C)\nadd_library(toy STATIC ./-it's.c)\n"
        "target_include_directories(toy PRIVATE include)\n",
    )
    return "in"


def make_mlgo(place: Place) -> str:
    """One module, and two in one file."""
    place.bitcode("in/one.bc", "one")
    both = b"".join(place.bitcode(f"{name}.bc", name).read_bytes() for name in ("first", "second"))
    (place.folder / "in/both.bc").write_bytes(both)
    place.write("in/corpus_description.json", json.dumps({"modules": ["one", "both"]}))
    for name in ("one", "both"):
        place.write(f"in/{name}.cmd", "-cc1\0-O2\0")
    return "in/corpus_description.json"


def make_parquet(place: Place) -> str:
    content = [place.bitcode(f"{name}.bc", name).read_bytes() for name in ("first", "second")]
    columns = {"content": content, "license_expression": ["MIT"] * 2, "language": ["c", "c++"]}
    pq.write_table(pa.table(columns), place.folder / "part of.parquet")
    return "part of.parquet"


def make_rows(place: Place) -> str:
    return f"{make_parquet(place)}#rows=1:2"


def make_object(place: Place) -> str:
    return place.bitcode("in/it's.o", "fat", "-flto", "-ffat-lto-objects").relative_to(place.folder).as_posix()


def make_archive(place: Place) -> str:
    members = [place.bitcode("one.o", "one", "-flto=thin"), place.bitcode("two.o", "two", "-flto=thin")]
    return place.archive("lib.a", *members).name


def make_manifest(place: Place) -> str:
    """Of sources, and of an archive."""
    make_folder(place)
    place.write("own.toml", MANIFEST.format(folder=place.folder / "in", globs='["**/*.c", "deep/*"]'))
    return "own.toml"


def make_shipped(_: Place) -> str:
    return "intrinsics"


MAKERS: Mapping[Callable[[Place], str], str] = {
    make_folder: "in",
    make_list: "lists",
    make_database: "in/build",
    make_built: "in",
    make_mlgo: "in",
    make_parquet: ".",
    make_rows: ".",
    make_object: "in",
    make_archive: ".",
    make_manifest: ".",
    make_shipped: "",
}
"""And the folder in which the commands of each are said."""


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_command_of_every_kind_of_input_records_the_same_wherever_it_is_pasted(
    toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path, make: Callable[[Place], str]
) -> None:
    place = Place(tmp_path / "user's", tmp_path / "far", toolchains[22][0].bin_dir)
    place.folder.mkdir()
    word = make(place)
    allow = ("--allow-build",) if make is make_built else ()
    words = (
        "flow",
        "x86",
        "test",
        "mlra",
        "--corpus",
        word,
        "--data-dir",
        tmp_path / "d",
        "--no-embed",
        "--limit",
        "9",
    )
    run_program(place.folder, *words, *allow)

    rows = pq.read_table(tmp_path / "d/modules.parquet").to_pylist()
    commands = {row["module"]: row["command"] for row in rows if row["status"] == "done"}
    (tmp_path / "another").mkdir()
    said_in = {"CORPUS": str(place.folder / MAKERS[make])} if MAKERS[make] else {}
    recorded: dict[tuple[str, str], str] = {}
    for number, (module, command) in enumerate(list(commands.items())[::2]):  # each starts Python four times
        assert str(tmp_path) not in command
        file = tmp_path / f"{number}.records"
        line = command.replace("-mlra-dump-columns=/dev/null", f"-mlra-dump={file}")
        done = bash(line, tmp_path / "another", **said_in)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), command
        recorded |= {(module, each["function"]): each["mir"] for each in functions(file)}
    pasted = list(commands)[::2]
    assert recorded == {key: mir for key, mir in episodes(tmp_path / "d").items() if key[0] in pasted}
    assert recorded


def functions(file: Path) -> list[dict[str, Any]]:
    return [row for line in file.read_text().splitlines() if "mir" in (row := json.loads(line))]


def episodes(data_dir: Path) -> dict[tuple[str, str], str]:
    rows = pq.read_table(data_dir / "data", columns=["module", "function", "mir"]).to_pylist()
    return {(row["module"], row["function"]): row["mir"] for row in rows}


def test_command_of_a_manifest_of_ones_own_compiles_with_the_clang_of_build_dir(
    rl4real: Run, toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path
) -> None:
    """As it stands but for the file that it writes into; that clang is not the one on PATH. The source's name begins
    with a dash, which neither flow's compiler nor the shell's takes for an option.
    """
    place = Place(tmp_path, tmp_path, toolchains[19][0].bin_dir)
    place.project("project")
    place.write("own.toml", MANIFEST.format(folder=tmp_path / "project", globs='["**/*.c"]'))
    build_dir = str(place.bin_dir.parent)
    rl4real(*FLOW, "d", "--corpus", "own.toml", BUILD_DIR=build_dir)
    (command,) = pq.read_table(tmp_path / "d/modules.parquet")["command"].to_pylist()

    line = command.replace("-mlra-dump-columns=/dev/null", f"-mlra-dump={tmp_path}/records")
    done = bash(line, tmp_path, BUILD_DIR=build_dir)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert '"function":"sum"' in (tmp_path / "records").read_text()
    assert str(tmp_path) not in command


def test_object_file_of_a_pasted_command_names_files_as_the_run_does(
    toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path
) -> None:
    place = Place(tmp_path / "user's", tmp_path / "far", toolchains[22][0].bin_dir)
    place.folder.mkdir()
    word = make_database(place)
    run_program(
        place.folder, "flow", "x86", "test", "mlra", "--corpus", word, "--data-dir", tmp_path / "d", "--no-embed"
    )
    rows = pq.read_table(tmp_path / "d/modules.parquet").to_pylist()
    (command,) = (row["command"] for row in rows if row["module"].startswith("elsewhere/"))

    line = command.replace("-mllvm -mlra-discard", "").replace("-o /dev/null", f"-o {tmp_path}/out.o")
    done = bash(line, place.folder / "in/build")

    assert (done.returncode, done.stderr) == (0, "")
    content = (tmp_path / "out.o").read_bytes()
    assert b"/elsewhere/src/all.c\0" in content
    assert str(tmp_path).encode() not in content
