"""The cache: nothing half-made is ever used, two runs do not disturb each other, damage mends itself."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path

import pytest

from rl4real_data.core.errors import HostError, SourceError
from rl4real_data.core.sealed_text import unseal
from rl4real_data.corpus import cache as cache_module
from rl4real_data.corpus.cache import MARKER, Cache, changed_files, contents_of, has_whole_tree, read_whole
from rl4real_data.corpus.download import Pin

CONTENT = b"the archive"
PIN = Pin(file="toy.tar.gz", size_bytes=11, sha256=hashlib.sha256(CONTENT).hexdigest())


class Maker:
    """Stands in for a download and an unpacking; counts its calls."""

    def __init__(self, content: bytes = CONTENT) -> None:
        self.content = content
        self.calls = 0

    def write_file(self, draft: Path) -> None:
        self.calls += 1
        draft.write_bytes(self.content)

    def write_tree(self, draft: Path) -> None:
        self.calls += 1
        (draft / "src").mkdir(parents=True)
        (draft / "src/a.c").write_bytes(self.content)
        (draft / "b.c").write_bytes(b"")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(root=tmp_path / "cache")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_names_carry_the_hash(cache: Cache) -> None:
    assert cache.download_path(PIN) == cache.root / "downloads" / f"{PIN.sha256}-toy.tar.gz"
    assert cache.corpus_path("toy", PIN) == cache.root / "corpora" / f"toy-{PIN.sha256[:16]}"


def test_file_is_made_once(cache: Cache) -> None:
    maker = Maker()
    assert cache.file(PIN, maker.write_file) == cache.download_path(PIN)
    assert cache.file(PIN, maker.write_file).read_bytes() == CONTENT
    assert maker.calls == 1
    assert names_in(cache.root / "downloads") == [f"{PIN.sha256}-toy.tar.gz"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"the arch", "8 bytes instead of 11"),
        (b"THE ARCHIVE", r"sha256 [0-9a-f]{64} instead of " + PIN.sha256),
    ],
)
def test_file_that_breaks_its_promise_is_not_kept(cache: Cache, content: bytes, problem: str) -> None:
    with pytest.raises(SourceError, match=rf"toy\.tar\.gz is not what its manifest promises: {problem}"):
        cache.file(PIN, Maker(content).write_file)
    assert names_in(cache.root / "downloads") == []


def test_damaged_file_is_made_again(cache: Cache) -> None:
    cache.file(PIN, Maker().write_file).write_bytes(b"the arch")
    maker = Maker()
    assert cache.file(PIN, maker.write_file).read_bytes() == CONTENT
    assert maker.calls == 1


def test_tree_is_made_once_and_marked(cache: Cache) -> None:
    maker = Maker()
    tree = cache.tree("toy", PIN, maker.write_tree)
    assert cache.tree("toy", PIN, maker.write_tree) == tree == cache.corpus_path("toy", PIN)
    assert maker.calls == 1
    assert names_in(tree) == [MARKER, "b.c", "src"]
    summary = f"version 1\nsha256 {PIN.sha256}\nfiles 2\nbytes 11\n"
    contents = {"b.c": hashlib.sha256(b"").hexdigest(), "src/a.c": PIN.sha256}
    assert unseal((tree / MARKER).read_bytes()) == summary + json.dumps(contents)
    assert contents_of(tree / "src") == {str(tree / name): digest for name, digest in contents.items()}
    assert names_in(cache.root / "corpora") == [tree.name]


def test_tree_of_an_earlier_release_counts_as_it_is(cache: Cache) -> None:
    """It may have been made from a network that is not there today."""
    maker = Maker()
    tree = cache.tree("toy", PIN, maker.write_tree)
    (tree / MARKER).write_text(f"version 1\nsha256 {PIN.sha256}\nfiles 2\nbytes 11\n")

    assert cache.tree("toy", PIN, maker.write_tree) == tree
    assert maker.calls == 1
    assert contents_of(tree) == {}


def test_every_bit_of_the_marker_counts(cache: Cache) -> None:
    tree = cache.tree("toy", PIN, Maker().write_tree)
    whole = (tree / MARKER).read_bytes()
    for position in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[position] ^= 2
        (tree / MARKER).write_bytes(damaged)
        assert not has_whole_tree(tree, PIN), position
        assert contents_of(tree) == {}


def test_text_of_a_tree_is_read_as_it_was_made(cache: Cache) -> None:
    tree = cache.tree("toy", PIN, Maker().write_tree)
    file = tree / "src" / "a.c"
    assert read_whole(file) == "the archive"
    file.write_text("the Archive")

    with pytest.raises(HostError, match=r"src/a\.c: is not what it was when it came into the cache") as raised:
        read_whole(file)
    assert "makes that folder of the cache anew" in raised.value.hint
    cache.tree("toy", PIN, Maker().write_tree)
    assert read_whole(file) == "the archive"


def test_changed_files_of_a_tree_are_found(cache: Cache) -> None:
    tree = cache.tree("toy", PIN, Maker().write_tree)
    assert changed_files(tree) == []
    (tree / "src" / "a.c").write_text("the Archive")
    (tree / "b.c").unlink()

    assert changed_files(tree) == ["b.c", "src/a.c"]


def test_entries_are_on_the_disk_before_they_have_their_name(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    rename = Path.rename
    monkeypatch.setattr(cache_module, "sync", lambda path: done.append(f"sync {path.name}"))
    monkeypatch.setattr(cache_module, "sync_all_files", lambda _: done.append("sync the tree"))
    monkeypatch.setattr(Path, "rename", lambda *names: done.append("rename") or rename(*names))
    tree = cache.tree("toy", PIN, Maker().write_tree)
    file = cache.file(PIN, Maker().write_file)

    assert done == ["sync the tree", "rename", "sync corpora", f"sync {file.name}", "sync downloads"]
    assert tree.is_dir()


@pytest.mark.parametrize("damage", ["no marker", "other marker", "lost file", "cut file", "binary marker"])
def test_damaged_tree_is_made_again(cache: Cache, damage: str) -> None:
    tree = cache.tree("toy", PIN, Maker().write_tree)
    match damage:
        case "no marker":
            (tree / MARKER).unlink()
        case "other marker":
            (tree / MARKER).write_text("version 0\n")
        case "lost file":
            (tree / "b.c").unlink()
        case "cut file":
            (tree / "src/a.c").write_bytes(b"the")
        case "binary marker":
            (tree / MARKER).write_bytes(b"\xff\xfe")
    maker = Maker()
    assert cache.tree("toy", PIN, maker.write_tree) == tree
    assert maker.calls == 1
    assert (tree / "src/a.c").read_bytes() == CONTENT
    assert names_in(tree) == [MARKER, "b.c", "src"]


def test_failed_unpacking_leaves_nothing(cache: Cache) -> None:
    def fail_half_way(draft: Path) -> None:
        draft.mkdir()
        (draft / "a.c").write_text("half")
        raise SourceError("no more")

    with pytest.raises(SourceError, match="no more"):
        cache.tree("toy", PIN, fail_half_way)
    assert names_in(cache.root / "corpora") == []


def test_drafts_of_killed_runs_are_removed(cache: Cache) -> None:
    folder = cache.root / "corpora"
    stale = folder / f".toy-{PIN.sha256[:16]}.0123"
    stale.mkdir(parents=True)
    (stale / "a.c").write_text("half")
    (folder / ".other-0000000000000000.0123").mkdir()
    tree = cache.tree("toy", PIN, Maker().write_tree)
    assert names_in(folder) == [".other-0000000000000000.0123", tree.name]


def test_two_runs_at_once_make_it_once(cache: Cache) -> None:
    inside, go_on = threading.Event(), threading.Event()
    first, second = Maker(), Maker()

    def write_slowly(draft: Path) -> None:
        inside.set()
        assert go_on.wait(10)
        first.write_tree(draft)

    runs = [threading.Thread(target=cache.tree, args=("toy", PIN, write_slowly))]
    runs[0].start()
    assert inside.wait(10)
    runs.append(threading.Thread(target=cache.tree, args=("toy", PIN, second.write_tree)))
    runs[1].start()
    runs[1].join(0.2)
    assert runs[1].is_alive()  # it waits for the lock
    go_on.set()
    for run in runs:
        run.join(10)
    assert (first.calls, second.calls) == (1, 0)
    assert (cache.corpus_path("toy", PIN) / "src/a.c").read_bytes() == CONTENT


def test_whole_tree_needs_no_lock(cache: Cache) -> None:
    tree = cache.tree("toy", PIN, Maker().write_tree)
    for lock in (cache.root / "locks").iterdir():
        lock.unlink()
    assert cache.tree("toy", PIN, Maker().write_tree) == tree
    assert names_in(cache.root / "locks") == []


def test_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SourceError, match=r"the cache .*/file/cache cannot be used") as raised:
        Cache(root=tmp_path / "file/cache").tree("toy", PIN, Maker().write_tree)
    assert "set RL4REAL_DATA_CACHE to another folder" in raised.value.hint


def test_full_disk(cache: Cache) -> None:
    def fill_the_disk(_draft: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(SourceError, match=r"cannot be used: .*No space left on device"):
        cache.file(PIN, fill_the_disk)
