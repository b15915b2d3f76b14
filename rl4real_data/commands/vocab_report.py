"""What the `vocab` commands do and show."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from tqdm import tqdm

from rl4real_data.core.environment import Environment
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Split
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.shape_counts import count_occurrences, read_instructions
from rl4real_data.mir2vec.coverage import measure_coverage
from rl4real_data.mir2vec.entities import Section
from rl4real_data.mir2vec.shape_vectors import embed_shapes
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, shipped_vocabulary, write_vocabulary
from rl4real_data.mir2vec.weights import Weights
from rl4real_data.toolchain.clang import discover_clang
from rl4real_data.toolchain.plugin import ensure_plugin, opcode_table
from rl4real_data.vocab_learning.evaluation import evaluate_vectors
from rl4real_data.vocab_learning.learned import learn, read_triplets
from rl4real_data.vocab_learning.neighbours import nearest
from rl4real_data.vocab_learning.openke import write_openke
from rl4real_data.vocab_learning.properties import base_properties
from rl4real_data.vocab_learning.training import TrainingSettings

_SPARKS: Final = "▁▂▃▄▅▆▇█"
_SPARKLINE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainRequest:
    """What `vocab train` was asked for."""

    data_dirs: tuple[Path, ...]
    target: TargetName
    split: Split
    dimension: int
    epochs: int
    seed: int
    output: Path
    triplets: Path
    command: str


def train(request: TrainRequest, *, show_bar: bool) -> str:
    """Trains, writes the vocabulary and OpenKE's files; the closing words. A killed run is resumed by the same call."""
    with tqdm(desc="reading", unit=" episodes", disable=not show_bar, file=sys.stderr) as bar:
        triplets, datasets = read_triplets(
            request.data_dirs, request.target.value, request.split.value, watch=bar.update
        )
    write_openke(request.triplets, triplets)
    checkpoint = request.output.with_name(f".{request.output.name}.checkpoint")
    with tqdm(desc="training", total=request.epochs, unit=" epochs", disable=not show_bar, file=sys.stderr) as bar:

        def watch(epoch: int, loss: float) -> None:
            bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            bar.update(epoch - bar.n)

        vocabulary = learn(
            triplets,
            datasets,
            TrainingSettings(dimension=request.dimension, epochs=request.epochs, seed=request.seed),
            target=request.target.value,
            command=request.command,
            checkpoint=checkpoint,
            watch=watch,
        )
    write_vocabulary(request.output, vocabulary)
    checkpoint.unlink(missing_ok=True)
    return (
        f"{len(vocabulary.entities):,} entities from {len(triplets.rows):,} triplets of {triplets.functions:,} "
        f"functions\nloss {_curve(vocabulary.origin['losses'])}\ntriplets in {request.triplets}"
    )


def info(word: str, data_dir: Path | None, near: str | None) -> dict[str, Any]:
    """Content and origin; with a dataset, how much of it the vocabulary knows; with an opcode, what is near it."""
    vocabulary = read_vocabulary(_file_of(word))
    sections = Counter(entity.section.value for entity in vocabulary.entities)
    found: dict[str, Any] = {
        "file": word,
        "target": vocabulary.target,
        "dimension": vocabulary.dimension,
        "entities": {section.value: sections[section.value] for section in Section},
        "origin": dict(vocabulary.origin),
        "most_frequent": _most_frequent(vocabulary),
    }
    if data_dir is not None:
        found["coverage"] = _coverage(word, vocabulary, data_dir)
    if near is not None:
        found["near"] = {"opcode": near, "neighbours": nearest(vocabulary, near)}
    return found


def info_text(found: Mapping[str, Any]) -> str:
    """For a person."""
    origin = found["origin"]
    sections = ", ".join(f"{count:,} {name}" for name, count in found["entities"].items())
    lines = [f"{found['file']}: {found['dimension']} dimensions, for {found['target'] or 'a target it does not tell'}"]
    lines.append(f"  entities   {sections}")
    if origin:
        lines.append(f"  made by    {origin['command']}")
        lines.append(f"  from       {origin['functions']:,} functions of {', '.join(origin['corpora'])}")
        lines.append(f"  loss       {_curve(origin['losses'])}")
    if found["most_frequent"]:
        lines.append("  frequent   " + ", ".join(f"{name} {count:,}" for name, count in found["most_frequent"]))
    if "coverage" in found:
        lines += _coverage_lines(found["coverage"])
    if "near" in found:
        lines.append(f"  near {found['near']['opcode']}")
        lines += [f"    {cosine:6.3f}  {name}" for name, cosine in found["near"]["neighbours"]]
    return "\n".join(lines)


