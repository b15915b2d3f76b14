"""A folder with the page of a dataset and those of its largest functions, which it links to.

    FOLDER/index.html
    FOLDER/functions/EPISODE_ID.html

The folder appears whole. One that holds pages of an earlier call is replaced, and one that holds anything else is left
alone.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import uuid4

from rl4real_data.core import interruption
from rl4real_data.core.errors import UsageError
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.show.episode_page import render_episode_page
from rl4real_data.show.histograms import LargeFunction, collect_histograms
from rl4real_data.show.load import drawn_from, load_names, view_row
from rl4real_data.show.stats_page import render_stats_page, title_of
from rl4real_data.show.view import RegisterNames
from rl4real_data.statistics.collection import Stats

INDEX: Final = "index.html"
FUNCTIONS: Final = "functions"
_PAGE_SUFFIXES: Final = (".html", ".htm", ".xhtml")
_OWN_NAME: Final = re.compile(r"[0-9a-f]{32}\.html")
_HINT: Final = "name a new folder, or a file that ends with .html for the page of the dataset alone"


def is_folder_name(path: Path) -> bool:
    """Whether `--html PATH` asks for a folder: not for a page, nor for a file that is there (/dev/stdout, a pipe)."""
    if path.exists():
        return path.is_dir()
    return path.suffix.lower() not in _PAGE_SUFFIXES


def write_stats_folder(
    data_dir: Path, stats: Stats, folder: Path, *, watch: Callable[[int, int], object] = lambda *_: None
) -> int:
    """Writes the pages; how many functions have one. `watch` is told how many are done, of how many.

    UsageError for a folder that holds other files or cannot be written; DatasetError if a file of the dataset cannot be
    read.
    """
    final = folder.resolve()
    _check_own(final, folder)
    draft = final.with_name(f".{final.name}.{uuid4().hex}")
    try:
        return _publish(_pages(data_dir, stats, watch), draft, final)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror})", hint=_HINT) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _check_own(final: Path, named: Path) -> None:
    """UsageError unless nothing would be lost: no folder, an empty one, or one with pages of ours alone."""
    if not final.exists():
        return
    if not final.is_dir():
        raise UsageError(f"{named}: is no folder", hint=_HINT)
    functions = final / FUNCTIONS
    strange = {path.name for path in final.iterdir()} - {INDEX, FUNCTIONS}
    if functions.is_symlink() or (functions.exists() and not functions.is_dir()):
        strange.add(FUNCTIONS)
    elif functions.is_dir():
        strange |= {path.name for path in functions.iterdir() if not _OWN_NAME.fullmatch(path.name)}
    if strange:
        raise UsageError(f"{named}: holds other files ({min(strange)})", hint=_HINT)


def _pages(data_dir: Path, stats: Stats, watch: Callable[[int, int], object]) -> Iterator[tuple[str, str]]:
    """Names in the folder and pages; the functions' first, and one at a time, since they are large."""
    with drawn_from(data_dir):
        names = load_names(data_dir, stats.target)
        histograms = collect_histograms(data_dir, names.file)
        addresses = {one.episode_id: f"{FUNCTIONS}/{_file_name(one.episode_id)}" for one in histograms.largest}
        for done, one in enumerate(histograms.largest):
            interruption.check()
            watch(done, len(histograms.largest))
            yield addresses[one.episode_id], _function_page(data_dir, one, names)
        yield INDEX, render_stats_page(stats, histograms, names, title=title_of(data_dir), pages=addresses)


def _file_name(episode_id: str) -> str:
    """An episode_id as a file's name. What is none (a dataset from elsewhere may say anything) is hashed."""
    name = f"{episode_id}.html"
    return name if _OWN_NAME.fullmatch(name) else f"{sha256(episode_id.encode()).hexdigest()[:32]}.html"


def _function_page(data_dir: Path, one: LargeFunction, names: RegisterNames) -> str:
    dataset = EpisodeDataset(data_dir, split=one.split)
    view = view_row(dataset, one.row, one.episode_id, names, split=one.split)
    return render_episode_page(view, back=f"../{INDEX}")


def _publish(pages: Iterator[tuple[str, str]], draft: Path, final: Path) -> int:
    (draft / FUNCTIONS).mkdir(parents=True)
    count = 0
    for name, page in pages:
        (draft / name).write_text(page, encoding="utf-8")
        count += name != INDEX
    if final.exists():
        earlier = draft.with_name(f"{draft.name}.earlier")
        os.replace(final, earlier)
        os.replace(draft, final)
        shutil.rmtree(earlier)
    else:
        os.replace(draft, final)
    return count
