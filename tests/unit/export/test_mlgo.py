"""Corpora in MLGO's form, with a compiler that is a script."""

from __future__ import annotations

import json
import sys
from pathlib import Path, PurePosixPath

import pytest
from bitcode_builder import bitcode, elf

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Language, Module
from rl4real_data.corpus.paths.mlgo import find_mlgo
from rl4real_data.export.mlgo import export_mlgo
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.process import Limits

pytestmark = pytest.mark.usefixtures("fakes_may_write")

ARGUMENTS = [
    *("-cc1", "-triple", "x86_64-unknown-linux-gnu", "-O3", "-I", "/home/me/inc", "-resource-dir", "/usr/lib/clang"),
    *("-internal-isystem", "/usr/include", "-fdebug-compilation-dir=/home/me", "-D", "X=1", "-fembed-bitcode=all"),
    *("-mrelocation-model", "static", "-ffp-contract=on"),
]
SCRIPT = """#!{python}
import pathlib, sys
here = pathlib.Path(__file__).parent
with (here / "log").open("a") as log:
    print(*sys.argv[1:], file=log)
if "reject" in pathlib.Path(sys.argv[sys.argv.index("-c") + 1]).read_text():
    sys.exit("x.c:1:1: error: rejected")
pathlib.Path(sys.argv[sys.argv.index("-o") + 1]).write_bytes((here / "object").read_bytes())
"""


@pytest.fixture
def compilation(tmp_path: Path) -> Compilation:
    path = tmp_path / "bin" / "clang"
    path.parent.mkdir()
    path.write_text(SCRIPT.format(python=sys.executable))
    path.chmod(0o755)
    content = elf({".llvmbc": bitcode(), ".llvmcmd": "\0".join([*ARGUMENTS, ""]).encode()})
    path.with_name("object").write_bytes(content)
    return Compilation(
        clang=Clang(path=path, version="22.1.8", banner=""),
        plugin=None,
        target=TARGETS[TargetName.X86],
        allocator=ALLOCATORS[AllocatorName.MLRA],
        recipe=load_recipe(TargetName.X86),
        limits=Limits(timeout_s=30),
    )


def module(tmp_path: Path, name: str, text: str = "", **more: object) -> Module:
    path = tmp_path / "src" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    language = Language.IR if path.suffix == ".ll" else Language.C
    fields = {"corpus": "toy", "root": tmp_path / "src", "license": "MIT", "language": language, **more}
    return Module(path=PurePosixPath(name), **fields)  # type: ignore[arg-type]


def test_corpus_has_bitcode_and_arguments_without_paths(tmp_path: Path, compilation: Compilation) -> None:
    modules = [
        module(tmp_path, "a.c", flags=("-DX=1",)),
        module(tmp_path, "lib/b.c"),
        module(tmp_path, "a.c", variant=2),
    ]
    report = export_mlgo(modules, compilation, tmp_path / "out")

    names = ["toy/a.c.o", "toy/lib/b.c.o", "toy/a.c#2.o"]
    assert (report.modules, report.failed) == (3, ())
    assert json.loads((tmp_path / "out/corpus_description.json").read_text()) == {
        "modules": names,
        "has_thinlto": False,
    }
    assert (tmp_path / "out/toy/lib/b.c.o.bc").read_bytes() == bitcode()
    assert (tmp_path / "out/toy/a.c#2.o.cmd").read_bytes().split(b"\0") == [
        *(
            b"-cc1",
            b"-triple",
            b"x86_64-unknown-linux-gnu",
            b"-O3",
            b"-mrelocation-model",
            b"static",
            b"-ffp-contract=on",
        ),
    ]
    first = (tmp_path / "bin/log").read_text().splitlines()[0]
    assert first.startswith(
        "--target=x86_64-linux-gnu -x c -DX=1 -march=core2 -O3 -w -c a.c -Xclang -fembed-bitcode=all -o "
    )


def test_what_is_exported_can_be_read_again(tmp_path: Path, compilation: Compilation) -> None:
    modules = [module(tmp_path, "a.c"), module(tmp_path, "b.c", license="Zlib")]
    export_mlgo(modules, compilation, tmp_path / "out")

    found = find_mlgo(tmp_path / "out").modules
    assert [(str(m.path), m.license, m.flags) for m in found] == [
        ("toy/a.c.o.bc", "MIT", ("-fno-pic", "-ffp-contract=on")),
        ("toy/b.c.o.bc", "Zlib", ("-fno-pic", "-ffp-contract=on")),
    ]


def test_modules_that_fail_are_left_out_with_a_reason(tmp_path: Path, compilation: Compilation) -> None:
    foreign = module(tmp_path, "foreign.ll", 'target triple = "riscv64-linux-gnu"\n')
    modules = [module(tmp_path, "a.c"), module(tmp_path, "bad.c", "reject"), foreign]
    seen: list[tuple[int, int]] = []
    report = export_mlgo(modules, compilation, tmp_path / "out", progress=lambda *done: seen.append(done))

    assert [(m.name, failure.reason) for m, failure in report.failed] == [
        ("bad.c", "x.c:1:1: error: rejected"),
        ("foreign.ll", "written for riscv64-linux-gnu, not for x86_64-linux-gnu"),
    ]
    assert json.loads((tmp_path / "out/corpus_description.json").read_text())["modules"] == ["toy/a.c.o"]
    assert json.loads((tmp_path / "out/licenses.json").read_text()) == {"toy/a.c.o": "MIT"}
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_nothing_is_left_behind_when_no_module_compiles(tmp_path: Path, compilation: Compilation) -> None:
    with pytest.raises(DatasetError, match=r"no module can be exported \(x\.c:1:1: error: rejected\)"):
        export_mlgo([module(tmp_path, "bad.c", "reject")], compilation, tmp_path / "exports" / "out")
    assert list((tmp_path / "exports").iterdir()) == []


def test_folder_that_holds_something_is_refused(tmp_path: Path, compilation: Compilation) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").write_text("")
    with pytest.raises(DatasetError, match="is there already"):
        export_mlgo([module(tmp_path, "a.c")], compilation, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [("[", "cannot be read"), ("[]", "must be an object"), ('{"a": "x y"}', "the licence of a is no SPDX expression")],
)
def test_licences_that_cannot_be_used(tmp_path: Path, compilation: Compilation, text: str, problem: str) -> None:
    export_mlgo([module(tmp_path, "a.c")], compilation, tmp_path / "out")
    (tmp_path / "out/licenses.json").write_text(text)
    with pytest.raises(UsageError, match=rf"licenses\.json:? .*{problem}|licenses\.json {problem}"):
        find_mlgo(tmp_path / "out")
