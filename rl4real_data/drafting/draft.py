"""The draft of a manifest for a tree of sources.

Modules are found and tried, and those that compile are kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import SourceError
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.manifest_corpus import is_named
from rl4real_data.corpus.paths.headers import HeaderIndex, index_headers
from rl4real_data.drafting.build_flags import flag_candidates
from rl4real_data.drafting.candidates import Candidates, find_candidates
from rl4real_data.drafting.glob_cover import cover, literal
from rl4real_data.drafting.license_guess import LicenseGuess, guess_licenses
from rl4real_data.drafting.manifest_text import Value, table_text
from rl4real_data.drafting.origin import Origin
from rl4real_data.drafting.settings_search import CompileSettings, Search, Verdicts
from rl4real_data.drafting.trial import Trial, Verdict

_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A manifest's text, the number of its modules, and what a reader should know before using it."""

    name: str
    text: str
    modules: int
    tried: int
    license: LicenseGuess
    left_out: tuple[str, ...]
    notes: tuple[str, ...]
    has_function: bool


def draft_manifest(
    origin: Origin, root: Path, trials: Mapping[TargetName, Trial], *, say: Callable[[str], None]
) -> Draft:
    """The draft for the sources in `root`; SourceError if no module compiles.

    The settings are looked for with the first of `trials`; the others only tell which modules their target cannot have.
    """
    candidates = _candidates(origin, root)
    headers = index_headers(root)
    (first, trial), *rest = trials.items()
    start = CompileSettings(includes=origin.includes, flags=origin.flags)
    search = Search(
        trial=trial,
        headers=headers,
        name=origin.name,
        version=origin.version,
        candidates=(*((flag,) for flag in origin.other_flags), *flag_candidates(root)),
        say=say,
    )
    found = search.run(candidates.paths, start)
    verdicts = {first: found.verdicts}
    for target, other in rest:
        interruption.check()
        verdicts[target] = other.run(candidates.paths, found.settings.words)
    kept = tuple(path for path in candidates.paths if any(verdicts[target][path].ok for target in verdicts))
    left_out = [*_side_lines(candidates.left_out), *_failure_lines(candidates.paths, kept, verdicts, headers)]
    if not kept:
        raise SourceError(
            f"{origin.name}: none of {counted(len(candidates.paths), 'module')} compiles:\n  " + "\n  ".join(left_out),
            hint="make what is missing (a configured build, headers of other packages), then name the folder",
        )
    compiled = [path for path in kept if found.verdicts[path].ok]
    has_function = not compiled or any(trial.defines_function(path, found.settings.words) for path in compiled)
    guess = guess_licenses(root, kept, declared=origin.license)
    text = _manifest_text(origin, root, kept, found.settings, verdicts, guess)
    return Draft(
        name=origin.name,
        text=text,
        modules=len(kept),
        tried=len(candidates.paths),
        license=guess,
        left_out=tuple(left_out),
        has_function=has_function,
        notes=(
            *origin.notes,
            *_function_notes(len(kept), has_function=has_function),
            *_share_notes(len(kept), len(candidates.paths)),
            *_license_notes(guess),
        ),
    )


def _candidates(origin: Origin, root: Path) -> Candidates:
    if origin.modules:
        return Candidates(paths=tuple(path for path in origin.modules if (root / path).is_file()), left_out=())
    return find_candidates(root, with_bundled=origin.bundles)


def _manifest_text(
    origin: Origin,
    root: Path,
    kept: Sequence[PurePosixPath],
    settings: CompileSettings,
    verdicts: Mapping[TargetName, Verdicts],
    guess: LicenseGuess,
) -> str:
    everything = _siblings(root, kept)
    whole = cover(kept, everything)
    tables = [
        table_text(
            "",
            {
                "name": origin.name,
                "summary": origin.summary or f"{origin.name} {origin.version}".strip(),
                "license": guess.license,
                "license_evidence": f"guessed: {guess.evidence}" if guess.is_known else guess.evidence,
                "homepage": origin.homepage,
                "split": "train",
            },
        ),
        table_text("[source]", origin.source),
        table_text(
            "[modules]",
            {
                "globs": whole.globs,
                "excludes": whole.excludes,
                "flags": settings.flags,
                "includes": settings.includes,
            },
        ),
        *_target_tables(kept, verdicts),
        *_license_tables(guess, everything),
        table_text("[expected]", {"modules": len(kept)}),
    ]
    return "\n".join(tables)


