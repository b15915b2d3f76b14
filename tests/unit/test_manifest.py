"""Manifests and groups: what is read, and that every problem of a file is reported at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.corpus.catalog import find_manifest_folder, load_catalog
from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.license import license_problem
from rl4real_data.corpus.manifest import LicenseRule, TargetRules, read_groups, read_manifest
from rl4real_data.corpus.module import Language, Split
from rl4real_data.corpus.prepare import CopyStep, SubstituteStep, WriteStep
from rl4real_data.corpus.sources.archive import ArchiveSource
from rl4real_data.corpus.sources.csmith import CsmithSource
from rl4real_data.corpus.sources.debian import DebianSource
from rl4real_data.corpus.sources.debian_binary import DebianBinarySource
from rl4real_data.corpus.sources.git import GitSource
from rl4real_data.corpus.sources.kinds import SOURCE_KINDS
from rl4real_data.corpus.sources.local_folder import FolderSource
from rl4real_data.corpus.sources.npm import NpmSource
from rl4real_data.corpus.sources.package import PackageSource
from rl4real_data.corpus.sources.pypi import PypiSource
from rl4real_data.corpus.sources.source import Source
from rl4real_data.errors import ManifestError
from rl4real_data.targets import TargetName

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


def write(folder: Path, text: str, name: str = "toy.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path: Path) -> list[str]:
    with pytest.raises(ManifestError, match="toml") as raised:
        read_manifest(path)
    return [line.removeprefix(f"{path}: ") for line in str(raised.value).splitlines()]


def test_every_key_is_read(tmp_path: Path) -> None:
    manifest = read_manifest(write(tmp_path, GOOD))
    assert (manifest.name, manifest.summary, manifest.split) == ("toy", "A toy", Split.TEST)
    assert manifest.license == "MIT OR (Apache-2.0 WITH LLVM-exception)"
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
    manifest = read_manifest(write(tmp_path, text))
    assert manifest.homepage == ""
    assert manifest.source == PackageSource(folder="corpus/toy")
    assert (manifest.modules.excludes, manifest.modules.flags) == ((), ())
    assert manifest.modules.language is None
    assert manifest.modules.needs_libc is True
    assert manifest.expected.modules is None
    assert dict(manifest.expected.functions) == {}


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


def test_what_a_corpus_may_have_several_of(tmp_path: Path) -> None:
    manifest = read_manifest(write(tmp_path, RICH))
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


@pytest.mark.parametrize("kind", SOURCES)
def test_kinds_of_source(tmp_path: Path, kind: str) -> None:
    text, source = SOURCES[kind]
    manifest = read_manifest(write(tmp_path, _with_source(f'kind = "{kind}"\n{text}')))
    assert manifest.sources == (source,)
    assert manifest.redistributable is (kind != "folder")


def _with_source(text: str) -> str:
    begin, end = GOOD.index("[source]"), GOOD.index("[modules]")
    return f"{GOOD[:begin]}[source]\n{text}\n\n{GOOD[end:]}"


@pytest.mark.parametrize(
    ("kind", "old", "new", "problem"),
    [
        (
            "archive",
            '"file:///t.tgz"',
            '"t.tgz"',
            'source.urls[1]: "t.tgz" starts with none of http://, https://, file:/',
        ),
        ("archive", 'urls = ["https://a.example.invalid/t.tgz", "file:///t.tgz"]', "", "source.urls: is missing"),
        ("npm", '"@a/t"', '"../t"', 'source.package: "../t" is no name of an npm package'),
        (
            "npm",
            '"."',
            '"../a"',
            'source.folder: "../a" climbs out with ".."; it must stay below the top of the source',
        ),
        (
            "debian-binary",
            "t.tar.xz",
            "t.zip",
            'source.inner: "usr/src/t.zip" ends with none of .tar.gz, .tgz, .tar.bz2',
        ),
        ("debian-binary", '"t.deb"', '"t.rpm"', 'source.file: "t.rpm" ends with none of .deb'),
        (
            "debian-binary",
            "pool/t.deb",
            "pool/u.deb",
            'source.pool_path: "pool/u.deb" does not end with the file "t.deb"',
        ),
        ("folder", "~/spec", "spec", 'source.path: "spec" must be absolute, or start with ~'),
        ("csmith", "[0, 99]", "[9, 1]", "source.seeds: must be the first and the last seed, not [9, 1]"),
        ("csmith", "[0, 99]", "[1]", "source.seeds: must be the first and the last seed, not [1]"),
        ("csmith", "[0, 99]", "[1, -2]", "source.seeds: must be whole numbers from 0 on, not -2"),
        ("csmith", "--no-unions", "--seed", "source.options[0]: --seed is set for each seed"),
    ],
)
def test_problems_of_the_kinds(tmp_path: Path, kind: str, old: str, new: str, problem: str) -> None:
    text = f'kind = "{kind}"\n{SOURCES[kind][0]}'
    assert text.count(old) == 1
    found = problems_of(write(tmp_path, _with_source(text.replace(old, new))))
    assert any(line.startswith(problem) for line in found), found


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('project = "toy"', 'project = "a/b"', 'source[0].project: "a/b" is no name of a Python package'),
        (f'commit = "{SHA256[:40]}"', 'commit = "main"', 'source[1].commit: "main" is not the full name of a commit'),
        ("https://toy.example.invalid/toy.git", "ext::sh", 'source[1].url: "ext::sh" starts with none of https://'),
        ('folder = "toy/src"', 'foldr = "toy/src"', 'source[1].foldr: unknown key; did you mean "folder"?'),
        ('text = ""', "", "prepare[1].text: is missing"),
        ('copy = "config.h.in"', "", "prepare[0]: must be exactly one of copy, write, substitute; has none of them"),
        (
            'write = "empty.h"',
            'write = "empty.h"\ncopy = "a"',
            "prepare[1]: must be exactly one of copy, write, substit",
        ),
        ('write = "empty.h"', 'write = "../empty.h"', 'prepare[1].write: "../empty.h" climbs out with ".."'),
        ('to = "config.h"', 'to = "/config.h"', 'prepare[0].to: "/config.h" is absolute'),
        ('to = "config.h"', 'to = "./config.h.in"', 'prepare[0].to: "./config.h.in" is the file itself'),
        ('to = "config.h"', 'to = "config.h"\nrun = "make"', "prepare[0].run: unknown key"),
        ('"@SUFFIX@" = ""', '"@SUFFIX@" = 1', "prepare[2].values.@SUFFIX@: must be a string, not 1"),
        ('"@SUFFIX@" = ""', '"" = "x"', "prepare[2].values: has an empty string to look for"),
        ('{ "@MAJOR@" = "1", "@SUFFIX@" = "" }', "{}", "prepare[2].values: is empty"),
        ('[".", "include"]', '["../include"]', 'modules.includes[0]: "../include" climbs out with ".."'),
        ("[modules.x86]", "[modules.x68]", 'modules.x68: unknown key; did you mean "x86"?'),
        ('["neon*.c"]', '["/neon.c"]', 'modules.x86.excludes[0]: "/neon.c" is absolute'),
        ('skip = "needs AVX"', 'skip = " "', "modules.aarch64.skip: is empty"),
        ('license = "Zlib"', 'license = "zlib or so"', 'licenses[0].license: "zlib or so" is no SPDX expression'),
        ('globs = ["other.c"]', "", "licenses[1].globs: is missing"),
    ],
)
def test_problems_of_lists_of_tables(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert RICH.count(old) == 1
    found = problems_of(write(tmp_path, RICH.replace(old, new)))
    assert any(line.startswith(problem) for line in found), found


def test_lists_that_are_no_tables(tmp_path: Path) -> None:
    text = RICH.split("[[source]]")[0] + 'source = []\nprepare = ["make"]\nmodules = { globs = ["*.c"] }\n'
    assert problems_of(write(tmp_path, text)) == ["source: is empty", "prepare[0]: must be a table, not 'make'"]


BELOW = "it must stay below the top of the source"
RELATIVE = "it must be relative to the top of the source"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('summary = "A toy"', "", "summary: is missing"),
        ('summary = "A toy"', "summary = 7", "summary: must be a string, not 7"),
        ('summary = "A toy"', 'summary = " "', "summary: is empty"),
        ('name = "toy"', 'name = "ball"', 'name: "ball" differs from the name of the file, toy.toml'),
        ('split = "test"', 'split = "tset"', 'split: "tset" is none of test, train; did you mean "test"?'),
        ("homepage", "hompage", 'hompage: unknown key; did you mean "homepage"?'),
        ("flags =", "flag =", 'modules.flag: unknown key; did you mean "flags"?'),
        ("size = 1234", "size = true", "source.size: must be a whole number, not True"),
        ("size = 1234", "size = 0", "source.size: must be above zero, not 0"),
        ("size = 1234", "", "source.size: is missing"),
        ("0123456789abcdef" * 4, "12AB", 'source.sha256: "12AB" is not 64 lower-case hexadecimal digits'),
        ("kind =", "knid =", "source.kind: is missing"),
        ('"src/*.c"', '"/src/*.c"', f'modules.globs[0]: "/src/*.c" is absolute; {RELATIVE}'),
        ('"lib/**/*.c"', '"../*.c"', f'modules.globs[1]: "../*.c" climbs out with ".."; {BELOW}'),
        ('"lib/**/*.c"', '"."', 'modules.globs[1]: "." names no file'),
        ('"src/demo*.c"', '"a/../b"', f'modules.excludes[0]: "a/../b" climbs out with ".."; {BELOW}'),
        ('globs = ["src/*.c", "lib/**/*.c"]', "globs = []", "modules.globs: is empty"),
        ('["-Iinclude"]', "[5]", "modules.flags[0]: must be a string that is not empty, not 5"),
        ("needs_libc = false", "needs_libc = 0", "modules.needs_libc: must be true or false, not 0"),
        ("x86 = 40", "x68 = 40", 'expected.functions.x68: unknown key; did you mean "x86"?'),
        (
            '"toy_1.0.orig.tar.gz"',
            '"t.zip"',
            'source.file: "t.zip" ends with none of .tar.gz, .tgz, .tar.bz2, .tar.xz',
        ),
        (
            '"toy_1.0.orig.tar.gz"',
            '"t.tar.gz"',
            'source.pool_path: "pool/main/t/toy/toy_1.0.orig.tar.gz" does not end with the file "t.tar.gz"',
        ),
        (
            '"pool/main/t',
            '"/pool/main/t',
            f'source.pool_path: "/pool/main/t/toy/toy_1.0.orig.tar.gz" is absolute; {RELATIVE}',
        ),
        ('"toy_1.0.orig.tar.gz"', '"a/b.tar.gz"', 'source.file: "a/b.tar.gz" must be a name without folders'),
    ],
)
def test_a_problem_names_its_key(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert GOOD.count(old) == 1
    assert problem in problems_of(write(tmp_path, GOOD.replace(old, new)))


def test_unknown_kind_of_source(tmp_path: Path) -> None:
    """The other keys mean nothing without a kind, so they are not judged."""
    assert problems_of(write(tmp_path, GOOD.replace('kind = "debian"', 'kind = "debain"'))) == [
        'source.kind: "debain" is none of archive, csmith, debian, debian-binary, folder, git, npm, package, pypi; '
        'did you mean "debian"?'
    ]


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('summary = "A toy"', "").replace("flags =", "flag =").replace("size = 1234", "size = -5")
    assert problems_of(write(tmp_path, text)) == [
        "summary: is missing",
        "source.size: must be above zero, not -5",
        'modules.flag: unknown key; did you mean "flags"?',
    ]


def test_an_empty_manifest_lists_what_it_needs(tmp_path: Path) -> None:
    assert problems_of(write(tmp_path, "")) == [
        "name: is missing",
        "license: is missing",
        "summary: is missing",
        "license_evidence: is missing",
        "split: is missing",
        "source: is missing",
        "modules: is missing",
    ]


def test_text_that_is_no_toml(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"toy\.toml: is no valid TOML"):
        read_manifest(write(tmp_path, "name = "))


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("MIT", ""),
        ("(BSD-3-Clause OR GPL-2.0-only) AND MIT", ""),
        ("Apache-2.0 WITH LLVM-exception", ""),
        ("LicenseRef-public-domain", ""),
        ("GPL-2.0+", ""),
        ("Apache 2.0", 'has "2.0" where AND, OR or WITH must stand'),
        ("MIT, Zlib", 'has ",", which no SPDX expression has'),
        ("MIT OR", "ends where a licence must stand"),
        ("OR MIT", 'has "OR" where a licence must stand'),
        ("(MIT", "leaves a parenthesis open"),
        ("MIT)", "closes a parenthesis that is not open"),
    ],
)
def test_form_of_license_expressions(expression: str, problem: str) -> None:
    assert license_problem(expression) == problem


def test_groups_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, 'demo = ["b", "a"]\n', "groups.toml")
    assert read_groups(path, {"a": 1, "b": 2}) == {"demo": ("b", "a")}


def test_all_problems_of_groups_are_reported_at_once(tmp_path: Path) -> None:
    text = 'demo = ["zlip"]\nempty = []\nzlib = ["zlib"]\ntwice = ["zlib", "zlib"]\n'
    path = write(tmp_path, text, "groups.toml")
    with pytest.raises(ManifestError, match=r"groups\.toml") as raised:
        read_groups(path, {"zlib": 1})
    assert str(raised.value).splitlines() == [
        f"{path}: empty: is empty",
        f'{path}: demo: "zlip" is no corpus; did you mean "zlib"?',
        f"{path}: zlib: is the name of a corpus already",
        f"{path}: twice: names a corpus twice",
    ]


def test_catalog_reports_the_problems_of_all_files(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("size = 1234", ""))
    write(tmp_path, GOOD.replace("toy", "ball").replace('split = "test"', ""), "ball.toml")
    with pytest.raises(ManifestError, match="toml") as raised:
        load_catalog(tmp_path)
    assert str(raised.value).splitlines() == [
        f"{tmp_path / 'ball.toml'}: split: is missing",
        f"{tmp_path / 'toy.toml'}: source.size: is missing",
    ]


def test_own_manifests_are_in_order() -> None:
    catalog = load_catalog()
    assert {"sample", "lua5.4", "mbedtls", "zlib", "bzip2", "libzstd"} <= set(catalog.manifests)
    assert catalog.groups["demo"] == ("lua5.4", "mbedtls", "zlib", "bzip2", "libzstd")
    assert [manifest.name for manifest in catalog.members("demo")] == list(catalog.groups["demo"])
    # Counted by hand from the manifests: 647 + 1323 + 121 + 71 + 746.
    assert sum(m.expected.functions[TargetName.X86] for m in catalog.members("demo")) == 2908


def test_the_example_for_readers_is_a_manifest(tmp_path: Path) -> None:
    text = (find_manifest_folder() / "README.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0].replace('"…"', f'"{SHA256}"')
    manifest = read_manifest(write(tmp_path, example))
    assert manifest.name == "toy"
    assert all(f"| `{kind}` |" in text for kind in SOURCE_KINDS)
