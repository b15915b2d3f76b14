"""The metadata in a package's own files."""

from __future__ import annotations

import email.parser
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.corpus.license import license_problem, read_license
from rl4real_data.drafting.license_texts import licenses_in
from rl4real_data.drafting.origin import Origin


def with_metadata(origin: Origin, root: Path) -> Origin:
    """`origin` with the summary, homepage and licence of the package's metadata, where it has none itself."""
    for name, read in (("PKG-INFO", _read_pkg_info), ("package.json", _read_package_json)):
        if (root / name).is_file():
            found = read(read_regular_text(root / name, errors="replace"))
            return replace(
                origin,
                summary=origin.summary or " ".join(found["summary"].split()),
                homepage=origin.homepage or found["homepage"],
                license=origin.license or found["license"],
            )
    return origin


def _read_pkg_info(text: str) -> dict[str, str]:
    fields = email.parser.Parser().parsestr(text, headersonly=True)
    declared = [fields.get("License-Expression", ""), fields.get("License", "")]
    declared += [words.rpartition("::")[2] for words in fields.get_all("Classifier", []) if words.startswith("License")]
    return {
        "summary": fields.get("Summary", ""),
        "homepage": fields.get("Home-page", ""),
        "license": next((found for words in declared if (found := _expression(words))), ""),
    }


def _read_package_json(text: str) -> dict[str, str]:
    try:
        values: Any = json.loads(text)
    except ValueError:
        values = {}
    texts = values if isinstance(values, dict) else {}
    return {
        "summary": str(texts.get("description", "")),
        "homepage": str(texts.get("homepage", "")),
        "license": _expression(str(texts.get("license", ""))),
    }


def _expression(words: str) -> str:
    """The SPDX expression that `words` are or speak of, or nothing: "MIT License" is no expression."""
    if words.strip() and not license_problem(words):
        return read_license(words)
    found = licenses_in(f"released under the {words}") if len(words) < 200 else ()
    return found[0] if found else ""
