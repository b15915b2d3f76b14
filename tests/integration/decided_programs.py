"""Real programs compiled with decisions by chance, linked, run, and what they print."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from rl4real_data.core.environment import load_environment
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Module
from rl4real_data.corpus.resolve import resolve
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

DATA = Path(__file__).parents[1] / "data" / "decided"
MOST_SECONDS = 3600  # for a compiler or a program that hangs; SQLite takes two minutes on an idle core
EMULATOR = {TargetName.X86: (), TargetName.AARCH64: ("qemu-aarch64",)}

Run = Callable[..., bytes]
"""Runs the program with these arguments, `stdin` as its input; an AssertionError if it fails."""


@dataclass(frozen=True, kw_only=True)
class Program:
    name: str
    corpus: str | None = None
    """The manifest that has the sources; `DATA` without one."""
    sources: tuple[str, ...]
    """Globs within that folder, "!" before those to leave out, or paths below `DATA`."""
    flags: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    test: Callable[[Run, Path], Iterator[bytes]]
    """Its own tests: yields what it prints."""
    most_seconds: int = MOST_SECONDS
    """Of one run."""


@dataclass(frozen=True, kw_only=True)
class Build:
    clang: Clang
    plugin: Plugin
    target: TargetName
    cpu: str = ""
    flags: tuple[str, ...] = ()
    """Flags of the plugin's; none for the stock compiler."""


def run_bzip2(run: Run, root: Path) -> Iterator[bytes]:
    """What its Makefile's `check` does."""
    for number, decompress in (("1", "-d"), ("2", "-d"), ("3", "-ds")):
        plain, packed = (root / f"sample{number}.{suffix}" for suffix in ("ref", "bz2"))
        assert run(f"-{number}", stdin=plain.read_bytes()) == packed.read_bytes()
        assert run(decompress, stdin=packed.read_bytes()) == plain.read_bytes()
    yield b"bzip2"


def run_plainly(run: Run, _: Path) -> Iterator[bytes]:
    yield run()


def run_lua(run: Run, _: Path) -> Iterator[bytes]:
    yield run(DATA / "suite.lua")


def run_zstd(run: Run, root: Path) -> Iterator[bytes]:
    text = (root / "lib" / "compress" / "zstd_compress.c").read_bytes()[:150_000]
    for level in ("-1", "-5", "-12", "-19"):
        packed = run(level, "-c", stdin=text)
        assert run("-d", "-c", stdin=packed) == text
        yield packed


PROGRAMS = (
    Program(
        name="bzip2",
        corpus="bzip2",
        sources=("*.c", "!bzip2recover.c", "!dlltest.c", "!spewG.c", "!unzcrash.c", "!mk251.c"),
        flags=("-D_FILE_OFFSET_BITS=64",),
        test=run_bzip2,
    ),
    Program(
        name="zlib",
        corpus="zlib",
        sources=("*.c", "test/example.c"),
        flags=("-DHAVE_UNISTD_H", "-I."),
        test=run_plainly,
    ),
    Program(name="exceptions", sources=("exceptions.cpp",), libraries=("-lstdc++", "-lm"), test=run_plainly),
    Program(
        name="lua",
        corpus="lua5.4",
        sources=("src/*.c", "!src/luac.c"),
        flags=("-DLUA_USE_POSIX",),
        libraries=("-lm",),
        test=run_lua,
    ),
    Program(
        name="zstd",
        corpus="libzstd",
        sources=("lib/common/*.c", "lib/compress/*.c", "lib/decompress/*.c", "lib/dictBuilder/*.c", "programs/*.c"),
        flags=("-Ilib", "-Ilib/common", "-DXXH_NAMESPACE=ZSTD_", "-DZSTD_DISABLE_ASM"),
        test=run_zstd,
    ),
    Program(
        name="sqlite",
        corpus="sqlite",
        sources=("deps/sqlite3/sqlite3.c", str(DATA / "queries.c")),
        flags=("-Ideps/sqlite3", "-DSQLITE_ENABLE_FTS5", "-DSQLITE_OMIT_LOAD_EXTENSION", "-DSQLITE_THREADSAFE=0"),
        libraries=("-lm",),
        test=run_plainly,
    ),
)


def optimised(program: Program, build: Build, folder: Path) -> Program:
    """The program as bitcode that went through LLVM's optimiser once: only code generation is left, which decides."""
    bitcode = tuple(
        str(path.rename(path.with_suffix(".bc"))) for path in compile_all(program, build, folder, "-emit-llvm")
    )
    return replace(program, sources=bitcode, flags=("-Xclang", "-disable-llvm-passes"))


