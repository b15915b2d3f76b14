"""Training data for learned register allocation, made from source code by a stock clang."""

from __future__ import annotations

from typing import Final

__version__: Final = "0.1.0"
