"""A wheel built from the repository works from an empty folder, without the checkout."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rl4real_data.toolchain.plugin import source_hash

from .installed_wheel import REPOSITORY, InstalledWheel

USER_PROGRAM = REPOSITORY / "tests" / "typing" / "user_program.py"


@pytest.mark.clang
def test_wheel_works_elsewhere(installed_wheel: InstalledWheel, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        done = installed_wheel.run("-m", "rl4real_data", *words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert str(installed_wheel.site) in run("path", "corpus", "sample")
    run("flow", "x86", "train", "mlra", "--limit", "5")
    assert "5" in run("stats", "data/x86-mlra")


def test_a_wheel_carries_the_whole_plugin(installed_wheel: InstalledWheel) -> None:
    """With every room: a dataset names the same plugin as one made in the checkout."""
    plugin = Path("v0", "mlra")
    carried = installed_wheel.site / "rl4real_data" / "_preprocessing" / plugin

    assert source_hash(carried) == source_hash(REPOSITORY / "preprocessing" / plugin)


def test_a_wheel_carries_the_grpc_library(installed_wheel: InstalledWheel) -> None:
    """With its .proto files, which are read when it is built and by Python."""
    sources = Path("v0", "mlrun_grpc")
    carried = installed_wheel.site / "rl4real_data" / "_preprocessing" / sources
    files = {
        path.relative_to(REPOSITORY / "preprocessing" / sources)
        for path in (REPOSITORY / "preprocessing" / sources).rglob("*")
        if path.is_file()
    }

    assert Path("protos/RegisterAllocation.proto") in files
    assert {path.relative_to(carried) for path in carried.rglob("*") if path.is_file()} == files


def test_wheel_has_its_licence_and_its_marker_of_types(installed_wheel: InstalledWheel) -> None:
    (information,) = installed_wheel.site.glob("rl4real_data-*.dist-info")

    assert (information / "licenses" / "LICENSE").read_bytes() == (REPOSITORY / "LICENSE").read_bytes()
    assert (installed_wheel.site / "rl4real_data" / "py.typed").is_file()


def test_wheel_has_the_examples(installed_wheel: InstalledWheel, tmp_path: Path) -> None:
    done = installed_wheel.run("-m", "rl4real_data.examples.duckdb_queries", "--help", cwd=tmp_path)

    assert "DATA_DIR" in done.stdout, done.stderr


@pytest.mark.parametrize("statement", ["import rl4real_data", "import rl4real_data.core.errors"])
def test_importing_the_package_loads_nothing_heavy(
    installed_wheel: InstalledWheel, tmp_path: Path, statement: str
) -> None:
    heavy = ("numpy", "pyarrow", "pandas", "networkx", "joblib", "typer", "torch")
    program = f"{statement}; import sys; print(sorted(set({heavy!r}) & set(sys.modules)))"
    done = installed_wheel.run("-c", program, cwd=tmp_path)

    assert (done.stdout, done.stderr) == ("[]\n", "")


# Types, as mypy --strict sees those of an installed package


def mypy(wheel: InstalledWheel, program: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    settings = USER_PROGRAM.with_name("mypy.ini")
    options = ("--config-file", settings, "--cache-dir", folder / "cache", "--python-executable", wheel.python)
    return wheel.run("-m", "mypy", *options, program, cwd=folder)


@contextmanager
def without_marker(wheel: InstalledWheel) -> Iterator[None]:
    marker, aside = wheel.site / "rl4real_data" / "py.typed", wheel.site / "aside"
    marker.rename(aside)
    try:
        yield
    finally:
        aside.rename(marker)


def test_a_user_program_has_types(installed_wheel: InstalledWheel, tmp_path: Path) -> None:
    done = mypy(installed_wheel, USER_PROGRAM, tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


def test_without_the_marker_there_are_no_types(installed_wheel: InstalledWheel, tmp_path: Path) -> None:
    """What the test above would say if the wheel lacked `py.typed`."""
    program = tmp_path / "program.py"
    program.write_text("from rl4real_data import EpisodeDataset\n\nlen(EpisodeDataset('data'))\n")
    with without_marker(installed_wheel):
        done = mypy(installed_wheel, program, tmp_path)

    assert done.returncode == 1
    assert "missing library stubs or py.typed marker" in done.stdout


def test_the_user_program_uses_every_public_name() -> None:
    text = USER_PROGRAM.read_text(encoding="utf-8")
    documented = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")
    names = [line.split("`")[1] for line in documented.splitlines() if line.startswith("| `")]

    assert len(names) > 60
    assert [name for name in names if name not in text] == []
