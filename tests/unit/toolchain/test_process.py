"""The process runner: real small scripts, since what it promises is what the kernel does."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from fake_clang import write_script
from small_tools import run_in, shell

from rl4real_data.toolchain.process import Completed, Limits


def test_success_tells_output_and_time(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, "echo result; echo note >&2"))

    assert (done.ok, done.returncode, done.timed_out, done.signal_name) == (True, 0, False, "")
    assert (done.stdout, done.stderr) == ("result\n", "note\n")
    assert 0 < done.seconds < 5


def test_processor_time_is_that_of_the_process_and_its_children(tmp_path: Path) -> None:
    idle = run_in(tmp_path, shell(tmp_path, "sleep 0.1"))
    busy = run_in(tmp_path, shell(tmp_path, "i=0; (while [ $i -lt 100000 ]; do i=$((i + 1)); done)"))

    assert 0 <= idle.processor_s < busy.processor_s


def test_input_and_output_may_be_files(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("words\n")
    tool = shell(tmp_path, "cat; echo note >&2")
    with (tmp_path / "in").open("rb") as stdin, (tmp_path / "out").open("wb") as stdout:
        done = run_in(tmp_path, tool, stdin=stdin.fileno(), stdout=stdout.fileno())

    assert (done.stdout, done.stderr) == ("", "note\n")
    assert (tmp_path / "out").read_text() == "words\n"


def test_exit_code_is_no_signal(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, "exit 3"))

    assert (done.ok, done.returncode, done.signal_name) == (False, 3, "")


def test_signal_has_its_name(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, "kill -SEGV $$"))

    assert (done.ok, done.returncode, done.signal_name) == (False, -11, "SIGSEGV")


def test_signal_without_a_name_has_its_number() -> None:
    done = Completed(returncode=-50, timed_out=False, seconds=0, stdout="", stderr="")

    assert done.signal_name == "signal 50"


@pytest.mark.parametrize(("ours", "theirs"), [(None, "glibc.malloc.hugetlb=1"), ("glibc.malloc.check=1",) * 2])
def test_malloc_gets_huge_pages_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: str | None, theirs: str
) -> None:
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    if ours is not None:
        monkeypatch.setenv("GLIBC_TUNABLES", ours)

    assert run_in(tmp_path, shell(tmp_path, 'echo "$GLIBC_TUNABLES"')).stdout == f"{theirs}\n"


def test_environment_is_the_scratch_folder_and_plain_messages(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, 'echo "$TMPDIR $LC_ALL $WORD"; pwd'), environment={"WORD": "given"})

    assert done.stdout.splitlines() == [f"{tmp_path}/scratch C given", str(tmp_path)]


def test_no_shell_reads_the_words(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, 'printf "%s|" "$@"'), "a b", "$HOME", "; exit 3")

    assert done.stdout == "a b|$HOME|; exit 3|"


def test_stdin_is_empty_whatever_ours_is(tmp_path: Path) -> None:
    (tmp_path / "ours").write_text("not for the tool")
    kept, ours = os.dup(0), os.open(tmp_path / "ours", os.O_RDONLY)
    os.dup2(ours, 0)
    try:
        done = run_in(tmp_path, shell(tmp_path, "cat; echo end"))
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(ours)

    assert done.stdout == "end\n"


def test_memory_limit_holds(tmp_path: Path) -> None:
    hungry = write_script(tmp_path / "hungry", "held = [bytearray(8 << 20) for _ in range(64)]\nprint('ate it')\n")

    free = run_in(tmp_path, str(hungry))
    limited = run_in(tmp_path, str(hungry), limits=Limits(timeout_s=30, memory_bytes=256 << 20))

    assert free.stdout == "ate it\n"
    assert (limited.ok, limited.stdout) == (False, "")
    assert "MemoryError" in limited.stderr


def test_long_stderr_keeps_both_ends(tmp_path: Path) -> None:
    text = 'echo first >&2; head -c 300000 /dev/zero | tr "\\0" x >&2; echo last >&2'
    done = run_in(tmp_path, shell(tmp_path, text))

    assert done.stderr.startswith("first\nxxx")
    assert done.stderr.endswith("xxx" + "last\n")
    assert len(done.stderr) == 65536 + len("\n…\n")
    assert done.stderr_tail == "…" + "x" * (4000 - len("last\n")) + "last\n"


def test_short_stderr_is_whole(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, 'head -c 65536 /dev/zero | tr "\\0" x >&2'))

    assert done.stderr == "x" * 65536


def test_short_stderr_tail_has_no_ellipsis() -> None:
    done = Completed(returncode=1, timed_out=False, seconds=0, stdout="", stderr="x" * 4000)

    assert done.stderr_tail == "x" * 4000


def test_bytes_that_are_no_text_are_escaped(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, r"printf '\377a'; printf '\377b' >&2"))

    assert (done.stdout, done.stderr) == ("\\xffa", "\\xffb")


def test_missing_program_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent") as raised:
        run_in(tmp_path, str(tmp_path / "absent"))

    assert raised.value.errno == errno.ENOENT


def test_unit_tests_start_no_process_of_the_machine(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="a unit test starts a real process"):
        run_in(tmp_path, "/bin/true")
