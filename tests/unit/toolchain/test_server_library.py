"""The library of the compiler server: built and tried once, or silently not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_clang import BANNER, write_script

from rl4real_data.toolchain import server_library
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.compiler_server import CompilerServer, ServerFiles
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.server_library import ensure_server, examine_server
from rl4real_data.toolchain.start import Invocation, Process, start_process

CLANG = """
import sys
records = [word.split("=", 1)[1] for word in sys.argv if word.startswith("-mlra-dump-columns=")]
open(records[0], "w").write("columns")
"""

CC = """
import sys
open(sys.argv[0] + ".log", "a").write("built ")
if open(sys.argv[0] + ".way").read() == "fails":
    sys.exit("CompilerServer.c:1: error: no such thing")
open(sys.argv[sys.argv.index("-o") + 1], "w").write("library")
"""


class Loaded:
    """A server that starts processes, or something else than that."""

    way = "well"

    def __init__(self, files: ServerFiles) -> None:
        self.program = files.clang.with_name("other") if self.way == "wrapper" else files.clang

    def is_ready(self, *, within_s: float) -> bool:
        if self.way == "ends":
            raise ConnectionResetError("the compiler server ended before it was ready")
        return self.way != "never ready" and within_s > 0

    def start(self, invocation: Invocation) -> Process | None:
        if self.way == "takes nothing":
            return None
        if self.way == "does something else":
            (invocation.cwd / "records").write_text("other columns")
            return start_process(
                Invocation(
                    command=(invocation.command[0], "-mlra-dump-columns=elsewhere"),
                    cwd=invocation.cwd,
                    environment=invocation.environment,
                    stdout=invocation.stdout,
                    stderr=invocation.stderr,
                )
            )
        return start_process(invocation)

    def close(self) -> None:
        pass


class Workshop:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.cc = write_script(folder / "cc", CC)
        self.make("well")
        self.serve("well")
        self.clang = Clang(path=write_script(folder / "clang", CLANG), version="22.1.8", banner=BANNER)
        self.plugin = Plugin(path=folder / "plugin" / "libmlra.so", source_hash="0" * 64)
        self.plugin.path.parent.mkdir()
        monkeypatch.setattr(server_library, "C_COMPILERS", (str(self.cc),))
        monkeypatch.setattr(server_library, "CompilerServer", Loaded)

    def make(self, way: str) -> None:
        (self.folder / "cc.way").write_text(way)

    def serve(self, way: str) -> None:
        Loaded.way = way

    def builds(self) -> int:
        return (self.folder / "cc.log").read_text().count("built")

    def libraries(self) -> list[str]:
        return [path.name for path in self.plugin.path.parent.iterdir() if path.suffix not in (".lock", ".sha256")]


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return Workshop(tmp_path, monkeypatch)


def test_first_use_builds_beside_the_plugin(workshop: Workshop) -> None:
    files = ensure_server(workshop.clang, workshop.plugin)

    assert files is not None
    assert (files.clang, files.plugin) == (workshop.clang.path, workshop.plugin.path)
    assert files.library.read_text() == "library"
    assert workshop.libraries() == [files.library.name]
    assert examine_server(workshop.clang, workshop.plugin) is None


def test_second_use_builds_nothing(workshop: Workshop) -> None:
    assert ensure_server(workshop.clang, workshop.plugin) == ensure_server(workshop.clang, workshop.plugin)
    assert workshop.builds() == 1


@pytest.mark.parametrize("damage", [b"", b"librarY", b"library and more"])
def test_a_damaged_library_is_built_again(workshop: Workshop, damage: bytes) -> None:
    files = ensure_server(workshop.clang, workshop.plugin)
    assert files is not None
    files.library.write_bytes(damage)

    assert ensure_server(workshop.clang, workshop.plugin) == files
    assert files.library.read_text() == "library"
    assert workshop.builds() == 2


def test_another_compiler_in_its_place_is_tried_again(workshop: Workshop) -> None:
    ensure_server(workshop.clang, workshop.plugin)
    write_script(workshop.clang.path, CLANG + "# newer\n")
    ensure_server(workshop.clang, workshop.plugin)

    assert workshop.builds() == 2


def test_changed_sources_build_again(workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    monkeypatch.setattr(server_library, "server_source_dir", lambda: sources)
    for text in ("int a;", "int b;"):
        (sources / "Server.c").write_text(text)
        ensure_server(workshop.clang, workshop.plugin)

    assert workshop.builds() == 2
    assert len(workshop.libraries()) == 2


def test_build_that_fails_is_no_server(workshop: Workshop) -> None:
    workshop.make("fails")

    assert ensure_server(workshop.clang, workshop.plugin) is None
    assert workshop.libraries() == []
    assert "its library does not build: " in (examine_server(workshop.clang, workshop.plugin) or "")
    assert "error: no such thing" in (examine_server(workshop.clang, workshop.plugin) or "")


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("ends", "ended before it was ready"),
        ("never ready", "is not loaded within 20 s"),
        ("wrapper", "/other, and may do more than that"),
        ("takes nothing", "does not take a command"),
        ("does something else", "does not do the same in a server as in a process"),
    ],
)
def test_library_that_does_not_work_is_not_kept(workshop: Workshop, way: str, reason: str) -> None:
    workshop.serve(way)

    assert ensure_server(workshop.clang, workshop.plugin) is None
    assert workshop.libraries() == []
    assert reason in (examine_server(workshop.clang, workshop.plugin) or "")


def test_doctor_tries_what_was_built_before(workshop: Workshop) -> None:
    ensure_server(workshop.clang, workshop.plugin)
    workshop.serve("ends")

    assert "ended before it was ready" in (examine_server(workshop.clang, workshop.plugin) or "")


def test_cache_that_cannot_be_written_is_no_server(workshop: Workshop) -> None:
    workshop.plugin.path.parent.rmdir()
    workshop.plugin.path.parent.write_text("no folder")

    assert ensure_server(workshop.clang, workshop.plugin) is None


def test_loaded_stands_for_the_real_server() -> None:
    assert {name for name in vars(Loaded) if not name.startswith("_")} - {"way"} <= set(vars(CompilerServer))
