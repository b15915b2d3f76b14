"""`improve` as a user meets it."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest
from command_line import CommandLine
from fake_trial import FakeTrials, make_tool
from label_builder import write_labellable
from world import World

from rl4real_data.commands import improve_corpora
from rl4real_data.flow import upgrade_tools
from rl4real_data.improve import corpus_improving, episode_search
from rl4real_data.improve.corpus_improving import ImprovedCorpora
from rl4real_data.improve.gain import Gain


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> FakeTrials:
    fake, tool = FakeTrials(), make_tool()
    replayer = SimpleNamespace(clang=tool.clang, plugin=tool.plugin)
    monkeypatch.setattr(episode_search, "trial_of_mir", lambda *words, **options: fake.of_mir(*words, **options))
    monkeypatch.setattr(upgrade_tools, "find_tools", lambda *_, **__: SimpleNamespace(replayer=replayer))
    return fake


@pytest.mark.usefixtures("trials")
def test_what_was_gained(call: CommandLine, world: World) -> None:
    write_labellable(world.folder / "d")
    said = call("improve", "d", "--all", "--candidates", "200", "--jobs", "1")

    assert (said.code, said.out) == (0, "d\n")
    assert "rl4real-data: searching: 5 of 5 functions (" in said.err
    assert "100% better, 0.850 of greedy's)" in said.err
    assert "d: 5 functions (5 searched now, " in said.err
    assert "  better     5 of 5 (100.0%)\n  best       0.8500 of greedy's, geometric mean" in said.err
    assert "  with       5 assign\n             5 spill" in said.err


@pytest.mark.usefixtures("trials")
def test_nothing_that_was_asked_for(call: CommandLine, world: World) -> None:
    write_labellable(world.folder / "d")
    said = call("improve", "d")

    assert said.code == 3
    assert "error: d: no function that greedy split or spilled\n  next: add --all" in said.err


def test_function_that_could_not_be_searched(call: CommandLine, world: World, trials: FakeTrials) -> None:
    trials.broken = frozenset({"---\nname: 'f2'\n...\n"})
    write_labellable(world.folder / "d")
    said = call("improve", "d", "--all", "--candidates", "20")

    assert said.code == 3
    assert "  without    1 the compiler that tries candidates failed: it ended with 1\n" in said.err
    assert "error: d: 1 function of 5 could not be searched" in said.err


def test_another_release_is_a_matter_of_the_toolchain(call: CommandLine, world: World) -> None:
    index = write_labellable(world.folder / "d")
    other = dataclasses.replace(index, toolchain={"llvm_version": "19.1.7"})
    (world.folder / "d" / "dataset.json").write_text(other.to_json())
    said = call("improve", "d", "--all")

    assert said.code == 5
    assert "d was made with LLVM 19.1.7" in said.err


def test_words_that_cannot_be_used(call: CommandLine, world: World) -> None:
    write_labellable(world.folder / "d")

    assert call("improve", "absent").code == 1
    assert call("improve", "d", "--candidates", "0").code == 2
    for other in ("speed", "cost"):  # the latter is a solver's
        refused = call("improve", "d", "--objective", other)
        assert (refused.code, "is not one of 'final', 'score'" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing to search\n  next: name a DATA_DIR, or --corpus NAME --decisions FILE"),
        (("d", "--corpus", "zlib"), "d and --corpus: one of them is searched"),
        (("--corpus", "zlib"), "--corpus: where shall the decisions go?\n  next: --decisions FILE"),
        (("d", "--decisions", "f"), "--decisions: is for --corpus"),
        (("d", "--profile", "p"), "--profile: is for --corpus"),
    ],
)
def test_dataset_or_corpus(call: CommandLine, words: tuple[str, ...], said: str) -> None:
    found = call("improve", *words)

    assert found.code == 2
    assert said in found.err


def test_what_was_gained_in_corpora(call: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    gain = Gain()
    gain.count(85.0, 100.0, [["spill", 1]])
    done = ImprovedCorpora(modules=2, functions=1, searched=1, failures=(("c/b.c", "b.c:1: error: no"),), gain=gain)
    monkeypatch.setattr(improve_corpora, "_modules", lambda *_, **__: ((), None))
    monkeypatch.setattr(improve_corpora, "_search", lambda *_, **__: None)
    monkeypatch.setattr(corpus_improving, "improve_corpora", lambda *_, **__: done)
    said = call("improve", "--corpus", "zlib", "--decisions", "f")

    assert (said.code, said.out) == (3, "f\n")
    assert "f: 1 function of 2 modules (1 searched now, " in said.err
    assert "  better     1 of 1 (100.0%)\n  best       0.8500 of greedy's, geometric mean" in said.err
    assert "  with       1 spill\n  failed     c/b.c: b.c:1: error: no" in said.err
    assert "error: 1 module of 2 could not be searched, or not wholly" in said.err
