"""clang with decisions of a model: what tests of the compiler in the loop compile, and how."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

SOURCE: Final = """
__attribute__((noinline)) int scale(int a, int b, int c, int d) {
  int first = a * b + c, second = b * c + d, third = c * d + a;
  if (first > second)
    third += first * a;
  return first * second - third * d + a;
}

__attribute__((noinline)) long total(const long *values, int count, long factor) {
  long sum = 0, other = factor;
  for (int i = 0; i < count; ++i) {
    sum += values[i] * factor;
    other ^= values[i] + sum;
  }
  return sum + other * count;
}

int main(int count, char **words) {
  long values[] = {3, 1, 4, 1, 5, 9, 2, 6};
  return (int)((total(values, 7 + count, 7) + scale(2, 6 + count, 1, 8)) & 127);
}
"""
FUNCTIONS: Final = ("scale", "total", "main")
MOST_SECONDS: Final = 600  # for a compiler that hangs; it takes a tenth of a second on an idle machine


@dataclass(frozen=True)
class Compiled:
    """What became of a compilation; `object` is the object file's bytes, `said` what clang wrote to standard error."""

    object: bytes
    said: str
    reports: dict[str, dict[str, Any]]
    records: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class LiveCompiler:
    """clang -O3 for x86 in `folder`, with the plugin."""

    clang: Clang
    plugin: Plugin
    folder: Path

    def command(self, *words: str, plugin: bool = True) -> tuple[str, ...]:
        loaded = (f"-fplugin={self.plugin.path}",) if plugin else ()
        return (str(self.clang.path), "-O3", *loaded, *words)

    def compile(self, *flags: str, source: str = SOURCE, plugin: bool = True, words: tuple[str, ...] = ()) -> Compiled:
        """`flags` are LLVM's; with the plugin all is reported and recorded, and the machine code verified."""
        (self.folder / "unit.c").write_text(source)
        outputs = [self.folder / name for name in ("unit.o", "report", "records")]
        for path in outputs:
            path.unlink(missing_ok=True)
        own = ("-mlra-report=report", "-mlra-dump=records", "-mlra-dump-mir", "-mlra-verify", "-verify-machineinstrs")
        llvm = [word for flag in (*flags, *(own if plugin else ())) for word in ("-mllvm", flag)]
        command = self.command("-march=core2", *words, *llvm, "-c", "unit.c", "-o", "unit.o", plugin=plugin)
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=MOST_SECONDS)
        assert done.returncode == 0, done.stderr
        return Compiled(outputs[0].read_bytes(), done.stderr, _by_function(outputs[1]), _by_function(outputs[2]))

    def result(self) -> int:
        """What the program of the last object file returns."""
        subprocess.run(
            (str(self.clang.path), "unit.o", "-o", "unit"), cwd=self.folder, check=True, timeout=MOST_SECONDS
        )
        return subprocess.run(("./unit",), cwd=self.folder, timeout=MOST_SECONDS).returncode


def _by_function(path: Path) -> dict[str, dict[str, Any]]:
    if not path.is_file():
        return {}
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {line["function"]: line for line in lines if "function" in line}
