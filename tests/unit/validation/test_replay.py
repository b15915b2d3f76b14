"""Replays with a stand-in for llc that plays the result written in the MIR text of the episode."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import episode_builder as build
import pytest

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.errors import DatasetError, ToolchainError
from rl4real_data.episodes.replayed_columns import ReplayedEpisode
from rl4real_data.toolchain.plugin import RECORD_VERSION
from rl4real_data.toolchain.process import Limits
from rl4real_data.validation.replay import ReplayReport, ReplayTool, llc_command, replay
from rl4real_data.validation.replay_compare import REPLAYED, BadReplay, differing_columns, parse_record

pytestmark = pytest.mark.usefixtures("fakes_may_write")

FAKE_LLC = """#!{python}
import json, os, signal, sys, time
script = json.load(open(next(word for word in sys.argv if word.endswith("x.mir"))))
dump = next(word for word in sys.argv if word.startswith("-mlra-dump=")).split("=", 1)[1]
with open(script["log"], "a") as log:
    log.write(script["name"] + "\\n")
if script["do"] == "crash":
    os.kill(os.getpid(), signal.SIGSEGV)
if script["do"] == "hang":
    time.sleep(60)
if script["do"] == "refuse":
    sys.exit("PLEASE note\\nllc: error: x.mir:3:1: unknown register class")
with open(sys.argv[sys.argv.index("-o") + 1], "w") as assembly:
    assembly.write("" if script["do"] == "no assembly" else "ret\\n")
if script["do"] != "no record":
    with open(dump, "w") as lines:
        lines.write(script["record"])
