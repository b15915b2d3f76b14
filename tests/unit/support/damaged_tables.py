"""Datasets damaged by somebody who then makes the checksums fit, and all that reads a dataset tried on them.

A program too: `damaged_tables.py FIRST LAST`, which prints a line for whatever is no error of ours. A reader that
crashes takes the process with it: the last line that begins with `at` names the damage.
"""

from __future__ import annotations

import contextlib
import json
import math
import random
import resource
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import episode_builder as build
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from changed_index import INDEX_NAME, change_index, relist
from reading_dataset import VECTORS

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import Rl4realError
from rl4real_data.core.split import Split
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.export.rl4real import ForkExport, export_rl4real
from rl4real_data.flow.embedding import embed_dataset
from rl4real_data.flow.splits import remainder
from rl4real_data.show.episode_page import render_episode_page
from rl4real_data.show.episode_text import render_episode_text
from rl4real_data.show.load import drawn_from, load_view
from rl4real_data.show.stats_page import make_stats_page
from rl4real_data.statistics.collection import collect_stats
from rl4real_data.statistics.text import render_text
from rl4real_data.validation.whole_dataset import validate
from rl4real_data.vocab_learning.triplets import count_shapes

MEMORY = 6 << 30
RECIPE = {
    **build.RECIPE,
    **{"opt_level": "O3", "cpu": "core2", "opcode_weight": 1.0, "operand_weight": 1.0, "max_missing": 1.0},
    "compression_level": 1,
}
_SCALARS: tuple[Any, ...] = (None, 0, -1, 1, 7, 127, 32767, -32768, 2**31 - 1, -(2**31), math.nan, math.inf, 0.5)
_TEXTS: tuple[Any, ...] = (None, "", "\x1b[31m", "x" * 1000, "../../x", "\u202e", "a\nb", "0" * 32, "f1", "zz")
_JSON: tuple[Any, ...] = (None, True, -1, 0, 2**64, 1.5, "", "x", "\x1b[2J", [], {}, [[]], {"a": {"b": 1}}, "\ud800")


def write_base(data_dir: Path) -> None:
    """A sound dataset with all that a table can hold, in pages that nothing compresses or checks."""
    rows = [build.make_episode(1), build.make_spilled_episode(2), build.make_episode(3), build.make_episode(4)]
    shapes = [{**shape, "embedding": vector} for shape, vector in zip(build.make_instructions(), VECTORS, strict=True)]
    failed = [build.make_module()]
    build.write_dataset(
        data_dir, {"train": [rows[:2], rows[2:3]], "test": [rows[3:]]}, instructions=shapes, more_modules=failed,
        recipe=RECIPE,
    )  # fmt: skip
    for path in sorted(data_dir.rglob("*.parquet")):
        pq.write_table(pq.read_table(path), path, compression="none", row_group_size=2)
        relist(data_dir, path.relative_to(data_dir).as_posix())


def damage(data_dir: Path, number: int) -> str:
    """One damage, always the same for a number; says what it was."""
    chance = random.Random(number)
    name = chance.choice([INDEX_NAME, *(path.relative_to(data_dir).as_posix() for path in _tables(data_dir))])
    if name == INDEX_NAME:
        change_index(data_dir, lambda raw: _change_json(raw, chance))
        return name
    path = data_dir / name
    kind = chance.choice((_flip, _flip_footer, _change_cells, _change_cells, _change_columns))
    kind(path, chance)
    relist(data_dir, name, rows=_rows_of(path) if chance.random() < 0.9 else None)
    return f"{name}, {kind.__name__.strip('_')}"


def _tables(data_dir: Path) -> list[Path]:
    return sorted(data_dir.rglob("*.parquet"))


def _rows_of(path: Path) -> int | None:
    try:
        return max(0, int(pq.read_metadata(path).num_rows))
    except (OSError, ValueError, pa.ArrowException):
        return None


