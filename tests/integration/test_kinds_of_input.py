"""Compilation databases and LLVM IR in all its forms, with the real compilers."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rl4real_data.core.environment import load_environment
from rl4real_data.corpus.resolve import resolve_available
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Run

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]

SOURCE = """
int callee(int);
int sum(int n, const int *v) { int s = 0; for (int i = 0; i < n; i++) s += v[i] * callee(i); return s; }
#ifdef SHARED
int shared(int a) { return callee(a) * 3; }
#endif
"""


@pytest.fixture
def clang(toolchains: Toolchains) -> str:
    return str(toolchains[22][0].path)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "unit.c"
    path.write_text(SOURCE)
    return path


def compile_with(clang: str, *words: str | Path) -> None:
    subprocess.run([clang, "-O3", "-march=core2", *map(str, words)], check=True, timeout=60)


def rows(data_dir: Path) -> dict[str, dict[str, Any]]:
    return {row["module"]: row for row in pq.read_table(data_dir / "modules.parquet").to_pylist()}


def functions(data_dir: Path) -> dict[str, str]:
    """Content hash by name."""
    (shard,) = (data_dir / "data").glob("test-*")
    table = pq.read_table(shard, columns=["function", "content_hash"])
    return dict(zip(table["function"].to_pylist(), table["content_hash"].to_pylist(), strict=True))


def flow(rl4real: Run, tmp_path: Path, word: str | Path, *, ok: bool = True, **environment: str) -> Path:
    done = rl4real("flow", "x86", "test", "mlra", "--corpus", word, "--data-dir", "d", check=False, **environment)
    assert done.returncode == (0 if ok else 3), done.stderr
    rl4real("validate", "d")
    return tmp_path / "d"


def test_database_of_a_cmake_project(rl4real: Run, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "include").mkdir(parents=True)
    (project / "include/callee.h").write_text("int callee(int);\n")
    (project / "unit.c").write_text(
        '#include "callee.h"\n#include "config.h"\n' + SOURCE + "int n(void) { return N; }\n"
    )
    (project / "more.cpp").write_text(
        "#include <vector>\nint more(const std::vector<int> &v) { return v[0] + v[1]; }\n"
    )
    (project / "config.h.in").write_text("#define N @PROJECT_VERSION_MAJOR@\n")
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.18)\nproject(toy VERSION 7 LANGUAGES C CXX)\n"
        "configure_file(config.h.in config.h)\n"
        "foreach(kind SHARED STATIC)\n  add_library(toy_${kind} ${kind} unit.c more.cpp)\n"
        "  target_include_directories(toy_${kind} PRIVATE include ${CMAKE_BINARY_DIR})\nendforeach()\n"
        'target_compile_definitions(toy_SHARED PRIVATE SHARED "TEXT=\\"two words\\"")\n'
        "target_compile_options(toy_SHARED PRIVATE -O1 -march=native -g -Wall)\n"
    )
    subprocess.run(
        ["cmake", "-S", project, "-B", project / "build", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    d = flow(rl4real, tmp_path, project / "build/compile_commands.json")

    found = rows(d)
    assert set(found) == {"unit.c", "unit.c#2", "more.cpp", "more.cpp#2"}
    assert {"sum", "shared", "n"} <= set(functions(d))
    assert all(row["corpus"] == "project" and str(tmp_path) not in row["command"] for row in found.values())
    assert "-I../include -I. -fPIC -march=core2 -O3" in found["unit.c"]["command"]

    shutil.rmtree(project / "build")
    with (project / "CMakeLists.txt").open("a") as lists:
        lists.write(
            'add_custom_command(OUTPUT made.c COMMAND ${CMAKE_COMMAND} -E echo "int made;" > made.c VERBATIM)\n'
            "add_library(made STATIC made.c)\n"
        )
    search_path = load_environment().search_path
    supply = Supply(cache=tmp_path / "cache", search_path=search_path, allow_build=True)
    (built,) = resolve_available([str(project)], supply).corpora
    assert {module.name for module in built.modules} == {*found, "rl4real-build/made.c"}
    assert all(module.source.is_file() for module in built.modules)
    assert not (project / "build").exists()


def test_ir_in_every_container_gives_the_function_of_the_source(
    rl4real: Run, tmp_path: Path, clang: str, source: Path
) -> None:
    expected = functions(flow(rl4real, tmp_path, source))
    (tmp_path / "d").rename(tmp_path / "of-source")
    compile_with(clang, "-c", "-Xclang", "-fembed-bitcode=all", source, "-o", tmp_path / "unit.o")
    ir = tmp_path / "ir"
    ir.mkdir()
    for suffix, words in ((".bc", ("-c",)), (".ll", ("-S",))):
        compile_with(clang, *words, "-emit-llvm", "-Xclang", "-disable-llvm-passes", source, "-o", ir / f"unit{suffix}")
    content = (ir / "unit.bc").read_bytes()
    table = {"content": [content], "license_expression": ["MIT"], "language": ["c"]}
    pq.write_table(pa.table(table), tmp_path / "part.parquet")
    (tmp_path / "list.txt").write_text("ir/unit.ll\n")

    for word in ("unit.o", "ir", "part.parquet", "@list.txt"):
        d = flow(rl4real, tmp_path, word)
        assert functions(d) == expected, word
        if word == "part.parquet":
            assert {row["license"] for row in rows(d).values()} == {"MIT"}
        d.rename(tmp_path / f"of-{word}")


def test_foreign_and_newer_bitcode_is_a_reason(
    rl4real: Run, tmp_path: Path, clang: str, source: Path, toolchains: Toolchains
) -> None:
    ir = tmp_path / "ir"
    ir.mkdir()
    compile_with(clang, "-c", "-emit-llvm", source, "-o", ir / "new.bc")
    subprocess.run([clang, "--target=aarch64-linux-gnu", "-c", "-emit-llvm", source, "-o", ir / "arm.bc"], check=True)
    compile_with(str(toolchains[19][0].path), "-c", "-emit-llvm", source, "-o", ir / "old.bc")
    (ir / "cut.bc").write_bytes((ir / "new.bc").read_bytes()[:1000])

    newer = rows(flow(rl4real, tmp_path, ir, ok=False))
    assert {name: row["status"] for name, row in newer.items()} == {
        "arm.bc": "failed",
        "cut.bc": "failed",
        "new.bc": "done",
        "old.bc": "done",
    }
    assert newer["arm.bc"]["reason"] == "written for aarch64-unknown-linux-gnu, not for x86_64-linux-gnu"
    assert newer["cut.bc"]["reason"] == "cut.bc: the bitcode is cut off"
    (tmp_path / "d").rename(tmp_path / "newer")
    older = rows(flow(rl4real, tmp_path, ir, ok=False, BUILD_DIR="/usr/lib/llvm-19"))
    assert older["old.bc"]["status"] == "done"
    assert older["new.bc"]["kind"] == "rejected"
    assert "which is newer than clang 19" in older["new.bc"]["reason"]


def test_exported_corpus_compiles_to_what_the_source_does(
    rl4real: Run, tmp_path: Path, clang: str, source: Path
) -> None:
    expected = functions(flow(rl4real, tmp_path, source))
    (tmp_path / "d").rename(tmp_path / "of-source")
    rl4real("corpus", "export", source, "--output", "exported")
    (name,) = json.loads((tmp_path / "exported/corpus_description.json").read_text())["modules"]
    module = tmp_path / "exported" / name

    # As MLGO's tools do it: the words of the file, the bitcode, an output.
    arguments = module.with_name(f"{module.name}.cmd").read_text().split("\0")
    bitcode = module.with_name(f"{module.name}.bc")
    subprocess.run([clang, *arguments, "-x", "ir", bitcode, "-o", tmp_path / "theirs.o"], check=True, timeout=60)
    compile_with(clang, "--target=x86_64-linux-gnu", "-w", "-c", source, "-o", tmp_path / "plain.o")
    texts = []
    for file in ("theirs.o", "plain.o"):
        objcopy = Path(clang).resolve().with_name("llvm-objcopy")
        subprocess.run(
            [objcopy, "-O", "binary", "--only-section=.text", tmp_path / file, tmp_path / "text"], check=True
        )
        texts.append((tmp_path / "text").read_bytes())
    assert texts[0] == texts[1] != b""
    assert functions(flow(rl4real, tmp_path, "exported")) == expected
