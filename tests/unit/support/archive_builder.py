"""Writes `ar` archives as GNU's, BSD's and LLVM's tools do, without any of them."""

from __future__ import annotations

from collections.abc import Mapping

LONGEST_GNU_NAME = 15


def header(name: bytes, size_bytes: int) -> bytes:
    return b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 0, 0, 0, 0o644, size_bytes)


def even(content: bytes) -> bytes:
    return content + b"\n" * (len(content) % 2)


def gnu_archive(members: Mapping[bytes, bytes], *, is_thin: bool = False) -> bytes:
    """With a table of symbols and one of long names; a thin archive has the sizes of its members alone."""
    table, body = b"", b""
    for name, content in members.items():
        if len(name) > LONGEST_GNU_NAME or is_thin or b"/" in name:
            body += header(b"/%d" % len(table), len(content))
            table += name + b"/\n"
        else:
            body += header(name + b"/", len(content))
        body += b"" if is_thin else even(content)
    symbols = header(b"/", 4) + bytes(4)
    magic = b"!<thin>\n" if is_thin else b"!<arch>\n"
    return magic + symbols + (header(b"//", len(table)) + even(table) if table else b"") + body


def bsd_archive(members: Mapping[bytes, bytes]) -> bytes:
    """Every name stands before the content; the table of symbols is a member."""
    body = b""
    for name, content in {b"__.SYMDEF SORTED": bytes(4), **members}.items():
        padded = name + bytes(-len(name) % 4)
        body += header(b"#1/%d" % len(padded), len(padded) + len(content)) + even(padded + content)
    return b"!<arch>\n" + body
