"""What a compiler is made of is known by content, and read only when something may have changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from rl4real_data.toolchain import binaries
from rl4real_data.toolchain.binaries import content_of


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A compiler that would load one library of LLVM."""
    library = tmp_path / "libLLVM.so.22"
    library.write_text("the library")
    program = tmp_path / "clang"
    program.write_text("the program")
    monkeypatch.setattr(binaries, "_libraries", lambda _: [str(library)] if library.exists() else [])
    return program


def change(path: Path, text: str) -> None:
    """Another content with the size and the time of the one before."""
    state = path.stat()
    assert len(text) == state.st_size
    path.write_text(text)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


@pytest.mark.parametrize("name", ["clang", "libLLVM.so.22"])
def test_replaced_with_the_same_size_and_time(program: Path, tmp_path: Path, name: str) -> None:
    before = content_of(program, tmp_path / "cache")
    change(tmp_path / name, (tmp_path / name).read_text().upper())

    assert content_of(program, tmp_path / "cache") != before


def test_a_program_that_loads_nothing_of_llvm(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    digest = hashlib.sha256(hashlib.sha256(script.read_bytes()).digest()).hexdigest()
    assert content_of(script, tmp_path / "cache") == digest


def test_the_same_content_has_the_same_hash(program: Path, tmp_path: Path) -> None:
    before = content_of(program, tmp_path / "cache")
    change(program, program.read_text())

    assert content_of(program, tmp_path / "cache") == before
    assert content_of(program, tmp_path / "other") == before


def test_it_is_read_once(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content_of(program, tmp_path / "cache")
    monkeypatch.setattr(binaries, "_libraries", lambda _: pytest.fail("asked again"))

    assert content_of(program, tmp_path / "cache") == before


@pytest.mark.parametrize("damage", [b"", b"{", b"{}", b"\xff", b'{"files": [], "sha256": "0"}'])
def test_what_was_kept_and_is_damaged_is_no_hash(program: Path, tmp_path: Path, damage: bytes) -> None:
    before = content_of(program, tmp_path / "cache")
    (kept,) = (tmp_path / "cache" / "binaries").glob("*.json")
    kept.write_bytes(damage)

    assert content_of(program, tmp_path / "cache") == before
    assert kept.read_bytes() != damage


def test_a_library_that_is_gone(program: Path, tmp_path: Path) -> None:
    content_of(program, tmp_path / "cache")
    (tmp_path / "libLLVM.so.22").unlink()

    assert content_of(program, tmp_path / "cache")


def test_a_link_is_what_it_leads_to(program: Path, tmp_path: Path) -> None:
    (tmp_path / "clang-22").symlink_to(program)
    assert content_of(tmp_path / "clang-22", tmp_path / "cache") == content_of(program, tmp_path / "cache")


def test_a_cache_that_cannot_be_written_costs_time_alone(program: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert content_of(program, tmp_path / "cache") == content_of(program, tmp_path / "other")
