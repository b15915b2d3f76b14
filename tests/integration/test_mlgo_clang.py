"""`mlgo-clang` with the command lines of MLGO's runners; its logs are read by the format's rules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rl4real_data.toolchain.clang import SUPPORTED_MAJORS
from rl4real_data.traces.features import INLINING

from .training_log_reader import read_log

pytestmark = pytest.mark.clang

ROOT = Path(__file__).parents[2]
CODE = """\
static int f(int x) { int s = 0; for (int i = 0; i < x; i++) s ^= i * x; return s; }
int g(int y) { return f(y) + f(y + 1); }
int h(int z) { return g(z) * f(3) + g(2); }
"""


def mlgo_clang(folder: Path, *words: str, major: int = SUPPORTED_MAJORS[0]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rl4real_data", "mlgo-clang", *words]
    environment = {"BUILD_DIR": f"/usr/lib/llvm-{major}", "PYTHONPATH": str(ROOT), "HOME": str(Path.home())}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def llvm(*flags: str) -> list[str]:
    return [word for flag in flags for word in ("-mllvm", flag)]


@pytest.fixture
def bitcode(tmp_path: Path) -> Path:
    """What MLGO's corpora hold: code from before optimisation."""
    (tmp_path / "a.c").write_text(CODE)
    command = ["clang-22", "-O2", "-Xclang", "-disable-llvm-passes", "-emit-llvm", "-c", "a.c", "-o", "a.bc"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    return tmp_path / "a.bc"


def cc1(path: Path) -> list[str]:
    """As an exported `.cmd` begins, and what compiler_opt/rl/corpus.py puts behind it."""
    return ["-cc1", "-triple", "x86_64-pc-linux-gnu", "-emit-obj", "-O2", "-x", "ir", str(path)]


@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_a_default_log_of_inlining(tmp_path: Path, major: int) -> None:
    """compiler_opt/rl/inlining/inlining_runner.py, compile_and_get_size."""
    (tmp_path / "a.c").write_text(CODE)
    log = tmp_path / "log"
    flags = llvm("-enable-ml-inliner=development", f"-training-log={log}")
    done = mlgo_clang(tmp_path, "-O2", "-c", "a.c", *flags, "-o", "native", major=major)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    subprocess.run([f"clang-{major}", "-O2", "-c", "a.c", "-o", "stock"], cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "native").read_bytes() == (tmp_path / "stock").read_bytes()
    told = read_log(log)
    (context,) = told.contexts
    values = context.values
    assert (context.name, told.score) == ("default", None)
    assert told.names == [*(spec.name for spec in INLINING), "inlining_default", "inlining_decision"]
    assert values["inlining_default"] == values["inlining_decision"]
    assert len(values["inlining_decision"]) >= 4
    assert max(values["callee_basic_block_count"]) > [1]


def test_arguments_of_a_corpus(bitcode: Path) -> None:
    log = bitcode.with_name("log")
    flags = llvm("-enable-ml-inliner=development", f"-training-log={log}")
    done = mlgo_clang(bitcode.parent, *cc1(bitcode), *flags, "-o", "native")

    assert done.returncode == 0, done.stderr
    assert log.stat().st_size > 1000
    assert bitcode.with_name("native").stat().st_size > 0


def test_without_its_flags_it_is_clang(bitcode: Path) -> None:
    done = mlgo_clang(bitcode.parent, *cc1(bitcode), "-o", "native")
    version = mlgo_clang(bitcode.parent, "--version")

    assert done.returncode == 0, done.stderr
    subprocess.run(["clang-22", *cc1(bitcode), "-o", "stock"], cwd=bitcode.parent, check=True, timeout=60)
    assert bitcode.with_name("native").read_bytes() == bitcode.with_name("stock").read_bytes()
    assert "clang version 22" in version.stdout


def test_code_that_does_not_compile(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int f( {")
    flags = llvm("-enable-ml-inliner=development", "-training-log=log")
    done = mlgo_clang(tmp_path, "-O2", "-c", "a.c", *flags, "-o", "native")

    assert done.returncode == 1
    assert "a.c:1:8: error:" in done.stderr
    assert not (tmp_path / "log").exists()


def test_a_model_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(CODE)
    flags = llvm("-enable-ml-inliner=development", "-training-log=log", "-ml-inliner-model-under-training=nowhere")
    done = mlgo_clang(tmp_path, "-O2", "-c", "a.c", *flags, "-o", "native")

    assert done.returncode == 2
    assert "output_spec.json: no such file" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(CODE)
    flags = llvm("-enable-ml-inliner=development", "-training-log=nowhere/log")
    done = mlgo_clang(tmp_path, "-O2", "-c", "a.c", *flags, "-o", "native")

    assert done.returncode == 1
    assert "the training log nowhere/log cannot be written: No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr
