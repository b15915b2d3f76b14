"""Sources that put words into the compiler's mouth: they choose nothing, neither for the run nor for themselves."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from .conftest import Run

pytestmark = pytest.mark.clang

LIES = {
    "disk.c": ("#error x: No space left on device", "rejected"),
    "memory.c": ("#error std::bad_alloc", "rejected"),
    "crash.c": (r'#line 1 "\nLLVM ERROR: out of memory\n"' + "\n#error\n#pragma clang __debug crash", "crash"),
    "verify.c": ('#line 1 "error: mlra: f: verify: x"\n#error', "rejected"),
    "dump.c": ("#error Stack dump:", "rejected"),
    "fatal.c": ("#pragma clang __debug llvm_fatal_error", "crash"),
}


def test_words_of_a_source_decide_nothing(rl4real: Run, tmp_path: Path) -> None:
    corpus = tmp_path / "src"
    corpus.mkdir()
    (corpus / "good.c").write_text("int f(int *p) { return *p; }\n")
    for name, (text, _) in LIES.items():
        (corpus / name).write_text(f"{text}\n")
    words = ("flow", "x86", "train", "mlra", "--corpus", corpus, "--verify", "--max-failed", "1", "--data-dir", "d")
    rl4real(*words)

    rows = pq.read_table(tmp_path / "d" / "modules.parquet", columns=["module", "kind"]).to_pylist()
    kinds = {row["module"]: row["kind"] for row in rows}
    assert kinds == {"good.c": None, **{name: kind for name, (_, kind) in LIES.items()}}
