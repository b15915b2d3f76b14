"""The manifests and groups that the project ships: what they promise together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from rl4real_data.core.split import Split
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.catalog import load_catalog
from rl4real_data.corpus.manifest import Manifest
from rl4real_data.corpus.sources.csmith import CsmithSource
from rl4real_data.corpus.sources.shipped_folder import PackageSource

FOLDER = Path(__file__).parents[3] / "corpus_manifests"
MANIFESTS = load_catalog(FOLDER)


def functions(manifests: Iterable[Manifest], target: TargetName) -> int:
    return sum(manifest.expected.functions.get(target, 0) for manifest in manifests)


def pins(manifests: Iterable[Manifest]) -> set[str]:
    return {source.pinned.sha256 for manifest in manifests for source in manifest.sources if source.pinned}


def test_own_manifests_are_in_order() -> None:
    catalog = load_catalog()
    assert {"sample", "lua5.4", "mbedtls", "zlib", "bzip2", "libzstd"} <= set(catalog.manifests)
    assert catalog.groups["demo"] == ("lua5.4", "mbedtls", "zlib", "bzip2", "libzstd")
    assert [manifest.name for manifest in catalog.members("demo")] == list(catalog.groups["demo"])
    # Counted by hand from the manifests: 647 + 1323 + 121 + 71 + 746.
    assert sum(m.expected.functions[TargetName.X86] for m in catalog.members("demo")) == 2908


def test_there_are_enough_real_projects() -> None:
    real = [
        manifest
        for manifest in MANIFESTS.manifests.values()
        if not isinstance(manifest.source, PackageSource | CsmithSource) and "torture" not in manifest.name
    ]
    assert len(pins(real)) >= 40


@pytest.mark.parametrize("target", list(TargetName))
@pytest.mark.parametrize(("group", "at_least"), [("real", 25_000), ("eval", 4_000)])
def test_groups_are_large_enough(group: str, at_least: int, target: TargetName) -> None:
    """Of functions in object files about 85 % are episodes, the others are duplicates or filtered."""
    assert functions(MANIFESTS.members(group), target) >= at_least


def test_real_is_for_training_and_eval_is_not() -> None:
    assert {manifest.split for manifest in MANIFESTS.members("real")} == {Split.TRAIN}
    assert {manifest.split for manifest in MANIFESTS.members("eval")} == {Split.TEST}
    assert set(MANIFESTS.groups["demo"]) <= set(MANIFESTS.groups["real"])


def test_real_and_eval_are_made_of_different_archives() -> None:
    assert not pins(MANIFESTS.members("real")) & pins(MANIFESTS.members("eval"))


@pytest.mark.parametrize("group", ["real", "eval"])
def test_a_manifest_of_a_group_says_where_its_project_is_and_what_to_expect(group: str) -> None:
    for manifest in MANIFESTS.members(group):
        assert manifest.homepage.startswith(("https://", "http://")), manifest.name
        assert manifest.expected.modules, manifest.name
        assert set(manifest.expected.functions) == set(TargetName), manifest.name


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_lines_of_manifests_are_short(path: Path) -> None:
    assert max(map(len, path.read_text(encoding="utf-8").splitlines())) <= 120
