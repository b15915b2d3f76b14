"""Unit tests start no process but the scripts that they wrote themselves."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy.testing  # noqa: F401 - NumPy 2.0 starts a process when this is first imported
import pytest
from command_line import CommandLine
from fake_clang import install_fake_clang
from world import World

from rl4real_data.core import atomic_files
from rl4real_data.toolchain import plugin, process, server_library
from rl4real_data.toolchain.confinement import confinement_to
from rl4real_data.toolchain.mark import keeper_command


@pytest.fixture(autouse=True)
def _only_processes_of_the_test(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    allowed = tmp_path_factory.getbasetemp().resolve()

    class Guarded(subprocess.Popen[Any]):
        def __init__(self, args: Any, *rest: Any, **options: Any) -> None:
            program = Path(args if isinstance(args, str) else args[0])
            is_keeper = args == keeper_command()
            if program.name == "pgrep" or is_keeper:  # joblib's, where psutil is missing: it ends what it has started
                super().__init__(args, *rest, **options)
                return
            if not program.absolute().is_relative_to(allowed) and not (
                options.get("cwd") and Path(options["cwd"], program).resolve().is_relative_to(allowed)
            ):
                raise AssertionError(f"a unit test starts a real process: {args}")
            super().__init__(args, *rest, **options)

    monkeypatch.setattr(subprocess, "Popen", Guarded)
    monkeypatch.setattr(server_library, "C_COMPILERS", ())  # leaves the compiler at hand, which is the test's


@pytest.fixture(autouse=True)
def _no_wait_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the whole machine, that is, which may be busy."""
    monkeypatch.setattr(atomic_files, "_syncfs", lambda _: 0)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A fake compiler with its plugin, an empty corpus and no dataset yet."""
    fake = install_fake_clang(tmp_path)
    monkeypatch.setattr(plugin, "plugin_source_dir", lambda: fake.plugin_sources)
    monkeypatch.setattr(process, "confinement_to", lambda scratch: confinement_to(scratch, fake.log_folder))
    return World(folder=tmp_path, fake=fake)


@pytest.fixture
def fakes_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a confined script write into the test's folder, too: it keeps a log there."""
    monkeypatch.setattr(process, "confinement_to", lambda scratch: confinement_to(scratch, tmp_path))


@pytest.fixture
def call(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line in the world's folder, with its compiler and its cache in the environment."""
    run = CommandLine(world.folder, monkeypatch, capsys)
    monkeypatch.setenv("BUILD_DIR", str(world.fake.build_dir))
    monkeypatch.setenv("RL4REAL_DATA_CACHE", str(world.fake.cache_dir))
    monkeypatch.setenv("COLUMNS", "200")
    return run
