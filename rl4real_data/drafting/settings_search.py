"""The search for include folders and flags with which as many modules as possible compile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.counted import counted, noun
from rl4real_data.corpus.paths.headers import HeaderIndex
from rl4real_data.drafting.build_flags import version_macros
from rl4real_data.drafting.trial import Trial, Verdict

_INCLUDE_ROUNDS: Final = 12
_VERSION_ROUNDS: Final = 3
_MOST_FAILING: Final = 40
"""A flag is judged by so many modules that fail without it; more cost time and say the same."""

Verdicts = Mapping[PurePosixPath, Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileSettings:
    """`includes` are folders of the source, in the order of `-I`."""

    includes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The command line of it."""
        return (*(f"-I{folder}" for folder in self.includes), *self.flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The settings and what clang says to every module with them."""

    settings: CompileSettings
    verdicts: Verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a search works with; `name` and `version` are the project's, `candidates` sets of flags to try."""

    trial: Trial
    headers: HeaderIndex
    name: str
    version: str
    candidates: Sequence[tuple[str, ...]]
    say: Callable[[str], None]

    def run(self, paths: tuple[PurePosixPath, ...], start: CompileSettings) -> Found:
        """Adds to `start` what clang asks for, one thing after the other, and keeps what lets more modules compile."""
        found = Found(settings=start, verdicts=self.trial.run(paths, start.words))
        how = noun(len(paths), "compiles as it is", "compile as they are")
        self.say(f"{_count_ok(found.verdicts)} of {counted(len(paths), 'module')} {how}")
        found = _add_includes(self.trial, found, self.headers)
        found = _add_version_macros(self.trial, found, name=self.name, version=self.version)
        found = _add_flags(self.trial, found, self.candidates)
        # All of them once more: what was added for one module may break another.
        final = Found(settings=found.settings, verdicts=self.trial.run(paths, found.settings.words))
        if final.settings.words != start.words:
            self.say(f"{_count_ok(final.verdicts)} of {len(paths)} compile with {' '.join(final.settings.words)}")
        return final


def _add_includes(trial: Trial, found: Found, headers: HeaderIndex) -> Found:
    for _ in range(_INCLUDE_ROUNDS):
        interruption.check()
        folders = _folders_to_add(found, headers)
        if not folders:
            break
        settings = replace(found.settings, includes=(*found.settings.includes, *folders))
        found = Found(settings=settings, verdicts=trial.run(tuple(found.verdicts), settings.words))
    return found


def _folders_to_add(found: Found, headers: HeaderIndex) -> tuple[str, ...]:
    wanted: dict[str, list[PurePosixPath]] = {}
    for path, verdict in found.verdicts.items():
        shadowed = {headers.shadowed_by(header) for header in verdict.foreign_headers}
        for header in {verdict.missing_header, *shadowed} - {""}:
            wanted.setdefault(header, []).append(path)
    folders: dict[str, None] = {}
    for header, paths in sorted(wanted.items(), key=lambda item: (-len(item[1]), item[0])):
        folder = headers.folder_of(header, wanted_by=paths)
        if folder is not None and str(folder) not in found.settings.includes:
            folders[str(folder)] = None
    return tuple(folders)


def _add_version_macros(trial: Trial, found: Found, *, name: str, version: str) -> Found:
    """Every name that is defined may uncover another; all of them are dropped again if no module gained by them."""
    tried = found
    for _ in range(_VERSION_ROUNDS):
        interruption.check()
        undeclared = [word for verdict in tried.verdicts.values() for word in verdict.undeclared]
        macros = version_macros(undeclared, name=name, version=version)
        if not macros:
            break
        tried = _retry_failing(trial, tried, replace(tried.settings, flags=(*tried.settings.flags, *macros)))
    return tried if _count_ok(tried.verdicts) > _count_ok(found.verdicts) else found


def _add_flags(trial: Trial, found: Found, candidates: Sequence[tuple[str, ...]]) -> Found:
    for flags in candidates:
        interruption.check()
        failing = [path for path, verdict in found.verdicts.items() if not verdict.ok and not verdict.missing_header]
        if not failing:
            break
        settings = replace(found.settings, flags=(*found.settings.flags, *flags))
        mended = [path for path, verdict in trial.run(failing[:_MOST_FAILING], settings.words).items() if verdict.ok]
        if not mended:
            continue
        after = trial.run(tuple(found.verdicts), settings.words)
        if all(after[path].ok for path, verdict in found.verdicts.items() if verdict.ok):
            found = Found(settings=settings, verdicts=after)
    return found


def _retry_failing(trial: Trial, found: Found, settings: CompileSettings) -> Found:
    failing = [path for path, verdict in found.verdicts.items() if not verdict.ok]
    return Found(settings=settings, verdicts={**found.verdicts, **trial.run(failing, settings.words)})


def _count_ok(verdicts: Verdicts) -> int:
    return sum(verdict.ok for verdict in verdicts.values())
