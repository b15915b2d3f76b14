"""`compile`, `serve` and `flow --policy` with a stock clang: every kind of policy decides, and the program runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.core.environment import load_environment
from rl4real_data.live.kept_vocabulary import kept_vocabulary
from rl4real_data.mir2vec.vocabulary_file import shipped_vocabulary
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .advice_models import HARMLESS, RARE_CALL, written_scores
from .conftest import MOST_SECONDS, Run
from .onnx_models import fork_agents, greedy_policy

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
SOURCE = """
#include <stdio.h>
__attribute__((noinline)) int work(int *a, int n) {
  int s = 0;
  for (int i = 0; i < n; i++) { s += a[i] * (i ^ n); if (s & 1) s -= a[i / 2]; }
  return s;
}
int main(void) { int a[8] = {3, 1, 4, 1, 5, 9, 2, 6}; printf("%d\\n", work(a, 8)); return 0; }
"""
POLICY = """
from rl4real_data.live.answers import Split

def decide(graph, colours):
    for node in graph.nodes.values():
        if node.split_slots and not graph.splits and not graph.is_refused:
            return Split(node.id, node.split_slots[0])
    given = {}
    for node in sorted(graph.nodes.values(), key=lambda node: -node.spill_weight):
        given[node.id] = next(iter(colours.allowed(graph, node.id, given)), 0)
    return given
"""
COLOURS = 179
"""Of x86's registers that may be given out, with LLVM 22."""


@pytest.fixture
def clang(toolchains: Toolchains) -> str:
    return str(toolchains[max(toolchains)][0].path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.c").write_text(SOURCE)
    (tmp_path / "own_policy.py").write_text(POLICY)
    greedy_policy(tmp_path / "scores.onnx")
    written_scores(tmp_path / "advice.onnx", {"set": [0.25, 0.5]}, settings=[*HARMLESS, ["lcr-max-interf", 7]])
    fork_agents(tmp_path / "agents", COLOURS, splits=True)
    (tmp_path / "work.decisions").write_text('{"function": "work", "decisions": [["spill", 9999]]}\n')
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("--policy", "random", "--seed", "3"),
        ("--policy", "scores.onnx"),
        ("--policy", "agents"),
        ("--policy", "own_policy:decide"),
        ("--policy", "greedy"),
        ("--decisions", "work.decisions"),
    ],
    ids=lambda words: words[1],
)
def test_a_program_compiled_with_a_policy_runs(rl4real: Run, folder: Path, clang: str, words: tuple[str, ...]) -> None:
    plain = (clang, "-O2", "a.c", "-o", "stock")
    subprocess.run(plain, cwd=folder, check=True, timeout=MOST_SECONDS)
    done = rl4real("compile", *words, "--report", "report", "--", clang, "-O2", "a.c", "-o", "decided")

    output = [subprocess.run([folder / name], capture_output=True, check=True).stdout for name in ("stock", "decided")]
    assert output[0] == output[1]
    if words[1] == "greedy":
        assert (folder / "stock").read_bytes() == (folder / "decided").read_bytes()
        assert "nothing was decided" in done.stderr
        return
    rows = [json.loads(line) for line in (folder / "report").read_text().splitlines()]
    assert rows[0]["function"] == "work"
    if words[0] == "--decisions":
        assert rows[0]["illegal"] == {"spill: no such node": 1}
    else:
        assert rows[0]["made"]["assign"] > 3
        assert " not legal" in done.stderr  # a node that is too short may not be split, which only clang knows