def evaluate(word: str, data_dir: Path, environment: Environment, *, announce: Callable[[str], None]) -> dict[str, Any]:
    """Balanced accuracy of a linear probe for each property, on the vocabulary's vectors and on random ones."""
    vocabulary = read_vocabulary(_file_of(word))
    index = read_index(data_dir)
    vocabulary.require(target=index.target, dimension=vocabulary.dimension, name=word)
    target = TARGETS[TargetName(index.target)]
    clang = discover_clang(build_dir=environment.build_dir, search_path=environment.search_path)
    plugin = ensure_plugin(clang, cache_dir=environment.cache_dir, announce=announce)
    table = opcode_table(clang, plugin, target, load_recipe(target.name).cpu)

    instructions = read_instructions(data_dir)
    occurrences = count_occurrences(data_dir, index, instructions.num_rows)
    opcodes = zip(instructions["opcode"].to_pylist(), occurrences.tolist(), strict=True)
    return {"file": word, "data_dir": str(data_dir), **evaluate_vectors(vocabulary, *base_properties(table, opcodes))}


def evaluation_text(found: Mapping[str, Any]) -> str:
    """For a person."""
    lines = [
        f"balanced accuracy of a linear probe on held-out opcodes ({found['opcodes']:,} opcodes)",
        f"  {'property':<10} {'opcodes':>8} {'vocabulary':>11} {'random':>8}",
    ]
    for name, row in found["properties"].items():
        if row["vocabulary"] is None:
            lines.append(f"  {name:<10} {row['opcodes']:>8,} {'too few':>11}")
        else:
            lines.append(f"  {name:<10} {row['opcodes']:>8,} {row['vocabulary']:>11.3f} {row['random']:>8.3f}")
    if found["mean"]:
        lines.append(f"  {'mean':<10} {'':>8} {found['mean']['vocabulary']:>11.3f} {found['mean']['random']:>8.3f}")
    return "\n".join(lines)


def convert(word: str, output: Path) -> None:
    """Reads any form, writes the one that the name asks for."""
    write_vocabulary(output, read_vocabulary(_file_of(word)))


def _file_of(word: str) -> Path:
    """A target's name stands for its shipped vocabulary."""
    return shipped_vocabulary(word) if word in list(TargetName) else Path(word)


def _most_frequent(vocabulary: Vocabulary, count: int = 8) -> list[tuple[str, int]]:
    order = np.argsort(-vocabulary.counts, kind="stable")[:count]
    return [(vocabulary.entities[i].name, int(vocabulary.counts[i])) for i in order if vocabulary.counts[i] > 0]


def _coverage(word: str, vocabulary: Vocabulary, data_dir: Path) -> dict[str, Any]:
    index = read_index(data_dir)
    vocabulary.require(target=index.target, dimension=vocabulary.dimension, name=word)
    table = read_instructions(data_dir)
    opcodes, operands = table["opcode"].combine_chunks(), table["operands"].combine_chunks()
    shapes = embed_shapes(opcodes, operands, vocabulary, Weights(opcode=1, operand=1))
    coverage = measure_coverage(shapes, count_occurrences(data_dir, index, table.num_rows))
    return {"data_dir": str(data_dir), "share": coverage.share, **coverage.to_json()}


def _coverage_lines(coverage: Mapping[str, Any], shown: int = 10) -> list[str]:
    lines = [
        f"  coverage   {coverage['share']:.4%} of {coverage['instructions']:,} instructions in "
        f"{coverage['data_dir']} have all their entities"
    ]
    lines += [f"    {count:>10,}  {entity} is missing" for entity, count in list(coverage["missing"].items())[:shown]]
    more = len(coverage["missing"]) - shown
    return [*lines, f"    and {more} more"] if more > 0 else lines


def _curve(losses: Sequence[float]) -> str:
    """First and last value, and between them the curve in one line, averaged to at most a line's width."""
    means = [float(part.mean()) for part in np.array_split(np.array(losses), min(_SPARKLINE, len(losses)))]
    low, high = min(means), max(means)
    steps = [round((value - low) / (high - low or 1) * (len(_SPARKS) - 1)) for value in means]
    return f"{losses[0]:.4f} {''.join(_SPARKS[step] for step in steps)} {losses[-1]:.4f}"
