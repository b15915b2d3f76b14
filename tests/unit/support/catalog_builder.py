"""Catalogues of toy manifests, and the trees of files that their sources have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from rl4real_data.corpus.catalog import Catalog, load_catalog
from rl4real_data.corpus.module import Module

MANIFEST = """
name = "{name}"
summary = "A toy"
license = "MIT"
license_evidence = "LICENSE"
split = "test"
source = {{ kind = "package", folder = "corpus/toy" }}

[modules]
{rules}
"""

FOLDERS = """
name = "{name}"
summary = "A toy"
license = "MIT"
license_evidence = "LICENSE"
split = "train"

{sources}
[modules]
globs = ["*.c"]
{rules}
"""


def make_tree(root: Path, *files: str) -> Path:
    """A folder with these files, which are all alike."""
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("int a;\n")
    return root


def make_catalog(folder: Path, groups: str = "", **rules: str) -> Catalog:
    """Corpora by name, with the `[modules]` table `rules`; their sources are a folder of the package."""
    return _write(folder, groups, {name: MANIFEST.format(name=name, rules=text) for name, text in rules.items()})


def folder_catalog(folder: Path, groups: str = "", rules: str = "", **candidates: list[Path]) -> Catalog:
    """Corpora by name, whose sources are the folders `candidates`."""
    texts = {}
    for name, roots in candidates.items():
        sources = "".join(f'[[source]]\nkind = "folder"\npath = "{root}"\n\n' for root in roots)
        texts[name] = FOLDERS.format(name=name, sources=sources, rules=rules)
    return _write(folder, groups, texts)


def _write(folder: Path, groups: str, manifests: Mapping[str, str]) -> Catalog:
    folder.mkdir(parents=True)
    for name, text in manifests.items():
        (folder / f"{name}.toml").write_text(text)
    (folder / "groups.toml").write_text(groups)
    return load_catalog(folder)


def paths(modules: Iterable[Module]) -> list[str]:
    return [str(module.path) for module in modules]
