"""`corpus list`, `show`, `fetch` and `verify`, with corpora that a server on this machine has."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from command_line import CommandLine, Said
from file_server import Answer, Server, running_server, send

from rl4real_data.corpus import catalog

MANIFEST = """
name = "{name}"
summary = "The toy {name}"
license = "MIT"
license_evidence = "LICENSE"
split = "{split}"

[source]
kind = "debian"
version = "1.0-1"
file = "{file}"
pool_path = "pool/main/{file}"
size = {size}
sha256 = "{sha256}"

[modules]
globs = ["src/*.c"]

[expected]
modules = 2
functions = {{ x86 = 7 }}
"""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Two toy corpora, `ant` and `bee`, their server, and the command line."""

    folder: Path
    server: Server
    call: Callable[..., Said]
    archives: dict[str, bytes]

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def tree(self, name: str) -> Path:
        (tree,) = (self.cache / "corpora").glob(f"{name}-*")
        return tree

    def archive(self, name: str) -> Path:
        (archive,) = (self.cache / "downloads").glob(f"*-{name}_1.0.orig.tar.gz")
        return archive

    def serve(self, name: str, answer: Answer | None = None) -> None:
        self.server.answers[f"/pool/main/{name}_1.0.orig.tar.gz"] = answer or send(self.archives[name])


def pack(name: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for path in ("src/a.c", "src/b.c", "README"):
            member = tarfile.TarInfo(f"{name}-1.0/{path}")
            member.size = len(name)
            tar.addfile(member, io.BytesIO(name.encode()))
        link = tarfile.TarInfo(f"{name}-1.0/src/link")
        link.type, link.linkname = tarfile.SYMTYPE, "a.c"
        tar.addfile(link)
    return out.getvalue()


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shelf]:
    manifests = tmp_path / "manifests"
    manifests.mkdir()
    archives = {name: pack(name) for name in ("ant", "bee")}
    for (name, content), split in zip(archives.items(), ("train", "test"), strict=True):
        sha256, file = hashlib.sha256(content).hexdigest(), f"{name}_1.0.orig.tar.gz"
        text = MANIFEST.format(name=name, file=file, size=len(content), sha256=sha256, split=split)
        (manifests / f"{name}.toml").write_text(text)
    (manifests / "groups.toml").write_text('insects = ["ant", "bee"]\n')
    monkeypatch.setattr(catalog, "_FOLDERS", (manifests,))
    call = CommandLine(tmp_path, monkeypatch, capsys)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("RL4REAL_DATA_CACHE", str(tmp_path / "cache"))
    with running_server() as server:
        monkeypatch.setenv("RL4REAL_DATA_MIRROR", server.url)
        yield Shelf(folder=tmp_path, server=server, call=partial(call, "corpus"), archives=archives)


# list and show


def test_list_follows_the_cache(shelf: Shelf) -> None:
    shelf.serve("ant")
    before = json.loads(shelf.call("list", "--json").out)
    shelf.call("fetch", "ant")
    after = json.loads(shelf.call("list", "--json").out)

    assert [row["cache"] for row in before] == ["-", "-"]
    assert [(row["name"], row["cache"]) for row in after] == [("ant", "unpacked"), ("bee", "-")]
    assert after[1] == {
        "name": "bee",
        "summary": "The toy bee",
        "license": "MIT",
        "split": "test",
        "modules": 2,
        "functions": {"x86": 7},
        "cache": "-",
        "download_bytes": len(shelf.archives["bee"]),
    }


def test_list_is_a_table_with_sums(shelf: Shelf) -> None:
    header, ant, bee, sums = shelf.call("list", "insects").out.splitlines()

    assert header.split() == ["NAME", "LICENCE", "SPLIT", "MODULES", "X86", "AARCH64", "SIZE", "CACHE"]
    assert ant.split() == ["ant", "MIT", "train", "2", "7", "-", "0.0", "MB", "-"]
    assert bee.split()[:3] == ["bee", "MIT", "test"]
    assert sums.split() == ["2", "corpora", "4", "14", "0", "0.0", "MB"]


def test_show_has_the_files_once_they_are_here(shelf: Shelf) -> None:
    shelf.serve("bee")
    assert json.loads(shelf.call("show", "bee", "--json").out)["files"] == []
    shelf.call("fetch", "bee")
    shown = json.loads(shelf.call("show", "bee", "--json").out)

    assert shown["files"] == ["src/a.c", "src/b.c"]
    assert shown["sources"][0]["pool_path"] == "pool/main/bee_1.0.orig.tar.gz"
    assert shown["cache"]["tree"] == str(shelf.tree("bee"))
    text = shelf.call("show", "bee").out
    assert "license evidence   LICENSE" in text
    assert "src/b.c" in text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "wasp"), '"wasp" is no corpus and no group'),
        (("show", "ants"), 'did you mean "ant"?'),
        (("show", "insects"), '"insects" is a group of 2 corpora: ant, bee'),
        (("fetch",), "name corpora or groups, or say --all"),
        (("fetch", "ant", "--all"), "name corpora or groups, or say --all"),
    ],
)
def test_wrong_words(shelf: Shelf, words: tuple[str, ...], says: str) -> None:
    said = shelf.call(*words)

    assert said.code == 2
    assert says in said.err


# fetch


def test_size_is_said_before_the_first_byte(shelf: Shelf) -> None:
    shelf.serve("ant")
    shelf.serve("bee")
    said = shelf.call("fetch", "--all")
    lines = said.err.splitlines()

    assert said.code == 0
    assert lines[0] == "rl4real-data: 2 corpora: 2 to download (0.0 MB), 0 here"
    assert lines.index("rl4real-data: fetching bee (0.0 MB)") > 0
    assert said.out == "ant  2 modules\nbee  2 modules\n"
    assert "2 corpora: 0 to download (0.0 MB), 2 here" in shelf.call("fetch", "insects").err
    assert len(shelf.server.asked) == 2


