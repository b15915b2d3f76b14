"""The replay of episodes.

Whether each stands alone.

Its `mir` text is given to `llc` with the plugin, without the source: assembly must come out, and the plugin
must record the same problem and the same decisions again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import joblib

from rl4real_data.core import interruption
from rl4real_data.core.allocators import ALLOCATORS, Allocator, AllocatorName
from rl4real_data.core.errors import DatasetError, ToolchainError
from rl4real_data.episodes.file_names import INSTRUCTIONS_NAME
from rl4real_data.episodes.index import DatasetIndex, read_index
from rl4real_data.episodes.replayed_columns import ReplayedEpisode
from rl4real_data.episodes.shards import Shard, find_shards, iterate_batches, open_table, reason_of
from rl4real_data.toolchain.llc import replay_command
from rl4real_data.toolchain.process import Completed, Limits, run
from rl4real_data.validation.replay_compare import IDENTITY, REPLAYED, BadReplay, Shape, differing_columns, parse_record

_ROWS: Final = 16
"""Episodes with their text that are held at once, beside those at work."""


DEFAULT_LIMITS: Final = Limits(timeout_s=120.0)
"""The largest function of Lua and zstd (530 kB of text) takes 0.2 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayTool:
    """What replays an episode: llc and the plugin of one LLVM release, and the allocator that recorded it."""

    llc: Path
    plugin: Path
    allocator: Allocator = ALLOCATORS[AllocatorName.MLRA]
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """`total` = `equal` + differing + refused, in the order of the dataset."""

    total: int
    equal: int
    differing: tuple[ReplayedEpisode, ...]
    refused: tuple[ReplayedEpisode, ...]

    @property
    def share_equal(self) -> float:
        """1.0 for no episode at all."""
        return self.equal / self.total if self.total else 1.0

    def as_dict(self) -> Mapping[str, Any]:
        """Plain values, as `json.dumps` takes them."""
        return {**asdict(self), "share_equal": self.share_equal}


def replay(
    data_dir: Path,
    tool: ReplayTool,
    *,
    scratch: Path,
    jobs: int = 1,
    limit: int | None = None,
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> ReplayReport:
    """Replays all episodes, or `limit` of them spread evenly over the dataset: the same ones every time.

    DatasetError for a dataset without MIR text, ToolchainError for an llc that cannot be started. `progress`
    is called with the number of episodes that are done and of all.
    """
    index = read_index(data_dir)
    shards, shapes, rows = _open_dataset(data_dir, index)
    total = rows if limit is None else min(rows, limit)
    work = (
        joblib.delayed(_replay_row)(row, shapes, tool, scratch) for row in _pick(data_dir, index, shards, rows, total)
    )
    # Threads: the work is llc's. As a generator, so that only the episodes under way are in memory.
    results = joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(work)
    equal = 0
    differing: list[ReplayedEpisode] = []
    refused: list[ReplayedEpisode] = []
    for done, result in enumerate(results, start=1):
        interruption.check()
        if result is None:
            equal += 1
        else:
            (refused if result.reason else differing).append(result)
        progress(done, total)
    return ReplayReport(total=total, equal=equal, differing=tuple(differing), refused=tuple(refused))


def _open_dataset(data_dir: Path, index: DatasetIndex) -> tuple[tuple[Shard, ...], list[Shape], int]:
    shards = find_shards(index)
    shapes: list[Shape] = []
    if INSTRUCTIONS_NAME in index.files:
        with open_table(data_dir, index, INSTRUCTIONS_NAME) as file:
            for batch in iterate_batches(file, ("opcode", "operands")):
                shapes += [(row["opcode"], tuple(row["operands"] or ())) for row in batch.to_pylist()]
    return shards, shapes, sum(index.files[shard.name].rows for shard in shards)


def _pick(
    data_dir: Path, index: DatasetIndex, shards: tuple[Shard, ...], rows: int, wanted: int
) -> Iterator[Mapping[str, Any]]:
    """`wanted` of `rows` episodes as plain rows: number i of the choice is row i * rows // wanted."""
    chosen = iter([i * rows // wanted for i in range(wanted)])
    target = next(chosen, None)
    at = 0
    for shard in shards:
        with open_table(data_dir, index, shard.name) as file:
            for batch in iterate_batches(file, (*IDENTITY, "mir", "decider", *REPLAYED), rows=_ROWS):
                while target is not None and target < at + batch.num_rows:
                    row = batch.slice(target - at, 1).to_pylist()[0]
                    if row["mir"] is None or row["inst"] is None:
                        raise _no_text(shard.name)
                    yield row
                    target = next(chosen, None)
                at += batch.num_rows


def _no_text(name: str) -> DatasetError:
    return DatasetError(
        f"{name}: its episodes carry no MIR text, there is nothing to replay",
        hint="make the dataset with MIR text (the default of `rl4real-data flow` with the plugin)",
    )


def _replay_row(row: Mapping[str, Any], shapes: list[Shape], tool: ReplayTool, scratch: Path) -> ReplayedEpisode | None:
    """None for an episode that came out equal."""
    with tempfile.TemporaryDirectory(prefix="replay-", dir=scratch) as name:
        folder = Path(name)
        (folder / "x.mir").write_text(row["mir"], encoding="utf-8")
        completed = _run_llc(tool, folder)
        try:
            _check_output(completed, folder, tool.limits)
            record = parse_record(folder / "x.ndjson")
            columns = differing_columns(row, shapes, record)
        except BadReplay as error:
            return _outcome(row, reason=str(error))
        except (ValueError, LookupError, TypeError) as error:  # it refers to what the dataset does not have
            return _outcome(row, reason=f"its columns do not fit together ({reason_of(error)})")
    return _outcome(row, columns=columns) if columns else None


def _outcome(row: Mapping[str, Any], *, columns: tuple[str, ...] = (), reason: str = "") -> ReplayedEpisode:
    episode_id, module, function = (row[name] or "" for name in IDENTITY)
    return ReplayedEpisode(episode_id=episode_id, module=module, function=function, columns=columns, reason=reason)


def llc_command(tool: ReplayTool, folder: Path) -> tuple[str, ...]:
    """Reads `x.mir` of the folder, writes `x.s` and `x.ndjson` there."""
    flags = (f"-mlra-dump={folder / 'x.ndjson'}",)
    return replay_command(tool.llc, tool.plugin, tool.allocator, folder / "x.mir", flags, output=folder / "x.s")


def _run_llc(tool: ReplayTool, folder: Path) -> Completed:
    try:
        return run(llc_command(tool, folder), cwd=folder, limits=tool.limits, scratch=folder, is_confined=True)
    except OSError as error:
        raise ToolchainError(
            f"{tool.llc}: cannot be started ({error.strerror or error})",
            hint="llc comes with the package llvm-N of the release whose clang made the dataset",
        ) from error


def _check_output(completed: Completed, folder: Path, limits: Limits) -> None:
    if completed.timed_out:
        raise BadReplay(f"llc took more than {limits.timeout_s:g} s")
    if completed.signal_name:
        raise BadReplay(f"llc died of {completed.signal_name}")
    if not completed.ok:
        lines = [line.strip() for line in completed.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if "error:" in line] or lines
        raise BadReplay(f"llc exited with {completed.returncode}: {errors[0] if errors else 'it says nothing'}")
    assembly = folder / "x.s"
    if not assembly.is_file() or not assembly.stat().st_size:
        raise BadReplay("llc wrote no assembly")
