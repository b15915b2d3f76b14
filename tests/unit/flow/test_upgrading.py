"""A dataset of version 0 becomes one of version 1, without its sources, whatever happens on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import episode_builder as build
import pyarrow.parquet as pq
import pytest
from old_dataset import make_tools, replayed, scripted, write_old_dataset

from rl4real_data.core.errors import DatasetError, HostError, ToolchainError
from rl4real_data.episodes.index import DatasetIndex, read_index
from rl4real_data.episodes.replayed_columns import ReplayedEpisode
from rl4real_data.episodes.schema import EPISODES, VERSION_0, VERSION_1
from rl4real_data.flow import working_folder
from rl4real_data.flow.cleaning import clean_workdir
from rl4real_data.flow.upgrade_tools import UpgradeTools
from rl4real_data.flow.upgrading import Upgraded, upgrade_dataset
from rl4real_data.validation.whole_dataset import validate

pytestmark = pytest.mark.usefixtures("fakes_may_write")

SHARD = "data/train-00000-of-00002.parquet"


def four_episodes() -> list[build.Row]:
    made = [build.make_spilled_episode(number) if number == 2 else build.make_episode(number) for number in range(1, 5)]
    return [scripted(episode) for episode in made]


@pytest.fixture
def tools(tmp_path: Path) -> UpgradeTools:
    return make_tools(tmp_path)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    rows = four_episodes()
    write_old_dataset(tmp_path / "d", rows[:2], rows[2:])
    return tmp_path / "d"


def upgrade(data_dir: Path, tools: UpgradeTools, **options: Any) -> Upgraded:
    return upgrade_dataset(data_dir, lambda _: tools, **options)


def rows_of(data_dir: Path) -> list[build.Row]:
    return [row for path in sorted((data_dir / "data").iterdir()) for row in pq.read_table(path).to_pylist()]


def digests(data_dir: Path) -> dict[str, str]:
    files = [path for path in data_dir.rglob("*") if path.is_file() and ".work" not in path.parts]
    return {str(path.relative_to(data_dir)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_new_columns_come_from_the_records(tmp_path: Path, data_dir: Path, tools: UpgradeTools) -> None:
    before = rows_of(data_dir)
    done = upgrade(data_dir, tools, jobs=2)

    assert done == Upgraded(episodes=4, upgraded=4, replayed=4)
    assert replayed(tmp_path) == ["f1", "f2", "f3", "f4"]
    after = rows_of(data_dir)
    assert list(after[0]) == EPISODES.names
    assert [{name: row[name] for name, _, _ in VERSION_0} for row in after] == before
    expected = [build.make_spilled_episode(n) if n == 2 else build.make_episode(n) for n in range(1, 5)]
    assert [{name: row[name] for name, _, _ in VERSION_1} for row in after] == [
        {name: row[name] for name, _, _ in VERSION_1} for row in expected
    ]
    index = read_index(data_dir)
    assert (index.schema_version, index.toolchain) == (1, {"llvm_version": "22.1.8", "plugin": "new"})
    assert {"register_classes.parquet", "register_masks.parquet"} < set(index.files)
    assert validate(data_dir) == ()
    assert sorted(path.name for path in (data_dir / ".work").iterdir()) == ["lock", "next", "parts", "scratch"]


def test_an_upgraded_dataset_has_nothing_to_do(data_dir: Path, tools: UpgradeTools) -> None:
    upgrade(data_dir, tools)
    before = digests(data_dir)

    def nobody_asks(_: DatasetIndex) -> UpgradeTools:
        pytest.fail("tools are not needed")

    assert upgrade_dataset(data_dir, nobody_asks) == Upgraded(was_finished=True)
    assert digests(data_dir) == before


def test_episodes_that_do_not_replay_keep_what_they_have(tmp_path: Path, tools: UpgradeTools) -> None:
    made = [build.make_episode(number) for number in range(1, 7)]
    rows = [
        scripted(made[0]),
        scripted(made[1], do="refuse"),
        scripted(made[2], do="crash"),
        scripted(made[3], edge_u=[0], edge_v=[1], copies=2, spill_cost=0.001),
        scripted(made[4], do="no record"),
        scripted(made[5], node_spill_weight=[0.25 * (1 + 9e-6), 0.5, None]),
    ]
    write_old_dataset(tmp_path / "d", rows)
    before = rows_of(tmp_path / "d")
    done = upgrade(tmp_path / "d", tools)

    assert (done.episodes, done.upgraded, done.without_text) == (6, 2, 0)
    names = ("episode_id", "module", "function")
    assert done.kept == tuple(
        ReplayedEpisode(**{name: made[number][name] for name in names}, columns=columns, reason=reason)
        for number, columns, reason in (
            (1, (), "llc exited with 1: llc: error: x.mir:3:1: unknown register class"),
            (2, (), "llc died of SIGSEGV"),
            (3, ("edge_u", "edge_v", "copies", "spill_cost"), ""),
            (4, (), "its record cannot be used (it does not begin like a dump of columns)"),
        )
    )
    after = rows_of(tmp_path / "d")
    assert [{name: row[name] for name, _, _ in VERSION_0} for row in after] == before
    assert [row["score"] is None for row in after] == [False, True, True, True, True, False]
    assert read_index(tmp_path / "d").toolchain["plugin_before"] == ""
    assert validate(tmp_path / "d") == ()


def test_episodes_without_a_text_need_no_compiler(tmp_path: Path) -> None:
    write_old_dataset(tmp_path / "d", [{**build.make_fork_episode(1)}, {**build.make_episode(2), "mir": None}])

    def nobody_asks(_: DatasetIndex) -> UpgradeTools:
        pytest.fail("tools are not needed")

    assert upgrade_dataset(tmp_path / "d", nobody_asks) == Upgraded(episodes=2, without_text=2)
    assert [row["score"] for row in rows_of(tmp_path / "d")] == [None, None]
    assert read_index(tmp_path / "d").schema_version == 1
    assert pq.read_schema(tmp_path / "d" / "registers.parquet").names[-1] == "cost"
    assert [finding for finding in validate(tmp_path / "d") if "data/" not in finding.file] == []


class Broken(Exception):
    """Stands for a signal that arrives."""


def break_after(count: int) -> Callable[[int, int], None]:
    def watch(done: int, _: int) -> None:
        if done == count:
            raise Broken

    return watch


@pytest.mark.parametrize("count", [1, 3, 4])
def test_a_broken_upgrade_goes_on(tmp_path: Path, data_dir: Path, tools: UpgradeTools, count: int) -> None:
    other = tmp_path / "other"
    rows = four_episodes()
    write_old_dataset(other, rows[:2], rows[2:])
    upgrade(other, make_tools(tmp_path))
    (tmp_path / "replayed").unlink()
    before = digests(data_dir)
    with pytest.raises(Broken):
        upgrade(data_dir, tools, progress=break_after(count))

    assert digests(data_dir) == before
    seen = replayed(tmp_path)
    (tmp_path / "replayed").unlink()
    done = upgrade(data_dir, tools)
    assert done.replayed == 4 - count
    assert len(replayed(tmp_path)) == 4 - count
    assert len(seen) >= count
    assert digests(data_dir) == digests(other)


@pytest.mark.parametrize("at", [0, 2, 5])
def test_a_broken_publication_is_carried_through(
    tmp_path: Path, data_dir: Path, tools: UpgradeTools, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    rows = four_episodes()
    write_old_dataset(tmp_path / "other", rows[:2], rows[2:])
    upgrade(tmp_path / "other", tools)
    moves = iter(range(at))
    plain = working_folder.OpenFolder.move

    def move(*arguments: Any, **named: Any) -> None:
        if next(moves, None) is None:
            raise Broken
        plain(*arguments, **named)

    monkeypatch.setattr(working_folder.OpenFolder, "move", move)
    with pytest.raises(Broken):
        upgrade(data_dir, tools)
    monkeypatch.undo()

    assert upgrade(data_dir, tools).was_finished
    assert digests(data_dir) == digests(tmp_path / "other")
    assert not (data_dir / ".work" / "upgrade").exists()


@pytest.mark.parametrize(("damage", "again"), [(lambda data: data[:-3], 1), (lambda data: data[:90], 4)])
def test_half_an_entry_of_the_log_is_none(
    tmp_path: Path, data_dir: Path, tools: UpgradeTools, damage: Callable[[bytes], bytes], again: int
) -> None:
    with pytest.raises(Broken):
        upgrade(data_dir, tools, progress=break_after(4))
    log = data_dir / ".work" / "upgrade"
    log.write_bytes(damage(log.read_bytes()))
    (tmp_path / "replayed").unlink()

    assert upgrade(data_dir, tools).upgraded == 4
    assert len(replayed(tmp_path)) == again


def test_a_flipped_bit_in_the_log_costs_what_is_behind_it(tmp_path: Path, data_dir: Path, tools: UpgradeTools) -> None:
    with pytest.raises(Broken):
        upgrade(data_dir, tools, progress=break_after(4))
    log = data_dir / ".work" / "upgrade"
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 1
    log.write_bytes(content)
    (tmp_path / "replayed").unlink()

    assert upgrade(data_dir, tools).upgraded == 4
    assert 0 < len(replayed(tmp_path)) < 4


@pytest.mark.parametrize("name", [SHARD, "modules.parquet", "registers.parquet"])
def test_damage_is_named_before_anything_is_replayed(
    tmp_path: Path, data_dir: Path, tools: UpgradeTools, name: str
) -> None:
    content = bytearray((data_dir / name).read_bytes())
    content[100] ^= 1
    (data_dir / name).write_bytes(content)

    with pytest.raises(DatasetError, match=f"{name}: lost or damaged"):
        upgrade(data_dir, tools)
    assert replayed(tmp_path) == []


def test_a_link_in_the_place_of_the_log_is_not_followed(tmp_path: Path, data_dir: Path, tools: UpgradeTools) -> None:
    (tmp_path / "mine").write_text("precious")
    (data_dir / ".work").mkdir()
    (data_dir / ".work" / "upgrade").symlink_to(tmp_path / "mine")

    with pytest.raises(DatasetError, match="upgrade: it is a link"):
        upgrade(data_dir, tools)
    assert (tmp_path / "mine").read_text() == "precious"


def test_a_killed_llc_is_no_fault_of_the_episode(tmp_path: Path, tools: UpgradeTools) -> None:
    write_old_dataset(tmp_path / "d", [scripted(build.make_episode(1), do="killed")])
    before = digests(tmp_path / "d")

    with pytest.raises(HostError, match="llc was killed"):
        upgrade(tmp_path / "d", tools)
    assert digests(tmp_path / "d") == before


def test_registers_of_another_compiler_are_refused(tmp_path: Path, data_dir: Path, tools: UpgradeTools) -> None:
    tools.registers["registers"][0]["name"] = "other"  # type: ignore[index]
    before = digests(data_dir)

    with pytest.raises(ToolchainError, match="its registers are not those of"):
        upgrade(data_dir, tools)
    assert (digests(data_dir), replayed(tmp_path)) == (before, [])


def test_clean_removes_the_log(data_dir: Path, tools: UpgradeTools) -> None:
    with pytest.raises(Broken):
        upgrade(data_dir, tools, progress=break_after(2))
    assert clean_workdir(data_dir).size_bytes > 0
    assert not (data_dir / ".work" / "upgrade").exists()
