"""Modules that are told by their content, and names that are no UTF-8, with the real compilers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Run

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]

RUST = Path(__file__).parents[1] / "data/rust/libtoy.rlib"
WORK = "int helper(int); int N(int n, const int *v) { int s = 0; while (n--) s += v[n] * helper(n); return s; }\n"
SHAPES = """
struct B { virtual int f(int) = 0; virtual ~B(); };
struct D : B { int k; int f(int x) override { return x * k; } };
int call(B *b, int n) { int s = 0; for (int i = 0; i < n; i++) s += b->f(i); return s; }
int make(int x) { D d; d.k = x; return call(&d, x); }
"""
BYTES = r"""
target triple = "x86_64-unknown-linux-gnu"
@"\FE\FFglobal" = global i32 0
declare i32 @"\80callee"(i32, ptr)
define i32 @"latin\E9"(i32 %x) {
  %p = load i32, ptr @"\FE\FFglobal"
  %c = call i32 @"\80callee"(i32 %p, ptr @"latin\E9")
  %s = mul i32 %c, %x
  ret i32 %s
}
define i32 @"latin\\E9"(i32 %x) {
  %c = call i32 @"latin\E9"(i32 %x)
  %r = sub i32 %c, %x
  ret i32 %r
}
"""


class Tools:
    """clang and the other tools of its release."""

    def __init__(self, clang: Clang, folder: Path) -> None:
        self.bin_dir, self.folder = clang.bin_dir, folder

    def __call__(self, tool: str, *words: str | Path) -> None:
        subprocess.run([self.bin_dir / tool, *map(str, words)], cwd=self.folder, check=True, timeout=60)

    def clang(self, text: str, suffix: str, *words: str) -> None:
        (self.folder / f"source{suffix}").write_text(text)
        self("clang", "-O2", "-march=core2", "-c", f"source{suffix}", *words)
        (self.folder / f"source{suffix}").unlink()


@pytest.fixture
def tools(toolchains: Toolchains, tmp_path: Path) -> Tools:
    (tmp_path / "in/t").mkdir(parents=True)
    return Tools(toolchains[22][0], tmp_path / "in")


def rows(data_dir: Path) -> dict[str, dict[str, Any]]:
    return {row["module"]: row for row in pq.read_table(data_dir / "modules.parquet").to_pylist()}


def work(name: str) -> str:
    """A function of that name alone, so that none is a duplicate: the name is a number in it, too."""
    return WORK.replace("N(", f"{name}(").replace("return s", f"return s + {sum(name.encode())}")


def make_files(tools: Tools) -> None:
    folder = tools.folder
    tools.clang(work("full"), ".c", "-flto", "-o", "full.o")
    tools.clang(work("fat"), ".c", "-flto", "-ffat-lto-objects", "-o", "fat.o")
    tools.clang(work("plain"), ".c", "-o", "plain.o")
    tools.clang(work("x32"), ".c", "-mx32", "-ffreestanding", "-emit-llvm", "-o", "x32.bc")
    split = ("-flto=thin", "-fsplit-lto-unit", "-fwhole-program-vtables", "-fvisibility=hidden")
    tools.clang(SHAPES, ".cpp", *split, "-o", "split.bc")
    tools.clang(work("slim"), ".c", "-flto=thin", "-o", "t/thin.o")
    tools.clang(work("member"), ".c", "-flto=thin", "-o", "member.o")
    tools("llvm-ar", "rc", "lib.a", "member.o", "plain.o")
    tools("llvm-ar", "rcT", "thin.a", "t/thin.o")
    (folder / "member.o").unlink()
    shutil.move(folder / "t/thin.o", folder / "t/.thin.o")  # a file that only the archive names
    (folder / "thin.a").write_bytes((folder / "thin.a").read_bytes().replace(b"t/thin.o/\n", b"t/.thin.o/"))
    both = [work("first"), work("second")]
    for number, text in enumerate(both):
        tools.clang(text, ".c", "-emit-llvm", "-o", f"{number}.bc")
    (folder / "twice.bc").write_bytes((folder / "0.bc").read_bytes() + (folder / "1.bc").read_bytes())
    for number in range(len(both)):
        (folder / f"{number}.bc").unlink()
    shutil.copy(RUST, folder / "libtoy.rlib")
    (folder / "bytes.ll").write_text(BYTES)
    (folder / "caf\udce9.c").write_text('#include "h\udcfe.h"\n' + work("cafe"), errors="surrogateescape")
    (folder / "h\udcfe.h").write_text("#define H 1\n")


def test_every_form_of_bitcode_is_compiled_and_replays(rl4real: Run, tmp_path: Path, tools: Tools) -> None:
    make_files(tools)
    done = rl4real("flow", "x86", "test", "mlra", "--corpus", "in", "--data-dir", "d", check=False)
    assert done.returncode == 3, done.stderr  # x32.bc
    found = rows(tmp_path / "d")

    rust = {name: row for name, row in found.items() if name.startswith("libtoy.rlib/")}
    assert {row["status"] for name, row in rust.items() if name.endswith(".bc")} == {"done"}
    assert sum(row["functions"] for row in rust.values()) >= 8
    assert {name: (row["status"], row["functions"]) for name, row in found.items() if name not in rust} == {
        "bytes.ll": ("done", 2),
        '"caf\\E9.c"': ("done", 1),
        "fat.o/fat.bc": ("done", 1),
        "full.o": ("done", 1),
        "lib.a/member.bc": ("done", 1),
        "lib.a/plain.o": ("filtered", 0),
        "plain.o": ("filtered", 0),
        "split.bc": ("done", 4),
        "thin.a/t/.thin.bc": ("done", 1),
        "twice.bc/twice.0.bc": ("done", 1),
        "twice.bc/twice.1.bc": ("done", 1),
        "x32.bc": ("failed", 0),
    }
    assert found["x32.bc"]["reason"] == "written for x86_64-pc-linux-gnux32, not for x86_64-linux-gnu"
    (shard,) = (tmp_path / "d/data").glob("test-*")
    names = set(pq.read_table(shard, columns=["function"])["function"].to_pylist())
    assert names >= {'"latin\\E9"', "latin\\E9", "full", "fat", "slim", "member", "first", "second", "cafe"}

    replayed = rl4real("validate", "d", "--replay", "--json")
    report = json.loads(replayed.stdout)["replay"]
    assert report["equal"] == report["total"] >= 20


def test_command_of_a_name_that_is_no_utf8_can_be_pasted(rl4real: Run, tmp_path: Path, tools: Tools) -> None:
    (tools.folder / "caf\udce9's.c").write_text(work("cafe"))
    rl4real("flow", "x86", "test", "mlra", "--corpus", "in", "--data-dir", "d")
    ((_, row),) = rows(tmp_path / "d").items()
    command = row["command"].replace("-mllvm -mlra-discard", "").replace("-o /dev/null", f"-o {tmp_path}/out.o")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=tools.folder,
        env={**os.environ, "PATH": path},
        check=False,
    )
    assert done.returncode == 0
    assert (tmp_path / "out.o").stat().st_size > 0
