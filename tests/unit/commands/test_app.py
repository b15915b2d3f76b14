"""The command line as a user meets it: help, exit codes, messages without a trace, and words that it refuses."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from command_line import CommandLine, Said
from world import World

from rl4real_data.commands import flow as flow_command
from rl4real_data.commands.app import app
from rl4real_data.core import errors
from rl4real_data.flow import run

FLOW = ("flow", "x86", "train", "mlra")


# Help


def commands() -> Iterator[tuple[tuple[str, ...], object]]:
    def walk(path: tuple[str, ...], command: object) -> Iterator[tuple[tuple[str, ...], object]]:
        yield path, command
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk((*path, name), inner)

    return walk((), typer.main.get_command(app))


COMMANDS = dict(commands())


def test_commands_are_those_of_the_readme() -> None:
    assert {" ".join(path) for path in COMMANDS} == {
        *("", "flow", "work", "stats", "show", "export", "import", "validate", "doctor", "clean"),
        *("path", "path plugin", "path clang", "path llc", "path corpus", "corpus"),
        *("path grpc", "path onnxruntime", "compile", "serve", "label", "evaluate", "trace", "train", "mlgo-clang"),
        *("embed", "improve", "upgrade", "vocab", "vocab train", "vocab info", "vocab evaluate", "vocab convert"),
        *(f"corpus {name}" for name in ("list", "show", "fetch", "verify", "shared", "add", "update", "export")),
    }
    readme = Path(__file__).parents[3].joinpath("README.md").read_text()
    names = (
        "flow",
        "work",
        "stats",
        "show",
        "export",
        "import",
        "validate",
        "doctor",
        "clean",
        "corpus",
        "embed",
        "improve",
        "evaluate",
        "upgrade",
        "label",
        "vocab",
    )
    assert [name for name in names if f"rl4real-data {name}" not in readme] == []


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_help(call: CommandLine, path: tuple[str, ...]) -> None:
    answer = call(*path, "--help")

    assert (answer.code, answer.err) == (0, "")
    assert "Usage: " in answer.out


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_and_every_option_is_explained(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]

    assert getattr(command, "help", None)
    unexplained = [p.name for p in getattr(command, "params", []) if p.name != "help" and not getattr(p, "help", None)]
    assert unexplained == []


def test_version(call: CommandLine) -> None:
    answer = call("--version")

    assert (answer.code, answer.err) == (0, "")
    assert re.fullmatch(r"rl4real-data \d+\.\d+\.\d+\n", answer.out)


@pytest.mark.parametrize("words", [(), ("path",), ("corpus",)])
def test_no_command_shows_the_help(call: CommandLine, words: tuple[str, ...]) -> None:
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
        "HostError": "1",
        "EngineError": "1",
        "StoreError": "1",
        "LessThanAsked": "3",
        "TooManyFailures": "3",
        "TooLittleKnown": "3",
        "ValidationFailed": "4",
        "ToolchainError": "5",
        "MissingExtra": "5",
        "Interrupted": "130",
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError, 2),
        (errors.ManifestError, 2),
        (errors.SourceError, 1),
        (errors.DatasetError, 1),
        (errors.HostError, 1),
        (errors.EngineError, 1),
        (errors.StoreError, 1),
        (errors.LessThanAsked, 3),
        (errors.TooManyFailures, 3),
        (errors.TooLittleKnown, 3),
        (errors.ValidationFailed, 4),
        (errors.ToolchainError, 5),
        (errors.Interrupted, 130),
    ],
)
def test_error_becomes_message_hint_and_code(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch, error: type[errors.Rl4realError], code: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error("what is wrong", hint="what to do")

    monkeypatch.setattr(flow_command, "_run", fail)

    assert call(*FLOW) == Said(code, "", "rl4real-data: error: what is wrong\n  next: what to do\n")


def test_error_without_a_hint_has_no_second_line(call: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise errors.SourceError("what is wrong")

    monkeypatch.setattr(flow_command, "_run", fail)

    assert call(*FLOW).err == "rl4real-data: error: what is wrong\n"


def test_defect_is_not_hidden(call: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(flow_command, "_run", fail)

    with pytest.raises(ZeroDivisionError, match="a defect"):
        call(*FLOW)


def test_ctrl_c_says_that_the_command_resumes(call: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "run_flow", interrupt)
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
        ((*FLOW, "--jobs", "0"), r"'--jobs' / '-j': .*(greater than or equal to 1|range x>=1\.) $"),
        ((*FLOW, "--jobs", "two"), r"'--jobs' / '-j': .*valid integer"),
        ((*FLOW, "--limit", "0"), r"'--limit': .*(greater than or equal to 1|range x>=1\.) $"),
        ((*FLOW, "--timeout", "0"), r"'--timeout': .*(greater than or equal to 0\.1|range x>=0\.1\.) $"),
        ((*FLOW, "--memory", "10"), r"'--memory': .*(greater than or equal to 512|range x>=512\.) $"),
        ((*FLOW, "--max-failed", "1.5"), r"'--max-failed': .*(less than or equal to 1|range 0\.0<=x<=1\.0\.) $"),
        (("flows",), r"No such command 'flows'"),
        (("stats",), r"Missing argument 'DATA_DIR'"),
        (("path", "corpus"), r"Missing argument 'NAME'"),
    ],
)
def test_words_that_typer_refuses(call: CommandLine, words: tuple[str, ...], message: str) -> None:
    answer = call(*words)

    assert (answer.code, answer.out) == (2, "")
    assert re.search(message, re.sub(r"[│╭╮╰╯─\s]+", " ", answer.err))


@pytest.mark.parametrize("name", ["smaple", "/nowhere/at/all", "", "x" * 5000, "a\0b"])
def test_unknown_corpus(call: CommandLine, name: str) -> None:
    answer = call(*FLOW, "--corpus", name)

    assert (answer.code, answer.out) == (2, "")
    assert "is no corpus, no group and no path that exists" in answer.err
    assert "next: name a corpus or a group (" in answer.err


def test_folder_without_modules(call: CommandLine, world: World) -> None:
    (world.folder / "empty").mkdir()
    answer = call(*FLOW, "--corpus", "empty")

    assert (answer.code, answer.out) == (2, "")
    assert "empty holds no module" in answer.err


def test_environment_that_cannot_be_understood(call: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RL4REAL_DATA_JOBS", "many")
    answer = call(*FLOW)

    assert (answer.code, answer.out) == (2, "")
    assert "RL4REAL_DATA_JOBS=many: not a number of jobs" in answer.err
