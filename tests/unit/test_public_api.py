"""The public API: `docs/api.md` and the `__all__` of the modules named there are the same."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import warnings
from pathlib import Path

import pytest

import rl4real_data

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "rl4real_data"
SECTIONS = re.findall(
    r"^## `(rl4real_data[\w.]*)`\n(.*?)(?=^## |\Z)",
    (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)
DOCUMENTED = {module: re.findall(r"^\| `(\w+)` \| \S.*\|$", text, re.MULTILINE) for module, text in SECTIONS}
PASSING_ON = {"corpus.download", "corpus.paths.source_files", "corpus.resolve"}
"""Internal modules that pass names of others on to ours: mypy asks for an `__all__`."""


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def states_names(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]
        for node in tree.body
    )


NEED_TORCH = (
    *(f"rl4real_data.reading.{name}" for name in ("torch_episodes", "pyg", "pyg_hetero")),
    "rl4real_data.training.allocation_env",
)


@pytest.mark.parametrize(
    "module", [pytest.param(name, marks=[pytest.mark.large] * (name in NEED_TORCH)) for name in DOCUMENTED]
)
def test_documented_names_are_those_of_the_module(module: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyG 2.8 calls torch.jit.script when it is imported
        found = importlib.import_module(module)

    assert sorted(DOCUMENTED[module]) == sorted(found.__all__)
    assert len(set(found.__all__)) == len(found.__all__)
    for name in found.__all__:
        value = getattr(found, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__module__.startswith("rl4real_data."), name
            assert inspect.getdoc(value), f"{name} does not say what it is"


def test_modules_that_state_names_are_documented() -> None:
    stating = {module_of(path) for path in PACKAGE.rglob("*.py") if states_names(path)}

    assert stating - {f"rl4real_data.{name}" for name in PASSING_ON} == set(DOCUMENTED)


def test_public_names_of_the_package() -> None:
    assert set(rl4real_data.__all__) <= set(dir(rl4real_data))
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        _ = rl4real_data.no_such_name
