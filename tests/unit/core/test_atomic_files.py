"""Atomic files: whole or not there, and on the disk before anybody counts on them."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from rl4real_data.core import atomic_files
from rl4real_data.core.atomic_files import publish, publish_folder, sync


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What reaches the disk and what gets its name, in order."""
    seen: list[str] = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(descriptor: int) -> None:
        seen.append(f"fsync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        fsync(descriptor)

    def note_replace(source: Path, target: Path) -> None:
        seen.append(f"rename {Path(target).name}")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)
    return seen


def test_content_is_on_the_disk_before_the_name_and_the_name_at_the_end(tmp_path: Path, calls: list[str]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with publish(folder / "file") as draft:
        draft.write_text("text")

    draft_name = calls[0].removeprefix("fsync ")
    assert draft_name.startswith(".file.")
    assert calls == [f"fsync {draft_name}", "rename file", "fsync folder"]
    assert (folder / "file").read_text() == "text"


def test_sealed_files_wait_for_no_disk(tmp_path: Path, calls: list[str]) -> None:
    with publish(tmp_path / "file", is_sealed=True) as draft:
        draft.write_text("text")

    assert calls == ["rename file"]


def test_folder_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic_files, "_syncfs", lambda _: calls.append("syncfs") or 0)
    (tmp_path / "draft").mkdir()
    (tmp_path / "draft" / "file").touch()
    publish_folder(tmp_path / "draft", tmp_path / "final")

    assert calls == ["syncfs", "rename final", f"fsync {tmp_path.name}"]
    assert [path.name for path in (tmp_path / "final").iterdir()] == ["file"]


def test_whole_file_system_that_cannot_be_synced_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_files, "_syncfs", lambda _: errno.EIO)
    (tmp_path / "draft").mkdir()

    with pytest.raises(OSError, match="Input/output error"):
        publish_folder(tmp_path / "draft", tmp_path / "final")
    assert not (tmp_path / "final").exists()


def test_disk_that_fails_publishes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output error"), publish(tmp_path / "file") as draft:
        draft.write_text("text")

    assert list(tmp_path.iterdir()) == []


def test_file_system_without_a_disk_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", refuse)
    sync(tmp_path)
