"""Inference by models behind gRPC that are wrong, slow or gone: the stock object, and a warning for each function."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .grpc_servers import Handler, Play, listening, relaying, serving
from .live_compiler import FUNCTIONS, Compiled, LiveCompiler
from .wrong_services import (
    BAD_PARTNERS,
    ILLEGAL_ANSWERS,
    METHOD,
    STRANGERS,
    WRONG_ANSWERS,
    WRONG_BEHIND_A_SPLIT,
    compressed,
    data,
    late,
    says,
    splits_then,
)

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
SHORT_MS = 300  # for servers that never answer
PATIENT_MS = 300_000  # for servers that do, on a loaded machine


class Inference:
    """A compiler that asks a model at a port of this machine, and its object file without any."""

    def __init__(self, compiler: LiveCompiler, library: Path) -> None:
        self._compiler = compiler
        self._library = library
        self._stock = compiler.compile(plugin=False).object

    def compile(self, port: int, limit_ms: int = PATIENT_MS, *flags: str) -> Compiled:
        asks = ("-mlra-inference", f"-mlra-server-address=127.0.0.1:{port}", f"-mlra-grpc-library={self._library}")
        return self._compiler.compile(*asks, f"-mlra-time-limit={limit_ms}", "-mlra-max-messages=50", *flags)

    def require_greedy(self, port: int, words: str, limit_ms: int = PATIENT_MS, only: str = "") -> None:
        """All functions are greedy's, or the only one that is asked about, and clang says of each why."""
        found = self.compile(port, limit_ms, *([f"-mlra-debug-func={only}"] if only else []))
        assert found.object == self._stock
        for name in (only,) if only else FUNCTIONS:
            assert f"mlra: {name}: left to greedy: " in found.said
            assert re.search(words, found.reports[name]["failure"]), found.said[:2000]
            assert found.reports[name]["made"] == {}

    def require_refusals(self, port: int) -> None:
        """Of all functions nothing is carried out, and clang says so."""
        found = self.compile(port)
        assert found.object == self._stock
        for name in FUNCTIONS:
            assert re.search(rf"mlra: {name}: \d+ of \d+ decisions were not carried out", found.said)
            assert sum(found.reports[name]["illegal"].values()) > 0, found.said[:2000]
            assert found.reports[name]["made"] == {}


@pytest.fixture(scope="module")
def inference(toolchains: Toolchains, grpc_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Inference:
    compiler = LiveCompiler(*toolchains[max(toolchains)], tmp_path_factory.mktemp("wrong"))
    return Inference(compiler, grpc_library)


@contextmanager
def modelled(handler: Handler) -> Iterator[int]:
    """Such a model of RL4ReAl's service, and its port."""
    with serving(handler, METHOD.name) as server:
        yield server.port


@pytest.mark.parametrize("kind", WRONG_ANSWERS)
def test_wrong_answers(inference: Inference, kind: str) -> None:
    handler, words = WRONG_ANSWERS[kind]
    with modelled(handler) as port:
        inference.require_greedy(port, words)


@pytest.mark.parametrize("kind", WRONG_BEHIND_A_SPLIT)
def test_wrong_answers_behind_a_split(inference: Inference, kind: str) -> None:
    handler, words = WRONG_BEHIND_A_SPLIT[kind]
    with modelled(handler) as port:
        inference.require_greedy(port, words)


def test_what_is_wrong_behind_a_split_comes_behind_one(inference: Inference) -> None:
    """The same server with a right end."""
    with modelled(splits_then(says(1))) as port:
        reports = inference.compile(port).reports
    assert any(report["made"].get("split", 0) for report in reports.values())


@pytest.mark.parametrize("kind", ILLEGAL_ANSWERS)
def test_illegal_answers(inference: Inference, kind: str) -> None:
    with modelled(ILLEGAL_ANSWERS[kind]) as port:
        inference.require_refusals(port)


def test_more_than_is_taken(inference: Inference) -> None:
    with modelled(compressed) as port:
        inference.require_greedy(port, r"resource exhausted", only="total")


@pytest.mark.parametrize("name", [METHOD.name.replace("getAdvice", "other"), "another.Model/getAdvice"])
def test_another_service(inference: Inference, name: str) -> None:
    with serving(lambda *_: data(-1), name) as server:
        inference.require_greedy(server.port, r"the server has no such method")


@pytest.mark.parametrize("play", STRANGERS.values(), ids=STRANGERS.keys())
def test_strangers(inference: Inference, play: Play | None) -> None:
    with listening(play) as port:
        inference.require_greedy(port, r"within the (time )?limit", SHORT_MS)


@pytest.mark.parametrize("kind", BAD_PARTNERS)
def test_bad_partners(inference: Inference, kind: str) -> None:
    play, words = BAD_PARTNERS[kind]
    with listening(play) as port:
        inference.require_greedy(port, words)


@pytest.mark.parametrize("is_split_first", [False, True], ids=["at once", "behind a split"])
def test_late_answers(inference: Inference, is_split_first: bool) -> None:
    over = threading.Event()
    handler = splits_then(late(over)) if is_split_first else late(over)
    with modelled(handler) as port:
        try:
            inference.require_greedy(port, r"within the (time )?limit", SHORT_MS)
        finally:
            over.set()


def test_gone_in_the_middle_of_the_dialogue(inference: Inference) -> None:
    """Each function's connection is cut once its first split is done."""

    def die(*_: object) -> bytes:
        relay.cut()
        return data(1)

    with modelled(splits_then(die)) as port, relaying(port) as relay:
        inference.require_greedy(relay.port, r"unavailable")
