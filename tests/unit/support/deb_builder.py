"""Debian packages from bytes."""

from __future__ import annotations


def ar_member(name: str, content: bytes, *, size: str | None = None) -> bytes:
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{644:<8}{size or len(content):<10}`\n".encode()
    assert len(header) == 60
    return header + content + b"\n" * (len(content) % 2)


def package_of(*members: bytes) -> bytes:
    return b"!<arch>\n" + ar_member("debian-binary", b"2.0\n") + b"".join(members)
