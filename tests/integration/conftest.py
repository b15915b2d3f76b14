"""The real compilers. Where one is missing the test is skipped on a developer's machine and fails in CI."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import Rl4realError, ToolchainError
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.resolve import resolve
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang, discover_clang
from rl4real_data.toolchain.plugin import Plugin, ensure_plugin

from .installed_wheel import InstalledWheel, install_wheel

Run = Callable[..., subprocess.CompletedProcess[str]]


def missing(error: Rl4realError) -> None:
    """Skips here, fails in CI."""
    reason = f"{error} ({error.hint})"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def toolchains() -> dict[int, tuple[Clang, Plugin]]:
    """clang and plugin of each supported release, the plugins built into the user's cache."""
    environment = load_environment()
    found = {}
    for major in SUPPORTED_MAJORS:
        try:
            clang = discover_clang(build_dir=Path(f"/usr/lib/llvm-{major}"), search_path=environment.search_path)
            plugin = ensure_plugin(clang, cache_dir=environment.cache_dir, announce=lambda _: None)
        except ToolchainError as error:
            missing(error)
        found[major] = (clang, plugin)
    return found


@pytest.fixture(scope="session")
def corpora() -> dict[str, Corpus]:
    """The offline corpus and the demo's, fetched into the user's cache."""
    environment = load_environment()
    try:
        found = resolve(["sample", "demo"], cache=environment.cache_dir, mirror=environment.mirror)
    except Rl4realError as error:
        missing(error)
    return {corpus.name: corpus for corpus in found}


@pytest.fixture
def rl4real(tmp_path: Path) -> Run:
    """Runs the program as a user does, in an empty folder."""

    def run(*words: str | Path, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "rl4real_data", *map(str, words)],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def installed_wheel(tmp_path_factory: pytest.TempPathFactory) -> InstalledWheel:
    """A wheel of this checkout, installed where nothing of the checkout is seen."""
    return install_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def sample_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DATA_DIR of the sample corpus for x86, to be read only."""
    data_dir = tmp_path_factory.mktemp("sample") / "data"
    words = ("flow", "x86", "train", "mlra", "--data-dir", str(data_dir))
    subprocess.run([sys.executable, "-m", "rl4real_data", *words], check=True, capture_output=True, timeout=600)
    return data_dir
