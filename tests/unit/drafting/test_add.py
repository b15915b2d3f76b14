"""`corpus add` and `corpus update`: folders, compilation databases, Python and npm packages from a local server."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from command_line import CommandLine
from file_server import Answer, Server, running_server, send
from world import World

from rl4real_data.core.errors import ManifestError
from rl4real_data.drafting import add as add_module
from rl4real_data.drafting.repin import replace_values
from rl4real_data.drafting.trial import Trial, Verdict


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder to work in, a server, and the command line with a fake compiler."""

    folder: Path
    server: Server
    call: CommandLine

    def write(self, **files: str) -> Path:
        for name, text in files.items():
            path = self.folder / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return self.folder

    def read(self, name: str) -> dict[str, Any]:
        return tomllib.loads((self.folder / name).read_text())


class Picky(Trial):
    """A compiler that takes what does not say `broken`, or `broken for` its target; `wants WORD`: a flag."""

    def _try(self, path: PurePosixPath, flags: tuple[str, ...]) -> Verdict:
        text = (self.root / path).read_text()
        wanted = [line.split()[-1] for line in text.splitlines() if " wants " in line]
        if "broken\n" in text or f"broken for {self.target.name.value}" in text or not set(wanted) <= set(flags):
            return Verdict(problem="it is broken")
        return Verdict()

    def defines_function(self, path: PurePosixPath, flags: tuple[str, ...]) -> bool:
        assert self._try(path, flags).ok, "what does not compile is not asked"
        return "// function" in (self.root / path).read_text()


@pytest.fixture
def desk(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    folder = world.folder / "desk"
    folder.mkdir()
    call = CommandLine(folder, monkeypatch, capsys)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("BUILD_DIR", str(world.fake.build_dir))
    monkeypatch.setenv("RL4REAL_DATA_CACHE", str(world.fake.cache_dir))
    monkeypatch.setattr(add_module, "Trial", Picky)
    with running_server() as server:
        monkeypatch.setenv("RL4REAL_DATA_PYPI", f"{server.url}/simple")
        monkeypatch.setenv("RL4REAL_DATA_NPM", server.url)
        yield Desk(folder=folder, server=server, call=call)


def pack(**files: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(f"top/{name.replace('__', '/').replace('_dot_', '.')}")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


def send_text(text: str, kind: str) -> Answer:
    def answer(request: Any) -> None:
        request.send_response(200)
        request.send_header("Content-Type", kind)
        request.end_headers()
        request.wfile.write(text.encode())

    return answer


MIT = "Permission is hereby granted, free of charge ... substantial portions of the Software."


# add FOLDER


@pytest.mark.parametrize("text", ["// function a nodes=2\n", "int table[9];\n"])
def test_sources_without_a_function_are_told_of(desk: Desk, text: str) -> None:
    desk.write(data__a_dot_c=text, data__b_dot_c="int more[9];\n", data__c_dot_c="broken\n")
    said = desk.call("corpus", "add", "data")
    has_function = "// function" in text

    assert (said.code, said.out) == (0, f"{desk.folder}/data.toml\n")
    assert ("note      none of the 2 modules defines a function: `flow` would make no episode of them" in said.err) == (
        not has_function
    )
    assert ("try it with" in said.err) == has_function


def test_folder_becomes_a_manifest_that_flow_takes(desk: Desk) -> None:
    desk.write(
        Toy_Project__LICENSE=MIT,
        Toy_Project__src__a_dot_c="// function a nodes=2\n",
        Toy_Project__src__b_dot_c="broken\n",
        Toy_Project__src__c_dot_c="broken for aarch64\n// function c nodes=3\n",
        Toy_Project__tests__t_dot_c="// function t nodes=2\n",
    )
    said = desk.call("corpus", "add", "Toy_Project")

    assert said.code == 0, said.err
    assert said.out == f"{desk.folder}/toy_project.toml\n"
    assert "left out  in a folder of tests: tests/t.c" in said.err
    assert "left out  src/b.c: it is broken" in said.err
    assert "left out  src/c.c (for aarch64 only): it is broken" in said.err
    assert desk.read("toy_project.toml") == {
        "name": "toy_project",
        "summary": "Toy_Project: sources of a local folder",
        "license": "MIT",
        "license_evidence": "guessed: LICENSE (2 of 2 modules)",
        "split": "train",
        "source": {"kind": "folder", "path": str(desk.folder / "Toy_Project")},
        "modules": {"globs": ["src/*.c"], "excludes": ["src/b.c"], "aarch64": {"excludes": ["src/c.c"]}},
        "expected": {"modules": 2},
    }
    flow = desk.call("flow", "x86", "train", "mlra", "--corpus", "./toy_project.toml", "--data-dir", "data")
    assert flow.code == 0, flow.err
    assert "2: 2 done, 0 failed" in flow.err


def test_target_without_any_module_is_skipped(desk: Desk) -> None:
    desk.write(toy__a_dot_c="broken for aarch64\n")
    assert desk.call("corpus", "add", "toy").code == 0

    assert desk.read("toy.toml")["modules"]["aarch64"] == {"skip": "no module compiles: it is broken"}


def test_file_under_another_license_has_its_own_rule(desk: Desk) -> None:
    desk.write(
        toy__a_dot_c=f"/* {MIT} */", toy__b_dot_c=f"/* {MIT} */", toy__c_dot_c="// SPDX-License-Identifier: ISC\n"
    )
    assert desk.call("corpus", "add", "toy").code == 0

    assert desk.read("toy.toml")["licenses"] == [{"globs": ["c.c"], "license": "ISC"}]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("bad",), 1, "bad: none of 1 module compiles:\n  a.c: it is broken"),
        (("empty",), 2, "holds no module"),
        (("good", "--output", "other.toml"), 2, "other.toml cannot hold the corpus good"),
        (("good", "--output", "no/good.toml"), 2, "/no is no folder"),
        (("there",), 2, "/there.toml is there already"),
        (("cargo:serde",), 2, '"cargo" is no index of packages'),
        (("good/a.c",), 2, "good/a.c is no folder"),
    ],
)
def test_what_cannot_be_added(desk: Desk, words: tuple[str, ...], code: int, says: str) -> None:
    desk.write(bad__a_dot_c="broken\n", empty__note="", good__a_dot_c="", there__a_dot_c="", there_dot_toml="mine")
    said = desk.call("corpus", "add", *words)

    assert (said.code, said.out) == (code, "")
    assert says in said.err
    assert (desk.folder / "there.toml").read_text() == "mine"
    assert not (desk.folder / "bad.toml").exists()


