"""A module that fails costs that module and nothing else: every way in which a compiler can misbehave."""

from __future__ import annotations

import contextlib
import resource
import time
from pathlib import Path

import pytest
from world import World

from rl4real_data.core.errors import HostError
from rl4real_data.core.failure import FailureKind
from rl4real_data.flow import run as dataset_run
from rl4real_data.flow import runner
from rl4real_data.stages import record
from rl4real_data.toolchain.confinement import landlock_version


def is_alive_soon(pid: int) -> bool:
    """Whether the process is still there after the second that the kernel may take to end it."""
    stat = Path("/proc", str(pid), "stat")
    deadline = time.monotonic() + 5
    with contextlib.suppress(FileNotFoundError):
        while stat.read_text().rpartition(")")[2].split()[0] != "Z":
            if time.monotonic() > deadline:
                return True
            time.sleep(0.01)
    return False


@pytest.mark.parametrize(
    ("word", "kind", "reason", "stderr"),
    [
        ("reject", "rejected", "x.c:1:2: error: expected ';' after expression", "1 error generated."),
        ("reject-quoting", "rejected", "x.c:2:5: error: use of undeclared identifier 'x'", "out of memory"),
        ("crash", "crash", "the compiler died of SIGSEGV", "about to die"),
        ("crash-caught", "crash", "clang: error: clang frontend command failed with exit code 139", "0x…"),
        ("pretend-memory", "crash", "LLVM ERROR: out of memory", "exit code 134"),
        ("reject-lying", "rejected", "x.c:1:2: error: std::bad_alloc", "Stack dump:"),
        ("reject-without-scratch", "rejected", "x.c:1:2: error: not C", ""),
        ("half", "bad-record", "the compiler's dump cannot be used: ", ""),
        ("half-record", "bad-record", "the compiler's dump cannot be used: ", ""),
        ("no-end", "bad-record", "the compiler's dump cannot be used: its end is missing: it was cut off", ""),
        ("wrong-count", "bad-record", "the compiler's dump cannot be used: its columns are not what its end says", ""),
        ("no-dump", "bad-record", "the compiler's dump cannot be used: ", ""),
        ("empty-dump", "bad-record", "the compiler's dump cannot be used: it is empty", ""),
        ("garbage", "bad-record", "the compiler's dump cannot be used: ", ""),
        ("other-version", "bad-record", "the compiler's dump cannot be used: record version 1", ""),
        ("without-nodes", "bad-record", "the compiler's dump cannot be used: ", ""),
        ("chatty", "rejected", "x.c:9:9: error: the last words", "the last words"),
    ],
)
def test_failed_module_is_a_row(world: World, word: str, kind: str, reason: str, stderr: str) -> None:
    world.write("a.c", "// function one")
    world.write("x.c", f"// compiler {word}", "// function lost")
    report = world.run(memory_mb=1 << 20)  # more than whoever runs the tests may have, which counts

    row = world.modules()["x.c"]
    assert (row["status"], row["kind"], row["functions"], row["episodes"]) == ("failed", kind, 0, 0)
    assert row["reason"].startswith(reason)
    assert stderr in row["stderr"]
    assert world.functions() == ["one"]
    assert [entry.part.failure.kind for entry in report.failed if entry.part.failure] == [FailureKind(kind)]
    assert str(world.folder) not in str(row)  # no path of this machine in a dataset


def test_hanging_module_is_killed(world: World) -> None:
    world.write("a.c", "// function one")
    world.write("x.c", "// compiler hang", "// function lost")
    begin = time.monotonic()
    world.run(timeout_s=0.7, jobs=1)

    row = world.modules()["x.c"]
    assert (row["kind"], row["reason"]) == ("timeout", "not done after 0.7 s")
    assert world.functions() == ["one"]
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize("word", ["eat-memory", "memory-caught", "write-without-end"])
def test_module_that_eats_memory_meets_the_limit(world: World, word: str) -> None:
    """What a compiler writes counts, too: it is kept in memory."""
    world.write("a.c", "// function one")
    world.write("x.c", f"// compiler {word}", "// function lost")
    world.run(memory_mb=256)

    row = world.modules()["x.c"]
    assert (row["kind"], row["reason"]) == ("memory", "needs more than the memory limit of 256 MB")
    assert world.functions() == ["one"]


