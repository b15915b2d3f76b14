"""Servers of gRPC whose answers are bytes of the test's choice, and others at a port.

A relay stands in for the network between a compiler and a server.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc

HOST = "127.0.0.1"
Handler = Callable[[bytes, grpc.ServicerContext], bytes]
Play = Callable[[socket.socket], None]
"""What somebody does with one who connected."""


@contextmanager
def serving(handler: Handler, method: str) -> Iterator[Any]:
    """A server whose handler deals in raw bytes; `server.port` is where it listens."""
    server = grpc.server(ThreadPoolExecutor(max_workers=4), options=[("grpc.max_send_message_length", -1)])
    service, _, name = method.partition("/")
    handlers = {name: grpc.unary_unary_rpc_method_handler(handler)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    server.port = server.add_insecure_port(f"{HOST}:0")
    server.start()
    try:
        yield server
    finally:
        server.stop(None)


@contextmanager
def listening(play: Play | None) -> Iterator[int]:
    """Somebody at a port who is no server of gRPC; None takes no connection. What was taken is held to the end."""
    with socket.create_server((HOST, 0)) as door, contextlib.ExitStack() as held:
        is_over = threading.Event()

        def take() -> None:
            while not is_over.is_set():
                connection, _ = door.accept()
                held.enter_context(connection)
                if not is_over.is_set():
                    with contextlib.suppress(OSError):  # the compiler has gone
                        play_it(connection)

        play_it = play or (lambda _: None)
        thread = threading.Thread(target=take)
        if play:
            thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            is_over.set()
            if play:
                with socket.create_connection(door.getsockname()):
                    thread.join()


def hang_up_hard(connection: socket.socket) -> None:
    """Closes with a reset, whatever is under way."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Relay:
    """Carries bytes between compilers and a server, until it is cut."""

    def __init__(self, to: int) -> None:
        self.port = 0
        self._to = to
        self._pairs: list[tuple[socket.socket, socket.socket]] = []

    def play(self, compiler: socket.socket) -> None:
        server = socket.create_connection((HOST, self._to))
        self._pairs.append((compiler, server))
        for source, target in ((compiler, server), (server, compiler)):
            threading.Thread(target=_carry, args=(source, target), daemon=True).start()

    def cut(self) -> None:
        """Ends all connections at once, without a word, as when a machine dies; new ones are taken."""
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()


@contextmanager
def relaying(to: int) -> Iterator[Relay]:
    relay = Relay(to)
    with listening(relay.play) as relay.port:
        try:
            yield relay
        finally:
            relay.cut()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
