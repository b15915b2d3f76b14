"""A DATA_DIR as the fork's training scripts read one.

Graphs/IG/json/*.json and, in config/, a CONFIG_DIR.

Graphs that are too large for the scripts' environment, which stops at the first of them, lie in a bucket of their own.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final
from uuid import uuid4

from rl4real_data.core import interruption
from rl4real_data.core.atomic_files import publish_folder
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.core.shown_text import shown
from rl4real_data.core.stored_names import original_name
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.episodes.comparison import require_listed
from rl4real_data.episodes.file_names import INSTRUCTIONS_NAME, REGISTERS_NAME
from rl4real_data.episodes.index import DatasetIndex, read_index
from rl4real_data.episodes.later_columns import in_version
from rl4real_data.episodes.schema import REGISTERS
from rl4real_data.episodes.shape_counts import read_instructions
from rl4real_data.episodes.shards import find_shards, iterate_batches, malformed_tables, open_table
from rl4real_data.rl4real_fork.formats.config import CONFIG, write_fork_config
from rl4real_data.rl4real_fork.formats.episode_graph import (
    COLUMNS,
    TargetNames,
    graph_text,
    reason_left_out,
    vector_texts,
)
from rl4real_data.rl4real_fork.formats.spelling import GraphText, render_json

GRAPHS: Final = Path("graphs/IG/json")
LARGE_GRAPHS: Final = Path("graphs/IG/set_600-")
MAX_NODES: Final = 599
"""With the physical ones. The environment has room for 600 (`max_number_nodes`), and asserts that fewer are open."""

_BATCH_ROWS: Final = 64  # 64 of Lua's largest functions are 80 MB as Python objects
_NAME_BYTES: Final = 200
"""A file system takes 255; a number and a suffix come behind."""
Progress = Callable[[int, int], object]
"""Called with (functions done, functions in total)."""
_VARIANT: Final = re.compile(r"#\d+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkExport:
    """What is exported; `sources` says in which folder a corpus's files lie, the name "" for all that it lacks.

    The fork's environment starts clang on the path that a graph names. Without a folder that is `<corpus>/<module>`.
    """

    data_dir: Path
    folder: Path
    split: str | None = None
    sources: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written: a file a function, `large` of the `graphs` in LARGE_GRAPHS; `left_out` counts by reason."""

    split: str
    graphs: int
    large: int
    left_out: Mapping[str, int]
    without_vectors: bool


