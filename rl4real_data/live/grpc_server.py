"""The model's side of gRPC, a service that compilers ask."""

from __future__ import annotations

__all__ = ["serve_grpc"]

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from rl4real_data.core.errors import UsageError
from rl4real_data.core.extras import required_by
from rl4real_data.live.frames import MOST_BYTES
from rl4real_data.live.messages import Message, Policy, Value, answer
from rl4real_data.live.proto_files import INFERENCE, Method, find_method

HOST: Final = "127.0.0.1"
THREADS: Final = 20
"""Compilers that are answered at a time; as many as in MLCompilerBridge."""


def serve_grpc(
    port: int,
    policy: Policy,
    *,
    ready: Callable[[int], None],
    method: str = INFERENCE,
    schema: str = "",
    per_peer: Callable[[str], Policy] | None = None,
) -> None:
    """Answers compilers until it is interrupted; `ready` is called with the port, which 0 leaves to the system.

    `per_peer`: a policy for each compiler, by what gRPC calls it, where one remembers what a compiler said before. A
    method that is not one of ours needs the text of its .proto file. The policy is called from several threads.
    UsageError if the port is taken.
    """
    server, bound = start_server(port, policy, find_method(method, schema=schema), per_peer=per_peer)
    ready(bound)
    try:
        server.wait_for_termination()
    finally:
        server.stop(grace=None)


def start_server(
    port: int, policy: Policy, method: Method, *, per_peer: Callable[[str], Policy] | None = None
) -> tuple[Any, int]:
    """A running server of gRPC's, and its port."""
    with required_by("serving over gRPC", extra="live"):
        import grpc
    service, _, name = method.name.partition("/")

    def advise(request: Any, context: Any) -> Any:
        asked = policy if per_peer is None else per_peer(context.peer())
        return write_first_field(method.response(), answer(asked, read_fields(request)))

    handler = grpc.unary_unary_rpc_method_handler(
        advise,
        request_deserializer=method.request.FromString,
        response_serializer=method.response.SerializeToString,
    )
    limits = [("grpc.max_send_message_length", MOST_BYTES), ("grpc.max_receive_message_length", MOST_BYTES)]
    server = grpc.server(ThreadPoolExecutor(max_workers=THREADS), options=[*limits, ("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {name: handler}),))
    try:
        bound = server.add_insecure_port(f"{HOST}:{port}")
    except RuntimeError as error:
        raise UsageError(f"port {port} of {HOST} is taken", hint="name another port, or end what listens") from error
    server.start()
    return server, bound


def write_first_field(message: Any, advice: list[int] | list[float]) -> Any:
    """The message with the advice in its first field, where the plugin's runner expects it."""
    for field in message.DESCRIPTOR.fields[:1]:  # one without fields says by coming that it was heard
        if field.is_repeated:
            getattr(message, field.name).extend(advice)
        else:
            (value,) = advice
            setattr(message, field.name, value)
    return message


def read_fields(message: Any) -> Message:
    """All fields of a protobuf message in the order of its schema; each message of a repeated one is a pair."""
    return [pair for field in message.DESCRIPTOR.fields for pair in _pairs(message, field)]


def _pairs(message: Any, field: Any) -> Iterator[tuple[str, Value]]:
    value = getattr(message, field.name)
    if field.message_type is None:
        yield field.name, list(value) if field.is_repeated else value
        return
    columns = field.message_type.fields
    if len(columns) == 1 and columns[0].is_repeated:  # a matrix: a message a row
        yield field.name, [list(getattr(row, columns[0].name)) for row in value]
        return
    for each in value:
        yield field.name, read_fields(each)