"""


@pytest.fixture
def tool(tmp_path: Path) -> ReplayTool:
    llc = tmp_path / "llc"
    llc.write_text(FAKE_LLC.format(python=sys.executable))
    llc.chmod(0o755)
    return ReplayTool(llc=llc, plugin=tmp_path / "libmlra.so", limits=Limits(timeout_s=20))


def make_record(episode: build.Row, **changes: Any) -> build.Row:
    """What the plugin writes for the episode: its own order of shapes, and null for an infinite weight."""
    names = [name for name in REPLAYED if name != "inst"]
    shapes = build.make_instructions()[::-1]
    record = {
        "v": RECORD_VERSION,
        "function": episode["function"],
        **{name: episode[name] for name in names},
        "node_spill_weight": [0.25, 0.5, None],
        "use_spill_weight": [[1.0, 2.0, 3.0], [1.0, 1.5], [None, None]],
        "inst": [3 - i for i in episode["inst"]],
        "shape_opcode": [shape["opcode"] for shape in shapes],
        "shape_operands": [shape["operands"] for shape in shapes],
    }
    return {**record, **changes}


def dump_text(*records: build.Row) -> str:
    return "".join(json.dumps(record) + "\n" for record in (*records, {"v": RECORD_VERSION, "functions": len(records)}))


def scripted(tmp_path: Path, number: int, *, do: str = "record", text: str | None = None, **changes: Any) -> build.Row:
    """An episode whose text tells the stand-in what to do; `changes` go into the record that it writes."""
    episode = build.make_episode(number)
    record = dump_text(make_record(episode, **changes)) if text is None else text
    log = str(tmp_path / "log")
    return {**episode, "mir": json.dumps({"name": f"f{number}", "do": do, "record": record, "log": log})}


def run_replay(tmp_path: Path, tool: ReplayTool, *shards: list[build.Row], **options: Any) -> ReplayReport:
    build.write_dataset(tmp_path / "data_dir", {"train": shards})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    report = replay(tmp_path / "data_dir", tool, scratch=scratch, **options)
    assert list(scratch.iterdir()) == []
    return report


def test_equal_episodes(tmp_path: Path, tool: ReplayTool) -> None:
    rows = [scripted(tmp_path, number) for number in (1, 2, 3)]
    report = run_replay(tmp_path, tool, rows[:2], rows[2:], jobs=2)
    assert report == ReplayReport(total=3, equal=3, differing=(), refused=())
    assert report.share_equal == 1.0
    assert report.as_dict() == {"total": 3, "equal": 3, "differing": (), "refused": (), "share_equal": 1.0}


def test_differing_episodes_name_their_columns(tmp_path: Path, tool: ReplayTool) -> None:
    rows = [
        scripted(tmp_path, 1, inst=[3, 2, 2, 1, 3, 3]),
        scripted(tmp_path, 2),
        scripted(tmp_path, 3, edge_u=[0], edge_v=[1], copies=2),
        scripted(tmp_path, 4, node_spill_weight=[0.25, 0.51, None]),
    ]
    report = run_replay(tmp_path, tool, rows, jobs=2)
    assert (report.total, report.equal, report.refused) == (4, 1, ())
    assert [(found.function, found.columns) for found in report.differing] == [
        ("f1", ("inst",)),
        ("f3", ("edge_u", "edge_v", "copies")),
        ("f4", ("node_spill_weight",)),
    ]
    assert report.differing[0] == ReplayedEpisode(
        episode_id=f"{1:032x}", module="a.c", function="f1", columns=("inst",)
    )


@pytest.mark.parametrize(
    ("do", "reason"),
    [
        ("crash", "llc died of SIGSEGV"),
        ("refuse", "llc exited with 1: llc: error: x.mir:3:1: unknown register class"),
        ("no assembly", "llc wrote no assembly"),
        ("no record", "the plugin wrote no record"),
    ],
)
def test_episodes_that_llc_refuses(tmp_path: Path, tool: ReplayTool, do: str, reason: str) -> None:
    report = run_replay(tmp_path, tool, [scripted(tmp_path, 1, do=do), scripted(tmp_path, 2)])
    refused = ReplayedEpisode(episode_id=f"{1:032x}", module="a.c", function="f1", reason=reason)
    assert report == ReplayReport(total=2, equal=1, differing=(), refused=(refused,))
    assert report.share_equal == 0.5


def test_an_llc_that_hangs(tmp_path: Path, tool: ReplayTool) -> None:
    quick = ReplayTool(llc=tool.llc, plugin=tool.plugin, limits=Limits(timeout_s=0.5))
    report = run_replay(tmp_path, quick, [scripted(tmp_path, 1, do="hang")])
    assert [found.reason for found in report.refused] == ["llc took more than 0.5 s"]


def test_a_limit_takes_every_kth_episode(tmp_path: Path, tool: ReplayTool) -> None:
    rows = [scripted(tmp_path, number) for number in range(1, 11)]
    seen: list[tuple[int, int]] = []
    report = run_replay(tmp_path, tool, rows[:4], rows[4:], limit=3, progress=lambda *now: seen.append(now))
    assert (report.total, report.equal) == (3, 3)
    assert (tmp_path / "log").read_text().split() == ["f1", "f4", "f7"]  # rows 0, 10 // 3 and 20 // 3
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_limit_above_the_number_of_episodes(tmp_path: Path, tool: ReplayTool) -> None:
    assert run_replay(tmp_path, tool, [scripted(tmp_path, 1)], limit=5).total == 1


def test_episodes_without_text(tmp_path: Path, tool: ReplayTool) -> None:
    with pytest.raises(DatasetError, match="carry no MIR text") as error:
        run_replay(tmp_path, tool, [build.make_episode(1, mir=None)])
    assert "with MIR text" in error.value.hint


def test_an_llc_that_is_not_there(tmp_path: Path) -> None:
    tool = ReplayTool(llc=tmp_path / "no-llc", plugin=tmp_path / "libmlra.so")
    with pytest.raises(ToolchainError, match=r"no-llc: cannot be started \(No such file"):
        run_replay(tmp_path, tool, [build.make_episode(1)])


def test_the_command() -> None:
    tool = ReplayTool(llc=Path("/llc"), plugin=Path("/p.so"), allocator=ALLOCATORS[AllocatorName.MLBASICRA])
    assert llc_command(tool, Path("/s")) == (
        *("/llc", "-load", "/p.so", "-regalloc=mlbasicra", "-start-before=regallocbasic"),
        *("/s/x.mir", "-o", "/s/x.s", "-mlra-dump=/s/x.ndjson"),
    )


# --- records ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the plugin recorded 0 functions, not one"),
        (dump_text(), "the plugin recorded 0 functions, not one"),
        (
            dump_text(make_record(build.make_episode(1)), make_record(build.make_episode(2))),
            "recorded 2 functions",
        ),
        (dump_text(make_record(build.make_episode(1), v=1)), f"version 1, this program reads {RECORD_VERSION}"),
        (dump_text(make_record(build.make_episode(1)))[:200], "cannot be read"),
        (json.dumps(make_record(build.make_episode(1))) + "\n", "cannot be read"),
        (
            dump_text({"v": RECORD_VERSION, "function": "f1", "shape_opcode": [], "shape_operands": []}),
            "has no block_first_split",
        ),
    ],
    ids=["empty", "no function", "two", "version", "cut off", "no end", "column"],
)
def test_records_that_cannot_be_compared(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "x.ndjson"
    path.write_text(text)
    with pytest.raises(BadReplay, match=reason):
        parse_record(path)


SHAPES = [(shape["opcode"], tuple(shape["operands"])) for shape in build.make_instructions()]


def compare(episode: build.Row, **changes: Any) -> tuple[str, ...]:
    return differing_columns(episode, SHAPES, make_record(build.make_episode(1), **changes))


def test_weights_may_differ_by_a_rounding() -> None:
    episode = build.make_episode(1)
    assert compare(episode, node_spill_weight=[0.25 * (1 + 9e-6), 0.5, None]) == ()
    assert compare(episode, node_spill_weight=[0.25 * (1 + 2e-5), 0.5, None]) == ("node_spill_weight",)


def test_an_infinite_weight_is_null_in_a_record() -> None:
    assert compare(build.make_episode(1), node_spill_weight=[0.25, 0.5, 7.0]) == ("node_spill_weight",)
    assert compare(build.make_episode(1, node_spill_weight=[0.25, math.inf, math.inf])) == ("node_spill_weight",)


def test_lists_of_another_length_differ() -> None:
    assert compare(build.make_episode(1), block_freq=[1.0]) == ("block_freq",)
    assert compare(build.make_episode(1), use_spill_weight=[[1.0, 2.0], [1.0, 1.5], [None, None]]) == (
        "use_spill_weight",
    )


def test_what_the_episode_does_not_tell_is_not_compared() -> None:
    assert compare(build.make_episode(1, node_outcome=None, copies=None, spill_cost=None)) == ()


def test_an_answer_that_somebody_decided_is_not_replayed() -> None:
    decided = build.make_episode(1, decider="random", node_assigned=[1, 1, 1], copies=7, score=1.0)

    assert compare(decided) == ()
    assert compare({**decided, "node_size": [1, 1, 1]}) == ("node_size",)
    assert set(compare({**decided, "decider": None})) == {"node_assigned", "copies", "score"}


def test_a_shape_outside_the_table() -> None:
    with pytest.raises(BadReplay, match="not in the table"):
        compare(build.make_episode(1), inst=[9, 2, 2, 1, 3, 0])
