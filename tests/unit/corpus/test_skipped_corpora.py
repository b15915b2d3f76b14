"""A run whose corpora are not all to be had: what it makes, what it records, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import CommandLine, Said
from world import World

from rl4real_data.core.errors import SourceError
from rl4real_data.flow.run import Console, run_flow

MANIFEST = """
name = "{name}"
summary = "A toy"
license = "MIT"
license_evidence = "LICENSE"
split = "train"
source = {{ kind = "folder", path = "{path}" }}
modules = {{ globs = ["*.c"]{rules} }}
"""


def write_manifest(world: World, name: str, path: Path, rules: str = "") -> str:
    manifest = world.folder / f"{name}.toml"
    manifest.write_text(MANIFEST.format(name=name, path=path, rules=rules))
    return str(manifest)


@pytest.fixture
def words(world: World) -> tuple[str, ...]:
    """A corpus that is there and one that is not."""
    world.write("a.c", "// function one nodes=3")
    gone = write_manifest(world, "gone", world.folder / "gone")
    return gone, write_manifest(world, "here", world.corpus)


def test_run_goes_on_and_says_what_is_missing(world: World, words: tuple[str, ...]) -> None:
    said: list[str] = []
    report = run_flow(world.request(corpora=words), Console(say=said.append))
    assert world.functions() == ["one"]
    assert [skipped.corpus for skipped in report.skipped] == ["gone"]
    assert f"skipped: corpus gone: there is no folder {world.folder / 'gone'}" in said
    books = world.index().splits["train"]
    assert [corpus.name for corpus in books.corpora] == ["here"]
    assert books.skipped == ("gone",)
    assert json.loads((world.data_dir / "dataset.json").read_text())["splits"]["train"]["skipped"] == ["gone"]


def flow(call: CommandLine, world: World, *words: str, more: tuple[str, ...] = ()) -> Said:
    corpora = [part for word in words for part in ("--corpus", word)]
    return call("flow", "x86", "train", "mlra", *corpora, "--data-dir", "data", "--vocab", world.vocabulary(), *more)


def test_run_ends_with_less_than_asked(call: CommandLine, world: World, words: tuple[str, ...]) -> None:
    said = flow(call, world, *words)
    assert f"  skipped    corpus gone: there is no folder {world.folder / 'gone'}" in said.err.splitlines()
    assert "error: corpora that could not be had: gone; the dataset holds the rest" in said.err
    assert said.code == 3
    assert flow(call, world, *words[1:]).code == 0


def test_too_many_failures_come_before_missing_corpora(call: CommandLine, world: World, words: tuple[str, ...]) -> None:
    world.write("b.c", "// compiler reject")
    said = flow(call, world, *words, more=("--max-failed", "0.1"))
    assert said.code == 3
    assert "1 of 2 modules failed (50.0%), more than 10.0%" in said.err
    assert "could not be had" not in said.err


def test_corpus_that_comes_later_completes_the_dataset(world: World, words: tuple[str, ...]) -> None:
    world.run(corpora=words)
    world.write("gone/b.c", "// shape SUB32rr", "// function two nodes=4")
    report = world.run(corpora=words)
    assert (report.compiled, report.skipped) == (1, ())
    assert world.functions() == ["two", "one"]
    assert world.index().splits["train"].skipped == ()


def test_corpus_that_is_not_asked_for_any_more_is_not_recorded(world: World, words: tuple[str, ...]) -> None:
    """The modules are the same, the books are not."""
    world.run(corpora=words)
    world.run(corpora=words[1:])
    assert world.index().splits["train"].skipped == ()


def test_single_corpus_that_is_missing_is_an_error(world: World, words: tuple[str, ...]) -> None:
    with pytest.raises(SourceError, match="corpus gone: there is no folder"):
        world.run(corpora=words[:1])
    assert not world.data_dir.exists()


def test_corpus_that_has_nothing_for_the_target_is_no_shortfall(
    call: CommandLine, world: World, words: tuple[str, ...]
) -> None:
    other = write_manifest(world, "other", world.corpus, ', x86 = { skip = "for ARM alone" }')
    said = flow(call, world, words[1], other)
    assert "  skipped    corpus other has no modules for x86: for ARM alone" in said.err.splitlines()
    assert said.code == 0