def test_force_and_name(desk: Desk) -> None:
    desk.write(toy__a_dot_c="", mine_dot_toml="old")

    assert desk.call("corpus", "add", "toy", "--name", "mine", "--force").code == 0
    assert desk.read("mine.toml")["name"] == "mine"


# add compile_commands.json


def test_database_whose_inputs_lie_all_over(desk: Desk) -> None:
    """Folders that are gone, a source from elsewhere, and one in another language are no part of the manifest."""
    desk.write(toy__src__a_dot_c="", toy__build__here="", toy__k_dot_cu="", other__b_dot_c="")
    common = ["cc", "-I../gone", "-I.", "-c"]
    entries = [
        {"directory": ".", "file": name, "arguments": [*common, name]}
        for name in ("../src/a.c", "../../other/b.c", "../k.cu")
    ]
    desk.write(toy__build__compile_commands_dot_json=json.dumps(entries))
    said = desk.call("corpus", "add", "toy/build/compile_commands.json")

    assert said.code == 0, said.err
    manifest = desk.read("toy.toml")
    assert (manifest["modules"]["globs"], manifest["modules"]["includes"]) == (["src/a.c"], ["build"])
    assert "2 other inputs are no modules here: they lie elsewhere, or are no C or C++" in said.err


def test_database_brings_modules_and_flags(desk: Desk) -> None:
    desk.write(
        toy__src__a_dot_c="// wants -DALL=1\n",
        toy__src__b_dot_c="// wants -DALL=1\n// wants -DSOME\n",
        toy__src__unused_dot_c="",
        toy__include__toy_dot_h="",
    )
    common = ["cc", "-DALL=1", "-I../include", "-O2", "-c"]
    entries = [
        {"directory": "build", "file": "../src/a.c", "arguments": [*common, "../src/a.c"]},
        {"directory": "build", "file": "../src/b.c", "arguments": [*common, "-DSOME", "../src/b.c"]},
    ]
    desk.write(toy__compile_commands_dot_json=json.dumps(entries))
    said = desk.call("corpus", "add", "toy/compile_commands.json")

    assert said.code == 0, said.err
    assert "compiles each with its own" in said.err
    modules = desk.read("toy.toml")["modules"]
    assert modules == {
        "globs": ["src/*.c"],
        "excludes": ["src/unused.c"],
        "flags": ["-DALL=1", "-DSOME"],
        "includes": ["include"],
    }


