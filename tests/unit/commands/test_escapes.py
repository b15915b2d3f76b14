"""Names of a dataset that hold what a terminal obeys."""

from __future__ import annotations

import json
from pathlib import Path

import episode_builder as build
import pytest
from changed_index import change_index
from command_line import CommandLine

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\x7f"


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    names = {"module": f"a{EVIL}.c", "function": f"f{EVIL}", "corpus": f"c{EVIL}", "license": f"l{EVIL}"}
    episodes = [build.make_episode(number, **names) for number in (1, 2)]
    failed = build.make_module(module=f"b{EVIL}.c", reason=f"error: {EVIL}", corpus=f"c{EVIL}", license=f"l{EVIL}")
    registers = [{**row, "name": f"r{EVIL}"} for row in build.make_registers()]
    build.write_dataset(tmp_path / "d", {"train": [episodes]}, more_modules=[failed], registers=registers)
    change_index(tmp_path / "d", lambda raw: raw.update(model=f"m{EVIL}"))
    return tmp_path / "d"


@pytest.mark.parametrize(
    "words",
    [
        *[("stats",), ("stats", "--json"), ("validate",), ("validate", "--json")],
        *[("show", f"{1:032x}"), ("show", f"{1:032x}", "--json"), ("show", f"f{EVIL}")],
    ],
)
def test_nothing_that_a_terminal_obeys(call: CommandLine, dataset: Path, words: tuple[str, ...]) -> None:
    change_index(dataset, lambda raw: raw["splits"]["train"]["corpora"][0].update(modules=9))
    said = call(words[0], dataset, *words[1:])

    assert (said.out + said.err).replace("\n", "").isprintable()
    assert "owned" in said.out + said.err


def test_json_says_the_same_all_the_same(call: CommandLine, dataset: Path) -> None:
    (failed,) = json.loads(call("stats", dataset, "--json").out)["failed_modules"]

    assert (failed["reason"], failed["corpus"]) == (f"error: {EVIL}", f"c{EVIL}")


def test_error_with_the_name_of_a_file(call: CommandLine, dataset: Path) -> None:
    change_index(dataset, lambda raw: raw["files"].update({f"data/{EVIL}": {"rows": 0, "size": 0, "sha256": "0" * 64}}))
    said = call("stats", dataset)

    assert said.code == 1
    assert said.err.replace("\n", "").isprintable()
    assert "which is no file of a dataset" in said.err
