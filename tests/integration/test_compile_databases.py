"""Compilation databases of other people's builds, with the real compilers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
import pytest

from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.flags.acceptance import Inquiry, accept_corpora
from rl4real_data.corpus.flags.guard import guard_corpus
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.paths.compile_commands import find_database
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Run

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]

GCC_FLAGS: Final = """
-fno-canonical-system-headers -fzero-init-padding-bits=all -ftrampolines -fearly-inlining -fno-crossjumping
-fno-peephole2 -fno-thread-jumps -fdelete-dead-exceptions -floop-nest-optimize -malign-data=abi -mnop-mcount
-mmemcpy-strategy=rep_8byte:-1:noalign -fno-keep-inline-dllexport -fno-extern-tls-init -fnothrow-opt -fsplit-loops
-fno-nonansi-builtins -fno-rerun-cse-after-loop -fforward-propagate -fno-early-inlining -fno-shrink-wrap
-fno-reorder-functions -fno-isolate-erroneous-paths-dereference -fstdarg-opt -fstrict-volatile-bitfields
-fno-sync-libcalls -ffixed-r12 -fcall-saved-rax -mpc64 -m128bit-long-double -msseregparm -mstore-max=256
-mtune-ctrl=x -fno-bit-tests -finstrument-functions-exclude-file-list=x -fharden-control-flow-redundancy
-fstrub=disable -fno-implicit-constexpr -fno-weak -finput-charset=latin1 -ftrack-macro-expansion=0 -fmodule-only
-flang-info-include-translate -fsso-struct=big-endian -std=gnu++20 -fallow-parameterless-variadic-functions
-fcond-mismatch -fstore-merging -fhoist-adjacent-loads -fno-if-conversion -fvpt -fbranch-target-load-optimize
-fno-combine-stack-adjustments -fauto-inc-dec -fcprop-registers -fdce -fsection-anchors -fstack-reuse=all
-fversion-loops-for-strides -fsplit-paths -fipa-icf -fgcse-las -fsched-pressure -fira-loop-pressure -ftree-pta
-fconserve-stack -fgnu-unique -fanalyzer -mabm -mvect-cost-model -maccumulate-outgoing-args -fabi-version=11
"""


def write_database(folder: Path, *entries: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "compile_commands.json"
    path.write_text(json.dumps(entries))
    return path


def write_files(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def rows(data_dir: Path) -> dict[str, dict[str, Any]]:
    return {row["module"]: row for row in pq.read_table(data_dir / "modules.parquet").to_pylist()}


# Flags


def accepted(path: Path, clang: Clang, target: TargetName = TargetName.X86) -> tuple[Corpus, str]:
    """The corpus as a run would compile it, and what was said of its flags."""
    corpus, notes = guard_corpus(find_database(path).corpus("toy", Cache(root=path.parent)), is_trusted=False)
    (corpus,), more = accept_corpora([corpus], Inquiry(clang=clang, target=TARGETS[target]), jobs=2)
    return corpus, "\n".join((*notes, *more))


@pytest.mark.parametrize("major", [22, 19])
def test_flags_of_gcc_are_left_out_and_none_fails_a_module(tmp_path: Path, toolchains: Toolchains, major: int) -> None:
    (tmp_path / "a.c").touch()
    commands = [f"gcc -DA {' '.join(GCC_FLAGS.split()[start::8])} -fPIC -c a.c" for start in range(8)]
    entries = [{"directory": str(tmp_path), "file": "a.c", "command": command} for command in commands]
    corpus, said = accepted(write_database(tmp_path, *entries), toolchains[major][0])

    inquiry = Inquiry(clang=toolchains[major][0], target=TARGETS[TargetName.X86])
    assert {module.refusal for module in corpus.modules} == {""}
    assert [inquiry.complaint(module.language, module.flags) for module in corpus.modules] == [""] * len(corpus.modules)
    assert all({"-DA", "-fPIC"} <= set(module.flags) for module in corpus.modules)
    left_out = {name for module in corpus.modules for name in module.flags_left_out}
    assert {"-fno-canonical-system-headers", "-mnop-mcount", "-std="} <= left_out
    assert f"flags that clang {toolchains[major][0].version} does not take for x86 are not passed: " in said


def test_an_interface_unit_is_asked_about_as_any_other_source(tmp_path: Path, toolchains: Toolchains) -> None:
    (tmp_path / "m.cppm").touch()
    entry = {"directory": str(tmp_path), "file": "m.cppm", "command": "clang++ -std=c++20 -mnop-mcount -c m.cppm"}
    (module,) = accepted(write_database(tmp_path, entry), toolchains[22][0])[0].modules

    assert (module.flags, module.flags_left_out) == (("-std=c++20",), ("-mnop-mcount",))


@pytest.mark.parametrize(
    ("flag", "target", "reason"),
    [
        ("-m32", TargetName.X86, "its flags ask for another machine than the target: -m32"),
        ("-mx32", TargetName.X86, "its flags ask for another machine than the target: -mx32"),
        ("-march=pdp11", TargetName.X86, "clang-22: unknown target CPU 'pdp11'"),
        ("-march=armv8-a+crc", TargetName.X86, "unknown target CPU 'armv8-a+crc'"),
        ("-march=haswell", TargetName.AARCH64, "unsupported argument 'haswell' to option '-march='"),
        ("-std=c77", TargetName.X86, "invalid value 'c77' in '-std=c77'"),
        ("-march=haswell", TargetName.X86, ""),
        ("-mcpu=neoverse-v2", TargetName.AARCH64, ""),
        ("-mcpu=native", TargetName.AARCH64, ""),
        ("-march=native", TargetName.X86, ""),
        ("-mabi=lp64 -freg-struct-return", TargetName.AARCH64, ""),
        ("-freg-struct-return", TargetName.X86, ""),
        ("-mabi=ilp32", TargetName.AARCH64, "unknown target ABI 'ilp32'"),
        ("-mabi=ms", TargetName.X86, "unsupported option '-mabi=' for target 'x86_64-unknown-linux-gnu'"),
    ],
)
def test_flags_that_mean_something_else_are_a_reason(
    tmp_path: Path, toolchains: Toolchains, flag: str, target: TargetName, reason: str
) -> None:
    entry = {"directory": str(tmp_path), "file": "a.c", "command": f"gcc -DA {flag} -c a.c"}
    (module,) = accepted(write_database(tmp_path, entry), toolchains[22][0], target)[0].modules

    assert (module.refusal.endswith(reason.removeprefix("clang-22: ")) and bool(module.refusal)) == bool(reason)
    assert module.flags == ("-DA",) or reason


# Places


def write_project(top: Path, packages: Path) -> Path:
    """A project whose build takes a test library from elsewhere, configured where it lies.

    The build writes a source that names others by where they lie, as CMake's unity builds do.
    """
    project, library = top / "project", packages / "checks"
    write_files(
        top,
        {
            "project/src/a.c": '#include "own.h"\nvoid say(const char *, const char *);\n'
            "int a(int n) { say(__FILE__, SHARE); say(IN, EXTERN); return n * V; }\n",
            "project/include/own.h": "#define V 3\nstatic const char *const IN = __FILE__;\n",
            "project/src/broken.cpp": '#include "checks.h"\nint broken = missing;\n',
            "project/src/part.c": "int part(int n) { return n * n; }\n",
            "project/build/unity_0.c": f'#include "{project}/src/part.c"\n#include "{library}/include/data.h"\n',
            "project/build/here": "",
        },
    )
    write_files(
        packages,
        {
            "checks/include/checks.h": "void say(const char *);\ninline int in(int n) { say(__FILE__); return n; }\n",
            "checks/include/data.h": "static const int data = 3;\n",
            "checks/src/all.cc": '#include "checks.h"\nstruct S { S(); int n; };\nstatic S s;\n'
            "static int hidden(int n) { say(__FILE__); return in(n) + s.n; }\nint (*shown)(int) = hidden;\n",
        },
    )
    commands = {
        project / "src/a.c": f'cc -I{project}/include -DSHARE=\\"{project}/share\\" -DEXTERN=\\"{library}/data\\"',
        project / "src/broken.cpp": f"c++ -isystem {library}/include",
        project / "build/unity_0.c": f"cc -I{library}/include",
        library / "src/all.cc": f"c++ -I{library}/include -I{library}",
    }
    entries = [
        {"directory": str(project / "build"), "file": str(file), "command": f"{line} -c {file}"}
        for file, line in commands.items()
    ]
    return write_database(project / "build", *entries)


def digests(data_dir: Path) -> dict[str, str]:
    files = [path for path in data_dir.rglob("*") if path.is_file() and ".work" not in path.parts]
    return {str(path.relative_to(data_dir)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_project_that_lies_elsewhere_gives_the_same_bytes(rl4real: Run, tmp_path: Path) -> None:
    one = write_project(tmp_path / "one", tmp_path / "packages")
    two = write_project(tmp_path / "deep" / "er" / "user", tmp_path / "usr" / "src" / "packages")
    for path, data_dir in ((one, "first"), (two, "second")):
        words = ("flow", "x86", "test", "mlra", "--no-embed", "--max-failed", "1", "--corpus", path)
        rl4real(*words, "--data-dir", data_dir)

    assert digests(tmp_path / "first") == digests(tmp_path / "second")
    modules = rows(tmp_path / "first")
    assert {name: row["status"] for name, row in modules.items()} == {
        "build/unity_0.c": "done",
        "elsewhere/checks/src/all.cc": "done",
        "src/a.c": "done",
        "src/broken.cpp": "failed",
    }
    assert modules["src/broken.cpp"]["reason"].startswith("../src/broken.cpp:2:14: error: ")
    text = "\n".join(str(row) for row in modules.values())
    assert str(tmp_path) not in text
    assert ' && cd "$ROOT" && cd build && ' in modules["src/a.c"]["command"]
    assert '-I"$ELSEWHERE1"/include' in modules["elsewhere/checks/src/all.cc"]["command"]


# C++20 modules

UNITS = {
    "base.cppm": "export module base;\nexport int base(int a) { return a + 5; }\n",
    "core.cppm": 'module;\n#include "inc.h"\nexport module core;\nimport base;\nexport import :part;\n'
    "export int core(int a) { return base(a) * part(a) + INC; }\nexport int impl(int);\n",
    "part.cppm": "export module core:part;\nexport int part(int a) { return a * 9; }\n",
    "impl.cpp": "module core;\nint impl(int a) { return part(a) + 1; }\n",
    "use.cpp": "import core;\nint use(int a) { return core(a) + impl(a); }\n",
}
MAPS = {
    "base": "-x c++-module\n-fmodule-output=base.pcm\n",
    "part": "-x c++-module\n-fmodule-output=core-part.pcm\n",
    "core": "-x c++-module\n-fmodule-output=core.pcm\n-fmodule-file=base=base.pcm\n"
    "-fmodule-file=core:part=core-part.pcm\n",
    "impl": "-fmodule-file=core=core.pcm\n-fmodule-file=base=base.pcm\n-fmodule-file=core:part=core-part.pcm\n",
    "use": "-fmodule-file=core=core.pcm\n-fmodule-file=base=base.pcm\n-fmodule-file=core:part=core-part.pcm\n",
}


def write_modules(folder: Path, command: str) -> Path:
    """`command` has places for the file's name and its stem."""
    write_files(folder / "src", {**UNITS, "inc.h": "#define INC 4\n"})
    write_files(folder / "build", {f"{stem}.modmap": text for stem, text in MAPS.items()})
    entries = [
        {
            "directory": str(folder / "build"),
            "file": f"../src/{name}",
            "command": command.format(name=name, stem=name.split(".")[0]),
        }
        for name in UNITS
    ]
    return write_database(folder / "build", *entries)


