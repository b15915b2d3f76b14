"""Models behind gRPC that are wrong, slow or gone, and callers of a compiler that serves."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from rl4real_data.live.proto_files import find_method

from .grpc_servers import Handler, Play, listening, serving
from .hello import SCHEMA, Hello, finish
from .wrong_services import BAD_PARTNERS, STRANGERS

pytestmark = pytest.mark.clang

PLENTY_MS, SHORT_MS, SHORTEST_MS = 120_000, 1500, 400
METHOD = find_method("hello.Model/getAdvice", schema=SCHEMA)
GOOD = METHOD.response(number=6).SerializeToString()


def reason(hello: Hello, library: Path, port: int, limit: int = PLENTY_MS) -> str:
    """Why the only function got no advice."""
    (line,) = hello.only_one().say(runner="grpc", address=f"127.0.0.1:{port}", library=library, limit=limit)
    head, _, words = line.partition("no advice: ")
    assert head == "hello: three: 3 instructions, "
    return words


def refuse(_: bytes, context: grpc.ServicerContext) -> bytes:
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, "three is no number")
    raise AssertionError


def crash(_: bytes, __: grpc.ServicerContext) -> bytes:
    raise ValueError("a model's bug")


ANSWERS: dict[str, tuple[Handler, str]] = {
    "an error status": (refuse, r"invalid argument \(three is no number\)"),
    "an exception": (crash, r"unknown error \(.*a model's bug"),
    "rubbish": (lambda *_: b"\xff\xff\xff", r"the answer is no hello\.Number"),
    "a cut message": (lambda *_: GOOD[:-3], r"the answer is no hello\.Number"),
    "fields of another schema": (lambda *_: b"\x10\x07", r"has fields that the schema's hello.Number does not have"),
    "a number of another type": (lambda *_: b"\x08\x07", r"has fields that the schema's hello.Number does not have"),
    "an enormous message": (lambda *_: GOOD + b"\x0a" + b"\xff\xff\x7f" + b"a" * 2_097_151, r"resource exhausted"),
    "a fraction": (
        lambda *_: METHOD.response(number=1.5).SerializeToString(),
        r"the answer has 1\.500000 where an integer was expected",
    ),
    "no number": (
        lambda *_: METHOD.response(number=float("nan")).SerializeToString(),
        r"the answer has -?nan where an integer",
    ),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_answers(hello: Hello, grpc_library: Path, kind: str) -> None:
    handler, words = ANSWERS[kind]
    with serving(handler, METHOD.name) as server:
        assert re.search(words, reason(hello, grpc_library, server.port))


def test_an_empty_message_is_zero(hello: Hello, grpc_library: Path) -> None:
    """proto3 sends nothing for a zero."""
    with serving(lambda *_: b"", METHOD.name) as server:
        (line,) = hello.only_one().say(runner="grpc", address=f"127.0.0.1:{server.port}", library=grpc_library)
    assert line.endswith("advice 0.000000")


@pytest.mark.parametrize("name", ["hello.Model/other", "another.Model/getAdvice"])
def test_wrong_service(hello: Hello, grpc_library: Path, name: str) -> None:
    with serving(lambda *_: GOOD, name) as server:
        assert "the server has no such method" in reason(hello, grpc_library, server.port)


def test_late(hello: Hello, grpc_library: Path) -> None:
    is_over = threading.Event()

    def wait(*_: object) -> bytes:
        is_over.wait(timeout=300)
        return GOOD

    with serving(wait, METHOD.name) as server:
        words = reason(hello, grpc_library, server.port, SHORT_MS)
        is_over.set()
    assert "within the limit" in words


def test_ends_while_it_answers(hello: Hello, grpc_library: Path) -> None:
    is_over = threading.Event()

    def end(*_: object) -> bytes:
        server.stop(None)
        is_over.wait(timeout=300)
        return GOOD

    with serving(end, METHOD.name) as server:
        words = reason(hello, grpc_library, server.port)
        is_over.set()
    assert re.search(r"unavailable|cancelled", words)


def test_nobody_listens(hello: Hello, grpc_library: Path, free_port: int) -> None:
    assert "no gRPC server answers within the limit" in reason(hello, grpc_library, free_port, SHORT_MS)


@pytest.mark.parametrize("play", STRANGERS.values(), ids=STRANGERS.keys())
def test_no_grpc_server(hello: Hello, grpc_library: Path, play: Play | None) -> None:
    with listening(play) as port:
        assert "no gRPC server answers within the limit" in reason(hello, grpc_library, port, SHORTEST_MS)


@pytest.mark.parametrize("kind", BAD_PARTNERS)
def test_bad_partners(hello: Hello, grpc_library: Path, kind: str) -> None:
    play, words = BAD_PARTNERS[kind]
    with listening(play) as port:
        assert re.search(words, reason(hello, grpc_library, port))


def test_no_address(hello: Hello, grpc_library: Path) -> None:
    (line,) = hello.only_one().say(runner="grpc", address="nowhere.invalid:x", library=grpc_library, limit=SHORT_MS)
    assert "nowhere.invalid:x: no gRPC server answers within the limit" in line


@pytest.mark.parametrize("name", ["none.so", "text.so", "libm.so.6"])
def test_no_library(hello: Hello, tmp_path: Path, name: str) -> None:
    (tmp_path / "text.so").write_text("no library")
    library = name if name.startswith("lib") else tmp_path / name
    (line,) = hello.only_one().say(runner="grpc", address="127.0.0.1:1", library=library)
    assert re.search(r"no advice: gRPC does not load: .*(cannot open|file too short|undefined symbol)", line)


def test_no_library_beside_the_plugin(hello: Hello) -> None:
    (line,) = hello.only_one().say(runner="grpc", address="127.0.0.1:1")
    assert re.search(rf"gRPC does not load: {hello.plugin.parent}/libmlrun-grpc.so: cannot open", line)


# The compiler serves


STEP = find_method("hello.Compiler/step", schema=SCHEMA)


@contextmanager
def called(hello: Hello, library: Path, **flags: object) -> Iterator[tuple[Any, grpc.Channel]]:
    """A compiler of one function that waits for calls, and a channel to it."""
    compiler = hello.only_one().start(runner="grpc-server", address="127.0.0.1:0", library=library, **flags)
    assert compiler.stderr is not None
    where = compiler.stderr.readline().removeprefix("hello: listening on ").strip()
    with grpc.insecure_channel(where) as connection:
        yield compiler, connection


def test_nobody_calls(hello: Hello, grpc_library: Path) -> None:
    with called(hello, grpc_library, limit=SHORT_MS) as (compiler, _):
        (line,) = finish(compiler)
    assert re.search(r"no advice: 127\.0\.0\.1:0: nobody called within the limit", line)


def test_another_method_is_refused_and_the_next_call_taken(hello: Hello, grpc_library: Path) -> None:
    with called(hello, grpc_library) as (compiler, connection):
        with pytest.raises(grpc.RpcError) as raised:
            connection.unary_unary("/hello.Compiler/jump")(b"", timeout=200)
        pending = connection.unary_unary(f"/{STEP.name}").future(STEP.request(number=6).SerializeToString())
        (line,) = finish(compiler)
        pending.cancel()
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert raised.value.details() == "only hello.Compiler/step is served"
    assert line.endswith("advice 6.000000")


def test_a_call_that_is_no_message(hello: Hello, grpc_library: Path) -> None:
    with called(hello, grpc_library) as (compiler, connection):
        pending = connection.unary_unary(f"/{STEP.name}").future(b"\xff\xff")
        (line,) = finish(compiler)
        pending.cancel()
    assert line.endswith("no advice: the call is no hello.Number")


def test_a_port_that_is_taken(hello: Hello, grpc_library: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        said = hello.only_one().say(runner="grpc-server", address=address, library=grpc_library, limit=SHORT_MS)
    assert said[-1].endswith(f"no advice: {address}: cannot listen there, another program may")


def test_a_caller_that_is_gone_before_its_reply(hello: Hello, grpc_library: Path) -> None:
    """The first function is asked about, and the question finds nobody; the second one waits for the next caller."""
    compiler = hello.start(runner="grpc-server", address="127.0.0.1:0", library=grpc_library, limit=5000)
    assert compiler.stderr is not None
    where = compiler.stderr.readline().removeprefix("hello: listening on ").strip()
    with grpc.insecure_channel(where) as connection:
        call = connection.unary_unary(f"/{STEP.name}").future(STEP.request(number=6).SerializeToString())
        first = compiler.stderr.readline()
        call.cancel()
    said = finish(compiler)
    assert first.endswith("advice 6.000000\n")
    assert re.search(r"no advice: 127\.0\.0\.1:0: (the caller is gone|nobody called within the limit)", said[-1])
