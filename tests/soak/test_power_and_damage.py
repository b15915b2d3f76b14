"""A hundred power cuts and four hundred damages: of a run over an older dataset, and of one that fills the cache."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from rl4real_data.core.environment import load_environment
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import LIBRARY as PLUGIN
from rl4real_data.toolchain.plugin import Plugin
from tests.integration.damaged_working_state import check_damage, damages, is_working_state, starts_of
from tests.integration.run_after_cut import RecordedRun, record_growing_run, record_run
from tests.integration.warm_program import warm_program

pytestmark = [pytest.mark.clang, pytest.mark.soak]

CUTS = 50
OWN_CACHE = {"RL4REAL_DATA_CACHE": "cache"}
MANIFEST = """
name = "prepared"
summary = "A tree that is made in the cache"
license = "MIT"
license_evidence = "written for this test"
split = "train"

[source]
kind = "folder"
path = "{folder}"

[modules]
globs = ["*.c"]
needs_libc = false

[[prepare]]
write = "prepared.h"
text = "#define PREPARED 5"
"""


def write_corpus(folder: Path) -> Path:
    """Two modules that read a header which is only in the prepared tree; the manifest's file."""
    sources = folder / "sources"
    sources.mkdir()
    for number in range(2):
        text = f'#include "prepared.h"\nint f{number}(int x, int *p) {{ return x * PREPARED + p[{number}]; }}\n'
        (sources / f"m{number}.c").write_text(text)
    manifest = folder / "prepared.toml"
    manifest.write_text(MANIFEST.format(folder=sources))
    return manifest


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> RecordedRun:
    """A run over an older dataset."""
    return record_growing_run(tmp_path_factory.mktemp("growing"))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, toolchains: dict[int, tuple[Clang, Plugin]]) -> RecordedRun:
    """A run with a cache of its own, in which nothing lies but the plugin: building it takes half a minute."""
    folder = tmp_path_factory.mktemp("first")
    plugin = toolchains[22][1].path.parent
    assert plugin.is_relative_to(load_environment().cache_dir)
    made = shutil.ignore_patterns("registers-*", "opcodes-*", "libcompiler-server-*")
    shutil.copytree(plugin, folder / "place" / "cache" / "plugins" / plugin.name, ignore=made)
    words = ("flow", "x86", "train", "mlra", "--data-dir", "d", "--corpus", str(write_corpus(folder)))
    recorded = record_run(folder, words, **OWN_CACHE)
    named = {event.to or event.path for event in recorded.events}
    assert {name.split("/")[1] for name in named if name.startswith("cache/")} >= {"corpora", "plugins", "locks"}
    return recorded


@pytest.mark.timeout(3600)
def test_power_cuts_over_an_older_dataset(growing: RecordedRun, tmp_path: Path) -> None:
    with warm_program() as program:
        growing.check_cuts(program, tmp_path, count=CUTS, seed=100)


@pytest.mark.timeout(3600)
def test_power_cuts_with_a_new_cache(first: RecordedRun, tmp_path: Path) -> None:
    with warm_program(**OWN_CACHE) as program:
        first.check_cuts(program, tmp_path, count=CUTS, seed=101)


def is_plugin(name: str) -> bool:
    return PLUGIN in name


def is_made_soon(name: str) -> bool:
    return is_working_state(name) and not is_plugin(name)


@pytest.mark.timeout(7200)
def test_damages_to_the_plugin(first: RecordedRun, tmp_path: Path) -> None:
    """Few, since it is built anew each time: half a minute."""
    with warm_program(**OWN_CACHE) as program:
        for number, damage in enumerate(damages(starts_of(first)["cache"], 8, random.Random(8), is_plugin)):
            check_damage(program, tmp_path / str(number), damage, first)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("name", "count"), [("growing", 50), ("first", 63)])
def test_damages(request: pytest.FixtureRequest, tmp_path: Path, name: str, count: int) -> None:
    """`count` at each of three moments, and with the new cache at a fourth: that of an empty DATA_DIR."""
    recorded: RecordedRun = request.getfixturevalue(name)
    errors: Counter[str] = Counter()
    with warm_program(**(OWN_CACHE if name == "first" else {})) as program:
        for moment, start in starts_of(recorded).items():
            for number, damage in enumerate(damages(start, count, random.Random(count), is_made_soon)):
                errors[moment] += check_damage(program, tmp_path / f"{moment}-{number}", damage, recorded)
    print(f"{name}: errors that named the file: {dict(errors)}")
