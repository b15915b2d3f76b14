"""The newest source distribution of a Python package."""

from __future__ import annotations

import re
from typing import Final

from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.sources.clients import python_index
from rl4real_data.corpus.sources.pypi import ProjectFile, project_files
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.corpus.unpacking import ARCHIVE_SUFFIXES
from rl4real_data.drafting.measure import pin_file
from rl4real_data.drafting.origin import Origin, corpus_name

_RELEASE: Final = re.compile(r"(?:\d+!)?(\d+(?:\.\d+)*)(?:\.post(\d+))?")


def look_up_python(project: str, supply: Supply) -> Origin:
    """The source distribution of the newest release, which is no pre-release; SourceError if there is none."""
    index = supply.pypi or python_index(supply.search_path)
    releases = [
        (key, version, file)
        for file in project_files(index, project)
        if (version := _version(file, project)) and not file.is_yanked and (key := _release_key(version))
    ]
    if not releases:
        raise SourceError(
            f"{project} has no source distribution of a known kind ({', '.join(ARCHIVE_SUFFIXES)})",
            hint="take another package, or unpack its sources yourself and name the folder",
        )
    _, version, file = max(releases, key=lambda release: release[0])
    pin = pin_file(file.url, file.name, supply, sha256=file.sha256)
    return Origin(
        name=corpus_name(project),
        version=version,
        bundles=True,
        source={
            "kind": "pypi",
            "project": project,
            "version": version,
            "file": pin.file,
            "size": pin.size_bytes,
            "sha256": pin.sha256,
        },
    )


def _version(file: ProjectFile, project: str) -> str:
    """The version in the name of a source distribution; empty for any other file."""
    suffix = next((suffix for suffix in ARCHIVE_SUFFIXES if file.name.endswith(suffix)), None)
    name = re.sub(r"[-_.]+", "[-_.]+", re.escape(project).replace("\\-", "-").replace("\\.", "."))
    match = re.fullmatch(rf"(?i){name}-(.+)", file.name.removesuffix(suffix)) if suffix else None
    return match[1] if match else ""


def _release_key(version: str) -> tuple[tuple[int, ...], int] | None:
    """Orders releases; None for a pre-release."""
    match = _RELEASE.fullmatch(version)
    if match is None:
        return None
    numbers = [int(number) for number in match[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), int(match[2] or -1)
