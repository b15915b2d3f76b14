"""Decisions out of a file, good and hostile: never a crash, never another program, always a word about it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin

pytestmark = pytest.mark.clang

SOURCE = """
int printf(const char *, ...);
__attribute__((noinline)) int work(const int *values, int count, int start) {
  int sum = start, last = start * 3, steps = 0;
  for (int i = 0; i < count; ++i) {
    if (values[i] & 1)
      sum += values[i] * last, ++steps;
    else
      last = printf("%d;", sum) ^ steps;
  }
  return sum + last * steps;
}
int main(void) {
  int values[] = {3, 8, 5, 9, 12, 7, 1};
  printf("%d\\n", work(values, 7, 4));
}
"""


def said(*decisions: object, function: str = "work") -> bytes:
    return json.dumps({"function": function, "decisions": decisions}).encode() + b"\n"


NODE = "NODE"
"""Stands for the number of a node of `work` that lives through its loop."""

GOOD = said(["keep", NODE])
"""What stands behind something broken and must hold all the same."""

NOT_CARRIED_OUT = {
    "unknown node": (said(["spill", 4_000]), "spill: no such node (1)"),
    "largest number": (said(["spill", 2**31 - 1]), "spill: no such node (1)"),
    "unknown piece": (said(["spill", "0.1"]), "spill: no such node (1)"),
    "no register": (said(["assign", NODE, "r99"]), "assign: no such register (1)"),
    "register of another class": (said(["assign", NODE, "xmm3"]), "the register is none of its class, or reserved (1)"),
    "reserved register": (said(["assign", NODE, "rsp"]), "the register is none of its class, or reserved (1)"),
    "point out of range": (said(["split", NODE, 900]), "split: no such use point (1)"),
    "no block": (said(["loop", NODE, 900]), "loop: no loop begins with that block (1)"),
    "no loop": (said(["loop", NODE, 0]), "loop: no loop begins with that block (1)"),
    "negative weight": (said(["weight", NODE, -1]), "weight: the factor is no number from 0 to 1000000 (1)"),
    "huge weight": (said(["weight", NODE, 1e300]), "weight: the factor is no number from 0 to 1000000 (1)"),
    "unknown option": (said(["set", "O3", 1]), "set: no option that can be set for a function (1)"),
    "an option of clang's": (said(["set", "verify-machineinstrs", 1]), "set: no option that can be set"),
    "no value of the option": (said(["set", "lcr-max-depth", "deep"]), "set: no value of that option (1)"),
    "too large for the option": (said(["set", "lcr-max-depth", 2**40]), "set: no value of that option (1)"),
}
"""Decisions that are counted and named, and change nothing."""

UNREADABLE = {
    "half a line": (said(["spill", 0])[:-9], "expected JSON"),
    "binary rubbish": (bytes(range(128, 256)) * 50 + b"\n", "expected UTF-8"),
    "zeros": (bytes(5_000) + b"\n", "expected JSON"),
    "an array": (b"[1]\n", "expected an object"),
    "a number": (b"17\n", "expected an object"),
    "no function": (b'{"decisions": []}\n', 'expected a member "function" that is a string'),
    "no decisions": (b'{"function": "work"}\n', 'expected a member "decisions" that is an array'),
    "decisions are none": (
        b'{"function": "work", "decisions": {"spill": 0}}\n',
        'a member "decisions" that is an array',
    ),
    "unknown word": (said(["evict", 0]), "decision 1: expected an array that begins with one of assign, spill"),
    "no array": (said("spill"), "decision 1: expected an array that begins with one of assign"),
    "nothing in it": (said([]), "decision 1: expected an array that begins with one of assign"),
    "too short": (said(["keep", 0], ["assign", 0]), 'decision 2: expected ["assign", node, "register"]'),
    "too long": (said(["spill", 0, 1]), 'decision 1: expected ["spill", node or group]'),
    "a fraction": (said(["spill", 0.5]), 'decision 1: expected ["spill", node or group]'),
    "below zero": (said(["spill", -1]), 'decision 1: expected ["spill", node or group]'),
    "a piece 0": (said(["spill", "3.0"]), 'decision 1: expected ["spill", node or group]'),
    "NaN weight": (b'{"function": "work", "decisions": [["weight", 0, NaN]]}\n', "expected JSON"),
    "text for a weight": (said(["weight", 0, "2"]), 'decision 1: expected ["weight", node or group, factor]'),
    "another side": (said(["split", 0, 1, "spill-inside"]), 'perhaps "spill-head" or "spill-tail"'),
    "deep brackets": (b"[" * 200_000 + b"\n", "expected no more than 8 brackets within each other"),
}


class Workshop:
    def __init__(self, clang: Clang, plugin: Plugin, folder: Path) -> None:
        self.clang, self.plugin, self.folder = clang, plugin, folder
        (folder / "work.c").write_text(SOURCE, encoding="utf-8")
        self.stock = self.compile().read_bytes()
        self.expected = self.output()
        self.compile("-mlra", "-mlra-dump=dump.ndjson")
        lines = (folder / "dump.ndjson").read_text(encoding="utf-8").splitlines()
        self.nodes = next(r["node_vreg"] for r in map(json.loads, lines) if r.get("function") == "work")

    def compile(self, *flags: str) -> Path:
        """The object file; `stderr` has what clang said."""
        result = self.folder / "work.o"
        command = [self.clang.path, "-O2", "-c", "work.c", "-o", result, f"-fplugin={self.plugin.path}"]
        command += [word for flag in flags for word in ("-mllvm", flag)]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.stderr = done.stderr
        assert done.returncode == 0, done.stderr
        return result

    def decide(self, content: bytes) -> tuple[bytes, dict[str, dict[str, int]]]:
        """The object file, and what the report says of the function."""
        through_loop = str(self.nodes[2]).encode()
        (self.folder / "said.ndjson").write_bytes(content.replace(b'"NODE"', through_loop))
        report = self.folder / "report.ndjson"
        flags = ("-mlra-decisions=said.ndjson", f"-mlra-report={report}", "-verify-machineinstrs", "-mlra-verify")
        made = self.compile(*flags).read_bytes()
        return made, next((json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()[:-1]), {})

    def output(self) -> str:
        subprocess.run([self.clang.path, "work.o", "-o", "work"], cwd=self.folder, check=True, timeout=60)
        return subprocess.run(
            ["./work"], cwd=self.folder, capture_output=True, text=True, check=True, timeout=60
        ).stdout


@pytest.fixture(scope="module", params=SUPPORTED_MAJORS)
def workshop(
    request: pytest.FixtureRequest,
    toolchains: dict[int, tuple[Clang, Plugin]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Workshop:
    return Workshop(*toolchains[request.param], tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def newest(toolchains: dict[int, tuple[Clang, Plugin]], tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """For what is no affair of the release."""
    return Workshop(*toolchains[max(toolchains)], tmp_path_factory.mktemp("work"))


@pytest.mark.parametrize("name", NOT_CARRIED_OUT)
def test_what_is_illegal_is_counted_and_named_and_changes_nothing(workshop: Workshop, name: str) -> None:
    content, reason = NOT_CARRIED_OUT[name]
    made, report = workshop.decide(content)

    assert made == workshop.stock
    assert report["made"] == {}
    assert sum(report["illegal"].values()) == 1
    assert "work: 1 of 1 decisions were not carried out: " in workshop.stderr
    assert reason in workshop.stderr


@pytest.mark.parametrize("name", UNREADABLE)
def test_line_that_cannot_be_read_is_named_and_the_others_hold(newest: Workshop, name: str) -> None:
    content, problem = UNREADABLE[name]
    made, report = newest.decide(content.rstrip(b"\n") + b"\n" + GOOD)

    assert "warning: mlra: said.ndjson:1: " in newest.stderr
    assert problem in newest.stderr
    assert newest.stderr.count("warning: ") == 1
    assert report["made"] == {"keep": 1}
    assert made == newest.stock  # where nothing is evicted, keeping says nothing


def test_same_node_is_decided_again_and_again(workshop: Workshop) -> None:
    """Edits come first, in the order of the file; what is spilled is not there any more."""
    again = (["assign", NODE, "rbx"], ["assign", NODE, "rbx"], ["spill", NODE], ["spill", NODE], ["split", NODE, 0])
    _, report = workshop.decide(said(*again))

    assert report["made"] == {"spill": 1}
    assert report["illegal"] == {
        f"{kind}: nothing is left of the node": n for kind, n in (("assign", 2), ("spill", 1), ("split", 1))
    }
    assert workshop.output() == workshop.expected


def test_splits_of_splits_until_nothing_is_left_to_split(workshop: Workshop) -> None:
    pieces = [f"{node}.{piece}" for node in workshop.nodes for piece in range(1, 20)]
    splits = [["split", node, point] for node in [*workshop.nodes, *pieces] for point in (1, 0)]
    _, report = workshop.decide(said(*splits, *(["spill", piece] for piece in pieces)))

    assert report["made"]["split"] > 5
    assert report["made"]["spill"] > 0
    assert workshop.output() == workshop.expected


def test_file_of_a_million_lines(newest: Workshop) -> None:
    other = said(["spill", 1], ["assign", 2, "rax"], function="somewhere_else")
    made, report = newest.decide(other * 200_000 + GOOD + b"{\n" * 300_000)

    assert made == newest.stock
    assert report["made"] == {"keep": 1}
    assert "299990 more lines could not be read" in newest.stderr


def test_functions_of_which_the_module_has_nothing_stand_in_the_report(newest: Workshop) -> None:
    made, _ = newest.decide(said(["spill", 0], function="zeta") + said(["spill", 0], function="alpha\\n"))
    last = (newest.folder / "report.ndjson").read_text(encoding="utf-8").splitlines()[-1]

    assert made == newest.stock
    assert newest.stderr == ""
    assert json.loads(last) == {"functions": 0, "unused": ["alpha\\n", "zeta"]}


@pytest.mark.parametrize("content", [b"", b"\n\n", said()], ids=["empty", "blank", "no decision"])
def test_no_decisions_leave_the_object_file_alone(newest: Workshop, content: bytes) -> None:
    assert newest.decide(content)[0] == newest.stock
    assert newest.stderr == ""


def test_same_seed_gives_the_same_object_file_and_another_one_another(workshop: Workshop) -> None:
    made = [
        workshop.compile("-mlra-random", f"-mlra-random-seed={seed}", "-mlra-random-split=0.5").read_bytes()
        for seed in (1, 1, 2)
    ]
    assert made[0] == made[1] != made[2]


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        (("-mlra-decisions=none.ndjson",), "cannot read the decisions file none.ndjson: No such file or directory"),
        (("-mlra-random", "-mlra-decisions=work.c"), "-mlra-decisions and -mlra-random both decide: name one of them"),
        (("-mlra-random", "-regalloc=basic"), "-regalloc names another allocator"),
        (("-mlra-random", "-mlra-report=no/such/folder"), "cannot write no/such/folder: No such file or directory"),
    ],
    ids=["no file", "two deciders", "another allocator", "no folder"],
)
def test_command_lines_without_sense_are_errors(workshop: Workshop, flags: tuple[str, ...], error: str) -> None:
    with pytest.raises(AssertionError, match=error):
        workshop.compile(*flags)
