"""Every way in that names files: pipes, devices and endless files are an error at once, wherever they stand."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from bitcode_builder import bitcode

from rl4real_data.core.errors import Rl4realError, SourceError
from rl4real_data.corpus.catalog import Catalog
from rl4real_data.corpus.download import Pin, download_first
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.resolve import resolve

pytestmark = pytest.mark.timeout(60)

EMPTY = Catalog(manifests={}, groups={})


def corpus_of(word: str | Path, tmp_path: Path) -> Corpus:
    (corpus,) = resolve([str(word)], cache=tmp_path / "cache", catalog=EMPTY)
    return corpus


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def sparse(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(1 << 41)


def folder(path: Path) -> None:
    path.mkdir()


ODD = (pipe, device, sparse, folder)


@pytest.mark.parametrize("make", ODD)
@pytest.mark.parametrize(
    "name", ["corpus_description.json", "compile_commands.json", "a.c", "a.bc", "a.o", "a.parquet", "m.toml"]
)
def test_as_the_corpus_itself(tmp_path: Path, make: Callable[[Path], None], name: str) -> None:
    make(tmp_path / name)
    if name in ("a.c", "a.bc") and make is sparse:  # a module like any other, and too large to be compiled
        assert [str(module.path) for module in corpus_of(tmp_path / name, tmp_path).modules] == [name]
        return
    with pytest.raises(Rl4realError):
        corpus_of(tmp_path / name, tmp_path)


@pytest.mark.parametrize("make", ODD)
@pytest.mark.parametrize("name", ["a.cmd", "licenses.json"])
def test_in_an_mlgo_corpus(tmp_path: Path, make: Callable[[Path], None], name: str) -> None:
    (tmp_path / "corpus_description.json").write_text(json.dumps({"modules": ["a"]}))
    (tmp_path / "a.bc").write_bytes(bitcode())
    (tmp_path / "a.cmd").write_bytes(b"-cc1")
    (tmp_path / name).unlink(missing_ok=True)
    make(tmp_path / name)
    with pytest.raises(Rl4realError, match="cannot be read"):
        corpus_of(tmp_path, tmp_path)


@pytest.mark.parametrize("name", ["a.bc", "a.cmd"])
def test_links_out_of_an_mlgo_corpus(tmp_path: Path, name: str) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (corpus / "corpus_description.json").write_text(json.dumps({"modules": ["a"]}))
    (corpus / "a.bc").write_bytes(bitcode())
    (corpus / "a.cmd").write_bytes(b"-cc1")
    (corpus / name).unlink()
    (corpus / name).symlink_to(tmp_path / "secret")
    with pytest.raises(Rl4realError, match=f"{name} is a link that leads out of the corpus"):
        corpus_of(corpus, tmp_path)


@pytest.mark.parametrize("make", [pipe, device, folder])
def test_in_and_as_a_list_of_files(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "odd.c")
    with pytest.raises(Rl4realError, match=r"cannot be read as a list of files"):
        corpus_of(f"@{tmp_path}/odd.c", tmp_path)
    (tmp_path / "list.txt").write_text("odd.c\n")
    with pytest.raises(Rl4realError, match=r'"odd\.c" is no file'):
        corpus_of(f"@{tmp_path}/list.txt", tmp_path)


@pytest.mark.parametrize("make", ODD)
def test_words_that_cannot_be_read_fail_their_module(tmp_path: Path, make: Callable[[Path], None]) -> None:
    (tmp_path / "a.c").write_text("int a;")
    make(tmp_path / "words")
    entry = {"directory": str(tmp_path), "file": "a.c", "arguments": ["clang", "@words", "-DA", "-c", "a.c"]}
    (tmp_path / "compile_commands.json").write_text(json.dumps([entry]))
    (module,) = corpus_of(tmp_path / "compile_commands.json", tmp_path).modules

    assert module.flags == ("-DA",)
    assert "@words" in module.refusal


@pytest.mark.parametrize("key", ["file", "directory"])
def test_names_that_no_file_has(tmp_path: Path, key: str) -> None:
    entry = {"directory": str(tmp_path), "file": "a.c", "arguments": ["clang", "-c", "a.c"], key: "a\0.c"}
    (tmp_path / "compile_commands.json").write_text(json.dumps([entry]))
    with pytest.raises(Rl4realError, match="has a character NUL"):
        corpus_of(tmp_path / "compile_commands.json", tmp_path)


def test_words_that_multiply_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int a;")
    for number in range(12):
        (tmp_path / f"r{number}").write_text(f"@r{number + 1} " * 10)
    (tmp_path / "r12").write_text("-DA " * 10)
    entry = {"directory": str(tmp_path), "file": "a.c", "arguments": ["clang", "@r0", "-c", "a.c"]}
    (tmp_path / "compile_commands.json").write_text(json.dumps([entry]))
    with pytest.raises(Rl4realError, match="response files make more than 100,000 words"):
        corpus_of(tmp_path / "compile_commands.json", tmp_path)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"modules": ' * 50_000, "9" * 10_000, '{"modules": ["a\x00b"]}', "\xff"]
)
def test_json_that_no_parser_likes(tmp_path: Path, text: str) -> None:
    for name in ("corpus_description.json", "compile_commands.json"):
        (tmp_path / name).write_text(text, encoding="latin-1")
        with pytest.raises(Rl4realError):
            corpus_of(tmp_path / name, tmp_path)


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 50_000, "x = { y = " * 20_000, 'name = "a\\u0000"', "\xff", "name = 1"]
)
def test_toml_that_no_parser_likes(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.toml").write_text(text, encoding="latin-1")
    with pytest.raises(Rl4realError):
        corpus_of(tmp_path / "m.toml", tmp_path)


@pytest.mark.parametrize("make", [pipe, folder])
def test_at_the_address_of_an_archive(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "a.tar.gz")
    pin = Pin(file="a.tar.gz", size_bytes=10, sha256="0" * 64)
    with pytest.raises(SourceError, match="is no regular file"):
        download_first([f"file://{tmp_path}/a.tar.gz"], tmp_path / "draft", pin=pin, progress=lambda *_: None)
