"""A power cut at any moment of a run: what its folder may hold afterwards.

`record` runs a program under `file_recorder.c` and keeps in order all that it did to the files of a folder. `PowerCut`
says what is left if the power goes after some of that. What was synced is there: the content of a file after fsync of
the file, a name after fsync of its folder (of a rename, the new name's folder). Of the rest anything may be: nothing,
all names but no content, half of it. Within one folder names reach the disk in their order; between folders, and
between names and contents, there is none.
"""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

_HEAD: Final = struct.Struct("<6Q")
_NAMES: Final = frozenset("cmrludy")
"""Records that make or take a name."""


class Fate(StrEnum):
    """What becomes of what was not synced."""

    LOST = "all lost"
    EMPTY = "names kept, contents lost"
    ZEROS = "names and sizes kept, contents lost"
    HALVES = "some of it kept, in halves"
    KEPT = "all kept"


@dataclass(frozen=True, slots=True)
class Event:
    """One record; paths are relative to the folder ("" for the folder itself)."""

    what: str
    path: str
    to: str
    inode: int
    offset: int
    content: bytes


def record(folder: Path, shim: Path, *words: str, **environment: str) -> list[Event]:
    """What `python WORDS`, run in `folder`, does to the files in it."""
    log = folder.with_name(f"{folder.name}.record")
    log.unlink(missing_ok=True)
    recorder = {"FILE_RECORDER_ROOT": str(folder), "FILE_RECORDER_LOG": str(log), "LD_PRELOAD": str(shim)}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, **environment, **recorder},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return _parse(log.read_bytes(), folder.resolve())


