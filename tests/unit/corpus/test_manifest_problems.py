"""What is wrong with a manifest is said with its key, and all of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from manifest_builder import GOOD, RICH, SHA256, SOURCES, problems_of, with_source, write_manifest

from rl4real_data.core.errors import ManifestError
from rl4real_data.corpus.manifest import read_manifest


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
    found = problems_of(write_manifest(tmp_path, with_source(text.replace(old, new))))
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
    found = problems_of(write_manifest(tmp_path, RICH.replace(old, new)))
    assert any(line.startswith(problem) for line in found), found


def test_lists_that_are_no_tables(tmp_path: Path) -> None:
    text = RICH.split("[[source]]")[0] + 'source = []\nprepare = ["make"]\nmodules = { globs = ["*.c"] }\n'
    assert problems_of(write_manifest(tmp_path, text)) == [
        "source: is empty",
        "prepare[0]: must be a table, not 'make'",
    ]


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
    assert problem in problems_of(write_manifest(tmp_path, GOOD.replace(old, new)))


def test_unknown_kind_of_source(tmp_path: Path) -> None:
    """The other keys mean nothing without a kind, so they are not judged."""
    assert problems_of(write_manifest(tmp_path, GOOD.replace('kind = "debian"', 'kind = "debain"'))) == [
        'source.kind: "debain" is none of archive, csmith, debian, debian-binary, folder, git, npm, package, pypi; '
        'did you mean "debian"?'
    ]


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('summary = "A toy"', "").replace("flags =", "flag =").replace("size = 1234", "size = -5")
    assert problems_of(write_manifest(tmp_path, text)) == [
        "summary: is missing",
        "source.size: must be above zero, not -5",
        'modules.flag: unknown key; did you mean "flags"?',
    ]


def test_an_empty_manifest_lists_what_it_needs(tmp_path: Path) -> None:
    assert problems_of(write_manifest(tmp_path, "")) == [
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
        read_manifest(write_manifest(tmp_path, "name = "))
