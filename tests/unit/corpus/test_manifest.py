"""Manifests: what is read from every key, and from none."""

from __future__ import annotations

from pathlib import Path

import pytest
from manifest_builder import GOOD, RICH, SHA256, SOURCES, with_source, write_manifest

from rl4real_data.core.split import Split
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.catalog import find_manifest_folder
from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.manifest import LicenseRule, TargetRules, read_manifest
from rl4real_data.corpus.module import Language
from rl4real_data.corpus.prepare import CopyStep, SubstituteStep, WriteStep
from rl4real_data.corpus.sources.debian import DebianSource
from rl4real_data.corpus.sources.git import GitSource
from rl4real_data.corpus.sources.kinds import SOURCE_KINDS
from rl4real_data.corpus.sources.pypi import PypiSource
from rl4real_data.corpus.sources.shipped_folder import PackageSource


def test_every_key_is_read(tmp_path: Path) -> None:
    manifest = read_manifest(write_manifest(tmp_path, GOOD))
    assert (manifest.name, manifest.summary, manifest.split) == ("toy", "A toy", Split.TEST)
    assert manifest.license == "MIT OR Apache-2.0 WITH LLVM-exception"
    assert manifest.license_evidence == "debian/copyright"
    assert manifest.homepage == "https://toy.example.invalid/"
    assert isinstance(manifest.source, DebianSource)
    assert manifest.source.version == "1.0-1"
    assert manifest.source.pool_path == "pool/main/t/toy/toy_1.0.orig.tar.gz"
    pin = manifest.source.pin
    assert (pin.file, pin.size_bytes, pin.sha256) == ("toy_1.0.orig.tar.gz", 1234, SHA256)
    assert manifest.modules.globs == ("src/*.c", "lib/**/*.c")
    assert manifest.modules.excludes == ("src/demo*.c",)
    assert manifest.modules.flags == ("-Iinclude",)
    assert manifest.modules.language is Language.CXX
    assert manifest.modules.needs_libc is False
    assert manifest.expected.modules == 3
    assert dict(manifest.expected.functions) == {TargetName.X86: 40, TargetName.AARCH64: 39}


def test_optional_keys_have_defaults(tmp_path: Path) -> None:
    text = """
name = "toy"
summary = "A toy"
license = "MIT"
license_evidence = "LICENSE"
split = "train"
source = { kind = "package", folder = "corpus/toy" }
modules = { globs = ["*.c"] }
"""
    manifest = read_manifest(write_manifest(tmp_path, text))
    assert manifest.homepage == ""
    assert manifest.source == PackageSource(folder="corpus/toy")
    assert (manifest.modules.excludes, manifest.modules.flags) == ((), ())
    assert manifest.modules.language is None
    assert manifest.modules.needs_libc is True
    assert manifest.expected.modules is None
    assert dict(manifest.expected.functions) == {}


def test_what_a_corpus_may_have_several_of(tmp_path: Path) -> None:
    manifest = read_manifest(write_manifest(tmp_path, RICH))
    pin = Pin(file="toy-1.0.tar.gz", size_bytes=1234, sha256=SHA256)
    assert manifest.sources == (
        PypiSource(project="toy", version="1.0", pin=pin, folder="src"),
        GitSource(url="https://toy.example.invalid/toy.git", commit=SHA256[:40], folder="toy/src"),
    )
    assert manifest.prepare == (
        CopyStep(copy="config.h.in", to="config.h"),
        WriteStep(write="empty.h", text=""),
        SubstituteStep(substitute="version.in", to="version.h", values={"@MAJOR@": "1", "@SUFFIX@": ""}),
    )
    assert manifest.modules.includes == (".", "include")
    assert manifest.modules.allow_fewer is True
    assert dict(manifest.modules.targets) == {
        TargetName.X86: TargetRules(flags=("-mavx2",), excludes=("neon*.c",)),
        TargetName.AARCH64: TargetRules(skip="needs AVX"),
    }
    assert manifest.licenses == (
        LicenseRule(globs=("third/*.c",), license="Zlib"),
        LicenseRule(globs=("other.c",), license="ISC"),
    )


@pytest.mark.parametrize("kind", SOURCES)
def test_kinds_of_source(tmp_path: Path, kind: str) -> None:
    text, source = SOURCES[kind]
    manifest = read_manifest(write_manifest(tmp_path, with_source(f'kind = "{kind}"\n{text}')))
    assert manifest.sources == (source,)
    assert manifest.redistributable is (kind != "folder")


def test_the_example_for_readers_is_a_manifest(tmp_path: Path) -> None:
    text = (find_manifest_folder() / "README.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0].replace('"…"', f'"{SHA256}"')
    manifest = read_manifest(write_manifest(tmp_path, example))
    assert manifest.name == "toy"
    assert all(f"| `{kind}` |" in text for kind in SOURCE_KINDS)
