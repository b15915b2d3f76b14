"""Corpora that want more than to be compiled: nothing is written, read or run outside, under a watcher of the files."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bitcode_builder import bitcode, elf
from file_watcher import CHANGES, READS, FileWatcher

from rl4real_data.core.environment import load_environment
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Run

pytestmark = pytest.mark.clang

PAYLOAD = """
#include <fcntl.h>
__attribute__((constructor)) static void run(void) { open("@OUTSIDE@/ran", O_CREAT | O_WRONLY, 0600); }
"""
ATTACKS = """
-fplugin=@EVIL@
-fplugin=@EVIL@ -fplugin-arg-evil-x
-fpass-plugin=@EVIL@
-Xclang -load -Xclang @EVIL@
-Xclang=-load -Xclang=@EVIL@
-Xclang -fpass-plugin=@EVIL@
-Xarch_host -fplugin=@EVIL@
--config=@OUTSIDE@/evil.cfg
-D @@OUTSIDE@/evil.rsp
@@OUTSIDE@/evil.rsp
-B@OUTSIDE@ -fno-integrated-as
-wrapper @OUTSIDE@/as
-mllvm -info-output-file=@OUTSIDE@/w -mllvm -stats
-mllvm=-info-output-file=@OUTSIDE@/w
-Xclang -mllvm -Xclang -info-output-file=@OUTSIDE@/w
-mllvm -mlra-dump-columns=@OUTSIDE@/w
-mllvm -print-changed=dot-cfg -mllvm -dot-cfg-dir=@OUTSIDE@
-mllvm -ir-dump-directory=@OUTSIDE@ -mllvm -print-after-all
-foptimization-record-file=@OUTSIDE@/w -fsave-optimization-record
-fsave-optimization-record
-Xclang -opt-record-file -Xclang @OUTSIDE@/w
-Xclang -dependency-dot -Xclang @OUTSIDE@/w
-Xclang -dependency-file -Xclang @OUTSIDE@/w
-Xclang -header-include-file -Xclang @OUTSIDE@/w -H
-Xclang -stack-usage-file -Xclang @OUTSIDE@/w
-Xclang -diagnostic-log-file -Xclang @OUTSIDE@/w
-Xclang -split-dwarf-output -Xclang @OUTSIDE@/w
-Xclang -stats-file=@OUTSIDE@/w
-fstack-usage
-ftime-trace
-ftime-trace=@OUTSIDE@/w
-save-temps
-save-temps=obj
-save-stats
-MD -MF @OUTSIDE@/w
-MJ @OUTSIDE@/w
-Wp,-MD,@OUTSIDE@/w
-serialize-diagnostics @OUTSIDE@/w
--serialize-diagnostics @OUTSIDE@/w
-fmodules -fmodules-cache-path=@OUTSIDE@/w
-fmodules
-fcrash-diagnostics-dir=@OUTSIDE@ -gen-reproducer
-fproc-stat-report=@OUTSIDE@/w
-gsplit-dwarf
--coverage
-ftest-coverage -fprofile-arcs
-o @OUTSIDE@/w
-working-directory @OUTSIDE@ -save-temps
-fdump-tree-all
-fcallgraph-info
-index-store-path @OUTSIDE@
-dumpdir @OUTSIDE@/
-Wa,-a=@OUTSIDE@/w
-fthin-link-bitcode=@OUTSIDE@/w
-emit-ast -o @OUTSIDE@/w
-fmodule-output=@OUTSIDE@/w
--driver-mode=cl /Fo@OUTSIDE@/w
-x cuda --ptxas-path=@OUTSIDE@/as
-- @EVIL@
"""


ODD_REASONS = {
    "@evil.c": "its name begins with @, so that a compiler would read words out of another file; rename it",
    "sub/@evil.c": "its name begins with @, so that a compiler would read words out of another file; rename it",
    "pipe.c": "the source is no regular file but a pipe",
    "zero.c": "the source is no regular file but a device",
    "input.c": "the source is no regular file but a device",
    "folder.c": "the source is no regular file but a folder",
    "sparse.c": "the source has 1,099,511,627,776 bytes, more than 4,294,967,296",
}


class Stage:
    """A folder with an attacker's corpora, and one outside of them with what they want to use, read or write."""

    def __init__(self, root: Path, clang: Path) -> None:
        self.root, self.outside, self.home = root, root / "outside", root / "home"
        self.evil = self.outside / "evil.so"
        for folder in (self.outside, self.home, root / "work", root / "tmp"):
            folder.mkdir()
        source = self.outside / "evil.c"
        source.write_text(self.fill(PAYLOAD))
        subprocess.run([clang, "-shared", "-fPIC", "-o", self.evil, source], check=True, timeout=60)
        for name, text in (("evil.cfg", "-fplugin=@EVIL@"), ("evil.rsp", "-fplugin=@EVIL@"), ("secret", "a secret")):
            (self.outside / name).write_text(self.fill(text))
        (self.outside / "as").write_text(self.fill("#!/bin/sh\n: > @OUTSIDE@/ran\n"))
        (self.outside / "as").chmod(0o755)
        os.mkfifo(self.outside / "pipe")

    def fill(self, text: str) -> str:
        return text.replace("@EVIL@", str(self.evil)).replace("@OUTSIDE@", str(self.outside))

    def database(self) -> Path:
        """A module for each attack."""
        folder = self.root / "work" / "database"
        folder.mkdir()
        (folder / "secret.h").symlink_to(self.outside / "secret")
        entries: list[dict[str, Any]] = []
        for number, line in enumerate(self.attacks()):
            (folder / f"a{number}.c").write_text(f"int f{number}(int a) {{ return a * {number}; }}\n")
            arguments = ["clang", *line.split(" "), "-c", f"a{number}.c"]
            entries.append({"directory": str(folder), "file": f"a{number}.c", "arguments": arguments})
        path = folder / "compile_commands.json"
        path.write_text(json.dumps(entries))
        return path

    def database_of_odd_files(self) -> Path:
        """Sources and files of words that are none, or whose names are options."""
        folder = self.root / "work" / "odd"
        folder.mkdir()
        (folder / "-fplugin=evil.so.c").write_bytes(self.evil.read_bytes())
        (folder / "@evil.c").write_text(self.fill("-fplugin=@EVIL@"))
        (folder / "sub").mkdir()
        (folder / "sub/@evil.c").write_text("int f;\n")
        (folder / "evil.c").write_text(self.fill("name -load @EVIL@"))  # what clang -cc1 then reads
        (folder / "good.c").write_text("int good(int a) { return a + 2; }\n")
        with (folder / "sparse.c").open("wb") as sparse:
            sparse.truncate(1 << 40)
        os.mkfifo(folder / "pipe.c")
        (folder / "zero.c").symlink_to("/dev/zero")
        (folder / "input.c").symlink_to("/dev/stdin")
        (folder / "folder.c").mkdir()
        names = [*sorted(path.name for path in folder.iterdir() if path.name not in ("sub", "evil.c")), "sub/@evil.c"]
        entries = [{"directory": str(folder), "file": name, "arguments": ["clang", "-c", name]} for name in names]
        words = ["clang", f"@{self.outside}/pipe", "-c", "good.c"]
        entries.append({"directory": str(folder), "file": "good.c", "arguments": words})
        path = folder / "odd.json"
        path.write_text(json.dumps(entries))
        return path

    def attacks(self) -> list[str]:
        return [line for line in self.fill(ATTACKS).splitlines() if line]

    def mlgo(self) -> Path:
        folder = self.root / "work" / "mlgo"
        folder.mkdir()
        commands = [*self.attacks(), self.fill("-mllvm -info-output-file=@OUTSIDE@/w")]
        for number, line in enumerate(commands):
            (folder / f"m{number}.bc").write_bytes(bitcode())
            (folder / f"m{number}.cmd").write_bytes("\0".join(["-cc1", *line.split(" ")]).encode())
        names = [f"m{number}" for number in range(len(commands))]
        (folder / "corpus_description.json").write_text(json.dumps({"modules": names}))
        return folder

    def object_file(self) -> Path:
        path = self.root / "work" / "evil.o"
        arguments = ["-cc1", "-load", str(self.evil), "-mllvm", f"-info-output-file={self.outside}/w"]
        path.write_bytes(elf({".llvmbc": bitcode(), ".llvmcmd": "\0".join(arguments).encode() + b"\0"}))
        return path

    def parquet(self) -> Path:
        path = self.root / "work" / "evil.parquet"
        rows = {
            "content": [bitcode(), b"\x7fELF", None, b"", bitcode()[:20]],
            "license_expression": ["MIT", "\x1b[31m", None, "(" * 2000, "MIT\0"],
            "language": ["../../../outside", "/etc", None, "c\0d", "x" * 5000],
        }
        pq.write_table(pa.table(rows), path)
        return path

    def manifest(self) -> Path:
        sources = self.root / "work" / "sources"
        sources.mkdir()
        (sources / "a.c").write_text("int manifest(int a) { return a + 1; }\n")
        path = self.root / "work" / "evil.toml"
        flags = ["-DA", f"-fplugin={self.evil}", "-save-temps", "-fstack-usage", f"-ftime-trace={self.outside}/w"]
        path.write_text(
            'name = "evil"\nsummary = "s"\nlicense = "MIT"\nlicense_evidence = "e"\nsplit = "train"\n'
            f'[source]\nkind = "folder"\npath = "{sources}"\n[modules]\nglobs = ["*.c"]\nflags = {json.dumps(flags)}\n'
        )
        return path


