"""Datasets that somebody prepared to get at the files of whoever downloads them.

Each takes a sound DATA_DIR and the user's home and does its worst; checksums fit wherever that takes no more than
knowing how.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from changed_index import change_index

Prepare = Callable[[Path, Path], None]
SHARD = "data/train-00000-of-00001.parquet"
TABLE = "registers.parquet"


def _lists(name: str) -> Prepare:
    """An index that lists a file of that name, `{home}` filled in, with what the home's file is; and brings one."""

    def prepare(data_dir: Path, home: Path) -> None:
        written = name.format(home=home, up="../" * 12 + str(home).lstrip("/"))
        content = b"of the attacker\n"
        entry = {"rows": 0, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        change_index(data_dir, lambda raw: raw["files"].update({written: entry}))
        _bring(data_dir, written, content)

    return prepare


def _bring(data_dir: Path, name: str, content: bytes) -> None:
    """Puts the file where a publication would take it from."""
    if ".." not in name and not name.startswith("/") and "\0" not in name:
        path = data_dir / ".work" / "next" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _journal(files: list[str], states: Mapping[str, str], **more: object) -> Prepare:
    """A publication that was interrupted, as versions before wrote it down, and as this one does."""

    def prepare(data_dir: Path, home: Path) -> None:
        up = "../" * 12 + str(home).lstrip("/")
        names = [name.format(home=home, up=up) for name in files]
        named = {name.format(home=home, up=up): state for name, state in states.items()}
        for name in names:
            _bring(data_dir, name, b"of the attacker\n")
        content = json.dumps({"files": dict.fromkeys(names, "0" * 64), "states": named})
        journal = {"files": names, "states": named, "content": content, "mark": "0" * 64, **more}
        (data_dir / ".work" / "publish.json").write_text(json.dumps(journal))

    return prepare


def _link(name: str, target: str, *, into: bool = True) -> Prepare:
    """A link in the place of a file or folder of the dataset; `into`: what lay there is gone."""

    def prepare(data_dir: Path, home: Path) -> None:
        path = data_dir / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(home / target, target_is_directory=into)

    return prepare


def _listed_link(name: str, target: str) -> Prepare:
    """A link whose target the index describes as it is."""

    def prepare(data_dir: Path, home: Path) -> None:
        (data_dir / name).unlink()
        (data_dir / name).symlink_to(home / target)
        content = f"of the user: {target}\n".encode()
        digest = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        change_index(data_dir, lambda raw: raw["files"][name].update(digest))

    return prepare


def _hash_link(data_dir: Path, home: Path) -> None:
    """Over a link with the name of a hash, as in a content-addressed cache, to where no hash is."""
    (data_dir / ("a" * 64)).symlink_to(home / ".ssh/id_rsa")
    (data_dir / SHARD).unlink()
    (data_dir / SHARD).symlink_to(f"../{'a' * 64}")


def _parts(data_dir: Path, home: Path) -> None:
    """The parts of the modules are links, and so are the drafts that a killed run left."""
    parts = data_dir / ".work" / "parts"
    for path in list(parts.iterdir()):
        path.unlink()
        path.symlink_to(home / ".ssh/id_rsa")
    (parts / ".draft").symlink_to(home / ".config", target_is_directory=True)


def _fifo(data_dir: Path, _: Path) -> None:
    (data_dir / SHARD).unlink()
    os.mkfifo(data_dir / SHARD)


def _folder_for_a_file(data_dir: Path, _: Path) -> None:
    (data_dir / "README.md").unlink()
    (data_dir / "README.md").mkdir()
    (data_dir / "README.md" / "mine").touch()


def _change(change: Callable[[dict[str, Any]], object]) -> Prepare:
    return lambda data_dir, _: change_index(data_dir, change)


HOSTILE: Mapping[str, Prepare] = {
    "lists-above": _lists("{up}/.bashrc"),
    "lists-absolute": _lists("{home}/.bashrc"),
    "lists-beside": _lists("data/../../home/.bashrc"),
    "lists-hidden": _lists(".work/train.state"),
    "lists-its-own-index": _lists("dataset.json"),
    "lists-a-script": _lists("data/run.sh"),
    "lists-deep": _lists("vocab/deep/er.parquet"),
    "lists-nul": _lists("data/train-00000-of-00001.parquet\0"),
    "lists-digits-of-elsewhere": _lists("data/train-٠-of-١.parquet"),
    "journal-above": _journal(["{up}/.bashrc", "dataset.json"], {}),
    "journal-absolute": _journal(["{home}/.bashrc"], {}),
    "journal-states": _journal([], {"{up}/x": "0" * 64, "{home}/y": "evil"}),
    "journal-of-nothing": _journal(["dataset.json"], {"train": "0" * 64}),
    "journal-link": _link(".work/publish.json", ".bashrc", into=False),
    "journal-nested": _journal([], {}, content="[" * 100_000),
    "link-work": _link(".work", ".config"),
    "link-parts": _link(".work/parts", "."),
    "link-next": _link(".work/next", ".config"),
    "link-scratch": _link(".work/scratch", "thesis"),
    "link-lock": _link(".work/lock", "made-by-the-lock", into=False),
    "link-state": _link(".work/train.state", "train.state", into=False),
    "link-data": _link("data", "thesis"),
    "link-vocab": _link("vocab", "thesis"),
    "link-index": _link("dataset.json", ".bashrc", into=False),
    "link-index-to-fifo": _link("dataset.json", "fifo", into=False),
    "link-card": _link("README.md", "made-by-the-card", into=False),
    "link-shard": _listed_link(SHARD, ".ssh/id_rsa"),
    "link-table": _listed_link(TABLE, "thesis/results.parquet"),
    "link-modules": _listed_link("modules.parquet", "thesis/results.parquet"),
    "link-vocabulary": _listed_link("vocab/vocabulary.parquet", ".ssh/id_rsa"),
    "link-shard-to-fifo": _link(SHARD, "fifo", into=False),
    "link-by-hash": _hash_link,
    "parts": _parts,
    "fifo": _fifo,
    "folder": _folder_for_a_file,
    "split": _change(lambda raw: raw["splits"].update({"../../x": raw["splits"]["train"]})),
    "nested": lambda data_dir, _: (data_dir / "dataset.json").write_text("[" * 100_000),
    "target": _change(lambda raw: raw.update(target="../../x", model="\x1b[31m")),
    "recipe": _change(lambda raw: raw["recipe"].update(dimension=10**9, per_shard="x")),
}
