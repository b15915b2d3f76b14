"""Include folders, guessed from what sources include."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from rl4real_data.corpus.paths.include_guess import guess_include_folders


def guess(root: Path, files: dict[str, str]) -> tuple[str, ...]:
    """A file is a name and what it includes, a word each; the modules are those that end with `.c`."""
    for name, headers in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("".join(f"#  include {header}\n" for header in headers.split()))
    return guess_include_folders(root, [PurePosixPath(name) for name in files if name.endswith(".c")])


@pytest.mark.parametrize(
    ("files", "folders"),
    [
        ({"src/a.c": '"lib.h"', "include/lib.h": ""}, ("include",)),
        ({"src/a.c": "<lib/x.h>", "include/lib/x.h": ""}, ("include",)),
        ({"src/a.c": '"x.h"', "src/x.h": "", "include/x.h": ""}, ()),
        ({"src/a.c": "<x.h>", "src/x.h": ""}, ("src",)),
        ({"a.c": "<x.h>", "x.h": ""}, (".",)),
        ({"src/a.c": '"x.h"', "src/b.c": '"y.h" "x.h"', "i/x.h": "", "j/y.h": ""}, ("i", "j")),
        ({"src/a.c": '"x.h"', "i/x.h": '"deep.h"', "i/more/deep.h": ""}, ("i", "i/more")),
        ({"src/a.c": "<stdio.h> <getopt.h> <gone.h>", "compat/stdio.h": "", "compat/getopt.h": ""}, ()),
        ({"src/a.c": '"../x.h" "/etc/x.h"', "x.h": ""}, ()),
        ({"src/a.c": '"x.h"', "tests/x.h": ""}, ()),
        ({"a.c": '"a.h"', "a.h": '"b.h"', "b.h": '"a.h" "c.h"', "inc/c.h": '"a.h"'}, ("inc", ".")),
    ],
)
def test_folders(tmp_path: Path, files: dict[str, str], folders: tuple[str, ...]) -> None:
    assert guess(tmp_path, files) == folders


def test_what_cannot_be_read_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a.c").symlink_to("/dev/zero")
    assert guess_include_folders(tmp_path, [PurePosixPath("a.c"), PurePosixPath("gone.c")]) == ()
