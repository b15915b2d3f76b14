"""LLVM's score of what the stock compiler printed, by the function that LLVM has for it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

_SOURCE = Path(__file__).parent / "score" / "Score.cpp"
_MOST_SECONDS = 3600
_ZERO_VECTOR = re.compile(r"'<(\d+) x (\w+)> zeroinitializer'")
"""In a constant pool: LLVM 19 writes such a vector, and does not read it."""


def build_score_plugin(bin_dir: Path, folder: Path) -> Path:
    """A plugin for the `llc` of that folder, made with its own compiler and installed headers."""
    plugin = folder / "score.so"
    config = subprocess.run([bin_dir / "llvm-config", "--cppflags"], check=True, capture_output=True, text=True)
    flags = config.stdout.split()
    command: list[str | Path] = [bin_dir / "clang++", "-O0", "-std=c++17", "-fPIC", "-shared", "-fno-rtti", *flags]
    subprocess.run([*command, _SOURCE, "-o", plugin], check=True, timeout=_MOST_SECONDS)
    return plugin


def read_scores(bin_dir: Path, plugin: Path, text: Path) -> dict[str, Sequence[float]]:
    """Of each function the score and its sums: copies, loads, stores, both, cheap and expensive rematerialisations."""
    done = subprocess.run(
        [bin_dir / "llc", f"-load={plugin}", "-run-pass=print-regalloc-score", "-x", "mir", "-", "-o", "/dev/null"],
        input=_ZERO_VECTOR.sub(_with_elements, text.read_text()),
        check=True,
        capture_output=True,
        text=True,
        timeout=_MOST_SECONDS,
    )
    lines = (line.split("\t") for line in done.stderr.splitlines() if line.count("\t") == 7)
    return {name: [float(word) for word in numbers] for name, *numbers in lines}


def _with_elements(vector: re.Match[str]) -> str:
    count, element = int(vector[1]), vector[2]
    zero = {"ptr": "null", "float": "0.0", "double": "0.0", "half": "0.0"}.get(element, "0")
    return f"'<{count} x {element}> <{', '.join([f'{element} {zero}'] * count)}>'"
