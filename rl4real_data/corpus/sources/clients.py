"""The addresses that the package managers of this machine fetch packages from.

No host name is written down here: pip and npm say which index and which registry the user has set up.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.sources.apt import SCHEMES
from rl4real_data.toolchain.process import Completed, Limits, run

_LIMITS: Final = Limits(timeout_s=60)
_HIDDEN: Final = ":****@"  # pip shows no password; an address without it is of no use
_INDEX: Final = re.compile(r"--index-url\s(?:(?!\n +-).)*?\(default:?\s+(\S+?)\)", re.DOTALL)


def python_index(search_path: str | None) -> str:
    """pip's index. Its help shows the setting in force, whichever file or variable that comes from."""
    pips: list[tuple[str, ...]] = [(sys.executable, "-m", "pip")]
    pips += [(found,) for name in ("pip3", "pip") if (found := shutil.which(name, path=search_path))]
    for pip in pips:
        shown = _ask((*pip, "download", "--help"))
        match = _INDEX.search(shown.stdout)
        if shown.ok and match and match[1].startswith(SCHEMES) and _HIDDEN not in match[1]:
            return match[1]
    raise SourceError("no Python package index is known: pip does not name one", hint="name one with RL4REAL_DATA_PYPI")


def npm_registry(search_path: str | None) -> str:
    """npm's registry, as `npm config get registry` says it."""
    npm = shutil.which("npm", path=search_path)
    url = _ask((npm, "config", "get", "registry")).stdout.strip() if npm else ""
    if not url.startswith(SCHEMES):
        problem = "npm does not name one" if npm else "there is no npm on the PATH to name one"
        raise SourceError(f"no npm registry is known: {problem}", hint="name one with RL4REAL_DATA_NPM")
    return url


def _ask(command: Sequence[str]) -> Completed:
    with tempfile.TemporaryDirectory() as scratch:
        # A wide terminal, so that no address is broken into lines.
        return run(command, cwd=Path(scratch), limits=_LIMITS, scratch=Path(scratch), environment={"COLUMNS": "1000"})
