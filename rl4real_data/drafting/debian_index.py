"""The version of a source package that the distribution serves now.

It is read from apt's own lists and the package's description.

apt's signed list of sources says everything, where the user has `deb-src`. Elsewhere the signed list of binary
packages says the version and the folder of the pool, and the `.dsc` that lies there names the archive.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import SourceError, UsageError
from rl4real_data.core.toml_tables import nearest
from rl4real_data.corpus.sources.apt import find_mirrors
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.corpus.unpacking import ARCHIVE_SUFFIXES
from rl4real_data.corpus.web import read_page, without_login
from rl4real_data.drafting.origin import Origin, corpus_name
from rl4real_data.toolchain.process import Limits, run

_LIMITS: Final = Limits(timeout_s=120)  # reading all lists takes 0.5 s; a cold disk takes longer
_HINT: Final = "check the spelling and run `apt-get update`; a folder works too"
_PART_OF: Final = re.compile(
    r"(\s+\([^()]*\)|\s*[-,;:]\s+[^-,;:]*\b(runtime|development|library|libraries|files|headers|tools?)\b[^-]*)$"
)
"""What the description of one binary package adds to that of the whole."""

_CHECKSUM: Final = re.compile(r"^\s*([0-9a-f]{64})\s+(\d+)\s+(\S+)$", re.MULTILINE)

Stanza = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Described:
    """A source package as apt describes it; `checksums` is empty without `deb-src`."""

    version: str
    folder: str
    summary: str
    homepage: str
    checksums: str


def look_up_debian(package: str, supply: Supply) -> Origin:
    """The original archive of the source package `package`; UsageError if apt does not know it."""
    apt = shutil.which("apt-cache", path=supply.search_path)
    if apt is None:
        raise UsageError(
            f'"{package}" is no path that exists, and this machine has no apt to look for a package',
            hint="name a folder, a compile_commands.json, pypi:NAME or npm:NAME",
        )
    described = _from_sources(apt, package) or _from_binaries(apt, package)
    checksums, homepage = described.checksums, described.homepage
    notes: tuple[str, ...] = ()
    if not checksums:
        dsc = _read_dsc(package, described, supply.mirror)
        checksums, homepage = dsc.get("checksums-sha256", ""), dsc.get("homepage", homepage)
        notes = ("size and sha256 as the mirror says them; with `deb-src` in apt's lists they are signed",)
    file, size, sha256 = _original(package, checksums)
    return Origin(
        name=corpus_name(package),
        version=_upstream(described.version),
        summary=_PART_OF.sub("", described.summary),
        homepage=homepage,
        notes=notes,
        source={
            "kind": "debian",
            "version": described.version,
            "file": file,
            "pool_path": f"{described.folder}/{file}",
            "size": size,
            "sha256": sha256,
        },
    )


def _from_sources(apt: str, package: str) -> _Described | None:
    rows = [row for row in _stanzas(_ask(apt, "showsrc", "--only-source", package)) if row.get("package") == package]
    if not rows:
        return None
    row = rows[0]  # apt puts the candidate first
    binary = _stanzas(_ask(apt, "show", "--no-all-versions", row.get("binary", "").split(",")[0].strip() or package))
    described = next(binary, {})
    return _Described(
        version=row.get("version", ""),
        folder=row.get("directory", ""),
        summary=described.get("description", described.get("description-en", "")).split("\n")[0],
        homepage=row.get("homepage", ""),
        checksums=row.get("checksums-sha256", ""),
    )


def _from_binaries(apt: str, package: str) -> _Described:
    sources: set[str] = set()
    built_from = ""
    for row in _stanzas(_ask(apt, "dumpavail")):
        interruption.check()
        source, _, version = row.get("source", row.get("package", "")).partition(" ")
        sources.add(source)
        if source == package:
            return _Described(
                version=version.strip("()") or row.get("version", ""),
                folder=str(PurePosixPath(row.get("filename", "")).parent),
                summary=row.get("description", row.get("description-en", "")).split("\n")[0],
                homepage=row.get("homepage", ""),
                checksums="",
            )
        if row.get("package") == package:
            built_from = source
    also = f'; the package {package} is built from the source package "{built_from}"' if built_from else ""
    raise UsageError(
        f'"{package}" is no path that exists, and apt knows no source package of this name'
        f"{also or nearest(package, sources)}",
        hint=_HINT,
    )


def _read_dsc(package: str, described: _Described, mirror: str | None) -> Stanza:
    mirrors = (mirror.rstrip("/"),) if mirror else find_mirrors()
    name = f"{package}_{described.version.partition(':')[2] or described.version}.dsc"
    tried = []
    for base in mirrors:
        try:
            page = read_page(f"{base}/{described.folder}/{name}", accept="*/*")
        except SourceError as error:
            tried.append(str(error))
            continue
        for stanza in _stanzas(page.text):
            interruption.check()
            if "checksums-sha256" in stanza:
                return stanza
        tried.append(f"{without_login(page.url)}: names no archive with a sha256")
    raise SourceError(
        f"the description of the source package {package} cannot be had. Tried:\n  "
        + "\n  ".join(tried or ["no mirror at all"]),
        hint="name another mirror with `--mirror URL`, or run `apt-get update`: the version may be superseded",
    )


def _original(package: str, checksums: str) -> tuple[str, int, str]:
    """File, size in bytes and sha256 of upstream's archive, or of the only one of a native package."""
    rows = [(file, int(size), sha256) for sha256, size, file in _CHECKSUM.findall(checksums)]
    originals = [row for row in rows if any(row[0].endswith(f".orig{suffix}") for suffix in ARCHIVE_SUFFIXES)]
    native = [row for row in rows if row[0].endswith(ARCHIVE_SUFFIXES) and ".debian.tar." not in row[0]]
    if originals or native:
        return (originals or native)[0]
    known = ", ".join(ARCHIVE_SUFFIXES)
    raise SourceError(
        f"the source package {package} has no archive of a known kind ({known}): {', '.join(row[0] for row in rows)}",
        hint="unpack it yourself and name the folder",
    )


def _upstream(version: str) -> str:
    """`1.2.13` of `1:1.2.13.dfsg-1`."""
    without_epoch = version.partition(":")[2] or version
    upstream = without_epoch.rpartition("-")[0] or without_epoch
    return re.split(r"[+~.](?:dfsg|ds|repack)", upstream)[0]


def _ask(apt: str, *words: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        done = run((apt, *words), cwd=Path(folder), limits=_LIMITS, scratch=Path(folder))
    return done.stdout if done.ok else ""


def _stanzas(text: str) -> Iterator[Stanza]:
    """Stanzas of `Key: value`, keys in lower case; continuation lines stay lines of their own."""
    for block in re.split(r"\n[ \t]*\n", text):
        yield _fields(block.splitlines())


def _fields(lines: Sequence[str]) -> Stanza:
    fields: Stanza = {}
    key = ""
    for line in lines:
        if line[:1].isspace() and key:
            fields[key] += "\n" + line.strip()
        elif ":" in line:
            key, _, value = line.partition(":")
            key = key.lower()
            fields[key] = value.strip()
    return fields
