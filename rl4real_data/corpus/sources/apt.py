"""The mirrors of the distribution that this machine is already set up to use.

No host name is written down here: apt's own lists say which mirror is near, allowed and trusted by the user.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

APT_FOLDER: Final = Path("/etc/apt")
SCHEMES: Final = ("http://", "https://", "file:/")
_LIST_OF_MIRRORS: Final = "mirror+file:"


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    is_security: bool
    url: str


def find_mirrors(apt_folder: Path = APT_FOLDER) -> tuple[str, ...]:
    """The base addresses in apt's lists, in their order, each once, security archives last.

    Superseded revisions soon leave a security archive, so it is the least likely to have a pinned file.
    """
    entries: list[_Entry] = []
    parts = apt_folder / "sources.list.d"
    for file in (apt_folder / "sources.list", *sorted(parts.glob("*.list"))):
        entries.extend(_one_line_entries(_read(file)))
    for file in sorted(parts.glob("*.sources")):
        entries.extend(_deb822_entries(_read(file)))
    in_order = sorted(entries, key=lambda entry: entry.is_security)  # a stable sort keeps apt's order
    urls = (url for entry in in_order for url in _expand(entry.url))
    return tuple(dict.fromkeys(url.rstrip("/") for url in urls if url.startswith(SCHEMES)))


def _one_line_entries(text: str) -> Iterator[_Entry]:
    """`deb [options] URI suite component...`"""
    for line in text.splitlines():
        words = line.split()
        if not words or words[0] not in ("deb", "deb-src"):
            continue
        words = words[1:]
        if words and words[0].startswith("["):
            end = next((index for index, word in enumerate(words) if word.endswith("]")), len(words))
            words = words[end + 1 :]
        if len(words) >= 2:
            yield _entry(words[0], words[1])


def _deb822_entries(text: str) -> Iterator[_Entry]:
    """Stanzas of `Key: value` with continuation lines, apart by empty lines."""
    for stanza in _stanzas(text):
        enabled = stanza.get("enabled", "yes").lower() not in ("no", "false", "0", "off", "without")
        if enabled and {"deb", "deb-src"} & set(stanza.get("types", "").split()):
            for url in stanza.get("uris", "").split():
                yield _entry(url, stanza.get("suites", ""))


def _stanzas(text: str) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    key = ""
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield fields
            fields, key = {}, ""
        elif line[0].isspace():
            if key:
                fields[key] += " " + line.strip()
        else:
            key, _, value = line.partition(":")
            key = key.strip().lower()
            fields[key] = value.strip()


def _entry(url: str, suites: str) -> _Entry:
    return _Entry("security" in url or "security" in suites, url)


def _expand(url: str) -> tuple[str, ...]:
    """Cloud images name a file with one mirror a line."""
    if not url.startswith(_LIST_OF_MIRRORS):
        return (url,)
    lines = _read(Path(url.removeprefix(_LIST_OF_MIRRORS))).splitlines()
    return tuple(words[0] for line in lines if (words := line.partition("#")[0].split()))


def _read(file: Path) -> str:
    """The text of a list, or nothing: a list that this user may not read is a mirror less, no error."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