def export_rl4real(request: ForkExport, *, progress: Progress = lambda _done, _total: None) -> Exported:
    """Writes the new folder; it appears whole or not at all.

    UsageError for a split that the dataset lacks; DatasetError for a folder that holds something, or a dataset that
    cannot be read.
    """
    index = read_index(request.data_dir)
    split = _choose_split(request, index)
    if index.target not in list(TargetName):
        raise DatasetError(f"{request.data_dir}: its target {index.target!r} is none that this program knows")
    tables = (INSTRUCTIONS_NAME, REGISTERS_NAME)
    require_listed(request.data_dir, index, (*tables, *(s.name for s in find_shards(index) if s.split == split)))
    folder = request.folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DatasetError(f"{request.folder}: is there already", hint="name a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{uuid4().hex}")
    try:
        (draft / GRAPHS).mkdir(parents=True)
        exported = _write(request, index, split, draft, progress)
        publish_folder(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return exported


def parse_sources(words: Sequence[str]) -> Mapping[str, Path]:
    """`CORPUS=FOLDER` or, for all corpora that are not named, `FOLDER`. UsageError for a folder that is none."""
    sources = {}
    for word in words:
        corpus, is_named, folder = word.partition("=")
        path = Path(folder if is_named else word)
        if not path.is_dir():
            raise UsageError(f"--sources {word}: {path} is no folder", hint="it is where a corpus's files lie")
        sources[corpus if is_named else ""] = path
    return sources


def iterate_graphs(request: ForkExport, left_out: Counter[str] | None = None) -> Iterator[tuple[str, GraphText]]:
    """(file name without suffix, graph) of each function of the split that the fork would have dumped, in order."""
    index = read_index(request.data_dir)
    split = _choose_split(request, index)
    with malformed_tables(request.data_dir):
        names = TargetNames.of(_registers(request.data_dir, index))
        vectors = vector_texts(read_instructions(request.data_dir, index))
    stems = _stems(request.data_dir, index, split)
    for row in _rows(request.data_dir, index, split, COLUMNS):
        interruption.check()
        with malformed_tables(request.data_dir):
            reason = reason_left_out(row)
            if reason is None:
                file_name = _file_name(request.sources, row["corpus"], row["module"])
                graph = graph_text(row, names, vectors, file_name=file_name)
                stem = f"{stems[row['corpus'], row['module']]}_F{row['function_id']}"
        if reason is None:
            yield stem, graph
        elif left_out is not None:
            left_out[reason] += 1


def _has_vectors(data_dir: Path, index: DatasetIndex) -> bool:
    vectors = read_instructions(data_dir, index)["embedding"]
    return bool(len(vectors) > vectors.null_count)


def _choose_split(request: ForkExport, index: DatasetIndex) -> str:
    split = request.split or ("train" if "train" in index.splits else min(index.splits, default="train"))
    if split not in index.splits:
        raise UsageError(
            f"{request.data_dir}: has no split {split!r}", hint=f"it has {', '.join(sorted(index.splits)) or 'none'}"
        )
    return split


def _write(request: ForkExport, index: DatasetIndex, split: str, draft: Path, progress: Progress) -> Exported:
    left_out: Counter[str] = Counter()
    written: Counter[Path] = Counter()
    total = index.splits[split].episodes
    for stem, graph in iterate_graphs(request, left_out):
        interruption.check()
        bucket = GRAPHS if len(graph.labels) <= MAX_NODES else LARGE_GRAPHS
        (draft / bucket).mkdir(exist_ok=True)
        with malformed_tables(request.data_dir):
            text = render_json(graph)
        (draft / bucket / f"{stem}.json").write_text(text, encoding="utf-8")
        written[bucket] += 1
        progress(written.total() + left_out.total(), total)
    registers = _registers(request.data_dir, index)
    fork_name = TARGETS[TargetName(index.target)].fork_name
    release = index.toolchain.get("llvm_version") or ""
    write_fork_config(draft / CONFIG, registers, fork_name, llvm_version=release)
    return Exported(
        split=split,
        graphs=written.total(),
        large=written[LARGE_GRAPHS],
        left_out=dict(sorted(left_out.items())),
        without_vectors=not _has_vectors(request.data_dir, index),
    )


def _file_name(sources: Mapping[str, Path], corpus: str, module: str) -> str:
    """As the file system knows it: a byte that is no UTF-8 is half of a character to Python, and so in JSON."""
    path = original_name(_VARIANT.sub("", module))
    folder = sources.get(corpus, sources.get(""))
    return f"{corpus}/{path}" if folder is None else str(folder.absolute() / path)


def _stems(data_dir: Path, index: DatasetIndex, split: str) -> Mapping[tuple[str, str], str]:
    """Name of each module's files: the source's, or its whole path where several modules would share one."""
    rows = _rows(data_dir, index, split, ("corpus", "module"))
    modules = sorted({(row["corpus"] or "", row["module"] or "") for row in rows})
    plain = Counter(_plain_name(module).lower() for _, module in modules)
    stems: dict[tuple[str, str], str] = {}
    taken: Counter[str] = Counter()
    for corpus, module in modules:
        name = _plain_name(module)
        stem = name if plain[name.lower()] == 1 else _file_word(f"{corpus}/{module}".replace("/", "__"))
        taken[stem.lower()] += 1
        again = taken[stem.lower()]
        stems[corpus, module] = stem if again == 1 else f"{stem}~{again}"
    return stems


def _plain_name(module: str) -> str:
    return _file_word(PurePosixPath(module).name)


def _file_word(name: str) -> str:
    """What a file may be called: a module's name is whatever its dataset says. The end of one that is too long."""
    return shown(name).encode()[-_NAME_BYTES:].decode(errors="ignore")


def _rows(data_dir: Path, index: DatasetIndex, split: str, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for shard in find_shards(index):
        if shard.split == split:
            with open_table(data_dir, index, shard.name) as file:
                for batch in iterate_batches(file, columns, rows=_BATCH_ROWS):
                    yield from batch.to_pylist()


def _registers(data_dir: Path, index: DatasetIndex) -> list[dict[str, Any]]:
    with open_table(data_dir, index, REGISTERS_NAME) as file:
        rows: list[dict[str, Any]] = file.read(columns=in_version(REGISTERS, 0).names).to_pylist()
        if any(None in (*row.values(), *(word for held in row["classes"] for word in held.values())) for row in rows):
            raise ValueError("a register holds a null")
    return [row for row in rows if row["target"] == index.target]
