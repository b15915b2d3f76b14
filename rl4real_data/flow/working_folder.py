"""The DATA_DIR while it is being made.

Lock, parts, scratch, and publication of all new files at once.

`.work/` below the DATA_DIR holds what a run needs to be resumed. New files of the dataset are written to `.work/next/`;
when all are there, a journal names them, and from then on the publication is carried through, by this run or by the
next one that opens the folder. `dataset.json` is moved last.

The power may go at any time. So each step is on the disk before the next one begins: the new files, the journal, the
moves, the states, and only then is the journal deleted.

A DATA_DIR may have been downloaded, `.work` and all. So it has no power over files outside: folders and files are
reached through the opened folder and never over a link, names are those of a dataset's files, and a journal counts
only if it is our own.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.open_folder import GONE, NotFollowed, OpenFolder
from rl4real_data.episodes.comparison import sha256_of
from rl4real_data.episodes.file_names import INDEX_NAME, LABELS_NAME, SHARD_FOLDER, TRIALS_NAME
from rl4real_data.episodes.index import DatasetIndex, ListsFiles, read_index
from rl4real_data.flow.journal import STATE, Journal, read_journal

WORK_NAME: Final = ".work"
LOCK_NAME: Final = "lock"
UPGRADE_NAME: Final = "upgrade"
"""What the replays of an upgrade gave so far."""
IMPROVE_NAME: Final = "improve"
"""What a search for labels found so far."""
LABEL_NAME: Final = "label"
"""What a solver proved so far."""
LOG_NAMES: Final = (UPGRADE_NAME, IMPROVE_NAME, LABEL_NAME)
_JOURNAL: Final = "publish.json"
_JOURNAL_BYTES: Final = 64 << 20
_STATE_BYTES: Final = 64
_PUBLISHED: Final = ("data", "vocab")
"""The folders of a dataset's files."""
_OPTIONAL: Final = (LABELS_NAME, TRIALS_NAME)
"""Files beside these folders that a dataset may do without."""
_NO_LINKS: Final = "no link inside a DATA_DIR is followed: put the files themselves there, or choose another one"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDir:
    """An open DATA_DIR; nobody else writes to it meanwhile."""

    data_dir: Path

    @property
    def work(self) -> Path:
        return self.data_dir / WORK_NAME

    @property
    def parts(self) -> Path:
        return self.work / "parts"

    @property
    def scratch(self) -> Path:
        return self.work / "scratch"

    @property
    def next(self) -> Path:
        """Where the new files are written."""
        return self.work / "next"

    def state(self, split: str) -> str | None:
        """The fingerprint of a finished split; None if there is none, or a file that is none."""
        try:
            with OpenFolder(self.data_dir) as root, root.folder(WORK_NAME) as work:
                text = work.read(f"{split}.state", at_most=_STATE_BYTES + 1).decode()
        except (FileNotFoundError, NotFollowed, UnicodeDecodeError):
            return None
        return text if STATE.fullmatch(text) else None

    def index(self) -> DatasetIndex | None:
        """The index of the finished dataset, None if there is none yet. DatasetError for a damaged one."""
        return read_index(self.data_dir) if os.path.lexists(self.data_dir / INDEX_NAME) else None

    def publish(self, index: ListsFiles, *, states: dict[str, str]) -> None:
        """Makes the files in `next` the dataset. Others disappear from `data/` and `vocab/`, and tables of labels."""
        text = index.to_json().encode()
        digests = {name: entry.sha256 for name, entry in index.files.items()}
        journal = Journal(files={**digests, INDEX_NAME: hashlib.sha256(text).hexdigest()}, states=states)
        with refused_links(self.data_dir), OpenFolder(self.data_dir) as root, root.folder(WORK_NAME) as work:
            (self.next / INDEX_NAME).write_bytes(text)
            _sync_new(work)
            work.write(_JOURNAL, journal.to_bytes())
            work.sync()
            _move_all(root, work, journal)

    def clean(self) -> None:
        """Carries an interrupted publication through and removes what a killed run left behind."""
        with OpenFolder(self.data_dir) as root, root.folder(WORK_NAME) as work:
            for name in _PUBLISHED:
                with contextlib.suppress(FileNotFoundError), root.folder(name):
                    pass  # a folder, or not there; NotFollowed for anything else
            _finish_publication(root, work)
            for name, _ in work.names():
                if name.startswith(GONE) or name in ("next", "scratch"):
                    work.remove(name)
            for name in ("next", "scratch"):
                with work.folder(name, make=True):
                    pass
            with work.folder("parts", make=True) as parts:
                for name, is_file in parts.names():
                    if name.startswith(".") or not is_file:
                        parts.remove(name)


