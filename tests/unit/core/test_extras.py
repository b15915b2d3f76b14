"""Optional packages: every import says which extra brings it, and every reader says so when it is missing."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from reading_dataset import write_episodes

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import MissingExtra
from rl4real_data.core.extras import required_by

REPOSITORY = Path(__file__).parents[3]
FILES = sorted((REPOSITORY / "rl4real_data").rglob("*.py"))
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]


MODULES = {"grpcio": "grpc", "protobuf": "google", "tensorboardx": "tensorboardX"}
"""Packages whose modules have other names."""


def module_of(requirement: str) -> str:
    """`torch-geometric>=2.6` -> `torch_geometric`."""
    package = re.split(r"[\[<>=~! ]", requirement)[0]
    return MODULES.get(package, package.replace("-", "_"))


EXTRAS = {
    name: {module_of(requirement) for requirement in requirements}
    for name, requirements in PROJECT["optional-dependencies"].items()
}
ALWAYS = {module_of(requirement) for requirement in PROJECT["dependencies"]}
OPTIONAL = set().union(*(modules for name, modules in EXTRAS.items() if name != "dev")) - ALWAYS


def imported(node: ast.AST) -> set[str]:
    """Optional packages that the nodes below import."""
    names: set[str] = set()
    for found in ast.walk(node):
        if isinstance(found, ast.Import):
            names |= {alias.name for alias in found.names}
        elif isinstance(found, ast.ImportFrom):
            names.add(str(found.module))
        elif isinstance(found, ast.Call) and ast.unparse(found.func) == "importlib.import_module":
            names |= {word.value for word in found.args if isinstance(word, ast.Constant)}
    return {name.split(".")[0] for name in names} & OPTIONAL


def guarded(tree: ast.Module) -> Iterator[tuple[str, ast.With]]:
    """The extra of each `with required_by(..., extra=...)`, and its block."""
    for node in ast.walk(tree):
        calls = [item.context_expr for item in node.items] if isinstance(node, ast.With) else []
        for call in calls:
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("required_by", "plain_errors"):
                extras = [word.value for word in call.keywords if word.arg == "extra"]
                assert isinstance(node, ast.With)
                yield from ((ast.literal_eval(extra), node) for extra in extras if isinstance(extra, ast.Constant))


def trees() -> list[tuple[str, ast.Module]]:
    return [
        (str(path.relative_to(REPOSITORY / "rl4real_data")), ast.parse(path.read_text(encoding="utf-8")))
        for path in FILES
    ]


def test_every_optional_import_names_its_extra() -> None:
    """Those of `env/` are behind that of its `__init__`."""
    unguarded = {}
    for name, tree in trees():
        blocks = [block for _, block in guarded(tree)]
        inside = sum(len(imported(block)) for block in blocks)
        if len(imported(tree)) > inside and not re.match(r"env/(?!__init__)", name):
            unguarded[name] = imported(tree)

    assert unguarded == {}


def test_extras_hold_what_is_imported() -> None:
    found = {(name, extra): imported(block) for name, tree in trees() for extra, block in guarded(tree)}

    assert len(found) >= 5
    assert {key: modules for key, modules in found.items() if not modules or modules - EXTRAS.get(key[1], set())} == {}


def test_developers_have_every_extra() -> None:
    assert OPTIONAL - EXTRAS["dev"] <= {"huggingface_hub"}  # comes with datasets


# Absence


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The packages cannot be imported, and our module that wants them is imported anew."""

    def hide(*packages: str, module: str | None = None) -> None:
        for package in packages:
            for name in [*sys.modules, package]:
                if name == package or name.startswith(f"{package}."):
                    monkeypatch.setitem(sys.modules, name, None)
        if module is not None:
            monkeypatch.delitem(sys.modules, module, raising=False)

    return hide


@pytest.mark.parametrize(
    ("module", "package", "what", "extra"),
    [
        ("rl4real_data.reading.torch_episodes", "torch", "TorchEpisodes", "torch"),
        ("rl4real_data.reading.pyg", "torch", "to_pyg", "pyg"),
        pytest.param("rl4real_data.reading.pyg", "torch_geometric", "to_pyg", "pyg", marks=pytest.mark.large),
        ("rl4real_data.env", "gymnasium", "RegisterAllocationEnv", "env"),
    ],
)
def test_a_reader_without_its_package(
    without: Callable[..., None], module: str, package: str, what: str, extra: str
) -> None:
    without(package, module=module)
    with pytest.raises(MissingExtra, match=f"^{what} needs {package}, which is not installed\n") as caught:
        importlib.import_module(module)

    assert caught.value.hint == f"pip install 'rl4real-data[{extra}]'"


def test_a_url_without_fsspec(without: Callable[..., None]) -> None:
    without("fsspec")
    with pytest.raises(MissingExtra, match=r"^reading a URL needs fsspec, which is not installed\n") as caught:
        EpisodeDataset("s3://bucket/set")

    assert caught.value.hint == "pip install 'rl4real-data[remote]'"


@pytest.mark.parametrize(("url", "package"), [("s3://bucket/set", "s3fs"), ("hf://datasets/a/b", "huggingface_hub")])
def test_a_url_without_its_client(
    without: Callable[..., None], monkeypatch: pytest.MonkeyPatch, url: str, package: str
) -> None:
    registry = importlib.import_module("fsspec.registry")
    for protocol in ("s3", "hf"):  # clients that were loaded before
        monkeypatch.delitem(registry._registry, protocol, raising=False)
    without(package)
    with pytest.raises(MissingExtra, match=f"^{url}: .*{package}") as caught:
        EpisodeDataset(url)

    assert caught.value.hint.startswith("pip install 'rl4real-data[remote]' brings the packages for s3://, hf://")


@pytest.mark.large
def test_learning_a_vocabulary_without_its_packages(without: Callable[..., None]) -> None:
    training = importlib.import_module("rl4real_data.vocab_learning.training")
    without("torch_geometric")
    with pytest.raises(MissingExtra, match=r"^training a vocabulary needs torch_geometric") as caught:
        training._import_libraries()

    assert caught.value.hint == "pip install 'rl4real-data[vocab]'"


def test_a_local_folder_needs_none(without: Callable[..., None], tmp_path: Path) -> None:
    without(*OPTIONAL)
    write_episodes(tmp_path / "set", [3])

    assert len(EpisodeDataset(tmp_path / "set")[2].node_vectors()) == 3


def test_what_is_installed_and_broken_keeps_its_error() -> None:
    with pytest.raises(ImportError, match=r"^libcudart\.so: cannot open") as caught, required_by("x", extra="torch"):
        raise ImportError("libcudart.so: cannot open shared object file")

    assert not isinstance(caught.value, MissingExtra)


def test_a_module_of_ours_that_is_missing_is_a_bug() -> None:
    with pytest.raises(ModuleNotFoundError) as caught, required_by("x", extra="torch"):
        importlib.import_module("rl4real_data.nowhere")

    assert not isinstance(caught.value, MissingExtra)
