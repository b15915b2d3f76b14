"""The service in this process: what a policy is told, and what its caller hears."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.live.grpc_server import start_server
from rl4real_data.live.messages import NoAdvice, Policy
from rl4real_data.live.proto_files import INFERENCE, find_method

METHOD = find_method(INFERENCE)


@contextmanager
def asking(policy: Policy) -> Iterator[Any]:
    """A caller of a server that answers with `policy`."""
    server, port = start_server(0, policy, METHOD)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield channel.unary_unary(
                f"/{METHOD.name}",
                request_serializer=METHOD.request.SerializeToString,
                response_deserializer=METHOD.response.FromString,
            )
    finally:
        server.stop(None)


def test_policy_is_told_and_answers() -> None:
    told = []
    with asking(lambda message: (told.append(dict(message)), [1, 7, 3])[1]) as ask:
        assert list(ask(METHOD.request(funcName="f", new=True)).data) == [1, 7, 3]
    assert (told[0]["funcName"], told[0]["new"]) == ("f", True)


def test_no_advice() -> None:
    def refuse(_: object) -> list[int]:
        raise NoAdvice("not for me")

    with asking(refuse) as ask:
        assert list(ask(METHOD.request()).data) == [-1]


def test_a_policy_that_fails_costs_its_call() -> None:
    def fail(message: object) -> list[int]:
        if dict(message)["funcName"] == "bad":  # type: ignore[call-overload]
            raise ValueError("a bug")
        return [2]

    with asking(fail) as ask:
        with pytest.raises(grpc.RpcError, match="a bug"):
            ask(METHOD.request(funcName="bad"))
        assert list(ask(METHOD.request(funcName="good")).data) == [2]


def test_a_port_that_is_taken() -> None:
    server, port = start_server(0, lambda _: [1], METHOD)
    try:
        with pytest.raises(UsageError, match=rf"port {port} of 127\.0\.0\.1 is taken") as raised:
            start_server(port, lambda _: [1], METHOD)
        assert raised.value.hint == "name another port, or end what listens"
    finally:
        server.stop(None)