def _target_tables(kept: Sequence[PurePosixPath], verdicts: Mapping[TargetName, Verdicts]) -> list[str]:
    tables = []
    for target, said in verdicts.items():
        failing = [path for path in kept if not said[path].ok]
        if len(failing) == len(kept):
            values: dict[str, Value] = {"skip": f"no module compiles: {said[failing[0]].problem}"}
            tables.append(table_text(f"[modules.{target.value}]", values))
        elif failing:
            excludes = cover(failing, kept)
            tables.append(table_text(f"[modules.{target.value}]", {"excludes": [*map(str, excludes.globs)]}))
    return tables


def _license_tables(guess: LicenseGuess, everything: Iterable[PurePosixPath]) -> list[str]:
    known = set(everything)
    return [
        table_text("[[licenses]]", {"globs": _exact_globs(paths, known), "license": license_id})
        for license_id, paths in guess.others.items()
    ]


def _exact_globs(paths: Sequence[PurePosixPath], everything: set[PurePosixPath]) -> tuple[str, ...]:
    """Globs that match these files alone: a cover that would need excludes names the files of its folder instead."""
    found = cover(paths, everything)
    return found.globs if not found.excludes else tuple(literal(path) for path in sorted(paths))


def _siblings(root: Path, kept: Iterable[PurePosixPath]) -> set[PurePosixPath]:
    """All files that a glob of a module's folder and suffix matches."""
    kinds = {(path.parent, path.suffix) for path in kept}
    return {
        PurePosixPath(file.relative_to(root))
        for folder, suffix in kinds
        for file in (root / folder).iterdir()
        if file.name.endswith(suffix) and is_named(file)
    }


def _side_lines(left_out: Iterable[tuple[PurePosixPath, str]]) -> list[str]:
    by_reason: dict[str, list[str]] = defaultdict(list)
    for path, reason in left_out:
        by_reason[reason].append(str(path))
    lines = []
    for reason, paths in by_reason.items():
        more = f" and {len(paths) - _EXAMPLES} more" if len(paths) > _EXAMPLES else ""
        lines.append(f"{reason}: {', '.join(paths[:_EXAMPLES])}{more}")
    return lines


def _failure_lines(
    paths: Sequence[PurePosixPath],
    kept: Sequence[PurePosixPath],
    verdicts: Mapping[TargetName, Verdicts],
    headers: HeaderIndex,
) -> list[str]:
    lines = []
    for path in paths:
        failed = {target: said[path] for target, said in verdicts.items() if not said[path].ok}
        if path not in kept:
            lines.append(f"{path}: {_reason(next(iter(failed.values())), headers)}")
        else:
            lines += [f"{path} (for {target.value} only): {_reason(v, headers)}" for target, v in failed.items()]
    return lines


def _reason(verdict: Verdict, headers: HeaderIndex) -> str:
    template = headers.template_of(verdict.missing_header) if verdict.missing_header else None
    return f"{verdict.problem}, a build makes it from {template}" if template else verdict.problem


def _function_notes(kept: int, *, has_function: bool) -> tuple[str, ...]:
    if has_function:
        return ()
    which = "the only module defines no" if kept == 1 else f"none of the {kept} modules defines a"
    return (f"{which} function: `flow` would make no episode of {'it' if kept == 1 else 'them'}",)


def _share_notes(kept: int, tried: int) -> tuple[str, ...]:
    if kept * 2 >= tried:
        return ()
    return ("most modules do not compile as they lie: [[prepare]] can copy or write the headers that a build makes",)


def _license_notes(guess: LicenseGuess) -> tuple[str, ...]:
    if not guess.is_known:
        return ("no licence was found: read the sources and correct `license` before you share the data",)
    return (f"the licence is a guess ({guess.license}): read the sources before you share the data",)