@pytest.mark.parametrize("tries", [(), ("--tries", "3")])
def test_proposals_of_a_model_that_advises_are_told(
    rl4real: Run, folder: Path, clang: str, tries: tuple[str, ...]
) -> None:
    words = ("compile", "--policy", "advice.onnx", *tries, "--report", "report")
    done = rl4real(*words, "--", clang, "-O2", "a.c", "-o", "decided")

    subprocess.run([folder / "decided"], check=True, timeout=MOST_SECONDS)
    row = json.loads((folder / "report").read_text().splitlines()[0])
    assert (row["function"], row["decider"], row["proposals"]) == ("work", "advice", 2 if tries else 1)
    assert row["proposal"] == 0 if tries else row["made"] == {"set": 1}
    assert ("of greedy's (geometric mean)" in done.stderr) is bool(tries)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_without_a_policy_the_model_of_the_package_advises(
    rl4real: Run, folder: Path, clang: str, machine: str
) -> None:
    (folder / "rare.c").write_text(RARE_CALL)
    words = (clang, f"--target={machine}-linux-gnu", "-O3", "-c", "rare.c")
    done = rl4real("compile", "--tries", "5", "--report", "report", "--", *words)
    named = rl4real("compile", "--policy", "advice", "--tries", "5", "--report", "named", "--", *words)

    (row,) = [json.loads(line) for line in (folder / "report").read_text().splitlines() if "proposals" in line]
    assert (row["function"], row["decider"]) == ("rare", "advice")
    assert row["proposals"] >= 4
    assert (row["proposal"], row["gain"]) > (0, 0.0)
    assert "of greedy's (geometric mean)" in done.stderr
    assert named.stderr == done.stderr


@pytest.mark.usefixtures("folder")
def test_the_model_of_the_package_is_for_one_release_and_our_targets(
    rl4real: Run, toolchains: Toolchains, clang: str
) -> None:
    old = str(toolchains[min(toolchains)][0].path)
    of_old = rl4real("compile", "--", old, "-O2", "-c", "a.c", check=False)
    elsewhere = rl4real("compile", "--", clang, "--target=riscv64-linux-gnu", "-O2", "-c", "a.c", check=False)

    assert (of_old.returncode, elsewhere.returncode) == (2, 2)
    assert "advice: the model is for LLVM 22, and the compiler is of LLVM 19" in of_old.stderr
    assert "is for x86 and aarch64, and this is neither" in elsewhere.stderr


def test_a_model_that_advises_is_the_expert_of_a_dataset_and_not_served(rl4real: Run, folder: Path) -> None:
    words = ("flow", "x86", "train", "mlra", "--limit", "1", "--no-embed", "--data-dir", "data", "--verify")
    rl4real(*words, "--policy", "advice.onnx")
    served = rl4real("serve", "advice.onnx", "--pipe", "nobody", check=False)

    assert {(one.decider, one.decisions_made) for one in EpisodeDataset(folder / "data")} == {("advice", 1)}
    assert served.returncode == 2
    assert "a model that advises looks at columns of the problem that no dialogue carries" in served.stderr


def test_the_exit_code_is_clang_s(rl4real: Run, folder: Path, clang: str) -> None:
    (folder / "b.c").write_text("int f(void) { return x; }\n")
    failed = rl4real("compile", "--policy", "random", "--", clang, "-O2", "-c", "b.c", check=False)

    assert failed.returncode == 1
    assert "undeclared identifier 'x'" in failed.stderr


def test_episodes_of_a_compilation_can_be_kept(rl4real: Run, folder: Path, clang: str) -> None:
    rl4real("compile", "--policy", "random", "--dump", "dump", "--", clang, "-O2", "-c", "a.c")

    record = json.loads((folder / "dump").read_text().splitlines()[0])
    assert (record["function"], record["decider"]) == ("work", "random")
    assert record["decisions_made"] == record["decisions_kept"] > 0


