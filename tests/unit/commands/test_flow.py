"""`flow` as a user meets it: its summary, what it refuses, and what it leaves to resume."""

from __future__ import annotations

import errno
import fcntl

import pytest
from command_line import CommandLine, Said
from world import World, write_three

from rl4real_data.core.counted import counted
from rl4real_data.stages import record

FLOW = ("flow", "x86", "train", "mlra")


def test_flow_says_its_summary_on_stderr_and_nothing_on_stdout(call: CommandLine, world: World) -> None:
    write_three(world)
    world.write("twin.c", "// function twin nodes=4", "// function huge nodes=1001")
    answer = call(*FLOW, "--corpus", "src", "--data-dir", "data", "--jobs", "2")

    assert (answer.code, answer.out) == (0, "")
    assert "rl4real-data: packing\ndata: 4 episodes in train (" in answer.err
    assert "  modules    4: 4 done, 0 failed\n" in answer.err
    assert "  functions  6: 4 episodes, 1 left out, 1 duplicate\n" in answer.err
    assert "             1 more than 1000 nodes\n" in answer.err
    assert answer.err.endswith("  see it with  rl4real-data stats data\n")


def test_second_flow_says_that_there_was_nothing_to_do(call: CommandLine, world: World) -> None:
    write_three(world)
    call(*FLOW, "--corpus", "src", "--data-dir", "data")
    answer = call(*FLOW, "--corpus", "src", "--data-dir", "data")

    assert (answer.code, answer.out) == (0, "")
    assert "3 done, 0 failed; 3 from an earlier run\n" in answer.err
    assert "nothing to do: the dataset was finished before\n" in answer.err


def test_default_folder_is_named_after_target_and_model(call: CommandLine, world: World) -> None:
    world.write("a.c", "// function one")

    assert call(*FLOW, "--corpus", "src").code == 0
    assert (world.folder / "data" / "x86-mlra" / "dataset.json").is_file()