# add pypi:NAME, npm:NAME


def serve_python(desk: Desk, *versions: str, as_json: bool = False) -> dict[str, bytes]:
    info = "Metadata-Version: 2.1\nName: toy\nSummary: a toy\nLicense: MIT License\nHome-page: https://toy.example.invalid\n"
    archives = {version: pack(**{"PKG-INFO": info, "deps__x__a_dot_c": version, "b_dot_c": ""}) for version in versions}
    names = {version: f"Toy-{version}.tar.gz" for version in versions}
    sums = {version: hashlib.sha256(content).hexdigest() for version, content in archives.items()}
    if as_json:
        files = [{"filename": names[v], "url": f"../../f/{names[v]}", "hashes": {"sha256": sums[v]}} for v in versions]
        files.append({"filename": "toy-99.0.tar.gz", "url": "../../gone", "hashes": {}, "yanked": "broken"})
        page, kind = json.dumps({"files": files}), "application/vnd.pypi.simple.v1+json"
    else:
        page = "".join(f'<a href="../../f/{names[v]}#sha256={sums[v]}">{names[v]}</a>' for v in versions)
        page += (
            '<a href="../../gone/toy-99.0.tar.gz" data-yanked="">x</a><a href="../../f/toy-98.0-py3-none-any.whl">w</a>'
        )
        kind = "text/html"
    desk.server.answers["/simple/toy/"] = send_text(page, kind)
    for version, content in archives.items():
        desk.server.answers[f"/f/{names[version]}"] = send(content)
    return archives


@pytest.mark.parametrize("as_json", [False, True], ids=["html", "json"])
def test_newest_release_of_a_python_package(desk: Desk, as_json: bool) -> None:
    archives = serve_python(desk, "1.9", "1.10", "1.10.0rc1", "1.2", as_json=as_json)
    said = desk.call("corpus", "add", "pypi:Toy")

    assert said.code == 0, said.err
    manifest = desk.read("toy.toml")
    assert manifest["source"] == {
        "kind": "pypi",
        "project": "Toy",
        "version": "1.10",
        "file": "Toy-1.10.tar.gz",
        "size": len(archives["1.10"]),
        "sha256": hashlib.sha256(archives["1.10"]).hexdigest(),
    }
    assert (manifest["summary"], manifest["homepage"]) == ("a toy", "https://toy.example.invalid")
    assert manifest["modules"]["globs"] == ["b.c", "deps/x/a.c"]  # what a package bundles is what it is wanted for
    assert desk.server.asked.count("/f/Toy-1.10.tar.gz") == 1  # measured and kept


def test_file_that_is_not_what_the_index_promises(desk: Desk) -> None:
    serve_python(desk, "1.0")
    desk.server.answers["/f/Toy-1.0.tar.gz"] = send(pack(a_dot_c=""))
    said = desk.call("corpus", "add", "pypi:toy")

    assert said.code == 1
    assert "Toy-1.0.tar.gz is not what the index promises" in said.err


def test_python_package_without_sources(desk: Desk) -> None:
    desk.server.answers["/simple/toy/"] = send_text('<a href="toy-1.0-py3-none-any.whl">x</a>', "text/html")
    said = desk.call("corpus", "add", "pypi:toy")

    assert said.code == 1
    assert "toy has no source distribution of a known kind" in said.err


