"""A published dataset with one damage, and everything that is then done with it.

Each use ends with an error that names what is damaged, or with exactly what it makes of the sound dataset.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from world import World, write_three

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError, VocabularyError
from rl4real_data.core.split import Split
from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.export.rl4real import ForkExport, export_rl4real
from rl4real_data.flow.embedding import embed_dataset
from rl4real_data.validation.whole_dataset import validate

Result = Mapping[str, str]


def _flow(world: World, split: Split) -> Result:
    corpus = world.corpus if split is Split.TRAIN else world.folder / "held_out"
    world.run(split=split, corpora=(str(corpus),), vocab=None)
    return world.digests()


def _embed(world: World) -> Result:
    embed_dataset(world.data_dir, world.folder / "other.txt")
    return world.digests()


def _export(world: World) -> Result:
    folder = world.folder / "exported"
    export_rl4real(ForkExport(data_dir=world.data_dir, folder=folder))
    return world.digests(folder)


def _read(world: World) -> Result:
    found = hashlib.sha256()
    for split in ("train", "test"):
        dataset = EpisodeDataset(world.data_dir, split)
        for episode in dataset:
            found.update(repr([getattr(episode, name) for name in EPISODES.names]).encode())
        found.update(repr((dataset.registers, dataset.instruction_table)).encode())
    return {"rows": found.hexdigest()}


USES: Mapping[str, Callable[[World], Result]] = {
    "read": _read,
    "export": _export,
    "flow train": lambda world: _flow(world, Split.TRAIN),
    "flow test": lambda world: _flow(world, Split.TEST),
    "embed": _embed,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A sound dataset of two splits in `sound`, an older version of it in `older`, and what each use makes of it.

    `anew`: what the flows make where there is no index, and so no dataset.
    """

    world: World
    expected: Mapping[str, Result]
    anew: Mapping[str, Result]

    @property
    def names(self) -> list[str]:
        folder = self.world.folder / "sound"
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    def begin(self) -> None:
        """Puts the sound dataset into its place, with the parts of its run."""
        for name in ("data", "exported"):
            shutil.rmtree(self.world.folder / name, ignore_errors=True)
        shutil.copytree(self.world.folder / "sound", self.world.data_dir)
        shutil.copytree(self.world.folder / "work", self.world.data_dir / ".work")


def publish(world: World) -> Published:
    """Makes all of it; the world's corpus `src` and `held_out`, and the vocabulary `other.txt`, are there then."""
    write_three(world)
    world.write("held_out/x.c", "// shape MUL", "// function five nodes=7")
    names = ("ADD", "SUB", "MUL", "RET", "VIRT_REG_GR32")
    text = "".join(f"{name}:{[0.25 * i + 1] * 100}\n" for i, name in enumerate(names))
    (world.folder / "other.txt").write_text(text)
    for split, limit, place in ((Split.TRAIN, 1, "older"), (Split.TEST, None, "older"), (Split.TRAIN, None, "sound")):
        corpus = world.corpus if split is Split.TRAIN else world.folder / "held_out"
        world.run(split=split, corpora=(str(corpus),), limit=limit, replace=True)
        shutil.rmtree(world.folder / place, ignore_errors=True)
        shutil.copytree(world.data_dir, world.folder / place, ignore=shutil.ignore_patterns(".work"))
    world.run(split=Split.TEST, corpora=(str(world.folder / "held_out"),))
    shutil.rmtree(world.folder / "sound")
    shutil.copytree(world.data_dir, world.folder / "sound", ignore=shutil.ignore_patterns(".work"))
    (world.data_dir / ".work").rename(world.folder / "work")
    published = Published(world=world, expected={}, anew={})
    expected = {}
    for use, run in USES.items():
        published.begin()
        expected[use] = run(world)
    assert expected["flow train"] == expected["flow test"] != expected["embed"]
    anew = {}
    for use in ("flow train", "flow test"):
        shutil.rmtree(world.data_dir)
        anew[use] = USES[use](world)
    return Published(world=world, expected=expected, anew=anew)


def damage(published: Published, number: int) -> tuple[str, str]:
    """Puts damage `number` into the dataset; the file's name, and what was done to it."""
    chance = random.Random(number)
    names = published.names
    name = names[number % len(names)]
    path = published.world.data_dir / name
    content = path.read_bytes()
    kind = ("bit", "bit", "bit", "cut", "empty", "missing", "swapped", "older")[number // len(names) % 8]
    if kind == "bit":
        place = chance.randrange(len(content))
        path.write_bytes(content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :])
    elif kind == "cut":
        path.write_bytes(content[: chance.randrange(1, len(content))])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "missing":
        path.unlink()
    elif kind == "swapped":
        other = published.world.data_dir / chance.choice([one for one in names if one != name])
        path.write_bytes(other.read_bytes())
        other.write_bytes(content)
        name += f" {other.relative_to(published.world.data_dir)}"
    else:
        older = published.world.folder / "older" / name
        path.write_bytes(older.read_bytes() if older.is_file() else b"")
        if name == INDEX_NAME:  # which is sound: what differs from it are the others
            name = " ".join(names)
    return name, kind


def faults(published: Published, number: int, uses: Iterable[str] = USES) -> list[str]:
    """What is wrong about these uses of the dataset with damage `number`: empty, if all is as it should be."""
    found = []
    published.begin()
    name, kind = damage(published, number)
    changed = published.world.digests() != published.expected["flow train"]
    if changed and not _is_named(name, _findings(published.world)) and not _reads_the_same(published):
        found.append("validate finds nothing")
    for use in uses:
        published.begin()
        damage(published, number)
        try:
            result = USES[use](published.world)
        except (DatasetError, VocabularyError) as error:
            if not _is_named(name, str(error)):
                found.append(f"{use} does not name it: {error}")
        else:
            is_anew = (name, kind) == (INDEX_NAME, "missing") and result == published.anew.get(use)
            if result != published.expected[use] and not is_anew:
                found.append(f"{use} makes something else of it")
    return [f"{number}, {name}, {kind}: {fault}" for fault in found]


def _findings(world: World) -> str:
    try:
        return " ".join(finding.file for finding in validate(world.data_dir))
    except DatasetError as error:
        return str(error)


def _reads_the_same(published: Published) -> bool:
    """A space more in an index is another file, and says the same."""
    try:
        return _read(published.world) == published.expected["read"]
    except DatasetError:
        return False


def _is_named(names: str, text: str) -> bool:
    return any(os.path.basename(name) in text for name in names.split())  # noqa: PTH119 - a name
