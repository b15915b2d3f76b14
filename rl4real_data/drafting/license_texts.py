"""The words of a licence's text that no other licence has.

The order of the rows matters: a text is named after the first row of a family that fits it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_WHITE_SPACE: Final = re.compile(r"[^a-z0-9.+]+")
_SPDX_LINE: Final = re.compile(r"SPDX-License-Identifier:[ \t]*([A-Za-z0-9.+:() \t-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """`license` if the text has all of `has` and none of `lacks`; one row of a `family` is enough."""

    family: str
    license: str
    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()


def _row(family: str, license_id: str, *has: str, lacks: tuple[str, ...] = ()) -> Fingerprint:
    return Fingerprint(family=family, license=license_id, has=has, lacks=lacks)


_LATER: Final = "any later version"
_BSD: Final = "redistribution and use in source and binary forms"

FINGERPRINTS: Final = (
    _row("apache", "Apache-2.0 WITH LLVM-exception", "apache license", "llvm exception"),
    _row("apache", "Apache-2.0", "apache license version 2.0"),
    _row("mpl", "MPL-2.0", "mozilla public license", "2.0"),
    _row("mpl", "MPL-1.1", "mozilla public license", "1.1"),
    _row("epl", "EPL-2.0", "eclipse public license", "2.0"),
    _row("agpl", "AGPL-3.0-or-later", "gnu affero general public license", _LATER, lacks=("preamble",)),
    _row("agpl", "AGPL-3.0-only", "gnu affero general public license version 3"),
    _row("lgpl", "LGPL-3.0-or-later", "gnu lesser general public license", "version 3", _LATER, lacks=("preamble",)),
    _row("lgpl", "LGPL-2.1-or-later", "gnu lesser general public license", "2.1", _LATER, lacks=("preamble",)),
    _row("lgpl", "LGPL-2.0-or-later", "gnu library general public license", _LATER, lacks=("preamble",)),
    _row("lgpl", "LGPL-2.0-or-later", "gnu lesser general public license", "version 2 ", _LATER, lacks=("preamble",)),
    _row("lgpl", "LGPL-3.0-only", "gnu lesser general public license", "version 3"),
    _row("lgpl", "LGPL-2.1-only", "gnu lesser general public license", "2.1"),
    _row("lgpl", "LGPL-2.0-only", "gnu library general public license", "version 2"),
    _row("gpl", "GPL-3.0-or-later", "gnu general public license", "version 3", _LATER, lacks=("preamble",)),
    _row("gpl", "GPL-2.0-or-later", "gnu general public license", "version 2", _LATER, lacks=("preamble",)),
    _row("gpl", "GPL-3.0-only", "gnu general public license", "version 3 29 june 2007"),
    _row("gpl", "GPL-2.0-only", "gnu general public license", "version 2"),
    _row("gpl", "GPL-3.0-only", "gnu general public license", "version 3"),
    _row("bsl", "BSL-1.0", "boost software license"),
    _row("zlib", "bzip2-1.0.6", "julian r seward", "altered source versions must be plainly marked"),
    _row("zlib", "Zlib", "altered source versions must be plainly marked", "provided as is without any express"),
    _row("zlib", "Zlib", "altered source versions must be plainly marked", "provided as is without express"),
    _row("isc", "ISC", "permission to use copy modify and or distribute this software", "appear in all copies"),
    _row("isc", "ISC", "permission to use copy modify and distribute this software", "above copyright notice",
         lacks=("supporting documentation",)),
    _row("hpnd", "HPND", "permission to use copy modify", "appear in supporting documentation"),
    _row("mit", "curl", "permission to use copy modify and distribute this software for any purpose",
         "name of a copyright holder shall not be used"),
    _row("mit", "X11", "permission is hereby granted free of charge", "x consortium shall not be used"),
    _row("mit", "MIT", "permission is hereby granted free of charge", "substantial portions of the software"),
    _row("mit", "MIT-0", "permission is hereby granted free of charge to any person obtaining a copy"),
    _row("mit", "MIT", "under the terms of the mit license"),
    _row("mit", "MIT", "released under the mit license"),
    _row("mit", "MIT", "licensed under the mit license"),
    _row("ncsa", "NCSA", "university of illinois ncsa open source license"),
    _row("bsd", "BSD-3-Clause OR GPL-2.0-only", "both the bsd style license", "and the gplv2", "you may select"),
    _row("bsd", "BSD-4-Clause", _BSD, "all advertising materials"),
    _row("bsd", "BSD-3-Clause", _BSD, "endorse or promote products", lacks=("developed by the openssl project",)),
    _row("bsd", "BSD-2-Clause", _BSD, "binary form must reproduce"),
    _row("bsd", "BSD-1-Clause", _BSD),
    _row("bsd", "BSD-3-Clause", "3 clause bsd"),
    _row("bsd", "BSD-2-Clause", "2 clause bsd"),
    _row("bsd", "BSD-3-Clause", "new bsd license"),
    _row("0bsd", "0BSD", "permission to use copy modify and or distribute", "with or without fee is hereby granted",
         lacks=("appear in all copies",)),
    _row("unlicense", "Unlicense", "free and unencumbered software released into the public domain"),
    _row("cc0", "CC0-1.0", "cc0 1.0 universal"),
    _row("cc0", "CC0-1.0", "creativecommons.org publicdomain zero 1.0"),
    _row("wtfpl", "WTFPL", "do what the fuck you want to public license"),
    _row("postgresql", "PostgreSQL", "postgresql", "without a written agreement is hereby granted"),
    _row("libpng", "libpng-2.0", "png reference library license version 2"),
    _row("ijg", "IJG", "independent jpeg group", "software"),
    _row("ftl", "FTL", "the freetype project license"),
    _row("openssl", "OpenSSL", _BSD, "developed by the openssl project"),
    _row("python", "Python-2.0", "python software foundation license"),
    _row("blessing", "blessing", "may you do good and not evil"),
    _row("blessing", "blessing", "the author disclaims copyright to this source code", "in place of a legal notice"),
    _row("public domain", "LicenseRef-public-domain", "in the public domain",
         lacks=("free and unencumbered", "creative commons", "creativecommons")),
    _row("public domain", "LicenseRef-public-domain", "into the public domain",
         lacks=("free and unencumbered", "creative commons", "creativecommons")),
)  # fmt: skip


def licenses_in(text: str) -> tuple[str, ...]:
    """The SPDX identifiers of all licences whose words stand in `text`, in the order of the rows."""
    plain = _WHITE_SPACE.sub(" ", text.lower())
    found: dict[str, str] = {}
    for row in FINGERPRINTS:
        is_whole = all(words in plain for words in row.has) and not any(words in plain for words in row.lacks)
        if is_whole and row.family not in found:
            found[row.family] = row.license
    if len(found) > 1:
        # Notices of other licences speak of the public domain too.
        found.pop("public domain", None)
    return tuple(found.values())


def spdx_lines(text: str) -> tuple[str, ...]:
    """The expressions of all SPDX-License-Identifier lines of `text`, each once."""
    return tuple(dict.fromkeys(match.strip() for match in _SPDX_LINE.findall(text) if match.strip()))
