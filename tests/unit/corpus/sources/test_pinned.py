"""The kinds of source that are one pinned file: where each looks for it, and what it takes out of it."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from deb_builder import ar_member, package_of
from file_server import Answer, Server, running_server, send

from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.sources.archive import ArchiveSource
from rl4real_data.corpus.sources.debian import DebianSource
from rl4real_data.corpus.sources.debian_binary import DebianBinarySource
from rl4real_data.corpus.sources.npm import NpmSource
from rl4real_data.corpus.sources.pypi import PypiSource
from rl4real_data.corpus.sources.source import Fetch


def tar_gz(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


ARCHIVE = tar_gz({"toy-1.0/README": b"read me", "toy-1.0/src/lib/a.c": b"int a;"})
DEB = package_of(ar_member("data.tar.gz", tar_gz({"./usr/src/toy/toy.tar.gz": ARCHIVE})))


def pin_of(content: bytes, file: str) -> Pin:
    return Pin(file=file, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


PIN = pin_of(ARCHIVE, "toy-1.0.tar.gz")
TGZ = pin_of(ARCHIVE, "toy-1.0.0.tgz")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with running_server() as server:
        yield server


def wanted(tmp_path: Path, server: Server) -> Fetch:
    return Fetch(
        corpus="toy",
        cache=Cache(root=tmp_path),
        mirror=f"{server.url}/debian",
        pypi=f"{server.url}/simple/",
        npm=f"{server.url}/npm/",
        search_path="/nowhere",
    )


def files_in(root: Path) -> list[str]:
    files = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith(".rl4real"))
    return sorted(str(path.relative_to(root)) for path in files)


def page(text: str, kind: str = "text/html") -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", kind)
        request.end_headers()
        request.wfile.write(text.encode())

    return answer


def test_archive_from_the_second_address(tmp_path: Path, server: Server) -> None:
    server.answers["/b/toy.tar.gz"] = send(ARCHIVE)
    source = ArchiveSource(urls=tuple(f"{server.url}/{name}/toy.tar.gz" for name in "ab"), pin=PIN)
    assert files_in(source.fetch(wanted(tmp_path, server))) == ["README", "src/lib/a.c"]
    assert server.asked == ["/a/toy.tar.gz", "/b/toy.tar.gz"]


def test_folder_of_an_archive_has_a_tree_of_its_own(tmp_path: Path, server: Server) -> None:
    server.answers["/toy.tar.gz"] = send(ARCHIVE)
    fetch = wanted(tmp_path, server)
    roots = [
        ArchiveSource(urls=(f"{server.url}/toy.tar.gz",), pin=PIN, folder=folder).fetch(fetch)
        for folder in ("", "src", "src/lib")
    ]
    assert [files_in(root) for root in roots] == [["README", "src/lib/a.c"], ["lib/a.c"], ["a.c"]]
    assert len(set(roots)) == 3
    assert server.asked == ["/toy.tar.gz"]  # one archive for all of them


def test_archive_that_no_address_has(tmp_path: Path, server: Server) -> None:
    source = ArchiveSource(urls=(f"{server.url}/toy.tar.gz",), pin=PIN)
    with pytest.raises(SourceError, match=r"corpus toy: toy-1\.0\.tar\.gz cannot be had") as raised:
        source.fetch(wanted(tmp_path, server))
    assert "urls" in raised.value.hint


@pytest.mark.parametrize("is_json", [True, False], ids=["json", "html"])
def test_python_package(tmp_path: Path, server: Server, is_json: bool) -> None:
    """The page's name is normalised, links are relative to the page, and other files are not taken."""
    names = ["toy-0.9.tar.gz", "toy-1.0.tar.gz", "toy-1.0-py3-none-any.whl"]
    if is_json:
        files = [{"filename": name, "url": f"../../files/{name}", "hashes": {}} for name in names]
        server.answers["/simple/my-toy/"] = page(json.dumps({"files": files}), "application/vnd.pypi.simple.v1+json")
    else:
        links = "".join(f'<a class="x" href="../../files/{name}#sha256=00">{name}</a><br>' for name in names)
        server.answers["/simple/my-toy/"] = page(f"<html><body><a name='top'></a>{links}</body></html>")
    server.answers["/files/toy-1.0.tar.gz"] = send(ARCHIVE)
    source = PypiSource(project="My_.Toy", version="1.0", pin=PIN)
    assert files_in(source.fetch(wanted(tmp_path, server))) == ["README", "src/lib/a.c"]
    assert server.asked == ["/simple/my-toy/", "/files/toy-1.0.tar.gz"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (page("<a href='toy-0.9.tar.gz'>toy-0.9.tar.gz</a>"), r"the index does not list it for toy"),
        (page("{", "application/json"), "the index's answer is no list of files"),
        (page('{"files": [3]}', "application/json"), "the index's answer is no list of files"),
        (None, "HTTP 404 Not Found"),
    ],
    ids=["other release", "no json", "other json", "no page"],
)
def test_python_package_that_the_index_has_not(
    tmp_path: Path, server: Server, answer: Answer | None, problem: str
) -> None:
    if answer:
        server.answers["/simple/toy/"] = answer
    with pytest.raises(SourceError, match=rf"corpus toy: .*{problem}") as raised:
        PypiSource(project="toy", version="1.0", pin=PIN).fetch(wanted(tmp_path, server))
    assert "RL4REAL_DATA_PYPI" in raised.value.hint