def test_downloads_run_at_the_same_time(shelf: Shelf) -> None:
    together = threading.Barrier(2, timeout=10)

    def wait_for_the_other(name: str) -> Answer:
        def answer(request: BaseHTTPRequestHandler) -> None:
            together.wait()
            send(shelf.archives[name])(request)

        return answer

    shelf.serve("ant", wait_for_the_other("ant"))
    shelf.serve("bee", wait_for_the_other("bee"))

    assert shelf.call("fetch", "--all").code == 0


def test_one_that_cannot_be_had_is_less_than_asked(shelf: Shelf) -> None:
    shelf.serve("bee")
    said = shelf.call("fetch", "ant", "bee")

    assert said.code == 3
    assert said.out == "bee  2 modules\n"
    assert "1 of 2 corpora could not be had:\ncorpus ant: ant_1.0.orig.tar.gz cannot be had." in said.err
    assert "corpus update ant" in said.err


def test_nothing_that_could_be_had_is_an_error(shelf: Shelf) -> None:
    assert shelf.call("fetch", "ant").code == 1


# verify


def fetch_both(shelf: Shelf) -> None:
    shelf.serve("ant")
    shelf.serve("bee")
    assert shelf.call("fetch", "--all").code == 0


def test_sound_cache(shelf: Shelf) -> None:
    fetch_both(shelf)
    said = shelf.call("verify")

    assert said.code == 0
    assert said.out == "2 archives and 2 trees checked, 0 damaged\n"
    assert sorted(path.name for path in shelf.cache.iterdir() if path.name.startswith(".")) == []


def test_every_difference_is_named(shelf: Shelf) -> None:
    fetch_both(shelf)
    tree = shelf.tree("bee")
    times = (tree / "src/a.c").stat().st_atime_ns, (tree / "src/a.c").stat().st_mtime_ns
    (tree / "src/a.c").write_text("ant")  # as long and as old as before
    os.utime(tree / "src/a.c", ns=times)
    (tree / "src/b.c").unlink()
    (tree / "src/c.c").write_text("")
    (tree / "src/link").unlink()
    (tree / "src/link").symlink_to("b.c")
    said = shelf.call("verify", "--json")
    (damage,) = json.loads(said.out)["damages"]

    assert said.code == 4
    assert "mend them with --repair" in said.err
    assert damage["corpus"] == "bee"
    assert damage["problems"] == [
        "src/a.c was changed",
        "src/b.c is missing",
        "src/c.c does not belong there",
        "src/link was changed",
    ]


def test_damaged_archive_is_named_with_both_checksums(shelf: Shelf) -> None:
    fetch_both(shelf)
    content = shelf.archive("ant").read_bytes()
    shelf.archive("ant").write_bytes(content[:-1] + b"x")
    said = shelf.call("verify")

    assert said.code == 4
    assert f"instead of {hashlib.sha256(content).hexdigest()}" in said.out
    assert "cannot be compared: its archive ant_1.0.orig.tar.gz is damaged" in said.out
    assert "2 archives and 2 trees checked, 2 damaged" in said.out


def test_repair_fetches_again(shelf: Shelf) -> None:
    fetch_both(shelf)
    shelf.archive("ant").write_bytes(b"")
    (shelf.tree("bee") / "src/a.c").write_text("ant")
    said = shelf.call("verify", "--repair")

    assert said.code == 0
    assert "bee: " in said.out
    assert (shelf.tree("bee") / "src/a.c").read_text() == "bee"
    assert shelf.call("verify").out == "2 archives and 2 trees checked, 0 damaged\n"
    assert len(shelf.server.asked) == 3  # the sound archive was not fetched again


def test_archive_of_no_manifest_is_checked_by_its_name(shelf: Shelf) -> None:
    fetch_both(shelf)
    (shelf.cache / "downloads" / f"{'0' * 64}-old.tar.gz").write_bytes(b"old")
    said = shelf.call("verify")

    assert said.code == 4
    assert f"no known corpus: {'0' * 64}-old.tar.gz: sha256" in said.out


def test_empty_cache_is_sound(shelf: Shelf) -> None:
    assert shelf.call("verify").out == "0 archives and 0 trees checked, 0 damaged\n"


def write_lines(folder: Path, name: str, *, word: str) -> None:
    """A source of sixty lines that all say something of their own."""
    folder.mkdir(exist_ok=True)
    body = "".join(f"    total += {word}_{line}(total, {line});\n" for line in range(60))
    (folder / name).write_text(f"int {word}(int total) {{\n{body}    return total;\n}}\n")


def test_shared_names_the_copies(shelf: Shelf) -> None:
    write_lines(shelf.folder / "lib", "hash.c", word="hash")
    write_lines(shelf.folder / "app", "vendored.c", word="hash")
    write_lines(shelf.folder / "app", "own.c", word="own")

    said = shelf.call("shared", "lib", "--with", "app")
    assert (said.code, said.out) == (0, "lib: hash.c and app: vendored.c share 100% of the smaller file\n")
    both = json.loads(shelf.call("shared", "lib", "app", "--json").out)
    assert [{pair["left"], pair["right"]} for pair in both] == [{"lib: hash.c", "app: vendored.c"}]


def test_nothing_shared(shelf: Shelf) -> None:
    write_lines(shelf.folder / "lib", "hash.c", word="hash")
    write_lines(shelf.folder / "app", "own.c", word="own")

    assert "no file" in shelf.call("shared", "lib", "app").out