def test_flag_is_over_environment_is_over_file(
    call: CommandLine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.write("a.c", "// function one")
    (world.folder / ".env").write_text("DATA_DIR=from-file\nBUILD_DIR=/nowhere\n")

    assert call(*FLOW, "--corpus", "src").code == 0
    monkeypatch.setenv("DATA_DIR", "from-environment")
    assert call(*FLOW, "--corpus", "src").code == 0
    assert call(*FLOW, "--corpus", "src", "--data-dir", "from-flag").code == 0
    made = [name for name in ("from-file", "from-environment", "from-flag") if (world.folder / name).is_dir()]
    assert made == ["from-file", "from-environment", "from-flag"]
    monkeypatch.delenv("BUILD_DIR")
    assert call(*FLOW, "--corpus", "src").code == 5
    assert call(*FLOW, "--corpus", "src", "--build-dir", world.fake.build_dir).code == 0


def test_too_little_known_by_the_vocabulary(call: CommandLine, world: World) -> None:
    write_three(world)
    (world.folder / "poor.txt").write_text("".join(f"{name}:{[1.0] * 100}\n" for name in ("ADD", "VIRT_REG_GR32")))
    first = call(*FLOW, "--corpus", "src", "--data-dir", "data", "--vocab", "poor.txt")
    again = call(*FLOW, "--corpus", "src", "--data-dir", "data")

    assert (first.code, again.code) == (3, 3)
    assert (world.folder / "data" / "dataset.json").is_file()
    for said in (first.err, again.err):
        assert "instructions lack an entity of the vocabulary:\n             RET (" in said
        assert "error: data: " in said
        assert "allowed are 1.00%" in said
        assert "`rl4real-data vocab train data --target x86 --split train --output vocab-x86-own.parquet`" in said
        assert "`rl4real-data embed data --vocab vocab-x86-own.parquet`" in said


def test_dry_run_is_the_result(call: CommandLine, world: World) -> None:
    write_three(world)
    answer = call(*FLOW, "--corpus", "src", "--data-dir", "data", "--dry-run")

    assert (answer.code, answer.err) == (0, "")
    assert sorted(answer.out.splitlines()) == [
        "3 modules: 3 to compile, 0 done before",
        "compile  src/a.c  (new source, flags or toolchain)",
        "compile  src/b.c  (new source, flags or toolchain)",
        "compile  src/deep/c.cpp  (new source, flags or toolchain)",
    ]
    assert not (world.folder / "data").exists()


def test_too_many_failures_leave_a_dataset_and_their_commands(call: CommandLine, world: World) -> None:
    world.write("a.c", "// function one")
    world.write("x.c", "// compiler reject")
    answer = call(*FLOW, "--corpus", "src", "--data-dir", "data")

    assert (answer.code, answer.out) == (3, "")
    assert "  failed     src/x.c: rejected: x.c:1:2: error: expected ';' after expression\n" in answer.err
    assert '             (cd src && "$(rl4real-data path clang)" --target=x86_64-linux-gnu ' in answer.err
    assert "error: 1 of 2 modules failed (50.0%), more than 1.0%; the dataset holds the rest\n" in answer.err
    assert "allow more with --max-failed, try again with --retry-failed" in answer.err
    assert world.functions() == ["one"]
    assert call(*FLOW, "--corpus", "src", "--data-dir", "data", "--max-failed", "0.5").code == 0


@pytest.mark.parametrize("count", [1, 4])
def test_modules_without_their_headers_are_told_where_flags_come_from(
    call: CommandLine, world: World, count: int
) -> None:
    for number in range(count):
        world.write(f"x{number}.c", "// compiler lacks-header")
    answer = call(*FLOW, "--corpus", "src", "--data-dir", "data")

    assert answer.code == 3
    assert f"error: {count} of {counted(count, 'module')} failed (100.0%), more than 1.0%: there is none" in answer.err
    (hint,) = [line for line in answer.err.splitlines() if line.startswith("  next: ")]
    assert "headers such as config.h are not found" in hint
    assert all(word in hint for word in ("compile_commands.json", "--allow-build", "rl4real-data corpus add FOLDER"))
    assert "--max-failed" not in hint


def test_no_module_that_compiles_is_nothing_to_allow(call: CommandLine, world: World) -> None:
    world.write("x.c", "// compiler reject")
    answer = call(*FLOW, "--corpus", "src", "--data-dir", "data")

    assert answer.code == 3
    assert "error: 1 of 1 module failed (100.0%), more than 1.0%: there is none that compiles\n" in answer.err
    assert "a source that is mended is compiled by the same command" in answer.err
    assert "--max-failed" not in answer.err


def test_include_folders_of_a_folder_are_guessed_and_said(call: CommandLine, world: World) -> None:
    world.write("src/lib/a.c", "#include <own.h>", "// function one")
    world.write("src/include/own.h", "")
    world.write("src/build/compile_commands.json", "[]")
    answer = call(*FLOW, "--corpus", "src", "--data-dir", "data")

    assert answer.code == 0
    assert "corpus src: guessed include folders: include; `rl4real-data corpus add` tries flags, too" in answer.err
    assert "build/compile_commands.json says how it is built; --corpus with that file compiles it so" in answer.err
    assert " -Iinclude " in world.modules()["lib/a.c"]["command"]


def test_run_without_an_episode_says_why(call: CommandLine, world: World) -> None:
    """The modules of a folder have no known licence."""
    world.write("a.c", "// function one nodes=0")
    world.write("b.c", "// function two nodes=0")
    words = (*FLOW, "--corpus", "src", "--data-dir")
    by_license = call(*words, "by-license", "--license-allow", "mit")
    by_function = call(*words, "by-function")

    assert (by_license.code, by_function.code) == (3, 3)
    assert "no episode in train: of 2 modules 2 licence NOASSERTION\n  next: see `rl4real-data stats" in by_license.err
    assert "no episode in train: of 2 functions 2 " in by_function.err
    one = call(*words, "one", "--limit", "1", "--license-allow", "mit")
    assert "no episode in train: of 1 module 1 licence NOASSERTION\n" in one.err
    typo = call(*words, "typo", "--license-allow", "MTI")
    assert (typo.code, 'did you mean "MIT"?' in typo.err) == (2, True)


def test_long_list_of_failures_is_cut(call: CommandLine, world: World) -> None:
    for number in range(7):
        world.write(f"x{number}.c", "// compiler reject")
    answer = call(*FLOW, "--corpus", "src", "--data-dir", "data")

    assert answer.err.count("  failed     ") == 5
    assert "  and 2 more\n" in answer.err


@pytest.mark.parametrize("search_path", ["", "/nowhere"])
def test_no_clang(call: CommandLine, monkeypatch: pytest.MonkeyPatch, search_path: str) -> None:
    monkeypatch.delenv("BUILD_DIR")
    monkeypatch.setenv("PATH", search_path)
    answer = call(*FLOW)

    assert (answer.code, answer.out) == (5, "")
    assert "no supported clang on PATH (supported: 22, 19)" in answer.err
    assert "  next: apt-get install clang-22 llvm-22-dev" in answer.err


def test_missing_headers(call: CommandLine, world: World) -> None:
    world.write("a.c", "// function one")
    world.fake.path.with_name("no-headers").touch()
    answer = call("flow", "aarch64", "train", "mlra", "--corpus", "src", "--data-dir", "data")

    assert (answer.code, answer.out) == (5, "")
    assert "next: apt-get install libc6-dev-arm64-cross" in answer.err


def test_data_dir_that_is_somebody_s(call: CommandLine, world: World) -> None:
    (world.folder / "photos").mkdir()
    (world.folder / "photos" / "cat.png").touch()
    answer = call(*FLOW, "--data-dir", "photos")

    assert answer == Said(
        1,
        "",
        "rl4real-data: error: photos: holds files that are no dataset (cat.png)\n"
        "  next: choose an empty or a new folder\n",
    )


def test_data_dir_in_use(call: CommandLine, world: World) -> None:
    world.write("a.c", "// function one")
    (world.data_dir / ".work").mkdir(parents=True)
    with (world.data_dir / ".work" / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = call(*FLOW, "--corpus", "src", "--data-dir", "data")

    assert (answer.code, answer.out) == (1, "")
    assert "data: another run is writing to it" in answer.err
    assert world.fake.compiled() == []
    assert call(*FLOW, "--corpus", "src", "--data-dir", "data").code == 0


def test_data_dir_of_another_target(call: CommandLine, world: World) -> None:
    world.write("a.c", "// function one")
    call(*FLOW, "--corpus", "src", "--data-dir", "data")
    answer = call("flow", "aarch64", "train", "mlra", "--corpus", "src", "--data-dir", "data")

    assert (answer.code, answer.out) == (1, "")
    assert "target is 'x86', not 'aarch64'" in answer.err


def test_full_disk_is_told_and_resumed(call: CommandLine, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_three(world)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "/data/part")

    with monkeypatch.context() as patch:
        patch.setattr(record, "write_functions", full)
        answer = call(*FLOW, "--corpus", "src", "--data-dir", "data", "--jobs", "1")

    assert (answer.code, answer.out) == (1, "")
    assert answer.err.endswith(
        "rl4real-data: error: compiling a.c: No space left on device (/data/part)\n"
        "  next: mend that, then run the same command again: it resumes\n"
    )
    assert call(*FLOW, "--corpus", "src", "--data-dir", "data").code == 0
    assert world.functions() == ["one", "two", "three", "four"]


def test_vocabulary_of_no_vectors_is_refused(call: CommandLine, world: World) -> None:
    world.write("a.c", "// function one")
    said = call("flow", "x86", "train", "mlra", "--corpus", world.corpus, "--vocab", "x86", "--no-embed")

    assert said.code == 2
    assert "--vocab: no vectors are computed with --no-embed" in said.err
