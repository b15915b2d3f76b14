"""Profiles of executions, with an llvm-profdata that is no process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.core.errors import ToolchainError, UsageError
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.process import Completed
from rl4real_data.toolchain.profile import read_profile

BY_THE_COMPILER = """Counters:
  main:
    Hash: 0x0209aa3e3852da94
    Counters: 2
    Block counts: [0, 1]
  a.c;cold:
    Hash: 0x0a4d0ad3efffffff
    Counters: 1
    Block counts: [0]
  a.c;hot:
    Hash: 0x0209aa3e1d398548
    Counters: 2
    Block counts: [100, 1]
  b.c;hot:
    Hash: 0x0209aa3e1d398548
    Counters: 2
    Block counts: [7, 0]
Instrumentation level: IR  entry_first = 0  instrument_loop_entries = 0
Functions shown: 4
"""
BY_THE_FRONT_END = """Counters:
  main:
    Hash: 0x0000000000000000
    Counters: 3
    Function count: 2
    Block counts: [5, 0]
  leaf:
    Hash: 0x0000000000000018
    Counters: 1
    Function count: 0
    Block counts: []
"""


@pytest.fixture
def clang(tmp_path: Path) -> Clang:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "llvm-profdata").touch()
    (tmp_path / "p.profdata").write_bytes(b"profile")
    return Clang(path=tmp_path / "bin" / "clang", version="22.1.8", banner="clang version 22.1.8")


def tool(listing: str, *, returncode: int = 0, stderr: str = "") -> Callable[..., Completed]:
    def start(command: tuple[str, ...], **_: Any) -> Completed:
        (output,) = (word.removeprefix("--output=") for word in command if word.startswith("--output="))
        if not returncode:
            Path(output).write_text(listing)
        return Completed(returncode=returncode, timed_out=False, seconds=0, stdout="", stderr=stderr)

    return start


def test_executions_of_each_function(clang: Clang, tmp_path: Path) -> None:
    """Static functions of one name count together: a compiler says no more of them than their name."""
    profile = read_profile(tmp_path / "p.profdata", clang, start=tool(BY_THE_COMPILER))

    assert profile.executions == {"main": 1, "cold": 0, "hot": 108}
    assert [profile.executed(name) for name in ("hot", "hot.cold", "cold", "absent", "main.llvm.7")] == [
        108,
        108,
        0,
        0,
        1,
    ]
    assert profile.flag == f"-fprofile-use={tmp_path / 'p.profdata'}"


def test_profile_of_the_front_end(clang: Clang, tmp_path: Path) -> None:
    profile = read_profile(tmp_path / "p.profdata", clang, start=tool(BY_THE_FRONT_END))
    assert profile.executions == {"main": 7, "leaf": 0}


def test_what_is_no_profile(clang: Clang, tmp_path: Path) -> None:
    said = "warning: x\nerror: p.profdata: unsupported instrumentation profile format version\n"
    with pytest.raises(UsageError, match=r"no profile that clang 22 takes: error: .* version") as caught:
        read_profile(tmp_path / "p.profdata", clang, start=tool("", returncode=1, stderr=said))
    assert "llvm-profdata-22 merge -o" in (caught.value.hint or "")
    with pytest.raises(UsageError, match="ended with 1"):
        read_profile(tmp_path / "p.profdata", clang, start=tool("", returncode=1))
    with pytest.raises(UsageError, match="absent: no profile: No such file"):
        read_profile(tmp_path / "absent", clang, start=tool(""))


def test_clang_without_its_tool(clang: Clang, tmp_path: Path) -> None:
    (tmp_path / "bin" / "llvm-profdata").unlink()
    with pytest.raises(ToolchainError, match="llvm-profdata does not exist") as caught:
        read_profile(tmp_path / "p.profdata", clang, start=tool(""))
    assert caught.value.hint == "apt-get install llvm-22"
