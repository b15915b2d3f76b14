"""A run that is killed or loses its power ten times each, and twelve damages to what it finds.

tests/soak has hundreds of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from .damaged_working_state import check_damage, damages, is_working_state, starts_of
from .killed_often import check_kills
from .power_cut import Fate, PowerCut, build_recorder, chosen_cuts, read_tree, record, write_tree
from .run_after_cut import RecordedRun, record_growing_run
from .warm_program import WarmProgram, warm_program

pytestmark = pytest.mark.clang


@pytest.fixture(scope="module")
def program() -> Iterator[WarmProgram]:
    with warm_program() as program:
        yield program


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> RecordedRun:
    """A run that publishes over an older dataset."""
    return record_growing_run(tmp_path_factory.mktemp("recorded"))


def test_the_record_tells_all_that_was_done(recorded: RecordedRun) -> None:
    cut = PowerCut(recorded.before, recorded.events)

    assert cut.state(len(recorded.events), Fate.KEPT, random.Random(0)) == recorded.after


def test_the_same_command_gives_the_same_bytes_after_ten_power_cuts(
    program: WarmProgram, recorded: RecordedRun, tmp_path: Path
) -> None:
    recorded.check_cuts(program, tmp_path, count=10, seed=11)


def test_damage_is_seen_or_does_no_harm(program: WarmProgram, recorded: RecordedRun, tmp_path: Path) -> None:
    for moment, start in starts_of(recorded).items():
        for number, damage in enumerate(damages(start, 4, random.Random(3), is_working_state)):
            check_damage(program, tmp_path / f"{moment}-{number}", damage, recorded)


def test_the_same_command_gives_the_same_bytes_after_ten_kills(program: WarmProgram, tmp_path: Path) -> None:
    words = ("flow", "x86", "train", "mlra", "--limit", "2", "--data-dir", "d")
    check_kills(program, tmp_path, *words, kills=10, seed=10)


def test_what_was_not_synced_is_lost(tmp_path: Path) -> None:
    """The recorder and its model, seen to find what they are for: a rename before its content is synced."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").write_bytes(b"old")
    before = read_tree(folder)
    body = "import os, sys\nopen('new', 'wb').write(b'whole')\n"
    rename = "os.rename('new', 'file')\nos.fsync(os.open('.', os.O_RDONLY))\n"
    sync = "os.fsync(os.open('new', os.O_RDONLY))\n"
    shim = build_recorder(tmp_path)
    left = []
    for script in (body + rename, body + sync + rename):
        events = record(folder, shim, "-c", script)
        state = PowerCut(before, events).state(len(events), Fate.LOST, random.Random(0))
        left.append(state["file"])
        (folder / "file").write_bytes(b"old")

    assert left == [b"", b"whole"]
    write_tree(tmp_path / "again", before)
    assert read_tree(tmp_path / "again") == before
    assert {fate for _, fate in chosen_cuts(events, 10, random.Random(0))} == set(Fate)
