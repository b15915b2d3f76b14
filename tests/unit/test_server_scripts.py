"""The command lines of the RL4ReAl fork's servers, as words of `rl4real-data serve`."""

from __future__ import annotations

from types import ModuleType

import pytest
from fork_scripts import FOLDER, load_script

SCRIPTS = {"x86-server-rllib-sm.py": "x86", "aarch-server-rllib-sm.py": "aarch64"}


@pytest.fixture
def server_command(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return load_script("server_command", monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--server_port=50123", "--port 50123"),
        ("--use_pipe=1 --pipe_name=mine --data_format=bytes", "--pipe mine --format bytes"),
        ("--use_pipe=True --pipe_name=mine --data_format=json", "--pipe mine --format json"),
        ("--use_pipe=0 --server_port 7", "--port 7"),
        ("", "--port 50051"),
    ],
)
def test_options_of_the_fork(server_command: ModuleType, arguments: str, words: str) -> None:
    told = server_command.program_words("x86-server-rllib-sm.py", "x86", arguments.split())
    assert told == ["serve", "--target", "x86", *words.split()]


def test_a_policy_may_be_named(server_command: ModuleType) -> None:
    told = server_command.program_words("aarch-server-rllib-sm.py", "aarch64", ["--policy", "random"])
    assert told == ["serve", "random", "--target", "aarch64", "--port", "50051"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--dump_onnx_model=1", "export --to onnx"),
        ("--server_port=5 --dump_onnx_model=1 --policy run", "export run --to onnx"),
        ("--dump_onnx_model=0", "serve --target x86 --port 50051"),
    ],
)
def test_models_are_dumped(server_command: ModuleType, arguments: str, words: str) -> None:
    assert server_command.program_words("x86-server-rllib-sm.py", "x86", arguments.split()) == words.split()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("--use_pipe=1", "json or bytes"),
        ("--use_pipe=1 --data_format=xml", "invalid choice"),
        ("--typo=1", "unrecognized"),
    ],
)
def test_what_cannot_be_done_is_a_usage_error(
    server_command: ModuleType, capsys: pytest.CaptureFixture[str], arguments: str, reason: str
) -> None:
    with pytest.raises(SystemExit) as found:
        server_command.program_words("x86-server-rllib-sm.py", "x86", arguments.split())
    assert found.value.code == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_programs_that_name_themselves(script: str) -> None:
    path = FOLDER / script
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o111
    assert text.startswith("#!/usr/bin/env python3\n")
    assert f'run("{script}", "{SCRIPTS[script]}")' in text
