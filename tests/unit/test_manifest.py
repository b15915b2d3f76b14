"""Manifests and groups: what is read, and that every problem of a file is reported at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.corpus.catalog import load_catalog
from rl4real_data.corpus.license import license_problem
from rl4real_data.corpus.manifest import read_groups, read_manifest
from rl4real_data.corpus.module import Language, Split
from rl4real_data.corpus.sources.debian import DebianSource
from rl4real_data.corpus.sources.package import PackageSource
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
