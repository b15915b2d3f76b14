"""The DATA_DIR while it is being made.

Lock, parts, scratch, and publication of all new files at once.

`.work/` below the DATA_DIR holds what a run needs to be resumed. New files of the dataset are written to `.work/next/`;
when all are there, a journal names them, and from then on the publication is carried through, by this run or by the
next one that opens the folder. `dataset.json` is moved last.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.atomic_files import exclusive, publish
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.index import INDEX_NAME, DatasetIndex, read_index

WORK_NAME: Final = ".work"
_JOURNAL: Final = "publish.json"


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

    def state_path(self, split: str) -> Path:
        """Where the fingerprint of a finished split is kept."""
        return self.work / f"{split}.state"

    def index(self) -> DatasetIndex | None:
        """The index of the finished dataset, None if there is none yet. DatasetError for a damaged one."""
        return read_index(self.data_dir) if (self.data_dir / INDEX_NAME).exists() else None

    def publish(self, index: DatasetIndex, *, states: dict[str, str]) -> None:
        """Makes the files in `next` the dataset. Others disappear from `data/` and `vocab/`."""
        (self.next / INDEX_NAME).write_text(index.to_json(), encoding="utf-8")
        journal = {"files": [*sorted(index.files), INDEX_NAME], "states": states}
        with publish(self.work / _JOURNAL) as draft:
            draft.write_text(json.dumps(journal), encoding="utf-8")
        self._finish_publication()

    def _finish_publication(self) -> None:
        journal_path = self.work / _JOURNAL
        try:
            journal = json.loads(journal_path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        wanted = set(journal["files"])
        for name in journal["files"]:
            if (self.next / name).exists():
                (self.data_dir / name).parent.mkdir(parents=True, exist_ok=True)
                os.replace(self.next / name, self.data_dir / name)
        for folder in ("data", "vocab"):
            for path in (self.data_dir / folder).glob("*.parquet"):
                if f"{folder}/{path.name}" not in wanted:
                    path.unlink()
        for split, fingerprint in journal["states"].items():
            with publish(self.state_path(split)) as draft:
                draft.write_text(fingerprint, encoding="utf-8")
        journal_path.unlink()

    def clean(self) -> None:
        """Carries an interrupted publication through and removes what a killed run left behind."""
        self._finish_publication()
        for folder in (self.next, self.scratch):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        self.parts.mkdir(exist_ok=True)
        for draft in self.parts.glob(".*"):
            draft.unlink()


@contextlib.contextmanager
def open_workdir(data_dir: Path) -> Iterator[WorkDir]:
    """Opens DATA_DIR for writing and cleans it. DatasetError if another run has it, or it holds something else."""
    refuse_foreign(data_dir)
    with contextlib.ExitStack() as stack:
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            got_it = stack.enter_context(exclusive(data_dir / WORK_NAME / "lock", wait=False))
        except OSError as error:
            raise DatasetError(
                f"{data_dir}: cannot be written ({error.strerror})", hint="choose another --data-dir"
            ) from error
        if not got_it:
            raise DatasetError(
                f"{data_dir}: another run is writing to it", hint="wait for it, or choose another --data-dir"
            )
        work = WorkDir(data_dir=data_dir.absolute())
        work.clean()
        yield work


def refuse_foreign(data_dir: Path) -> None:
    """DatasetError for a folder with files that are no dataset: they might be somebody's."""
    if data_dir.exists() and not data_dir.is_dir():
        raise DatasetError(f"{data_dir}: is a file", hint="DATA_DIR must be a folder")
    if not data_dir.is_dir() or (data_dir / WORK_NAME).is_dir() or (data_dir / INDEX_NAME).is_file():
        return
    strangers = sorted(path.name for path in data_dir.iterdir())
    if strangers:
        names = ", ".join(strangers[:3]) + (", …" if len(strangers) > 3 else "")
        raise DatasetError(
            f"{data_dir}: holds files that are no dataset ({names})",
            hint="choose an empty or a new folder",
        )
