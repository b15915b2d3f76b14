"""The command line as a user meets it: exit codes, messages without a trace, and a clean stdout."""

from __future__ import annotations

import errno
import fcntl
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from world import World, write_three

from rl4real_data import cli, errors, flow_command
from rl4real_data.config import OWN_KEYS, RL4REAL_KEYS
from rl4real_data.stages import record

FLOW = ("flow", "x86", "train", "mlra")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str


Call = Callable[..., Answer]


@pytest.fixture
def call(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command in the world's folder, with its compiler and its cache in the environment."""
    for key in (*RL4REAL_KEYS, *OWN_KEYS):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("BUILD_DIR", str(world.fake.build_dir))
    monkeypatch.setenv("RL4REAL_DATA_CACHE", str(world.fake.cache_dir))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(world.folder)

    def run(*words: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["rl4real-data", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit, match=r"^\d+$") as done:
            cli.main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Answer(int(str(done.value)), said.out, said.err)

    return run


# Help


def commands() -> Iterator[tuple[tuple[str, ...], object]]:
    def walk(path: tuple[str, ...], command: object) -> Iterator[tuple[tuple[str, ...], object]]:
        yield path, command
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk((*path, name), inner)

    return walk((), typer.main.get_command(cli.app))


COMMANDS = dict(commands())


def test_commands_are_those_of_the_readme() -> None:
    assert {" ".join(path) for path in COMMANDS} == {
        *(
            "",
            "flow",
            "stats",
            "show",
            "export",
            "import",
            "validate",
            "doctor",
            "path",
            "path plugin",
            "path corpus",
            "corpus",
        ),
        *("embed", "vocab", "vocab train", "vocab info", "vocab evaluate", "vocab convert"),
        *(f"corpus {name}" for name in ("list", "show", "fetch", "verify", "shared", "add", "update", "export")),
    }
    readme = Path(__file__).parents[2].joinpath("README.md").read_text()
    names = ("flow", "stats", "show", "export", "import", "validate", "doctor", "corpus", "embed", "vocab")
    assert [name for name in names if f"rl4real-data {name}" not in readme] == []


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_help(call: Call, path: tuple[str, ...]) -> None:
    answer = call(*path, "--help")

    assert (answer.code, answer.err) == (0, "")
    assert "Usage: " in answer.out


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_and_every_option_is_explained(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]

    assert getattr(command, "help", None)
    unexplained = [p.name for p in getattr(command, "params", []) if p.name != "help" and not getattr(p, "help", None)]
    assert unexplained == []


def test_version(call: Call) -> None:
    answer = call("--version")

    assert (answer.code, answer.err) == (0, "")
    assert re.fullmatch(r"rl4real-data \d+\.\d+\.\d+\n", answer.out)


@pytest.mark.parametrize("words", [(), ("path",), ("corpus",)])
def test_no_command_shows_the_help(call: Call, words: tuple[str, ...]) -> None:
    answer = call(*words)

    assert answer.code in (0, 2)
    assert "Usage: " in answer.out + answer.err


# Exit codes


def test_exit_codes_are_those_of_the_table() -> None:
    table = dict(re.findall(r"(\w+) +exit (\d+) ", errors.__doc__ or ""))
    classes = {
        name: str(value.exit_code)
        for name, value in inspect.getmembers(errors, inspect.isclass)
        if issubclass(value, errors.Rl4realError) and value is not errors.Rl4realError
    }

    assert classes == table
    assert classes == {
        "UsageError": "2",
        "ManifestError": "2",
        "VocabularyError": "2",
        "SourceError": "1",
        "CacheError": "1",
        "DatasetError": "1",
        "LessThanAsked": "3",
        "TooManyFailures": "3",
        "ValidationFailed": "4",
        "ToolchainError": "5",
        "Interrupted": "130",
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError, 2),
        (errors.ManifestError, 2),
        (errors.SourceError, 1),
        (errors.DatasetError, 1),
        (errors.LessThanAsked, 3),
        (errors.TooManyFailures, 3),
        (errors.ValidationFailed, 4),
        (errors.ToolchainError, 5),
        (errors.Interrupted, 130),
    ],
)
def test_error_becomes_message_hint_and_code(
    call: Call, monkeypatch: pytest.MonkeyPatch, error: type[errors.Rl4realError], code: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error("what is wrong", hint="what to do")

    monkeypatch.setattr(flow_command, "execute", fail)

    assert call(*FLOW) == Answer(code, "", "rl4real-data: error: what is wrong\n  next: what to do\n")


def test_error_without_a_hint_has_no_second_line(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise errors.SourceError("what is wrong")

    monkeypatch.setattr(flow_command, "execute", fail)

    assert call(*FLOW).err == "rl4real-data: error: what is wrong\n"


def test_defect_is_not_hidden(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(flow_command, "execute", fail)

    with pytest.raises(ZeroDivisionError, match="a defect"):
        call(*FLOW)


def test_ctrl_c_says_that_the_command_resumes(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(flow_command, "run_flow", interrupt)
    answer = call(*FLOW)

    assert (answer.code, answer.out) == (130, "")
    assert "the same command resumes" in answer.err


# Words that cannot be understood


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("flow", "riscv", "train", "mlra"), r"'riscv' is not one of 'x86', 'aarch64'"),
        (("flow", "x86", "valid", "mlra"), r"'valid' is not one of 'train', 'test'"),
        (("flow", "x86", "train", "greedy"), r"'greedy' is not one of 'mlra', 'mlbasicra'"),
        (("flow", "train", "x86", "mlra"), r"'train' is not one of 'x86', 'aarch64'"),
        (("flow", "x86"), r"Missing argument 'MODE'"),
        (("flow",), r"Missing argument 'TARGET'"),
        ((*FLOW, "more"), r"unexpected extra argument"),
        ((*FLOW, "--job", "1"), r"No such option:? '?--job"),
        ((*FLOW, "--jobs", "0"), r"'--jobs' / '-j': .*greater than or equal to 1 $"),
        ((*FLOW, "--jobs", "two"), r"'--jobs' / '-j': .*valid integer"),
        ((*FLOW, "--limit", "0"), r"'--limit': .*greater than or equal to 1 $"),
        ((*FLOW, "--timeout", "0"), r"'--timeout': .*greater than or equal to 0.1 $"),
        ((*FLOW, "--memory", "10"), r"'--memory': .*greater than or equal to 512 $"),
        ((*FLOW, "--max-failed", "1.5"), r"'--max-failed': .*less than or equal to 1 $"),
        (("flows",), r"No such command 'flows'"),
        (("stats",), r"Missing argument 'DATA_DIR'"),
        (("path", "corpus"), r"Missing argument 'name'"),
    ],
)
def test_words_that_typer_refuses(call: Call, words: tuple[str, ...], message: str) -> None:
    answer = call(*words)

    assert (answer.code, answer.out) == (2, "")
    assert re.search(message, re.sub(r"[│╭╮╰╯─\s]+", " ", answer.err))


@pytest.mark.parametrize("name", ["smaple", "/nowhere/at/all", "", "x" * 5000, "a\0b"])
def test_unknown_corpus(call: Call, name: str) -> None:
    answer = call(*FLOW, "--corpus", name)

    assert (answer.code, answer.out) == (2, "")
    assert "is no corpus, no group and no path that exists" in answer.err
    assert "next: name a corpus (" in answer.err


def test_folder_without_modules(call: Call, world: World) -> None:
    (world.folder / "empty").mkdir()
    answer = call(*FLOW, "--corpus", "empty")

    assert (answer.code, answer.out) == (2, "")
    assert "empty holds no module" in answer.err


def test_environment_that_cannot_be_understood(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RL4REAL_DATA_JOBS", "many")
    answer = call(*FLOW)

    assert (answer.code, answer.out) == (2, "")
    assert "RL4REAL_DATA_JOBS=many: not a number of jobs" in answer.err


# The flow


def test_flow_says_its_summary_on_stderr_and_nothing_on_stdout(call: Call, world: World) -> None:
    write_three(world)
    world.write("twin.c", "// function twin nodes=4", "// function huge nodes=1001")
    answer = call(*FLOW, "--corpus", "src", "--data-dir", "data", "--jobs", "2")

    assert (answer.code, answer.out) == (0, "")
    assert "rl4real-data: packing\ndata: 4 episodes in train (" in answer.err
    assert "  modules    4: 4 done, 0 failed\n" in answer.err
    assert "  functions  6: 4 episodes, 1 left out, 1 duplicates\n" in answer.err
    assert "             1 more than 1000 nodes\n" in answer.err
    assert answer.err.endswith("  see it with  rl4real-data stats data\n")


def test_second_flow_says_that_there_was_nothing_to_do(call: Call, world: World) -> None:
    write_three(world)
    call(*FLOW, "--corpus", "src", "--data-dir", "data")
    answer = call(*FLOW, "--corpus", "src", "--data-dir", "data")

    assert (answer.code, answer.out) == (0, "")
    assert "3 done, 0 failed; 3 from an earlier run\n" in answer.err
    assert "nothing to do: the dataset was finished before\n" in answer.err


def test_default_folder_is_named_after_target_and_model(call: Call, world: World) -> None:
    world.write("a.c", "// function one")

    assert call(*FLOW, "--corpus", "src").code == 0
    assert (world.folder / "data" / "x86-mlra" / "dataset.json").is_file()


def test_flag_is_over_environment_is_over_file(call: Call, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_dry_run_is_the_result(call: Call, world: World) -> None:
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


def test_too_many_failures_leave_a_dataset_and_their_commands(call: Call, world: World) -> None:
    world.write("a.c", "// function one")
    world.write("x.c", "// compiler reject")
    answer = call(*FLOW, "--corpus", "src", "--data-dir", "data")

    assert (answer.code, answer.out) == (3, "")
    assert "  failed     src/x.c: rejected: x.c:1:2: error: expected ';' after expression\n" in answer.err
    assert "             (cd src && clang --target=x86_64-linux-gnu " in answer.err
    assert "error: 1 of 2 modules failed (50.0%), more than 1.0%; the dataset holds the rest\n" in answer.err
    assert "allow more with --max-failed, try again with --retry-failed" in answer.err
    assert world.functions() == ["one"]
    assert call(*FLOW, "--corpus", "src", "--data-dir", "data", "--max-failed", "0.5").code == 0


def test_long_list_of_failures_is_cut(call: Call, world: World) -> None:
    for number in range(7):
        world.write(f"x{number}.c", "// compiler reject")
    answer = call(*FLOW, "--corpus", "src", "--data-dir", "data")

    assert answer.err.count("  failed     ") == 5
    assert "  and 2 more\n" in answer.err


@pytest.mark.parametrize("search_path", ["", "/nowhere"])
def test_no_clang(call: Call, monkeypatch: pytest.MonkeyPatch, search_path: str) -> None:
    monkeypatch.delenv("BUILD_DIR")
    monkeypatch.setenv("PATH", search_path)
    answer = call(*FLOW)

    assert (answer.code, answer.out) == (5, "")
    assert "no supported clang on PATH (supported: 22, 19)" in answer.err
    assert "  next: apt-get install clang-22 llvm-22-dev" in answer.err


def test_missing_headers(call: Call, world: World) -> None:
    world.write("a.c", "// function one")
    world.fake.path.with_name("no-headers").touch()
    answer = call("flow", "aarch64", "train", "mlra", "--corpus", "src", "--data-dir", "data")

    assert (answer.code, answer.out) == (5, "")
    assert "next: apt-get install libc6-dev-arm64-cross" in answer.err


def test_data_dir_that_is_somebody_s(call: Call, world: World) -> None:
    (world.folder / "photos").mkdir()
    (world.folder / "photos" / "cat.png").touch()
    answer = call(*FLOW, "--data-dir", "photos")

    assert answer == Answer(
        1,
        "",
        "rl4real-data: error: photos: holds files that are no dataset (cat.png)\n"
        "  next: choose an empty or a new folder\n",
    )


def test_data_dir_in_use(call: Call, world: World) -> None:
    world.write("a.c", "// function one")
    (world.data_dir / ".work").mkdir(parents=True)
    with (world.data_dir / ".work" / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = call(*FLOW, "--corpus", "src", "--data-dir", "data")

    assert (answer.code, answer.out) == (1, "")
    assert "data: another run is writing to it" in answer.err
    assert world.fake.compiled() == []
    assert call(*FLOW, "--corpus", "src", "--data-dir", "data").code == 0


def test_data_dir_of_another_target(call: Call, world: World) -> None:
    world.write("a.c", "// function one")
    call(*FLOW, "--corpus", "src", "--data-dir", "data")
    answer = call("flow", "aarch64", "train", "mlra", "--corpus", "src", "--data-dir", "data")

    assert (answer.code, answer.out) == (1, "")
    assert "target is 'x86', not 'aarch64'" in answer.err


def test_full_disk_is_told_and_resumed(call: Call, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_three(world)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "/data/part")

    with monkeypatch.context() as patch:
        patch.setattr(record, "write_functions", full)
        answer = call(*FLOW, "--corpus", "src", "--data-dir", "data", "--jobs", "1")

    assert (answer.code, answer.out) == (1, "")
    assert answer.err.endswith(
        "rl4real-data: error: No space left on device (/data/part)\n"
        "  next: mend that, then run the same command again: it resumes\n"
    )
    assert call(*FLOW, "--corpus", "src", "--data-dir", "data").code == 0
    assert world.functions() == ["one", "two", "three", "four"]


# The other commands


@pytest.fixture
def dataset(call: Call, world: World) -> Path:
    write_three(world)
    world.write("x.c", "// compiler reject")
    call(*FLOW, "--corpus", "src", "--data-dir", "data")
    return world.data_dir


@pytest.mark.parametrize("command", ["stats", "validate"])
def test_folder_without_a_dataset(call: Call, command: str) -> None:
    answer = call(command, "absent")

    assert (answer.code, answer.out) == (1, "")
    assert "absent: does not exist (dataset.json is missing)" in answer.err


@pytest.mark.usefixtures("dataset")
def test_stats_are_the_result(call: Call) -> None:
    text, machine = call("stats", "data"), call("stats", "data", "--json")

    assert (text.code, text.err, machine.code, machine.err) == (0, "", 0, "")
    assert "train" in text.out
    assert isinstance(json.loads(machine.out), dict)


def test_validate_finds_a_changed_byte(call: Call, dataset: Path) -> None:
    shard = dataset / "data" / "train-00000-of-00001.parquet"
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    answer = call("validate", "data", "--json")

    assert answer.code == 4
    assert isinstance(json.loads(answer.out), dict | list)
    assert "error: data: " in answer.err


def test_path_of_the_plugin_is_the_result(call: Call, world: World) -> None:
    (library,) = world.fake.cache_dir.glob("plugins/*/libmlra.so")

    assert call("path", "plugin") == Answer(0, f"{library}\n", "")


def test_path_of_a_corpus_is_the_result(call: Call) -> None:
    answer = call("path", "corpus", "sample")

    assert (answer.code, answer.err) == (0, "")
    assert Path(answer.out.rstrip("\n")).is_dir()


def test_path_of_an_unknown_corpus(call: Call) -> None:
    answer = call("path", "corpus", "smaple")

    assert (answer.code, answer.out) == (2, "")
    assert "sample" in answer.err


def test_doctor_without_clang(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUILD_DIR")
    monkeypatch.setenv("PATH", "")
    answer = call("doctor", "--json")

    assert answer.code == 5
    checks = {check["name"]: check for check in json.loads(answer.out)}
    assert checks["clang"]["ok"] is False
    assert "apt-get install clang-22" in answer.err


def test_doctor_with_everything(call: Call) -> None:
    answer = call("doctor")

    assert answer.code == 0
    assert "ok       clang " in answer.out
