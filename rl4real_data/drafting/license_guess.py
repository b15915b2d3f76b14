"""A guess of each module's licence.

Its SPDX line, the notice at its top, or the nearest licence file tells it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.regular_files import open_regular, read_regular_text
from rl4real_data.corpus.license import UNKNOWN, license_problem, read_license
from rl4real_data.corpus.paths.side_folders import side_folder
from rl4real_data.drafting.license_texts import licenses_in, spdx_lines

_FILE_NAME: Final = re.compile(
    r"(?i)(un)?licen[cs]es?([-_.].*)?|copying([-_.].*)?|copyright([-_.].*)?|.*[-_.]licen[cs]e(\.txt|\.md)?"
)
_NOT_TEXT: Final = (".c", ".cc", ".cpp", ".h", ".hpp", ".py", ".sh", ".in", ".am", ".html", ".json", ".js", ".cmake")
_TOP_BYTES: Final = 16_384
"""What is read of a module: notices stand at the top, and some at the end of a long first comment."""
_COMMENT: Final = re.compile(r"\A(?:\s|#[^\n]*\n|/\*.*?\*/|//[^\n]*(?:\n|\Z))+", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseGuess:
    """`license` of the most modules, how it was found, and the modules under another licence by that licence."""

    license: str
    evidence: str
    others: Mapping[str, Sequence[PurePosixPath]]

    @property
    def is_known(self) -> bool:
        return self.license != UNKNOWN


@dataclass(frozen=True, slots=True, order=True)
class _Finding:
    license: str
    evidence: str


def guess_licenses(root: Path, modules: Iterable[PurePosixPath], *, declared: str = "") -> LicenseGuess:
    """The licences of `modules`; `declared` is what the package's own metadata say, the last resort."""
    files = _license_files(root)
    found: dict[PurePosixPath, _Finding] = {path: _of_module(root, path, files, declared) for path in modules}
    ranked = Counter(finding.license for finding in found.values()).most_common()
    main = max(ranked, key=lambda row: (row[1], row[0] != UNKNOWN), default=(UNKNOWN, 0))[0]
    others: dict[str, list[PurePosixPath]] = defaultdict(list)
    for path, finding in sorted(found.items()):
        if finding.license != main:
            others[finding.license].append(path)
    evidence = Counter(finding.evidence for finding in found.values() if finding.license == main).most_common()
    return LicenseGuess(
        license=main,
        evidence="; ".join(f"{words} ({count} of {len(found)} modules)" for words, count in evidence),
        others=dict(sorted(others.items())),
    )


def license_of_text(text: str) -> str:
    """The SPDX expression for a text: its SPDX lines, else the licences whose words it has; empty if none."""
    lines = _sound_lines(text)
    if lines:
        return _joined(lines)
    return _joined(licenses_in(text))


def _of_module(
    root: Path, path: PurePosixPath, files: Mapping[PurePosixPath, Sequence[Path]], declared: str
) -> _Finding:
    with open_regular(root / path) as stream:
        top = stream.read(_TOP_BYTES).decode(errors="replace")
    lines = _sound_lines(top)
    if lines:
        return _Finding(_joined(lines), "SPDX line of the file")
    comment = _COMMENT.match(top)
    notice = _joined(licenses_in(comment[0])) if comment else ""
    if notice:
        return _Finding(notice, "notice at the top of the file")
    is_bundled = bool(side_folder(path.parent))
    for folder in (path.parent, *path.parent.parents):
        if is_bundled and not side_folder(folder):
            break  # the licence of a project says nothing about another one that it brings along
        for file in files.get(folder, ()):
            found = license_of_text(read_regular_text(file, errors="replace"))
            if found:
                return _Finding(found, f"{file.relative_to(root)}")
    if declared and not is_bundled and not license_problem(declared):
        return _Finding(read_license(declared), "the package's own metadata")
    return _Finding(UNKNOWN, "no licence was found")


def _sound_lines(text: str) -> list[str]:
    """The SPDX lines of a text, each once."""
    return list(dict.fromkeys(read_license(line) for line in spdx_lines(text) if not license_problem(line)))


def _license_files(root: Path) -> dict[PurePosixPath, list[Path]]:
    """Licence files by the folder that they speak for; README is asked last, at the top only."""
    files: dict[PurePosixPath, list[Path]] = defaultdict(list)
    for path in sorted(root.rglob("*")):
        interruption.check()
        if _FILE_NAME.fullmatch(path.name) and path.suffix.lower() not in _NOT_TEXT and path.is_file():
            folder = PurePosixPath(path.relative_to(root)).parent
            # A folder of licence texts speaks for the folder that it lies in.
            files[folder.parent if _FILE_NAME.fullmatch(folder.name) else folder].append(path)
    files[PurePosixPath(".")] += sorted(path for path in root.glob("README*") if path.is_file())
    return files


def _joined(licenses: Sequence[str]) -> str:
    """All of them apply, as far as anybody can tell without reading."""
    if len(licenses) <= 1:
        return licenses[0] if licenses else ""
    return " AND ".join(f"({item})" if " OR " in item else item for item in licenses)
