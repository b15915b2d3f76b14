"""Which clang is taken, which is refused, and what the refusal tells."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fake_clang import BANNER, FakeClang, install_fake_clang

from rl4real_data.core.errors import ToolchainError
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.toolchain.clang import Clang, discover_clang, missing_headers, probe, require_headers

X86, AARCH64 = TARGETS[TargetName.X86], TARGETS[TargetName.AARCH64]


def put_on_path(folder: Path, name: str, banner: str) -> None:
    """A clang called `name` in `folder`."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{banner}'\n")
    path.chmod(0o755)


def test_build_dir_names_an_installation(tmp_path: Path) -> None:
    fake = install_fake_clang(tmp_path)
    found = discover_clang(build_dir=fake.build_dir, search_path="")

    assert found == Clang(path=fake.path, version="22.1.8", banner=BANNER)
    assert (found.major, found.is_fork, found.bin_dir) == (22, False, fake.build_dir / "bin")


def test_build_dir_without_clang_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match=r"(?m)^BUILD_DIR=.*/bin/clang does not exist$") as raised:
        discover_clang(build_dir=tmp_path, search_path="")
    assert "BUILD_DIR names an LLVM installation" in raised.value.hint


def test_build_dir_with_another_release_is_refused(tmp_path: Path) -> None:
    fake = install_fake_clang(tmp_path, banner="clang version 14.0.6")

    with pytest.raises(
        ToolchainError, match=r"clang 14\.0\.6 is neither supported \(22, 19\) nor the RL4ReAl fork"
    ) as e:
        discover_clang(build_dir=fake.build_dir, search_path="")
    assert e.value.hint == "apt-get install clang-22 llvm-22-dev"


def test_build_dir_with_the_fork_is_taken(tmp_path: Path) -> None:
    fake = install_fake_clang(
        tmp_path, banner="clang version 10.0.1 (https://github.com/IITH-Compilers/ml-llvm-project)"
    )
    fake.path.with_name("is-fork").touch()
    found = discover_clang(build_dir=fake.build_dir, search_path="")

    assert (found.is_fork, found.version, found.major) == (True, "10.0.1", 10)


@pytest.mark.parametrize("script", ["exit 1", "echo GNU C 12", "", "sleep 0; kill -9 $$"])
def test_build_dir_with_something_else_is_refused(tmp_path: Path, script: str) -> None:
    path = tmp_path / "bin" / "clang"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)

    with pytest.raises(ToolchainError, match=r"bin/clang: does not answer `--version` as a clang does"):
        discover_clang(build_dir=tmp_path, search_path="")


def test_build_dir_with_a_file_that_cannot_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bin" / "clang"
    path.parent.mkdir()
    path.write_text("no program")

    with pytest.raises(ToolchainError, match="does not answer"):
        discover_clang(build_dir=tmp_path, search_path="")


def test_newest_supported_on_the_path_is_taken(tmp_path: Path) -> None:
    put_on_path(tmp_path, "clang-19", "Debian clang version 19.1.7 (3)")
    assert discover_clang(build_dir=None, search_path=str(tmp_path)).version == "19.1.7"
    put_on_path(tmp_path, "clang-22", BANNER)

    assert discover_clang(build_dir=None, search_path=str(tmp_path)).path == tmp_path / "clang-22"


def test_plain_clang_is_taken_if_its_release_is_supported(tmp_path: Path) -> None:
    put_on_path(tmp_path / "a", "clang", "clang version 19.1.0")

    assert discover_clang(build_dir=None, search_path=f"/nowhere{os.pathsep}{tmp_path}/a").path == tmp_path / "a/clang"


def test_name_alone_proves_nothing(tmp_path: Path) -> None:
    put_on_path(tmp_path, "clang-22", "clang version 13.0.1")
    put_on_path(tmp_path, "clang", "clang version 19.1.7")

    assert discover_clang(build_dir=None, search_path=str(tmp_path)).path == tmp_path / "clang"


def test_unsupported_ones_on_the_path_are_named(tmp_path: Path) -> None:
    put_on_path(tmp_path, "clang", "clang version 14.0.6")
    put_on_path(tmp_path, "clang-19", "nonsense")

    with pytest.raises(
        ToolchainError, match=r"(?m)found only .*/clang-19 \(no clang\), .*/clang \(14\.0\.6\)$"
    ) as raised:
        discover_clang(build_dir=None, search_path=str(tmp_path))
    assert raised.value.hint.startswith("apt-get install clang-22 llvm-22-dev")


def test_empty_path_has_none(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match=r"(?m)^no supported clang on PATH \(supported: 22, 19\)$"):
        discover_clang(build_dir=None, search_path=str(tmp_path))


def test_fingerprint_changes_with_the_binary(tmp_path: Path) -> None:
    fake = install_fake_clang(tmp_path)
    clang = discover_clang(build_dir=fake.build_dir, search_path="")
    before = clang.fingerprint()
    os.utime(fake.path, ns=(5, 5))

    assert clang.fingerprint() != before
    assert clang.fingerprint() == f"{BANNER}|{fake.path.stat().st_size}|5"


def test_probe_of_a_program_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert probe((str(tmp_path / "absent"),)) is None


@pytest.fixture
def bare(tmp_path: Path) -> tuple[FakeClang, Clang]:
    """A fake that finds no headers."""
    fake = install_fake_clang(tmp_path)
    fake.path.with_name("no-headers").touch()
    return fake, Clang(path=fake.path, version="22.1.8", banner=BANNER)


def test_headers_that_are_there_are_no_problem(bare: tuple[FakeClang, Clang]) -> None:
    fake, clang = bare
    fake.path.with_name("no-headers").unlink()

    assert missing_headers(clang, X86, cxx=True) is None
    require_headers(clang, AARCH64, cxx=True)


@pytest.mark.parametrize(("cxx", "header"), [(False, "<stdio.h>"), (True, "<vector>")])
def test_missing_headers_are_named(bare: tuple[FakeClang, Clang], cxx: bool, header: str) -> None:
    assert missing_headers(bare[1], X86, cxx=cxx) == f"{header} is not found for x86"


def test_missing_headers_of_aarch64_have_their_packages(bare: tuple[FakeClang, Clang]) -> None:
    with pytest.raises(ToolchainError, match=r"<stdio\.h> is not found for aarch64") as raised:
        require_headers(bare[1], AARCH64, cxx=False)
    assert raised.value.hint == (
        "apt-get install libc6-dev-arm64-cross libstdc++-12-dev-arm64-cross; or use `--corpus sample`, which needs none"
    )