def build_and_run(program: Program, build: Build, folder: Path) -> bytes:
    """What the program's tests print; an AssertionError where the compiler or the program fails."""
    objects = compile_all(program, build, folder)
    executable = folder / program.name
    target = TARGETS[build.target]
    link: list[str | Path] = [
        build.clang.path,
        *target.clang_flags,
        *(("-static",) if build.target is TargetName.AARCH64 else ()),
    ]
    call([*link, *objects, "-o", executable, *program.libraries], folder)

    def run(*arguments: str | Path, stdin: bytes = b"") -> bytes:
        command = [*EMULATOR[build.target], executable, *arguments]
        return call(command, folder, stdin, most_seconds=program.most_seconds)

    return b"".join(program.test(run, source_folder(program)))


def compile_all(program: Program, build: Build, folder: Path, *words: str) -> list[Path]:
    """What the compiler makes of each source, in the order of the sources."""
    root = source_folder(program)
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        compiled = [
            pool.submit(compile_one, i, source, program, build, root, folder, *words)
            for i, source in enumerate(files_of(program, root))
        ]
        return [future.result() for future in compiled]


def source_folder(program: Program) -> Path:
    if program.corpus is None:
        return DATA
    environment = load_environment()
    (corpus,) = resolve([program.corpus], cache=environment.cache_dir, mirror=environment.mirror)
    return corpus.modules[0].root


def files_of(program: Program, root: Path) -> list[Path]:
    absent = {path for glob in program.sources if glob.startswith("!") for path in root.glob(glob[1:])}
    globs = [glob for glob in program.sources if not glob.startswith("!")]
    found = {path for glob in globs for path in ([Path(glob)] if glob.startswith("/") else root.glob(glob))}
    return sorted(found - absent)


def compile_one(
    number: int, source: Path, program: Program, build: Build, root: Path, folder: Path, *words: str
) -> Path:
    target = TARGETS[build.target]
    result = folder / f"{program.name}-{number}.o"
    command: list[str | Path] = [
        build.clang.path,
        *target.clang_flags,
        "-O3",
        "-w",
        *words,
        *program.flags,
        "-c",
        source,
        "-o",
        result,
    ]
    if build.cpu:
        command.append(f"{target.cpu_flag}{build.cpu}")
    if build.flags:
        command += plugin_words(build, result)
    assert call(command, root) == b""
    return result


def problem_of(module: Module, build: Build, folder: Path) -> str:
    """What the compiler says of a module with these decisions; empty if nothing."""
    target = TARGETS[build.target]
    command: list[str | Path] = [
        build.clang.path,
        *target.clang_flags,
        "-x",
        module.language.value,
        *module.flags,
        "-O3",
        "-w",
        "-c",
    ]
    command += [module.path, "-o", folder / "module.o", f"{target.cpu_flag}{build.cpu}"]
    command += plugin_words(build, folder / "module.o")
    done = subprocess.run(
        list(map(str, command)), cwd=module.root, capture_output=True, text=True, timeout=MOST_SECONDS
    )
    return f"{module.path}: {done.returncode}: {done.stderr[:1000]}" if done.returncode or done.stderr else ""


def plugin_words(build: Build, result: Path) -> list[str]:
    report = (f"-mlra-report={result.with_suffix('.report')}", "-mlra-report-before=false")
    flags = (*build.flags, *report, "-verify-machineinstrs")
    return [f"-fplugin={build.plugin.path}", *(word for flag in flags for word in ("-mllvm", flag))]


def call(command: Sequence[str | Path], folder: Path, stdin: bytes = b"", *, most_seconds: int = MOST_SECONDS) -> bytes:
    """What the command prints; it must succeed, and print nothing to standard error where it compiles."""
    done = subprocess.run(list(map(str, command)), cwd=folder, input=stdin, capture_output=True, timeout=most_seconds)
    assert done.returncode == 0, f"{done.returncode}: {' '.join(map(str, command))}\n{done.stderr.decode()[-2000:]}"
    return done.stdout


def chance(seed: int, *, spill: float = 0.0, split: float = 0.0) -> tuple[str, ...]:
    """The plugin's flags for decisions by chance."""
    shares = (f"-mlra-random-spill={spill}", f"-mlra-random-split={split}")
    return ("-mlra-random", f"-mlra-random-seed={seed}", *shares)