CMAKE = "clang++ -std=c++20 -o {name}.o -c ../src/{name} @{stem}.modmap"
GCC = "g++ -std=c++20 -fmodules-ts -fmodule-mapper={stem}.modmap -fdeps-format=p1689r5 -x c++ -c ../src/{name}"


@pytest.mark.parametrize(("major", "command"), [(22, CMAKE), (19, GCC)])
def test_interfaces_are_compiled_before_what_imports_them(
    rl4real: Run, tmp_path: Path, toolchains: Toolchains, major: int, command: str
) -> None:
    path = write_modules(tmp_path / "project", command)
    build_dir = toolchains[major][0].bin_dir.parent
    words = ("flow", "x86", "test", "mlra", "--no-embed", "--corpus", path, "--data-dir", "d", "--build-dir", build_dir)
    rl4real(*words)

    modules = rows(tmp_path / "d")
    assert {name: (row["status"], row["language"]) for name, row in modules.items()} == {
        f"src/{name}": ("done", "c++-module" if name.endswith(".cppm") else "c++") for name in UNITS
    }
    assert rl4real(*words, "--dry-run").stdout == "5 modules: 0 to compile, 5 done before\n"
    (tmp_path / "project/src/inc.h").write_text("#define INC 5\n")
    again = rl4real(*words, "--dry-run").stdout
    assert again.splitlines()[-1] == "5 modules: 3 to compile, 2 done before"


def test_interfaces_are_compiled_for_an_export_too(rl4real: Run, tmp_path: Path) -> None:
    path = write_modules(tmp_path / "project", CMAKE)
    rl4real("corpus", "export", path, "--to", "mlgo", "-o", "out")

    names = json.loads((tmp_path / "out/corpus_description.json").read_text())["modules"]
    assert sorted(names) == sorted(f"project/src/{name}.o" for name in UNITS)
    for file in (tmp_path / "out/project").rglob("*.o.*"):
        assert str(tmp_path).encode() not in file.read_bytes(), file
        assert b"-fmodule-" not in file.read_bytes() or file.suffix == ".bc", file
    rl4real("flow", "x86", "test", "mlra", "--no-embed", "--corpus", "out", "--data-dir", "d")
    assert {row["status"] for row in rows(tmp_path / "d").values()} == {"done"}