def _finish_publication(root: OpenFolder, work: OpenFolder) -> None:
    """What the journal says; one that does not count is forgotten, with the files that it would have moved."""
    try:
        journal = read_journal(work.read(_JOURNAL, at_most=_JOURNAL_BYTES))
    except FileNotFoundError:
        return
    except NotFollowed:
        journal = None
    if journal is not None and _are_named(work, journal):
        _move_all(root, work, journal)
    else:
        work.remove(_JOURNAL)


def _are_named(work: OpenFolder, journal: Journal) -> bool:
    """Whether the files that are still to be moved are those that the journal names."""
    try:
        with work.folder("next") as new:
            for name, digest in journal.files.items():
                with contextlib.suppress(FileNotFoundError), new.opened(name) as descriptor:
                    if sha256_of(descriptor) != digest:
                        return False
    except FileNotFoundError:
        return True
    except NotFollowed:
        return False
    return True


def _sync_new(work: OpenFolder) -> None:
    """What the journal will count on; of the parts only the names: half a part is none."""
    with work.folder("next") as new:
        new.sync_all()
    with work.folder("parts") as parts:
        parts.sync()


def _move_all(root: OpenFolder, work: OpenFolder, journal: Journal) -> None:
    """The one place where files of a dataset are replaced and deleted: the index last, then the states."""
    names = [*sorted(name for name in journal.files if name != INDEX_NAME), INDEX_NAME]
    with contextlib.suppress(FileNotFoundError), work.folder("next") as new:
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                new.move(name, root, to=name)
    for folder in _PUBLISHED:
        with contextlib.suppress(FileNotFoundError), root.folder(folder) as published:
            for name, _ in published.names():
                if _is_left_over(f"{folder}/{name}", journal):
                    published.remove(name)
            published.sync()
    for name, is_file in root.names():
        if is_file and name in _OPTIONAL and name not in journal.files:
            root.remove(name)
    root.sync()
    for split, fingerprint in journal.states.items():
        work.write(f"{split}.state", fingerprint.encode())
    work.sync()
    work.remove(_JOURNAL)
    work.sync()


def _is_left_over(name: str, journal: Journal) -> bool:
    """Whether it is a file of a dataset, or a folder of shards, of which the new dataset knows nothing."""
    if name.endswith(".parquet"):
        return name not in journal.files
    return bool(SHARD_FOLDER.fullmatch(name)) and not any(each.startswith(f"{name}/") for each in journal.files)


@contextlib.contextmanager
def open_workdir(data_dir: Path) -> Iterator[WorkDir]:
    """Opens DATA_DIR for writing and cleans it. DatasetError if another run has it, or it holds something else."""
    refuse_foreign(data_dir)
    with contextlib.ExitStack() as stack:
        with refused_links(data_dir):
            try:
                data_dir.mkdir(parents=True, exist_ok=True)
                root = stack.enter_context(OpenFolder(data_dir))
                work = stack.enter_context(root.folder(WORK_NAME, make=True))
                got_it = stack.enter_context(work.locked(LOCK_NAME))
            except NotFollowed:
                raise
            except OSError as error:
                raise DatasetError(
                    f"{data_dir}: cannot be written ({error.strerror})", hint="choose another --data-dir"
                ) from error
            if not got_it:
                raise DatasetError(
                    f"{data_dir}: another run is writing to it", hint="wait for it, or choose another --data-dir"
                )
            opened = WorkDir(data_dir=data_dir.absolute())
            opened.clean()
        yield opened


@contextlib.contextmanager
def refused_links(data_dir: Path) -> Iterator[None]:
    """A link inside, or a file where a folder should be, is a DatasetError that names it."""
    try:
        yield
    except NotFollowed as error:
        raise DatasetError(f"{error.filename}: {error.strerror}", hint=_NO_LINKS) from error
    except (IsADirectoryError, NotADirectoryError) as error:
        where = error.filename2 or error.filename
        raise DatasetError(
            f"{data_dir}: {where} is a folder in the place of a file, or the other way round",
            hint="choose another --data-dir",
        ) from error


def refuse_foreign(data_dir: Path) -> None:
    """DatasetError for a folder with files that are no dataset: they might be somebody's."""
    if data_dir.exists() and not data_dir.is_dir():
        raise DatasetError(f"{data_dir}: is a file", hint="DATA_DIR must be a folder")
    for link in (data_dir / WORK_NAME, data_dir / WORK_NAME / "parts"):
        if link.is_symlink():
            raise DatasetError(f"{link}: it is a link", hint=_NO_LINKS)
    if not data_dir.is_dir() or _is_folder(data_dir / WORK_NAME) or (data_dir / INDEX_NAME).is_file():
        return
    strangers = sorted(path.name for path in data_dir.iterdir())
    if strangers:
        names = ", ".join(strangers[:3]) + (", …" if len(strangers) > 3 else "")
        raise DatasetError(
            f"{data_dir}: holds files that are no dataset ({names})",
            hint="choose an empty or a new folder",
        )


def _is_folder(path: Path) -> bool:
    """Whether it is one itself, and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False
