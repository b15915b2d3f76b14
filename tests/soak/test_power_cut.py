"""A power cut at a hundred moments: of a run over an older dataset, and of a first one that fills the cache, too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rl4real_data.core.environment import load_environment
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin
from tests.integration.run_after_cut import record_growing_run, record_run
from tests.integration.warm_program import warm_program

pytestmark = [pytest.mark.clang, pytest.mark.soak]

CUTS = 50
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


@pytest.mark.timeout(3600)
def test_over_an_older_dataset(tmp_path: Path) -> None:
    recorded = record_growing_run(tmp_path)
    with warm_program() as program:
        recorded.check_cuts(program, tmp_path / "cuts", count=CUTS, seed=100)


@pytest.mark.timeout(3600)
def test_with_a_new_cache(tmp_path: Path, toolchains: dict[int, tuple[Clang, Plugin]]) -> None:
    """The plugin lies in it already: building it takes half a minute, and it is published as any other file is."""
    plugin = toolchains[22][1].path.parent
    assert plugin.is_relative_to(load_environment().cache_dir)
    kept = tmp_path / "place" / "cache" / "plugins" / plugin.name
    made = shutil.ignore_patterns("registers-*", "opcodes-*", "libcompiler-server-*")
    shutil.copytree(plugin, kept, ignore=made)
    words = ("flow", "x86", "train", "mlra", "--data-dir", "d", "--corpus", str(write_corpus(tmp_path)))
    recorded = record_run(tmp_path, words, RL4REAL_DATA_CACHE="cache")

    named = {event.to or event.path for event in recorded.events}
    assert {name.split("/")[1] for name in named if name.startswith("cache/")} >= {"corpora", "plugins", "locks"}
    with warm_program(RL4REAL_DATA_CACHE="cache") as program:
        recorded.check_cuts(program, tmp_path / "cuts", count=CUTS, seed=101)
