"""Three hundred damages in a published dataset: a bit, cut, empty, lost, swapped, or of an older version."""

from __future__ import annotations

from pathlib import Path

import pytest
from damaged_dataset import faults, publish
from fake_clang import install_fake_clang
from world import World

from rl4real_data.toolchain import plugin

pytestmark = pytest.mark.soak

DAMAGES = 300


@pytest.mark.timeout(3600)
def test_every_damage_is_named_or_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = install_fake_clang(tmp_path)
    monkeypatch.setattr(plugin, "plugin_source_dir", lambda: fake.plugin_sources)
    published = publish(World(folder=tmp_path, fake=fake))

    assert [fault for number in range(DAMAGES) for fault in faults(published, number)] == []