@dataclass(slots=True)
class Ended:
    """How a server ended."""

    returncode: int = -1
    stderr: str = ""


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[Ended]:
    """A server that is ready, and is ended as by Ctrl-C."""
    ended = Ended()
    server = subprocess.Popen(
        [sys.executable, "-m", "rl4real_data", "serve", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert [server.stdout.readline() for _ in range(2)] == ["Server Running\n", "Server Status is Running\n"]
        yield ended
    finally:
        server.send_signal(signal.SIGINT)
        _, ended.stderr = server.communicate(timeout=MOST_SECONDS)
        ended.returncode = server.returncode


@pytest.mark.parametrize("form", ["json", "bytes"])
def test_a_server_answers_one_compiler_after_another(
    toolchains: Toolchains, folder: Path, form: str, clang: str
) -> None:
    name = f"rl4real-data-test-{os.getpid()}-{form}"
    flags = ("-regalloc=greedy", "-mlra-inference", "-mlra-use-pipe", f"-mlra-pipe-name={name}")
    words = (*flags, f"-mlra-data-format={form}", "-mlra-report=report")
    with serving(folder, "own_policy:decide", "--pipe", name, "--format", form) as server:
        for _ in range(2):
            hidden = [word for flag in words for word in ("-mllvm", flag)]
            command = [clang, "-O2", f"-fplugin={toolchains[max(toolchains)][1].path}", *hidden, "-c", "a.c"]
            subprocess.run(command, cwd=folder, check=True, timeout=MOST_SECONDS)
            rows = [json.loads(line) for line in (folder / "report").read_text().splitlines()[:-1]]
            assert [row["decider"] for row in rows] == ["inference-pipe"] * 2
            assert all(row["made"]["assign"] and "failure" not in row for row in rows)
    assert server.returncode == 0
    assert "4 functions asked about" in server.stderr
    assert not Path(f"/tmp/{name}.in").exists()


def test_one_model_decides_alike_inside_of_clang_and_served(
    rl4real: Run, toolchains: Toolchains, folder: Path, clang: str
) -> None:
    rl4real("compile", "--policy", "agents", "--", clang, "-O2", "-c", "a.c", "-o", "inside.o")
    vocabulary = kept_vocabulary(shipped_vocabulary("x86"), load_environment().cache_dir)
    name = f"rl4real-data-test-{os.getpid()}-agents"
    flags = ("-mlra-inference", f"-mlra-vocabulary={vocabulary}", "-mlra-use-pipe", f"-mlra-pipe-name={name}")
    with serving(folder, "agents", "--pipe", name):
        hidden = [word for flag in (*flags, "-mlra-data-format=json") for word in ("-mllvm", flag)]
        command = [clang, "-O2", f"-fplugin={toolchains[max(toolchains)][1].path}", *hidden, "-c", "a.c"]
        subprocess.run([*command, "-o", "served.o"], cwd=folder, check=True, timeout=MOST_SECONDS)

    assert (folder / "inside.o").read_bytes() == (folder / "served.o").read_bytes()


@pytest.mark.parametrize("policy", ["scores.onnx", "random"])
def test_a_dataset_has_a_model_for_its_expert(rl4real: Run, folder: Path, policy: str) -> None:
    words = ("flow", "x86", "train", "mlra", "--limit", "3", "--no-embed", "--data-dir", "data", "--verify")
    done = rl4real(*words, "--policy", policy)
    again = rl4real(*words, "--policy", policy)
    stock = rl4real(*words[:-1], "--data-dir", "stock")
    other = rl4real(*words, check=False)

    decided, own = EpisodeDataset(folder / "data"), EpisodeDataset(folder / "stock")
    assert f"by {policy}:" in done.stderr
    assert "nothing to do" in again.stderr
    assert other.returncode == 1
    assert "holds a dataset of another recipe: expert is" in other.stderr
    assert stock.returncode == 0
    assert decided.index.toolchain["expert"] == policy
    assert len(decided) == len(own) > 10
    for one, two in zip(decided, own, strict=True):
        assert one.content_hash == two.content_hash
        assert one.episode_id != two.episode_id
        assert one.decisions_made >= one.decisions_kept
        assert (two.decider, two.decisions_made) == (None, None)
    assert sum(one.decisions_made for one in decided) > 50
