"""The head of a run: nothing that takes long to import is needed before the first compiler starts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from rl4real_data.core.errors import DatasetError
from rl4real_data.flow import run

ROOT = Path(__file__).parents[3]
HEAVY = {"numpy", "pyarrow", "pandas", "joblib", "tqdm"}


def imported_at_once(path: Path) -> Iterator[str]:
    """Full names of what a module imports when it is imported itself: not in functions, not for type checkers."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def file_of(name: str) -> Path | None:
    path = ROOT.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def way_to(heavy: str, start: str, seen: set[str]) -> list[str]:
    """The modules over which `start` imports `heavy`; none if it does not."""
    seen.add(start)
    path = file_of(start)
    for name in imported_at_once(path) if path else ():
        if name.split(".")[0] == heavy:
            return [start, name]
        if name.startswith("rl4real_data") and name not in seen and (way := way_to(heavy, name, seen)):
            return [start, *way]
    return []


@pytest.mark.parametrize("heavy", sorted(HEAVY))
@pytest.mark.parametrize("module", ["flow.run", "commands.flow", "stages.check", "stages.compile"])
def test_head_imports_nothing_heavy(module: str, heavy: str) -> None:
    assert way_to(heavy, f"rl4real_data.{module}", set()) == []


def test_the_way_is_found() -> None:
    assert way_to("pyarrow", "rl4real_data.flow.packing", set())[-1] == "pyarrow"


def test_damaged_vocabulary_of_the_dataset_ends_the_run(world: World) -> None:
    """It is read while the first modules are compiled."""
    world.write("a.c", "// function one")
    world.run()
    (world.data_dir / "vocab" / "vocabulary.parquet").write_bytes(b"PAR1 and no more")
    before = world.digests()
    world.write("b.c", "// function two nodes=3")
    with pytest.raises(DatasetError, match=r"vocabulary.parquet: lost or damaged"):
        world.run(vocab=None)

    assert world.digests() == before
    world.run()
    assert world.functions() == ["one", "two"]


def test_a_server_is_begun_before_the_plan_where_there_is_no_dataset(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.write("a.c", "// function one")
    steps: list[str] = []
    plan = run._plan
    monkeypatch.setattr(run, "begin_to_load", lambda _: steps.append("server"))
    monkeypatch.setattr(run, "_plan", lambda *words: (steps.append("plan"), plan(*words))[1])
    world.run()
    world.run()

    assert steps == ["server", "plan", "plan"]


def test_header_is_hashed_once_a_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from rl4real_data.stages import part

    world.write("h.h", "// function inline_one nodes=6")
    for name in ("a.c", "b.c"):
        world.write(name, '#include "h.h"', f"// function of_{name[0]} nodes=7")
    asked: list[str] = []
    hash_of_state = part._sha256_of_state
    monkeypatch.setattr(part, "_sha256_of_state", lambda path: (asked.append(path), hash_of_state(path))[1])
    world.run(jobs=1)  # two that meet it at the same moment may both hash it

    assert sorted(Path(path).name for path in asked) == ["a.c", "b.c", "h.h"]
