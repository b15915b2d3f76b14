"""Policies as allocators of an evaluation."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.evaluation import policy_contender as room
from rl4real_data.evaluation.contender import BASIC, Contender
from rl4real_data.evaluation.policy_contender import policy_contender
from rl4real_data.live.policy_choice import PolicyChoice, PolicyKind
from rl4real_data.stages.job import Decider
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

CLANG = Clang(path=Path("clang"), version="22.1.8", banner="fake", content="c")
PLUGIN = Plugin(path=Path("libmlra.so"), source_hash="p" * 64)


def contender_of(word: str, tmp_path: Path, *, tries: int = 1) -> Contender | None:
    with policy_contender(
        word,
        tries=tries,
        target=TARGETS[TargetName.X86],
        clang=CLANG,
        plugin=PLUGIN,
        cache_dir=tmp_path,
        say=lambda _said: None,
    ) as found:
        return found


def test_greedy_is_nobody(tmp_path: Path) -> None:
    assert contender_of("greedy", tmp_path) is None


def test_chance_has_the_plugins_flag(tmp_path: Path) -> None:
    found = contender_of("random", tmp_path)

    assert found == Contender(name="random", flags=("-mlra-random",))
    assert found.needs_plugin
    assert not BASIC.needs_plugin


def test_tries_are_the_compilers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = PolicyChoice(kind=PolicyKind.ADVICE, word="m.onnx", path=Path("m.onnx"))
    decider = Decider(name="m.onnx", sha256="", flags=("-mlra-policy=m.onnx",), shown=())
    monkeypatch.setattr(room, "choose_policy", lambda _word, **_more: model)
    monkeypatch.setattr(room, "decider_of_policy", lambda _word, **_more: decider)
    monkeypatch.setattr(room, "require_release", lambda _choice, _major: None)

    once, more = (contender_of("m.onnx", tmp_path, tries=tries) for tries in (1, 5))
    assert once == Contender(name="m.onnx", flags=("-mlra-policy=m.onnx",))
    assert more == Contender(name="m.onnx, 5 tries", flags=("-mlra-policy=m.onnx", "-mlra-tries=5"))


def test_who_has_one_proposal_cannot_try_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = PolicyChoice(kind=PolicyKind.MODEL, word="scores.onnx", path=Path("scores.onnx"))
    with pytest.raises(UsageError, match="random makes one proposal a function"):
        contender_of("random", tmp_path, tries=2)
    monkeypatch.setattr(room, "choose_policy", lambda _word, **_more: scores)
    with pytest.raises(UsageError, match=r"scores\.onnx makes one proposal a function"):
        contender_of("scores.onnx", tmp_path, tries=2)


def test_a_function_is_served_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    function = PolicyChoice(kind=PolicyKind.FUNCTION, word="mine:decide")
    monkeypatch.setattr(room, "choose_policy", lambda _word, **_more: function)
    monkeypatch.setattr(room, "target_registers", lambda *_words: None)
    monkeypatch.setattr(room, "served_policy", lambda *_words: None)
    monkeypatch.setattr(room, "served", lambda _policy: nullcontext("the-pipe"))
    monkeypatch.setattr(room, "kept_vocabulary", lambda *_words: tmp_path / "vocabulary.json")
    found = contender_of("mine:decide", tmp_path)

    assert found is not None
    assert found.name == "mine:decide"
    assert "-mlra-use-pipe" in found.flags
    assert "-mlra-pipe-name=the-pipe" in found.flags
    assert "-mlra-time-limit=600000" in found.flags
