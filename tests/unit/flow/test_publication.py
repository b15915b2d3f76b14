"""A publication that was broken off: carried through if it is our own, forgotten if it came with a download."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from world import World, write_three

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.split import Split
from rl4real_data.flow.embedding import embed_dataset
from rl4real_data.flow.journal import Journal, read_journal
from rl4real_data.validation.whole_dataset import validate

OTHER = {"ADD": -1.0, "SUB": 0.25, "MUL": 3.0, "RET": 7.0, "VIRT_REG_GR32": -2.0}
JOURNAL = Journal(files={"dataset.json": "0" * 64, "README.md": "1" * 64}, states={"train": "2" * 64})


def other_vocabulary(world: World) -> Path:
    path = world.folder / "other.txt"
    path.write_text("".join(f"{entity}:{[value] * 100}\n" for entity, value in OTHER.items()))
    return path


def break_off(world: World, monkeypatch: pytest.MonkeyPatch, *, moved: int) -> None:
    """A publication of another dataset, which ends when so many files are moved."""
    write_three(world)
    world.run()
    world.write("b.c", "// function other nodes=9")
    replace_file = os.replace
    left = [moved]

    def failing(source: Any, target: Any, **folders: int) -> None:
        if (world.data_dir / ".work" / "publish.json").exists():
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.EIO, "pulled the plug")
        replace_file(source, target, **folders)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing)
        with pytest.raises(OSError, match="pulled the plug"):
            world.run()


def whole(world: World) -> dict[str, str]:
    """The dataset that was to be published."""
    world.run(data_dir=world.folder / "undisturbed")
    return world.digests(world.folder / "undisturbed")


@pytest.mark.parametrize("moved", [0, 4])
def test_embed_goes_on_with_what_is_published_by_then(
    world: World, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    break_off(world, monkeypatch, moved=moved)
    whole(world)
    embed_dataset(world.folder / "undisturbed", other_vocabulary(world))
    embed_dataset(world.data_dir, other_vocabulary(world))

    assert world.digests() == world.digests(world.folder / "undisturbed")
    assert [str(one) for one in validate(world.data_dir) if not one.file.startswith("data/")] == []


def test_copy_of_our_own_folder_is_our_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    break_off(world, monkeypatch, moved=3)
    expected = whole(world)
    shutil.copytree(world.data_dir, world.folder / "copy")
    world.run(data_dir=world.folder / "copy")

    assert world.digests(world.folder / "copy") == expected


@pytest.mark.parametrize("moved", [3, 6])
def test_without_the_key_the_run_packs_again(world: World, monkeypatch: pytest.MonkeyPatch, moved: int) -> None:
    """Somebody else's journal is forgotten: the same command makes the same of the parts, or says how."""
    break_off(world, monkeypatch, moved=moved)
    expected = whole(world)
    monkeypatch.setenv("XDG_STATE_HOME", str(world.folder / "another"))
    world.fake.forget()
    if moved == 6:  # the list of modules is the new one, and the index is not
        with pytest.raises(DatasetError, match=r"(?m)modules\.parquet: lost or damaged") as raised:
            world.run()
        assert f"delete {world.data_dir / 'dataset.json'} and run the flow of each split again" in raised.value.hint
        (world.data_dir / "dataset.json").unlink()
    world.run()

    assert world.fake.compiled() == []
    assert world.digests() == expected


def test_without_a_home_there_is_a_dataset_all_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_three(world)
    (world.folder / "no-folder").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(world.folder / "no-folder"))
    world.run()

    assert world.functions() == ["one", "two", "three", "four"]


def test_files_that_are_not_those_of_the_journal_are_not_published(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_off(world, monkeypatch, moved=0)
    expected = whole(world)
    new = world.data_dir / ".work" / "next" / "data" / "train-00000-of-00001.parquet"
    new.write_bytes(new.read_bytes()[:100])
    world.run()

    assert world.digests() == expected


def test_journal_comes_back_as_it_was_written() -> None:
    assert read_journal(JOURNAL.to_bytes()) == JOURNAL


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.update(mark="0" * 64),
        lambda raw: raw.update(mark=""),
        lambda raw: raw.update(mark=None),
        lambda raw: raw.update(content=raw["content"].replace("README.md", "README.txt")),
        lambda raw: raw.pop("content"),
    ],
)
def test_journal_that_somebody_changed_is_none(change: Any) -> None:
    raw = json.loads(JOURNAL.to_bytes())
    change(raw)

    assert read_journal(json.dumps(raw).encode()) is None


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"files": [], "states": {}}'])
def test_what_is_no_journal_is_none(data: bytes) -> None:
    assert read_journal(data) is None


@pytest.mark.parametrize(
    "journal",
    [
        Journal(files={"../../.bashrc": "0" * 64}, states={}),
        Journal(files={"data/x.sh": "0" * 64}, states={}),
        Journal(files={"README.md": "0"}, states={}),
        Journal(files={}, states={"../x": "0" * 64}),
        Journal(files={}, states={"train": "\x1b"}),
    ],
)
def test_even_our_own_journal_names_nothing_but_files_of_a_dataset(journal: Journal) -> None:
    assert read_journal(journal.to_bytes()) is None


@pytest.mark.parametrize("text", [b"\xff\xfe", b"0" * 65])
def test_state_that_is_none_counts_as_none(world: World, text: bytes) -> None:
    write_three(world)
    world.run()
    before = world.digests()
    (world.data_dir / ".work" / "train.state").write_bytes(text)

    assert not world.run().was_finished
    assert world.digests() == before
    assert world.run().was_finished


def test_link_inside_is_refused_with_its_name(world: World) -> None:
    write_three(world)
    world.run()
    (world.data_dir / "vocab").rename(world.folder / "vocab")
    (world.data_dir / "vocab").symlink_to(world.folder / "vocab")

    with pytest.raises(DatasetError, match=r"(?m)/data/vocab: it is a link, or no plain folder$") as raised:
        world.run()
    assert "no link inside a DATA_DIR is followed" in raised.value.hint
    assert list((world.folder / "vocab").iterdir())


def test_damage_beside_the_split_of_this_run_is_no_reason_to_do_nothing(world: World) -> None:
    """Bytes are compared, and not sizes alone."""
    write_three(world)
    world.run()
    before = world.digests()
    path = world.data_dir / "registers.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    assert not world.run().was_finished
    assert world.digests() == before


def test_damaged_vocabulary_of_the_dataset_is_not_used(world: World) -> None:
    write_three(world)
    world.write("held_out/x.c", "// shape MUL", "// function five nodes=7")
    world.run()
    path = world.data_dir / "vocab" / "vocabulary.parquet"
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(DatasetError, match=r"(?m)vocab/vocabulary\.parquet: lost or damaged"):
        world.run(split=Split.TEST, corpora=(str(world.folder / "held_out"),), vocab=None)
