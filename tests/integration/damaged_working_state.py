"""Damages to what a run finds before it: the working folder and the cache, one file at a time.

A damaged run ends in one of two ways: with the very dataset of an undisturbed one, or with an error that names the
file, after which the same command gives that dataset.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from .dataset_bytes import dataset_bytes
from .power_cut import Fate, PowerCut, write_tree
from .run_after_cut import RecordedRun
from .warm_program import Ended, WarmProgram

State = Mapping[str, bytes | None]


class Kind(StrEnum):
    """How a file is damaged."""

    BIT = "one bit"
    CUT = "cut"
    EMPTY = "empty"
    SWAPPED = "another file of its kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """The damaged file and the state of the folder with it."""

    name: str
    kind: Kind
    state: State


def starts_of(recorded: RecordedRun) -> dict[str, State]:
    """The moments at which a run begins: its parts are there, or its journal, or nothing of it but a cache."""
    journal = [event.to.endswith("publish.json") and event.what == "r" for event in recorded.events].index(True)
    cut = PowerCut(recorded.before, recorded.events)
    after = recorded.after
    starts: dict[str, State] = {
        "published": {name: content for name, content in after.items() if name != "d/README.md"},
        "unpublished": {name: content for name, content in after.items() if not _is_published(name)},
        "journal": cut.state(journal + 1, Fate.KEPT, random.Random(0)),
    }
    if "cache" in after:
        starts["cache"] = {name: content for name, content in after.items() if not name.startswith("d/")}
    return starts


def _is_published(name: str) -> bool:
    return name.startswith("d/") and not name.startswith("d/.work")


def is_working_state(name: str) -> bool:
    """Whether the file is a part, a marker, a state, the journal, or lies in the cache or in `next`."""
    return (name.startswith("d/.work/") or name.startswith("cache/")) and not name.endswith("lock")


def damages(start: State, count: int, chance: random.Random, wanted: Callable[[str], bool]) -> Iterator[Damage]:
    """Every file in turn, and every kind in turn."""
    names = sorted(name for name, content in start.items() if content and wanted(name))
    chance.shuffle(names)
    kinds = list(Kind)
    for number in range(count):
        name, kind = names[number % len(names)], kinds[(number // len(names) + number) % len(kinds)]
        yield Damage(name=name, kind=kind, state={**start, name: _damaged(start, name, kind, chance)})


def _damaged(start: State, name: str, kind: Kind, chance: random.Random) -> bytes:
    content = start[name]
    assert content
    if kind is Kind.SWAPPED:
        suffix = PurePosixPath(name).suffix
        others = [other for path, other in start.items() if path.endswith(suffix) and other and other != content]
        return chance.choice(sorted(others)) if others else content[::-1]
    if kind is Kind.BIT:
        changed = bytearray(content)
        changed[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        return bytes(changed)
    return content[: chance.randrange(1, len(content)) if kind is Kind.CUT and len(content) > 1 else 0]


def check_damage(program: WarmProgram, place: Path, damage: Damage, recorded: RecordedRun) -> bool:
    """Whether there was an error. Fails for anything else than an error that names the file, or the right result."""
    write_tree(place, dict(damage.state))
    ended = program.run(place, *recorded.words)
    if ended.code != 0:
        _check_error(ended, damage)
        again = program.run(place, *recorded.words)
        assert again.code == 0, (damage.name, damage.kind, ended.stderr, again.stderr)
    assert dataset_bytes(place / "d") == recorded.expected, (damage.name, damage.kind, ended.stderr)
    shutil.rmtree(place)
    return ended.code != 0


def _check_error(ended: Ended, damage: Damage) -> None:
    about = (damage.name, damage.kind, ended.code, ended.stderr)
    assert ended.code in (1, 5), about
    assert "Traceback" not in ended.stderr, about
    assert PurePosixPath(damage.name).name in ended.stderr, about
    assert "  next: " in ended.stderr, about
