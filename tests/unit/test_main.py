"""The console entry: the way from the start of the process to `main`, and to its exit code."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from episode_builder import make_episode, write_dataset
from fake_clang import write_script
from world import World, write_three

import rl4real_data
from rl4real_data.toolchain.process import Completed, Limits, run

Program = Callable[..., Completed]

_PANDAS = r"""
import pathlib, traceback
pathlib.Path("pandas-imported").write_text("".join(traceback.format_stack()))
raise ImportError
"""

_CONSOLE_SCRIPT = r"""
import sys
sys.path[:0] = @PATHS@
if "@SOURCES@":
    import pathlib
    from rl4real_data.core import shipped_files
    shipped_files.plugin_source_dir = lambda: pathlib.Path("@SOURCES@")
from rl4real_data.__main__ import run
run()
"""


@pytest.fixture
def program(world: World) -> Program:
    """The console script in a process of its own, with the fake compiler and a pandas that tells who imports it."""
    folder = world.folder / "site"
    folder.mkdir()
    (folder / "pandas.py").write_text(_PANDAS)
    (world.folder / "scratch").mkdir()
    paths = [folder, Path(rl4real_data.__file__).parents[1], *(path for path in sys.path if "site-packages" in path)]

    def start(*words: str, sources: str = str(world.fake.plugin_sources)) -> Completed:
        text = _CONSOLE_SCRIPT.replace("@PATHS@", repr([str(path) for path in paths])).replace("@SOURCES@", sources)
        script = write_script(world.folder / "rl4real-data", text)
        keys = {"BUILD_DIR": str(world.fake.build_dir), "RL4REAL_DATA_CACHE": str(world.fake.cache_dir)}
        return run(
            [str(script), *words],
            cwd=world.folder,
            limits=Limits(timeout_s=120),
            scratch=world.folder / "scratch",
            environment=keys,
        )

    return start


def test_no_command_imports_pandas(program: Program, world: World) -> None:
    """Arrow would, when it makes its first array: 0.4 s of each start."""
    write_three(world)
    write_dataset(world.folder / "real", {"train": [[make_episode(1)]]})  # the fake compiler's are not
    vocabulary = str(world.vocabulary())
    flow = ("flow", "x86", "train", "mlra", "--corpus", "src", "--data-dir", "data", "--vocab", vocabulary)
    imported = world.folder / "pandas-imported"
    for words in (
        flow,
        ("stats", "data"),
        ("validate", "real"),
        ("show", "data", "four", "--html", "four.html"),
        ("embed", "data", "--vocab", vocabulary),
        ("export", "--to", "rl4real", "real", "graphs"),
        ("export", "--to", "rllib", "real", "transitions", "--no-vectors"),
        ("import", "--from", "rl4real", "graphs", "again", "-j", "1"),
    ):
        done = program(*words)
        assert done.ok, f"{words}: {done.stderr}"
        assert not imported.exists(), f"{words}: {imported.read_text()}"


def test_library_keeps_pandas(tmp_path: Path) -> None:
    """Only the command line does without: whoever imports us may want frames."""
    imports = "import rl4real_data.__main__, rl4real_data.commands.app\nimport pandas\n"
    script = write_script(tmp_path / "user", f"import sys\nsys.path[:0] = {sys.path}\n{imports}")
    done = run([str(script)], cwd=tmp_path, limits=Limits(timeout_s=60), scratch=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


def test_whoever_asks_for_pandas_is_told_that_there_is_none(tmp_path: Path) -> None:
    """Also Arrow's two sides, and libraries that only look whether it could be found."""
    lines = (
        f"import sys; sys.path[:0] = {sys.path}",
        "from rl4real_data.core.absent_pandas import do_without_pandas",
        "do_without_pandas()",
        "import importlib.util, numpy, pyarrow",
        "importlib.util.find_spec('pandas')",
        "numpy.asarray(pyarrow.array([1, 2])), pyarrow.scalar(3), pyarrow.table({'a': [1]}).take([0])",
        "assert not pyarrow.lib._pandas_api.have_pandas and 'pandas' not in sys.modules",
        "import pandas",
    )
    script = write_script(tmp_path / "user", "\n".join(lines) + "\n")
    done = run([str(script)], cwd=tmp_path, limits=Limits(timeout_s=60), scratch=tmp_path)

    assert done.stderr.endswith("ModuleNotFoundError: pandas is left out of the command line's process\n")


def test_defect_shows_its_trace_and_ends_with_one(program: Program, world: World) -> None:
    site = world.folder / "site"
    (site / "typer.py").write_text("raise ZeroDivisionError('a defect')\n")
    done = program("--version", sources="")

    assert done.returncode == 1
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert done.stderr.endswith("ZeroDivisionError: a defect\n")


@pytest.mark.parametrize("then", ["pass", "raise ImportError('half a module')"])
def test_interrupt_in_the_middle_of_an_import(program: Program, world: World, then: str) -> None:
    """However the import takes it: passed on, or turned into an error of its own."""
    lines = ("import os, signal", "try:", "    os.kill(os.getpid(), signal.SIGINT)", "finally:", f"    {then}")
    (world.folder / "site" / "typer.py").write_text("\n".join(lines) + "\n")
    done = program("--version", sources="")

    assert done.returncode == 130
    assert done.stderr == "rl4real-data: error: interrupted\n  next: the same command resumes\n"
    assert done.stdout == ""


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_signal_that_arrives_while_listening_begins(tmp_path: Path, number: str) -> None:
    lines = (
        f"import sys; sys.path[:0] = {sys.path}",
        "import os, signal",
        "from rl4real_data.core import interruption",
        f"interruption.listening._start_waking = lambda _: os.kill(os.getpid(), signal.{number})",
        "from rl4real_data.__main__ import run",
        "run()",
    )
    script = write_script(tmp_path / "user", "\n".join(lines) + "\n")
    done = run([str(script)], cwd=tmp_path, limits=Limits(timeout_s=60), scratch=tmp_path)

    assert done.returncode == 128 + signal.Signals[number]
    assert done.stderr == "rl4real-data: error: interrupted\n  next: the same command resumes\n"


def test_result_is_written_before_the_end(program: Program) -> None:
    done = program("--version", sources="")

    assert (done.returncode, done.stdout) == (0, f"rl4real-data {rl4real_data.__version__}\n")
