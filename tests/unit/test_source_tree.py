"""The rules of the source tree: who imports whom, who may do what, and how large things are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "rl4real_data"
FILES = sorted(PACKAGE.rglob("*.py"))
NAMES = [str(path.relative_to(PACKAGE)) for path in FILES]

CONTRIBUTING = PACKAGE.parent / "CONTRIBUTING.md"
ROOT = {"__init__.py", "__main__.py"}


def read_rooms() -> dict[str, frozenset[str]]:
    """The table of CONTRIBUTING.md: each room, and those that it may import; a room stands behind all of these."""
    text = CONTRIBUTING.read_text(encoding="utf-8")
    table = text.partition("<!-- rooms -->")[2].partition("<!-- /rooms -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()[2:]]
    return {room.strip("`"): frozenset(re.findall(r"`([^`]+)`", allowed)) for room, _, allowed in rows}


ROOMS = read_rooms()


def room_of(module: Sequence[str]) -> str:
    """The room of a module, given by its names below the package: the deepest one of the table that holds it."""
    folders = ["/".join(module[:depth]) for depth in range(len(module), 0, -1)]
    return next((folder for folder in folders if folder in ROOMS), "")


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Full names of all imported modules, those inside functions too."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield str(node.module)
            if node.module == "rl4real_data":
                yield from (f"rl4real_data.{alias.name}" for alias in node.names)


def own_imports(path: Path) -> set[str]:
    """The rooms that a file of ours imports from; "" for the root."""
    found = {name for name in imports(path) if name.startswith("rl4real_data.")}
    return {room_of(name.split(".")[1:]) for name in found if not name.split(".")[1].startswith("__")}


def files_that_import(*names: str) -> set[str]:
    return {
        file for path, file in zip(FILES, NAMES, strict=True) if any(n.split(".")[0] in names for n in imports(path))
    }


def files_that_say(*names: str) -> set[str]:
    """Files with an attribute such as `os.environ`."""
    found = set()
    for path, file in zip(FILES, NAMES, strict=True):
        said = {ast.unparse(node) for node in ast.walk(parse(path)) if isinstance(node, ast.Attribute)}
        if said & set(names):
            found.add(file)
    return found


def test_there_are_files_to_look_at() -> None:
    assert {"commands/app.py", "stages/compile.py", "toolchain/process.py"} <= set(NAMES)


def test_only_the_entries_stand_in_the_root() -> None:
    assert {name for name in NAMES if "/" not in name} == ROOT


def test_every_file_has_a_room() -> None:
    assert [name for name in NAMES if "/" in name and not room_of(Path(name).parts[:-1])] == []


def test_rooms_import_what_stands_above_them() -> None:
    """So there is no circle of rooms."""
    order = list(ROOMS)

    assert {room: allowed - set(order[: order.index(room)]) for room, allowed in ROOMS.items()} == {
        room: set() for room in ROOMS
    }


@pytest.mark.parametrize("room", ROOMS)
def test_imports_are_those_of_the_table(room: str) -> None:
    files = [path for path in FILES if room_of(path.relative_to(PACKAGE).parts[:-1]) == room]
    used = set().union(*(own_imports(path) for path in files)) - {room, ""}

    assert used == ROOMS[room]  # a permission that nobody uses is none


def is_command(name: str) -> bool:
    return name.startswith(("commands/", "examples/"))


def test_only_commands_know_typer() -> None:
    assert {name for name in files_that_import("typer", "click", "rich") if not is_command(name)} == set()


def test_only_two_files_start_processes() -> None:
    known = {"toolchain/process.py", "toolchain/start.py"}
    assert files_that_import("subprocess", "multiprocessing", "pty") == known
    starters = ("os.system", "os.popen", "os.fork", "os.posix_spawn", "os.execv", "os.spawnv")
    assert files_that_say(*starters) == set()


def test_only_the_configuration_reads_the_environment() -> None:
    # process.py hands the environment on to the child
    assert files_that_say("os.environ", "os.getenv", "os.environb") == {"core/environment.py", "toolchain/process.py"}
    assert files_that_import("dotenv") == {"core/environment.py"}


def test_only_commands_exit() -> None:
    speaking = files_that_say("sys.exit", "os._exit", "sys.stdout") - {"__main__.py", "core/interruption.py"}
    assert {name for name in speaking if not is_command(name)} == set()


def test_only_the_console_prints() -> None:
    """What comes from a file must not reach a terminal as it is."""
    printing = {
        file
        for path, file in zip(FILES, NAMES, strict=True)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "typer.echo", "sys.stdout.write")
    }
    own_words = {"__main__.py", "commands/main.py", "commands/app.py"}  # and those of errors, which have been escaped

    assert {name for name in printing if not name.startswith("examples/")} == {"commands/console.py", *own_words}


def test_no_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}

    assert [name for name in NAMES if set(Path(name).with_suffix("").parts) & drawers] == []


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_files_say_why_they_exist_and_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 400
    assert not text.strip() or ast.get_docstring(parse(path))


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_module_begins_with_a_noun_phrase(path: Path) -> None:
    """No question, no verb that the module would be the subject of, no list behind a colon."""
    first = (ast.get_docstring(parse(path)) or "A package.").splitlines()[0]

    assert first.endswith(".")
    assert not re.match(r"(What|Which|Where|How|Whether|Who|When|From)\b", first)
    assert not re.match(r"[A-Z][a-z]+s (a|an|the|its|one|many|what|which)\b", first)
    assert ":" not in first


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_functions_are_short(path: Path) -> None:
    """A signature may be longer: that of a command is the table of its options."""
    functions = [n for n in ast.walk(parse(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {n.name: (n.body[-1].end_lineno or 0) - n.body[0].lineno + 1 for n in functions}

    assert {name: lines for name, lines in lengths.items() if lines > 60} == {}


ASKED = {
    *("live/dialogue.py", "live/policies/function.py", "live/onnx_sessions.py", "tracing/policies.py"),
    *("mlgo/policies/function.py", "mlgo/stepwise.py"),  # the latter carries it from its thread to the caller's
}
"""A policy is anybody's code; onnxruntime's errors have no class of their own that is public."""


def test_broad_excepts_are_at_the_boundaries() -> None:
    found = {
        file
        for path, file in zip(FILES, NAMES, strict=True)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    }

    assert found <= {
        "__main__.py",
        "commands/main.py",
        "stages/module.py",
        "core/remote.py",
        "engines/dask.py",
        "engines/engine.py",
        "engines/ray.py",
        "engines/time_limit.py",
        *ASKED,
    }


def test_targets_are_rows_and_not_branches() -> None:
    """No comparison with a target's name outside the table."""
    branching = {
        file
        for path, file in zip(FILES, NAMES, strict=True)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Compare)
        and any("TargetName." in ast.unparse(side) for side in (node.left, *node.comparators))
    }

    assert branching == set()
