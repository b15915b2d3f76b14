"""Manifests as text, sources as text and as values, and what the reader says of a manifest that it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.core.errors import ManifestError
from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.manifest import read_manifest
from rl4real_data.corpus.sources.archive import ArchiveSource
from rl4real_data.corpus.sources.csmith import CsmithSource
from rl4real_data.corpus.sources.debian_binary import DebianBinarySource
from rl4real_data.corpus.sources.npm import NpmSource
from rl4real_data.corpus.sources.source import Source
from rl4real_data.corpus.sources.user_folder import FolderSource

SHA256 = "0123456789abcdef" * 4

GOOD = f"""
name = "toy"
summary = "A toy"
license = "MIT OR (Apache-2.0 WITH LLVM-exception)"
license_evidence = "debian/copyright"
homepage = "https://toy.example.invalid/"
split = "test"

[source]
kind = "debian"
version = "1.0-1"
file = "toy_1.0.orig.tar.gz"
pool_path = "pool/main/t/toy/toy_1.0.orig.tar.gz"
size = 1234
sha256 = "{SHA256}"

[modules]
globs = ["src/*.c", "lib/**/*.c"]
excludes = ["src/demo*.c"]
flags = ["-Iinclude"]
language = "c++"
needs_libc = false

[expected]
modules = 3
functions = {{ x86 = 40, aarch64 = 39 }}
"""
"""Every key that a manifest with one source can have."""

RICH = f"""
name = "toy"
summary = "A toy"
license = "MIT"
license_evidence = "LICENSE"
split = "train"

[[source]]
kind = "pypi"
project = "toy"
version = "1.0"
file = "toy-1.0.tar.gz"
size = 1234
sha256 = "{SHA256}"
folder = "src"

[[source]]
kind = "git"
url = "https://toy.example.invalid/toy.git"
commit = "{SHA256[:40]}"
folder = "toy/src"

[[prepare]]
copy = "config.h.in"
to = "config.h"

[[prepare]]
write = "empty.h"
text = ""

[[prepare]]
substitute = "version.in"
to = "version.h"
values = {{ "@MAJOR@" = "1", "@SUFFIX@" = "" }}

[modules]
globs = ["*.c"]
includes = [".", "include"]
allow_fewer = true

[modules.x86]
flags = ["-mavx2"]
excludes = ["neon*.c"]

[modules.aarch64]
skip = "needs AVX"

[[licenses]]
globs = ["third/*.c"]
license = "Zlib"

[[licenses]]
globs = ["other.c"]
license = "ISC"
"""
"""What a manifest can have several of, and rules of single targets."""

SOURCES: dict[str, tuple[str, Source]] = {
    "archive": (
        f'urls = ["https://a.example.invalid/t.tgz", "file:///t.tgz"]\nfile = "t.tgz"\nsize = 1\nsha256 = "{SHA256}"',
        ArchiveSource(
            urls=("https://a.example.invalid/t.tgz", "file:///t.tgz"),
            pin=Pin(file="t.tgz", size_bytes=1, sha256=SHA256),
        ),
    ),
    "npm": (
        f'package = "@a/t"\nversion = "1"\nfile = "t.tgz"\nsize = 1\nsha256 = "{SHA256}"\nfolder = "."',
        NpmSource(package="@a/t", version="1", pin=Pin(file="t.tgz", size_bytes=1, sha256=SHA256), folder="."),
    ),
    "debian-binary": (
        f'version = "1"\nfile = "t.deb"\nsize = 1\nsha256 = "{SHA256}"\npool_path = "pool/t.deb"\n'
        'inner = "usr/src/t.tar.xz"\nfolder = "tests"',
        DebianBinarySource(
            version="1",
            pool_path="pool/t.deb",
            pin=Pin(file="t.deb", size_bytes=1, sha256=SHA256),
            inner="usr/src/t.tar.xz",
            folder="tests",
        ),
    ),
    "folder": (
        'path = "~/spec"\nredistributable = false',
        FolderSource(path="~/spec", redistributable=False),
    ),
    "csmith": (
        'version = "2.3.0"\nseeds = [0, 99]\noptions = ["--no-unions"]',
        CsmithSource(version="2.3.0", seeds=(0, 99), options=("--no-unions",)),
    ),
}
"""Kind -> the other keys of its `[source]` table, and the source that they say."""


def write_manifest(folder: Path, text: str, name: str = "toy.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path: Path) -> list[str]:
    """What the reader says of a manifest that it refuses, without the name of the file."""
    with pytest.raises(ManifestError, match="toml") as raised:
        read_manifest(path)
    return [line.removeprefix(f"{path}: ") for line in str(raised.value).splitlines()]


def with_source(text: str) -> str:
    """GOOD with another `[source]` table."""
    begin, end = GOOD.index("[source]"), GOOD.index("[modules]")
    return f"{GOOD[:begin]}[source]\n{text}\n\n{GOOD[end:]}"