@pytest.fixture
def stage(tmp_path: Path, toolchains: dict[int, tuple[Clang, Plugin]]) -> Stage:
    return Stage(tmp_path, toolchains[22][0].path)


@pytest.fixture
def watcher() -> Iterator[FileWatcher]:
    watcher = FileWatcher()
    yield watcher
    watcher.close()


def rows(data_dir: Path) -> dict[str, dict[str, Any]]:
    return {row["module"]: row for row in pq.read_table(data_dir / "modules.parquet").to_pylist()}


def flow(rl4real: Run, stage: Stage, *words: str | Path) -> str:
    """What the run says; its compilers are watched."""
    environment = {"HOME": str(stage.home), "TMPDIR": str(stage.root / "tmp"), "BUILD_DIR": "/usr/lib/llvm-22"}
    environment["RL4REAL_DATA_CACHE"] = str(load_environment().cache_dir)
    line = ("flow", "x86", "test", "mlra", "--data-dir", stage.root / "d", "--max-failed", "1", *words)
    done = rl4real(*line, check=False, **environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stderr


def watch(watcher: FileWatcher, stage: Stage) -> None:
    watcher.watch_tree(stage.root / "work")
    watcher.watch(stage.outside, stage.home, Path("/"), Path("/dev"))
    watcher.watch(stage.evil, stage.outside / "pipe", stage.outside / "secret", events=CHANGES | READS)


def test_nothing_happens_outside(rl4real: Run, stage: Stage, watcher: FileWatcher) -> None:
    words = (stage.database(), stage.database_of_odd_files(), stage.mlgo(), stage.object_file())
    words = (*words, stage.parquet(), stage.manifest())
    watch(watcher, stage)
    said = flow(rl4real, stage, *(option for word in words for option in ("--corpus", word)))

    assert watcher.seen() == []
    assert sorted(path.name for path in stage.root.iterdir()) == ["d", "home", "outside", "tmp", "work"]
    assert "corpus database: flags that load code or start programs are not passed: " in said
    assert "corpus evil: flags that decide no code are not passed: " in said
    found = rows(stage.root / "d")
    assert found["a0.c"]["status"] == "done"  # without its plugin
    reasons = {name: row["reason"] or "" for name, row in found.items()}
    assert sum("--allow-build passes them" in reason for reason in reasons.values()) >= 15
    assert {name: reasons[name].removeprefix(f"{name}: ") for name in ODD_REASONS} == ODD_REASONS


def test_the_watcher_sees_what_a_trusted_corpus_does(rl4real: Run, stage: Stage, watcher: FileWatcher) -> None:
    """So that the silence above means something."""
    database = stage.database()
    watch(watcher, stage)
    flow(rl4real, stage, "--corpus", database, "--limit", "1", "--allow-build")

    assert str(stage.evil) in watcher.seen()  # what it then wants to write, the kernel may keep it from
