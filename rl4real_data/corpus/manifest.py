"""The manifest of a corpus.

One TOML file that says what a corpus is, where it comes from and which files are modules.

Everything that is wrong with a file is reported in one ManifestError.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rl4real_data.core.errors import ManifestError
from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TargetName
from rl4real_data.core.toml_tables import Table, nearest
from rl4real_data.corpus.benchmark import Benchmark, read_benchmarks
from rl4real_data.corpus.license import LicenseError, read_license
from rl4real_data.corpus.module import Language
from rl4real_data.corpus.prepare import Step, read_step
from rl4real_data.corpus.sources.kinds import SOURCE_KINDS
from rl4real_data.corpus.sources.shipped_folder import PackageSource
from rl4real_data.corpus.sources.source import Source

_NO_SOURCE: Final = PackageSource(folder="")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._+-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRules:
    """What is different for one target; `skip` is the reason why the corpus has no modules for it, or empty."""

    excludes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    skip: str = ""


NO_EXCEPTIONS: Final = TargetRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleRules:
    """Which files of the source are modules, and how they are compiled.

    `language` None: each file's suffix says it. `flags` and `includes` (folders for -I) may be relative to the top of
    the source, where the compiler runs. `allow_fewer`: a glob that matches nothing is no error.
    """

    globs: tuple[str, ...]
    excludes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    language: Language | None = None
    needs_libc: bool = True
    allow_fewer: bool = False
    targets: Mapping[TargetName, TargetRules] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseRule:
    """Files whose licence is not that of the corpus; of several rules for a file the first one counts."""

    globs: tuple[str, ...]
    license: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What was counted when the manifest was written; shown in lists, never enforced."""

    modules: int | None = None
    functions: Mapping[TargetName, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One corpus as its file describes it."""

    name: str
    summary: str
    license: str
    license_evidence: str
    homepage: str
    split: Split
    sources: tuple[Source, ...]
    prepare: tuple[Step, ...] = ()
    licenses: tuple[LicenseRule, ...] = ()
    modules: ModuleRules
    expected: Expected
    benchmarks: tuple[Benchmark, ...] = ()
    is_shipped: bool = False

    @property
    def word(self) -> str:
        """What stands for it on a command line: of a user's own its file, as it is called in its folder."""
        return self.name if self.is_shipped else f"./{self.name}.toml"

    @property
    def source(self) -> Source:
        """The candidate that is tried first."""
        return self.sources[0]

    @property
    def redistributable(self) -> bool:
        """Whether episodes may be shared, as far as the licence allows it: every candidate must allow it."""
        return all(source.redistributable for source in self.sources)


def read_manifest(path: Path, *, is_shipped: bool = False) -> Manifest:
    """The manifest in `path`; one ManifestError with all problems, each with file and key.

    The licences of the program's own are looked up on SPDX's list by a test, and not by each run.
    """
    table = read_toml(path)
    manifest = _read(table, _license_as_it_is if is_shipped else _read_license)
    if manifest.name and manifest.name != path.stem:
        table.note("name", f'"{manifest.name}" differs from the name of the file, {path.name}')
    table.close()
    raise_problems(path, table.problems)
    return replace(manifest, is_shipped=is_shipped)


def read_groups(path: Path, known: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """The groups in `path`: name = list of corpora, each of them in `known`."""
    table = read_toml(path)
    groups = {group: table.texts(group, required=True) for group in table.values}
    for group, members in groups.items():
        if group in known:
            table.note(group, "is the name of a corpus already")
        if len(set(members)) < len(members):
            table.note(group, "names a corpus twice")
        for member in members:
            if member not in known:
                table.note(group, f'"{member}" is no corpus{nearest(member, known)}')
    raise_problems(path, table.problems)
    return groups


def read_toml(path: Path) -> Table:
    """The top table of a TOML file."""
    try:
        return Table(values=tomllib.loads(read_regular_text(path)), problems=[])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ManifestError(f"{path}: is no valid TOML: {error}") from error
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error}") from error


def raise_problems(path: Path, problems: list[str]) -> None:
    """One ManifestError for all `problems` of the file, if there are any."""
    if problems:
        raise ManifestError(
            "\n".join(f"{path}: {problem}" for problem in problems),
            hint="correct the manifest; corpus_manifests/ has examples",
        )


def _read(table: Table, read_its_license: Callable[[Table], str]) -> Manifest:
    name = table.text("name")
    if name and not _NAME.fullmatch(name):
        table.note("name", f'"{name}" must be lower-case letters, digits and . _ + -')
    license_expression = read_its_license(table)
    return Manifest(
        name=name,
        summary=table.text("summary"),
        license=license_expression,
        license_evidence=table.text("license_evidence"),
        homepage=table.text("homepage", default=""),
        split=Split(table.choice("split", Split) or Split.TRAIN),
        sources=tuple(_read_source(source) for source in table.table_or_tables("source")) or (_NO_SOURCE,),
        prepare=tuple(step for each in table.tables("prepare") if (step := read_step(each))),
        licenses=tuple(_read_license_rule(rule, read_its_license) for rule in table.tables("licenses")),
        modules=_read_rules(table.table("modules")),
        expected=_read_expected(table.table("expected", required=False)),
        benchmarks=read_benchmarks(table),
    )


def _license_as_it_is(table: Table) -> str:
    return table.text("license")


def _read_license(table: Table) -> str:
    expression = table.text("license")
    try:
        return read_license(expression) if expression else ""
    except LicenseError as error:
        table.note("license", f'"{expression}" is no SPDX expression: it {error}')
        return expression


def _read_source(table: Table) -> Source:
    kind = table.choice("kind", SOURCE_KINDS)
    if not kind:  # the problem is noted; the rest of the table means nothing without a kind
        return _NO_SOURCE
    source = SOURCE_KINDS[kind].read(table)
    table.close()
    return source


def _read_license_rule(table: Table, read_its_license: Callable[[Table], str]) -> LicenseRule:
    rule = LicenseRule(globs=table.relative_paths("globs", required=True), license=read_its_license(table))
    table.close()
    return rule


def _read_rules(table: Table | None) -> ModuleRules:
    if table is None:
        return ModuleRules(globs=())
    language = table.choice("language", Language, required=False)
    rules = ModuleRules(
        globs=table.relative_paths("globs", required=True),
        excludes=table.relative_paths("excludes"),
        flags=table.texts("flags"),
        includes=table.folders("includes"),
        language=Language(language) if language else None,
        needs_libc=table.flag("needs_libc", default=True),
        allow_fewer=table.flag("allow_fewer", default=False),
        targets=MappingProxyType(
            {target: _read_target_rules(each) for target in TargetName if (each := table.table(target, required=False))}
        ),
    )
    table.close()
    return rules


def _read_target_rules(table: Table) -> TargetRules:
    rules = TargetRules(
        excludes=table.relative_paths("excludes"),
        flags=table.texts("flags"),
        skip=table.text("skip", default=""),
    )
    table.close()
    return rules


def _read_expected(table: Table | None) -> Expected:
    if table is None:
        return Expected()
    modules = table.optional_whole_number("modules")
    functions: dict[TargetName, int] = {}
    if counts := table.table("functions", required=False):
        for target in TargetName:
            count = counts.optional_whole_number(target)
            if count is not None:
                functions[target] = count
        counts.close()
    table.close()
    return Expected(modules=modules, functions=MappingProxyType(functions))