def serve_npm(desk: Desk, version: str, content: bytes) -> None:
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    dist = {"tarball": f"{desk.server.url}/@me/toy/-/toy-{version}.tgz", "integrity": integrity}
    desk.server.answers["/@me%2Ftoy/latest"] = send(json.dumps({"version": version, "dist": dist}).encode())
    desk.server.answers[f"/@me/toy/-/toy-{version}.tgz"] = send(content)


def test_latest_version_of_an_npm_package(desk: Desk) -> None:
    content = pack(package_dot_json='{"description": "a toy", "license": "ISC"}', a_dot_c="")
    serve_npm(desk, "2.0.1", content)
    said = desk.call("corpus", "add", "npm:@me/toy", "--name", "toy")

    assert said.code == 0, said.err
    manifest = desk.read("toy.toml")
    assert (manifest["summary"], manifest["license"]) == ("a toy", "ISC")
    assert manifest["source"] == {
        "kind": "npm",
        "package": "@me/toy",
        "version": "2.0.1",
        "file": "toy-2.0.1.tgz",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


# update


def add_and_outdate(desk: Desk) -> str:
    """A manifest of version 1 with a comment, while the registry serves version 2."""
    serve_npm(desk, "1.0.0", pack(a_dot_c="1", b_dot_c="", README=""))
    assert desk.call("corpus", "add", "npm:@me/toy", "--name", "toy").code == 0
    path = desk.folder / "toy.toml"
    path.write_text(path.read_text().replace('version = "1.0.0"', 'version = "1.0.0" # mine'))
    serve_npm(desk, "2.0.0", pack(a_dot_c="2", c_dot_c="", README=""))
    return path.read_text()


def test_update_shows_and_writes_what_changed(desk: Desk) -> None:
    before = add_and_outdate(desk)
    said = desk.call("corpus", "update", "./toy.toml")

    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == "source 1 (npm): version 1.0.0 -> 2.0.0"
    assert "modules gone (1): b.c" in lines
    assert "modules new (1): c.c" in lines
    assert "files gone (1): b.c" in lines
    after = desk.read("toy.toml")
    assert (after["source"]["version"], after["source"]["file"]) == ("2.0.0", "toy-2.0.0.tgz")
    changed = [line for line in (desk.folder / "toy.toml").read_text().splitlines() if line not in before.splitlines()]
    assert [line.split()[0] for line in changed] == ["version", "file", "size", "sha256"]
    assert changed[0] == 'version = "2.0.0" # mine'
    again = desk.call("corpus", "update", "./toy.toml")
    assert again.out == "source 1 (npm): what is pinned is what is served\n"


def test_dry_run_writes_nothing(desk: Desk) -> None:
    before = add_and_outdate(desk)
    said = desk.call("corpus", "update", "./toy.toml", "--dry-run", "--json")

    assert json.loads(said.out)["sources"][0]["changes"]["version"] == ["1.0.0", "2.0.0"]
    assert json.loads(said.out)["written"] is False
    assert (desk.folder / "toy.toml").read_text() == before


def test_source_that_the_globs_do_not_fit_is_not_pinned(desk: Desk) -> None:
    before = add_and_outdate(desk)
    serve_npm(desk, "3.0.0", pack(lib__a_dot_c=""))
    said = desk.call("corpus", "update", "./toy.toml")

    assert said.code == 1
    assert 'the glob "*.c" matches no file' in said.err
    assert (desk.folder / "toy.toml").read_text() == before


def test_update_of_a_kind_without_an_index(desk: Desk) -> None:
    desk.write(toy__a_dot_c="")
    assert desk.call("corpus", "add", "toy").code == 0

    assert "left as it is: its kind has no index" in desk.call("corpus", "update", "./toy.toml").out


def test_values_of_the_right_source_are_replaced() -> None:
    text = '[[source]]\nsize = 1\n\n[[source]]\nkind = "npm"\nsize = 2  # bytes\n[modules]\nsize = 3\n'

    assert replace_values(text, 1, {"size": 9}) == text.replace("size = 2  #", "size = 9  #")
    with pytest.raises(ManifestError, match="has no line for file"):
        replace_values(text, 1, {"file": "x"})
    with pytest.raises(ManifestError, match=r"not written as a \[source\] table"):
        replace_values("source = { size = 1 }\n", 0, {"size": 9})