@pytest.mark.parametrize("package", ["toy", "@scope/toy"])
def test_npm_package_at_its_usual_place(tmp_path: Path, server: Server, package: str) -> None:
    server.answers[f"/npm/{package}/-/toy-1.0.0.tgz"] = send(ARCHIVE)
    source = NpmSource(package=package, version="1.0.0", pin=TGZ, folder="src")
    assert files_in(source.fetch(wanted(tmp_path, server))) == ["lib/a.c"]
    assert len(server.asked) == 1


def test_npm_package_where_the_registry_says(tmp_path: Path, server: Server) -> None:
    server.answers["/npm/toy/1.0.0"] = page(json.dumps({"dist": {"tarball": f"{server.url}/elsewhere.tgz"}}))
    server.answers["/elsewhere.tgz"] = send(ARCHIVE)
    source = NpmSource(package="toy", version="1.0.0", pin=TGZ)
    assert files_in(source.fetch(wanted(tmp_path, server))) == ["README", "src/lib/a.c"]
    assert server.asked == ["/npm/toy/-/toy-1.0.0.tgz", "/npm/toy/1.0.0", "/elsewhere.tgz"]


def test_npm_package_that_the_registry_has_not(tmp_path: Path, server: Server) -> None:
    with pytest.raises(SourceError, match=r"corpus toy: toy-1\.0\.0\.tgz cannot be had") as raised:
        NpmSource(package="toy", version="1.0.0", pin=TGZ).fetch(wanted(tmp_path, server))
    assert [line.split(": ", 1)[1] for line in str(raised.value).splitlines()[1:]] == ["HTTP 404 Not Found"] * 2
    assert "RL4REAL_DATA_NPM" in raised.value.hint


def deb_source(inner: str = "usr/src/toy/toy.tar.gz", folder: str = "") -> DebianBinarySource:
    pin = pin_of(DEB, "toy-source_1.0_all.deb")
    path = f"pool/main/t/toy/{pin.file}"
    return DebianBinarySource(version="1.0", pool_path=path, pin=pin, inner=inner, folder=folder)


def test_archive_inside_a_package(tmp_path: Path, server: Server) -> None:
    server.answers[f"/debian/{deb_source().pool_path}"] = send(DEB)
    root = deb_source(folder="src").fetch(wanted(tmp_path, server))
    assert files_in(root) == ["lib/a.c"]
    assert [path.name for path in root.parent.iterdir()] == [root.name]  # the inner archive is gone
    assert deb_source(folder="src").fetch(wanted(tmp_path, server)) == root
    assert deb_source(folder="src/lib").fetch(wanted(tmp_path, server)) != root
    assert len(server.asked) == 1


def test_package_without_that_archive_leaves_nothing(tmp_path: Path, server: Server) -> None:
    source = deb_source(inner="usr/src/other.tar.gz")
    server.answers[f"/debian/{source.pool_path}"] = send(DEB)
    with pytest.raises(SourceError, match=r"has no file usr/src/other\.tar\.gz"):
        source.fetch(wanted(tmp_path, server))
    assert list((tmp_path / "corpora").iterdir()) == []


def test_folder_of_a_source_package(tmp_path: Path, server: Server) -> None:
    pin = pin_of(ARCHIVE, "toy_1.0.orig.tar.gz")
    source = DebianSource(version="1.0-1", pool_path=f"pool/main/t/toy/{pin.file}", pin=pin, folder="src")
    server.answers[f"/debian/{source.pool_path}"] = send(ARCHIVE)
    assert files_in(source.fetch(wanted(tmp_path, server))) == ["lib/a.c"]


def test_two_runs_at_once_fetch_once(tmp_path: Path, server: Server) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def answer_late(request: BaseHTTPRequestHandler) -> None:
        arrived.set()
        assert go_on.wait(10)
        send(ARCHIVE)(request)

    server.answers["/toy.tar.gz"] = answer_late
    source = ArchiveSource(urls=(f"{server.url}/toy.tar.gz",), pin=PIN)
    with ThreadPoolExecutor(max_workers=2) as pool:
        runs = [pool.submit(source.fetch, wanted(tmp_path, server))]
        assert arrived.wait(10)
        runs.append(pool.submit(source.fetch, wanted(tmp_path, server)))
        time.sleep(0.1)  # the second one has reached the lock by then, or else it finds the tree: both must work
        go_on.set()
        roots = [run.result(10) for run in runs]
    assert roots[0] == roots[1]
    assert files_in(roots[0]) == ["README", "src/lib/a.c"]
    assert server.asked == ["/toy.tar.gz"]


def test_broken_cache_mends_itself(tmp_path: Path, server: Server) -> None:
    server.answers["/toy.tar.gz"] = send(ARCHIVE)
    source = ArchiveSource(urls=(f"{server.url}/toy.tar.gz",), pin=PIN)
    fetch = wanted(tmp_path, server)
    root = source.fetch(fetch)
    fetch.cache.download_path(PIN).write_bytes(ARCHIVE[:10])
    (root / "src/lib/a.c").unlink()
    (tmp_path / "corpora" / f".{root.name}.killed").mkdir()
    assert source.fetch(fetch) == root
    assert files_in(root) == ["README", "src/lib/a.c"]
    assert fetch.cache.download_path(PIN).read_bytes() == ARCHIVE
    assert [path.name for path in root.parent.iterdir()] == [root.name]
    assert len(server.asked) == 2


def test_other_bytes_than_promised_are_never_unpacked(tmp_path: Path, server: Server) -> None:
    server.answers["/toy.tar.gz"] = send(bytes(len(ARCHIVE)))
    source = ArchiveSource(urls=(f"{server.url}/toy.tar.gz",), pin=PIN)
    with pytest.raises(SourceError, match=r"sha256 [0-9a-f]{64} instead of " + PIN.sha256):
        source.fetch(wanted(tmp_path, server))
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"] == []
