"""`compile` in the place of a build's compiler: what a configure script and make ask for is done as clang does it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import MOST_SECONDS, run_program

pytestmark = pytest.mark.clang

SOURCE = "int twice(int a) { return a + a; }\nint work(int a, int b) { return twice(a) * b + twice(b) * a; }\n"
FILES = {
    "a.c": SOURCE,
    "main.c": "int work(int, int);\nint main(void) { return work(2, 3) != 24; }\n",
    "s.S": '.globl other\nother: ret\n.section .note.GNU-stack,"",%progbits\n',
    "warned.c": "int f(void) { return g(); }\n",
    "words": "-O2 -c a.c -o out.o\n",
    "decisions": json.dumps({"function": "work", "decisions": [["spill", node] for node in range(12)]}),
}


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str
    output: bytes | None


@dataclass(frozen=True)
class Compilers:
    """clang itself, and clang behind the command, in one folder."""

    clang: str
    folder: Path

    def plain(self, *words: str, stdin: str = "") -> Done:
        return self._done(
            subprocess.run(
                (self.clang, *words), cwd=self.folder, input=stdin, capture_output=True, text=True, timeout=MOST_SECONDS
            )
        )

    def decided(self, *words: str, options: tuple[str, ...] = ("--quiet",)) -> Done:
        with_decisions = ("compile", *options, "--decisions", "decisions", "--", self.clang, *words)
        return self._done(run_program(self.folder, *with_decisions, check=False))

    def _done(self, done: subprocess.CompletedProcess[str]) -> Done:
        output = self.folder / "out.o"
        content = output.read_bytes() if output.exists() else None
        output.unlink(missing_ok=True)
        return Done(done.returncode, done.stdout, done.stderr, content)


@pytest.fixture
def compilers(toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path) -> Compilers:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    return Compilers(str(toolchains[max(toolchains)][0].path), tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        ("--version",),
        ("-c", "a.c", "-o", "out.o"),
        ("-E", "a.c"),
        ("-M", "a.c"),
        ("-O2", "-S", "-emit-llvm", "a.c", "-o", "-"),
        ("-O2", "-flto", "-c", "a.c", "-o", "out.o"),
        ("-O2", "-c", "s.S", "-o", "out.o"),
        ("-O2", "-c", "missing.c"),
        ("-O2", "-fno-such-flag", "-c", "a.c"),
        ("-V",),
        ("-Werror", "-c", "warned.c"),
    ],
    ids=" ".join,
)
def test_what_has_no_decisions_is_what_clang_does(compilers: Compilers, words: tuple[str, ...]) -> None:
    assert compilers.decided(*words) == compilers.plain(*words)


def test_decisions_are_carried_out_whatever_else_the_call_does(compilers: Compilers) -> None:
    stock = compilers.plain("-O2", "-c", "a.c", "-o", "out.o")
    decided = compilers.decided("-O2", "-c", "a.c", "-o", "out.o")
    listed = compilers.decided("@words")
    depends = compilers.decided("-O2", "-MD", "-MF", "a.d", "-c", "a.c", "-o", "out.o")

    assert decided.output not in (None, stock.output)
    assert (decided.returncode, decided.stderr) == (0, "")
    assert (listed, depends) == (decided, decided)
    assert "a.c" in (compilers.folder / "a.d").read_text()


def test_a_program_of_several_sources_is_compiled_and_linked_at_once(compilers: Compilers) -> None:
    done = compilers.decided("-O2", "a.c", "main.c", "s.S", "-o", "program")

    assert (done.returncode, done.stderr) == (0, "")
    assert subprocess.run((compilers.folder / "program",), timeout=MOST_SECONDS).returncode == 0


@pytest.mark.parametrize(
    ("words", "note"),
    [
        (("-c", "a.c", "-o", "out.o"), "without optimisation LLVM takes its fast allocator; "),
        (("-O2", "-flto", "-c", "a.c", "-o", "out.o"), "-flto leaves the registers to the linker, "),
    ],
)
def test_without_quiet_one_line_says_why_nothing_is_decided(
    compilers: Compilers, words: tuple[str, ...], note: str
) -> None:
    done = compilers.decided(*words, options=())

    assert done.output == compilers.plain(*words).output
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"rl4real-data: nothing is decided here: {note}")
