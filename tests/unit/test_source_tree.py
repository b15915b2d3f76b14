"""The rules of the source tree: who imports whom, who may do what, and how large things are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "rl4real_data"
FILES = sorted(PACKAGE.rglob("*.py"))
NAMES = [str(path.relative_to(PACKAGE)) for path in FILES]

LAYERS = (
    {"errors", "failure", "resources", "locks", "memory", "models", "targets"},
    {"mir2vec"},
    {"config", "recipe", "toolchain", "episodes"},
    {"corpus", "reading"},
    {"compat", "settings", "allocation"},
    {"stages", "validation", "statistics", "drafting", "vocab", "env", "export"},
    {"flows", "mlgo_export", "compiler", "locations", "doctor", "show"},
    {"splits", "workdir", "plan", "runner", "chosen_vocabulary"},
    {"packing"},
    {"dataset_run", "fork_import"},
    {"flow_command"},
    {"validate_command", "corpus_report", "corpus_export", "embed_command", "vocab_report", "fork_report"},
    {"corpus_commands", "vocab_commands", "show_commands", "fork_commands", "export_commands"},
    {"cli"},
    {"__init__", "__main__"},
)
"""A module imports from its own package and from the lines above its own."""

COMMAND_LINE = {
    "cli.py",
    "corpus_commands.py",
    "vocab_commands.py",
    "show_commands.py",
    "fork_commands.py",
    "export_commands.py",
}


def layer_of(top: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if top in names)


def top_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


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
    """First names below the package of all imported modules of ours."""
    names = {name.split(".")[1] for name in imports(path) if name.startswith("rl4real_data.")}
    return {name for name in names if not name.startswith("__")}


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
    assert {"cli.py", "stages/compile.py", "toolchain/process.py"} <= set(NAMES)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_imports_point_one_way(path: Path) -> None:
    top = top_of(path)
    upwards = {name for name in own_imports(path) if name != top and layer_of(name) >= layer_of(top)}

    assert upwards == set()


def test_only_the_command_line_knows_typer() -> None:
    assert files_that_import("typer", "click", "rich") == COMMAND_LINE


def test_only_one_file_starts_processes() -> None:
    assert files_that_import("subprocess", "multiprocessing", "pty") == {"toolchain/process.py"}
    starters = ("os.system", "os.popen", "os.fork", "os.posix_spawn", "os.execv", "os.spawnv")
    assert files_that_say(*starters) == set()


def test_only_the_configuration_reads_the_environment() -> None:
    # process.py hands the environment on to the child
    assert files_that_say("os.environ", "os.getenv", "os.environb") == {"config.py", "toolchain/process.py"}
    assert files_that_import("dotenv") == {"config.py"}


def test_only_the_command_line_exits_and_prints_results() -> None:
    assert files_that_say("sys.exit", "os._exit", "sys.stdout") <= COMMAND_LINE | {"__main__.py"}
    printing = set()
    for path, file in zip(FILES, NAMES, strict=True):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
                printing |= set() if any(word.arg == "file" for word in node.keywords) else {file}
    assert printing == COMMAND_LINE


def test_no_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}

    assert [name for name in NAMES if set(Path(name).with_suffix("").parts) & drawers] == []


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_files_say_why_they_exist_and_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 400
    assert not text.strip() or ast.get_docstring(parse(path))


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_functions_are_short(path: Path) -> None:
    """A signature may be longer: that of a command is the table of its options."""
    functions = [n for n in ast.walk(parse(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {n.name: (n.body[-1].end_lineno or 0) - n.body[0].lineno + 1 for n in functions}

    assert {name: lines for name, lines in lengths.items() if lines > 60} == {}


def test_broad_excepts_are_at_the_boundaries() -> None:
    found = {
        file
        for path, file in zip(FILES, NAMES, strict=True)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    }

    assert found <= {"cli.py", "stages/module.py", "reading/remote.py"}


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
