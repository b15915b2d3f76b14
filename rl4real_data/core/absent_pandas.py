"""The absence of pandas in the command line's own process, where Arrow would import it for nothing.

As soon as Arrow makes an array of anything, or an array of numpy of its own, it imports pandas to see whether it is
asked about a Series: 0.4 s at the start of every command, and none has a use for it. That happens in more than a
hundred places (`pa.array`, `pa.scalar`, every function of `pyarrow.compute` with a constant, `to_numpy`, also in C++),
so it is prevented in this one. Not a library's business: whoever imports us keeps pandas.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


def do_without_pandas() -> None:
    """From here on `import pandas` raises ModuleNotFoundError in this process, unless it has been imported before.

    None in `sys.modules` would be simpler, but Cython's imports take that for the module. A finder that raises would
    fail whoever only asks whether it could be found, as torch does.
    """
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def do_with_pandas() -> None:
    """The way back, for a command that works with a package that needs pandas: Ray."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]


class _Finder(MetaPathFinder):
    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        return ModuleSpec(fullname, _Loader()) if fullname == "pandas" else None


class _Loader(Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        raise ModuleNotFoundError("pandas is left out of the command line's process", name=spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing comes so far, but without it Python takes the loader for one of the old kind."""
