"""What packing costs: `python tests/bench/packing.py DATA_DIR [--functions N]`, of parts repeated to N functions.

DATA_DIR is that of `flow x86 train mlra --corpus demo`, with its `.work`. Each copy of its parts has other content
hashes, so that no function is a duplicate of another copy's. Today's packing in memory and that of a run in a store
(`rl4real_data/cluster/packing`) run one after the other, each in a process of its own: peak of its resident memory, and
processor time. What is in memory there before a part is looked at is told beside it.

With `--choose` the driver alone is looked at: facts, choice, plans, all tables, and no shard; for 10 million functions
say `--functions 10000000 --choose`. Otherwise the workers are threads of the driver, and count.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, Final, overload

import fsspec  # type: ignore[import-untyped]
import numpy as np
import pyarrow as pa

from rl4real_data.cluster.batch_facts import BatchFacts, MadePart, hash_halves, hash_texts
from rl4real_data.cluster.made_parts import BatchMarker, load_facts, store_parts
from rl4real_data.cluster.packing import made_shards
from rl4real_data.cluster.packing.fact_tables import FactTables
from rl4real_data.cluster.packing.shard_work import ShardMarker
from rl4real_data.cluster.packing.store_packer import StorePacker
from rl4real_data.cluster.store import Store
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.environment import load_environment
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Corpus, Language, Module
from rl4real_data.episodes.index import FileEntry
from rl4real_data.episodes.inst_ids import INST_COLUMNS
from rl4real_data.flow.packing import pack_dataset
from rl4real_data.flow.packing_order import PackingOrder
from rl4real_data.flow.pipeline import FLOW
from rl4real_data.flow.preparation import Recording, prepare_compilation
from rl4real_data.flow.vocabulary import VocabularyChoice
from rl4real_data.flow.working_folder import open_workdir
from rl4real_data.stages.part import DistantPart, Part, arrow_path, parse_marker
from rl4real_data.stages.part_functions import read_functions, read_shapes
from rl4real_data.stages.selection import Entry
from rl4real_data.stages.shape_numbers import ShapeNumbers
from rl4real_data.stages.shape_uses import ShapeUses
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.process import Limits

BATCH: Final = 64
MB: Final = 1 << 20
WORKERS: Final = 2


class Nowhere(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """A place where shards are written to and nothing is kept: 10 million functions would take 20 GB."""

    protocol: ClassVar[str] = "nowhere"

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None: ...

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:  # noqa: ARG002
        raise FileNotFoundError(path)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def now_mb() -> float:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / MB


class Copies(Sequence[Entry]):
    """The modules of all copies, made when they are asked for, as a plan that lies on a disk would have them."""

    def __init__(self, parts: Sequence[Part], copies: int) -> None:
        self._copies = copies
        self._entries = [
            Entry(
                module=Module(
                    corpus="demo",
                    path=PurePosixPath(f"{part.key}.c"),
                    root=Path("/demo"),
                    language=Language.C,
                    license="MIT",
                ),
                part=part,
                command=f"clang -O3 -c {part.key}.c",
            )
            for part in parts
        ]

    def __len__(self) -> int:
        return self._copies * len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return (self[number] for number in range(len(self)))

    @overload
    def __getitem__(self, number: int) -> Entry: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Entry]: ...
    def __getitem__(self, number: int | slice) -> Entry | Sequence[Entry]:
        assert isinstance(number, int)
        copy, place = divmod(number, len(self._entries))
        entry = self._entries[place]
        return replace(
            entry,
            module=replace(entry.module, variant=copy + 1),
            part=replace(entry.part, key=key_of(entry.part.key, copy)),
        )


def key_of(key: str, copy: int) -> str:
    return f"{copy:08x}{key[8:]}"


def copied(facts: BatchFacts, copy: int) -> BatchFacts:
    """With other keys and other content hashes."""
    keys = pa.array([key_of(key, copy) for key in facts.parts["key"].to_pylist()])
    high = facts.parts["high"]
    values = np.asarray(high.values) ^ np.uint64(copy)
    other = pa.ListArray.from_arrays(high.offsets, pa.array(values, pa.uint64()))
    columns = {**{name: facts.parts[name] for name in facts.parts.schema.names}, "key": keys, "high": other}
    return replace(facts, parts=pa.record_batch(list(columns.values()), schema=facts.parts.schema))


def parts_of(data_dir: Path) -> list[Part]:
    markers = (parse_marker(path.read_bytes()) for path in sorted((data_dir / ".work" / "parts").glob("*.json")))
    return [part for part in markers if part is not None and part.size]


def order_of(entries: Sequence[Entry]) -> PackingOrder:
    target = TARGETS[TargetName.X86]
    recording = Recording(
        target=target,
        allocator=ALLOCATORS[AllocatorName.MLRA],
        recipe=load_recipe(target.name),
        limits=Limits(timeout_s=60.0),
    )
    compilation, registers = prepare_compilation(
        recording, Installation.of(load_environment()), announce=lambda _: None
    )
    corpus = Corpus(name="demo", license="MIT", root=Path("/demo"), split=Split.TRAIN, modules=())
    return PackingOrder(
        split=Split.TRAIN,
        compilation=compilation,
        registers=registers,
        corpora=(corpus,),
        entries=entries,  # type: ignore[arg-type] - a sequence that is never whole
        vocabulary=VocabularyChoice(named=None).read(target=target, recipe=recording.recipe, data_dir=Path("/none")),
        shapes=ShapeNumbers(),
    )


def pack_today(data_dir: Path, copies: int, folder: Path) -> dict[str, float]:
    parts = parts_of(data_dir)
    entries = []
    for number, entry in enumerate(Copies(parts, copies)):
        part = parts[number % len(parts)]
        copy = number // len(parts)
        halves = hash_halves([facts.content_hash for facts in part.functions])
        hashes = hash_texts(halves[:, 0] ^ np.uint64(copy), halves[:, 1])
        functions = tuple(replace(facts, content_hash=each) for facts, each in zip(part.functions, hashes, strict=True))
        entries.append(replace(entry, part=replace(entry.part, functions=functions)))
    order = order_of(tuple(entries))
    with open_workdir(folder / "data") as work:
        for part in parts:
            first = arrow_path(work.parts, part.key)
            shutil.copyfile(arrow_path(data_dir / ".work" / "parts", part.key), first)
            for copy in range(copies):
                if not (other := arrow_path(work.parts, key_of(part.key, copy))).exists():
                    os.link(first, other)
        before, begin = now_mb(), time.process_time()
        pack_dataset(work, order, FLOW)
        cpu = time.process_time() - begin
    return {"before_mb": before, "peak_mb": peak_mb(), "cpu_s": cpu, "choose_s": 0.0}


def store_batches(store: Store, parts: Sequence[Part], folder: Path) -> list[BatchMarker]:
    filters = load_recipe(TargetName.X86).filters
    markers = []
    for begin in range(0, len(parts), BATCH):
        some = parts[begin : begin + BATCH]
        made = [
            MadePart(
                part=part,
                shapes=(read_shapes(folder, part), ShapeUses.of(read_functions(folder, part, *INST_COLUMNS))),
            )
            for part in some
        ]
        markers.append(store_parts(store, f"{begin:032x}", made, folder, filters))
    return markers


def make_no_shard(self: made_shards.ShardMaker, plans: Any) -> Iterator[tuple[str, ShardMarker]]:
    """Plans alone."""
    del self
    for plan in plans:
        plan.to_bytes()
        yield (
            "",
            ShardMarker(shard=plan.name, entry=FileEntry(rows=plan.episodes, size=1 << 30, sha256="0" * 64), shapes={}),
        )


def pack_from_store(data_dir: Path, copies: int, folder: Path, *, is_choice_alone: bool) -> dict[str, float]:
    fsspec.register_implementation("nowhere", Nowhere)
    if is_choice_alone:
        made_shards.ShardMaker.make = make_no_shard  # type: ignore[method-assign]
    parts = parts_of(data_dir)
    store = Store(str(folder / "run"))
    markers = store_batches(store, parts, data_dir / ".work" / "parts")
    distant = [
        DistantPart(
            **{name: getattr(part, name) for name in Part.__slots__ if name != "functions"},
            functions=(),
            distant_functions=len(part.functions),
        )
        for part in parts
    ]
    batches = [load_facts(store, marker) for marker in markers]
    order = order_of(Copies(distant, copies))
    (folder / "facts").mkdir()
    before, begin = now_mb(), time.process_time()
    tables = FactTables(folder / "facts")
    for copy in range(copies):
        for marker, facts in zip(markers, batches, strict=True):
            again = BatchFacts.of_bytes(copied(facts, copy).to_bytes(), name="")  # as they come out of a store
            tables.add(marker.archive, again)
    chosen = time.process_time() - begin
    packer = StorePacker(store=store, tables=tables, workers=WORKERS, destination="nowhere://dataset")
    with open_workdir(folder / "data") as work:
        packer(work, order, FLOW, say=lambda _: None)
    return {"before_mb": before, "peak_mb": peak_mb(), "cpu_s": time.process_time() - begin, "choose_s": chosen}


def measured(words: Sequence[str]) -> dict[str, float]:
    done = subprocess.run((sys.executable, __file__, *words), check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--functions", type=int, default=20_000)
    parser.add_argument("--choose", action="store_true", help="the driver alone: no shard is made")
    parser.add_argument("--without-today", action="store_true", help="leave today's packing out")
    parser.add_argument("--only", choices=("today", "store"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    own = sum(len(part.functions) for part in parts_of(arguments.data_dir))
    copies = max(1, round(arguments.functions / own))
    if arguments.only:
        with tempfile.TemporaryDirectory() as name:
            if arguments.only == "today":
                found = pack_today(arguments.data_dir, copies, Path(name))
            else:
                found = pack_from_store(arguments.data_dir, copies, Path(name), is_choice_alone=arguments.choose)
        print(json.dumps(found))
        return
    print(f"packing {copies * own:,} functions ({copies:,} copies of {own:,}); bar: 2,000 MB, no more time than today")
    for which in ("today", "store"):
        if which == "today" and (arguments.choose or arguments.without_today):
            continue
        words = [str(arguments.data_dir), "--functions", str(arguments.functions), "--only", which]
        found = measured([*words, *(["--choose"] if arguments.choose else [])])
        more = found["peak_mb"] - found["before_mb"]
        what = "in memory" if which == "today" else "driver alone" if arguments.choose else "from a store"
        print(
            f"{what:13} peak {found['peak_mb']:7.0f} MB, {found['before_mb']:6.0f} before it, "
            f"{more * MB / (copies * own):7.0f} B a function; "
            f"{found['cpu_s'] / (copies * own) * 1e6:6.1f} us of processor time a function"
        )


if __name__ == "__main__":
    main()
