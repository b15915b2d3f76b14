"""A dataset from elsewhere: whatever is done with it, nothing outside is read, written or deleted."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from decoy import Decoy
from fake_clang import install_fake_clang
from hostile_datasets import HOSTILE
from world import World, write_three

from rl4real_data import EpisodeDataset
from rl4real_data.commands.show import show
from rl4real_data.core.errors import Rl4realError
from rl4real_data.core.split import Split
from rl4real_data.export.rl4real import ForkExport, export_rl4real
from rl4real_data.flow.embedding import embed_dataset
from rl4real_data.statistics.collection import collect_stats
from rl4real_data.toolchain import plugin
from rl4real_data.validation.whole_dataset import validate

Use = Callable[[World], object]


def read(world: World) -> None:
    for verify in (True, False):
        dataset = EpisodeDataset(world.data_dir, verify=verify)
        assert [episode.edges for episode in dataset]
        assert dataset.registers is not None
        assert dataset.instruction_table.opcodes


USES: Mapping[str, Use] = {
    "read": read,
    "validate": lambda world: validate(world.data_dir),
    "stats": lambda world: collect_stats(world.data_dir),
    "show": lambda world: show(world.data_dir, "one"),
    "export": lambda world: export_rl4real(ForkExport(data_dir=world.data_dir, folder=world.folder / "exported")),
    "flow-dry-run": lambda world: world.plan(),
    "embed": lambda world: embed_dataset(world.data_dir, world.vocabulary()),
    "flow": lambda world: world.run(),
    "flow-test": lambda world: world.run(split=Split.TEST, corpora=(str(world.folder / "held_out"),)),
}
"""In this order on one dataset: those that write come last."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        fake = install_fake_clang(folder)
        patch.setattr(plugin, "plugin_source_dir", lambda: fake.plugin_sources)
        world = World(folder=folder, fake=fake)
        write_three(world)
        world.write("held_out/x.c", "// shape MUL", "// function five nodes=7")
        world.run()
        world.data_dir.rename(folder / "sound")
        yield world


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_outside_is_touched(published: World, tmp_path: Path, name: str) -> None:
    for folder in ("data", "exported"):
        shutil.rmtree(published.folder / folder, ignore_errors=True)
    shutil.copytree(published.folder / "sound", published.data_dir)
    decoy = Decoy(tmp_path / "home")
    HOSTILE[name](published.data_dir, decoy.root)
    decoy.touched()  # by the attacker
    with contextlib.closing(decoy):
        for use, what in USES.items():
            try:
                what(published)
            except Rl4realError:
                if use == "flow":  # the other split's is refused as well
                    break
            finally:
                assert decoy.touched() == [], use


def test_a_sound_one_is_of_use(published: World) -> None:
    """What the test above does is what it says, where nothing is wrong."""
    shutil.rmtree(published.data_dir, ignore_errors=True)
    shutil.rmtree(published.folder / "exported", ignore_errors=True)
    shutil.copytree(published.folder / "sound", published.data_dir)

    for what in USES.values():
        what(published)
    assert sorted(published.index().splits) == ["test", "train"]


def test_the_watcher_sees_whatever_is_done(tmp_path: Path) -> None:
    decoy = Decoy(tmp_path / "home")
    with contextlib.closing(decoy):
        assert decoy.touched() == []
        for touch in (
            lambda root: (root / ".bashrc").read_text(),
            lambda root: list((root / "thesis").iterdir()),
            lambda root: (root / "new").touch(),
            lambda root: (root / ".ssh/id_rsa").unlink(),
        ):
            touch(decoy.root)
            assert decoy.touched() != []
