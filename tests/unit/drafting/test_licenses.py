"""Guesses of licences: SPDX lines first, then notices, then the nearest licence file."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from rl4real_data.drafting.license_guess import guess_licenses, license_of_text

MIT = "Permission is hereby granted, free of charge, to any person ... substantial portions of the Software."
BSD2 = "Redistribution and use in source and binary forms ... Redistributions in binary form must reproduce the above"
BSD3 = f"{BSD2} ... may be used to endorse or promote products derived from this software"
GPL2_HEADER = """You can redistribute it and/or modify it under the terms of the GNU General Public License
 * as published by the Free Software Foundation; either version 2 of the License, or (at your option)
 * any later version."""
GPL2_TEXT = "GNU GENERAL PUBLIC LICENSE Version 2, June 1991 Preamble ... or (at your option) any later version"


@pytest.mark.parametrize(
    ("text", "license_id"),
    [
        (MIT, "MIT"),
        (BSD2, "BSD-2-Clause"),
        (BSD3, "BSD-3-Clause"),
        (GPL2_HEADER, "GPL-2.0-or-later"),
        (GPL2_TEXT, "GPL-2.0-only"),  # the text itself speaks of later versions; only a notice can grant them
        ("Apache License\n   Version 2.0, January 2004", "Apache-2.0"),
        ("Licensed under the Apache License, Version 2.0 ... with LLVM Exceptions", "Apache-2.0 WITH LLVM-exception"),
        ("GNU Lesser General Public License ... version 2.1 of the License, or any later version", "LGPL-2.1-or-later"),
        ("3. Altered source versions must be plainly marked. provided 'as-is', without any express", "Zlib"),
        ("This is free and unencumbered software released into the public domain.", "Unlicense"),
        ("The code is in the public domain.", "LicenseRef-public-domain"),
        ("/* SPDX-License-Identifier: ISC */ " + MIT, "ISC"),
        ("SPDX-License-Identifier: MIT OR Apache-2.0\nSPDX-License-Identifier: ISC", "(MIT OR Apache-2.0) AND ISC"),
        ("All rights reserved.", ""),
    ],
)
def test_license_of_a_text(text: str, license_id: str) -> None:
    assert license_of_text(text) == license_id


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_file_over_notice_over_folder(tmp_path: Path) -> None:
    write(
        tmp_path,
        COPYING=GPL2_TEXT,
        lib__LICENSE=BSD2,
        lib__a_dot_c="int a;",
        lib__b_dot_c=f"/* {MIT} */\nint b;",
        lib__c_dot_c=f"// SPDX-License-Identifier: ISC\n/* {MIT} */",
        lib__deep__d_dot_c="int d;",
        prog__e_dot_c="int e;",
    )
    modules = [PurePosixPath(name) for name in ("lib/a.c", "lib/b.c", "lib/c.c", "lib/deep/d.c", "prog/e.c")]
    guess = guess_licenses(tmp_path, modules)

    assert guess.license == "BSD-2-Clause"
    assert guess.evidence == "lib/LICENSE (2 of 5 modules)"
    assert guess.others == {
        "GPL-2.0-only": [PurePosixPath("prog/e.c")],
        "ISC": [PurePosixPath("lib/c.c")],
        "MIT": [PurePosixPath("lib/b.c")],
    }


def test_code_is_no_notice(tmp_path: Path) -> None:
    write(tmp_path, a_dot_c=f'char *text = "{MIT}";')

    assert not guess_licenses(tmp_path, [PurePosixPath("a.c")]).is_known


def test_declared_license_is_the_last_resort(tmp_path: Path) -> None:
    write(tmp_path, a_dot_c="int a;")

    assert guess_licenses(tmp_path, [PurePosixPath("a.c")], declared="MIT").license == "MIT"
    assert guess_licenses(tmp_path, [PurePosixPath("a.c")], declared="see the web").license == "NOASSERTION"
    write(tmp_path, LICENSE=BSD3)
    assert guess_licenses(tmp_path, [PurePosixPath("a.c")], declared="MIT").license == "BSD-3-Clause"


def test_license_of_the_project_says_nothing_about_bundled_code(tmp_path: Path) -> None:
    write(tmp_path, LICENSE=MIT, deps__other__a_dot_c="int a;", deps__zlib__LICENSE=BSD2, deps__zlib__b_dot_c="int b;")
    guess = guess_licenses(tmp_path, [PurePosixPath("deps/other/a.c"), PurePosixPath("deps/zlib/b.c")], declared="MIT")

    assert (guess.license, guess.others) == ("BSD-2-Clause", {"NOASSERTION": [PurePosixPath("deps/other/a.c")]})
