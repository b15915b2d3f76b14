"""The real compilers, and what they make once for many tests.

Where a compiler is missing the test is skipped on a developer's machine and fails in CI.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import Rl4realError, ToolchainError
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.resolve import resolve
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang, discover_clang
from rl4real_data.toolchain.grpc_library import build_grpc_library
from rl4real_data.toolchain.plugin import Plugin, ensure_plugin

from .cluster_hosts import Cluster, s3_server
from .dataset_bytes import dataset_bytes
from .hello import Hello, hello_in
from .installed_wheel import InstalledWheel, install_wheel
from .made_once import MadeOnce, shared_by_workers
from .runner_programs import build_runner_programs

Run = Callable[..., subprocess.CompletedProcess[str]]
Sample = Callable[[str, str], Path]

MOST_SECONDS = 900  # for a compiler or a program that hangs; it takes seconds on an idle machine


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


def run_program(
    folder: Path, *words: str | Path, check: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs the program as a user does, in `folder`."""
    done = subprocess.run(
        [sys.executable, "-m", "rl4real_data", *map(str, words)],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
    )
    assert not check or done.returncode == 0, done.stderr
    return done


@pytest.fixture
def rl4real(tmp_path: Path) -> Run:
    """The program, in an empty folder."""
    return partial(run_program, tmp_path)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    return shared_by_workers(tmp_path_factory)


@pytest.fixture(scope="session")
def sample(made_once: MadeOnce, toolchains: dict[int, tuple[Clang, Plugin]]) -> Sample:
    """DATA_DIRs of the whole sample corpus, by the newest compiler and four jobs: `sample("x86", "train")`.

    For reading only: a test that goes on with one copies it.
    """
    build_dir = toolchains[max(toolchains)][0].bin_dir.parent

    def dataset(target: str, mode: str) -> Path:
        def make(data_dir: Path) -> None:
            words = ("flow", target, mode, "mlra", "--jobs", "4", "--build-dir", build_dir)
            run_program(made_once.root, *words, "--data-dir", data_dir)

        return made_once.folder(f"{target}-{mode}", make)

    return dataset


@pytest.fixture(scope="session")
def installed_wheel(tmp_path_factory: pytest.TempPathFactory) -> InstalledWheel:
    """A wheel of this checkout, installed where nothing of the checkout is seen."""
    return install_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def runner_programs(made_once: MadeOnce) -> Path:
    """The folder of the programs that use the model runners."""
    bin_dir = Path(f"/usr/lib/llvm-{max(SUPPORTED_MAJORS)}/bin")
    return made_once.folder("runner-programs", partial(build_runner_programs, bin_dir=bin_dir))


@pytest.fixture(scope="session")
def hello(runner_programs: Path) -> Hello:
    """The pass that is built on the model runners alone, for the newest compiler."""
    return hello_in(runner_programs, bin_dir=Path(f"/usr/lib/llvm-{max(SUPPORTED_MAJORS)}/bin"))


@pytest.fixture(scope="session")
def grpc_library() -> Path:
    """The library with gRPC, built into the user's cache."""
    try:
        return build_grpc_library(load_environment().cache_dir / "plugins", announce=lambda _: None)
    except ToolchainError as error:
        missing(error)
        raise


@pytest.fixture
def free_port() -> int:
    """A port at which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@pytest.fixture
def sample_dataset(sample: Sample) -> Path:
    """The DATA_DIR that most tests want."""
    return sample("x86", "train")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A server of object storage on this machine, by its URL."""
    with s3_server() as url:
        yield url


@pytest.fixture(scope="module")
def dataset_alone(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    s3: str,
    toolchains: dict[int, tuple[Clang, Plugin]],  # noqa: ARG001 - built before
) -> dict[str, str]:
    """The files of the dataset that one machine makes of the module's `WHAT`."""
    folder = tmp_path_factory.mktemp("alone")
    alone = Cluster(folder=folder, s3=s3, cache=load_environment().cache_dir.absolute())
    code, said = alone.flow(folder / "data", *request.module.WHAT)
    assert code == 0, said
    return dataset_bytes(folder / "data")


@pytest.fixture
def cluster(tmp_path: Path, s3: str) -> Iterator[Cluster]:
    """Hosts of one test, which end with it."""
    made = Cluster(folder=tmp_path, s3=s3, cache=load_environment().cache_dir.absolute())
    yield made
    made.close()