def build_recorder(folder: Path) -> Path:
    """The compiled `file_recorder.c`."""
    library = folder / "file_recorder.so"
    source = Path(__file__).with_name("file_recorder.c")
    words = ("cc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, source, "-ldl")
    subprocess.run(words, check=True, timeout=120)
    return library


def _parse(data: bytes, root: Path) -> list[Event]:
    events: list[Event] = []
    seen: set[int] = set()
    position = 0
    while position < len(data):
        what, one, two, inode, offset, size = _HEAD.unpack_from(data, position)
        position += _HEAD.size
        pieces = []
        for length in (one, two, size):
            pieces.append(data[position : position + length])
            position += length
        path, to = (_relative(piece, root) for piece in pieces[:2])
        if chr(what) == "s" and inode not in seen:  # made by a child, which is not recorded
            events.append(Event("c", path, "", inode, 0, b""))
            events.append(Event("w", path, "", inode, 0, pieces[2]))
        if chr(what) in "cos":
            seen.add(inode)
        events.append(Event(chr(what), path, to, inode, offset, pieces[2]))
    return events


def _relative(path: bytes, root: Path) -> str:
    name = os.path.relpath(os.path.normpath(os.fsdecode(path)), root) if path else ""
    return "" if name == "." else name


@dataclass(eq=False)
class _File:
    """A file under whatever name: its first content, and what was done to it at which event."""

    content: bytes = b""
    changes: list[tuple[int, Event]] = field(default_factory=list)
    synced: list[int] = field(default_factory=list)


_Node = _File | None
"""None: a folder."""


class PowerCut:
    """The states that a power cut may leave of a folder that held `before` when `events` began."""

    def __init__(self, before: dict[str, bytes | None], events: Sequence[Event]) -> None:
        self._events = events
        self._before: dict[str, _Node] = {
            name: None if content is None else _File(content=content) for name, content in before.items()
        }
        self._nodes: dict[int, _Node] = {}  # by number of the event that made or moved a name
        self._follow()

    def _follow(self) -> None:
        """Finds out which file each event is about."""
        names = dict(self._before)
        by_inode: dict[int, _File] = {}
        for number, event in enumerate(self._events):
            if event.what == "c":
                names[event.path] = by_inode[event.inode] = _File()
            elif event.what == "o":
                node = names[event.path]
                assert isinstance(node, _File), event
                by_inode[event.inode] = node
            elif event.what in "wt":
                by_inode[event.inode].changes.append((number, event))
            elif event.what == "s":
                by_inode[event.inode].synced.append(number)
            elif event.what in "aA":
                for file in (*by_inode.values(), *(node for node in names.values() if node)):
                    file.synced.append(number)
            self._nodes[number] = names.get(event.path)
            _apply(names, event, self._nodes[number])

    def state(self, cut: int, fate: Fate, chance: random.Random) -> dict[str, bytes | None]:
        """Every name with its content, None for a folder, after the first `cut` events."""
        names = dict(self._before)
        kept = self._kept(cut, fate, chance)
        for number in range(cut):
            event = self._events[number]
            if event.what in _NAMES and number in kept:
                _apply(names, event, self._nodes[number])
        return {name: None if node is None else _content(node, cut, fate, chance) for name, node in names.items()}

    def _kept(self, cut: int, fate: Fate, chance: random.Random) -> set[int]:
        """The numbers of the events whose names are on the disk."""
        last_sync: dict[str, int] = {}
        everywhere = -1
        by_folder: dict[str, list[int]] = defaultdict(list)
        for number in range(cut):
            event = self._events[number]
            if event.what == "S":
                last_sync[event.path] = number
            elif event.what in "aA":
                everywhere = number
            elif event.what in _NAMES:
                by_folder[_folder_of(event)].append(number)
        kept: set[int] = set()
        for folder, numbers in by_folder.items():
            sure = max(last_sync.get(folder, -1), everywhere)
            count = sum(number <= sure for number in numbers)
            if fate in (Fate.EMPTY, Fate.ZEROS, Fate.KEPT):
                count = len(numbers)
            elif fate is Fate.HALVES:
                count = chance.randint(count, len(numbers))
            kept.update(numbers[:count])
        return kept


def _folder_of(event: Event) -> str:
    return _parent(event.to if event.what in "rly" else event.path)


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _apply(names: dict[str, _Node], event: Event, node: _Node) -> None:
    """Carries out an event that makes or takes a name; `node` is what it is about, with a name here or without."""
    match event.what:
        case "c" | "m":
            _put(names, event.path, node if event.what == "c" else None)
        case "r":
            below = [name for name in names if name.startswith(f"{event.path}/")]
            if not event.to.startswith(".."):
                _put(names, event.to, names.get(event.path, node))
                for name in below:
                    names[event.to + name.removeprefix(event.path)] = names[name]
            for name in (event.path, *below):
                names.pop(name, None)
        case "l":
            _put(names, event.to, names.get(event.path, node))
        case "u":
            names.pop(event.path, None)
        case "d":
            if not any(name.startswith(f"{event.path}/") for name in names):
                names.pop(event.path, None)


def _put(names: dict[str, _Node], path: str, node: _Node) -> None:
    """A name that is on the disk is in a folder that is."""
    folder = _parent(path)
    while folder and folder not in names:
        names[folder] = None
        folder = _parent(folder)
    if not (node is None and path in names):
        names[path] = node


def _content(file: _File, cut: int, fate: Fate, chance: random.Random) -> bytes:
    changes = [(number, event) for number, event in file.changes if number < cut]
    sure = max((number for number in file.synced if number < cut), default=-1)
    count = sum(number <= sure for number, _ in changes)
    if fate is Fate.KEPT:
        count = len(changes)
    elif fate is Fate.HALVES:
        count = chance.randint(count, len(changes))
    content = bytearray(file.content)
    for _, event in changes[:count]:
        _change(content, event.offset, event.content, event.what)
    if fate is Fate.HALVES and count < len(changes):
        _, torn = changes[count]
        _change(content, torn.offset, torn.content[: chance.randint(0, len(torn.content))], torn.what)
    if fate is Fate.ZEROS:
        for _, event in changes[count:]:
            _change(content, event.offset, bytes(len(event.content)), event.what)
    return bytes(content)


def _change(content: bytearray, offset: int, piece: bytes, what: str) -> None:
    if what == "t":
        del content[offset:]
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(piece)] = piece


def read_tree(folder: Path) -> dict[str, bytes | None]:
    """Name -> content of all that lies in the folder; None for a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def write_tree(folder: Path, state: dict[str, bytes | None]) -> None:
    """The folder that `read_tree` would read the state from."""
    folder.mkdir(parents=True)
    for name, content in sorted(state.items()):
        path = folder / name
        if content is None:
            path.mkdir(exist_ok=True)
        else:
            path.write_bytes(content)


def chosen_cuts(events: Sequence[Event], count: int, chance: random.Random) -> list[tuple[int, Fate]]:
    """Moments and fates: every fate, and half of the moments beside a change of a name or a sync."""
    beside = [number + chance.randint(0, 1) for number, event in enumerate(events) if event.what not in "wo"]
    fates = list(Fate)
    moments = [chance.choice(beside) if number % 2 else chance.randint(1, len(events)) for number in range(count)]
    return [(moment, fates[number // 2 % len(fates)]) for number, moment in enumerate(moments)]
