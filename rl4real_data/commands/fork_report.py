"""What `export --to rl4real` and `import --from rl4real` do and show: datasets of the RL4ReAl fork, both ways."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tqdm import tqdm

from rl4real_data.core.allocators import ModelName
from rl4real_data.core.errors import TooManyFailures, UsageError
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Split
from rl4real_data.export.rl4real import CONFIG, GRAPHS, LARGE_GRAPHS, MAX_NODES, ForkExport, export_fork
from rl4real_data.flow.settings import DEFAULT_MAX_FAILED
from rl4real_data.rl4real_fork.formats.config import classes_path
from rl4real_data.rl4real_fork.graph_import import ForkImport, ImportReport, import_fork
from rl4real_data.rl4real_fork.graph_modules import Origin

_FAILURES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWords:
    """What the command line says of an import; None is to be found out."""

    folder: Path
    data_dir: Path
    config_dir: Path | None
    target: TargetName | None
    split: Split
    model: ModelName
    corpus: str | None
    license: str
    llvm_version: str
    redistributable: bool
    jobs: int
    max_failed: float = DEFAULT_MAX_FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """The closing words of an import; `shortfall` is what it must end with if too many files are no graphs."""

    text: str
    shortfall: TooManyFailures | None


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


def export(data_dir: Path, folder: Path, *, split: Split | None, sources: Sequence[str]) -> str:
    """Writes the fork's files; the words for whoever watches."""
    request = ForkExport(
        data_dir=data_dir, folder=folder, split=split.value if split else None, sources=parse_sources(sources)
    )
    exported = export_fork(request)
    lines = [
        f"{folder}: {exported.graphs - exported.large:,} graphs of {exported.split} in {GRAPHS}, CONFIG_DIR is "
        f"{folder / CONFIG}",
        *([_large(exported.large)] if exported.large else []),
        *(f"  left out {count:,}: {reason}" for reason, count in exported.left_out.items()),
    ]
    if exported.without_vectors:
        lines.append("  the dataset has no vectors: those of the graphs are 0 (see `rl4real-data embed`)")
    return "\n".join(lines)


def _large(count: int) -> str:
    return (
        f"  {count:,} more in {LARGE_GRAPHS}: with their physical nodes they have more than {MAX_NODES}, for which the "
        "fork's environment needs a larger max_number_nodes"
    )


def import_(words: ImportWords, *, show_bar: bool) -> ImportSummary:
    """Makes the split and sums it up."""
    begin = time.monotonic()
    config_dir = words.config_dir or words.folder / CONFIG
    request = ForkImport(
        folder=words.folder,
        data_dir=words.data_dir,
        config_dir=config_dir,
        target=words.target or _target_of(config_dir),
        split=words.split,
        model=words.model,
        origin=_origin(words),
        llvm_version=words.llvm_version,
        jobs=words.jobs,
    )
    with tqdm(unit="file", disable=not show_bar) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        report = import_fork(request, progress=progress)
    return ImportSummary(
        text=_text(words, report, seconds=time.monotonic() - begin), shortfall=_shortfall(words, report)
    )


def _origin(words: ImportWords) -> Origin:
    folder = words.folder.absolute().name
    return Origin(
        folder=words.folder,
        corpus=words.corpus or folder,
        license=words.license,
        redistributable=words.redistributable,
        command=shlex.join(["rl4real-data", "import", "--from", "rl4real", folder, words.data_dir.absolute().name]),
    )


def _target_of(config_dir: Path) -> TargetName:
    """The one target that CONFIG_DIR describes."""
    found = [name for name, target in TARGETS.items() if classes_path(config_dir, target.fork_name).is_file()]
    if len(found) == 1:
        return found[0]
    what = "describes several targets" if found else "is no configuration folder of the fork"
    hint = "say which one with --target" if found else "name it with --config-dir or CONFIG_DIR"
    raise UsageError(f"{config_dir}: {what}", hint=hint)


def _text(words: ImportWords, report: ImportReport, *, seconds: float) -> str:
    books = report.index.splits[words.split.value]
    lines = [
        f"{words.data_dir}: {books.episodes:,} episodes in {words.split.value} from {report.files:,} files "
        f"({seconds:.1f} s)",
        f"  modules    {books.modules:,}: {books.modules_done:,} done, {books.modules_failed:,} are files that are no "
        "graphs",
        f"  functions  {books.functions:,}: {books.episodes:,} episodes, {sum(books.filtered.values()):,} left out, "
        f"{books.duplicates:,} duplicates",
        *(f"             {count:,} {reason}" for reason, count in books.filtered.items()),
    ]
    reasons = [entry.part.failure.reason for entry in report.failed if entry.part.failure]
    lines += [f"  failed     {reason}" for reason in reasons[:_FAILURES_SHOWN]]
    if len(reasons) > _FAILURES_SHOWN:
        lines.append(f"  and {len(reasons) - _FAILURES_SHOWN} more")
    return "\n".join(lines)


def _shortfall(words: ImportWords, report: ImportReport) -> TooManyFailures | None:
    share = len(report.failed) / report.files
    if share <= words.max_failed:
        return None
    return TooManyFailures(
        f"{len(report.failed)} of {report.files} files are no graphs ({share:.1%}), more than {words.max_failed:.1%}; "
        "the dataset holds the rest",
        hint=f"see `rl4real-data stats {words.data_dir}`; allow more with --max-failed",
    )