def _flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 1, 2, 8))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def _flip_footer(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    size = int.from_bytes(content[-8:-4], "little")
    for _ in range(chance.choice((1, 2, 3))):
        content[chance.randrange(len(content) - 8 - size, len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def _change_cells(path: Path, chance: random.Random) -> None:
    """Other values of the right types, in one or two columns."""
    table = pq.read_table(path)
    for _ in range(chance.choice((1, 1, 2))):
        place = chance.randrange(table.num_columns)
        field = table.schema.field(place)
        values = [_changed(value, field.type, chance) for value in table.column(place).to_pylist()]
        table = table.set_column(place, field, pa.array(values, field.type))
    pq.write_table(table, path, compression="none", row_group_size=2)


def _changed(value: Any, kind: pa.DataType, chance: random.Random) -> Any:
    if pa.types.is_fixed_size_list(kind):
        lists = [None, [None] * kind.list_size, [math.nan] * kind.list_size]
        return chance.choice(lists)
    if pa.types.is_list(kind):
        items = list(value or ())
        action = chance.randrange(5)
        if action == 0:
            return None
        if action == 1:
            return items[: chance.randrange(len(items) + 1)]
        if action == 2:
            return items * chance.choice((2, 300))
        changed = [_changed(item, kind.value_type, chance) if chance.random() < 0.5 else item for item in items]
        return changed if action == 3 else [*changed, _changed(None, kind.value_type, chance)]
    if pa.types.is_struct(kind):
        return {field.name: _changed((value or {}).get(field.name), field.type, chance) for field in kind}
    if pa.types.is_string(kind):
        return chance.choice(_TEXTS)
    if pa.types.is_boolean(kind):
        return chance.choice((None, True, False))
    return chance.choice([one for one in _SCALARS if _fits(one, kind)])


def _fits(value: Any, kind: pa.DataType) -> bool:
    try:
        pa.array([value], kind)
    except (pa.ArrowException, ValueError, OverflowError, TypeError):
        return False
    return True


def _change_columns(path: Path, chance: random.Random) -> None:
    """A column lost, doubled, renamed, of another type, out of its place; or no row at all, or far too many."""
    table = pq.read_table(path)
    place = chance.randrange(table.num_columns)
    name = table.column_names[place]
    action = chance.randrange(7)
    if action == 0:
        table = table.drop_columns([name])
    elif action == 1:
        table = table.append_column(chance.choice((name, "strange")), table.column(place))
    elif action == 2:
        table = table.rename_columns([f"{name}_" if one == name else one for one in table.column_names])
    elif action == 3:
        other = chance.choice((pa.array(["x"] * len(table)), pa.array([1.5] * len(table)), pa.nulls(len(table))))
        table = table.set_column(place, name, other)
    elif action == 4:
        table = table.select(chance.sample(table.column_names, table.num_columns))
    elif action == 5:
        table = table.slice(0, 0)
    else:
        table = pa.concat_tables([table] * 40)
    pq.write_table(table, path, compression="none", row_group_size=2)


def _change_json(raw: Any, chance: random.Random) -> None:
    """Another value somewhere in it, or none."""
    place = raw
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = chance.choice([one for one in keys if one != "sha256" or place is not raw] or ["x"])
        inner = place.get(key) if isinstance(place, dict) else place[key]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.8:
            place = inner
            continue
        if chance.random() < 0.15 and isinstance(place, dict):
            place.pop(key, None)
        else:
            place[key] = chance.choice(_JSON)
        return


def _read(data_dir: Path) -> None:
    dataset = EpisodeDataset(data_dir)
    for episode in dataset:
        for name in EPISODES.names:
            getattr(episode, name)
        _ = episode.edges, episode.outcome, repr(episode)
        for look in (episode.instruction_vectors, episode.node_vectors, episode.to_networkx):
            _of_ours(look)
        for node in range(min(3, episode.n_nodes)):
            _of_ours(lambda episode=episode, node=node: episode.allowed_registers(node))
    _ = dataset.registers.class_colours
    _of_ours(lambda: len(dataset.filter(pc.field("spills") > 0)))


def _of_ours(look: Callable[[], object]) -> None:
    """What is left of the episode is looked at, too."""
    with contextlib.suppress(Rl4realError):
        look()


def _show(data_dir: Path) -> None:
    view = load_view(data_dir, "f1")
    with drawn_from(data_dir):
        render_episode_text(view)
        json.dumps(view.to_json_object())
        render_episode_page(view)


def _pack_beside(data_dir: Path) -> None:
    index = read_index(data_dir)
    if "train" in index.splits:
        remainder(data_dir, index, Split.TRAIN, train_hashes=frozenset(("0" * 32,)))


def _embed(data_dir: Path) -> None:
    path = data_dir / "vocab.txt"
    path.write_text("".join(f"{name}:{[i, 1.0, 2.0]}\n" for i, name in enumerate(("MOV", "ADD", "JCC", "RET"))))
    embed_dataset(data_dir, path)


USES: Mapping[str, Callable[[Path], object]] = {
    "read": _read,
    "stats": lambda data_dir: render_text(collect_stats(data_dir)),
    "stats page": make_stats_page,
    "validate": lambda data_dir: [str(finding) for finding in validate(data_dir)],
    "show": _show,
    "export": lambda data_dir: export_rl4real(ForkExport(data_dir=data_dir, folder=data_dir.with_name("out"))),
    "vocab train": lambda data_dir: count_shapes(data_dir, watch=lambda _: None),
    "pack beside": _pack_beside,
    "embed": _embed,
}


def faults(base: Path, folder: Path, number: int) -> list[str]:
    """The uses of a dataset with damage `number` that end in something else than a result or an error of ours."""
    data_dir = folder / "data"
    shutil.copytree(base, data_dir)
    what = damage(data_dir, number)
    found = []
    for use, run in USES.items():
        try:
            run(data_dir)
        except Rl4realError:
            continue
        except Exception as error:  # noqa: BLE001 - which is what is looked for
            place = traceback.extract_tb(error.__traceback__)[-1]
            found.append(
                f"{number} ({what}): {use}: {type(error).__name__}: {error} at {place.filename}:{place.lineno}"
            )
    shutil.rmtree(folder)
    return found


def main(first: int, last: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory() as name:
        base = Path(name) / "base"
        write_base(base)
        for number in range(first, last):
            print(f"at {number}", flush=True)
            (Path(name) / "case").mkdir()
            for fault in faults(base, Path(name) / "case", number):
                print(f"FAULT {fault}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
