"""`stats` and `validate` as a user meets them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import CommandLine
from world import World, write_three


@pytest.fixture
def dataset(call: CommandLine, world: World) -> Path:
    write_three(world)
    world.write("x.c", "// compiler reject")
    call("flow", "x86", "train", "mlra", "--corpus", "src", "--data-dir", "data")
    return world.data_dir


@pytest.mark.parametrize("command", ["stats", "validate"])
def test_folder_without_a_dataset(call: CommandLine, command: str) -> None:
    answer = call(command, "absent")

    assert (answer.code, answer.out) == (1, "")
    assert "absent: does not exist (dataset.json is missing)" in answer.err


@pytest.mark.usefixtures("dataset")
def test_stats_are_the_result(call: CommandLine) -> None:
    text, machine = call("stats", "data"), call("stats", "data", "--json")

    assert (text.code, text.err, machine.code, machine.err) == (0, "", 0, "")
    assert "train" in text.out
    assert isinstance(json.loads(machine.out), dict)


def test_validate_finds_a_changed_byte(call: CommandLine, dataset: Path) -> None:
    shard = dataset / "data" / "train-00000-of-00001.parquet"
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    answer = call("validate", "data", "--json")

    assert answer.code == 4
    assert isinstance(json.loads(answer.out), dict | list)
    assert "error: data: " in answer.err


# embed


def test_a_target_s_name_stands_for_its_shipped_vocabulary(call: CommandLine, world: World) -> None:
    """As the completion offers it, and as the hint of a dataset without vectors says."""
    write_three(world)
    made = call("flow", "x86", "train", "mlra", "--corpus", "src", "--data-dir", "data", "--vocab", "x86")
    embedded = call("embed", "data", "--vocab", "x86")

    assert (made.code, embedded.code) == (0, 0), made.err + embedded.err
    assert "have all their entities" in embedded.err


LINES = (
    *("flow x86 train mlra --corpus src --data-dir d --dry-run", "flow x86 train mlra --corpus src --data-dir d"),
    *("flow x86 train mlra --corpus src --data-dir d", "stats d", "validate d", "show d one", "show d two"),
    *("embed d --vocab vocabulary.txt", "export d graphs --to rl4real", "export d transitions --to rllib"),
    *("import graphs again --from rl4real -j 1", "stats again", "clean d --dry-run", "clean d", "corpus list sample"),
    *("corpus fetch sample", "corpus verify sample"),
)


def test_one_is_no_plural(call: CommandLine, world: World) -> None:
    """A dataset of one episode of one module, through all that tells of it."""
    world.write("a.c", "// function one nodes=1")
    world.vocabulary()
    text = "".join(said.out + said.err for said in (call(*line.split()) for line in LINES))

    assert "\n".join(re.findall(r"(?<![\d.,+/-])1 (?!corpus\b)[a-z]+s\b.*", text)) == ""
    assert "d: 1 episode in train" in text
    assert "again: 1 episode in train from 1 file" in text


def test_limit_of_no_replay_is_refused(call: CommandLine, dataset: Path) -> None:
    said = call("validate", dataset, "--limit", "3")

    assert (said.code, said.out) == (2, "")
    assert "--limit: says how many episodes are replayed" in said.err
    assert "add --replay" in said.err
