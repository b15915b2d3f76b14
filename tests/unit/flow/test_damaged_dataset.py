"""One damage in a published dataset: a tenth of `make soak`'s, each with every other use, and what errors advise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from damaged_dataset import USES, Published, faults, publish
from fake_clang import install_fake_clang
from world import World

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.split import Split
from rl4real_data.toolchain import plugin

DAMAGES = 300
SHARE = 10


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        fake = install_fake_clang(folder)
        patch.setattr(plugin, "plugin_source_dir", lambda: fake.plugin_sources)
        yield publish(World(folder=folder, fake=fake))


@pytest.mark.parametrize("number", range(0, DAMAGES, SHARE))
def test_a_damage_is_named_or_mended(published: Published, number: int) -> None:
    uses = list(USES)
    assert faults(published, number, uses[number // SHARE % 2 :: 2]) == []


def test_what_an_error_advises_makes_the_dataset_whole(published: Published) -> None:
    published.begin()
    world = published.world
    (world.data_dir / "data" / "test-00000-of-00001.parquet").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"(?m)test-00000-of-00001\.parquet: lost or damaged") as raised:
        world.run()
    assert f"delete {world.data_dir / 'dataset.json'} and run the flow of each split again" in raised.value.hint

    (world.data_dir / "dataset.json").unlink()
    world.fake.forget()
    world.run()
    world.run(split=Split.TEST, corpora=(str(world.folder / "held_out"),))

    assert world.fake.compiled() == []
    assert world.digests() == published.expected["flow train"]
