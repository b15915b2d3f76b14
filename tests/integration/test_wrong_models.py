"""Models that are wrong, slow or gone: no crash, no hang, the stock object, and a warning that names the function."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .fork_model import Format
from .live_compiler import FUNCTIONS, LiveCompiler
from .pipe_pair import speaking
from .wrong_pipes import BYTES_SERVERS, HARMLESS_SERVERS, ILLEGAL_SERVERS, JSON_SERVERS, Speak

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
LIMIT_MS = 300
PATIENT_MS = 60_000  # for servers that answer, on a loaded machine
KINDS = [
    *(pytest.param("json", speak, id=name) for name, speak in JSON_SERVERS.items()),
    *(pytest.param("bytes", speak, id=f"bytes: {name}") for name, speak in BYTES_SERVERS.items()),
]


@pytest.fixture(scope="module")
def compiler(toolchains: Toolchains, tmp_path_factory: pytest.TempPathFactory) -> LiveCompiler:
    return LiveCompiler(*toolchains[max(toolchains)], tmp_path_factory.mktemp("wrong"))


@pytest.fixture(scope="module")
def stock(compiler: LiveCompiler) -> bytes:
    return compiler.compile(plugin=False).object


def flags(base: Path, data_format: Format, limit_ms: int = LIMIT_MS) -> tuple[str, ...]:
    return (
        *("-mlra-inference", "-mlra-use-pipe", f"-mlra-pipe-name={base}", f"-mlra-data-format={data_format}"),
        *(f"-mlra-time-limit={limit_ms}", "-mlra-max-messages=50"),
    )


def require_greedy(compiler: LiveCompiler, stock: bytes, *words: str) -> None:
    """All functions are greedy's, and clang says so of each; none takes longer than its limits."""
    begin = time.monotonic()
    found = compiler.compile(*words)
    assert time.monotonic() - begin < 120  # three dialogues of at most 6 s, on a loaded machine
    assert found.object == stock
    for name in FUNCTIONS:
        assert name in found.said
        assert found.reports[name]["failure"]


@pytest.mark.parametrize(("data_format", "speak"), KINDS)
def test_wrong_pipes(compiler: LiveCompiler, stock: bytes, tmp_path: Path, data_format: Format, speak: Speak) -> None:
    with speaking(tmp_path / "pipe", speak):
        require_greedy(compiler, stock, *flags(tmp_path / "pipe", data_format))


@pytest.mark.parametrize("speak", HARMLESS_SERVERS.values(), ids=HARMLESS_SERVERS.keys())
def test_what_nobody_hears(compiler: LiveCompiler, stock: bytes, tmp_path: Path, speak: Speak) -> None:
    with speaking(tmp_path / "pipe", speak):
        found = compiler.compile(*flags(tmp_path / "pipe", "json", PATIENT_MS))
    assert found.object == stock
    # What comes early enough is heard, and said.
    assert found.said == "" or "the model said more than it was asked for" in found.said


@pytest.mark.parametrize("speak", ILLEGAL_SERVERS.values(), ids=ILLEGAL_SERVERS.keys())
def test_illegal_answers(compiler: LiveCompiler, stock: bytes, tmp_path: Path, speak: Speak) -> None:
    with speaking(tmp_path / "pipe", speak):
        found = compiler.compile(*flags(tmp_path / "pipe", "json", PATIENT_MS))
    assert found.object == stock
    for name in FUNCTIONS:
        assert name in found.said
        assert sum(found.reports[name]["illegal"].values()) > 0, found.said
        assert found.reports[name]["made"] == {}


def test_no_pipes(compiler: LiveCompiler, stock: bytes, tmp_path: Path) -> None:
    require_greedy(compiler, stock, *flags(tmp_path / "nothing", "json"))


def test_files_that_are_no_pipes(compiler: LiveCompiler, stock: bytes, tmp_path: Path) -> None:
    for suffix in (".in", ".out"):
        (tmp_path / f"pipe{suffix}").write_text("no pipe")
    require_greedy(compiler, stock, *flags(tmp_path / "pipe", "json"))


def test_nobody_listens(compiler: LiveCompiler, stock: bytes) -> None:
    require_greedy(
        compiler, stock, "-mlra-inference", "-mlra-server-address=127.0.0.1:1", f"-mlra-time-limit={LIMIT_MS}"
    )