@pytest.mark.parametrize(("verify", "kind"), [(True, "verify"), (False, "rejected")])
def test_difference_that_the_plugin_finds_is_a_failure_of_its_own_kind(world: World, verify: bool, kind: str) -> None:
    """Nobody finds one who was not asked to look."""
    world.write("x.c", "// compiler verify", "// function lost")
    world.run(verify=verify)

    row = world.modules()["x.c"]
    assert (row["kind"], row["reason"]) == (kind, "error: mlra: f: verify: edge 1-2 is missing")


@pytest.mark.parametrize("word", ["background", "session"])
def test_process_left_in_the_background_is_killed(world: World, word: str) -> None:
    world.write("a.c", f"// compiler {word}", "// function one")
    world.run()

    assert not is_alive_soon(world.fake.pids()[0])
    assert world.functions() == ["one"]


def test_compiler_that_deletes_its_scratch_folder_costs_nothing(world: World) -> None:
    world.write("a.c", "// compiler delete-scratch", "// function one")
    world.run()

    assert world.functions() == ["one"]


def test_compiler_can_write_nowhere_else(world: World) -> None:
    world.write("a.c", "// function one")
    world.write("x.c", "// compiler write-elsewhere", "// function lost")
    world.run()

    assert world.modules()["x.c"]["status"] == ("failed" if landlock_version() else "done")
    assert world.fake.path.with_name("elsewhere").exists() == (landlock_version() == 0)


def test_endless_output_costs_no_memory_and_no_disk(world: World) -> None:
    """tests/soak has 10 GB of it."""
    world.write("a.c", "// compiler print-1-GB", "// function one")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    world.run()

    assert world.functions() == ["one"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10  # Arrow takes some, if it is new


def test_source_that_vanishes_ends_the_run_and_is_not_written_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network disk is away for a minute: that is no fault of the module, which must not be held against it later."""
    world.write("a.c", "// function one")
    gone = world.write("x.c", "// function found nodes=5")
    text = gone.read_text()

    def run_after_removal(*args: object, **options: object) -> object:
        gone.unlink()
        return runner.run_jobs(*args, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(dataset_run, "run_jobs", run_after_removal)
        with pytest.raises(HostError, match=r"x\.c: the source is gone"):
            world.run()
    gone.write_text(text)
    world.run()

    assert (world.modules()["x.c"]["status"], world.functions()) == ("done", ["one", "found"])


def test_defect_of_ours_costs_one_module(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("a.c", "// function one")
    world.write("x.c", "// function lost")
    read_dump = record.read_dump

    def broken(path: Path) -> object:
        if b"lost" in path.read_bytes():
            raise ZeroDivisionError("a defect")
        return read_dump(path)

    monkeypatch.setattr(record, "read_dump", broken)
    world.run()

    row = world.modules()["x.c"]
    assert (row["kind"], row["reason"]) == ("bug", "ZeroDivisionError: a defect")
    assert "in broken" in row["stderr"]
    assert world.functions() == ["one"]


def test_failed_module_is_not_compiled_again_unless_asked(world: World) -> None:
    world.write("a.c", "// function one")
    world.write("x.c", "// compiler reject")
    world.run()
    world.fake.forget()

    assert len(world.run().failed) == 1
    assert world.fake.compiled() == []
    world.run(retry_failed=True)
    assert world.fake.compiled() == ["x.c"]


def test_command_of_a_module_reproduces_it(world: World) -> None:
    world.write("a b.c", "// function one")
    world.run(verify=True)

    assert world.modules()["a b.c"]["command"] == (
        '(cd "${CORPUS:-.}" && "$(rl4real-data path clang)" '
        "--target=x86_64-linux-gnu -x c -march=core2 -O3 -w -c 'a b.c' "
        '-fplugin="$(rl4real-data path plugin)" -mllvm -mlra -mllvm -mlra-dump-columns=/dev/null '
        "-mllvm -mlra-discard -mllvm -mlra-dump-mir -mllvm -mlra-verify -o /dev/null)"
    )


def test_a_name_with_a_dash_is_no_option(world: World) -> None:
    world.write("-a b.c", '#include "h.h"', "// function one")
    world.write("h.h", "// a header")
    world.run()

    row = world.modules()["-a b.c"]
    assert (row["status"], row["episodes"]) == ("done", 1)
    assert " -c './-a b.c' " in row["command"]
    assert world.run().compiled == 0  # the source counts as no header of its own
    (part,) = world.plan().plan.ready.values()
    assert [name for name, _ in part.headers] == ["./h.h"]


def test_all_modules_may_fail(world: World) -> None:
    world.write("x.c", "// compiler reject")
    world.run()

    books = world.index().splits["train"]
    assert (books.modules_failed, books.episodes, books.imbalances()) == (1, 0, ())
    assert world.episodes() == []
